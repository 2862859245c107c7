"""Errors, escalations and cancellations: who catches what an activity throws.

The search goes outwards: boundary events of the activity, event sub processes of the
scope it is in, boundary events of that sub process, and so on. What an event sub process
throws may be caught by another one beside it, never by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from engine.errors import BpmnError
from engine.state import variables
from engine.state.host import Thrown

if TYPE_CHECKING:
    from engine.bpmn.nodes.events import BoundaryEvent, Listener
    from engine.state.tokens import AnyScope, Token

AnyCatcher = TypeVar("AnyCatcher", "BoundaryEvent", "Listener")
Kind = Literal["error", "escalation", "cancel"]


def _catchers(
    token: Token, kind: Kind, code: str
) -> Iterator[tuple[BoundaryEvent | Listener, Token | None, AnyScope]]:
    """Yield what would catch it, nearest first, with the activity or scope it belongs to."""
    activity: Token | None = token
    scope = token.scope
    while True:
        came_out_of = "" if activity is None else activity.node.name
        while activity is not None:
            for event in _matching(activity.node.boundary, kind, code):
                yield event, activity, scope
            activity = activity.hangs_on
        for listener in _matching(scope.spec.listeners, kind, code):
            if listener.handler != came_out_of:
                yield listener, None, scope
        if scope.owner is None:
            return
        activity, scope = scope.owner, scope.owner.scope


def _matching(events: Sequence[AnyCatcher], kind: Kind, code: str) -> list[AnyCatcher]:
    """Return what catches it in one place: what names the code before what catches all."""
    found = [event for event in events if event.event.catches(kind, code)]
    return sorted(found, key=lambda event: not event.event.code)


def _nearest(
    token: Token, kind: Kind, code: str
) -> tuple[BoundaryEvent | Listener, Token | None, AnyScope] | None:
    return next(_catchers(token, kind, code), None)


def caught_here(token: Token, kind: Kind, code: str) -> bool:
    """Say whether something in this instance would catch it, without throwing."""
    return _nearest(token, kind, code) is not None


def is_caught(token: Token, code: str) -> bool:
    """Say whether this instance, or one that called it, would catch an error."""
    return caught_here(token, "error", code) or token.instance.host.catches(code)


def throw_error(token: Token, code: str, message: str = "", kind: Kind = "error") -> bool:
    """Throw a BPMN error from a token; return whether the diagram caught it.

    If nothing does, the instance ends with `Instance.thrown`: the caller decides.
    """
    instance = token.instance
    found = _nearest(token, kind, code)
    if found is None:
        element = token.node.element
        cancel_all(token)
        instance.thrown = Thrown(code, message, element)
        instance.finish()
        return False
    event, activity, scope = found
    event.catch_thrown(activity, scope, event.event.payload(code, message))
    return True


def escalate(token: Token, code: str, payload: Mapping[str, Any] | None = None) -> bool:
    """Escalate from a token, which goes on unless an interrupting event catches it.

    What nothing catches leaves the instance through `Host.throw`.
    """
    instance = token.instance
    found = _nearest(token, "escalation", code)
    if found is None:
        instance.host.throw(instance.run, token.id, "escalation", code, dict(payload or {}), None)
        return False
    event, activity, scope = found
    event.catch_thrown(activity, scope, {**event.event.payload(code, ""), **(payload or {})})
    return True


@contextmanager
def throwing(token: Token) -> Iterator[None]:
    """Turn a `BpmnError` of a handler or listener into one thrown by the token.

    Raises:
        BpmnError: it came when the token had already gone on.
    """
    try:
        yield
    except BpmnError as error:
        raised(token, error)


def raised(token: Token, error: BpmnError) -> None:
    """Throw from a token what a handler or listener raised there.

    Raises:
        BpmnError: the token has already gone on.
    """
    if token.gone:
        raise error
    variables.write(token.instance, token, error.variables)
    throw_error(token, error.error_code, error.error_message)


def cancel_all(token: Token) -> None:
    """Cancel every token of the instance, outermost scopes first."""
    for other in token.instance.here():
        other.cancel()
