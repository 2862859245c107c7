"""Events across call activities, and compensation with rows in a database."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from engine import commands, db, jobs, services
from engine.commands import execution
from engine.models import HistoryEvent, Job, ProcessInstance
from engine.services import ServiceCall
from tests.engine import bpmn_builder as draw
from tests.engine import office
from tests.engine.bpmn_builder import (
    boundary,
    call,
    compensate,
    end,
    error,
    escalation,
    service,
    start,
    throw,
    undoing,
)

MINE = {"camunda__assignee": "ann"}


def user(name: str, **attributes: str) -> str:
    return draw.user(name, **MINE, **attributes)


@pytest.fixture
def late_calls(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A handler that notes that it was called."""
    called: list[str] = []

    def late(ask: ServiceCall) -> None:
        """做迟了的事"""
        called.append(ask.element_id)

    found = services.Service("t.late", "做迟了的事", late)
    monkeypatch.setitem(services._catalogue, "t.late", found)
    return called


def caller(event: str) -> bytes:
    return draw.diagram(
        start(), call("c", "child"), event, user("h"), end(), end("e2"), "s-c-e", "b-h-e2"
    )


def escalating() -> bytes:
    return draw.diagram(
        start(), user("a"), throw("up", escalation()), service("late", "t.late"), user("k"), end(),
        "s-a-up-late-k-e", key="child",
    )  # fmt: skip


def test_an_escalation_that_interrupts_the_call_stops_the_child_at_once(
    either_database: str, late_calls: list[str]
) -> None:
    office.publish(escalating(), caller(boundary("b", "c", escalation())))
    case = office.start()
    office.complete(case, "a")
    assert office.everywhere() == ["h"]
    assert late_calls == [], "nothing runs in a child that has been taken away"
    with db.reading() as session:
        child = session.scalars(
            select(ProcessInstance).where(ProcessInstance.process_key == "child")
        ).one()
    assert child.status == "cancelled"
    office.complete(case, "h")
    assert office.status(case) == "completed"


def test_an_escalation_beside_the_call_lets_the_child_go_on(
    sqlite: str, late_calls: list[str]
) -> None:
    office.publish(escalating(), caller(boundary("b", "c", escalation(), interrupting=False)))
    case = office.start()
    office.complete(case, "a")
    assert office.everywhere() == ["h", "k"]
    assert late_calls == ["late"]


def test_an_error_end_of_the_child_is_caught_with_code_and_message(sqlite: str) -> None:
    caught = error("", errorCodeVariable="code")
    child = draw.diagram(start(), user("a"), end("bad", error()), "s-a-bad", key="child")
    office.publish(child, caller(boundary("b", "c", caught)))
    case = office.start()
    office.complete(case, "a")
    assert office.everywhere() == ["h"]
    with db.reading() as session:
        assert commands.read_variables(session, case)["code"] == "E1"
        left = session.scalars(
            select(ProcessInstance).where(ProcessInstance.process_key == "child")
        ).one()
    assert left.status == "cancelled", "an error that leaves a process is no normal end"
    assert left.outcome == "业务错误，由上级流程处理（E1）"


def test_an_error_end_nobody_catches_lets_the_caller_go_on(sqlite: str) -> None:
    child = draw.diagram(start(), user("a"), end("bad", error()), "s-a-bad", key="child")
    office.publish(child, draw.diagram(start(), call("c", "child"), user("z"), end(), "s-c-z-e"))
    case = office.start()
    office.complete(case, "a")
    assert office.everywhere() == ["z"]
    office.complete(case, "z")
    assert office.status(case) == "completed"


