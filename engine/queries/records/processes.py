"""Finished and running instances, as `/history/process-instance` asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from engine.commands import calls, trail
from engine.commands.jobs import OWED
from engine.models import (
    HistoryEvent,
    HumanTask,
    Incident,
    Job,
    ProcessDefinition,
    ProcessInstance,
    Subscription,
)
from engine.queries import asked as ask
from engine.queries.access import Viewer
from engine.queries.api_jobs import RETRIES
from engine.queries.asked import Asked, Column
from engine.queries.elapsed import elapsed
from engine.queries.records import activities, cases
from engine.queries.records.incidents import KIND

RUNNING = ("active", "suspended")
_child = aliased(ProcessInstance)

DURATION = elapsed(ProcessInstance.started_at, ProcessInstance.ended_at)


def _incident(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(
        select(Incident.id)
        .where(Incident.instance_id == ProcessInstance.id, *conditions)
        .correlate(ProcessInstance)
    )


def _job(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(
        select(Job.id)
        .where(Job.instance_id == ProcessInstance.id, Job.status == "done", *conditions)
        .correlate(ProcessInstance)
    )


_retrying = exists(
    select(Job.id)
    .where(
        Job.instance_id == ProcessInstance.id,
        Job.status.in_(OWED),
        Job.error.is_not(None),
        RETRIES > 0,
    )
    .correlate(ProcessInstance)
)


def _moved(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists(
        select(HistoryEvent.id)
        .where(
            HistoryEvent.instance_id == ProcessInstance.id,
            HistoryEvent.kind == trail.KIND,
            # A line without steps tells of variables alone.
            cast(HistoryEvent.data, Text).startswith('{"t"'),
            condition,
        )
        .correlate(ProcessInstance)
    )


def _waits_at(elements: Sequence[str]) -> ColumnElement[bool]:
    """Return whether something of the instance waits at one of the elements now."""
    here = ProcessInstance.id
    return or_(
        exists(
            select(HumanTask.id).where(
                HumanTask.instance_id == here,
                HumanTask.status == "open",
                HumanTask.element_id.in_(elements),
            )
        ),
        exists(
            select(Job.id).where(
                Job.instance_id == here,
                Job.status.in_(("open", "failed")),
                Job.element_id.in_(elements),
            )
        ),
        exists(
            select(Subscription.id).where(
                Subscription.instance_id == here, Subscription.element_id.in_(elements)
            )
        ),
        exists(
            select(_child.id).where(
                _child.parent_id == here,
                _child.status.in_(RUNNING),
                _child.parent_element.in_(elements),
            )
        ),
    )


#: What is asked of an incident; all of it is asked of the same one.
INCIDENTS: ask.Filters = {
    "incidentType": ask.equals(KIND),
    "incidentStatus": lambda status: (
        Incident.resolved_at.is_(None) if status == "open" else Incident.resolved_at.is_not(None)
    ),
    "incidentMessage": ask.equals(Incident.message),
    "incidentMessageLike": ask.alike(Incident.message),
    "incidentIdIn": lambda ids: Incident.id.in_([ask.number(one) for one in ids]),
}


#: The diagrams ended it (`calls.is_internal`).
_INTERNAL = or_(
    ProcessInstance.outcome == calls.BY_CALLER,
    ProcessInstance.outcome.startswith(calls.BY_ERROR),
)
FILTERS: ask.Filters = {
    **cases.BY_CASE,
    "processInstanceIdNotIn": ask.outside(ProcessInstance.id),
    "rootProcessInstances": ask.when(ProcessInstance.parent_id.is_(None)),
    "superProcessInstanceId": ask.equals(ProcessInstance.parent_id),
    "subProcessInstanceId": lambda child: ProcessInstance.id.in_(
        select(_child.parent_id).where(_child.id == child)
    ),
    "startedBy": ask.equals(ProcessInstance.started_by),
    "startedBefore": ask.until(ProcessInstance.started_at),
    "startedAfter": ask.from_(ProcessInstance.started_at),
    "finishedBefore": ask.until(ProcessInstance.ended_at),
    "finishedAfter": ask.from_(ProcessInstance.ended_at),
    "finished": ask.when(ProcessInstance.ended_at.is_not(None)),
    "unfinished": ask.when(ProcessInstance.ended_at.is_(None)),
    "active": ask.when(ProcessInstance.status == "active"),
    "suspended": ask.when(ProcessInstance.status == "suspended"),
    "completed": ask.when(ProcessInstance.status == "completed"),
    "externallyTerminated": ask.when(and_(ProcessInstance.status == "cancelled", ~_INTERNAL)),
    "internallyTerminated": ask.when(and_(ProcessInstance.status == "cancelled", _INTERNAL)),
    "withIncidents": ask.when(_incident()),
    "withRootIncidents": ask.when(_incident()),
    "withJobsRetrying": ask.when(_retrying),
    "executedActivityIdIn": cases.walked,
    "executedActivityBefore": lambda at: _moved(ask.until(HistoryEvent.at)(at)),
    "executedActivityAfter": lambda at: _moved(ask.from_(HistoryEvent.at)(at)),
    "activeActivityIdIn": _waits_at,
    "activityIdIn": lambda elements: or_(
        _waits_at(elements), _incident(Incident.element_id.in_(elements))
    ),
    "executedJobBefore": lambda at: _job(ask.until(Job.done_at)(at)),
    "executedJobAfter": lambda at: _job(ask.from_(Job.done_at)(at)),
    "superCaseInstanceId": ask.never,
    "subCaseInstanceId": ask.never,
}
ORDER: dict[str, Column] = {
    "instanceId": ProcessInstance.id,
    "definitionId": ProcessInstance.definition_id,
    "definitionKey": ProcessInstance.process_key,
    "definitionName": ProcessDefinition.name,
    "definitionVersion": ProcessDefinition.version,
    "businessKey": ProcessInstance.business_key,
    "startTime": ProcessInstance.started_at,
    "endTime": ProcessInstance.ended_at,
    "duration": DURATION,
    "tenantId": ProcessDefinition.key,
}


def process_instances(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return (ProcessInstance, ProcessDefinition, start event) of what is asked and visible."""
    statement = ask.page(
        _wanted(viewer, asked), asked, ORDER, ProcessInstance.started_at, ProcessInstance.id
    )
    rows = session.execute(statement).all()
    starts = _starts(session, [instance.id for instance, _ in rows])
    return [(instance, definition, starts.get(instance.id)) for instance, definition in rows]


