"""`/job`: what an operator changes of jobs: tries, due date, priority, holding them."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.commands import batches
from engine.commands import jobs as levers
from engine.models import Job
from engine.queries import api_jobs as queries
from engine.queries.asked import Asked
from web.api import jobs
from web.api.access import caller, needs
from web.api.answer import answer, nothing
from web.api.batches import shown as shown_batch
from web.api.blueprint import bp
from web.api.errors import invalid
from web.api.params import FLAG, MOMENT, NUMBER, OBJECT, TEXT, TEXTS, Params, json_body
from web.api.process_definitions import exact

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


def _held(session: Session, job_id: str) -> Job:
    """Return a visible job, locked for a change."""
    return levers.find(session, jobs.changeable(session, job_id)[0].id)


@bp.delete("/job/<job_id>")
@needs("operate")
def delete_job(job_id: str) -> ResponseReturnValue:
    """Owe a job no more: what waits for it stays where it is."""
    with db.transaction() as session:
        batches.take_away(session, _held(session, job_id), actor=caller().actor)
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
            found += queries.ids(session, viewer, jobs.SOME.asked(asked.get("jobQuery")))
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
        levers.set_due(
            session,
            _held(session, job_id),
            asked.get("duedate"),
            actor=caller().actor,
            cascade=asked.get("cascade") is True,
        )
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
    asked = jobs.SOME.asked({name: given[name] for name in chosen if given.get(name) is not None})
    if len(asked.values) != 1:
        raise invalid(
            "Either jobDefinitionId, processInstanceId, processDefinitionId or"
            " processDefinitionKey should be set to update the suspension state."
        )
    with db.transaction() as session:
        if "processDefinitionId" in asked:
            number = exact(session, str(given["processDefinitionId"]))
            asked = Asked({"processDefinitionId": number})
        found = queries.ids(session, caller().viewer, asked)
        held = [levers.find(session, number) for number in found]
        levers.set_suspended(session, held, suspended=suspended, actor=caller().actor)
    return nothing()


def _suspended(asked: Asked) -> bool:
    if "suspended" not in asked:
        raise invalid("The suspension state is not given.")
    return bool(asked.get("suspended"))
