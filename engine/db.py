"""The one place that opens, commits and rolls back.

Used at the edges only: one transaction per web request, per job, per command line.
Code below the edges takes the session as its first argument and never ends it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from engine import clock, failpoints, settings, wakeup
from engine.connections import connect
from engine.errors import Conflict
from engine.turns import Turns

T = TypeVar("T")

#: Tries of one unit of work before a conflict reaches a person.
ATTEMPTS = 4

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
