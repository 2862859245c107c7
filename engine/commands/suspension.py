"""Holding and releasing whole definitions and groups of instances."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import select, true, update
from sqlalchemy.orm import Session

from engine import db
from engine.commands import instances, starts
from engine.hooks import Actor
from engine.models import ProcessDefinition, ProcessInstance, Subscription
from engine.queries.access import Viewer, visible

ACTIVE, SUSPENDED = "active", "suspended"


def switch_definitions(
    session: Session,
    definition_ids: Iterable[int],
    *,
    suspended: bool,
    with_instances: bool,
    actor: Actor,
    viewer: Viewer | None = None,
) -> None:
    """Say whether versions of processes may be started; their instances too, if asked.

    Args:
        viewer: who asks; instances of cases it may not see stay as they are.
    """
    numbers = list(definition_ids)
    starts.lock(session, _keys(session, numbers))
    session.execute(
        update(ProcessDefinition)
        .where(ProcessDefinition.id.in_(numbers))
        .values(suspended=suspended)
        .execution_options(synchronize_session="fetch")
    )
    if not suspended:
        _catch_up(session, numbers)
    if with_instances:
        found = switchable(session, numbers, suspended=suspended, viewer=viewer)
        switch_instances(session, found, suspended=suspended, actor=actor)


def switchable(
    session: Session,
    numbers: Collection[int],
    *,
    suspended: bool,
    viewer: Viewer | None = None,
) -> Sequence[str]:
    """Return the instances of versions that are not yet held, or not yet released."""
    return session.scalars(
        select(ProcessInstance.id).where(
            ProcessInstance.definition_id.in_(numbers),
            ProcessInstance.status == (ACTIVE if suspended else SUSPENDED),
            true() if viewer is None else visible(viewer, ProcessInstance.root_id.expression),
        )
    ).all()


def _keys(session: Session, numbers: Collection[int]) -> Collection[str]:
    found = select(ProcessDefinition.key).where(ProcessDefinition.id.in_(numbers)).distinct()
    return session.scalars(found).all()


def _catch_up(session: Session, numbers: Collection[int]) -> None:
    """What fell due or arrived for suspended processes starts them now, each once."""
    names = select(Subscription.name).where(
        Subscription.kind == "message", Subscription.definition_id.in_(numbers)
    )
    starts.unpark(session, session.scalars(names).all())
    db.hint(session)


def switch_instances(
    session: Session, instance_ids: Iterable[str], *, suspended: bool, actor: Actor
) -> None:
    """Hold or release instances; one that is so already stays as it is."""
    old = ACTIVE if suspended else SUSPENDED
    instance_ids = list(instance_ids)
    instances.lock_cases(session, instance_ids)
    for instance_id in instance_ids:
        if instances.lock(session, instance_id).status != old:
            continue
        act = instances.suspend if suspended else instances.resume
        act(session, instance_id, actor=actor, reason="由接口操作")
