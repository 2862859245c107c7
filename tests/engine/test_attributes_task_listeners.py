"""Task listeners: timers of a task, and what they change of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import commands, db, services
from engine.errors import BpmnError, DeploymentRefused, EngineError, ExpressionError
from engine.models import HistoryEvent, HumanTask, HumanTaskCandidate, Incident, Job
from engine.services import ServiceCall
from tests.engine import office
from tests.engine.bpmn_builder import (
    boundary,
    call,
    camunda,
    diagram,
    element,
    end,
    error,
    extension,
    flow,
    multi,
    start,
    user,
    xor,
)
from tests.engine.listeners import CAL, logged, note, on, timeout
from tests.engine.office import ANN
from tests.engine.walker import Walk

# ---- timers of a task ------------------------------------------------------------------------


def test_timeout_listeners_repeat_and_end_with_their_task() -> None:
    inner = extension(timeout("PT1H", "once"), timeout("R2/PT2H", "again", "t2", "Cycle"))
    walk = Walk(diagram(start(), user("a", inner), end(), "s-a-e"), log="")
    waits = [w for w in walk.run.waits().values() if w.kind == "timer"]
    assert [(w.element, w.slot) for w in waits] == [("a", "t1"), ("a", "t2")]
    for slot in ("t1", "t2", "t2"):
        wait = next(w for w in walk.run.waits().values() if w.slot == slot)
        assert wait.due is not None
        walk.host.time = max(walk.host.time, wait.due)
        walk.run.fire(wait.token, slot)
        walk.go()
    assert logged(walk) == ["once", "again", "again"]
    walk.at("a")
    assert walk.events() == []
    walk.complete("a").ended("e")


def test_each_item_has_its_own_timeouts_and_they_go_with_it() -> None:
    xml = diagram(start(), user("a", extension(timeout("PT1H", "x")), multi("many")), end(),
                  "s-a-e")  # fmt: skip
    walk = Walk(xml, many=[1, 2], log="")
    assert walk.events() == ["a", "a"]
    walk.complete("a")
    assert walk.events() == ["a"]
    walk.complete("a").ended("e")


def test_a_timeout_listener_is_a_job(either_database: str) -> None:
    office.publish(
        office.diagram(
            '<bpmn:startEvent id="s"/>'
            + office.user(
                "a",
                inner=extension(timeout("PT1H", "", does="${task.setPriority(99)}")),
            )
            + '<bpmn:endEvent id="e"/>'
            + office.flows("s>a", "a>e")
        )
    )
    case = office.start()
    (job,) = office.open_jobs()
    assert (job.element_id, job.slot) == ("a", "t1")
    office.later(minutes=59)
    assert office.drain() == 0
    office.later(minutes=2)
    assert office.drain() == 1
    assert office.waiting(case) == ["a"]
    assert row(case).priority == 99
    office.complete(case, "a")
    with db.reading() as session:
        assert set(session.scalars(select(Job.status))) == {"done"}


# ---- changes of the task ---------------------------------------------------------------------


def row(case: str) -> HumanTask:
    with db.reading() as session:
        return session.scalars(select(HumanTask).where(HumanTask.instance_id == case)).one()


def candidates() -> set[tuple[str, str]]:
    with db.reading() as session:
        return {(c.kind, c.who) for c in session.scalars(select(HumanTaskCandidate))}


def publish(*listeners: str, attributes: str = "") -> None:
    office.publish(
        office.diagram(
            '<bpmn:startEvent id="s"/>'
            + office.user("a", extra=attributes, inner=extension(*listeners))
            + '<bpmn:endEvent id="e"/>'
            + office.flows("s>a", "a>e")
        )
    )


def test_a_create_listener_decides_who_when_and_how(either_database: str) -> None:
    def act(text: str) -> str:
        return on("create", f"${{task.{text}}}", "task")

    publish(
        act("setName('新名')"),
        act("setDescription('说明')"),
        act("setOwner('own')"),
        act("setAssignee(who)"),
        act("setPriority(7)"),
        act("setDueDate('PT2H')"),
        act("setFollowUpDate('PT1H')"),
        act("addCandidateUser('kim')"),
        act("addCandidateGroup('chair@x')"),
        act("deleteCandidateGroup('handler@pinghu')"),
        on("create", "${task.setVariable('seen', task.assignee.concat(task.name))}", "task"),
        on("assignment", "${task.setVariable('given', task.assignee)}", "task"),
    )
    case = office.start(who="ann")
    found = row(case)
    assert (found.name, found.description, found.owner) == ("新名", "说明", "own")
    assert (found.assignee, found.priority) == ("ann", 7)
    assert found.claimed_at == found.created_at
    assert found.due_at == found.created_at + timedelta(hours=2)
    assert found.follow_up_at == found.created_at + timedelta(hours=1)
    assert candidates() == {("user", "kim"), ("group", "chair@x")}
    assert office.variables(case) == {"who": "ann", "seen": "ann新名", "given": "ann"}


def test_signing_for_a_task_updates_then_assigns(either_database: str) -> None:
    publish(
        note("update", "update", "task"),
        note("assignment", "assign", "task"),
        on("assignment", "${task.setVariable('who', task.assignee)}", "task"),
        on("update", "${task.setPriority(task.priority + 1)}", "task"),
    )
    case = office.start(log="")
    assert office.variables(case) == {"log": ""}
    with db.transaction() as session:
        commands.claim(session, office.task_id(case, "a"), actor=ANN)
    assert office.variables(case) == {"log": "update assign ", "who": "ann"}
    assert (row(case).priority, row(case).assignee) == (51, "ann")
    with db.transaction() as session:
        commands.unclaim(session, office.task_id(case, "a"), actor=ANN)
    assert office.variables(case) == {"log": "update assign update assign ", "who": None}
    assert (row(case).priority, row(case).assignee) == (52, None)


def test_an_update_listener_may_give_the_task_to_somebody_else(database: str) -> None:
    publish(on("update", "${task.setAssignee('cal')}", "task"))
    case = office.start()
    with db.transaction() as session:
        commands.claim(session, office.task_id(case, "a"), actor=ANN)
    assert row(case).assignee == "cal"
    office.complete(case, "a", CAL)
    assert office.status(case) == "completed"


def test_a_listener_that_sets_nonsense_stops_the_command(database: str) -> None:
    publish(on("create", "${task.setDueDate('soon')}", "task"))
    with pytest.raises(ExpressionError, match="日期"):
        office.start()


@services.service("listening.hear")
def hear(call: ServiceCall) -> Mapping[str, Any]:
    """Note what a listener was told."""
    return {"heard": f"{call.event}:{call.element_id}", **call.inputs}


def test_a_handler_is_told_the_event_and_gets_its_fields(database: str) -> None:
    fields = (
        camunda("field", name="one", stringValue="${as it is}")
        + camunda("field", camunda("string", "words"), name="two")
        + camunda("field", name="three", expression="${1 + 2}")
        + camunda("field", camunda("expression", "${n}"), name="four")
    )
    publish(camunda("taskListener", fields, event="create", delegateExpression="${listening.hear}"))
    case = office.start(n=4)
    assert office.variables(case) == {
        "n": 4,
        "heard": "create:a",
        "one": "${as it is}",
        "two": "words",
        "three": 3,
        "four": 4,
    }


def test_an_unknown_handler_of_the_process_is_refused(database: str) -> None:
    listener = camunda("executionListener", event="start", delegateExpression="${no.body}")
    with pytest.raises(DeploymentRefused) as caught:
        office.publish(diagram(extension(listener), start(), user("a"), end(), "s-a-e"))
    assert [(p.element, p.code) for p in caught.value.problems] == [("p", "unknown-handler")]


def test_a_called_process_has_listeners_of_its_own(database: str) -> None:
    child = office.diagram(
        extension(on("start", "${execution.setVariable('n', 5)}"))
        + '<bpmn:startEvent id="cs"/><bpmn:endEvent id="ce"/>'
        + office.flows("cs>ce"),
        key="child",
    )
    outer = office.diagram(
        '<bpmn:startEvent id="s"/>'
        + call("c", "child", extension(camunda("out", source="n", target="got")))
        + office.user("a")
        + '<bpmn:endEvent id="e"/>'
        + office.flows("s>c", "c>a", "a>e")
    )
    office.publish(outer, child)
    assert office.variables(office.start()) == {"got": 5}


@services.service("listening.write")
def write(call: ServiceCall) -> None:
    """Leave a row and a line of history."""
    call.session.add(
        Incident(instance_id=call.instance.id, code="mark", message="", opened_at=call.now)
    )
    call.record("marked")


@services.service("listening.break")
def broken(call: ServiceCall) -> None:
    """Fail, always."""
    raise RuntimeError("broken")


def test_a_complete_listener_counts_once_when_what_follows_fails(either_database: str) -> None:
    heard = camunda("taskListener", event="complete", delegateExpression="${listening.write}")
    office.publish(
        diagram(
            start(),
            user("a", extension(heard), camunda__assignee="ann"),
            element("serviceTask", "b", camunda__delegateExpression="${listening.break}"),
            end(),
            "s-a-b-e",
        )
    )
    case = office.start()
    assert office.complete(case, "a").postponed
    with db.reading() as session:
        assert len(session.scalars(select(Incident).where(Incident.code == "mark")).all()) == 1
        marked = select(HistoryEvent).where(HistoryEvent.kind == "marked")
        assert len(session.scalars(marked).all()) == 1
    assert row(case).status == "completed"


#: The events whose listener threw, in order.
thrown: list[str] = []


@services.service("listening.throw")
def throw(call: ServiceCall) -> None:
    """Throw a business error."""
    thrown.append(call.event)
    raise BpmnError("E1", "no", {"why": call.event})


def test_an_error_of_an_update_listener_takes_the_task_away(either_database: str) -> None:
    heard = camunda("taskListener", event="update", delegateExpression="${listening.throw}")
    office.publish(
        diagram(
            start(),
            user(
                "a",
                extension(heard, note("assignment", "assign", "task")),
                camunda__candidateGroups="handler@pinghu",
            ),
            boundary("b", "a", error()),
            user("h"),
            end(),
            "s-a-e",
            "b-h-e",
        )
    )
    case = office.start(log="")
    with db.transaction() as session:
        commands.claim(session, office.task_id(case, "a"), actor=ANN)
    assert office.waiting(case) == ["h"]
    assert office.variables(case) == {"log": "", "why": "update"}


@pytest.mark.parametrize("called", [False, True])
@pytest.mark.parametrize("event", ["complete", "end"])
def test_an_uncaught_error_of_a_tasks_own_listener_leaves_it_open(
    either_database: str, event: str, called: bool
) -> None:
    """The person hears it, the listener was called once, and the case does not end by it.

    A case that ends by an error nobody catches is an incident (README); here nothing was done
    yet that would have to be kept.
    """
    kind = "taskListener" if event == "complete" else "executionListener"
    heard = camunda(kind, event=event, delegateExpression="${listening.throw}")
    group = {"camunda__candidateGroups": "handler@pinghu"}
    office.publish(
        diagram(start(), user("a", extension(heard), **group), end(), "s-a-e"),
        diagram(start(), call("c", "p"), end(), "s-c-e", key="q"),
    )
    case = office.start("q" if called else "p")
    before = len(thrown)
    with pytest.raises(BpmnError, match="no"):
        office.complete(case, "a")
    assert thrown[before:] == [event]
    assert (office.waiting(case), office.status(case)) == (["a"], "active")
    assert office.open_jobs("async") == []


def test_the_caller_catches_an_error_of_a_called_tasks_listener(either_database: str) -> None:
    """BPMN 2.0.2, 13.5.3: an error goes up through the scopes until one catches it."""
    heard = camunda("taskListener", event="complete", delegateExpression="${listening.throw}")
    group = {"camunda__candidateGroups": "handler@pinghu"}
    office.publish(
        diagram(start(), user("a", extension(heard), **group), end(), "s-a-e"),
        diagram(start(), call("c", "p"), boundary("b", "c", error()), user("h", **group), end(),
                "s-c-e", "b-h-e", key="q"),
    )  # fmt: skip
    case, before = office.start("q"), len(thrown)
    office.complete(case, "a")
    assert thrown[before:] == ["complete"]
    assert office.waiting(case) == ["h"]


def test_what_fails_behind_an_error_that_the_caller_caught_keeps_the_task(
    either_database: str,
) -> None:
    """The called case ended by the error; that cannot be kept without its caller."""
    heard = camunda("taskListener", event="complete", delegateExpression="${listening.throw}")
    group = {"camunda__candidateGroups": "handler@pinghu"}
    office.publish(
        diagram(start(), user("a", extension(heard), **group), end(), "s-a-e"),
        diagram(start(), call("c", "p"), boundary("b", "c", error()), xor("x"), user("h", **group),
                end(), "s-c-e", "b-x", flow("x", "h", "${never}"), "h-e", key="q"),
    )  # fmt: skip
    case = office.start("q")
    with pytest.raises(EngineError, match="never"):
        office.complete(case, "a")
    assert (office.waiting(case), office.status(case)) == (["a"], "active")
