"""What a clean-up would remove: finished instances past their time to live, per definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import clock, retention
from engine.models import ProcessDefinition, ProcessInstance
from engine.queries import asked as ask
from engine.queries.access import Viewer
from engine.queries.asked import Asked
from engine.queries.records import cases, sifting

FILTERS: ask.Filters = {
    "processDefinitionIdIn": ask.within(ProcessDefinition.id),
    "processDefinitionKeyIn": ask.within(ProcessDefinition.key),
    "tenantIdIn": ask.never,
    "withoutTenantId": ask.always,
}
ORDER: sifting.Order = {"finished": lambda it: it.finished}


@dataclass(frozen=True)
class Report:
    """One definition's finished instances; without a time to live none is cleanable."""

    definition: ProcessDefinition
    ttl: int | None
    finished: int
    cleanable: int


def reports(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return a report for every definition that is asked for, each in a tuple of one."""
    found = _reports(session, viewer, asked)
    return [(one,) for one in sifting.window(found, asked, ORDER)]


def count_reports(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many definitions would be reported."""
    return len(_reports(session, viewer, asked))


def _reports(session: Session, viewer: Viewer, asked: Asked) -> list[Report]:
    definitions = session.scalars(
        select(ProcessDefinition)
        .where(*ask.conditions(asked, FILTERS))
        .order_by(ProcessDefinition.id)
    )
    found = [_report(session, viewer, definition) for definition in definitions]
    return [one for one in found if one.finished or not asked.get("compact")]


def _report(session: Session, viewer: Viewer, definition: ProcessDefinition) -> Report:
    ttl = retention.days(definition.description.get("history_ttl"))
    past = retention.before(clock.now(), ttl or 0)
    finished, old = session.execute(
        select(
            func.count(ProcessInstance.id),
            func.count(ProcessInstance.id).filter(ProcessInstance.ended_at <= past),
        ).where(
            cases.seen(viewer),
            ProcessInstance.definition_id == definition.id,
            ProcessInstance.ended_at.is_not(None),
        )
    ).one()
    return Report(definition, ttl, finished, old if ttl is not None else 0)
