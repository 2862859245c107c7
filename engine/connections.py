"""How each database is spoken to, with the settings that survive a kill (`reliability.md` §2.5)."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError

try:  # its SQLite is newer than the one most Pythons bring
    from pysqlite3 import dbapi2 as sqlite3
except ImportError:  # no wheel for this machine
    import sqlite3

#: Seconds a pooled connection may rest before it is asked whether it still lives.
PING_AFTER = 3.0

#: Seconds SQLite waits for another process's transaction.
PATIENCE = 30

POSTGRES: dict[str, Any] = {
    "pool_size": 10,
    "max_overflow": 10,
    "connect_args": {
        "application_name": "huiyin",
        "connect_timeout": 10,
        # A host that vanished without a word is noticed within about a minute.
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        # Nobody waits for ever; a frozen process gives its locks back after 15 seconds.
        "options": "-c lock_timeout=10s -c statement_timeout=60s"
        " -c idle_in_transaction_session_timeout=15s -c timezone=UTC",
    },
}


def connect(url: str) -> Engine:
    """Make an engine for `sqlite:///…` or `postgresql+psycopg://…`."""
    common: dict[str, Any] = {
        "json_serializer": _compact,
        "hide_parameters": True,  # what a statement failed with is somebody's words
    }
    if url.startswith("sqlite"):
        patience = {"timeout": PATIENCE, "check_same_thread": False}
        made = create_engine(url, module=sqlite3, connect_args=patience, **common)
        event.listen(made, "connect", _prepare_sqlite)
        event.listen(made, "begin", _begin_immediate)
    else:
        made = create_engine(url, **common, **POSTGRES)
        # Several rows are one INSERT: the driver would wait three times for them.
        made.dialect.use_insertmanyvalues_wo_returning = True
        _watch_rest(made)
    return made


def _compact(data: Any) -> str:
    """Write JSON columns without spaces, Chinese as it is: most of what is kept is history."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


# ---- PostgreSQL ------------------------------------------------------------------------


def _watch_rest(made: Engine) -> None:
    """Let connections that rested for long be asked, and those of an old pool be closed."""

    def born(_: object, record: Any) -> None:
        record.info["pool"] = made.pool

    def rest(_: object, record: Any) -> None:
        record.info["idle_since"] = time.monotonic()
        # One that could not be opened again comes back with nothing known of it.
        if record.info.get("pool", made.pool) is not made.pool:
            record.close()  # its pool was disposed of while a thread had it

    event.listen(made, "connect", born)
    event.listen(made, "checkin", rest)
    event.listen(made, "checkout", _ping_idle)


def _ping_idle(connection: Any, record: Any, _: object) -> None:
    """Ask a connection that rested whether it still lives; the pool then takes another.

    Asking each time (`pool_pre_ping`) costs every unit of work a round trip. One that breaks
    within these seconds breaks its unit, which `db.unit` or the job's lease tries again.
    """
    if time.monotonic() - record.info.get("idle_since", 0) < PING_AFTER:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("")
        connection.rollback()
    except Exception as gone:
        raise DisconnectionError from gone


# ---- SQLite ----------------------------------------------------------------------------


def journal() -> str:
    """Return how SQLite keeps a commit: "WAL" where that is safe, else "TRUNCATE"."""
    return "WAL" if wal_is_safe(sqlite3.sqlite_version_info) else "TRUNCATE"


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Say whether a SQLite is free of the WAL-reset fault (fixed in 3.51.3)."""
    return version >= (3, 51, 3) or version[:3] in ((3, 44, 6), (3, 50, 7))


def _prepare_sqlite(connection: Any, _: object) -> None:
    # The driver must not begin or end transactions behind our back.
    connection.isolation_level = None
    _keep_journal(connection, journal())
    for pragma in (
        "synchronous=FULL",
        f"busy_timeout={PATIENCE * 1000}",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _keep_journal(connection: Any, wanted: str) -> None:
    """Give the file the journal it should have.

    WAL is a property of the file; into it and out of it leads only a moment in which nobody
    else has the file open, and SQLite does not wait for that. Of several processes that start
    together one finds it; to the others the file is then as it should be.

    Raises:
        sqlite3.OperationalError: somebody kept the file from it for `PATIENCE` seconds.
    """
    until = time.monotonic() + PATIENCE
    while not _has_journal(connection, wanted):
        if time.monotonic() > until:
            raise sqlite3.OperationalError(f"database is locked: cannot make its journal {wanted}")
        time.sleep(random.uniform(0.005, 0.05))  # noqa: S311


def _has_journal(connection: Any, wanted: str) -> bool:
    try:
        (mode,) = connection.execute(f"PRAGMA journal_mode={wanted}").fetchone()
    except sqlite3.OperationalError as failure:
        if "locked" in str(failure):
            return False
        raise
    return mode in (wanted.lower(), "memory")  # a database in memory has a way of its own


def back_up(made: Engine, target: Path) -> None:
    """Write a SQLite office as it is at this moment into a new file; others work meanwhile.

    Copying the file with `cp` would leave out what still stands in its write-ahead log.

    Raises:
        FileExistsError: there is such a file already; it is left alone.
        sqlite3.Error: the disk is full, or the database damaged. No file is left then.
    """
    target.touch(mode=0o600, exist_ok=False)  # everybody's words are in it
    raw = made.raw_connection()
    try:
        _copy(raw.cursor(), str(target))
    except BaseException:
        target.unlink()
        raise
    finally:
        raw.close()


def _copy(cursor: Any, target: str) -> None:
    cursor.execute("VACUUM INTO ?", (target,))
    cursor.execute("ATTACH ? AS copy", (target,))
    (sound,) = cursor.execute("PRAGMA copy.quick_check(1)").fetchone()
    cursor.execute("DETACH copy")
    if sound != "ok":
        raise sqlite3.DatabaseError(sound)


def _begin_immediate(connection: Any) -> None:
    # A deferred transaction that turns into a writer can fail half way; this one waits first.
    reads = connection.get_execution_options().get("reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
