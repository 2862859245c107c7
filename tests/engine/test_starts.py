"""Starts without a person: by timer, message, signal, condition; what a deployment swaps."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import Connection, event, func, select

from engine import clock, commands, db, hooks, jobs
from engine.errors import DeploymentRefused, NotAllowed
from engine.hooks import Actor
from engine.models import HistoryEvent, Job, ProcessDefinition, ProcessInstance, Subscription
from tests.engine import bpmn_builder as draw
from tests.engine import office
from tests.engine.bpmn_builder import conditional, end, signal, start, timer, user


def starting(
    definition: str, *, key: str = "p", more: str = "<!-- -->", **attributes: str
) -> bytes:
    """A process that its event starts, and that then waits for a person."""
    return draw.diagram(
        start("s", definition), user("a"), end(), "s-a-e", more, key=key, **attributes
    )


def due() -> list[timedelta]:
    """Return when the open start timers are due, from now, to the minute."""
    now = clock.now()
    return sorted(
        timedelta(minutes=round((job.due_at - now).total_seconds() / 60))
        for job in office.open_jobs("start")
    )


def started() -> int:
    with db.reading() as session:
        return session.scalar(select(func.count(ProcessInstance.id))) or 0


def test_a_repetition_starts_instances_and_owes_the_next(either_database: str) -> None:
    office.publish(starting(timer("R3/PT1H", "Cycle")))
    assert due() == [timedelta(hours=1)]
    for number in (1, 2, 3):
        office.later(hours=1, seconds=1)
        assert office.drain() == 1
        assert started() == number
    assert office.open_jobs("start") == []
    assert office.everywhere() == ["a", "a", "a"]


def test_after_a_standstill_each_missed_start_happens_once_with_its_moment(sqlite: str) -> None:
    office.publish(starting(timer("R/PT1H", "Cycle")))
    first = office.open_jobs("start")[0].due_at
    office.later(hours=6, minutes=10)
    assert office.drain() == 6
    with db.reading() as session:
        fired = session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "fired")).all()
    assert sorted(str(event.data and event.data["due"]) for event in fired) == [
        (first + timedelta(hours=hour)).isoformat() for hour in range(6)
    ]
    assert due() == [timedelta(minutes=50)]


def test_a_new_version_takes_the_same_timer_over(either_database: str) -> None:
    office.publish(starting(timer("R3/PT1H", "Cycle")))
    office.later(minutes=90)
    office.publish(starting(timer("R3/PT1H", "Cycle"), more="<!-- two -->"))
    assert due() == [timedelta(minutes=-30)], "what was missed is still owed"
    assert office.drain() == 1
    with db.reading() as session:
        row = session.scalars(select(ProcessInstance)).one()
        job = session.scalars(select(Job).where(Job.status == "open")).one()
        assert row.definition_id == job.definition_id
    assert due() == [timedelta(minutes=30)]


@pytest.mark.parametrize("first", ["timer", "deployment"])
def test_a_deployment_while_the_timer_fires_loses_nothing(postgres: str, first: str) -> None:
    text = timer("R/PT1H", "Cycle")
    office.publish(starting(text))
    office.later(minutes=61)
    steps = {
        "timer": lambda: jobs.drain(),
        "deployment": lambda: office.publish(starting(text, more="<!-- two -->")),
    }
    [second] = set(steps) - {first}
    other = threading.Thread(target=steps[second])
    held, done = threading.Event(), threading.Event()

    @event.listens_for(db.engine(), "commit")
    def wait(connection: Connection) -> None:
        """Hold the first writer at its commit until the second has had a while."""
        if threading.current_thread() is not other and connection.info.pop("wrote", False):
            held.set()
            other.start()
            done.wait(0.5)

    @event.listens_for(db.engine(), "before_cursor_execute")
    def wrote(connection: Connection, _: object, statement: str, *__: object) -> None:
        is_start = "INSERT INTO process_instance" in statement
        connection.info["wrote"] = (
            connection.info.get("wrote")
            or is_start
            or (first == "deployment" and "INSERT INTO process_definition" in statement)
        )

    steps[first]()
    assert held.is_set()
    other.join()
    event.remove(db.engine(), "commit", wait)
    event.remove(db.engine(), "before_cursor_execute", wrote)
    office.drain()
    assert started() == 1
    with db.reading() as session:
        newest = session.scalar(select(func.max(ProcessDefinition.id)))
        open_ = session.scalars(select(Job).where(Job.status == "open", Job.kind == "start"))
        assert [job.definition_id for job in open_] == [newest]


def test_another_timer_begins_anew_and_a_removed_one_is_gone(sqlite: str) -> None:
    office.publish(starting(timer("R/PT1H", "Cycle")))
    office.publish(starting(timer("R/PT2H", "Cycle")))
    assert due() == [timedelta(hours=2)]
    office.publish(draw.diagram(start(), user("a"), end(), "s-a-e"))
    assert due() == []


def test_a_moment_that_was_used_is_not_used_again(sqlite: str) -> None:
    day = (clock.now() + timedelta(days=1)).replace(microsecond=0).isoformat()
    office.publish(starting(timer(day, "Date")))
    office.later(days=2)
    assert office.drain() == 1
    office.publish(starting(timer(day, "Date"), more="<!-- two -->"))
    office.drain()
    assert started() == 1


def test_a_repetition_that_is_over_owes_nothing_and_refuses_nothing(sqlite: str) -> None:
    office.publish(starting(timer("R4/2016-03-11T12:13/PT5M", "Cycle")))
    assert due() == []
    office.publish(starting(timer("0 0 9 * * ? 2026", "Cycle"), more="<!-- years -->"))
    office.later(days=800)
    office.publish(starting(timer("0 0 9 1 1 ? 2026", "Cycle")))
    assert due() == []


def test_the_only_start_there_is_can_be_used_by_hand(sqlite: str) -> None:
    office.publish(starting(timer("R/PT1H", "Cycle")))
    office.start()
    assert office.everywhere() == ["a"]


def test_cron_and_computed_moments(sqlite: str) -> None:
    office.prepare()
    office.publish(
        draw.diagram(
            start("s", timer("0 0 9 * * ?", "Cycle")), start("s2", timer("${workdays(1)}", "Date")),
            user("a"), end(), "s-a-e", "s2-a",
        )
    )  # fmt: skip
    assert len(due()) == 2
    office.later(days=3)
    office.drain()
    assert started() >= 3


def test_an_older_version_s_job_starts_nothing(sqlite: str) -> None:
    office.publish(starting(timer("PT1H")))
    with db.reading() as session:
        old = session.scalars(select(Job)).one()
        payload, definition = old.payload, old.definition_id
    office.publish(draw.diagram(start(), user("a"), end(), "s-a-e"))
    with db.transaction() as session:
        session.add(
            Job(kind="start", definition_id=definition, element_id="s", due_at=clock.now(),
                max_attempts=3, backoff=[10], payload=payload, created_at=clock.now())
        )  # fmt: skip
    assert office.drain() == 1
    assert started() == 0


def test_a_start_timer_without_a_moment_is_refused(sqlite: str) -> None:
    with pytest.raises(DeploymentRefused) as refusal:
        office.publish(starting(timer("${nothing}", "Date")))
    assert [(p.element, p.code) for p in refusal.value.problems] == [("s", "bad-timer")]


def test_conditions_start_what_they_hold_for(either_database: str) -> None:
    office.publish(starting(conditional("${amount > 100}"), key="big"), name="b")
    office.publish(starting(conditional("${amount > 10}"), key="small"), name="s")
    office.publish(starting(conditional("=amount > 0", variable="urgent"), key="urgent"), name="u")
    with db.transaction() as session:
        rows = commands.evaluate_conditions(
            session, {"amount": 50}, actor=hooks.SYSTEM, business_key="A1"
        )
        assert [(row.process_key, row.business_key) for row in rows] == [("small", "A1")]
    with db.transaction() as session:
        rows = commands.evaluate_conditions(
            session, {"amount": 500, "urgent": True}, actor=hooks.SYSTEM
        )
        assert sorted(row.process_key for row in rows) == ["big", "small", "urgent"]
        only = rows[0].definition_id
    with db.transaction() as session:
        assert commands.evaluate_conditions(session, {"other": 1}, actor=hooks.SYSTEM) == []
        rows = commands.evaluate_conditions(
            session, {"amount": 500}, actor=hooks.SYSTEM, definition_id=only
        )
        assert len(rows) == 1


def test_a_condition_does_not_start_what_the_person_may_not(sqlite: str) -> None:
    office.publish(starting(conditional("${x}"), camunda__candidateStarterGroups="chair"))
    with db.transaction() as session, pytest.raises(NotAllowed):
        commands.evaluate_conditions(session, {"x": True}, actor=office.ANN)
    with db.transaction() as session:
        chair = Actor("eve", frozenset({"chair@pinghu"}))
        assert len(commands.evaluate_conditions(session, {"x": True}, actor=chair)) == 1


def test_only_the_newest_version_waits(sqlite: str) -> None:
    for number in range(3):
        event = signal() if number else draw.message()
        office.publish(starting(event, more=f"<!-- {number} -->"))
    with db.reading() as session:
        assert [row.kind for row in session.scalars(select(Subscription))] == ["signal"]


def test_a_message_starts_one_process_only(sqlite: str) -> None:
    office.publish(starting(draw.message(), key="one"), name="one")
    with pytest.raises(DeploymentRefused, match="msg_1"):
        office.publish(starting(draw.message(), key="two"), name="two")
    office.publish(starting(draw.message(), key="one", more="<!-- again -->"), name="one")
    with pytest.raises(DeploymentRefused, match="同一个消息"):
        office.publish(
            draw.diagram(start("s", draw.message("m2")), start("t", draw.message("m2")),
                         user("a"), end(), "s-a-e", "t-a", key="twice"),
            name="twice",
        )  # fmt: skip


def test_a_message_that_came_early_starts_the_process_when_it_is_published(sqlite: str) -> None:
    with db.transaction() as session:
        commands.correlate(session, "msg_1", correlation="A7")
    office.drain()
    with db.reading() as session:
        assert [job.status for job in session.scalars(select(Job))] == ["parked"]
    office.publish(starting(draw.message()))
    office.drain()
    with db.reading() as session:
        assert session.scalars(select(ProcessInstance)).one().business_key == "A7"


def test_a_signal_reaches_everybody_and_starts_every_process(either_database: str) -> None:
    office.publish(starting(signal(), key="one"), name="one")
    office.publish(starting(signal(), key="two"), name="two")
    office.publish(
        draw.diagram(start(), draw.catch("c", signal()), user("z"), end(), "s-c-z-e", key="waits"),
        name="waits",
    )
    office.start("waits")
    office.start("waits")
    with db.transaction() as session:
        commands.broadcast(session, "signal_1", payload={"level": 3})
    assert office.drain() == 5, "the broadcast, two that wait, two starts"
    assert office.everywhere() == ["a", "a", "z", "z"]


def test_several_pools_of_one_file_are_several_definitions(sqlite: str) -> None:
    first = draw.process(start(), user("a"), end(), "s-a-e", key="one")
    second = draw.process(start("s2", draw.message()), user("b"), end("e2"), "s2-b-e2", key="two")
    silent = '<bpmn:process id="outside" isExecutable="false"/>'
    pools = (
        '<bpmn:collaboration id="c"><bpmn:participant id="p1" processRef="one"/>'
        '<bpmn:participant id="p2" processRef="two"/><bpmn:participant id="p3"/>'
        '<bpmn:messageFlow id="mf" sourceRef="a" targetRef="s2"/></bpmn:collaboration>'
    )
    office.publish(draw.files(first, second, silent, roots=draw.ROOTS + pools))
    office.start("one")
    with db.transaction() as session:
        commands.correlate(session, "msg_1", correlation="")
    office.drain()
    assert office.everywhere() == ["a", "b"]
