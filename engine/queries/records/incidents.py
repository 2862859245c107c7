"""Incidents: open ones for `/incident`, all of them for `/history/incident`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import Session

from engine.commands import operations, reporting
from engine.models import HistoryEvent, Incident, Job, ProcessDefinition, ProcessInstance
from engine.queries import asked as ask
from engine.queries.access import Viewer
from engine.queries.asked import Asked, Column
from engine.queries.records import cases

#: Camunda's kinds: of a job, of an external task, or what somebody named it.
KIND = case(
    (Incident.code == "failedExternalTask", "failedExternalTask"),
    (Incident.job_id.is_not(None), "failedJob"),
    else_=Incident.code,
)
_RESOLVED = and_(Incident.resolved_at.is_not(None), Incident.is_deleted.is_(False))

_REPORTED = and_(
    HistoryEvent.kind == operations.KIND, HistoryEvent.data["op"].as_string() == reporting.CREATED
)


def _configured(value: str) -> ColumnElement[bool]:
    """Return which incidents are of a job, or say this themselves."""
    told = select(HistoryEvent.id).where(
        HistoryEvent.instance_id == Incident.instance_id,
        _REPORTED,
        HistoryEvent.data["incident"].as_integer() == Incident.id,
        HistoryEvent.data["configuration"].as_string() == value,
    )
    by_hand = and_(Incident.job_id.is_(None), exists(told))
    return or_(Incident.job_id == ask.number(value), by_hand)


def _names_job(part: str) -> ColumnElement[bool]:
    # As texts: in lines of other kinds it is no number, and the database may look at all.
    return cast(HistoryEvent.data[part].as_string(), String) == cast(Incident.job_id, String)


#: In Camunda's order: open, resolved, deleted.
STATE = case((Incident.is_deleted.is_(True), 2), (_RESOLVED, 1), else_=0)
#: The entry of the job log, or of the external task log, with which it opened.
LOG_ENTRY = (
    select(cast(Incident.job_id, String) + literal("-") + cast(func.max(HistoryEvent.id), String))
    .where(
        HistoryEvent.instance_id == Incident.instance_id,
        HistoryEvent.at <= Incident.opened_at,
        or_(
            and_(HistoryEvent.kind == "failed", _names_job("job")),
            and_(
                HistoryEvent.kind == "external",
                HistoryEvent.data["state"].as_string() == "failed",
                _names_job("task"),
            ),
        ),
    )
    .correlate(Incident)
    .scalar_subquery()
)
#: Where it is: at its job, or where somebody saw it.
TOKEN = func.coalesce(
    Job.token,
    select(func.min(HistoryEvent.data["execution"].as_string()))
    .where(
        HistoryEvent.instance_id == Incident.instance_id,
        _REPORTED,
        HistoryEvent.data["incident"].as_integer() == Incident.id,
    )
    .correlate(Incident)
    .scalar_subquery(),
)


FILTERS: ask.Filters = {
    **cases.BY_CASE,
    "executionId": lambda name: cases.at_executions(Incident.instance_id, TOKEN, [name]),
    "incidentId": ask.numbered(Incident.id),
    "causeIncidentId": ask.numbered(Incident.id),
    "rootCauseIncidentId": ask.numbered(Incident.id),
    "incidentType": ask.equals(KIND),
    "incidentMessage": ask.equals(Incident.message),
    "incidentMessageLike": ask.alike(Incident.message),
    "incidentTimestampBefore": ask.until(Incident.opened_at),
    "incidentTimestampAfter": ask.from_(Incident.opened_at),
    "createTimeBefore": ask.until(Incident.opened_at),
    "createTimeAfter": ask.from_(Incident.opened_at),
    "endTimeBefore": ask.until(Incident.resolved_at),
    "endTimeAfter": ask.from_(Incident.resolved_at),
    "activityId": ask.equals(Incident.element_id),
    "failedActivityId": ask.equals(Incident.element_id),
    "configuration": _configured,
    "historyConfiguration": ask.equals(LOG_ENTRY),
    "jobDefinitionIdIn": lambda names: or_(
        false(),
        *(
            and_(
                ProcessInstance.definition_id == ask.number(name.partition(":")[0]),
                Incident.element_id == name.partition(":")[2].rpartition(":")[0],
            )
            for name in names
        ),
    ),
    "open": ask.when(Incident.resolved_at.is_(None)),
    "resolved": ask.when(_RESOLVED),
    "deleted": ask.when(Incident.is_deleted.is_(True)),
}
ORDER: dict[str, Column] = {
    "incidentId": Incident.id,
    "incidentMessage": Incident.message,
    "incidentTimestamp": Incident.opened_at,
    "createTime": Incident.opened_at,
    "endTime": Incident.resolved_at,
    "incidentType": KIND,
    "executionId": TOKEN,
    "activityId": Incident.element_id,
    "processInstanceId": Incident.instance_id,
    "processDefinitionId": ProcessInstance.definition_id,
    "processDefinitionKey": ProcessInstance.process_key,
    "causeIncidentId": Incident.id,
    "rootCauseIncidentId": Incident.id,
    "configuration": Incident.job_id,
    "historyConfiguration": LOG_ENTRY,
    "incidentState": STATE,
    "tenantId": Incident.id,
}


@dataclass(frozen=True)
class Report:
    """What an incident that somebody opened by hand says besides its row."""

    token: str
    configuration: str | None


def reports(session: Session, found: Collection[Incident]) -> dict[int, Report]:
    """Return what is told of the incidents that belong to no job."""
    by_hand = {one.id: one.instance_id for one in found if one.job_id is None}
    if not by_hand:
        return {}
    lines = session.scalars(
        select(HistoryEvent.data).where(
            HistoryEvent.instance_id.in_(set(by_hand.values())),
            _REPORTED,
            HistoryEvent.data["incident"].as_integer().in_(by_hand),
        )
    )
    return {
        line["incident"]: Report(str(line["execution"]), line.get("configuration"))
        for line in lines
        if line
    }


def _rows(session: Session, statement: ask.Statement, asked: Asked) -> Sequence[Any]:
    found = session.execute(ask.page(statement, asked, ORDER, Incident.id)).all()
    told = reports(session, [row[0] for row in found])
    return [(*row, told.get(row[0].id)) for row in found]


def open_incidents(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return (Incident, Job, ProcessInstance, ProcessDefinition, Report) of open incidents."""
    statement = _wanted(viewer, asked).where(Incident.resolved_at.is_(None))
    return _rows(session, statement, asked)


def count_open_incidents(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many open incidents would be found."""
    return ask.count(session, _wanted(viewer, asked).where(Incident.resolved_at.is_(None)))


def incidents(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return (Incident, Job, ProcessInstance, ProcessDefinition, log entry, Report) of all."""
    return _rows(session, _wanted(viewer, asked).add_columns(LOG_ENTRY), asked)


def count_incidents(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many incidents would be found."""
    return ask.count(session, _wanted(viewer, asked))


def _wanted(viewer: Viewer, asked: Asked) -> ask.Statement:
    """Incidents of cases the viewer sees; those of no case only for who sees everything."""
    seen = cases.seen(viewer)
    if viewer.scope == "all":
        seen = or_(Incident.instance_id.is_(None), seen)
    return (
        select(Incident, Job, ProcessInstance, ProcessDefinition)
        .outerjoin(Job, Job.id == Incident.job_id)
        .outerjoin(ProcessInstance, ProcessInstance.id == Incident.instance_id)
        .outerjoin(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(seen, *ask.conditions(asked, FILTERS))
    )
