"""Letting time pass in the demo office."""

from __future__ import annotations

from datetime import datetime, timedelta

from engine import clock, testclock
from web import workdays


def one_workday() -> datetime:
    """Move engine time to the same hour of the next working day and return it.

    Every due moment on the way is visited in order, as if the office had lived through it.
    """
    now = clock.now()
    here = now.astimezone(clock.CHINA)
    following = workdays.next_after(here.date())
    target = here + timedelta(days=(following - here.date()).days)
    testclock.advance(target)
    return clock.now()
