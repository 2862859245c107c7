"""The case a record belongs to: what SQL knows of it, and the filters every resource shares."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, exists, false, func, or_, select
from sqlalchemy.orm import Session

from engine.commands import trail
from engine.models import HistoryEvent, HumanTask, ProcessDefinition, ProcessInstance
from engine.queries import asked as ask
from engine.queries.access import Viewer, visible
from engine.queries.asked import Asked

#: The kind of the lines that tell of a move to another version.
MIGRATED = "migrated"
#: Cases whose lines are read at once.
CHUNK = 200


@dataclass(frozen=True, slots=True)
class Case:
    """A process instance without its state."""

    id: str
    root_id: str
    parent_id: str | None
    definition_id: int
    key: str
    version: int
    business_key: str | None
    status: str
    started_at: datetime
    ended_at: datetime | None


COLUMNS = (
    ProcessInstance.id,
    ProcessInstance.root_id,
    ProcessInstance.parent_id,
    ProcessInstance.definition_id,
    ProcessDefinition.key,
    ProcessDefinition.version,
    ProcessInstance.business_key,
    ProcessInstance.status,
    ProcessInstance.started_at,
    ProcessInstance.ended_at,
)


def _holder(executions: Sequence[str]) -> ColumnElement[bool]:
    return ProcessInstance.id.in_([name.partition(".")[0] for name in executions])


def _of_activity_instances(names: Sequence[str]) -> ColumnElement[bool]:
    return _holder([name.rpartition(":")[2] for name in names])


#: Filters by the case. Those by execution and activity instance only choose the case here;
#: the record itself is tested afterwards.
BY_CASE: ask.Filters = {
    "processInstanceId": ask.equals(ProcessInstance.id),
    "processInstanceIdIn": ask.within(ProcessInstance.id),
    "processInstanceIds": ask.within(ProcessInstance.id),
    "rootProcessInstanceId": ask.equals(ProcessInstance.root_id),
    "executionId": lambda name: _holder([name]),
    "executionIdIn": _holder,
    "activityInstanceId": lambda name: _of_activity_instances([name]),
    "activityInstanceIdIn": _of_activity_instances,
    "variableInstanceId": lambda name: _holder([name.partition(":")[0]]),
    "variableInstanceIdIn": lambda names: _holder([name.partition(":")[0] for name in names]),
    "processDefinitionId": ask.equals(ProcessInstance.definition_id),
    "processDefinitionIdIn": ask.within(ProcessInstance.definition_id),
    "processDefinitionKey": ask.equals(ProcessInstance.process_key),
    "processDefinitionKeyIn": ask.within(ProcessInstance.process_key),
    "processDefinitionKeyNotIn": ask.outside(ProcessInstance.process_key),
    "processDefinitionKeyLike": ask.alike(ProcessInstance.process_key),
    "processDefinitionName": ask.equals(ProcessDefinition.name),
    "processDefinitionNameLike": ask.alike(ProcessDefinition.name),
    "processInstanceBusinessKey": ask.equals(ProcessInstance.business_key),
    "processInstanceBusinessKeyIn": ask.within(ProcessInstance.business_key),
    "processInstanceBusinessKeyLike": ask.alike(ProcessInstance.business_key),
    "caseInstanceId": ask.never,
    "caseExecutionId": ask.never,
    "caseExecutionIdIn": ask.never,
    "caseActivityIdIn": ask.never,
    "caseDefinitionId": ask.never,
    "caseDefinitionKey": ask.never,
    "caseDefinitionName": ask.never,
    "tenantIdIn": ask.never,
    "withoutTenantId": ask.always,
}


def at_executions(
    instance: ask.Column, token: ask.Column, names: Sequence[str]
) -> ColumnElement[bool]:
    """Return whether a row belongs to one of these executions: a token's, or the whole process's.

    Args:
        names: of executions, or of activity instances.
    """
    found = []
    for name in names:
        holder, dot, mark = name.rpartition(":")[2].partition(".")
        found.append(and_(instance == holder, token == mark) if dot else instance == holder)
    return or_(false(), *found)


def seen(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which a joined case is visible."""
    return visible(viewer, ProcessInstance.root_id.expression)


