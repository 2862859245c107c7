"""`/job`: what is owed, and one job in an operator's hands."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import db, jobs
from engine.commands import batches
from engine.commands import jobs as levers
from engine.errors import Conflict, EngineError
from engine.models import Job, ProcessDefinition, ProcessInstance
from engine.queries import api_jobs as queries
from web.api import listing, names
from web.api.access import caller, needs, oversee
from web.api.answer import answer, moment, nothing, parse_moment
from web.api.blueprint import bp
from web.api.errors import ApiError, engine
from web.api.history_fields import BY_PROCESS
from web.api.job_names import due, job_definition_id
from web.api.params import FLAG, NUMBER, OBJECTS, TEXT, TEXTS, Kind, Params


def _compared(value: Any) -> list[tuple[str, Any]]:
    """Read `gt_2026-01-01T08:00:00,lt_…`, or a list of {operator, value}."""
    if isinstance(value, str):
        parts = [part.partition("_")[::2] for part in value.split(",")]
    else:
        told = OBJECTS.read(value)
        parts = [(str(part.get("operator")), str(part.get("value"))) for part in told]
    if any(sign not in ("gt", "lt") for sign, _ in parts):
        raise ValueError("only gt and lt compare moments")
    return [(sign, parse_moment(text)) for sign, text in parts]


COMPARED = Kind({"type": "array", "items": {"type": "object"}}, _compared)
LIST = Params(
    "job query",
    {
        **BY_PROCESS, "jobId": TEXT, "jobIds": TEXTS, "jobDefinitionId": TEXT,
        "processInstanceIds": TEXTS, "executionId": TEXT, "activityId": TEXT,
        "failedActivityId": TEXT, "withRetriesLeft": FLAG, "noRetriesLeft": FLAG,
        "executable": FLAG, "timers": FLAG, "messages": FLAG, "dueDates": COMPARED,
        "createTimes": COMPARED, "withException": FLAG, "exceptionMessage": TEXT,
        "active": FLAG, "suspended": FLAG, "acquired": FLAG, "priorityLowerThanOrEquals": NUMBER,
        "priorityHigherThanOrEquals": NUMBER, "includeJobsWithoutTenantId": FLAG,
        "rootProcessInstanceId": TEXT,
    },
    sort_by=(
        "jobId", "executionId", "processInstanceId", "processDefinitionId",
        "processDefinitionKey", "jobPriority", "jobRetries", "jobDueDate", "tenantId",
    ),
)  # fmt: skip
SOME = Params("job query", LIST.fields)


def shown(
    job: Job,
    _: ProcessInstance | None,
    definition: ProcessDefinition | None,
    priority: int,
    held: bool,
) -> dict[str, Any]:
    """Return a job as the lists show it."""
    instance = job.instance_id
    return {
        "id": str(job.id),
        "jobDefinitionId": job_definition_id(job, definition),
        "processInstanceId": instance,
        "processDefinitionId": names.definition_of(definition) if definition else None,
        "processDefinitionKey": definition.key if definition else None,
        "executionId": names.execution_id(instance, job.token) if instance else None,
        "exceptionMessage": job.error,
        "failedActivityId": job.element_id if job.error is not None else None,
        "retries": 0 if job.status == "failed" else max(job.max_attempts - job.attempts, 0),
        "dueDate": due(job),
        "suspended": bool(held),
        "priority": priority,
        "tenantId": None,
        "createTime": moment(job.created_at),
        "batchId": job.topic if job.kind == batches.KIND else None,
    }


listing.offer("/job", "read", LIST, "Job", rows=queries.jobs, total=queries.count_jobs, shown=shown)


def find(session: Session, job_id: str) -> Any:
    """Return a job's row as the list has it. Raises ApiError 404."""
    return listing.one(session, queries.jobs, f"Job with id {job_id} does not exist", jobId=job_id)


def changeable(session: Session, job_id: str) -> Any:
    """Return a job's row, see `find`; one of no case is changed for everybody.

    Raises:
        ApiError: 404; 403, the caller does not oversee everything.
    """
    row = find(session, job_id)
    if row[0].instance_id is None:
        oversee("Job", job_id)
    return row


@bp.get("/job/<job_id>")
@needs("read", returns="Job")
def get_job(job_id: str) -> ResponseReturnValue:
    """Return one job."""
    with db.reading() as session:
        return answer(shown(*find(session, job_id)))


@bp.get("/job/<job_id>/stacktrace")
@needs("read")
def job_stacktrace(job_id: str) -> ResponseReturnValue:
    """Return where in the program the last attempt failed, as text."""
    with db.reading() as session:
        job = find(session, job_id)[0]
        words = job.trace or job.error or ""
    return Response(words, 200, content_type="text/plain; charset=utf-8")


@bp.post("/job/<job_id>/execute")
@needs("operate")
def execute_job(job_id: str) -> ResponseReturnValue:
    """Run a job at once, whether or not it is due; its failure counts as an attempt."""
    with db.reading() as session:
        job, instance = changeable(session, job_id)[:2]
        number, held = job.id, instance is not None and instance.status == "suspended"
    if held:
        raise ApiError(
            "SuspendedEntityInteractionException", f"Job {job_id}: its instance is suspended.", 500
        )
    try:
        jobs.execute(number)
    except Conflict:
        raise
    except EngineError as failure:
        raise engine(str(failure)) from failure
    except Exception as failure:
        raise engine(f"{type(failure).__name__}: {failure}") from failure
    with db.transaction() as session:
        levers.executed(session, number, actor=caller().actor)
    return nothing()
