"""Timers, messages, signals and call activities: rows that wake instances."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import clock, commands, db, jobs
from engine.errors import CorrelationFailed
from engine.jobs import claim
from engine.models import HistoryEvent, Job, ProcessInstance, Subscription
from tests.engine import office
from tests.engine.office import diagram, flows, user


def boundary(element: str, host: str, definition: str, *, interrupting: bool) -> str:
    cancel = "true" if interrupting else "false"
    return (
        f'<bpmn:boundaryEvent id="{element}" attachedToRef="{host}" cancelActivity="{cancel}">'
        f"{definition}</bpmn:boundaryEvent>"
    )


def timer(text: str) -> str:
    kind = "timeDuration" if text.startswith("P") else "timeDate"
    return (
        f"<bpmn:timerEventDefinition><bpmn:{kind}>{text}</bpmn:{kind}></bpmn:timerEventDefinition>"
    )


def overdue(*, interrupting: bool) -> bytes:
    return diagram(
        '<bpmn:startEvent id="s"/>'
        + user("owed")
        + boundary("t", "owed", timer("P5D"), interrupting=interrupting)
        + user("supervise", "chair@pinghu")
        + '<bpmn:endEvent id="e"/><bpmn:endEvent id="e2"/>'
        + flows("s>owed", "owed>e", "t>supervise", "supervise>e2")
    )


def test_a_deadline_adds_supervision_and_takes_nothing_away(either_database: str) -> None:
    office.publish(overdue(interrupting=False))
    case = office.start()
    office.later(days=4, hours=23)
    assert office.drain() == 0
    office.later(hours=2)
    assert office.drain() == 1
    assert office.waiting(case) == ["owed", "supervise"]
    assert office.drain() == 0
    with db.reading() as session:
        fired = session.scalars(select(HistoryEvent).where(HistoryEvent.kind == "fired")).one()
    assert fired.element_id == "t"


def test_an_interrupting_deadline_takes_over(either_database: str) -> None:
    office.publish(overdue(interrupting=True))
    case = office.start()
    office.later(days=5, hours=1)
    office.drain()
    assert office.waiting(case) == ["supervise"]


def test_completing_the_task_takes_its_timer_away(database: str) -> None:
    office.publish(overdue(interrupting=False))
    case = office.start()
    office.complete(case, "owed")
    assert office.status(case) == "completed"
    office.later(days=9)
    assert office.drain() == 0


RECEIVER = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("a")
    + '<bpmn:intermediateCatchEvent id="c"><bpmn:messageEventDefinition messageRef="m"/>'
    "</bpmn:intermediateCatchEvent>"
    + user("b")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>a", "a>c", "c>b", "b>e"),
    extra='<bpmn:message id="m" name="msg_paid"/>',
)


def test_a_message_finds_the_one_case_that_waits(either_database: str) -> None:
    office.publish(RECEIVER)
    cases = [office.start(bk=f"SQ-{n}") for n in range(3)]
    for case in cases:
        office.complete(case, "a")
    with db.transaction() as session:
        found = commands.correlate(session, "msg_paid", correlation="SQ-1", payload={"x": 7})
    assert found == [cases[1]]
    office.drain()
    assert [office.waiting(case) for case in cases] == [[], ["b"], []]


def test_a_message_that_comes_too_early_waits_for_its_case(either_database: str) -> None:
    office.publish(RECEIVER)
    case = office.start(bk="SQ-9")
    with db.transaction() as session:
        assert commands.correlate(session, "msg_paid", correlation="SQ-9") == []
    office.drain()
    office.complete(case, "a")
    office.drain()
    assert office.waiting(case) == ["b"]


def test_a_message_nobody_waits_for_is_given_up_after_a_week(database: str) -> None:
    with db.transaction() as session:
        commands.correlate(session, "msg_nobody", correlation="x")
    office.drain()
    office.later(days=8)
    assert jobs.reconcile()["undelivered"] == 1
    with db.reading() as session:
        assert session.scalars(select(Job.status)).one() == "undelivered"


def test_a_message_for_two_cases_is_refused(database: str) -> None:
    office.publish(RECEIVER)
    for _ in range(2):
        office.complete(office.start(bk="same"), "a")
    with db.transaction() as session, pytest.raises(CorrelationFailed):
        commands.correlate(session, "msg_paid", correlation="same")


def test_a_message_starts_a_process_of_the_newest_version(either_database: str) -> None:
    begun = diagram(
        '<bpmn:startEvent id="s"><bpmn:messageEventDefinition messageRef="m"/></bpmn:startEvent>'
        + user("a")
        + '<bpmn:endEvent id="e"/>'
        + flows("s>a", "a>e"),
        extra='<bpmn:message id="m" name="msg_received"/>',
    )
    office.publish(begun)
    with db.transaction() as session:
        commands.correlate(session, "msg_received", correlation="SQ-7", payload={"x": "y"})
    office.drain()
    with db.reading() as session:
        row = session.scalars(select(ProcessInstance)).one()
        assert session.scalars(select(Subscription)).one().definition_id is not None
    assert row.business_key == "SQ-7"
    assert office.waiting(row.id) == ["a"]


CALLER = diagram(
    '<bpmn:startEvent id="s"/>'
    '<bpmn:callActivity id="call" calledElement="child"><bpmn:extensionElements>'
    '<camunda:in source="level" target="level"/>'
    '<camunda:in businessKey="#{execution.processBusinessKey}"/>'
    '<camunda:out source="result" target="result"/></bpmn:extensionElements></bpmn:callActivity>'
    + boundary("stop", "call", '<bpmn:messageEventDefinition messageRef="m"/>', interrupting=True)
    + user("after")
    + user("stopped")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>call", "call>after", "after>e", "stop>stopped", "stopped>e"),
    key="caller",
    extra='<bpmn:message id="m" name="msg_stop"/>',
)
CHILD = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("work")
    + '<bpmn:scriptTask id="c"><bpmn:script>result = ${level}</bpmn:script></bpmn:scriptTask>'
    '<bpmn:endEvent id="e"/>' + flows("s>work", "work>c", "c>e"),
    key="child",
)


def test_a_call_activity_is_an_instance_of_its_own(either_database: str) -> None:
    office.publish(CHILD, CALLER)
    case = office.start("caller", level="L3", bk="SQ-1")
    with db.reading() as session:
        child = session.scalars(
            select(ProcessInstance).where(ProcessInstance.parent_id == case)
        ).one()
    assert (child.root_id, child.depth, child.parent_element) == (case, 1, "call")
    assert office.waiting(case) == ["work"]
    office.complete(case, "work")
    assert office.waiting(case) == ["after"]
    assert office.status(child.id) == "completed"
    with db.reading() as session:
        parent = session.get_one(ProcessInstance, case)
    assert parent.status == "active"


def test_an_interrupted_call_cancels_what_it_called(either_database: str) -> None:
    office.publish(CHILD, CALLER)
    case = office.start("caller", level="L3", bk="SQ-1")
    with db.transaction() as session:
        commands.correlate(session, "msg_stop", correlation="SQ-1")
    office.drain()
    assert office.waiting(case) == ["stopped"]
    with db.reading() as session:
        child = session.scalars(
            select(ProcessInstance).where(ProcessInstance.parent_id == case)
        ).one()
    assert child.status == "cancelled"


def test_a_family_that_starts_and_ends_at_once(database: str) -> None:
    quick = diagram('<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>' + flows("s>e"), key="child")
    office.publish(quick, CALLER)
    case = office.start("caller", level="L3")
    assert office.waiting(case) == ["after"]


def test_a_process_that_calls_itself_without_end_is_stopped(database: str) -> None:
    ping = diagram(
        '<bpmn:startEvent id="s"/><bpmn:callActivity id="c" calledElement="pong"/>'
        '<bpmn:endEvent id="e"/>' + flows("s>c", "c>e"),
        key="ping",
    )
    pong = ping.replace(b'id="ping"', b'id="pong"').replace(b'"pong"/>', b'"ping"/>', 1)
    with pytest.raises(Exception, match=r"调用|递归|循环"):
        office.publish(ping, pong)
        office.start("ping")


def test_a_job_whose_worker_died_runs_alone(
    either_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.publish(overdue(interrupting=False))
    cases = [office.start() for _ in range(5)]
    office.later(days=6)
    with db.transaction() as session:
        _, taken = claim.claim(session, 50)
    assert len(taken) == 5  # and then the worker died
    assert jobs.drain() == 0
    real = clock.real
    monkeypatch.setattr(clock, "real", lambda: real() + timedelta(minutes=5))
    assert [jobs.drain() for _ in range(6)] == [1, 1, 1, 1, 1, 0]
    assert all(office.waiting(case) == ["owed", "supervise"] for case in cases)
