"""Execution and task listeners."""

from __future__ import annotations

from tests.engine.bpmn_builder import camunda, diagram, end, extension, flow, start, user
from tests.engine.support.table import refused, works
from tests.engine.walker import Walk

SECTION = "Camunda attributes: listeners"


def mark(event: str, text: str, speaker: str = "execution") -> str:
    kind = "taskListener" if speaker == "task" else "executionListener"
    return camunda(
        kind, event=event, expression=f"${{{speaker}.setVariable('log', log.concat('{text}'))}}"
    )


BEGIN = camunda(
    "executionListener", event="start", expression="${execution.setVariable('log', '')}"
)
TAKEN = flow("a", "e", name="f").replace(
    "</bpmn:sequenceFlow>", extension(mark("take", "f")) + "</bpmn:sequenceFlow>"
)


@works(SECTION, "process, element and flow: start, end, take",
       "`camunda:executionListener` with expression, script or handler",
       diagram(extension(BEGIN, mark("end", "p")), start(),
               user("a", extension(mark("start", "A"), mark("end", "a"))), end(), "s-a",
               TAKEN))  # fmt: skip
def execution_listeners(walk: Walk) -> None:
    walk.complete("a").ended("e")
    assert walk.run.variables["log"] == "Aafp"


@works(SECTION, "human task: create, assignment, complete", "`camunda:taskListener`",
       diagram(extension(BEGIN), start(), user("a", extension(
           mark("assignment", "2", "task"), mark("create", "1", "task"),
           mark("complete", "3", "task"), mark("delete", "x", "task")),
           camunda__assignee="ann"), end(), "s-a-e"))  # fmt: skip
def task_listeners(walk: Walk) -> None:
    walk.complete("a").ended("e")
    assert walk.run.variables["log"] == "123"


TIMEOUT = camunda(
    "taskListener",
    "<bpmn:timerEventDefinition><bpmn:timeDuration>PT1H</bpmn:timeDuration>"
    "</bpmn:timerEventDefinition>",
    event="timeout", id="late", expression="${task.setVariable('log', 'late')}",
)  # fmt: skip


@works(SECTION, "human task: timeout, by a timer job", '`camunda:taskListener event="timeout"`',
       diagram(start(), user("a", extension(TIMEOUT)), end(), "s-a-e"))  # fmt: skip
def timeout_listener(walk: Walk) -> None:
    wait = next(w for w in walk.run.waits().values() if w.kind == "timer")
    walk.run.fire(wait.token, wait.slot)
    walk.go().at("a")
    assert walk.run.variables == {"log": "late"}


def listening(*listeners: str) -> bytes:
    return diagram(start(), user("a", extension(*listeners)), end(), "s-a-e")


refused(SECTION, "a moment that does not exist", "`event`",
        listening(camunda("taskListener", event="begin", expression="${1}")),
        "listener-event")  # fmt: skip
refused(SECTION, "a listener class", "`class`",
        listening(camunda("taskListener", event="create", **{"class": "a.B"})),
        "java-class")  # fmt: skip
refused(SECTION, "a timeout without a timer", '`event="timeout"`',
        listening(camunda("taskListener", event="timeout", id="t", expression="${1}")),
        "listener-timer")  # fmt: skip
refused(SECTION, "changing something where a value is asked for", "`execution.setVariable(…)`",
        diagram(start(), user("a", camunda__assignee="${execution.setVariable('a', 1)}"), end(),
                "s-a-e"), "effect-place")  # fmt: skip
