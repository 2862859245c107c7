"""How a token comes to a node, runs it, and goes on.

The library's life cycle (`_update` → `_ready` → `_run` → `_on_complete`) is kept, its
predictions are not: followers are made when a token leaves, so the tree holds real tokens
only, and what is saved is the frontier itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.nodes import compensation, listeners, mappings
from engine.bpmn.xml import is_drawn
from engine.errors import BpmnError, EngineError
from engine.state import propagation
from engine.state.host import Wait, WaitKind

if TYPE_CHECKING:
    from engine.bpmn.nodes.events import BoundaryEvent
    from engine.state.tokens import Token

BEFORE, AFTER = "before", "after"


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow, drawn or made by the normaliser."""

    id: str
    name: str
    source: str
    target: str
    condition: str = ""
    listeners: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """What the XML says about a node, besides its class."""

    #: Id in the drawn diagram.
    element: str
    kind: str
    label: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)
    default_flow: str = ""
    #: It undoes another activity, and is started by compensation only.
    for_compensation: bool = False


class Node(BpmnSpecMixin):
    """A flow node. Subclasses override `_run_hook`, sometimes `_update_hook`."""

    is_listener = False
    #: An event sub process: what it throws is not caught by its neighbours.
    handles_events = False
    #: Whether a token here counts as automatic work, done by `advance`.
    automatic = True
    #: What an outside party does while the token is STARTED here: `external` or `call`.
    outside = ""
    #: Whether an incoming token must know by which flow it came.
    is_join = False
    #: Sub processes: the spec of what runs inside.
    inside: Any = None
    #: Name of the compensation handler that undoes it.
    undone_by = ""
    #: Whether completing it is to be remembered, because something may undo it.
    undoable = False

    def __init__(self, wf_spec: Any, name: str, info: NodeInfo, **more: Any) -> None:
        super().__init__(wf_spec, name, bpmn_name=info.label, **more)
        self.bpmn_id = info.element
        self.element = info.element
        self.label = info.label
        self.kind = info.kind
        self.attributes = info.attributes
        self.properties = info.properties
        self.default_flow = info.default_flow
        #: Outgoing flows in the order of the XML.
        self.flows: list[Flow] = []
        #: Ids of the incoming flows.
        self.arrivals: list[str] = []
        self.boundary: list[BoundaryEvent] = []
        #: This node is one item of a multi-instance or loop body.
        self.is_item = False
        self.for_compensation = info.for_compensation
        #: `async` is the older word for it.
        self.async_before = "true" in (
            info.attributes.get("asyncBefore"),
            info.attributes.get("async"),
        )
        self.async_after = info.attributes.get("asyncAfter") == "true"

    # arriving

    def _update(self, my_task: Token) -> None:
        if self.async_before:
            my_task.marks["async"] = BEFORE
            my_task._set_state(TaskState.WAITING)
            return
        self.enter(my_task)

    def enter(self, token: Token) -> None:
        """Take the token in: mappings, listeners, boundary events; then it is ready.

        An error of a listener comes out of this very element, however the token got here.
        """
        if not self.admit(token):
            return
        token.instance.trace("entered", token, **self.traits(token))
        try:
            mappings.apply_inputs(token)
            listeners.of_execution(token, "start")
            for event in self.boundary:
                event.attach(token)
            is_ready = self._update_hook(token)
        except BpmnError as error:
            propagation.raised(token, error)
            return
        if is_ready:
            token._ready()

    def admit(self, token: Token) -> bool:
        """Say whether the token may enter now; joins keep it waiting."""
        return True

    def traits(self, token: Token) -> dict[str, Any]:
        """Return what the history should know about this arrival."""
        return {"index": token.data["loopCounter"]} if self.is_item else {}

    def _update_hook(self, my_task: Token) -> bool:
        return True

    def _on_ready(self, my_task: Token) -> None:
        if self.automatic:
            my_task.instance.agenda.append(my_task)

    # running

    def _run(self, my_task: Token) -> bool | None:
        result: bool | None = self._run_hook(my_task)
        return result

    def _run_hook(self, my_task: Token) -> bool | None:
        return True

    def waits(self, token: Token) -> Iterator[Wait]:
        """Describe what the token waits for, if it waits for something outside."""
        if "async" in token.marks:
            # No element's id begins with "!": what waits for an event is `token:element`.
            yield self._wait(token, "async", suffix=f"!{token.marks['async'][0]}")
        elif token._state == TaskState.READY and not self.automatic:
            yield self._wait(token, "human")
        elif token._state == TaskState.STARTED and self.outside:
            yield self._wait(token, "call" if self.outside == "call" else "external")

    def _wait(self, token: Token, kind: WaitKind, suffix: str = "") -> Wait:
        return Wait(
            key=token.id + suffix,
            token=token.id,
            kind=kind,
            element=self.element,
            name=self.label,
            type=self.kind,
            attributes=self.attributes,
            index=token.data.get("loopCounter") if self.is_item else None,
        )

    # leaving

    def _on_complete(self, my_task: Token) -> None:
        self.leave(my_task)
        for event in my_task.attached:
            event.cancel()
        if self.async_after:
            my_task.marks["async"] = AFTER
            my_task._set_state(TaskState.WAITING)
            return
        if my_task.instance.stepping:
            self.go(my_task)
        else:
            my_task.depart()

    def leave(self, token: Token) -> None:
        """End the work here: listeners, mappings. The way on is `go`."""
        token.leaving = True
        listeners.of_execution(token, "end")
        mappings.apply_outputs(token)
        if self.undoable:
            compensation.remember(token)
        token.instance.trace("left", token, **self.traits(token))

    def go(self, token: Token) -> None:
        """Move to the followers; the last token of a scope ends it."""
        if self.is_item:
            body = token.hangs_on
            if body is not None:
                body.node.item_done(body, token)
            return
        if self.for_compensation:
            compensation.handled(token)
            return
        scope = token.scope
        owner = scope.owner
        if owner is not None and owner.node.enough(owner, token):
            token.retire()
            scope.close_if_empty()
            return
        flows = self.choose(token)
        for flow in flows:
            take(token, flow)
        token.retire()
        for flow in flows:
            node = scope.spec.task_specs[flow.target]
            follower = scope.spawn(node)
            if node.is_join:
                follower.marks["in"] = flow.id
            follower.expect()
        if not flows:
            scope.close_if_empty()

    def begin_next(self, token: Token) -> bool:
        """Begin something else inside, now that nothing is left there; ad-hoc only."""
        return False

    def enough(self, owner: Token, done: Token) -> bool:
        """Tell whether nothing new may begin inside; ad-hoc only."""
        return False

    def scope_ended(self, token: Token) -> None:
        """The last token inside has ended; an error of an end listener comes out of this one."""
        with propagation.throwing(token):
            token.complete()

    def undone(self, token: Token) -> None:
        """Everything that a token here had to undo has been undone."""
        raise NotImplementedError

    def choose(self, token: Token) -> list[Flow]:
        """Return the flows to take: of the conditional ones those that hold, and the others.

        The default flow is for when there is no other.
        """
        free = [flow for flow in self.flows if not flow.condition and flow.id != self.default_flow]
        if all(not flow.condition for flow in self.flows):
            return free or self.flows
        chosen, why = self.test_conditions(token)
        return self.decide(token, chosen + free, why)

    def test_conditions(
        self, token: Token, *, first_only: bool = False
    ) -> tuple[list[Flow], list[dict[str, Any]]]:
        """Evaluate the conditional flows in order; return those that hold, and why."""
        chosen, why = [], []
        for flow in self.flows:
            if not flow.condition or flow.id == self.default_flow:
                continue
            holds, reason = token.instance.evaluation.condition(token, flow.condition)
            why.append({"flow": flow.id, "name": flow.name, **reason})
            if holds:
                chosen.append(flow)
                if first_only:
                    break
        return chosen, why

    def decide(self, token: Token, chosen: list[Flow], why: list[dict[str, Any]]) -> list[Flow]:
        """Fall back to the default flow, and keep the explanation.

        Raises:
            EngineError: no condition holds and there is no default flow.
        """
        if not chosen:
            chosen = [flow for flow in self.flows if flow.id == self.default_flow]
        if not chosen:
            read = "；".join(f"{reason['text']} 读到 {_shown(reason['values'])}" for reason in why)
            raise EngineError(
                f"“{self.label or self.element}”（{self.element}）没有可走的分支：{read}。"
            )
        token.instance.trace("chosen", token, flows=[flow.id for flow in chosen], conditions=why)
        return chosen

    def was_entered(self, token: Token) -> bool:
        """Tell whether the token is at work here, and does not wait before or behind."""
        if token.expected or token.departing:
            return False
        return "async" not in token.marks and "in" not in token.marks

    def dropped(self, token: Token) -> None:
        """Tell listeners that the token is taken away: for them the element ends, too."""
        listeners.of_execution(token, "end")

    def tell_dropped(self, token: Token) -> None:
        """Tell listeners that the token is taken away.

        Raises:
            EngineError: one of them throws a business error, which nothing can catch any more.
        """
        try:
            self.dropped(token)
        except BpmnError as error:  # as in Camunda: nothing can catch it any more
            where = f"“{self.label or self.element}”（{self.element}）"
            raise EngineError(
                f"{where}正在被取消，它的监听器抛出的业务错误 {error.error_code} 无人能捕获。"
            ) from error

    # parts of the library's life cycle that have no meaning without predictions

    def _predict(self, my_task: Token, *args: Any, **kwargs: Any) -> None:
        return

    def _on_cancel(self, my_task: Token) -> None:
        if self.was_entered(my_task):
            if not my_task.leaving:
                self.tell_dropped(my_task)
            my_task.instance.trace("cancelled", my_task, **self.traits(my_task))


def take(token: Token, flow: Flow) -> None:
    """Note that a flow is walked, and call its listeners."""
    if is_drawn(flow.id):
        token.instance.trace("taken", token, flow=flow.id)
    listeners.of_flow(token, flow)


def _shown(read: Mapping[str, Any]) -> str:
    return "、".join(f"{name}={value!s:.40}" for name, value in read.items()) or "空"


def activities_of(nodes: Mapping[str, Any]) -> Iterator[Node]:
    """Yield our nodes among a process spec's task specs."""
    for node in nodes.values():
        if isinstance(node, Node):
            yield node
