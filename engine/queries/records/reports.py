"""Sums over what has ended, as `/history/…/report` asks for them: how many, and how long."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from engine import clock
from engine.models import HumanTask, ProcessDefinition, ProcessInstance
from engine.queries import asked as ask
from engine.queries import task_list
from engine.queries.access import Viewer
from engine.queries.asked import Asked
from engine.queries.records import cases

#: Unit → how many months it has.
UNITS = {"MONTH": 1, "QUARTER": 3}
_INSTANCES: ask.Filters = {
    "processDefinitionIdIn": ask.within(ProcessInstance.definition_id),
    "processDefinitionKeyIn": ask.within(ProcessInstance.process_key),
    "startedBefore": ask.until(ProcessInstance.started_at),
    "startedAfter": ask.from_(ProcessInstance.started_at),
}
_TASKS: ask.Filters = {
    "completedBefore": ask.until(HumanTask.closed_at),
    "completedAfter": ask.from_(HumanTask.closed_at),
}


@dataclass(frozen=True)
class Durations:
    """How long things took that belong to one month or quarter of the office's calendar."""

    #: 1–12 or 1–4, whatever the year.
    period: int
    unit: str
    #: All in milliseconds.
    minimum: int
    maximum: int
    average: int


def process_durations(session: Session, viewer: Viewer, asked: Asked, unit: str) -> list[Durations]:
    """Return how long ended instances took, by when they were started."""
    rows = session.execute(
        select(ProcessInstance.started_at, ProcessInstance.ended_at).where(
            cases.seen(viewer),
            ProcessInstance.ended_at.is_not(None),
            *ask.conditions(asked, _INSTANCES),
        )
    )
    return _by_period(((begun, begun, ended) for begun, ended in rows), unit)


def task_durations(session: Session, viewer: Viewer, asked: Asked, unit: str) -> list[Durations]:
    """Return how long completed tasks took, by when they were completed."""
    rows = session.execute(
        select(HumanTask.created_at, HumanTask.closed_at).where(*_completed(viewer, asked))
    )
    return _by_period(((ended, begun, ended) for begun, ended in rows), unit)


def task_counts(session: Session, viewer: Viewer, asked: Asked, *, by_name: bool) -> Sequence[Any]:
    """Return (definition, task name, number of completed tasks); without `by_name` no name."""
    keys: list[Any] = [ProcessDefinition.id, *([HumanTask.name] if by_name else [])]
    found = session.execute(
        select(*keys, func.count(HumanTask.id))
        .join(ProcessInstance, ProcessInstance.id == HumanTask.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(*_completed(viewer, asked))
        .group_by(*keys)
        .order_by(*keys)
    ).all()
    rows = {
        row.id: row
        for row in session.scalars(
            select(ProcessDefinition).where(ProcessDefinition.id.in_({one[0] for one in found}))
        )
    }
    return [(rows[one[0]], one[1] if by_name else None, one[-1]) for one in found]


def _completed(viewer: Viewer, asked: Asked) -> list[ColumnElement[bool]]:
    return [
        task_list.seen(viewer),
        HumanTask.status == "completed",
        *ask.conditions(asked, _TASKS),
    ]


def _by_period(
    spans: Iterable[tuple[datetime | None, datetime, datetime | None]], unit: str
) -> list[Durations]:
    """Fold (where it belongs, begun, ended) into one line a period, in their order."""
    found: dict[int, list[int]] = {}
    for at, begun, ended in spans:
        if at is None or ended is None:
            continue
        period = (at.astimezone(clock.CHINA).month - 1) // UNITS[unit] + 1
        took = round((ended - begun).total_seconds() * 1000)
        least, most, sum_, number = found.get(period, [took, took, 0, 0])
        found[period] = [min(least, took), max(most, took), sum_ + took, number + 1]
    return [
        Durations(period, unit, least, most, sum_ // number)
        for period, (least, most, sum_, number) in sorted(found.items())
    ]
