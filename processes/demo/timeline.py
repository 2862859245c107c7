"""All stories on one timeline: engine time only goes forward, so they are walked together.

A story's step says how much later it happens (`after`); the earliest step of all stories is
always next, and whatever becomes due before it (timers, messages) runs first.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from engine import calendar, clock, db, scenarios, testclock
from engine.errors import EngineError
from processes.demo import doings
from processes.demo.doings import Told
from processes.demo.stories import Story

Tell = Callable[[str], None]
#: The office opens; every story has its own minute of the day.
_OPENS, _MINUTES = time(9, 0), 460
_HOUR = timedelta(hours=1)
_BLINK = timedelta(milliseconds=200)


class StoryFailed(EngineError):
    """A process went another way than its story."""

    code = "story-failed"


@dataclass(order=True)
class _Next:
    """The moment at which a story goes on."""

    moment: datetime
    number: int
    told: Told = field(compare=False)
    steps: Iterator[dict[str, Any]] = field(compare=False)
    step: dict[str, Any] | None = field(compare=False, default=None)


def walk(stories: list[Story], tell: Tell) -> None:
    """Walk the stories until real now; what lies beyond stays to be done.

    Raises:
        StoryFailed: a step could not be taken; the message names the story and the step.
    """
    end = clock.real()
    with db.reading() as session:
        days = calendar.load(session)
    queue = [
        _Next(_begin(days, story, number, end), number, Told(story, number), iter(story.steps))
        for number, story in enumerate(stories, start=1)
    ]
    if queue:
        testclock.place(min(queue).moment - _HOUR)
    heapq.heapify(queue)
    begun = 0
    while queue:
        due = heapq.heappop(queue)
        _reach(due.moment)
        _take(due)
        if due.step is None:
            begun += 1
            _announce(begun, len(stories), tell)
        due.step = next(due.steps, None)
        if due.step is not None:
            due.moment = _later(days, due, str(due.step.get("after", "1H")))
            if due.moment < end:
                heapq.heappush(queue, due)
    _reach(clock.real())
    testclock.release()
    scenarios.settle()


def _reach(moment: datetime) -> None:
    """Run what becomes due until a moment; the clock never goes back, not by a blink."""
    testclock.advance(max(moment, clock.now() + _BLINK), force=True)


def _take(due: _Next) -> None:
    try:
        if due.step is None:
            doings.begin(due.told)
        else:
            doings.do(due.told, due.step)
    except EngineError as refused:
        fields = getattr(refused, "fields", "")
        raise StoryFailed(
            f"{clock.today():%Y-%m-%d} 第 {due.number} 件“{due.told.story.title}”"
            f"{dict(due.step or {})}：{refused}{fields}"
        ) from refused


def _begin(days: calendar.WorkCalendar, story: Story, number: int, end: datetime) -> datetime:
    today = end.astimezone(clock.CHINA).date()
    return min(_at(days.add_workdays(today, -story.ago), number), end - _HOUR)


def _later(days: calendar.WorkCalendar, due: _Next, period: str) -> datetime:
    """Return the moment of a step: hours run on, working days keep the story's own minute."""
    amount, unit = int(period[:-1]), period[-1]
    if unit == "H":
        return due.moment + amount * _HOUR
    day = due.moment.astimezone(clock.CHINA).date()
    then = _at(days.add_workdays(day, amount), due.number)
    return max(then, due.moment + _HOUR / 4)


def _at(day: date, number: int) -> datetime:
    minute = timedelta(minutes=number * 37 % _MINUTES)
    return datetime.combine(day, _OPENS, clock.CHINA) + minute


def _announce(begun: int, total: int, tell: Tell) -> None:
    if begun % 10 == 0 or begun == total:
        tell(f"诉求 {begun}/{total}（办到 {clock.today():%Y年%-m月%-d日}）")
