"""Listeners as text, and what they left behind."""

from __future__ import annotations

from engine.hooks import Actor
from tests.engine.bpmn_builder import camunda
from tests.engine.walker import Walk

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
