"""The one place that opens, commits and rolls back.

Used at the edges only: one transaction per web request, per job, per command line.
Code below the edges takes the session as its first argument and never ends it.
"""

from __future__ import annotations

import json
import random
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine, create_engine, event, func, select
from sqlalchemy.exc import DisconnectionError, OperationalError
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from engine import clock, failpoints, settings, wakeup
from engine.errors import Conflict
from engine.turns import Turns

T = TypeVar("T")

#: Tries of one unit of work before a conflict reaches a person.
ATTEMPTS = 4

#: Seconds a pooled connection may rest before it is asked whether it still lives.
PING_AFTER = 3.0

#: How PostgreSQL is spoken to (`reliability.md` §2.5).
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

_writers = Turns()
_factory: sessionmaker[Session] = sessionmaker(expire_on_commit=False)
_engine: Engine | None = None
_bell: wakeup.Bell | None = None


def bind(url: str | None = None) -> Engine:
    """Connect this process to a database; without an address to the one in the settings."""
    global _engine, _bell
    if _engine is not None:
        _engine.dispose()
    if _bell is not None:
        _bell.close()
    if url is None:
        settings.data_folder()
    _engine = connect(url or settings.current().url)
    _bell = wakeup.Bell(_engine)
    _factory.configure(bind=_engine)
    return _engine


def after_fork() -> None:
    """Forget the connections of the parent: two processes must never share one."""
    if _engine is not None:
        _engine.dispose(close=False)


def mark(**info: Any) -> None:
    """Write facts into every session of this process, for example `is_demo=True`."""
    _factory.configure(info=info)


@contextmanager
def unhurried_disk() -> Iterator[None]:
    """Let a commit return before the disk has it: only for data that can be made again."""
    bound = engine()
    sqlite = bound.dialect.name == "sqlite"

    def relax(connection: Any, _: object) -> None:
        connection.execute("PRAGMA synchronous=OFF" if sqlite else "SET synchronous_commit TO off")
        connection.commit()

    event.listen(bound, "connect", relax)
    bound.dispose()
    try:
        yield
    finally:
        event.remove(bound, "connect", relax)
        bound.dispose()


def engine() -> Engine:
    """Return this process's database, connecting at the first use."""
    return _engine or bind()


def connect(url: str) -> Engine:
    """Make an engine with the settings that survive a kill (`reliability.md` §0.5, §2.5)."""
    if url.startswith("sqlite"):
        made = create_engine(
            url,
            connect_args={"timeout": 30, "check_same_thread": False},
            json_serializer=_compact,
            hide_parameters=True,  # what a statement failed with is somebody's words
        )
        event.listen(made, "connect", _prepare_sqlite)
        event.listen(made, "begin", _begin_immediate)
        return made
    made = create_engine(url, json_serializer=_compact, hide_parameters=True, **POSTGRES)

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
    return made