def test_an_escalation_brings_the_outputs_of_the_call(sqlite: str) -> None:
    called = call("c", "child", draw.extension('<camunda:out source="n" target="m"/>'))
    child = draw.diagram(start(), draw.script("x", "n = 5"), throw("up", escalation()), user("a"),
                         end(), "s-x-up-a-e", key="child")  # fmt: skip
    office.publish(
        child,
        draw.diagram(start(), called, boundary("b", "c", escalation(), interrupting=False),
                     user("h"), end(), end("e2"), "s-c-e", "b-h-e2"),
    )  # fmt: skip
    case = office.start()
    assert office.everywhere() == ["a", "h"]
    assert office.variables(case)["m"] == 5


def test_compensation_with_people_services_and_calls(
    either_database: str, late_calls: list[str]
) -> None:
    undo = call("uc", "child", isForCompensation="true")
    office.publish(
        draw.diagram(start(), user("k"), end(), "s-k-e", key="child"),
        draw.diagram(
            start(), user("a"), undoing("a", "ua", user("ua", isForCompensation="true")),
            user("c"), undoing("c", "uc", undo), user("d"),
            undoing("d", "ud", service("ud", "t.late", isForCompensation="true")), user("x"),
            throw("t", compensate()), user("z"), end(), "s-a-c-d-x-t-z-e",
        ),
    )  # fmt: skip
    case = office.start()
    for element in ("a", "c", "d", "x"):
        office.complete(case, element)
    assert (late_calls, office.everywhere()) == (["ud"], ["k"])
    office.complete(case, "k")
    assert office.everywhere() == ["ua"]
    office.complete(case, "ua")
    assert office.everywhere() == ["z"]
    with db.reading() as session:
        thrown = session.scalars(select(HistoryEvent)).all()
    assert any("compensate" in str(event.data) for event in thrown)


def test_a_message_that_a_worker_sends_is_an_external_task(sqlite: str) -> None:
    event = '<bpmn:messageEventDefinition camunda:type="external" camunda:topic="mail"/>'
    office.publish(draw.diagram(start(), throw("t", event), user("z"), end(), "s-t-z-e"))
    office.start()
    with db.reading() as session:
        job = session.scalars(select(Job).where(Job.kind == "external")).one()
        assert (job.topic, job.element_id) == ("mail", "t")


