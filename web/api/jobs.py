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
from engine.queries.asked import Asked
from web.api import listing, names
from web.api.access import caller, needs
from web.api.answer import answer, moment, nothing, parse_moment
from web.api.batches import shown as shown_batch
from web.api.blueprint import bp
from web.api.errors import engine, invalid, missing
from web.api.history_fields import BY_PROCESS
from web.api.job_names import job_definition_id
from web.api.params import FLAG, MOMENT, NUMBER, OBJECT, TEXT, TEXTS, Kind, Params, json_body


def _compared(value: Any) -> list[tuple[str, Any]]:
    """Read `gt_2026-01-01T08:00:00,lt_…`, or a list of {operator, value}."""
    if isinstance(value, str):
        parts = [part.partition("_")[::2] for part in value.split(",")]
    else:
        parts = [(str(part["operator"]), str(part["value"])) for part in value]
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
RETRIES = Params("job retries", {"retries": NUMBER, "dueDate": MOMENT})
MANY = Params(
    "job retries", {"retries": NUMBER, "dueDate": MOMENT, "jobIds": TEXTS, "jobQuery": OBJECT}
)
DUE = Params("job due date", {"duedate": MOMENT, "cascade": FLAG})
AGAIN = Params("recalculation", {"creationDateBased": FLAG})
PRIORITY = Params("job priority", {"priority": NUMBER})
SUSPENDED = Params(
    "job suspension",
    {
        "suspended": FLAG, "jobDefinitionId": TEXT, "processInstanceId": TEXT,
        "processDefinitionId": TEXT, "processDefinitionKey": TEXT,
        "processDefinitionTenantId": TEXT, "processDefinitionWithoutTenantId": FLAG,
    },
)  # fmt: skip


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
        "dueDate": moment(job.due_at),
        "suspended": bool(held),
        "priority": priority,
        "tenantId": None,
        "createTime": moment(job.created_at),
        "batchId": job.topic if job.kind == batches.KIND else None,
    }


listing.offer("/job", "read", LIST, "Job", rows=queries.jobs, total=queries.count_jobs, shown=shown)


def _rows(session: Session, asked: Asked) -> list[Any]:
    return list(queries.jobs(session, caller().viewer, asked))


def _find(session: Session, job_id: str) -> Any:
    found = _rows(session, Asked({"jobId": job_id}))
    if not found:
        raise missing(f"Job with id {job_id} does not exist")
    return found[0]


def _held(session: Session, job_id: str) -> Job:
    """Return a visible job, locked for a change."""
    return levers.find(session, _find(session, job_id)[0].id)


@bp.get("/job/<job_id>")
@needs("read", returns="Job")
def get_job(job_id: str) -> ResponseReturnValue:
    """Return one job."""
    with db.reading() as session:
        return answer(shown(*_find(session, job_id)))


@bp.get("/job/<job_id>/stacktrace")
@needs("read")
def job_stacktrace(job_id: str) -> ResponseReturnValue:
    """Return where in the program the last attempt failed, as text."""
    with db.reading() as session:
        job = _find(session, job_id)[0]
        words = job.trace or job.error or ""
    return Response(words, 200, content_type="text/plain; charset=utf-8")


@bp.post("/job/<job_id>/execute")
@needs("operate")
def execute_job(job_id: str) -> ResponseReturnValue:
    """Run a job at once, whether or not it is due; its failure counts as an attempt."""
    with db.reading() as session:
        number = _find(session, job_id)[0].id
    try:
        jobs.execute(number)
    except Conflict:
        raise
    except EngineError as failure:
        raise engine(str(failure)) from failure
    except Exception as failure:
        raise engine(f"{type(failure).__name__}: {failure}") from failure
    return nothing()


@bp.put("/job/<job_id>/retries")
@needs("operate", body=RETRIES)
def set_job_retries(job_id: str) -> ResponseReturnValue:
    """Give a job so many further tries."""
    asked = RETRIES.asked(json_body())
    with db.transaction() as session:
        _set_retries(session, _held(session, job_id), asked)
    return nothing()


