"""The office's calendar for one request, read before anything else.

Reading it later, inside another open session, could stop the office: on SQLite a writer that waits
to commit lets no new reader in, and waits itself for the first one to leave.
"""

from __future__ import annotations

from datetime import date

from flask import Flask, g, request

from engine import db
from engine.calendar import days
from engine.calendar.days import WorkCalendar


def init_app(app: Flask) -> None:
    """Read the calendar at the beginning of every request that may show a period."""
    app.before_request(_read)


def calendar() -> WorkCalendar:
    """Return the calendar as this request sees it."""
    return g.work_calendar  # type: ignore[no-any-return]  # `_read` put it there


#: They show no period: pages do, programs get moments.
WITHOUT = {None, "static", "health.alive", "health.ready"}


def _read() -> None:
    if request.endpoint not in WITHOUT and request.blueprint not in ("api", "api_default"):
        with db.reading() as session:
            g.work_calendar = days.load(session)


def between(first: date, last: date) -> int:
    """Return how many working days lie after `first`, up to and including `last`."""
    return calendar().workdays_between(first, last)


def next_after(day: date) -> date:
    """Return the first working day after a day."""
    return calendar().add_workdays(day, 1)
