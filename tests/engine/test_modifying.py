"""What interrupts, and items of a multi-instance, when an operator puts tokens (Camunda 7)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import commands, db, hooks
from engine.commands import trail
from engine.commands.modification import PROCESS, Instruction, modify
from engine.errors import EngineError, InvalidInput, NotFound
from engine.models import HumanTask
from tests.engine import office
from tests.engine.bpmn_builder import (
    boundary,
    diagram,
    end,
    event_sub,
    message,
    multi,
    start,
    sub,
    timer,
    undoing,
    user,
)
from tests.engine.test_trail import trails


def task(name: str, *inner: str) -> str:
    return user(name, *inner, camunda__candidateUsers="ann")


def change(case: str, *instructions: Instruction) -> None:
    with db.transaction() as session:
        modify(session, case, instructions, actor=hooks.SYSTEM)


def begin(element: str, **more: object) -> Instruction:
    return Instruction("startBeforeActivity", element=element, **more)  # type: ignore[arg-type]


def drop(element: str) -> Instruction:
    return Instruction("cancel", element=element)


def tasks(element: str) -> list[HumanTask]:
    """Return the open tasks at an element, over all cases."""
    which = (HumanTask.element_id == element, HumanTask.status == "open")
    with db.reading() as session:
        return list(session.scalars(select(HumanTask).where(*which)))


def finish(element: str) -> None:
    """Complete every open task at an element."""
    for one in tasks(element):
        with db.transaction() as session:
            commands.complete(session, one.id, actor=office.ANN)


def test_a_boundary_event_takes_its_activity_away_if_it_interrupts(database: str) -> None:
    office.publish(
        diagram(
            start(), task("a"), boundary("b", "a", timer("PT5H")),
            boundary("n", "a", message(), interrupting=False), task("y"), task("z"), end(),
            "s-a-e", "b-z-e", "n-y-e",
        )
    )  # fmt: skip
    case = office.start()
    change(case, begin("n"))
    assert office.waiting(case) == ["a", "y"]
    change(case, begin("b"))
    assert office.waiting(case) == ["y", "z"]
    assert office.open_jobs() == []


def test_which_of_two_activities_is_interrupted_must_be_said(database: str) -> None:
    office.publish(
        diagram(start(), task("a"), boundary("b", "a", timer("PT5H")), task("z"), end(),
                "s-a-e", "b-z-e")
    )  # fmt: skip
    case = office.start()
    change(case, begin("a"))
    with pytest.raises(EngineError, match="正在进行 2 次"):
        change(case, begin("b"))
    assert office.waiting(case) == ["a", "a"]
    change(case, begin("b", ancestor=tasks("a")[0].token))
    assert office.waiting(case) == ["a", "z"]


def test_an_event_sub_process_replaces_what_runs_beside_it(database: str) -> None:
    office.publish(
        diagram(
            start(), task("a"), end(), "s-a-e",
            event_sub("es", message(), task("u"), task("v"), end("ee"), "es_s-u-v-ee"),
            event_sub("beside", message("m2"), task("w"), end("we"), "beside_s-w-we",
                      interrupting=False),
        )
    )  # fmt: skip
    case = office.start()
    change(case, begin("w"))
    assert office.waiting(case) == ["a", "w"]
    change(case, begin("v"))
    assert office.waiting(case) == ["v"]
    office.complete(case, "v")
    assert office.status(case) == "completed"
    case = office.start()
    change(case, begin("es"))
    assert office.waiting(case) == ["u"]


def repeated(*, sequential: bool = False) -> bytes:
    return diagram(
        start(), task("x"), task("a", multi("xs", sequential=sequential)),
        boundary("b", "a", timer("PT5H")), task("z"), end(), "s-x-a-z-e", "b-z",
    )  # fmt: skip


def test_one_more_item_of_a_running_multi_instance(either_database: str) -> None:
    office.publish(repeated())
    case = office.start(xs=[1, 2])
    office.complete(case, "x")
    change(case, begin("a", local={"item": 3}))
    assert office.waiting(case) == ["a", "a", "a"]
    with db.reading() as session:
        seen = [commands.read_variables(session, case, one.token) for one in tasks("a")]
    assert sorted((each["item"], each["loopCounter"]) for each in seen) == [(1, 0), (2, 1), (3, 2)]
    assert {each["nrOfInstances"] for each in seen} == {3}
    assert len(office.open_jobs()) == 1
    finish("a")
    assert office.waiting(case) == ["z"]


@pytest.mark.parametrize("sequential", [False, True])
def test_an_item_alone_or_the_whole_where_none_runs(database: str, sequential: bool) -> None:
    office.publish(repeated(sequential=sequential))
    case = office.start(xs=[1, 2])
    change(case, begin("a"), drop("x"))
    assert office.waiting(case) == ["a"]
    assert len(office.open_jobs()) == 1
    office.complete(case, "a")
    assert office.waiting(case) == ["z"]
    case = office.start(xs=[1, 2])
    change(case, begin("a#multiInstanceBody"), drop("x"))
    assert office.waiting(case) == (["a"] if sequential else ["a", "a"])
    finish("a")
    finish("a")
    assert office.waiting(case) == ["z"]


def test_one_after_the_other_stays_one_after_the_other(database: str) -> None:
    office.publish(repeated(sequential=True))
    case = office.start(xs=[1, 2])
    office.complete(case, "x")
    with pytest.raises(EngineError, match="顺序多实例"):
        change(case, begin("a"))
    assert office.waiting(case) == ["a"]


def test_an_item_in_a_named_body(database: str) -> None:
    inner = sub("o", start("s1"), task("a", multi("ys")), end("e1"), multi("xs"), "s1-a-e1")
    office.publish(diagram(start(), inner, end(), "s-o-e"))
    case = office.start(xs=[1, 2], ys=[1])
    with pytest.raises(EngineError, match="请指明"):
        change(case, begin("a"))
    change(case, begin("a", ancestor=bodies(case)[0]))
    assert office.waiting(case) == ["a", "a", "a"]
    finish("a")
    assert office.status(case) == "completed"


def bodies(case: str) -> list[str]:
    """Return the tokens of the bodies of `a`, as the history names them."""
    steps = (step for line in trails(case) for step in trail.steps(line.data or {}))
    return [step.token for step in steps if step.element == "a" and step.is_body]


def boxes(*, sequential: bool = False) -> bytes:
    """A sub process for each of several."""
    inner = sub("o", start("s1"), task("a"), end("e1"), multi("xs", sequential=sequential),
                "s1-a-e1")  # fmt: skip
    return diagram(start(), task("x"), inner, task("z"), end(), "s-x-o-z-e")


def seen(case: str, element: str) -> list[dict[str, object]]:
    """Return what each open task at an element sees."""
    with db.reading() as session:
        return [commands.read_variables(session, case, one.token) for one in tasks(element)]


def test_the_last_token_of_an_item_takes_the_item_along(database: str) -> None:
    office.publish(boxes())
    case = office.start(xs=[1, 2, 3])
    office.complete(case, "x")
    first = tasks("a")[0].token
    change(case, Instruction("cancel", token=first))
    assert office.waiting(case) == ["a", "a"]
    # as in Camunda, an item that was taken away still counts among all
    assert {(one["nrOfInstances"], one["nrOfActiveInstances"]) for one in seen(case, "a")} == {
        (3, 2)
    }
    finish("a")
    assert office.waiting(case) == ["z"]


def test_the_last_item_takes_the_body_and_all_around_it_along(database: str) -> None:
    office.publish(boxes())
    case = office.start(xs=[1, 2])
    office.complete(case, "x")
    change(case, drop("a"))
    assert office.status(case) == "cancelled"


@pytest.mark.parametrize("sequential", [False, True])
def test_a_step_inside_one_of_several_sub_processes_that_do_not_run(
    database: str, sequential: bool
) -> None:
    office.publish(boxes(sequential=sequential))
    case = office.start(xs=[1, 2])
    change(case, begin("a"), drop("x"))
    (one,) = seen(case, "a")
    assert (one["loopCounter"], one["nrOfInstances"]) == (0, 1)
    finish("a")
    assert office.waiting(case) == ["z"]


def test_an_ancestor_gets_all_that_lies_between_anew(database: str) -> None:
    office.publish(boxes())
    case = office.start(xs=[1])
    office.complete(case, "x")
    body = next(step.token for line in trails(case) for step in trail.steps(line.data or {})
                if step.element == "o" and step.is_body)  # fmt: skip
    change(case, begin("a", ancestor=body))
    assert {one["nrOfInstances"] for one in seen(case, "a")} == {2}
    change(case, begin("a", ancestor=PROCESS))
    assert sorted(one["nrOfInstances"] for one in seen(case, "a")) == [1, 2, 2]  # type: ignore[type-var]
    finish("a")
    assert office.waiting(case) == ["z", "z"]


def test_an_ancestor_must_lie_around_the_step(database: str) -> None:
    office.publish(boxes())
    case = office.start(xs=[1])
    with pytest.raises(EngineError, match="不在“x”里面"):
        change(case, begin("a", ancestor=tasks("x")[0].token))
    with pytest.raises(NotFound):
        change(case, begin("a", ancestor="zz"))
    assert office.waiting(case) == ["x"]


@pytest.mark.parametrize("name", ["o[]", "ev!", "nothing"])
def test_what_stands_for_a_part_of_an_element_is_no_element(database: str, name: str) -> None:
    inner = sub("o", start("s1"), task("a"), end("e1"), multi("xs"), "s1-a-e1")
    listen = event_sub("es", message(), task("h"), end("eh"), "ev-h-eh", at="ev")
    office.publish(diagram(start(), inner, end(), listen, "s-o-e"))
    case = office.start(xs=[1])
    with pytest.raises(InvalidInput, match="没有"):
        change(case, begin(name))
    assert office.waiting(case) == ["a"]


def test_a_compensation_boundary_event_is_no_place_to_start(database: str) -> None:
    handler = task("ua").replace("<bpmn:userTask", '<bpmn:userTask isForCompensation="true"')
    office.publish(diagram(start(), task("a"), undoing("a", "ua", handler), end(), "s-a-e"))
    case = office.start()
    with pytest.raises(EngineError, match="补偿活动"):
        change(case, begin("cb_a"))
    assert office.waiting(case) == ["a"]
