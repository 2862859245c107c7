"""Where the tokens of an instance stand, as plain data: scopes, bodies, activities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.bpmn.nodes.activities import SubProcess
from engine.bpmn.nodes.events import BoundaryEvent
from engine.bpmn.nodes.loops import Body
from engine.state.tokens import AnyScope, Instance, Token


@dataclass(frozen=True)
class Place:
    """A token at an element, with what runs inside."""

    token: str
    element: str
    name: str
    #: BPMN tag without its namespace; `multiInstanceBody` for a body.
    kind: str
    #: The token waits before or behind its element (async): not an activity, a transition.
    moving: bool = False
    inside: list[Place] = field(default_factory=list)


def places(instance: Instance) -> list[Place]:
    """Return where tokens stand directly in the process, with everything inside."""
    return list(_of_scope(instance))


def walk(found: list[Place]) -> Iterator[Place]:
    """Yield every place, outer ones first."""
    for place in found:
        yield place
        yield from walk(place.inside)


def _of_scope(scope: AnyScope) -> Iterator[Place]:
    for token in scope.here():
        if not token.node.is_listener and not _is_armed_boundary(token):
            yield _place(token)


def _is_armed_boundary(token: Token) -> bool:
    return isinstance(token.node, BoundaryEvent) and "arms" in token.marks


def _place(token: Token) -> Place:
    node = token.node
    inside: list[Place] = []
    if isinstance(node, Body):
        inside = [_place(other) for other in token.attached if other.node.is_item]
    elif isinstance(node, SubProcess):
        scope = token.instance.subprocesses.get(token.id)
        inside = list(_of_scope(scope)) if scope is not None else []
    moving = "async" in token.marks or token.expected or token.departing
    kind = "multiInstanceBody" if isinstance(node, Body) else node.kind
    return Place(token.id, node.element, node.label, kind, moving, inside)
