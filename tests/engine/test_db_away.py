"""A database that goes away: what was not committed is done again, what may be is not."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engine import db, jobs
from engine.clock import real
from engine.models import Job, Turn
from tests.databases import PostgresServer
from tests.engine import office
from tests.engine.test_worker import timer

CUT = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


def cut() -> None:
    """End every connection but the one that does it, as a restart does."""
    with db.engine().connect() as connection:
        connection.execute(CUT)


def write(session: Session) -> None:
    session.add(Turn(name="x", at=real()))
    session.flush()


def written() -> int:
    with db.transaction() as session:
        return session.scalar(select(func.count()).select_from(Turn)) or 0


def test_a_unit_is_done_again_when_the_connection_broke_before_its_commit(postgres: str) -> None:
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        write(session)
        if len(tries) == 1:
            cut()
            session.execute(select(1))

    db.unit(work)
    assert (len(tries), written()) == (2, 1)


def test_a_commit_without_an_answer_is_not_repeated(postgres: str) -> None:
    tries = []

    def work(session: Session) -> None:
        tries.append(1)
        write(session)

        @event.listens_for(session, "before_commit", once=True)
        def _(_: Session) -> None:
            cut()

    with pytest.raises(OperationalError):
        db.unit(work)
    assert len(tries) == 1
    assert written() == 0


def test_a_claim_is_given_back_when_the_database_returns(postgres: str) -> None:
    office.publish(timer("PT1S"))
    for _ in range(3):
        office.start()
    office.later(seconds=2)
    is_away: list[bool] = []

    @event.listens_for(db.engine(), "commit")
    def go(connection: object) -> None:  # the claim gets through
        is_away.append(True)

    @event.listens_for(db.engine(), "before_cursor_execute")
    def fail(connection: object, cursor: object, statement: str, *_: object) -> None:
        if is_away:
            raise OperationalError(statement, {}, Exception("away"))

    jobs.drain()
    event.remove(db.engine(), "commit", go)
    event.remove(db.engine(), "before_cursor_execute", fail)
    with db.reading() as session:
        assert set(session.scalars(select(Job.attempts))) == {1}
    assert office.drain() == 3
    with db.reading() as session:
        assert set(session.execute(select(Job.status, Job.attempts)).all()) == {("done", 1)}


def test_what_a_thread_has_borrowed_is_closed_when_its_pool_is_gone(postgres: str) -> None:
    with db.transaction() as session:
        lent = session.connection().connection.driver_connection
        db.engine().dispose()  # as a fixture does, or a process that turns elsewhere
        assert not lent.closed
    assert lent.closed
    with db.transaction() as session:
        lent = session.connection().connection.driver_connection
    assert not lent.closed, "what rests in the pool in use stays open"


def test_a_connection_that_cannot_be_opened_again_says_so(postgres_server: PostgresServer) -> None:
    """Its record comes back to the pool with nothing in it."""
    name = f"gone_{uuid.uuid4().hex[:8]}"
    with postgres_server.admin() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    bound = db.connect(postgres_server.url(name))
    with bound.connect() as connection:
        connection.invalidate()  # as after a crash
    with postgres_server.admin() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    for _ in range(2):
        with pytest.raises(OperationalError, match="does not exist"):
            bound.connect()
    bound.dispose()
