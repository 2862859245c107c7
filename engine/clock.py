"""The one place where time is read.

`now()` is engine time: due dates, history, deadlines. In test mode a database row may
move it (`test_clock`), for every process that reads this database. `real()` is wall
time: leases, sessions and rate limits must not jump with it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

#: The office's zone; every date a person reads is in it.
CHINA = ZoneInfo("Asia/Shanghai")

_offset = timedelta(0)


def real() -> datetime:
    """Return wall time, aware, UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """Return engine time, aware, UTC: wall time moved by the test clock."""
    return real() + _offset


def today() -> datetime:
    """Return engine time in the office's zone; take `.date()` for the calendar day."""
    return now().astimezone(CHINA)


def move(offset: timedelta) -> None:
    """Move engine time of this process; only `engine.testclock` and tests call it."""
    global _offset
    _offset = offset


def offset() -> timedelta:
    """Return by how much engine time is moved."""
    return _offset
