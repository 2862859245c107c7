"""Intermediate throwing events and end events.

A message is sent by the engine, or by whoever the diagram names: a handler, an expression, an
outside worker. Compensation makes the event wait until everything has been undone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults

from engine.bpmn.nodes import compensation
from engine.bpmn.nodes.activities import Performer
from engine.bpmn.nodes.base import Node, NodeInfo
from engine.bpmn.nodes.definitions import Definition
from engine.bpmn.nodes.events import Thrower
from engine.state import propagation

if TYPE_CHECKING:
    from engine.state.tokens import Token


class _ThrowingEvent(Performer, Thrower):
    """What throwing events have in common."""

    def __init__(self, wf_spec: Any, name: str, info: NodeInfo, event: Definition) -> None:
        Node.__init__(self, wf_spec, name, info, event_definition=event)
        self.event = event
        self.outside = "external" if self.attributes.get("type") == "external" else ""

    def throw(self, token: Token) -> bool | None:
        if self.event.kind == "message" and self.is_performed:
            return self.perform(token)
        return super().throw(token)

    def undone(self, token: Token) -> None:
        """Go on; a token that undid beside the flow just ends."""
        if "aside" not in token.marks:
            with propagation.throwing(token):
                token.complete()
            return
        scope = token.scope
        token.retire()
        scope.close_if_empty()

    def _on_cancel(self, my_task: Token) -> None:
        super()._on_cancel(my_task)
        compensation.dropped(my_task)


class ThrowEvent(_ThrowingEvent, defaults.IntermediateThrowEvent):
    """An intermediate throwing event; without a definition it is a milestone."""

    def _run_hook(self, my_task: Token) -> bool | None:
        return self.throw(my_task)


class EndEvent(_ThrowingEvent, defaults.EndEvent):
    """Where a token ends; terminate ends every other token of its scope."""

    def __init__(self, wf_spec: Any, name: str, info: NodeInfo, event: Definition) -> None:
        super().__init__(wf_spec, name, info, event)
        #: It may have to wait before it is an end.
        self.ends_late = bool(self.outside) or event.kind == compensation.KIND

    def _run_hook(self, my_task: Token) -> bool | None:
        if not self.ends_late:
            self._note(my_task)
        if self.event.kind in ("terminate", "cancel"):
            for other in my_task.scope.here():
                if other is not my_task:
                    other.cancel()
        if self.event.kind == "cancel":
            my_task.instance.trace("thrown", my_task, event="cancel")
            if compensation.begin(my_task, ""):
                propagation.throw_error(my_task, "", "", "cancel")
            return None
        return self.throw(my_task)

    def undone(self, token: Token) -> None:
        """Leave a cancelled transaction by its boundary, or end."""
        if self.event.kind == "cancel":
            propagation.throw_error(token, "", "", "cancel")
        else:
            super().undone(token)

    def leave(self, token: Token) -> None:
        if self.ends_late:
            self._note(token)
        super().leave(token)

    def _note(self, token: Token) -> None:
        if _ends_the_process(token.scope.owner):
            token.instance.outcome.append(self.element)


def _ends_the_process(owner: Token | None) -> bool:
    """Say whether ends in here are ends of the process: its own, or those of a handler.

    An interrupting event sub process takes the process over; its end is how the case ended.
    """
    if owner is None:
        return True
    if owner.scope.owner is not None:
        return False
    return any(
        listener.interrupting and listener.handler == owner.node.name
        for listener in owner.scope.spec.listeners
    )