def test_a_cancelled_case_takes_what_it_called_along_for_its_reason(either_database: str) -> None:
    office.publish(
        draw.diagram(start(), call("c", "child"), end(), "s-c-e"),
        draw.diagram(start(), call("d", "deepest"), end(), "s-d-e", key="child"),
        draw.diagram(start(), user("a"), end(), "s-a-e", key="deepest"),
    )
    held, running = office.start(), office.start()
    with db.transaction() as session:
        commands.suspend(session, held, actor=office.ANN, reason="核实")
    for case in (held, running):
        with db.transaction() as session:
            commands.cancel(session, case, actor=office.ANN, reason="来电撤回")
        assert office.waiting(case) == []
    with db.reading() as session:
        rows = session.execute(select(ProcessInstance.status, ProcessInstance.outcome)).all()
    assert [tuple(row) for row in rows] == [("cancelled", "来电撤回")] * 6


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A handler that fails until the list is filled."""
    mended: list[str] = []

    def mend(ask: ServiceCall) -> None:
        """做到修好为止"""
        if not mended:
            raise RuntimeError("down")

    monkeypatch.setitem(services._catalogue, "t.mend", services.Service("t.mend", "修", mend))
    return mended


def again() -> None:
    """Try at once what failed."""
    with db.transaction() as session:
        for job in session.scalars(select(Job).where(Job.status == "open")):
            job.not_before = None
    office.drain()


def test_a_caller_that_fails_after_its_child_has_ended_goes_on_later(
    either_database: str, broken: list[str]
) -> None:
    office.publish(
        draw.diagram(
            start(), call("c", "child"), service("x", "t.mend"), user("z"), end(), "s-c-x-z-e"
        ),
        draw.diagram(start(), user("a"), end(), "s-a-e", key="child"),
    )
    case = office.start()
    office.complete(case, "a")
    with db.reading() as session:
        rows = session.scalars(select(ProcessInstance.status)).all()
    assert (rows, office.waiting(case)) == (["active", "active"], [])
    broken.append("now")
    again()
    assert office.waiting(case) == ["z"]
    with db.reading() as session:
        states = session.execute(select(ProcessInstance.process_key, ProcessInstance.status)).all()
    assert sorted(tuple(state) for state in states) == [("child", "completed"), ("p", "active")]


def test_children_dropped_before_something_fails_are_still_there(
    either_database: str, broken: list[str]
) -> None:
    gone = draw.extension(
        draw.camunda("executionListener", delegateExpression="${t.mend}", event="end")
    )
    office.publish(
        draw.diagram(
            start(), draw.parallel("g"), user("a"), end("stop", draw.terminate()),
            call("c", "child", draw.extension(draw.camunda("in", source="item", target="item")),
                 draw.multi("xs")), end(), "s-g-a-stop", "g-c-e",
        ),
        draw.diagram(start(), draw.xor("d", default="f_d_b"), draw.user("l", gone, **MINE),
                     user("b"), end(), "s-d-b-e", draw.flow("d", "l", "${item == 2}"), "l-e",
                     key="child"),
    )  # fmt: skip
    case = office.start(xs=[1, 2])
    office.complete(case, "a")
    with db.reading() as session:
        rows = session.scalars(select(ProcessInstance.status)).all()
    assert rows == ["active"] * 3
    broken.append("now")
    again()
    assert (office.status(case), office.waiting(case)) == ("completed", [])


def test_what_is_owed_behind_one_task_keeps_no_other_from_going_on(
    either_database: str, broken: list[str]
) -> None:
    office.publish(
        draw.diagram(
            start(), draw.parallel("g"), user("a"), service("x", "t.mend"), user("z"),
            draw.catch("m", draw.message()), user("y"), user("b"), user("k"), end(),
            "s-g-a-x-z-e", "g-m-y-e", "g-b-k-e",
        )
    )  # fmt: skip
    case = office.start(bk="K")
    assert office.complete(case, "a").postponed
    with db.transaction() as session:
        commands.correlate(session, "msg_1", correlation="K")
    office.drain()
    assert not office.complete(case, "b").postponed
    assert office.waiting(case) == ["k", "y"]
    broken.append("now")
    again()
    assert office.waiting(case) == ["k", "y", "z"]


def test_what_is_owed_goes_with_what_is_interrupted(
    either_database: str, broken: list[str]
) -> None:
    office.publish(
        draw.diagram(
            start(), draw.sub("o", start("s1"), user("a"), service("x", "t.mend"), end("e1"),
                              "s1-a-x-e1"),
            boundary("t", "o", draw.timer("PT1H")), user("z"), end(), "s-o-e", "t-z-e",
        )
    )  # fmt: skip
    case = office.start()
    assert office.complete(case, "a").postponed
    office.later(hours=2)
    again()
    assert office.waiting(case) == ["z"]
    with db.reading() as session:
        assert session.scalars(select(Job).where(Job.status.in_(("open", "failed")))).all() == []


def test_processes_that_call_each_other_manifold_come_to_rest(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call is a job of its own: no command ever meets more than a few of them."""
    monkeypatch.setattr(execution, "MAX_FAMILY", 60)
    thrice = draw.multi(cardinality="3")
    office.publish(*(
        draw.diagram(draw.start(), draw.call("c", other, thrice, camunda__asyncBefore="true"),
                     draw.end(), "s-c-e", key=key)
        for key, other in (("one", "two"), ("two", "one"))
    ))  # fmt: skip
    office.start("one")
    for _ in range(200):
        if not jobs.drain():
            break
    else:
        raise AssertionError("it goes on and on")
    with db.reading() as session:
        made = session.scalar(select(func.count(ProcessInstance.id))) or 0
        why = set(session.scalars(select(Job.error).where(Job.error.is_not(None))))
    assert 60 < made < 70
    assert [one for one in why if "互相调用" in (one or "")] == list(why)
