"""The embedded worker: a thread that drains when something was committed, and each second.

It needs no Redis and no second process; at scale the Celery role calls `drain` instead.
"""

from __future__ import annotations

import os
import socket
import threading
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from engine import clock, db, settings
from engine.jobs import outbox
from engine.jobs.drain import drain
from engine.jobs.reconcile import reconcile
from engine.models import Heartbeat

log = structlog.get_logger()

RECONCILE_EVERY = timedelta(seconds=60)


class Worker(threading.Thread):
    """One runner per process: on SQLite a second one would only wait for the first."""

    def __init__(self) -> None:
        super().__init__(name="huiyin-worker", daemon=True)
        self._stop_asked = threading.Event()
        self._drained = 0
        self._name = f"{socket.gethostname()}:{os.getpid()}"

    def run(self) -> None:
        """Drain until told to stop; a database that is away is waited for."""
        poll = settings.current().job_poll_seconds
        reconciled = clock.real() - RECONCILE_EVERY
        while not self._stop_asked.is_set():
            db.wake.clear()
            try:
                while not self._stop_asked.is_set() and (count := drain()):
                    self._drained += count
                outbox.deliver()
                if clock.real() - reconciled >= RECONCILE_EVERY:
                    reconcile()
                    self._beat()
                    reconciled = clock.real()
            except SQLAlchemyError as failure:
                log.warning("worker cannot reach the database", error=type(failure).__name__)
            db.wake.wait(poll)

    def stop(self, timeout: float = 10.0) -> None:
        """Finish the running batch and end."""
        self._stop_asked.set()
        db.wake.set()
        self.join(timeout)

    def _beat(self) -> None:
        with db.transaction() as session:
            row = session.get(Heartbeat, self._name)
            if row is None:
                session.add(Heartbeat(worker=self._name, at=clock.real(), drained=self._drained))
            else:
                row.at, row.drained = clock.real(), self._drained
