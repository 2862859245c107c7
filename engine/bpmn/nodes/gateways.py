"""Gateways. A join counts tokens: one per incoming flow, wherever loops have led them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.nodes.base import Flow, Node, NodeInfo
from engine.bpmn.nodes.events import Armed
from engine.state import propagation

if TYPE_CHECKING:
    from engine.state.tokens import Token


class ExclusiveGateway(Node, defaults.ExclusiveGateway):
    """Takes the first flow, in the order of the XML, whose condition holds."""

    def choose(self, token: Token) -> list[Flow]:
        if len(self.flows) < 2 and not any(flow.condition for flow in self.flows):
            return self.flows
        chosen, why = self.test_conditions(token, first_only=True)
        return self.decide(token, chosen, why)


class _Join(Node):
    """A gateway that waits for several tokens."""

    is_join = True

    def waiting(self, token: Token) -> list[Token]:
        """Return this gateway's tokens in this scope, oldest first, the given one included."""
        return [
            other
            for other in token.scope.here()
            if other is token or (other.node is self and self.is_held(other))
        ]

    def is_held(self, other: Token) -> bool:
        """Tell whether a token waits here for others."""
        return not other.expected and "in" in other.marks and "async" not in other.marks

    def hold(self, token: Token) -> bool:
        """Keep the token waiting here."""
        token._set_state(TaskState.WAITING)
        return False

    def consume(self, token: Token, others: list[Token]) -> bool:
        """Let one token stand for all."""
        for other in others:
            if other is not token:
                other.retire()
        token.instance.joins.pop(token.id, None)
        token.marks.pop("in", None)
        return True


class ParallelGateway(_Join, defaults.ParallelGateway):
    """Waits for one token on every incoming flow; takes every outgoing flow."""

    def admit(self, token: Token) -> bool:
        if len(self.arrivals) < 2 or "in" not in token.marks:
            return True
        first: dict[str, Token] = {}
        for other in self.waiting(token):
            first.setdefault(other.marks.get("in", ""), other)
        if any(flow not in first for flow in self.arrivals):
            return self.hold(token)
        return self.consume(token, list(first.values()))

    def choose(self, token: Token) -> list[Flow]:
        return self.flows


class SettlingJoin(_Join):
    """A join that looks again when everything else waits: can another token still come?"""

    #: For each incoming flow, the nodes that can reach it without passing this gateway.
    upstream: dict[str, frozenset[str]]
    #: The same along sequence flows alone: a boundary event may never happen.
    certain: dict[str, frozenset[str]]

    def settles(self, token: Token) -> bool:
        """Tell whether a token here is one to be looked at then."""
        return self.is_held(token)

    def may_join(self, token: Token) -> bool:
        """Tell whether no other token can still come. Asked when everything else waits."""
        arrived = self.arrived(token)
        empty = [flow for flow in self.arrivals if flow not in arrived]
        return not any(self._can_come(other, empty, arrived) for other in token.scope.here())

    def join(self, token: Token) -> None:
        """Go on with what has come."""
        raise NotImplementedError

    def arrived(self, token: Token) -> set[str]:
        """Return the incoming flows that have had their token."""
        return {other.marks.get("in", "") for other in self.waiting(token)}

    def _can_come(self, other: Token, empty: list[str], arrived: set[str]) -> bool:
        """BPMN 2.0: it reaches an empty flow, and no flow that already has a token."""
        if other.node is self:  # before its asynchronous continuation it has not come yet
            return "async" in other.marks and other.marks.get("in") in empty
        if other.node.is_listener:
            return False
        starts = _from(other)
        return any(starts & self.upstream[flow] for flow in empty) and not any(
            starts & self.certain[flow] for flow in arrived
        )


def _from(token: Token) -> set[str]:
    """Return the nodes from which a token may go on.

    What undoes beside the flow ends where it is; what is undone, too, unless a boundary event
    takes over.
    """
    if "aside" in token.marks or "by" in token.marks:
        return {event.name for event in token.node.boundary}
    return {token.node.name}


