"""`/history/job-log` and `/history/external-task-log`: each attempt, and how it ended."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import db
from engine.commands import batches
from engine.models import Job, ProcessDefinition, ProcessInstance
from engine.queries.records import job_logs as queries
from web.api import listing, names
from web.api.access import needs
from web.api.answer import answer, moment
from web.api.blueprint import bp
from web.api.history_fields import BY_PROCESS, of_rows
from web.api.job_names import due, job_definition_id, kind_of, made_by
from web.api.params import FLAG, NUMBER, TEXT, TEXTS, Params

_LOGS = {"creationLog": FLAG, "failureLog": FLAG, "successLog": FLAG, "deletionLog": FLAG}
JOBS = Params(
    "historic job log query",
    {
        **BY_PROCESS, **_LOGS, "logId": TEXT, "jobId": TEXT, "jobExceptionMessage": TEXT,
        "jobDefinitionId": TEXT, "jobDefinitionType": TEXT, "jobDefinitionConfiguration": TEXT,
        "activityIdIn": TEXTS, "failedActivityIdIn": TEXTS, "executionIdIn": TEXTS,
        "deploymentId": TEXT, "hostname": TEXT, "jobPriorityLowerThanOrEquals": NUMBER,
        "jobPriorityHigherThanOrEquals": NUMBER, "rootProcessInstanceId": TEXT,
    },
    sort_by=(
        "timestamp", "jobId", "jobDueDate", "jobRetries", "jobPriority", "jobDefinitionId",
        "activityId", "executionId", "processInstanceId", "processDefinitionId",
        "processDefinitionKey", "deploymentId", "hostname", "occurrence", "tenantId",
    ),
)  # fmt: skip
EXTERNAL = Params(
    "historic external task log query",
    {
        **BY_PROCESS, **_LOGS, "logId": TEXT, "externalTaskId": TEXT, "topicName": TEXT,
        "workerId": TEXT, "errorMessage": TEXT, "activityIdIn": TEXTS,
        "activityInstanceIdIn": TEXTS, "executionIdIn": TEXTS,
        "priorityLowerThanOrEquals": NUMBER, "priorityHigherThanOrEquals": NUMBER,
        "rootProcessInstanceId": TEXT,
    },
    sort_by=(
        "timestamp", "externalTaskId", "retries", "priority", "topicName", "workerId",
        "activityId", "executionId", "processInstanceId", "processDefinitionId",
        "processDefinitionKey", "activityInstanceId", "tenantId",
    ),
)  # fmt: skip


def shown(
    entry: Any, job: Job, instance: ProcessInstance | None, definition: ProcessDefinition | None
) -> dict[str, Any]:
    """Return one entry of the job log."""
    made = made_by(job, definition)
    return {
        **_common(entry, job, instance, definition),
        "jobId": str(job.id),
        "jobDueDate": due(job),
        "jobRetries": max(entry.retries or 0, 0),
        "jobPriority": job.priority,
        "jobExceptionMessage": entry.message,
        "failedActivityId": job.element_id if entry.state == queries.FAILED else None,
        "jobDefinitionId": job_definition_id(job, definition),
        "jobDefinitionType": kind_of(job, made),
        "jobDefinitionConfiguration": made.configuration if made else None,
        "deploymentId": str(definition.deployment_id) if definition else None,
        "hostname": None,
        "batchId": job.topic if job.kind == batches.KIND else None,
    }


def shown_external(
    entry: Any, job: Job, instance: ProcessInstance | None, definition: ProcessDefinition | None
) -> dict[str, Any]:
    """Return one entry of the external task log."""
    return {
        **_common(entry, job, instance, definition),
        "externalTaskId": str(job.id),
        "topicName": job.topic,
        "workerId": entry.worker,
        "priority": job.priority,
        "retries": entry.retries,
        "errorMessage": entry.message,
        "activityInstanceId": names.activity_instance_id(
            job.element_id or "", job.instance_id or "", job.token
        ),
    }


def _common(
    entry: Any, job: Job, instance: ProcessInstance | None, definition: ProcessDefinition | None
) -> dict[str, Any]:
    return {
        **of_rows(instance, definition),
        "id": entry.id,
        "timestamp": moment(entry.at),
        "activityId": job.element_id,
        "executionId": names.execution_id(instance.id, job.token) if instance else None,
        "creationLog": entry.state == queries.MADE,
        "failureLog": entry.state == queries.FAILED,
        "successLog": entry.state == queries.DONE,
        "deletionLog": entry.state == queries.GONE,
    }


listing.offer(
    "/history/job-log",
    "history",
    JOBS,
    "HistoricJobLog",
    rows=queries.job_log,
    total=queries.count_job_log,
    shown=shown,
)
listing.offer(
    "/history/external-task-log",
    "history",
    EXTERNAL,
    "HistoricExternalTaskLog",
    rows=queries.external_log,
    total=queries.count_external_log,
    shown=shown_external,
)


@bp.get("/history/job-log/<log_id>")
@needs("history", returns="HistoricJobLog")
def get_historic_job_log(log_id: str) -> ResponseReturnValue:
    """Return one entry of the job log."""
    with db.reading() as session:
        return answer(shown(*_job_log(session, log_id)))


@bp.get("/history/job-log/<log_id>/stacktrace")
@needs("history")
def historic_job_stacktrace(log_id: str) -> ResponseReturnValue:
    """Return where in the program an attempt failed, as text."""
    with db.reading() as session:
        return _text(queries.trace(session, _job_log(session, log_id)[0].line_id))


@bp.get("/history/external-task-log/<log_id>")
@needs("history", returns="HistoricExternalTaskLog")
def get_historic_external_task_log(log_id: str) -> ResponseReturnValue:
    """Return one entry of the external task log."""
    with db.reading() as session:
        return answer(shown_external(*_external_log(session, log_id)))


@bp.get("/history/external-task-log/<log_id>/error-details")
@needs("history")
def historic_external_error_details(log_id: str) -> ResponseReturnValue:
    """Return what a worker told of a failure, as text."""
    with db.reading() as session:
        return _text(queries.trace(session, _external_log(session, log_id)[0].line_id))


def _job_log(session: Session, log_id: str) -> Any:
    words = f"Historic job log with id {log_id} does not exist"
    return listing.one(session, queries.job_log, words, logId=log_id)


def _external_log(session: Session, log_id: str) -> Any:
    words = f"Historic external task log with id {log_id} does not exist"
    return listing.one(session, queries.external_log, words, logId=log_id)


def _text(words: str) -> Response:
    return Response(words, 200, content_type="text/plain; charset=utf-8")
