"""Whoever changes several processes or cases at once: two of them never wait in a circle.

The first is stopped after its first lock until the second waits or is done. Waiting in a circle
is an error of the database, which is what these tests look for.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select, text, update

from engine import clock, commands, db, jobs
from engine.commands import (
    batches,
    correlation,
    instances,
    messages,
    scheduled,
    suspension,
    variables,
)
from engine.commands import jobs as levers
from engine.hooks import SYSTEM
from engine.jobs import claim
from engine.jobs.drain import attempt
from engine.models import Batch, Incident, Job, ProcessInstance
from engine.queries.access import Viewer
from tests.engine import bpmn_builder as draw
from tests.engine import office
from tests.engine.bpmn_builder import catch, end, signal, start, timer, user
from tests.engine.office import ANN

EVERYTHING = Viewer("ann", scope="all")
#: How many connections stand before a lock.
BLOCKED = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND wait_event_type = 'Lock'"
)


@contextmanager
def _beside(act: Callable[[], object], at: str) -> Iterator[list[str]]:
    """Let `act` begin when this thread has run a statement with `at`; yield what went wrong."""
    mine, started, ended = threading.current_thread(), threading.Event(), threading.Event()
    wrong: list[str] = []

    def rival() -> None:
        try:
            act()
        except Exception as failure:
            wrong.append(repr(failure))
        finally:
            ended.set()

    other = threading.Thread(target=rival)

    def stop(*args: Any) -> None:
        if threading.current_thread() is mine and at in args[2] and not started.is_set():
            started.set()
            other.start()
            with watching.connect() as connection:
                for _ in range(1_000):
                    if ended.wait(0.005) or connection.scalar(BLOCKED):
                        break
                    connection.rollback()

    def note(context: Any) -> None:
        wrong.append(str(context.original_exception))

    watching = db.connect(str(db.engine().url.render_as_string(hide_password=False)))
    event.listen(db.engine(), "after_cursor_execute", stop)
    event.listen(db.engine(), "handle_error", note)
    try:
        yield wrong
        assert started.is_set(), "the first never came to its lock"
        other.join()
    finally:
        event.remove(db.engine(), "after_cursor_execute", stop)
        event.remove(db.engine(), "handle_error", note)
        watching.dispose()


def _two_processes(more: str = "<!-- -->") -> None:
    def drawn(key: str, period: str) -> bytes:
        parts = (start("s", timer(period, "Cycle")), user("a"), end(), "s-a-e", more)
        return draw.diagram(*parts, key=key)

    # The second is due first: a drain comes to them in the other order.
    office.publish(drawn("one", "R/PT2H"), drawn("two", "R/PT1H"))


def _count(status: str = "active") -> int:
    with db.reading() as session:
        counted = select(func.count(ProcessInstance.id)).where(ProcessInstance.status == status)
        return session.scalar(counted) or 0


def test_start_timers_and_a_deployment(postgres: str) -> None:
    _two_processes()
    office.later(hours=2, minutes=1)
    with _beside(lambda: _two_processes("<!-- two -->"), "FOR NO KEY UPDATE") as wrong:
        jobs.drain()
    assert wrong == []
    office.drain()
    assert _count() == 3


def test_start_timers_and_a_suspension(postgres: str) -> None:
    _two_processes()
    office.later(hours=2, minutes=1)

    def suspend() -> None:
        with db.transaction() as session:
            both = [office.definition_id(session, key) for key in ("one", "two")]
            suspension.switch_definitions(
                session, both, suspended=True, with_instances=True, actor=ANN
            )

    with _beside(suspend, "FOR NO KEY UPDATE") as wrong:
        jobs.drain()
    assert wrong == []
    assert (_count(), _count("suspended")) == (0, 2)


def test_scheduled_suspensions_and_start_timers(postgres: str) -> None:
    """Among what is due, a suspension locks its process and its cases like everybody else."""
    _two_processes()
    cases = sorted(office.start(key) for key in ("one", "two", "one"))
    in_time = clock.now() + timedelta(hours=2)
    with db.transaction() as session:
        for key in ("two", "one"):
            for what in (scheduled.PROCESS, scheduled.ELEMENT):
                wish = scheduled.Switch(what, True, included=True, key=key)
                scheduled.switch(session, wish, in_time, actor=ANN, viewer=EVERYTHING)
    office.later(hours=2, minutes=1)

    def rename() -> None:
        with db.transaction() as session:
            instances.lock_cases(session, cases)
            for case in cases:
                variables.set_variables(session, case, {"x": 1}, actor=ANN)

    with _beside(rename, "FOR NO KEY UPDATE") as wrong:
        jobs.drain()
    assert wrong == []
    office.drain()
    assert _variables(cases) == [{"x": 1}] * 3
    assert _count("suspended") >= 3


def _waiting_for_signal(count: int) -> list[str]:
    wait = draw.diagram(start(), catch("c", signal()), user("z"), end(), "s-c-z-e")
    office.publish(wait)
    return sorted(office.start() for _ in range(count))


def test_two_pieces_of_batches_over_the_same_cases(postgres: str) -> None:
    cases = _waiting_for_signal(2)

    def owe(ids: list[str], name: str) -> None:
        with db.transaction() as session:
            given = batches.kept(variables={name: 1})
            batches.create(session, batches.VARIABLES, ids, given, actor=ANN, per_job=2)

    owe(cases, "x")
    with db.transaction() as session:
        token, [first] = claim.claim(session, 1)
    owe(cases[::-1], "y")
    with _beside(jobs.drain, "FOR UPDATE") as wrong:
        attempt(first, token)
    assert wrong == []
    assert _variables(cases) == [{"x": 1, "y": 1}] * 2


def _variables(cases: list[str]) -> list[dict[str, Any]]:
    with db.reading() as session:
        return [dict(variables.read_variables(session, case)) for case in cases]


def _suspending(cases: list[str], per_job: int) -> str:
    with db.transaction() as session:
        config = batches.kept(suspended=True)
        made = batches.create(
            session, batches.SUSPENSION, cases, config, actor=ANN, per_job=per_job
        )
        return made.id


def test_the_last_two_pieces_of_a_batch_end_it(postgres: str) -> None:
    batch = _suspending(_waiting_for_signal(2), 1)
    with db.transaction() as session:
        token, [first] = claim.claim(session, 1)
    with _beside(jobs.drain, "EXISTS (SELECT job.id") as wrong:
        attempt(first, token)
    assert wrong == []
    with db.reading() as session:
        assert session.get_one(Batch, batch).ended_at is not None


@pytest.mark.parametrize("lever", ["hold", "remove"])
def test_a_batch_is_held_or_removed_while_a_piece_is_done(postgres: str, lever: str) -> None:
    batch = _suspending(_waiting_for_signal(2), 1)

    def pull() -> None:
        with db.transaction() as session:
            if lever == "hold":
                batches.switch(session, batch, suspended=True)
            else:
                batches.remove(session, batch)

    with db.transaction() as session:
        token, [first] = claim.claim(session, 1)
    with _beside(pull, "UPDATE process_instance") as wrong:
        attempt(first, token)
    assert wrong == []
    assert office.drain() == 0
    assert (_count(), _count("suspended")) == (1, 1)


def test_a_broadcast_and_a_batch(postgres: str) -> None:
    _suspending(_waiting_for_signal(3)[::-1], 3)

    def broadcast() -> None:
        with db.transaction() as session:
            correlation.broadcast(session, EVERYTHING, "signal_1", {}, actor=SYSTEM)

    with _beside(jobs.drain, "FOR UPDATE") as wrong:
        broadcast()
    assert wrong == []
    assert office.everywhere() == ["z", "z", "z"]
    assert _count("suspended") == 3


def test_a_job_whose_lease_ends_while_it_runs_happens_once(postgres: str) -> None:
    office.publish(draw.diagram(start("s", timer("PT1H")), user("a"), end(), "s-a-e"))
    office.later(hours=2)
    with db.transaction() as session:
        token, [job] = claim.claim(session, 1)
    with db.transaction() as session:
        session.execute(update(Job).values(not_before=clock.real() - timedelta(seconds=1)))
    with _beside(jobs.drain, "INSERT INTO process_instance") as wrong:
        attempt(job, token)
    assert wrong == []
    assert office.everywhere() == ["a"]


def test_an_incident_retried_while_its_job_is_executed_is_done_once(postgres: str) -> None:
    office.publish(draw.diagram(start("s", timer("PT1H")), user("a"), end(), "s-a-e"))
    office.later(hours=2)
    with db.transaction() as session:
        token, [job] = claim.claim(session, 1)
        claim.give_up(session, job.id, token, "no-retry", "…")
    with db.reading() as session:
        incident = session.scalar(select(Incident.id))

    def retry() -> None:
        with db.transaction() as session:
            instances.retry(session, incident or 0, actor=ANN)

    with _beside(retry, "INSERT INTO process_instance") as wrong:
        jobs.execute(job.id)
    assert len(wrong) == 1
    assert "NotFound" in wrong[0]
    assert office.drain() == 0
    assert office.everywhere() == ["a"]


def test_a_message_whose_receiver_leaves_in_this_moment_is_kept(postgres: str) -> None:
    wait = draw.diagram(start(), catch("c", draw.message()), user("z"), end(), "s-c-z-e")
    office.publish(wait)
    case = office.start()
    with db.transaction() as session:
        messages.correlate(session, "msg_1", correlation="")

    def leave() -> None:
        with db.transaction() as session:
            instances.cancel(session, case, actor=ANN, reason="撤回")

    with _beside(leave, "FROM subscription") as wrong:
        jobs.drain()
    assert wrong == []
    with db.reading() as session:
        kept = session.scalars(select(Job.status).where(Job.kind == "message")).all()
    assert kept == ["parked"]


def _timed() -> tuple[str, list[Job]]:
    """Start a case that waits for a person and for a timer."""
    office.publish(
        draw.diagram(
            start(), user("a"), draw.boundary("b", "a", timer("PT1H")), end(), end("f"),
            "s-a-e", "b-f",
        )
    )  # fmt: skip
    return office.start(), office.open_jobs()


def test_a_job_is_changed_while_its_case_moves_on(postgres: str) -> None:
    case, [job] = _timed()
    task = office.task_id(case, "a")

    def complete() -> None:
        with db.transaction() as session:
            commands.complete(session, task, actor=SYSTEM)

    with _beside(complete, "FOR UPDATE") as wrong, db.transaction() as session:
        levers.recalculate(session, levers.find(session, job.id), from_creation=True, actor=ANN)
    assert wrong == []
    assert office.status(case) == "completed"


def test_a_job_is_given_up_while_its_case_moves_on(postgres: str) -> None:
    case, [job] = _timed()
    office.later(hours=2)
    with db.transaction() as session:
        token, _ = claim.claim(session, 1)
    task = office.task_id(case, "a")

    def complete() -> None:
        with db.transaction() as session:
            commands.complete(session, task, actor=SYSTEM)

    with _beside(complete, "UPDATE job") as wrong, db.transaction() as session:
        claim.give_up(session, job.id, token, "no-retry", "…")
    assert wrong == []
    assert office.status(case) == "completed"


def test_a_failure_told_after_the_lease_ended_does_not_touch_what_was_done(postgres: str) -> None:
    office.publish(draw.diagram(start("s", timer("PT1H")), user("a"), end(), "s-a-e"))
    office.later(hours=2)
    with db.transaction() as session:
        token, [job] = claim.claim(session, 1)
    with db.transaction() as session:
        session.execute(update(Job).values(not_before=clock.real() - timedelta(seconds=1)))
    with _beside(jobs.drain, "FROM job") as wrong, db.transaction() as session:
        claim.give_up(session, job.id, token, "no-retry", "…")
    assert wrong == []
    with db.reading() as session:
        assert session.get_one(Job, job.id).status == "done"
        assert session.scalar(select(func.count(Incident.id))) == 0
    assert office.everywhere() == ["a"]


def test_a_message_that_expires_while_somebody_begins_to_wait_for_it(postgres: str) -> None:
    wait = draw.diagram(start(), catch("c", draw.message()), user("z"), end(), "s-c-z-e")
    office.publish(wait)
    with db.transaction() as session:
        messages.correlate(session, "msg_1", correlation="")
    office.drain()
    office.later(days=8)

    def receive() -> None:
        office.start()
        office.drain()

    with _beside(receive, "FROM job") as wrong:
        jobs.reconcile()
    assert wrong == []
    with db.reading() as session:
        kept = session.scalars(select(Job.status).where(Job.kind == "message")).one()
    assert (kept, office.everywhere()) in [("undelivered", []), ("done", ["z"])]


def test_a_lease_that_ended_is_taken_away_unless_somebody_is_at_it(postgres: str) -> None:
    for name in "one", "two":
        parts = (start("s", timer("PT1H")), user("a"), end(), "s-a-e")
        office.publish(draw.diagram(*parts, key=name), name=name)
    office.later(hours=2)
    with db.transaction() as session:
        token, [first, second] = claim.claim(session, 2)
    with db.transaction() as session:
        session.execute(update(Job).values(not_before=clock.real() - timedelta(seconds=1)))
    with _beside(jobs.reconcile, "INSERT INTO process_instance") as wrong:
        attempt(first, token)
    assert wrong == []
    with db.reading() as session:
        leases = {job.id: (job.status, job.lease) for job in session.scalars(select(Job))}
    assert leases == {first.id: ("done", None), second.id: ("open", None)}
    office.drain()
    assert office.everywhere() == ["a", "a"]
