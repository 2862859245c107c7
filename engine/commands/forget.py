"""Removing a finished instance with everything the engine knows of it, for good.

What an area keeps of a case (an appeal, a proposal) has its own retention: as long as such
a record stands, the case it was handled in stays.
"""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import ColumnElement, Table, delete, exists, select
from sqlalchemy.orm import Session

from engine import db
from engine.attachments import storage
from engine.commands import instances
from engine.errors import InvalidInput, NotAllowed
from engine.hooks import Actor
from engine.models import Attachment, Base, HumanTask, Job, ProcessInstance

log = structlog.get_logger()


def forget(session: Session, instance_id: str, *, actor: Actor) -> None:
    """Delete a finished instance and everything it called.

    Raises:
        NotFound: there is no such instance.
        InvalidInput: it has not ended.
        NotAllowed: a record of an area still refers to it.
    """
    row = instances.lock(session, instance_id)
    if row.ended_at is None:
        raise InvalidInput("这个实例还没有结束，不能删除历史；请先终止它。")
    family = _family(session, instance_id)
    named = [
        (table, which)
        for table in reversed(Base.metadata.sorted_tables)
        if (which := _of_family(table, family)) is not None
    ]
    ours = {mapper.local_table for mapper in Base.registry.mappers if _is_ours(mapper.class_)}
    for table, which in named:
        if table not in ours and session.scalar(select(exists(select(table).where(which)))):
            raise NotAllowed("业务台账还引用这个实例，不能删除它的历史。")
    files = session.scalars(
        select(Attachment.stored_as).where(Attachment.instance_id.in_(family))
    ).all()
    for table, which in named:
        session.execute(delete(table).where(which))
    session.execute(delete(ProcessInstance).where(ProcessInstance.id.in_(family)))
    session.expire_all()
    db.after_commit(session, lambda: _delete_files(files))
    log.info("history deleted", instance=instance_id, instances=len(family), by=actor.id)


def _delete_files(names: Sequence[str]) -> None:
    for name in names:
        storage.delete(name)


def _family(session: Session, instance_id: str) -> list[str]:
    found = [instance_id]
    above: Sequence[str] = found
    while above:
        above = session.scalars(
            select(ProcessInstance.id).where(ProcessInstance.parent_id.in_(above))
        ).all()
        found.extend(above)
    return found


def _is_ours(model: type) -> bool:
    return model.__module__.startswith("engine.")


def _of_family(table: Table, family: Sequence[str]) -> ColumnElement[bool] | None:
    """Return which rows of a table belong to the instances; None when none can."""
    if table.name == ProcessInstance.__tablename__:
        return None
    if "instance_id" in table.c:
        return table.c.instance_id.in_(family)
    for key in table.foreign_keys:
        for model in (HumanTask, Job):
            if key.column.table.name == model.__tablename__:
                owners = select(model.id).where(model.instance_id.in_(family))
                return key.parent.in_(owners)
        if key.column.table.name == ProcessInstance.__tablename__:
            return key.parent.in_(family)
    return None
