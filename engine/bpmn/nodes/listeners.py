"""Execution and task listeners: expressions, assignments, or registered handlers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.bpmn.nodes import mappings
from engine.state import variables

if TYPE_CHECKING:
    from engine.state.tokens import Token

#: Our moments → the names Camunda gives them for execution and for task listeners.
EVENTS = {"start": ("start", "create"), "end": ("end", "complete"), "cancel": ("end", "delete")}


def handler_name(text: str) -> str:
    """Return `appeals.register` for `${appeals.register}`."""
    return text.strip().removeprefix("${").removeprefix("#{").removesuffix("}").strip()


def call(token: Token, moment: str) -> None:
    """Call the listeners of an element for `start`, `end` or `cancel`."""
    attributes = token.node.attributes
    execution, task = EVENTS[moment]
    for listener in attributes.get("@executionListener", ()):
        if listener.get("event", "start") == execution:
            run(token, listener)
    for listener in attributes.get("@taskListener", ()):
        if listener.get("event") == task:
            run(token, listener)


def run(token: Token, listener: Mapping[str, Any]) -> None:
    """Run one listener."""
    if "delegateExpression" in listener:
        instance = token.instance
        result = instance.host.service(
            instance.run,
            token.id,
            handler_name(listener["delegateExpression"]),
            mappings.inputs(token),
        )
        variables.write(instance, token, result or {})
    elif "expression" in listener:
        token.instance.evaluation.effect(token, listener["expression"])
    for script in listener.get("script", ()):
        token.instance.evaluation.execute(token, script.get("text", ""))