def _set_retries(session: Session, job: Job, asked: Asked) -> None:
    if "retries" not in asked:
        raise invalid("The number of retries is not given.")
    levers.set_retries(session, job, asked.get("retries"), actor=caller().actor)
    if "dueDate" in asked:
        levers.set_due(session, job, asked.get("dueDate"), actor=caller().actor)


@bp.post("/job/retries")
@needs("operate", body=MANY, returns="Batch")
def set_many_job_retries() -> ResponseReturnValue:
    """Give many jobs so many further tries; a batch does it."""
    asked = MANY.asked(json_body())
    if asked.get("retries", -1) < 0:
        raise invalid("The number of retries is not given, or negative.")
    with db.transaction() as session:
        viewer = caller().viewer
        found: list[int] = []
        if asked.get("jobIds"):
            found += queries.ids(session, viewer, Asked({"jobIds": asked.get("jobIds")}))
        if "jobQuery" in asked:
            found += queries.ids(session, viewer, SOME.asked(asked.get("jobQuery")))
        if not found:
            raise invalid("jobIds is empty")
        due = asked.get("dueDate")
        batch = batches.create(
            session,
            batches.JOB_RETRIES,
            [str(number) for number in dict.fromkeys(found)],
            {"retries": asked.get("retries"), "due": due.isoformat() if due else None},
            actor=caller().actor,
        )
        return answer(shown_batch(batch))


@bp.put("/job/<job_id>/duedate")
@needs("operate", body=DUE)
def set_job_duedate(job_id: str) -> ResponseReturnValue:
    """Owe a job at another moment; null means at once."""
    asked = DUE.asked(json_body())
    with db.transaction() as session:
        due = asked.get("duedate")
        levers.set_due(session, _held(session, job_id), due, actor=caller().actor)
    return nothing()


@bp.post("/job/<job_id>/duedate/recalculate")
@needs("operate", query=AGAIN)
def recalculate_job_duedate(job_id: str) -> ResponseReturnValue:
    """Compute a timer's moment again, from its creation unless told otherwise."""
    from_creation = AGAIN.query().get("creationDateBased", True)
    with db.transaction() as session:
        job = _held(session, job_id)
        levers.recalculate(session, job, from_creation=from_creation, actor=caller().actor)
    return nothing()


@bp.put("/job/<job_id>/priority")
@needs("operate", body=PRIORITY)
def set_job_priority(job_id: str) -> ResponseReturnValue:
    """Set the priority of a job."""
    asked = PRIORITY.asked(json_body())
    if "priority" not in asked:
        raise invalid("Priority for job '" + job_id + "' cannot be null.")
    with db.transaction() as session:
        job = _held(session, job_id)
        levers.set_priority(session, job, asked.get("priority"), actor=caller().actor)
    return nothing()


@bp.put("/job/<job_id>/suspended")
@needs("operate", body=SUSPENDED)
def suspend_job(job_id: str) -> ResponseReturnValue:
    """Hold a job, or let it run again."""
    suspended = _suspended(SUSPENDED.asked(json_body()))
    with db.transaction() as session:
        job = _held(session, job_id)
        levers.set_suspended(session, [job], suspended=suspended, actor=caller().actor)
    return nothing()


@bp.put("/job/suspended")
@needs("operate", body=SUSPENDED)
def suspend_jobs() -> ResponseReturnValue:
    """Hold all visible jobs of an instance, a definition or a job definition."""
    given = json_body()
    suspended = _suspended(SUSPENDED.asked(given))
    chosen = ("jobDefinitionId", "processInstanceId", "processDefinitionId", "processDefinitionKey")
    asked = SOME.asked({name: given[name] for name in chosen if given.get(name) is not None})
    if len(asked.values) != 1:
        raise invalid(
            "Either jobDefinitionId, processInstanceId, processDefinitionId or"
            " processDefinitionKey should be set to update the suspension state."
        )
    with db.transaction() as session:
        found = queries.ids(session, caller().viewer, asked)
        held = [levers.find(session, number) for number in found]
        levers.set_suspended(session, held, suspended=suspended, actor=caller().actor)
    return nothing()


def _suspended(asked: Asked) -> bool:
    if "suspended" not in asked:
        raise invalid("The suspension state is not given.")
    return bool(asked.get("suspended"))
