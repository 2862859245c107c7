"""Listeners: when they are called, what they read, what they may change."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import BpmnError, DeploymentRefused, ExpressionError
from tests.engine.bpmn_builder import (
    boundary,
    camunda,
    diagram,
    element,
    end,
    error,
    extension,
    flow,
    loop,
    message,
    multi,
    parameters,
    script,
    start,
    sub,
    user,
    xor,
)
from tests.engine.listeners import logged, note, on, timeout
from tests.engine.walker import NoteHost, Walk

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
    value = camunda("script", "execution.setVariable('n', 1)")
    quiet = camunda("inputOutput", camunda("inputParameter", value, name="x"))
    with pytest.raises(DeploymentRefused, match="effect-place"):
        Walk(diagram(start(), user("a", extension(quiet)), end(), "s-a-e"))
    sneaky = camunda("inputParameter", "${execution[name]('n', 1)}", name="x")
    with pytest.raises(DeploymentRefused, match="bad-expression"):
        Walk(diagram(start(), user("a", extension(camunda("inputOutput", sneaky))), end(), "s-a-e"))


def test_an_effect_outside_is_refused_when_it_runs_too() -> None:
    walk = Walk(diagram(start(), user("a"), end(), "s-a-e"))
    with pytest.raises(ExpressionError, match="只有监听器"):
        walk.run.evaluate(walk.wait("a").token, "${execution.setVariable('n', 1)}")
    with pytest.raises(ExpressionError, match="这里没有 task"):
        walk.run.evaluate(walk.wait("a").token, "${task.getAssignee()}")


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


def test_what_an_error_ends_is_told_to_the_listeners_of_items_too() -> None:
    """Camunda: an `end` listener is called whenever an activity instance ends, however."""
    inner = extension(note("end", "gone"))
    work = {"camunda__type": "external", "camunda__topic": "t"}
    for marker in ("", multi("many"), loop(maximum=1)):
        xml = diagram(start(), element("serviceTask", "a", inner, marker, **work), user("z"),
                      end(), "s-a-z-e")  # fmt: skip
        walk = Walk(xml, many=[1], log="")
        walk.run.abandon(walk.wait("a").token)
        walk.go()
        assert logged(walk) == ["gone"], marker
