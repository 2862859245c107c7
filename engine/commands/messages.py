"""Messages and signals: who waits for them, and how they arrive.

A message goes to exactly one receiver: first the one waiting instance, then a message
start. Two matches are an error. With nobody waiting it is parked for seven days and
then counted as undelivered (`engine.md` §5). A signal reaches everybody, one job each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, db
from engine.commands import definitions, instances, retries
from engine.commands.execution import Execution
from engine.errors import CorrelationFailed
from engine.hooks import SYSTEM, Actor
from engine.models import Job, ProcessDefinition, ProcessInstance, Subscription
from engine.state import values


@dataclass(frozen=True)
class Receiver:
    """Where a message or signal goes: a wait of an instance, or a start of a definition."""

    name: str
    instance_id: str | None
    definition_id: int | None
    element_id: str
    wait: str | None
    token: str | None
    slot: str | None


def correlate(
    session: Session,
    message: str,
    *,
    correlation: str,
    payload: Mapping[str, Any] | None = None,
    actor: Actor = SYSTEM,
) -> list[str]:
    """Send a message; it is delivered by the next drain, in a transaction of its own.

    Returns the instances that wait for it now; an empty list means it starts a process
    or is kept until somebody waits.

    Raises:
        CorrelationFailed: more than one instance waits for it.
    """
    receivers = waiting(session, "message", message, correlation)
    if len(receivers) > 1:
        raise _ambiguous(message, correlation)
    _owe(session, "message", message, correlation, payload, actor)
    return [receiver.instance_id for receiver in receivers if receiver.instance_id]


def broadcast(
    session: Session,
    signal: str,
    *,
    payload: Mapping[str, Any] | None = None,
    actor: Actor = SYSTEM,
) -> None:
    """Send a signal to every instance and start that waits for it when the next drain comes.

    One job each: what fails for one receiver does not keep it from the others.
    """
    _owe(session, "signal", signal, "", payload, actor)


def _owe(
    session: Session,
    kind: str,
    name: str,
    correlation: str,
    payload: Mapping[str, Any] | None,
    actor: Actor,
) -> None:
    now = clock.now()
    session.add(
        Job(
            kind=kind,
            topic=name,
            due_at=now,
            max_attempts=retries.ATTEMPTS,
            backoff=list(retries.BACKOFF),
            payload={
                "name": name,
                "correlation": correlation,
                "payload": values.encode(values.storable(dict(payload or {}), name)),
                "actor": actor.id,
                "actor_kind": actor.kind,
            },
            created_at=now,
        )
    )
    db.hint(session)


def _ambiguous(message: str, correlation: str) -> CorrelationFailed:
    return CorrelationFailed(
        f"有多件诉求同时在等待消息“{message}”（{correlation}），无法确定对象。"
    )


def waiting(session: Session, kind: str, name: str, correlation: str = "") -> list[Receiver]:
    """Return the instances that wait for a message or signal now."""
    rows = session.scalars(
        select(Subscription)
        .join(ProcessInstance, ProcessInstance.id == Subscription.instance_id)
        .where(
            Subscription.kind == kind,
            Subscription.name == name,
            Subscription.correlation == correlation,
            ProcessInstance.status.in_(("active", "suspended")),
        )
        .order_by(Subscription.id)
    )
    return [receiver_of(row) for row in rows]


def starts(session: Session, kind: str, name: str) -> list[Receiver]:
    """Return the process starts that wait for a message or signal."""
    rows = session.scalars(
        select(Subscription)
        .join(ProcessDefinition, ProcessDefinition.id == Subscription.definition_id)
        .where(
            Subscription.kind == kind,
            Subscription.name == name,
            ProcessDefinition.suspended.is_(False),
        )
    )
    return [receiver_of(row) for row in rows]


def receiver_of(row: Subscription) -> Receiver:
    return Receiver(
        row.name,
        row.instance_id,
        row.definition_id,
        row.element_id,
        row.wait,
        row.token,
        row.slot,
    )


def route(session: Session, name: str, correlation: str) -> Receiver | None:
    """Return the one receiver of a message, or None when nobody waits yet.

    Raises:
        CorrelationFailed: more than one instance waits for it.
    """
    found = waiting(session, "message", name, correlation)
    if len(found) > 1:
        raise _ambiguous(name, correlation)
    if found:
        return found[0]
    begin = starts(session, "message", name)
    return begin[0] if begin else None


def receive(session: Session, receiver: Receiver, data: Mapping[str, Any], actor: Actor) -> bool:
    """Deliver to one receiver: continue the instance, or start the definition.

    False when it left its wait between the look and the lock.
    """
    payload: dict[str, Any] = values.decode(data.get("payload") or {})
    if receiver.definition_id is not None:
        begin(session, receiver, payload, str(data.get("correlation") or ""), actor)
        return True
    if receiver.instance_id is None or receiver.token is None or receiver.wait is None:
        return False
    row = instances.lock(session, receiver.instance_id)
    with Execution(session, actor) as work:
        loaded = work.open(row)
        key = receiver.wait.partition(".")[2]
        if key not in loaded.run.waits():
            return False
        loaded.acted.add(key)
        loaded.run.deliver(receiver.token, receiver.slot or "", payload)
        work.note(row, "message", element=receiver.element_id, message=receiver.name)
        work.settle()
    return True


def begin(
    session: Session,
    receiver: Receiver,
    payload: Mapping[str, Any],
    correlation: str,
    actor: Actor,
) -> ProcessInstance:
    """Start the definition that waits; the correlation is the business key."""
    assert receiver.definition_id is not None  # noqa: S101 - narrowed by the caller
    definition = definitions.by_id(session, receiver.definition_id)
    with Execution(session, actor) as work:
        loaded = work.begin(
            definition,
            variables=payload,
            business_key=correlation or None,
            start_element=receiver.element_id,
        )
        work.settle()
        return loaded.row
