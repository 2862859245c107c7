"""Handlers that diagrams call: `camunda:delegateExpression="${appeals.register}"`.

A handler runs inside the command's transaction. It reads variables and the form that
was just posted, writes its area's own tables, and returns what the diagram routes by.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.hooks import Actor
from engine.models import Attachment, ProcessInstance

_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


@dataclass
class Outgoing:
    """What a handler asked to be sent after the commit."""

    kind: str
    recipient: str
    payload: Mapping[str, Any]
    key: str
    urgent: bool = False


@dataclass
class ServiceCall:
    """One call of a handler: what it may read, and how it speaks to the engine."""

    session: Session
    instance: ProcessInstance
    element_id: str
    #: Read-only view of the scope, nearest value first.
    variables: Mapping[str, Any]
    #: The element's camunda:inputParameter values.
    inputs: Mapping[str, Any]
    #: The form posted in this command, {} when a timer or message came first.
    submission: Mapping[str, Any]
    submission_id: str | None
    files: Sequence[Attachment]
    actor: Actor
    now: datetime
    #: Which event a listener is called for: `start`, `create`, `timeout`, …; "" for a task's work.
    event: str = ""
    outgoing: list[Outgoing] = field(default_factory=list)
    messages: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    notes: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    def post(
        self,
        *,
        kind: str,
        recipient: str,
        payload: Mapping[str, Any],
        key: str,
        urgent: bool = False,
    ) -> None:
        """Owe a message to a person or another system (outbox; at least once, keyed).

        Args:
            kind: what it is, for the sender that knows it (`notice`, `reply`, …).
            recipient: an account login, organisation code or case number; no address.
            payload: what the message says; stored encrypted.
            key: the same event and recipient always give the same key.
            urgent: also outside working hours (§4.6 通则③).
        """
        self.outgoing.append(Outgoing(kind, recipient, payload, key, urgent))

    def send(
        self, message: str, *, correlation: str, payload: Mapping[str, Any] | None = None
    ) -> None:
        """Send a BPMN message to whichever instance waits for it (a job of its own)."""
        self.messages.append((message, correlation, payload or {}))

    def record(self, kind: str, **data: Any) -> None:
        """Write a line of history at this element; codes only, no personal data."""
        self.notes.append((kind, data))


Handler = Callable[[ServiceCall], Mapping[str, Any] | None]


@dataclass(frozen=True)
class Service:
    """A registered handler, as the analyst's palette shows it."""

    name: str
    title: str
    handler: Handler


_catalogue: dict[str, Service] = {}


def service(name: str) -> Callable[[Handler], Handler]:
    """Register a handler under the name that diagrams write.

    Raises:
        ValueError: the name is not `area.verb`, is taken, or the handler has no docstring.
    """

    def register(handler: Handler) -> Handler:
        if not _NAME.fullmatch(name):
            raise ValueError(f"service names look like area.verb, not {name!r}")
        title = (inspect.getdoc(handler) or "").partition("\n")[0]
        if not title:
            raise ValueError(f"service {name} needs a docstring: the analyst reads it")
        known = _catalogue.get(name)
        if known is not None and known.handler.__module__ != handler.__module__:
            raise ValueError(f"two services are called {name}")
        _catalogue[name] = Service(name, title, handler)
        return handler

    return register


def get(name: str) -> Service | None:
    """Return the handler registered under this name."""
    return _catalogue.get(name)


def catalogue() -> list[Service]:
    """Return every registered handler, by name."""
    return [_catalogue[name] for name in sorted(_catalogue)]
