"""How a called process ends before its time, and what becomes of its caller."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import commands, db
from engine.commands import correlation
from engine.commands.modification import Instruction, modify
from engine.errors import EngineError
from engine.models import Job, ProcessInstance, Subscription
from tests.engine import in_step, office
from tests.engine.bpmn_builder import (
    boundary,
    call,
    compensate,
    diagram,
    end,
    inclusive,
    message,
    multi,
    parallel,
    signal,
    start,
    throw,
    timer,
    undoing,
    user,
)

CHILD = diagram(start(), user("a", camunda__assignee="ann"), end(), "s-a-e", key="child")


def task(name: str) -> str:
    return user(name, camunda__assignee="ann")


def statuses() -> list[tuple[str, str]]:
    """Return process and status of every instance, by process."""
    with db.reading() as session:
        rows = session.execute(select(ProcessInstance.process_key, ProcessInstance.status))
        return sorted((key, status) for key, status in rows)


def child(number: int = 0) -> str:
    with db.reading() as session:
        return session.scalars(
            select(ProcessInstance.id)
            .where(ProcessInstance.process_key == "child")
            .order_by(ProcessInstance.parent_token)
        ).all()[number]


def end_child(how: str) -> None:
    with db.transaction() as session:
        if how == "cancel":
            commands.cancel(session, child(), actor=office.ANN, reason="重复")
        else:
            steps = [Instruction("cancel", element="a")]
            modify(session, child(), steps, actor=office.ANN, reason="重复")


HOW = pytest.mark.parametrize("how", ["cancel", "modify"])


@HOW
def test_a_caller_that_only_waited_for_it_ends_with_it(either_database: str, how: str) -> None:
    office.publish(
        CHILD,
        diagram(start(), call("d", "child"), end(), "s-d-e", key="middle"),
        diagram(start(), call("c", "middle"), boundary("b", "c", timer("PT5H")), task("z"), end(),
                "s-c-e", "b-z-e"),
    )  # fmt: skip
    case = office.start()
    end_child(how)
    assert statuses() == [("child", "cancelled"), ("middle", "cancelled"), ("p", "cancelled")]
    assert office.open_jobs() == []
    with db.reading() as session:
        assert session.get_one(ProcessInstance, case).outcome == "重复"


@HOW
def test_a_caller_with_other_work_goes_on_without_it(either_database: str, how: str) -> None:
    office.publish(
        CHILD,
        diagram(start(), parallel("g"), call("c", "child"), task("b"), inclusive("j"), task("z"),
                end(), "s-g-c-j-z-e", "g-b-j"),
    )  # fmt: skip
    case = office.start()
    office.complete(case, "b")
    assert office.waiting(case) == ["a"]
    end_child(how)
    office.drain()  # an inclusive join waits no more for what cannot come
    assert office.waiting(case) == ["z"]
    office.complete(case, "z")
    assert statuses() == [("child", "cancelled"), ("p", "completed")]


@HOW
def test_one_of_several_called_is_one_item_less(either_database: str, how: str) -> None:
    office.publish(
        CHILD, diagram(start(), call("c", "child", multi(cardinality="2")), task("z"), end(),
                       "s-c-z-e"),
    )  # fmt: skip
    case = office.start()
    end_child(how)
    assert office.waiting(case) == ["a"]
    office.complete(case, "a")
    assert office.waiting(case) == ["z"]


def test_a_called_process_that_undoes_makes_room_for_the_next(database: str) -> None:
    handler = call("ub", "child", isForCompensation="true")
    office.publish(
        CHILD,
        diagram(start(), task("x"), undoing("x", "ux", user("ux", isForCompensation="true",
                camunda__assignee="ann")), task("b"), undoing("b", "ub", handler),
                throw("t", compensate()), task("z"), end(), "s-x-b-t-z-e"),
    )  # fmt: skip
    case = office.start()
    office.complete(case, "x")
    office.complete(case, "b")
    assert office.waiting(case) == ["a"]
    end_child("cancel")
    office.drain()
    assert office.waiting(case) == ["ux"]
    office.complete(case, "ux")
    assert office.waiting(case) == ["z"]


def test_a_held_case_can_be_relieved_of_what_it_called(database: str) -> None:
    office.publish(
        CHILD,
        diagram(start(), parallel("g"), call("c", "child"), task("b"), inclusive("j"), task("z"),
                end(), "s-g-c-j-z-e", "g-b-j"),
    )  # fmt: skip
    case = office.start()
    office.complete(case, "b")
    with db.transaction() as session:
        commands.suspend(session, case, actor=office.ANN, reason="核实")
    end_child("cancel")
    assert office.waiting(case) == []
    with db.transaction() as session:
        commands.resume(session, case, actor=office.ANN, reason="核实完毕")
    office.drain()
    assert office.waiting(case) == ["z"]


def test_an_interrupted_call_owes_nothing(database: str) -> None:
    office.publish(
        CHILD,
        diagram(start(), call("c", "child"), boundary("b", "c", message()), task("h"), end(),
                end("e2"), "s-c-e", "b-h-e2"),
    )  # fmt: skip
    case = office.start(bk="1")
    with db.transaction() as session:
        commands.correlate(session, "msg_1", correlation="1")
    office.drain()
    assert office.waiting(case) == ["h"]
    assert statuses() == [("child", "cancelled"), ("p", "active")]
    with db.reading() as session:
        assert session.scalars(select(Job).where(Job.status == "open")).all() == []


@pytest.mark.parametrize("which", [None, ""])
def test_a_call_that_computes_no_process_says_so(sqlite: str, which: str | None) -> None:
    office.publish(diagram(start(), call("c", "${which}", name="询问"), end(), "s-c-e"))
    with pytest.raises(EngineError, match="“询问”（c）没有算出要调用的流程"):
        office.start(which=which)


def leave(case: str, how: str) -> None:
    """Let a held caller's call activity end: by a signal at its boundary, or by an operator."""
    with db.transaction() as session:
        commands.suspend(session, case, actor=office.ANN, reason="暂停")
    with db.transaction() as session:
        if how == "cancel":
            modify(session, case, [Instruction("cancel", element="c")], actor=office.ANN)
        else:
            [row] = session.scalars(select(Subscription).where(Subscription.kind == how))
            correlation.deliver(session, row, {}, actor=office.ANN)


@pytest.mark.parametrize("how", ["signal", "message", "cancel"])
def test_what_a_held_caller_no_longer_waits_for_ends_at_once(
    either_database: str, how: str
) -> None:
    """A called process of which the caller keeps no token would never be ended by anybody."""
    event = message() if how == "message" else signal()
    office.publish(
        CHILD,
        diagram(start(), parallel("g"), call("c", "child"), boundary("b", "c", event), task("k"),
                task("z"), end(), end("e2"), "s-g-c-e", "g-k-e2", "b-z-e"),
    )  # fmt: skip
    case = office.start()
    leave(case, how)
    assert statuses() == [("child", "cancelled"), ("p", "suspended")]
    assert in_step.torn() == []
    with db.transaction() as session:
        commands.resume(session, case, actor=office.ANN, reason="继续")
    office.drain()
    assert office.waiting(case) == (["k"] if how == "cancel" else ["k", "z"])
    assert in_step.torn() == []
