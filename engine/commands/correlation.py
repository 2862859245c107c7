"""Messages and signals that arrive now, in the caller's transaction, as REST wants it.

`engine.commands.messages` carries what diagrams send; there nobody waits for the answer. Here
the sender is told at once: whom it reached, or that nobody waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.commands import instances, messages
from engine.commands.execution import Execution, Loaded
from engine.errors import CorrelationFailed
from engine.hooks import Actor
from engine.models import ProcessInstance, Subscription
from engine.queries import comparing, matching
from engine.queries.access import Viewer, visible
from engine.queries.asked import VariableFilter


@dataclass(frozen=True)
class Wanted:
    """Who is meant by a message."""

    name: str
    business_key: str | None = None
    instance_id: str | None = None
    #: Variables of the instance, and of the waiting token itself.
    keys: Mapping[str, Any] = field(default_factory=dict)
    local_keys: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reached:
    """One receiver that was reached: a waiting token, or (without one) a new instance."""

    instance_id: str
    token: str | None


def correlate_now(
    session: Session,
    viewer: Viewer,
    wanted: Wanted,
    *,
    actor: Actor,
    variables: Mapping[str, Any],
    local: Mapping[str, Any],
    everybody: bool = False,
) -> list[Reached]:
    """Deliver a message to the one who waits, or to everybody; else start what it starts.

    Args:
        variables: set where the message arrives, each in the nearest scope that has the name.
        local: set on the waiting token only.
        everybody: reach all who match, and start everything as well; nobody is no error.

    Raises:
        CorrelationFailed: nobody waits, or several do.
    """
    found = [row for row in _waiting(session, viewer, wanted) if _matches(session, row, wanted)]
    starts = [] if wanted.instance_id else messages.starts(session, "message", wanted.name)
    if not everybody:
        if len(found) > 1:
            raise CorrelationFailed(
                f"有 {len(found)} 处同时在等待消息“{wanted.name}”，无法确定对象，请补充条件。"
            )
        starts = [] if found else starts[:1]
        if not found and not starts:
            raise CorrelationFailed(f"没有流程在等待消息“{wanted.name}”，也没有流程由它发起。")
    reached = []
    instances.lock_cases(session, [row.instance_id or "" for row in found])
    for row in found:
        if everybody and not _still_waits(session, row):
            continue
        deliver(session, row, variables, actor=actor, local=local)
        reached.append(Reached(row.instance_id or "", row.token))
    for start in starts:
        given = {**variables, **local}
        made = messages.begin(session, start, given, wanted.business_key or "", actor)
        reached.append(Reached(made.id, None))
    return reached


def broadcast(
    session: Session, viewer: Viewer, name: str, variables: Mapping[str, Any], *, actor: Actor
) -> int:
    """Let a signal reach every waiting instance and every start; return how many."""
    found = session.scalars(_subscriptions(viewer, "signal", name)).all()
    instances.lock_cases(session, [row.instance_id or "" for row in found])
    for row in found:
        if _still_waits(session, row):
            deliver(session, row, variables, actor=actor)
    starts = messages.starts(session, "signal", name)
    for start in starts:
        messages.begin(session, start, variables, "", actor)
    return len(found) + len(starts)


def _still_waits(session: Session, row: Subscription) -> bool:
    """Say whether neither an earlier receiver nor who had the case before ended this wait."""
    return session.get(Subscription, row.id, populate_existing=True) is not None


def deliver(
    session: Session,
    row: Subscription,
    variables: Mapping[str, Any],
    *,
    actor: Actor,
    local: Mapping[str, Any] | None = None,
) -> None:
    """Let what a subscription waits for arrive, and run to the next waits.

    Raises:
        CorrelationFailed: the token has gone on meanwhile.
    """
    receiver = messages.receiver_of(row)
    instance = instances.lock(session, receiver.instance_id or "")
    with Execution(session, actor) as work:
        loaded = work.open(instance)
        key = (receiver.wait or "").partition(".")[2]
        if key not in loaded.run.waits():
            raise CorrelationFailed(f"流程刚刚已不再等待“{receiver.name}”。")
        loaded.acted.add(key)
        own = dict(local or {})
        loaded.run.set("", {name: one for name, one in variables.items() if name in own})
        loaded.run.set(receiver.token or "", own, local=True)
        brought = {name: one for name, one in variables.items() if name not in own}
        loaded.run.deliver(receiver.token or "", receiver.slot or "", brought)
        work.note(instance, "message", element=receiver.element_id, message=receiver.name)
        work.settle()


def awaited(session: Session, instance_id: str, token: str) -> list[Subscription]:
    """Return what a token waits for and can be told: messages, signals, or just to go on.

    The only token of a process is the process itself, as in Camunda: "" means it as well.
    """
    if not token:
        row = session.get_one(ProcessInstance, instance_id)
        with Execution(session, Actor("system", kind="system")) as work:
            places = work.open(row).run.places()
        token = places[0].token if len(places) == 1 else ""
    return list(
        session.scalars(
            select(Subscription)
            .where(
                Subscription.instance_id == instance_id,
                Subscription.token == token,
                Subscription.kind.in_(("message", "signal", "trigger")),
            )
            .order_by(Subscription.id)
        )
    )


def _subscriptions(viewer: Viewer, kind: str, name: str) -> Any:
    return (
        select(Subscription)
        .join(ProcessInstance, ProcessInstance.id == Subscription.instance_id)
        .where(
            Subscription.kind == kind,
            Subscription.name == name,
            ProcessInstance.status == "active",
            visible(viewer, ProcessInstance.root_id.expression),
        )
        .order_by(Subscription.id)
    )


def _waiting(session: Session, viewer: Viewer, wanted: Wanted) -> list[Subscription]:
    found = _subscriptions(viewer, "message", wanted.name)
    if wanted.business_key is not None:
        found = found.where(ProcessInstance.business_key == wanted.business_key)
    if wanted.instance_id is not None:
        found = found.where(ProcessInstance.id == wanted.instance_id)
    for name, value in wanted.keys.items():
        found = found.where(matching.variable_is(ProcessInstance.id, name, "eq", value))
    return list(session.scalars(found))


def _matches(session: Session, row: Subscription, wanted: Wanted) -> bool:
    """Compare the variables of the waiting token itself, which no table holds."""
    if not wanted.local_keys:
        return True
    instance = session.get_one(ProcessInstance, row.instance_id)
    with Execution(session, Actor("system", kind="system")) as work:
        found = _own(work.open(instance), row.token or "")
    return all(
        comparing.holds(found, VariableFilter(name, "eq", value))
        for name, value in wanted.local_keys.items()
    )


def _own(loaded: Loaded, token: str) -> Mapping[str, Any]:
    """Return a token's variables; the only token of a process is the process itself."""
    own = loaded.run.local(token)
    places = loaded.run.places()
    if len(places) == 1 and places[0].token == token:
        return {**loaded.run.variables, **own}
    return own
