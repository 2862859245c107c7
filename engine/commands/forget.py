"""Removing a finished case with everything the engine knows of it, for good."""

from __future__ import annotations

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.commands import erasure, instances
from engine.errors import InvalidInput
from engine.hooks import Actor
from engine.models import ProcessInstance

log = structlog.get_logger()


def forget(session: Session, instance_id: str, *, actor: Actor) -> None:
    """Delete a finished case: the instance and everything it called.

    Raises:
        NotFound: there is no such instance.
        InvalidInput: it has not ended, another one called it, or a record of an area
            refers to it.
    """
    row = instances.lock(session, instance_id)
    if row.parent_id is not None:
        raise InvalidInput("这个实例由上级流程调用，只能与上级流程一起删除。")
    if row.ended_at is None:
        raise InvalidInput("这个实例还没有结束，不能删除历史；请先终止它。")
    family = list(
        session.scalars(select(ProcessInstance.id).where(ProcessInstance.root_id == row.id))
    )
    erasure.erase(session, [row.id])
    session.expire_all()
    log.info("history deleted", instance=instance_id, instances=len(family), by=actor.id)
