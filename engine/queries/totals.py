"""How many cases there are of each process, and how they stand."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from engine import clock
from engine.models import HumanTask, ProcessDefinition, ProcessInstance
from engine.queries.access import Viewer, visible
from engine.queries.instances import has_incident


def statistics(session: Session, viewer: Viewer) -> list[dict[str, Any]]:
    """Return, per process: in progress, late, finished and broken cases (roots only)."""
    seen = visible(viewer, ProcessInstance.root_id.expression)
    late = exists(
        select(HumanTask.id).where(
            HumanTask.root_id == ProcessInstance.root_id,
            HumanTask.status == "open",
            HumanTask.due_at < clock.now(),
        )
    )
    running = ProcessInstance.status.in_(("active", "suspended"))

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(ProcessInstance.id).filter(condition)

    rows = session.execute(
        select(
            ProcessInstance.process_key,
            func.max(ProcessDefinition.name),
            count(running),
            count(and_(running, late)),
            count(ProcessInstance.status == "completed"),
            count(has_incident()),
        )
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(seen, ProcessInstance.parent_id.is_(None))
        .group_by(ProcessInstance.process_key)
        .order_by(ProcessInstance.process_key)
    )
    keys = ("process", "name", "running", "late", "completed", "incidents")
    return [dict(zip(keys, row, strict=True)) for row in rows]
