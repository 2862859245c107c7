"""Which days are worked: the table `calendar_day`, and weekends where it says nothing.

Weekends are off and other days worked, except where a row says otherwise: holidays, and the
Saturdays and Sundays that are worked for them (调休). A year that is not published is estimated by
its weekends alone (L-041); whoever uses a date in it can ask, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.clock import CHINA
from engine.errors import CalendarMissing
from engine.models import CalendarDay, CalendarYear

ONE_DAY = timedelta(days=1)
#: A count of working days longer than this is a mistake, not a deadline.
MOST_DAYS = 2_000
_KEY = "work_calendar"
#: Snapshots of this process, by database and by when each year was last changed.
_snapshots: dict[tuple[Any, ...], WorkCalendar] = {}
_KEPT = 8


@dataclass(frozen=True)
class WorkCalendar:
    """A snapshot of the calendar; arithmetic without a database."""

    #: date → whether it is worked, where the weekday does not tell.
    exceptions: Mapping[date, bool] = field(repr=False)
    published: frozenset[int]

    def is_workday(self, day: date) -> bool:
        known = self.exceptions.get(day)
        return day.weekday() < 5 if known is None else known

    def is_estimated(self, first: date, last: date) -> bool:
        """Whether a year between two days has no published arrangement."""
        first, last = min(first, last), max(first, last)
        return any(year not in self.published for year in range(first.year, last.year + 1))

    def add_workdays(self, day: date, count: int) -> date:
        """Return the `count`-th working day after a day, or before it if negative.

        The day itself is not counted; 0 gives the day, or the next working day if it is off.

        Raises:
            CalendarMissing: more than 2,000 days, or beyond what a calendar can hold.
        """
        if count == 0:
            return self.on_or_after(day)
        if abs(count) > MOST_DAYS:
            raise CalendarMissing(f"期限最多 {MOST_DAYS} 个工作日。")
        step, left = (ONE_DAY if count > 0 else -ONE_DAY), abs(count)
        while left:
            day = _shifted(day, step)
            left -= self.is_workday(day)
        return day

    def on_or_after(self, day: date) -> date:
        """Return the day itself if it is worked, else the next that is."""
        return self._nearest(day, ONE_DAY)

    def on_or_before(self, day: date) -> date:
        """Return the day itself if it is worked, else the last before it that is."""
        return self._nearest(day, -ONE_DAY)

    def _nearest(self, day: date, step: timedelta) -> date:
        for _ in range(MOST_DAYS):
            if self.is_workday(day):
                return day
            day = _shifted(day, step)
        raise CalendarMissing("日历里连续多年没有工作日，请检查节假日安排。")

    def workdays_between(self, first: date, last: date) -> int:
        """Count the working days after `first`, up to and including `last`; negative backwards."""
        if last < first:
            return -self.workdays_between(last, first)
        return sum(
            self.is_workday(first + timedelta(days=offset))
            for offset in range(1, (last - first).days + 1)
        )


def _shifted(day: date, step: timedelta) -> date:
    try:
        return day + step
    except OverflowError:
        raise CalendarMissing("日期超出了日历能表示的范围。") from None


def china_date(moment: datetime) -> date:
    """Return the office's day of a moment."""
    return moment.astimezone(CHINA).date()


def load(session: Session) -> WorkCalendar:
    """Return the calendar as it stands: one small query per session, the days only when changed.

    Days are changed through `engine.calendar.editing`, which marks their year as changed.
    """
    known = session.info.get(_KEY)
    if isinstance(known, WorkCalendar):
        return known
    years = session.execute(
        select(CalendarYear.year, CalendarYear.published, CalendarYear.updated_at)
    ).all()
    stamp = (str(session.get_bind().engine.url), *sorted(tuple(row) for row in years))
    snapshot = _snapshots.get(stamp)
    if snapshot is None:
        days = session.execute(select(CalendarDay.day, CalendarDay.is_workday)).all()
        snapshot = WorkCalendar(
            exceptions={row.day: row.is_workday for row in days},
            published=frozenset(year for year, published, _ in years if published),
        )
        while len(_snapshots) >= _KEPT:
            _snapshots.pop(next(iter(_snapshots)), None)
        _snapshots[stamp] = snapshot
    session.info[_KEY] = snapshot
    return snapshot


def forget(session: Session) -> None:
    """Let this session read the calendar anew: its rows were just changed."""
    session.info.pop(_KEY, None)