def chosen(
    session: Session, viewer: Viewer, asked: Asked, *more: ColumnElement[bool]
) -> Iterator[list[Case]]:
    """Yield the visible cases that the filters leave, oldest first, a chunk at a time."""
    rows: Sequence[Any] = session.execute(
        select(*COLUMNS)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(seen(viewer), *ask.conditions(asked, BY_CASE), *more)
        .order_by(ProcessInstance.started_at, ProcessInstance.id)
    ).all()
    for start in range(0, len(rows), CHUNK):
        yield [Case(*row) for row in rows[start : start + CHUNK]]


def lines(
    session: Session, cases: Sequence[Case], kinds: Sequence[str] = (trail.KIND,)
) -> dict[str, list[Any]]:
    """Return the history lines of some kinds, by case, in the order they were written."""
    found: dict[str, list[Any]] = {case.id: [] for case in cases}
    for line in session.execute(
        select(
            HistoryEvent.id,
            HistoryEvent.instance_id,
            HistoryEvent.at,
            HistoryEvent.kind,
            HistoryEvent.element_id,
            HistoryEvent.name,
            HistoryEvent.actor,
            HistoryEvent.data,
        )
        .where(HistoryEvent.instance_id.in_(found), HistoryEvent.kind.in_(kinds))
        .order_by(HistoryEvent.id)
    ):
        found[line.instance_id].append(line)
    return found


def tasks(session: Session, chunk: Sequence[Case]) -> dict[tuple[str, str], tuple[str, Any]]:
    """Return the human tasks of cases: (case, token) → (id, assignee)."""
    rows = session.execute(
        select(HumanTask.instance_id, HumanTask.token, HumanTask.id, HumanTask.assignee).where(
            HumanTask.instance_id.in_([case.id for case in chunk])
        )
    )
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


def walked(elements: Sequence[str]) -> ColumnElement[bool]:
    """Return whether a token of the case ever came to one of the elements."""
    text = func.coalesce(cast(HistoryEvent.data, Text), "")
    came = [
        text.contains(f" {element}{end}", autoescape=True)
        for element in elements
        for end in ('"', " ")
    ]
    became = [text.contains(f':"{element}"', autoescape=True) for element in elements]
    return exists(
        select(HistoryEvent.id).where(
            HistoryEvent.instance_id == ProcessInstance.id,
            or_(
                and_(HistoryEvent.kind == trail.KIND, or_(false(), *came)),
                and_(HistoryEvent.kind == MIGRATED, or_(false(), *became)),
            ),
        )
    )


def wrote(names: Sequence[str]) -> ColumnElement[bool]:
    """Return whether a variable of one of these names was ever written in the case."""
    text = func.coalesce(cast(HistoryEvent.data, Text), "")
    entries = [f"[{json.dumps(name, ensure_ascii=False)}," for name in names]
    return exists(
        select(HistoryEvent.id).where(
            HistoryEvent.instance_id == ProcessInstance.id,
            HistoryEvent.kind == trail.KIND,
            or_(*(text.contains(entry, autoescape=True) for entry in entries)),
        )
    )


def during(asked: Asked, after: Sequence[str], before: Sequence[str]) -> list[ColumnElement[bool]]:
    """Return what keeps out cases that lie wholly outside the moments that are asked for."""
    ended = ProcessInstance.ended_at
    found: list[ColumnElement[bool]] = [
        or_(ended.is_(None), ended >= asked.get(name)) for name in after if name in asked
    ]
    found += [
        ask.until(ProcessInstance.started_at)(asked.get(name)) for name in before if name in asked
    ]
    return found
