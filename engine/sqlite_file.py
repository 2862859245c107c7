"""The SQLite file of a small office: its journal, its backup, its log, and processes that fork.

A file in WAL has a log beside it and locks on it as long as it is open, whether or not somebody
is in a transaction: both have to survive what processes do.
"""

from __future__ import annotations

import os
import random
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, create_engine, event

try:  # its SQLite is newer than the one most Pythons bring
    from pysqlite3 import dbapi2 as sqlite3
except ImportError:  # no wheel for this machine
    import sqlite3

#: Seconds SQLite waits for another process's transaction.
PATIENCE = 30
#: Bytes of the log above which it is cut back.
LONG_LOG = 16_000_000
#: Seconds that cutting it back may hold up who writes.
CUT_PATIENCE = 0.5
TORN = "the process was forked inside a transaction: locks of this file cannot be told any more"

#: What it refuses with, where no engine of SQLAlchemy's stands between.
Error = sqlite3.Error

# ---- a connection ----------------------------------------------------------------------


def connect(url: str, **settings: Any) -> Engine:
    """Make an engine for `sqlite:///…`."""
    patience = {"timeout": PATIENCE, "check_same_thread": False}
    made = create_engine(url, module=sqlite3, connect_args=patience, **settings)
    event.listen(made, "connect", _prepare)
    event.listen(made, "begin", _begin_immediate)
    _watch(made)
    return made


def journal() -> str:
    """Return how SQLite keeps a commit: "WAL" where that is safe, else "TRUNCATE"."""
    return "WAL" if wal_is_safe(sqlite3.sqlite_version_info) else "TRUNCATE"


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Say whether a SQLite is free of the WAL-reset fault (fixed in 3.51.3)."""
    return version >= (3, 51, 3) or version[:3] in ((3, 44, 6), (3, 50, 7))


def _prepare(connection: Any, _: object) -> None:
    if _name(connection) in _torn:
        raise sqlite3.OperationalError(TORN)
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


def _begin_immediate(connection: Any) -> None:
    # A deferred transaction that turns into a writer can fail half way; this one waits first.
    reads = connection.get_execution_options().get("reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


# ---- forks -----------------------------------------------------------------------------

#: What this process has open of each file.
_open: WeakKeyDictionary[Engine, set[int]] = WeakKeyDictionary()
#: Files that somebody was using in the moment of the last fork.
_used: set[str] = set()
#: In a child: files of which SQLite believes that it has the locks its parent has.
_torn: set[str] = set()


def _watch(made: Engine) -> None:
    if made.url.database in (None, "", ":memory:"):
        return
    held = _open[made] = set()
    event.listen(made, "connect", lambda connection, _: held.add(id(connection)))
    event.listen(made, "close", lambda connection, _: held.discard(id(connection)))


def _before_fork() -> None:
    """Close the file: a child that found it open would write without locks.

    SQLite counts the locks of its process by itself. What a child then commits is lost as soon
    as its parent takes itself for the last one and clears the log away.
    """
    _used.clear()
    for made, held in list(_open.items()):
        made.dispose()
        if held:  # somebody is in the middle of something
            _used.add(_path(str(made.url.database)))


def _in_child() -> None:
    _torn.update(_used)


if hasattr(os, "register_at_fork"):  # Windows does not fork
    os.register_at_fork(before=_before_fork, after_in_child=_in_child)


def _path(name: str) -> str:
    return str(Path(name).resolve()) if name else ""


def _name(connection: Any) -> str:
    """Return the file of a connection; "" for a database in memory."""
    _, _, name = connection.execute("PRAGMA database_list").fetchone()
    return _path(name)


# ---- the log and the backup ------------------------------------------------------------


def shorten_log(made: Engine) -> None:
    """Cut the log back when it became long; a reader that does not end is not waited for.

    SQLite writes over a log from its beginning only when for a moment nobody reads. Where
    pages are looked at all the time that moment does not come, and the log grows.
    """
    log = Path(f"{made.url.database}-wal")
    if not log.exists() or log.stat().st_size < LONG_LOG:
        return
    with closing(made.raw_connection()) as raw, closing(raw.cursor()) as cursor:
        cursor.execute(f"PRAGMA busy_timeout={CUT_PATIENCE * 1000:.0f}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            cursor.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")


def back_up(made: Engine, target: Path) -> None:
    """Write a SQLite office as it is at this moment into a new file; others work meanwhile.

    Copying the file with `cp` would leave out what still stands in its write-ahead log. The
    copy has its name only when it is whole and on the disk.

    Raises:
        FileExistsError: there is such a file already; it is left alone.
        OSError, sqlite3.Error, DBAPIError: the disk is full, or the database damaged. No file
            is left then.
    """
    target = target.resolve()
    if target.exists():
        raise FileExistsError(target)
    # Readable for nobody else: everybody's words are in it.
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name:.80}.")
    try:
        with closing(made.raw_connection()) as raw, closing(raw.cursor()) as cursor:
            _copy(cursor, name)
        os.fsync(handle)  # `VACUUM INTO` leaves that to whoever asked for it
        Path(name).rename(target)
    except BaseException:
        for left in (name, f"{name}-journal"):
            Path(left).unlink(missing_ok=True)
        raise
    finally:
        os.close(handle)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _copy(cursor: Any, target: str) -> None:
    cursor.execute("VACUUM INTO ?", (target,))
    cursor.execute("ATTACH ? AS copy", (target,))
    (sound,) = cursor.execute("PRAGMA copy.quick_check(1)").fetchone()
    cursor.execute("DETACH copy")
    if sound != "ok":
        raise sqlite3.DatabaseError(sound)
