"""Days and moments in years that Python's calendar does not have (DMN 1.3, 10.3.2.3.4).

They are compared, written, taken apart, moved and subtracted. A named zone keeps the rules of its
latest year for ever. There is no year 0.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import total_ordering
from typing import Any, Final

MAX_YEAR: Final = 999_999_999
#: Days of four hundred years, after which the calendar repeats itself.
CYCLE: Final = 146_097
_START: Final = date(2000, 1, 1).toordinal()
TICK: Final = timedelta(microseconds=1)
_TICKS_A_DAY: Final = timedelta(days=1) // TICK


@dataclass(frozen=True, slots=True, order=True)
class FarDate:
    """A day before year 1 or after year 9999."""

    year: int
    month: int
    day: int

    def isoformat(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04}-{self.month:02}-{self.day:02}"

    def isoweekday(self) -> int:
        return twin(self).isoweekday()

    def toordinal(self) -> int:
        """Return the number of the day, as `date.toordinal` counts."""
        return twin(self).toordinal() + self.year // 400 * CYCLE - 5 * CYCLE


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class FarMoment:
    """A moment on such a day. Equal ones lie at the same instant, whatever their zones."""

    date: FarDate
    clock: time

    def __eq__(self, other: object) -> bool:
        return isinstance(other, FarMoment) and instant(self) == instant(other)

    def __lt__(self, other: FarMoment) -> bool:
        return instant(self) < instant(other)

    def __hash__(self) -> int:
        return hash(instant(self))

    @property
    def year(self) -> int:
        return self.date.year

    @property
    def month(self) -> int:
        return self.date.month

    @property
    def day(self) -> int:
        return self.date.day

    @property
    def hour(self) -> int:
        return self.clock.hour

    @property
    def minute(self) -> int:
        return self.clock.minute

    @property
    def second(self) -> int:
        return self.clock.second

    @property
    def microsecond(self) -> int:
        return self.clock.microsecond

    @property
    def tzinfo(self) -> tzinfo | None:
        return self.clock.tzinfo

    @property
    def fold(self) -> int:
        return self.clock.fold

    def isoweekday(self) -> int:
        return self.date.isoweekday()

    def toordinal(self) -> int:
        return self.date.toordinal()

    def timetz(self) -> time:
        return self.clock

    def utcoffset(self) -> timedelta | None:
        return _twin_moment(self).utcoffset()


def _twin_moment(moment: FarMoment) -> datetime:
    """Return the same moment in a year from 2400 to 2799, where zones have settled rules."""
    day = twin(moment.date)
    return datetime.combine(day.replace(year=day.year + 400), moment.clock)


def instant(moment: FarMoment | datetime) -> int:
    """Return the microseconds since the day before year 1 began, of UTC if there is a zone."""
    hand = _hand(moment.timetz()) - (moment.utcoffset() or timedelta())
    return moment.toordinal() * _TICKS_A_DAY + hand // TICK


def told_in(moment: datetime | FarMoment, zone: tzinfo) -> datetime | FarMoment:
    """Return the same instant as it is told in another zone."""
    here = _twin_moment(_far(moment))
    there = here.astimezone(zone)
    day = day_number(moment.toordinal() + there.toordinal() - here.toordinal())
    return joined(day, there.timetz())


def twin(day: date | FarDate) -> date:
    """Return the same day of the calendar in a year from 2000 to 2399."""
    return date(2000 + day.year % 400, day.month, day.day)


def day_of(year: int, month: int, day: int) -> date | FarDate:
    """Return a day of any year.

    Raises:
        ValueError: there is no such day.
    """
    if MINYEAR <= year <= MAXYEAR:
        return date(year, month, day)
    if year == 0 or abs(year) > MAX_YEAR:
        raise ValueError(f"no year {year}")
    found = FarDate(year, month, day)
    twin(found)
    return found


def day_number(number: int) -> date | FarDate:
    """Return the day with a number, as `date.toordinal` counts.

    Raises:
        ValueError: it is in no year of ours.
    """
    if 1 <= number <= date.max.toordinal():
        return date.fromordinal(number)
    cycles, rest = divmod(number - _START, CYCLE)
    near = date.fromordinal(_START + rest)
    return day_of(near.year + 400 * cycles, near.month, near.day)


def shift(moment: Any, ticks: int) -> Any:
    """Return a day or a moment so many microseconds later, into these years, out or within.

    Raises:
        ValueError: there is no such day.
    """
    moment = _far(moment)
    if isinstance(moment, FarDate):
        return day_number(moment.toordinal() + ticks // _TICKS_A_DAY)
    if not isinstance(moment.tzinfo, timezone | None):  # through UTC: summer time may begin
        there = _far(shift(told_in(moment, UTC), ticks))
        return told_in(there, moment.tzinfo)
    days, hand = divmod(_hand(moment.clock) // TICK + ticks, _TICKS_A_DAY)
    day = day_number(moment.date.toordinal() + days)
    clock = datetime.combine(date(2000, 1, 1), time(tzinfo=moment.clock.tzinfo)) + hand * TICK
    return joined(day, clock.timetz())


def shift_months(moment: Any, months: int) -> Any:
    """Return a day or a moment so many months later; the day is at most the month's last.

    Raises:
        ValueError: there is no such year.
    """
    moment = _far(moment)
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    last = monthrange(2000 + year % 400, month + 1)[1]
    day = day_of(year, month + 1, min(moment.day, last))
    return joined(day, moment.clock) if isinstance(moment, FarMoment) else day


def joined(day: date | FarDate, clock: time) -> datetime | FarMoment:
    """Return the moment at which a day has a time."""
    if isinstance(day, FarDate):
        return FarMoment(day, clock)
    return datetime.combine(day, clock.replace(tzinfo=None), clock.tzinfo)


def between(later: Any, earlier: Any) -> int:
    """Return the microseconds between two days or two moments.

    Raises:
        ValueError: only one of the moments has an offset.
    """
    if isinstance(_far(later), FarDate):
        return (later.toordinal() - earlier.toordinal()) * _TICKS_A_DAY  # type: ignore[no-any-return]
    if (later.tzinfo is None) != (earlier.tzinfo is None):
        raise ValueError("an offset is missing")
    return instant(later) - instant(earlier)


def _hand(clock: time) -> timedelta:
    return timedelta(
        hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond
    )


def alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Return two days or moments of which one is far away, so that they can be compared."""
    return _far(left), _far(right)


def _far(value: Any) -> Any:
    if isinstance(value, datetime):
        return FarMoment(FarDate(value.year, value.month, value.day), value.timetz())
    if isinstance(value, date):
        return FarDate(value.year, value.month, value.day)
    return value


def midnight(day: FarDate) -> FarMoment:
    """Return midnight of UTC."""
    return FarMoment(day, time(tzinfo=UTC))
