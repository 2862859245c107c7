"""Holding and releasing whole definitions and groups of instances."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.commands import instances
from engine.hooks import Actor
from engine.models import ProcessDefinition, ProcessInstance

ACTIVE, SUSPENDED = "active", "suspended"


def switch_definitions(
    session: Session,
    definition_ids: Iterable[int],
    *,
    suspended: bool,
    with_instances: bool,
    actor: Actor,
) -> None:
    """Say whether versions of processes may be started; their instances too, if asked."""
    numbers = list(definition_ids)
    session.execute(
        update(ProcessDefinition)
        .where(ProcessDefinition.id.in_(numbers))
        .values(suspended=suspended)
        .execution_options(synchronize_session="fetch")
    )
    if with_instances:
        found = session.scalars(
            select(ProcessInstance.id).where(
                ProcessInstance.definition_id.in_(numbers),
                ProcessInstance.status == (ACTIVE if suspended else SUSPENDED),
            )
        ).all()
        switch_instances(session, found, suspended=suspended, actor=actor)


def switch_instances(
    session: Session, instance_ids: Iterable[str], *, suspended: bool, actor: Actor
) -> None:
    """Hold or release instances; one that is so already stays as it is."""
    old = ACTIVE if suspended else SUSPENDED
    for instance_id in instance_ids:
        if instances.lock(session, instance_id).status != old:
            continue
        act = instances.suspend if suspended else instances.resume
        act(session, instance_id, actor=actor, reason="由接口操作")