class InclusiveGateway(SettlingJoin, defaults.InclusiveGateway):
    """Waits while a token can still come to an empty incoming flow; takes all that hold."""

    def admit(self, token: Token) -> bool:
        if len(self.arrivals) < 2 or "in" not in token.marks:
            return True
        token.instance.joins[token.id] = token
        return self.hold(token)

    def join(self, token: Token) -> None:
        """Let one token pass for all that wait."""
        self.consume(token, self.waiting(token))
        self.enter(token)


class ComplexGateway(SettlingJoin, defaults.ParallelGateway):
    """Goes on as soon as its activation condition holds, then absorbs what still comes.

    BPMN 2.0, 13.4.5: while it waits for the start the condition is asked at each arrival, with
    `activationCount` tokens waiting. Then a token takes the outgoing flows that hold, and
    another stays here (`marks["spent"]`: the flows that have had their token) until no token
    can come to the other flows any more. The gateway is then as new. Flows whose condition
    reads `waitingForStart` are asked at both moments, all others at the first only.
    """

    def __init__(self, wf_spec: Any, name: str, info: NodeInfo, activation: str) -> None:
        super().__init__(wf_spec, name, info)
        self.activation = activation

    def settles(self, token: Token) -> bool:
        return "spent" in token.marks

    def arrived(self, token: Token) -> set[str]:
        waiting = (other.marks["in"] for other in self.waiting(token) if other is not token)
        return {*waiting, *token.marks["spent"]}

    def was_entered(self, token: Token) -> bool:
        return "spent" not in token.marks and super().was_entered(token)

    def admit(self, token: Token) -> bool:
        if len(self.arrivals) < 2 or "in" not in token.marks:
            token.data["waitingForStart"] = True
            return True
        here = token.scope.here()
        if any(other.node is self and "spent" in other.marks for other in here):
            return self.hold(token)
        first: dict[str, Token] = {}
        waiting = self.waiting(token)
        for other in waiting:
            first.setdefault(other.marks.get("in", ""), other)
        token.data.update(activationCount=len(waiting), waitingForStart=True)
        if not token.instance.evaluation.holds(token, self.activation):
            token.data.clear()
            return self.hold(token)
        if len(first) < len(self.arrivals):
            rest = token.scope.spawn(self, spent=sorted(first))
            rest._set_state(TaskState.WAITING)
            token.instance.joins[rest.id] = rest
        first[token.marks["in"]] = token
        return self.consume(token, list(first.values()))

    def join(self, token: Token) -> None:
        """Absorb what has come since, and be as new."""
        spent = token.marks.pop("spent")
        absorbed: dict[str, Token] = {}
        for other in self.waiting(token):
            if other is token:
                continue
            if other.marks["in"] in spent or other.marks["in"] in absorbed:
                other.expect()  # a second token on its flow: the first of the next start
            else:
                absorbed[other.marks["in"]] = other
        self.consume(token, list(absorbed.values()))
        token.data["waitingForStart"] = False
        token.depart()

    def choose(self, token: Token) -> list[Flow]:
        if token.data.get("waitingForStart", True):
            return super().choose(token)
        again = [flow for flow in self.flows if "waitingForStart" in flow.condition]
        evaluation = token.instance.evaluation
        return [flow for flow in again if evaluation.condition(token, flow.condition)[0]]


class EventBasedGateway(Armed, defaults.EventBasedGateway):
    """Waits for the first of several events; the token then goes on behind that event."""

    def armed_events(self) -> list[Armed]:
        """Return the catching events this gateway waits for."""
        specs: dict[str, Any] = self._wf_spec.task_specs
        return [specs[flow.target] for flow in self.flows]

    def happened(self, token: Token, slot: str, payload: Mapping[str, Any]) -> None:
        flow = next(flow for flow in self.flows if self._slot(flow) == slot)
        scope = token.scope
        token.marks.pop("arms", None)
        with propagation.throwing(token):
            self.leave(token)
        if token.gone:
            return
        token.instance.trace("taken", token, flow=flow.id)
        node = scope.spec.task_specs[flow.target]
        token.retire()
        follower = scope.spawn(node, fired=True)
        node.take_payload(follower, payload)
        node._update(follower)  # an asynchronous continuation before the event comes behind this

    def _slot(self, flow: Flow) -> str:
        target: Node = self._wf_spec.task_specs[flow.target]
        return target.element
