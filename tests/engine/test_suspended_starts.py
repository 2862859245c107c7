"""A suspended process starts nothing, and loses nothing: what fell due waits until it may start."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import clock, db
from engine.commands import messages, suspension
from engine.errors import Conflict
from engine.jobs import claim
from engine.jobs.drain import attempt
from engine.models import HistoryEvent, Job, ProcessInstance
from tests.engine import bpmn_builder as draw
from tests.engine import office
from tests.engine.bpmn_builder import end, start, timer, user
from tests.engine.office import ANN


def starting(definition: str) -> bytes:
    return draw.diagram(start("s", definition), user("a"), end(), "s-a-e")


def switch(*, suspended: bool) -> None:
    with db.transaction() as session:
        suspension.switch_definitions(
            session,
            [office.definition_id(session)],
            suspended=suspended,
            with_instances=False,
            actor=ANN,
        )


def moments() -> list[str]:
    """Return when the timers that fired had been due."""
    with db.reading() as session:
        fired = session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "fired"))
        return sorted(str((event.data or {})["due"]) for event in fired)


def test_what_fell_due_for_a_suspended_process_happens_when_it_is_activated(
    either_database: str,
) -> None:
    office.publish(starting(timer("R/PT1H", "Cycle")))
    first = office.open_jobs("start")[0].due_at
    switch(suspended=True)
    office.later(hours=3, minutes=10)
    assert office.drain() == 0
    assert [job.due_at for job in office.open_jobs("start")] == [first]
    switch(suspended=False)
    assert office.drain() == 3
    assert moments() == [(first + timedelta(hours=hour)).isoformat() for hour in range(3)]
    assert office.everywhere() == ["a", "a", "a"]


def test_a_process_suspended_between_claim_and_firing_keeps_its_moment(
    either_database: str,
) -> None:
    office.publish(starting(timer("PT1H")))
    office.later(hours=2)
    with db.transaction() as session:
        token, [job] = claim.claim(session, 10)
    switch(suspended=True)
    with pytest.raises(Conflict):
        attempt(job, token)
    assert office.everywhere() == []
    [waiting] = office.open_jobs("start")
    assert (waiting.attempts, waiting.lease) == (0, None)
    switch(suspended=False)
    assert office.drain() == 1
    assert office.everywhere() == ["a"]


def test_a_message_kept_while_the_process_was_suspended_starts_it_afterwards(
    either_database: str,
) -> None:
    office.publish(starting(draw.message()))
    switch(suspended=True)
    with db.transaction() as session:
        messages.correlate(session, "msg_1", correlation="A7")
    office.drain()
    assert office.everywhere() == []
    switch(suspended=False)
    office.drain()
    with db.reading() as session:
        assert session.scalars(select(ProcessInstance)).one().business_key == "A7"


@pytest.mark.parametrize("held", ["by an operator", "with its process", "by its next attempt"])
def test_what_is_held_is_not_late(sqlite: str, held: str) -> None:
    office.publish(starting(timer("PT1H")))
    office.later(hours=2)
    with db.reading() as session:
        assert claim.late(session) == 1
    if held == "with its process":
        switch(suspended=True)
    with db.transaction() as session:
        job = session.scalars(select(Job)).one()
        job.suspended = held == "by an operator"
        if held == "by its next attempt":
            job.not_before = clock.real() + timedelta(minutes=1)
    with db.reading() as session:
        assert claim.late(session) == 0
