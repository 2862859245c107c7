"""Telling workers that work may be due. A hint and never the truth: the job's row is.

Inside a process an event is set; between processes PostgreSQL carries NOTIFY. It is sent
by a thread of its own, after the commit, and many hints become one. Inside the business
transaction it would cost a statement and hold an instance-wide lock while the commit
reaches the disk (measured with 8 writers: a fifth of the throughput; from a thread:
nothing). A hint that is lost, because the process died or a pooler sits in between, costs
one poll of a worker, at most a second.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any

import structlog
from psycopg import Error
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

log = structlog.get_logger()

#: Where hints are sent; they have no content.
CHANNEL = "huiyin_wake"
#: Seconds between two notifications: what is committed meanwhile shares the next one.
GAP = 0.01
#: Seconds after which a listener looks whether it is still wanted, or tries to connect again.
LISTEN_TURN = 0.5
RECONNECT = 1.0

#: Set when work may have become due; the worker of this process waits for it.
wake = threading.Event()


class Stir:
    """The same for requests of outside workers that wait for external tasks, many at once.

    Only commits that made such a task stir them, and only those of their own process: of the
    others they hear when they look by themselves.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._count = 0

    def seen(self) -> int:
        """Return what to give to `wait`. Take it before looking, so that nothing is missed."""
        with self._changed:
            return self._count

    def stir(self) -> None:
        """Wake everybody who waits."""
        with self._changed:
            self._count += 1
            self._changed.notify_all()

    def wait(self, seen: int, seconds: float) -> None:
        """Return when something happened since `seen`, at the latest after `seconds`."""
        with self._changed:
            self._changed.wait_for(lambda: self._count != seen, seconds)


stir = Stir()


class Bell:
    """Wakes the worker of this process, and on PostgreSQL those of all others."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._owed = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None

    def ring(self) -> None:
        """Say that work may be due. Costs the caller no statement and cannot fail."""
        wake.set()
        if self._engine.dialect.name != "postgresql":
            return
        self._owed.set()
        # A fork leaves the thread behind: the child starts its own at its first ring.
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="huiyin-bell", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """End the thread, if there is one: this process turns to another database."""
        self._closed = True
        self._owed.set()

    def _run(self) -> None:
        """Send what is owed over a connection of the thread's own.

        Not the pool's: whoever disposes of a pool knows nothing of what a thread has borrowed.
        """
        connection: Connection | None = None
        while not self._closed:
            self._owed.wait()
            self._owed.clear()
            if self._closed:
                break
            try:
                connection = connection or self._connect()
                connection.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
            except SQLAlchemyError as failure:
                log.info("hint was lost", error=type(failure).__name__)
                _let_go(connection)
                connection = None
            time.sleep(GAP)
        _let_go(connection)

    def _connect(self) -> Connection:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        return connection


def _let_go(connection: Connection | None) -> None:
    if connection is not None:
        with suppress(SQLAlchemyError, Error):
            connection.close()


class Ear(threading.Thread):
    """Sets `wake` whenever another process rings; hears nothing on SQLite.

    It keeps one connection of its own, outside the pool. LISTEN does not survive a pooler
    that lends connections per transaction: such an installation lives by polling.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(name="huiyin-ear", daemon=True)
        self._engine = engine
        self._closed = threading.Event()

    def start(self) -> None:
        """Begin to listen where there is something to hear."""
        if self._engine.dialect.name == "postgresql":
            super().start()

    def close(self) -> None:
        """Stop listening and give the connection back."""
        self._closed.set()
        if self.is_alive():
            self.join(4 * LISTEN_TURN)

    def run(self) -> None:
        """Listen, and connect again when the database was away."""
        while not self._closed.is_set():
            try:
                self._listen()
            except (SQLAlchemyError, Error) as failure:
                if not self._closed.is_set():
                    log.info("listener lost the database", error=type(failure).__name__)
                self._closed.wait(RECONNECT)

    def _listen(self) -> None:
        pooled = self._engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        try:
            connection.autocommit = True
            connection.execute(f"LISTEN {CHANNEL}")
            wake.set()  # something may have been said while nobody listened
            while not self._closed.is_set():
                for _ in connection.notifies(timeout=LISTEN_TURN, stop_after=1):
                    wake.set()
        finally:
            pooled.close()
