"""Execution and task listeners: expressions, assignments, or registered handlers.

Their moments are Camunda 7's. Execution listeners: `start` when an element is entered,
`take` when a flow is walked, `end` when an element is left or taken away. Task listeners:
`create`, then `assignment` when there is an assignee; `update`, then `assignment`, when an
open task is changed; `timeout` at its timer; at last `complete` or `delete`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from engine.bpmn.nodes import mappings
from engine.bpmn.xml import inner
from engine.state import variables

if TYPE_CHECKING:
    from engine.bpmn.nodes.base import Flow
    from engine.state.tokens import Instance, Token


def handler_name(text: str) -> str:
    """Return `appeals.register` for `${appeals.register}`."""
    return text.strip().removeprefix("${").removeprefix("#{").removesuffix("}").strip()


def of_execution(token: Token, event: str) -> None:
    """Call the execution listeners of an element for `start` or `end`."""
    for listener in token.node.attributes.get("@executionListener", ()):
        if listener.get("event", "start") == event:
            with _during(token.instance, event):
                _run(token, listener)


def of_task(token: Token, event: str) -> None:
    """Call the task listeners of a human task for one of its events."""
    for listener in token.node.attributes.get("@taskListener", ()):
        if listener.get("event") == event:
            run_task(token, listener, event)


def run_task(token: Token, listener: Mapping[str, Any], event: str) -> None:
    """Call one task listener."""
    with _during(token.instance, event, of_task=True):
        _run(token, listener)


def of_flow(token: Token, flow: Flow) -> None:
    """Call the listeners of a flow that is walked; they know one event only."""
    for listener in flow.listeners:
        with _during(token.instance, "take", flow=flow.id):
            _run(token, listener)


def of_process(instance: Instance, event: str) -> None:
    """Call the listeners of the process itself."""
    for listener in instance.spec.attributes.get("@executionListener", ()):
        if listener.get("event", "start") == event:
            with _during(instance, event):
                _run(instance.task_tree, listener)


@contextmanager
def _during(
    instance: Instance, event: str, *, of_task: bool = False, flow: str = ""
) -> Iterator[None]:
    before = instance.event, instance.of_task, instance.flow
    instance.event, instance.of_task, instance.flow = event, of_task, flow
    try:
        yield
    finally:
        instance.event, instance.of_task, instance.flow = before


def _run(token: Token, listener: Mapping[str, Any]) -> None:
    instance = token.instance
    if instance.skips_listeners:
        return
    is_root = token is instance.task_tree
    if "delegateExpression" in listener:
        inputs = {} if is_root else mappings.inputs(token)
        result = instance.host.service(
            instance.run,
            "" if is_root else token.id,
            handler_name(listener["delegateExpression"]),
            inputs | mappings.fields(token, inner(listener, "field")),
        )
        variables.write(instance, None if is_root else token, result or {})
    elif "expression" in listener:
        instance.evaluation.effect(token, listener["expression"])
    for script in inner(listener, "script"):
        instance.evaluation.execute(token, script.get("text", ""))
