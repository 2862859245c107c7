"""The office's calendar for one request: read once, when the first page part asks."""

from __future__ import annotations

from datetime import date

from flask import g

from engine import db
from engine.calendar import days
from engine.calendar.days import WorkCalendar


def calendar() -> WorkCalendar:
    """Return the calendar as this request sees it."""
    if "work_calendar" not in g:
        with db.reading() as session:
            g.work_calendar = days.load(session)
    return g.work_calendar  # type: ignore[no-any-return]  # g holds what was put in above


def between(first: date, last: date) -> int:
    """Return how many working days lie after `first`, up to and including `last`."""
    return calendar().workdays_between(first, last)


def next_after(day: date) -> date:
    """Return the first working day after a day."""
    return calendar().add_workdays(day, 1)
