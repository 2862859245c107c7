"""The job log and the external task log: made, failed, done, cancelled, out of the jobs.

A job's row says when it was made and how it ended; each failed attempt is a line of the
case's history. One statement puts them together, so that the database filters and sorts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    String,
    Subquery,
    and_,
    case,
    cast,
    false,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from engine.commands import scheduled
from engine.models import HistoryEvent, Job, ProcessDefinition, ProcessInstance
from engine.queries import api_jobs
from engine.queries import asked as ask
from engine.queries.access import Viewer
from engine.queries.asked import Asked, Column
from engine.queries.records import cases

MADE, FAILED, DONE, GONE = "creation", "failure", "success", "deletion"


Narrow = Callable[[Column], list[ColumnElement[bool]]]


def _left(state: str, is_external: bool) -> Column:
    """Return the tries left; of an external task nobody knows before one failed."""
    if is_external:
        return null().cast(Integer) if state == MADE else Job.retries
    # Attempts are counted when they begin; the one that went well cost no try.
    spent = {MADE: literal(0), DONE: Job.attempts - 1}.get(state, Job.attempts)
    return Job.max_attempts - spent


def _of_job(state: str, at: Any, is_external: bool, *conditions: ColumnElement[bool]) -> Any:
    kind = Job.kind == "external" if is_external else Job.kind != "external"
    return select(
        (cast(Job.id, String) + literal(f"-{state}")).label("id"),
        literal(state).label("state"),
        at.label("at"),
        Job.id.label("job_id"),
        _left(state, is_external).label("retries"),
        null().cast(String).label("message"),
        null().cast(Integer).label("line_id"),
        (Job.worker if state != MADE else null().cast(String)).label("worker"),
    ).where(kind, *conditions)


def _failures(is_external: bool, narrow: Narrow) -> Any:
    data = HistoryEvent.data
    job = data["task"].as_integer() if is_external else data["job"].as_integer()
    failed = HistoryEvent.kind == ("external" if is_external else "failed")
    if is_external:
        failed = and_(failed, data["state"].as_string() == "failed")
    return select(
        (cast(job, String) + literal("-") + cast(HistoryEvent.id, String)).label("id"),
        literal(FAILED).label("state"),
        HistoryEvent.at.label("at"),
        job.label("job_id"),
        data["retries"].as_integer().label("retries"),
        data["message"].as_string().label("message"),
        HistoryEvent.id.label("line_id"),
        data["worker"].as_string().label("worker"),
    ).where(failed, *narrow(HistoryEvent.instance_id))


def _log(is_external: bool, narrow: Narrow) -> Subquery:
    mine = narrow(Job.instance_id)
    return union_all(
        _of_job(MADE, Job.created_at, is_external, *mine),
        _of_job(DONE, Job.done_at, is_external, Job.status == "done", *mine),
        _of_job(GONE, Job.done_at, is_external, Job.status == "cancelled", *mine),
        _failures(is_external, narrow),
    ).subquery("log")


def _narrow(asked: Asked) -> Narrow:
    """Return what keeps the parts small: the instance that is asked for, or that of the job.

    The databases do not push these conditions into a union by themselves.
    """
    instance, job = asked.get("processInstanceId"), asked.get("jobId")
    job = asked.get("externalTaskId", job)
    found: list[Callable[[Column], ColumnElement[bool]]] = []
    if instance is not None:
        found.append(lambda column: column == instance)
    if job is not None:
        its = select(Job.instance_id).where(Job.id == ask.number(job)).scalar_subquery()
        found.append(lambda column: column.is_not_distinct_from(its))
    return lambda column: [make(column) for make in found]


def _state(log: Subquery, state: str) -> Callable[[Any], ColumnElement[bool]]:
    return ask.when(log.c.state == state)


def _filters(log: Subquery) -> dict[str, Callable[[Any], ColumnElement[bool]]]:
    return {
        **cases.BY_CASE,
        "executionIdIn": lambda names: cases.at_executions(Job.instance_id, Job.token, names),
        "activityInstanceIdIn": lambda names: cases.at_executions(
            Job.instance_id, Job.token, names
        ),
        "logId": ask.equals(log.c.id),
        "jobId": ask.numbered(log.c.job_id),
        "externalTaskId": ask.numbered(log.c.job_id),
        "jobExceptionMessage": ask.equals(log.c.message),
        "errorMessage": ask.equals(log.c.message),
        "jobDefinitionId": api_jobs.of_definition,
        "jobDefinitionIdIn": lambda names: or_(false(), *map(api_jobs.of_definition, names)),
        "jobDefinitionType": lambda kind: _kinds([kind]),
        "activityIdIn": ask.within(Job.element_id),
        "failedActivityIdIn": lambda names: and_(Job.element_id.in_(names), log.c.state == FAILED),
        "deploymentId": ask.numbered(ProcessDefinition.deployment_id),
        "topicName": ask.equals(Job.topic),
        "workerId": ask.equals(log.c.worker),
        "hostname": ask.never,
        "jobPriorityLowerThanOrEquals": ask.until(Job.priority),
        "jobPriorityHigherThanOrEquals": ask.from_(Job.priority),
        "priorityLowerThanOrEquals": ask.until(Job.priority),
        "priorityHigherThanOrEquals": ask.from_(Job.priority),
        "creationLog": _state(log, MADE),
        "failureLog": _state(log, FAILED),
        "successLog": _state(log, DONE),
        "deletionLog": _state(log, GONE),
    }


def _kinds(wanted: Sequence[str]) -> ColumnElement[bool]:
    ours = {
        "async-continuation": "async",
        "timer-start-event": "start",
        "external-task": "external",
    }
    found = [ours.get(kind, "timer" if kind.startswith("timer") else kind) for kind in wanted]
    return or_(Job.kind.in_(found), and_(Job.kind == scheduled.KIND, Job.topic.in_(wanted)))


def _order(log: Subquery) -> dict[str, Any]:
    return {
        "timestamp": log.c.at,
        "jobId": log.c.job_id,
        "externalTaskId": log.c.job_id,
        "jobDueDate": Job.due_at,
        "jobRetries": log.c.retries,
        "retries": log.c.retries,
        "jobPriority": Job.priority,
        "priority": Job.priority,
        "jobDefinitionId": Job.element_id,
        "activityId": Job.element_id,
        "activityInstanceId": Job.token,
        "topicName": Job.topic,
        "workerId": log.c.worker,
        "executionId": Job.token,
        "processInstanceId": Job.instance_id,
        "processDefinitionId": ProcessInstance.definition_id,
        "processDefinitionKey": ProcessInstance.process_key,
        "deploymentId": ProcessDefinition.deployment_id,
        "hostname": log.c.job_id,
        "tenantId": log.c.job_id,
        # Made before failed before ended, whatever the clock says.
        "occurrence": case(
            (log.c.state == MADE, 0), (log.c.state == FAILED, log.c.line_id), else_=2**31
        ),
    }


#: What a log can be sorted by.
SORTS = tuple(_order(_log(False, lambda _: [])))


def job_log(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return (entry, Job, ProcessInstance, ProcessDefinition) of the job log."""
    return _rows(session, viewer, _configured(session, viewer, asked), is_external=False)


