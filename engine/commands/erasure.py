"""Taking instances out of the database altogether: their rows in every table, and their files.

Which rows belong to an instance is read off the tables: foreign keys, and columns that name
an instance. A new table needs no change here. What an area keeps of a case (an appeal, a
proposal) has its own retention: as long as such a record stands, the case stays.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Table, delete, exists, or_, select
from sqlalchemy.orm import Session

from engine import db
from engine.attachments import storage
from engine.commands.instances import lock_cases
from engine.errors import InvalidInput
from engine.models import Attachment, Base, ProcessInstance

#: Columns that name an instance without a foreign key.
_NAMING = ("instance_id", "root_id")
#: Kept beyond the instance by law (网络安全法 §21); its rows name the instance and nothing else.
_OUTLIVES = frozenset({"access_log"})
#: Instances of one statement.
_AT_ONCE = 200


def erase(session: Session, roots: Sequence[str]) -> None:
    """Delete cases by their root instances: called instances, history, files, everything.

    Files go when the transaction is durable.

    Raises:
        InvalidInput: a record of an area refers to one of them; nothing of the chunk is deleted.
    """
    roots = sorted(roots)
    for start in range(0, len(roots), _AT_ONCE):
        _erase(session, roots[start : start + _AT_ONCE])


def _erase(session: Session, roots: list[str]) -> None:
    lock_cases(session, roots)  # or what somebody writes meanwhile refers to what is gone
    doomed = select(ProcessInstance.id).where(ProcessInstance.root_id.in_(roots))
    instances = list(session.scalars(doomed))
    files = session.scalars(
        select(Attachment.stored_as).where(Attachment.instance_id.in_(instances))
    ).all()
    session.flush()  # what follows goes past the session
    _refuse_kept(session, instances)
    for table in reversed(Base.metadata.sorted_tables):
        theirs = rows_of(table, instances)
        if theirs is not None:
            session.execute(delete(table).where(theirs))
    for name in files:
        db.after_commit(session, lambda name=name: storage.delete(name))  # type: ignore[misc]


def _refuse_kept(session: Session, instances: list[str]) -> None:
    ours = {
        mapper.local_table
        for mapper in Base.registry.mappers
        if mapper.class_.__module__.startswith("engine.")
    }
    for table in Base.metadata.sorted_tables:
        theirs = None if table in ours else rows_of(table, instances)
        if theirs is not None and session.scalar(select(exists(select(table).where(theirs)))):
            raise InvalidInput("业务台账还引用这个实例，不能删除它的历史。")


def rows_of(table: Table, instances: list[str]) -> ColumnElement[bool] | None:
    """Return which rows of a table belong to the instances, or None if none can."""
    if table.name in _OUTLIVES:
        return None
    if table.name == ProcessInstance.__tablename__:
        return table.c.id.in_(instances)
    reasons = [table.c[name].in_(instances) for name in _NAMING if name in table.c]
    for column in table.c:
        for key in column.foreign_keys:
            target = key.column
            if target.table is table or column.name in _NAMING:
                continue
            if target.table.name == ProcessInstance.__tablename__:
                reasons.append(column.in_(instances))
                continue
            theirs = rows_of(target.table, instances)
            if theirs is not None:
                reasons.append(column.in_(select(target).where(theirs)))
    return or_(*reasons) if reasons else None
