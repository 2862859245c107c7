"""Listeners: when they are called, what they read, what they may change."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import commands, db, services
from engine.errors import BpmnError, DeploymentRefused, ExpressionError
from engine.hooks import Actor
from engine.models import HumanTask, HumanTaskCandidate, Job, Variable
from engine.services import ServiceCall
from engine.state import values
from tests.engine import office
from tests.engine.bpmn_builder import (
    boundary,
    call,
    camunda,
    diagram,
    end,
    error,
    extension,
    flow,
    message,
    multi,
    parameters,
    script,
    start,
    sub,
    user,
    xor,
)
from tests.engine.office import ANN
from tests.engine.walker import NoteHost, Walk

CAL = Actor("cal", frozenset({"handler@pinghu"}))


def on(event: str, expression: str, kind: str = "execution") -> str:
    return camunda(f"{kind}Listener", event=event, expression=expression)


def note(event: str, mark: str, kind: str = "execution") -> str:
    """A listener that appends a mark to the variable `log`."""
    speaker = "task" if kind == "task" else "execution"
    return on(event, f"${{{speaker}.setVariable('log', log.concat('{mark} '))}}", kind)


def timeout(text: str, mark: str, ident: str = "t1", kind: str = "Duration", does: str = "") -> str:
    return camunda(
        "taskListener",
        "<bpmn:timerEventDefinition>"
        f"<bpmn:time{kind}>{text}</bpmn:time{kind}></bpmn:timerEventDefinition>",
        event="timeout",
        id=ident,
        expression=does or f"${{task.setVariable('log', log.concat('{mark} '))}}",
    )


def logged(walk: Walk) -> list[str]:
    return str(walk.run.variables["log"]).split()


# ---- moments -------------------------------------------------------------------------------


EVERYWHERE = diagram(
    extension(note("start", "P"), note("end", "p")),
    start("s", extension(note("start", "S"), note("end", "s"))),
    flow("s", "x", name="f1").replace(
        "</bpmn:sequenceFlow>", extension(note("take", "f")) + "</bpmn:sequenceFlow>"
    ),
    xor("x", camunda__asyncBefore="false").replace(
        "></bpmn:exclusiveGateway>",
        ">" + extension(note("start", "X"), note("end", "x")) + "</bpmn:exclusiveGateway>",
    ),
    sub(
        "sp",
        extension(note("start", "B"), note("end", "b")),
        start("s1"),
        script("sc", "n = 1"),
        end("e1", extension(note("start", "E1"), note("end", "e1"))),
        "s1-sc-e1",
    ),
    end("e", extension(note("start", "E"), note("end", "e"))),
    "x-sp-e",
)


def test_execution_listeners_are_called_at_process_events_gateways_flows_and_activities() -> None:
    walk = Walk(EVERYWHERE, log="")
    walk.ended("e")
    assert logged(walk) == ["P", "S", "s", "f", "X", "x", "B", "E1", "e1", "b", "E", "e", "p"]


def test_end_listeners_see_inputs_and_set_what_outputs_read() -> None:
    mapped = extension(
        parameters({"n": "${7}"}, {"out": "${twice}"}),
        on("end", "${execution.setVariableLocal('twice', n * 2)}"),
    )
    walk = Walk(diagram(start(), user("a", mapped), end(), "s-a-e")).complete("a").ended()
    assert walk.run.variables == {"out": 14}


def test_task_listeners_come_in_camundas_order() -> None:
    inner = extension(
        note("assignment", "assign", "task"),
        note("create", "create", "task"),
        note("complete", "complete", "task"),
        note("delete", "delete", "task"),
        note("update", "update", "task"),
        note("start", "start"),
        note("end", "end"),
    )
    xml = diagram(
        start(), user("a", inner, camunda__assignee="ann"), boundary("b", "a", message()),
        user("z"), end(), "s-a-z-e", "b-z",
    )  # fmt: skip
    assert logged(Walk(xml, log="")) == ["start", "create", "assign"]
    assert logged(Walk(xml, log="").complete("a"))[3:] == ["complete", "end"]
    assert logged(Walk(xml, log="").deliver("b"))[3:] == ["end", "delete"]


def test_without_an_assignee_nobody_is_assigned() -> None:
    inner = extension(note("assignment", "assign", "task"), note("create", "create", "task"))
    walk = Walk(diagram(start(), user("a", inner, camunda__candidateUsers="x"), end(), "s-a-e"),
                log="")  # fmt: skip
    assert logged(walk) == ["create"]


def test_every_item_of_a_multi_instance_has_its_listeners() -> None:
    inner = extension(on("start", "${execution.setVariable('log', log.concat(item).concat(' '))}"))
    walk = Walk(diagram(start(), user("a", inner, multi("many", "item")), end(), "s-a-e"),
                log="", many=["x", "y"])  # fmt: skip
    assert logged(walk) == ["x", "y"]


def test_what_execution_and_task_say() -> None:
    facts = "execution.eventName.concat('/').concat(execution.currentActivityId)"
    inner = extension(
        on("start", f"${{execution.setVariable('a', {facts})}}"),
        on(
            "create",
            "${execution.setVariable('b', task.eventName.concat('/').concat("
            "task.getTaskDefinitionKey()).concat('/').concat(task.getAssignee()))}",
            "task",
        ),
        on("create", "${task.setVariableLocal('mine', task.getVariable('a'))}", "task"),
        on("complete", "${task.setVariable('c', task.hasVariableLocal('mine'))}", "task"),
        on("complete", "${task.setVariable('d', execution.hasVariableLocal('a'))}", "task"),
        on("complete", "${task.removeVariable('a')}", "task"),
    )
    taken = flow("a", "e", name="f9").replace(
        "</bpmn:sequenceFlow>",
        extension(
            camunda(
                "executionListener",
                expression="${execution.setVariable('f', execution.currentTransitionId)}",
            )
        )
        + "</bpmn:sequenceFlow>",
    )
    walk = Walk(diagram(start(), user("a", inner, camunda__assignee="ann"), end(), "s-a", taken))
    assert walk.run.variables == {"a": "start/a", "b": "create/a/ann"}
    walk.complete("a").ended()
    assert walk.run.variables == {"b": "create/a/ann", "c": True, "d": False, "f": "f9"}


def test_scripts_listen_and_act_too() -> None:
    inner = extension(
        camunda(
            "executionListener",
            camunda("script", "n = 2\nm = n * 3", scriptFormat="juel"),
            event="start",
        )
    )
    walk = Walk(diagram(start(), user("a", inner), end(), "s-a-e"))
    assert walk.run.variables == {"n": 2, "m": 6}


def test_an_error_in_a_listener_is_caught_like_any_other() -> None:
    def fail(*_: Any) -> None:
        raise BpmnError("E1", "no")

    inner = extension(
        camunda("executionListener", event="start", delegateExpression="${x.fail}"),
        note("delete", "delete", "task"),
    )
    xml = diagram(
        start(), user("a", inner), boundary("b", "a", error()), user("h"), end(), "s-a-e", "b-h-e"
    )
    walk = Walk(xml, NoteHost(fail=fail), log="").at("h")
    assert logged(walk) == ["delete"]


def test_process_listeners_hear_a_cancelled_instance() -> None:
    xml = diagram(
        extension(note("end", "gone")), start(), user("a", extension(note("end", "a"))), end(),
        "s-a-e",
    )  # fmt: skip
    walk = Walk(xml, log="")
    walk.run.cancel()
    assert logged(walk) == ["a", "gone"]


def test_only_listeners_and_run_expressions_may_act() -> None:
    silent = xor("x", default="f_x_b")
    condition = "${execution.setVariable('n', 1) == null}"
    xml = diagram(
        start(), silent, flow("x", "a", condition), user("a"), user("b"), end(), "s-x-b-e", "a-e"
    )
    with pytest.raises(DeploymentRefused) as caught:
        Walk(xml)
    assert [(p.element, p.code) for p in caught.value.problems] == [("f_x_a", "effect-place")]
    sneaky = camunda("inputParameter", "${execution[name]('n', 1)}", name="x")
    with pytest.raises(DeploymentRefused, match="bad-expression"):
        Walk(diagram(start(), user("a", extension(camunda("inputOutput", sneaky))), end(), "s-a-e"))


def test_an_effect_outside_is_refused_when_it_runs_too() -> None:
    walk = Walk(diagram(start(), user("a"), end(), "s-a-e"))
    with pytest.raises(ExpressionError, match="只有监听器"):
        walk.run.evaluate(walk.wait("a").token, "${execution.setVariable('n', 1)}")
    with pytest.raises(ExpressionError, match="这里没有 task"):
        walk.run.evaluate(walk.wait("a").token, "${task.getAssignee()}")


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


def variables(case: str) -> dict[str, Any]:
    with db.reading() as session:
        rows = session.scalars(select(Variable).where(Variable.instance_id == case))
        return {one.name: values.decode(one.value) for one in rows}


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
    assert variables(case) == {"who": "ann", "seen": "ann新名", "given": "ann"}


def test_signing_for_a_task_updates_then_assigns(either_database: str) -> None:
    publish(
        note("update", "update", "task"),
        note("assignment", "assign", "task"),
        on("assignment", "${task.setVariable('who', task.assignee)}", "task"),
        on("update", "${task.setPriority(task.priority + 1)}", "task"),
    )
    case = office.start(log="")
    assert variables(case) == {"log": ""}
    with db.transaction() as session:
        commands.claim(session, office.task_id(case, "a"), actor=ANN)
    assert variables(case) == {"log": "update assign ", "who": "ann"}
    assert (row(case).priority, row(case).assignee) == (51, "ann")
    with db.transaction() as session:
        commands.unclaim(session, office.task_id(case, "a"), actor=ANN)
    assert variables(case) == {"log": "update assign update assign ", "who": None}
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
    assert variables(case) == {
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
    assert variables(office.start()) == {"got": 5}


# ---- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listener", "code"),
    [
        (camunda("executionListener", expression="${1}"), "listener-event"),
        (camunda("executionListener", event="create", expression="${1}"), "listener-event"),
        (camunda("taskListener", event="start", expression="${1}"), "listener-event"),
        (camunda("taskListener", expression="${1}"), "listener-event"),
        (camunda("taskListener", event="create"), "listener-does"),
        (
            camunda(
                "taskListener", event="create", expression="${1}", delegateExpression="${a.b}"
            ),
            "listener-does",
        ),
        (on("create", "${", "task"), "bad-expression"),
        (on("create", "${task.complete()}", "task"), "bad-expression"),
        (on("create", "${task.setAssignee()}", "task"), "bad-expression"),
        (on("timeout", "${1}", "task"), "listener-id"),
        (on("timeout", "${1}", "task"), "listener-timer"),
        (timeout("soon", "x"), "listener-timer"),
        (timeout("PT1H", "x") * 2, "listener-id"),
        (
            camunda("taskListener", camunda("field", name="f", stringValue="x"), event="create",
                    expression="${1}"),
            "field-alone",
        ),
        (
            camunda("taskListener", camunda("field", name="f"), event="create",
                    delegateExpression="${a.b}"),
            "field-shape",
        ),
    ],
)  # fmt: skip
def test_listeners_that_cannot_work_are_refused(listener: str, code: str) -> None:
    with pytest.raises(DeploymentRefused) as caught:
        Walk(diagram(start(), user("a", extension(listener)), end(), "s-a-e"))
    assert code in {problem.code for problem in caught.value.problems}


def test_only_human_tasks_have_task_listeners() -> None:
    with pytest.raises(DeploymentRefused, match="只有人工环节"):
        Walk(diagram(start(), sub("sp", extension(on("create", "${1}", "task")), start("s1"),
                                  end("e1"), "s1-e1"), end(), "s-sp-e"))  # fmt: skip
