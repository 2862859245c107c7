"""Events: start, end, intermediate, boundary, and the starts of event sub processes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.nodes import compensation, mappings
from engine.bpmn.nodes.base import Node, NodeInfo
from engine.bpmn.nodes.definitions import (
    Compensate,
    Conditional,
    Definition,
    correlation_of,
    wait_for,
)
from engine.state import propagation, variables
from engine.state.host import Wait

if TYPE_CHECKING:
    from engine.state.tokens import AnyScope, Token


class Armed(Node):
    """A node whose token waits for an event."""

    event: Definition
    interrupting = True

    def __init__(self, wf_spec: Any, name: str, info: NodeInfo, event: Definition) -> None:
        super().__init__(wf_spec, name, info, event_definition=event)
        self.event = event

    @property
    def asked_for(self) -> str:
        """The element that a plan of migration names to let this wait begin anew."""
        return self.element

    def armed_events(self) -> list[Armed]:
        """Return the events a token here waits for: itself, or those behind a gateway."""
        return [self]

    def arm(self, token: Token) -> None:
        """Begin to wait."""
        token.marks["arms"] = {
            node.element: node.event.arm(token, node) for node in self.armed_events()
        }
        token._set_state(TaskState.WAITING)

    def _update_hook(self, my_task: Token) -> bool:
        if my_task.marks.pop("fired", False):
            return True
        self.arm(my_task)
        return False

    def waits(self, token: Token) -> Iterator[Wait]:
        yield from super().waits(token)
        arms = token.marks.get("arms", {})
        for node in self.armed_events():
            if node.element in arms:
                yield wait_for(token, node, arms[node.element])

    def conditions(self, token: Token) -> Iterator[tuple[str, Conditional]]:
        """Yield the conditional events among those waited for."""
        for node in self.armed_events():
            if isinstance(node.event, Conditional) and "arms" in token.marks:
                yield node.element, node.event

    def watches(self, token: Token) -> bool:
        """Tell whether a token here waits for a condition."""
        return next(self.conditions(token), None) is not None

    def happened(self, token: Token, slot: str, payload: Mapping[str, Any]) -> None:
        """Go on: the event came."""
        token.marks.pop("arms", None)
        self.take_payload(token, payload)
        token._ready()

    def take_payload(self, token: Token, payload: Mapping[str, Any]) -> None:
        """Note the event, keep what it brought."""
        token.instance.trace("caught", token, event=self.event.kind, name=self.event.name)
        variables.write(token.instance, token, payload)

    def _run_hook(self, my_task: Token) -> bool | None:
        return True


class CatchEvent(Armed, defaults.IntermediateCatchEvent):
    """An intermediate catching event."""


class ReceiveTask(Armed, defaults.ReceiveTask):
    """A task that waits for a message."""


class StartEvent(Node, defaults.StartEvent):
    """Where a scope begins. What it is started by is the command's or the listener's matter."""

    event: Definition

    def __init__(self, wf_spec: Any, name: str, info: NodeInfo, event: Definition) -> None:
        super().__init__(wf_spec, name, info, event_definition=event)
        self.event = event

    def _run_hook(self, my_task: Token) -> bool | None:
        return True


class BoundaryEvent(Armed, defaults.BoundaryEvent):
    """Waits while an activity is at work; then interrupts it, or starts a token beside it."""

    def __init__(
        self, wf_spec: Any, name: str, info: NodeInfo, event: Definition, interrupting: bool
    ) -> None:
        Node.__init__(
            self, wf_spec, name, info, event_definition=event, cancel_activity=interrupting
        )
        self.event = event
        self.interrupting = interrupting

    def attach(self, host: Token) -> None:
        """Begin to wait beside an activity that is entered."""
        if self.event.is_armed:
            self.arm(host.scope.spawn(self, on=host))

    def happened(self, token: Token, slot: str, payload: Mapping[str, Any]) -> None:
        host = token.hangs_on
        if host is None:
            return
        if not self.interrupting:
            scope = token.scope
            if self.event.spend(token, slot):
                token.retire()
            self._begin(scope.spawn(self), payload)
            return
        token.detach()
        token.marks.pop("arms", None)
        with compensation.taking_away(host):
            self._begin(token, payload)

    def catch_thrown(
        self, activity: Token | None, scope: AnyScope, payload: Mapping[str, Any]
    ) -> None:
        """Catch an error, escalation or cancellation that came out of the activity."""
        if activity is None:
            return
        token = scope.spawn(self)
        with compensation.taking_away(activity) if self.interrupting else nullcontext():
            self._begin(token, payload)

    def _begin(self, token: Token, payload: Mapping[str, Any]) -> None:
        self.take_payload(token, payload)
        token.marks["fired"] = True  # it waits no more
        self._update(token)

    def was_entered(self, token: Token) -> bool:
        return "arms" not in token.marks and "async" not in token.marks


class Listener(Armed):
    """Waits in a scope for the event that starts an event sub process there."""

    is_listener = True

    def __init__(
        self,
        wf_spec: Any,
        name: str,
        info: NodeInfo,
        event: Definition,
        *,
        handler: str,
        interrupting: bool,
    ) -> None:
        Node.__init__(self, wf_spec, name, info)
        self.event = event
        #: Name of the event sub process in the same scope.
        self.handler = handler
        self.interrupting = interrupting

    @property
    def is_armed_by_token(self) -> bool:
        return self.event.is_armed

    def happened(self, token: Token, slot: str, payload: Mapping[str, Any]) -> None:
        scope = token.scope
        token.instance.trace("caught", token, event=self.event.kind, name=self.event.name)
        if not self.interrupting and self.event.spend(token, slot):
            token.retire()
        self._start(scope, payload)

    def catch_thrown(
        self, activity: Token | None, scope: AnyScope, payload: Mapping[str, Any]
    ) -> None:
        """Catch an error or escalation that came out of the scope."""
        self._start(scope, payload)

    def _start(self, scope: AnyScope, payload: Mapping[str, Any]) -> None:
        node = scope.spec.task_specs[self.handler]
        token = scope.spawn(node, start=self.element)
        if self.interrupting:
            interrupt(scope, token)
        variables.write(token.instance, token, payload)
        node._update(token)

    def was_entered(self, token: Token) -> bool:
        return False


def interrupt(scope: AnyScope, handler: Token | None = None) -> None:
    """Take away what runs in a scope, for the event sub process that replaces it."""
    for other in scope.here():
        if other is not handler:
            other.cancel()
    if scope.owner is not None:
        scope.owner.marks.pop("todo", None)  # ad-hoc: nothing else begins


class Thrower(Node):
    """Throws when the token comes by."""

    event: Definition

    @property
    def is_performed(self) -> bool:
        """Whether somebody sends the message for us: a handler, an expression, a worker."""
        return any(name in self.attributes for name in ("type", "delegateExpression", "expression"))

    def throw(self, token: Token) -> bool | None:
        """Send the event; return None when that ended the token, or makes it wait."""
        instance, event = token.instance, self.event
        if event.kind in ("message", "signal"):
            self._send(token)
        elif event.kind == "error":
            caught = propagation.is_caught(token, event.code)
            instance.trace("thrown", token, event=event.kind, code=event.code, caught=caught)
            if not caught:
                return True  # as in Camunda: then it is an end like any other
            message = str(event.variables.get("message") or "")
            if "{" in message:
                message = instance.evaluation.template(token, message)
            propagation.throw_error(token, event.code, message)
            return None
        elif event.kind == "escalation":
            instance.trace("thrown", token, event=event.kind, code=event.code)
            propagation.escalate(token, event.code, mappings.payload(token))
            return None if token.gone else True
        elif isinstance(event, Compensate):
            instance.trace("thrown", token, event=event.kind, activity=event.activity)
            return compensation.begin(token, event.activity, wait=event.wait_for_completion)
        return True

    def _send(self, token: Token) -> None:
        instance = token.instance
        kind = "message" if self.event.kind == "message" else "signal"
        correlation = correlation_of(token, self) if kind == "message" else None
        name = self.event.full_name(token)
        instance.trace("thrown", token, event=kind, name=name, correlation=correlation)
        instance.host.throw(
            instance.run,
            token.id,
            "message" if kind == "message" else "signal",
            name,
            mappings.payload(token),
            correlation,
        )