def _starts(session: Session, instances: Sequence[str]) -> dict[str, str]:
    """Return where each instance began: the first step of its first trail."""
    first = (
        select(func.min(HistoryEvent.id))
        .where(HistoryEvent.instance_id.in_(instances), HistoryEvent.kind == trail.KIND)
        .group_by(HistoryEvent.instance_id)
    )
    rows = session.execute(
        select(HistoryEvent.instance_id, HistoryEvent.data).where(HistoryEvent.id.in_(first))
    )
    found = {name: next(trail.steps(data or {}), None) for name, data in rows}
    return {name: step.element for name, step in found.items() if step is not None}


def count_process_instances(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many instances would be found."""
    return ask.count(session, _wanted(viewer, asked))


def running_ids(session: Session, viewer: Viewer, asked: Asked) -> list[str]:
    """Return the ids of the instances that are asked for and have not ended."""
    return ids(session, viewer, Asked({**asked.values, "unfinished": True}))


def ids(session: Session, viewer: Viewer, asked: Asked) -> list[str]:
    """Return the ids of all instances that are asked for."""
    found = _wanted(viewer, asked).with_only_columns(ProcessInstance.id)
    return list(session.scalars(found.order_by(ProcessInstance.id)))


def _wanted(viewer: Viewer, asked: Asked) -> ask.Statement:
    return (
        select(ProcessInstance, ProcessDefinition)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(
            cases.seen(viewer),
            *_conditions(asked),
            *ask.either(asked, _conditions),
        )
    )


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    held = ask.variables(ProcessInstance.id, asked.get("variables", ()), asked)
    broken = ask.conditions(asked, INCIDENTS)
    return [*ask.conditions(asked, FILTERS), *held, *([_incident(*broken)] if broken else [])]


def statistics(
    session: Session, viewer: Viewer, definition_id: int, asked: Asked
) -> dict[str, dict[str, int]]:
    """Return, per element: visits that last, were cancelled, finished, ended a scope."""
    narrowed = Asked({**asked.values, "processDefinitionId": definition_id})
    found: dict[str, dict[str, int]] = {}
    for activity in activities.everything(session, viewer, narrowed, _started(asked)):
        counts = found.setdefault(
            activity.activity_id,
            dict.fromkeys(("instances", "canceled", "finished", "completeScope"), 0),
        )
        counts["instances"] += activity.ended_at is None
        counts["canceled"] += activity.is_cancelled
        counts["finished"] += activity.ended_at is not None
        counts["completeScope"] += activity.ends_scope
    return found


def _started(asked: Asked) -> list[ColumnElement[bool]]:
    return ask.conditions(
        asked,
        {
            name: FILTERS[name]
            for name in ("startedBefore", "startedAfter", "finishedBefore", "finishedAfter")
        },
    )


def broken(session: Session, viewer: Viewer, definition_id: int) -> dict[str, dict[str, int]]:
    """Return, per element, how many incidents are open, were mended, or went with their job."""
    is_open = Incident.resolved_at.is_(None)
    rows = session.execute(
        select(
            Incident.element_id,
            func.count(Incident.id).filter(is_open),
            func.count(Incident.id).filter(~is_open, Incident.is_deleted.is_(False)),
            func.count(Incident.id).filter(Incident.is_deleted.is_(True)),
        )
        .join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .where(cases.seen(viewer), ProcessInstance.definition_id == definition_id)
        .group_by(Incident.element_id)
    )
    keys = ("openIncidents", "resolvedIncidents", "deletedIncidents")
    return {str(row[0]): dict(zip(keys, row[1:], strict=True)) for row in rows}
