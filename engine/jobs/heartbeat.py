"""One row per worker process: which role, since when, and when it last found nothing to do.

A hung process answers nothing, so its silence is what tells (`reliability.md` §2.4).
"""

from __future__ import annotations

import os
import socket
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlalchemy.dialects import postgresql, sqlite

from engine import clock, db
from engine.models import Heartbeat, Turn

#: How often a living worker says so, and when its silence means that it is gone.
EVERY = timedelta(seconds=10)
SILENT = timedelta(seconds=45)
#: Rows of workers that did not take their leave are kept this long.
KEPT = timedelta(days=1)


class Pulse:
    """What one worker process tells about itself. Threads of the process share it."""

    def __init__(self, role: str) -> None:
        self.name = f"{socket.gethostname()[:60]}:{os.getpid()}"
        self._role = role
        self._started = clock.real()
        self._drained = 0
        self._drained_at: datetime | None = None
        self._told: datetime | None = None

    def count(self, jobs: int) -> None:
        """Note how many jobs one look for work ran."""
        self._drained += jobs
        self._drained_at = clock.real()

    def beat(self) -> None:
        """Write the row, at most every `EVERY`."""
        now = clock.real()
        if self._told is not None and now - self._told < EVERY:
            return
        values = {
            "role": self._role,
            "at": now,
            "started_at": self._started,
            "drained": self._drained,
            "drained_at": self._drained_at,
        }
        with db.transaction() as session:
            dialect = postgresql if db.is_postgres(session) else sqlite
            session.execute(
                dialect.insert(Heartbeat)
                .values(worker=self.name, **values)
                .on_conflict_do_update(index_elements=["worker"], set_=values)
            )
        self._told = now

    def end(self) -> None:
        """Take the row away: this worker ended on purpose."""
        with db.transaction() as session:
            session.execute(delete(Heartbeat).where(Heartbeat.worker == self.name))


def take_turn(name: str, every: timedelta) -> bool:
    """Say whether it falls to this process, now, to do what is due once in `every`."""
    now = clock.real()
    with db.transaction() as session:
        taken = session.scalar(
            update(Turn)
            .where(Turn.name == name, Turn.at <= now - every)
            .values(at=now)
            .returning(Turn.name)
            .execution_options(synchronize_session=False)
        )
        if taken is not None:
            return True
        dialect = postgresql if db.is_postgres(session) else sqlite
        first = session.scalar(
            dialect.insert(Turn)
            .values(name=name, at=now)
            .on_conflict_do_nothing(index_elements=["name"])
            .returning(Turn.name)
        )
        return first is not None
