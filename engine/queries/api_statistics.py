"""How many instances, failed jobs and incidents there are, by definition and by activity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.models import Incident, Job, ProcessDefinition, ProcessInstance
from engine.queries.access import Viewer, visible
from engine.queries.positions import RUNNING, positions
from engine.queries.records.incidents import KIND


@dataclass
class Figures:
    """What is counted for one definition or one activity."""

    instances: int = 0
    failed_jobs: int = 0
    #: Kind of incident → how many are open.
    incidents: dict[str, int] = field(default_factory=dict)


def by_definition(session: Session, viewer: Viewer) -> Mapping[int, Figures]:
    """Return figures by the definition's number; a definition without any is missing."""
    key = ProcessInstance.definition_id
    return _count(session, viewer, key, select(key, func.count()), key)


def by_activity(session: Session, viewer: Viewer, definition_id: int) -> Mapping[str, Figures]:
    """Return figures by element of one definition; only elements where something stands."""
    at = positions().subquery()
    tokens = (
        select(at.c.element_id, func.count())
        .join_from(at, ProcessInstance, ProcessInstance.id == at.c.instance_id)
        .where(ProcessInstance.definition_id == definition_id)
    )
    only = ProcessInstance.definition_id == definition_id
    return _count(session, viewer, None, tokens, at.c.element_id, only)


def _count(
    session: Session, viewer: Viewer, key: Any, instances: Any, group: Any, *only: Any
) -> dict[Any, Figures]:
    """Run three counts; `key` is the column to group by, None for the element of each table."""
    seen = visible(viewer, ProcessInstance.root_id.expression)
    found: dict[Any, Figures] = {}
    running = ProcessInstance.status.in_(RUNNING)
    for name, number in session.execute(instances.where(seen, running, *only).group_by(group)):
        found.setdefault(name, Figures()).instances = number
    column = key if key is not None else Job.element_id
    failed = (
        select(column, func.count())
        .select_from(Job)
        .join(ProcessInstance, ProcessInstance.id == Job.instance_id)
        .where(seen, Job.status == "failed", *only)
        .group_by(column)
    )
    for name, number in session.execute(failed):
        found.setdefault(name, Figures()).failed_jobs = number
    column = key if key is not None else Incident.element_id
    broken = (
        select(column, KIND, func.count())
        .select_from(Incident)
        .join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .where(seen, Incident.resolved_at.is_(None), *only)
        .group_by(column, KIND)
    )
    for name, kind, number in session.execute(broken):
        found.setdefault(name, Figures()).incidents[kind] = number
    return found


def definitions(session: Session) -> list[ProcessDefinition]:
    """Return every process definition, by key and version."""
    return list(
        session.scalars(
            select(ProcessDefinition).order_by(ProcessDefinition.key, ProcessDefinition.version)
        )
    )
