"""`timeout` task listeners: timers of a human task that only call a listener."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.bpmn.nodes import listeners
from engine.bpmn.nodes.base import Node, NodeInfo
from engine.bpmn.nodes.definitions import Timer
from engine.bpmn.nodes.events import BoundaryEvent
from engine.bpmn.xml import inner
from engine.state import propagation
from engine.state.host import Wait

if TYPE_CHECKING:
    from engine.state.tokens import Token

KINDS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}


def timer(listener: Mapping[str, Any]) -> tuple[str, str]:
    """Return kind and text of a listener's timer; empty when it has none."""
    for definition in inner(listener, "timerEventDefinition"):
        for name, kind in KINDS.items():
            for written in inner(definition, name):
                return kind, str(written.get("text", "")).strip()
    return "", ""


class TimeoutListener(BoundaryEvent):
    """Stands at a human task like a boundary event that interrupts nothing and leads nowhere.

    It has the listener's id, which is its slot among the task's timers; to the outside its
    job belongs to the task.
    """

    def __init__(
        self, wf_spec: Any, name: str, task: NodeInfo, listener: Mapping[str, Any]
    ) -> None:
        info = NodeInfo(str(listener.get("id", "")), "taskListener", task.label)
        super().__init__(wf_spec, name, info, Timer(*timer(listener)), interrupting=False)
        self.task = task
        self.listener = listener

    @property
    def asked_for(self) -> str:
        return self.task.element

    def waits(self, token: Token) -> Iterator[Wait]:
        for wait in super().waits(token):
            yield replace(
                wait,
                element=self.task.element,
                type=self.task.kind,
                attributes=self.task.attributes,
            )

    def happened(self, token: Token, slot: str, payload: Mapping[str, Any]) -> None:
        host = token.hangs_on
        if host is None:
            return
        if self.event.spend(token, slot):
            token.retire()
        with propagation.throwing(host):
            listeners.run_task(host, self.listener, "timeout")

    def was_entered(self, token: Token) -> bool:
        return False


def listen(spec: Any, name: str, info: NodeInfo) -> None:
    """Give a human task's node the timers of its `timeout` listeners."""
    node: Node = spec.task_specs[name]
    for listener in info.attributes.get("@taskListener", ()):
        if listener.get("event") == "timeout":
            own = TimeoutListener(spec, f"{name}~{listener.get('id')}", info, listener)
            node.boundary.append(own)