def _compact(data: Any) -> str:
    """Write JSON columns without spaces, Chinese as it is: most of what is kept is history."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _ping_idle(connection: Any, record: Any, _: object) -> None:
    """Ask a connection that rested whether it still lives; the pool then takes another.

    Asking each time (`pool_pre_ping`) costs every unit of work a round trip. One that breaks
    within these seconds breaks its unit, which `unit` or the job's lease tries again.
    """
    if time.monotonic() - record.info.get("idle_since", 0) < PING_AFTER:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("")
        connection.rollback()
    except Exception as gone:
        raise DisconnectionError from gone


def wal_is_safe(version: tuple[int, ...] = sqlite3.sqlite_version_info) -> bool:
    """Say whether this SQLite is free of the WAL-reset fault (fixed in 3.51.3)."""
    return version >= (3, 51, 3) or version[:3] in ((3, 44, 6), (3, 50, 7))


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    # The driver must not begin or end transactions behind our back.
    connection.isolation_level = None
    mode = "WAL" if wal_is_safe() else "TRUNCATE"
    for pragma in (
        f"journal_mode={mode}",
        "synchronous=FULL",
        "busy_timeout=30000",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Any) -> None:
    # A deferred transaction that turns into a writer can fail half way; this one waits first.
    reads = connection.get_execution_options().get("reads", False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


@contextmanager
def transaction() -> Iterator[Session]:
    """Open a session, commit when the block ends well, roll back when it does not."""
    queue = _writers.taken() if engine().dialect.name == "sqlite" else nullcontext()
    with queue, _factory.begin() as session:
        yield session
        failpoints.hit("before_commit")
    failpoints.hit("after_commit")


@contextmanager
def reading() -> Iterator[Session]:
    """Open a session that only reads. Fetch and leave before anything is rendered.

    On SQLite without WAL an open reader blocks every commit.
    """
    bound = engine()
    if bound.dialect.name == "sqlite":
        bound = bound.execution_options(reads=True)
    else:
        # READ COMMITTED looks anew at each statement anyway. Without BEGIN and ROLLBACK a read
        # takes two round trips less, and the driver keeps the statements it has prepared.
        bound = bound.execution_options(isolation_level="AUTOCOMMIT")
    with Session(bind=bound, expire_on_commit=False, autoflush=False) as session:
        yield session


def unit(work: Callable[[Session], T]) -> T:
    """Run a whole unit of work in a transaction, again when somebody was faster.

    Tried again (`engine.md` §5) are conflicts — another writer of the same instance, a
    serialisation failure, a lock that was not free in time — and a database that went away
    before the commit. How a commit ended whose answer is missing nobody knows: that is raised,
    and the caller's idempotency key tells.
    """
    for attempt in range(ATTEMPTS):
        is_committing = False
        try:
            with transaction() as session:
                made = work(session)
                is_committing = True
            return made
        except (Conflict, OperationalError) as failure:
            is_lost = _is_lost(failure)
            if attempt == ATTEMPTS - 1 or not (is_lost or _is_conflict(failure)):
                raise
            if is_lost and is_committing:
                raise
            pause = random.uniform(0.3, 0.6) if is_lost else random.uniform(0.005, 0.05)  # noqa: S311
            time.sleep(pause * (attempt + 1))
    raise AssertionError("unreachable")


def _is_conflict(failure: Exception) -> bool:
    if isinstance(failure, Conflict):
        return True
    text = str(getattr(failure, "orig", failure))
    return any(
        sign in text
        for sign in ("database is locked", "deadlock", "could not serialize", "lock timeout")
    )


def _is_lost(failure: Exception) -> bool:
    """Say whether the database went away, or is not back yet."""
    cause = getattr(failure, "orig", None)
    return isinstance(cause, psycopg.OperationalError) and cause.sqlstate in (
        None,  # the driver's own: no connection, or none any more
        "57P01",  # it was told to shut down
        "57P02",  # one of its processes crashed
        "57P03",  # it is starting
    )


def after_commit(session: Session, action: Callable[[], None]) -> None:
    """Run `action` once this transaction is durable; forget it on rollback."""
    session.info.setdefault("after_commit", []).append(action)


def hint(session: Session) -> None:
    """Say that work may be due as soon as this transaction is durable.

    Not for work that is due later: a worker finds that by itself (`engine.wakeup`).
    """
    if "hinted" in session.info or _bell is None:
        return
    session.info["hinted"] = True
    after_commit(session, _bell.ring)


def hint_external(session: Session) -> None:
    """Say that outside workers may find an external task once this transaction is durable."""
    if "stirred" not in session.info:
        session.info["stirred"] = True
        after_commit(session, wakeup.stir.stir)


def hint_if_soon(session: Session, moments: Iterable[datetime]) -> None:
    """`hint` when one of the moments comes before a worker looks by itself."""
    soon = clock.now() + timedelta(seconds=settings.current().job_poll_seconds)
    if any(moment <= soon for moment in moments):
        hint(session)


def one_at_a_time(session: Session, what: str) -> None:
    """Wait until no other transaction is here; everybody else waits until this one ends.

    On SQLite every transaction that writes is alone anyway.
    """
    if is_postgres(session):
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(what))))


def is_postgres(session: Session) -> bool:
    """Say whether row locks and NOTIFY exist here."""
    return session.get_bind().dialect.name == "postgresql"


@event.listens_for(_factory, "after_commit")
def _run_pending(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint, not the end
    session.info.pop("hinted", None)
    session.info.pop("stirred", None)
    for action in session.info.pop("after_commit", []):
        action()


@event.listens_for(_factory, "after_soft_rollback")
def _forget_pending(session: Session, previous: SessionTransaction) -> None:
    if previous.nested:
        return
    session.info.pop("hinted", None)
    session.info.pop("stirred", None)
    session.info.pop("after_commit", None)
