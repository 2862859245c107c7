"""The thread that runs due jobs: at a commit, at the next due moment, and each second.

It needs no Redis and no second process. Beside the pages and in `huiyin worker` it does all
the work; in a Celery worker it is the *pump*: there the hints drain, and it steps in when a
job is late, so that Redis may be away (`tasks/README.md`).
"""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from engine import clock, db, settings, wakeup
from engine.jobs import outbox
from engine.jobs.claim import OURS, case_of, owed
from engine.jobs.drain import drain
from engine.jobs.heartbeat import Pulse, take_turn
from engine.jobs.reconcile import reconcile
from engine.models import Job

log = structlog.get_logger()

RECONCILE_EVERY = timedelta(seconds=60)
#: Seconds of draining after which everything else gets its turn.
SPELL = 2.0


class Worker(threading.Thread):
    """One runner per process: on SQLite a second one would only wait for the first."""

    def __init__(self, pulse: Pulse | None = None, patience: timedelta = timedelta(0)) -> None:
        """Make a worker.

        Args:
            pulse: what this process tells about itself; by default that of an embedded worker.
            patience: how late a job may be before a poll runs it. Above zero others drain too.
        """
        super().__init__(name="huiyin-worker", daemon=True)
        self._pulse = pulse or Pulse("embedded")
        self._patience = patience
        self._stop_asked = threading.Event()
        self._reconciled: float | None = None

    def run(self) -> None:
        """Drain until told to stop; a database that is away is waited for."""
        ear = wakeup.Ear(db.engine())
        ear.start()
        rung = True
        while not self._stop_asked.is_set():
            wakeup.wake.clear()
            pause = settings.current().job_poll_seconds
            try:
                pause = self._turn(rung, pause)
            except SQLAlchemyError as failure:
                log.warning("worker cannot reach the database", error=type(failure).__name__)
            except Exception as failure:  # noqa: BLE001 - a thread that ended would do nothing
                log.warning("worker stumbled", error=type(failure).__name__)
            rung = wakeup.wake.wait(pause)
        ear.close()

    def stop(self, timeout: float = 10.0) -> None:
        """Finish the running batch and end."""
        self._stop_asked.set()
        wakeup.wake.set()
        self.join(timeout)
        try:
            self._pulse.end()
        except SQLAlchemyError:
            log.info("worker ended without its database")

    def _turn(self, rung: bool, poll: float) -> float:
        """Do what is due; return how many seconds to wait for the next look."""
        self._pulse.beat()
        pause = poll
        if rung or self._is_late():
            pause = self._drain(poll)
        outbox.deliver()
        self._reconcile()
        return pause

    def _drain(self, poll: float) -> float:
        until = time.monotonic() + SPELL
        while not self._stop_asked.is_set():
            looked = clock.now()
            count = drain()
            self._pulse.count(count)
            if not count:
                return self._until_next(looked, poll)
            if time.monotonic() > until:
                break
        return 0.0

    def _is_late(self) -> bool:
        """Say whether a poll has to drain, or leaves it to the hints for a moment more."""
        if not self._patience:
            return True
        with db.reading() as session:
            oldest = session.scalar(
                select(func.min(Job.due_at))
                .outerjoin(*case_of())
                .where(
                    *owed(),
                    (Job.not_before.is_(None)) | (Job.not_before <= clock.real()),
                )
            )
        return oldest is not None and clock.now() - oldest > self._patience

    def _until_next(self, looked: datetime, poll: float) -> float:
        """Seconds until the next job that was not due when we looked; at most `poll`."""
        if self._patience:
            return poll
        with db.reading() as session:
            due = session.scalar(
                select(func.min(Job.due_at)).where(
                    Job.status == "open", Job.kind.in_(OURS), Job.due_at > looked
                )
            )
        return poll if due is None else min(poll, max((due - clock.now()).total_seconds(), 0.0))

    def _reconcile(self) -> None:
        now = time.monotonic()
        if self._reconciled is not None and now - self._reconciled < RECONCILE_EVERY.seconds:
            return
        self._reconciled = now
        if take_turn("reconcile", RECONCILE_EVERY - timedelta(seconds=5)):
            reconcile()