def count_job_log(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many entries of the job log would be found."""
    asked = _configured(session, viewer, asked)
    return ask.count(session, _wanted(viewer, asked, _log(False, _narrow(asked))))


def _configured(session: Session, viewer: Viewer, asked: Asked) -> Asked:
    """Name the job definitions that have the configuration which is asked for."""
    rest = dict(asked.values)
    wanted = rest.pop("jobDefinitionConfiguration", None)
    if wanted is None:
        return asked
    made = api_jobs.made_jobs(session, viewer, Asked({"jobConfiguration": wanted}))
    return replace(asked, values={**rest, "jobDefinitionIdIn": [one.id for (one,) in made]})


def external_log(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return (entry, Job, ProcessInstance, ProcessDefinition) of the external task log."""
    return _rows(session, viewer, asked, is_external=True)


def count_external_log(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many entries of the external task log would be found."""
    return ask.count(session, _wanted(viewer, asked, _log(True, _narrow(asked))))


def _rows(session: Session, viewer: Viewer, asked: Asked, *, is_external: bool) -> Sequence[Any]:
    log = _log(is_external, _narrow(asked))
    rows = session.execute(
        ask.page(_wanted(viewer, asked, log), asked, _order(log), log.c.at, log.c.job_id, log.c.id)
    )
    return [(row, row.Job, row.ProcessInstance, row.ProcessDefinition) for row in rows]


def _wanted(viewer: Viewer, asked: Asked, log: Subquery) -> ask.Statement:
    seen = cases.seen(viewer)
    if viewer.scope == "all":
        seen = or_(Job.instance_id.is_(None), seen)
    return (
        select(
            log.c.id,
            log.c.state,
            log.c.at,
            log.c.retries,
            log.c.message,
            log.c.line_id,
            log.c.worker,
            Job,
            ProcessInstance,
            ProcessDefinition,
        )
        .select_from(log)
        .join(Job, Job.id == log.c.job_id)
        .outerjoin(ProcessInstance, ProcessInstance.id == Job.instance_id)
        .outerjoin(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(seen, *ask.conditions(asked, _filters(log)))
    )


def trace(session: Session, line_id: int | None) -> str:
    """Return where in the program an attempt failed, as far as it was kept."""
    line = session.get(HistoryEvent, line_id) if line_id is not None else None
    data = (line.data or {}) if line is not None else {}
    return str(data.get("trace") or data.get("message") or "")
