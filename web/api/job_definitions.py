"""`/job-definition`: what diagrams make jobs for, and levers over all jobs of one element."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.commands import jobs as levers
from engine.commands import scheduled
from engine.commands.scheduled import Switch
from engine.queries import api_jobs as queries
from engine.queries.api_jobs import Made
from engine.queries.asked import Asked
from web.api import listing, names
from web.api.access import caller, needs, oversee
from web.api.answer import answer, nothing
from web.api.blueprint import bp
from web.api.errors import invalid
from web.api.history_fields import BY_PROCESS
from web.api.params import FLAG, MOMENT, NUMBER, TEXT, TEXTS, Params, json_body
from web.api.process_definitions import exact

LIST = Params(
    "job definition query",
    {
        **{name: kind for name, kind in BY_PROCESS.items() if name != "processInstanceId"},
        "jobDefinitionId": TEXT, "activityIdIn": TEXTS, "jobType": TEXT, "jobConfiguration": TEXT,
        "active": FLAG, "suspended": FLAG, "withOverridingJobPriority": FLAG,
        "includeJobDefinitionsWithoutTenantId": FLAG,
    },
    sort_by=(
        "jobDefinitionId", "activityId", "processDefinitionId", "processDefinitionKey", "jobType",
        "jobConfiguration", "tenantId",
    ),
)  # fmt: skip
SUSPENDED = Params(
    "job definition suspension",
    {
        "suspended": FLAG, "includeJobs": FLAG, "executionDate": MOMENT,
        "processDefinitionId": TEXT, "processDefinitionKey": TEXT,
        "processDefinitionTenantId": TEXT, "processDefinitionWithoutTenantId": FLAG,
    },
)  # fmt: skip
RETRIES = Params("job retries", {"retries": NUMBER, "dueDate": MOMENT})
PRIORITY = Params("job priority", {"priority": NUMBER, "includeJobs": FLAG})


def shown(one: Made) -> dict[str, Any]:
    """Return a job definition."""
    return {
        "id": one.id,
        "processDefinitionId": names.definition_of(one.definition),
        "processDefinitionKey": one.definition.key,
        "activityId": one.made.element,
        "jobType": one.made.type,
        "jobConfiguration": one.made.configuration,
        "suspended": one.suspended,
        "overridingJobPriority": one.priority,
        "tenantId": None,
        "deploymentId": str(one.definition.deployment_id),
    }


listing.offer(
    "/job-definition",
    "read",
    LIST,
    "JobDefinition",
    rows=queries.made_jobs,
    total=queries.count_made_jobs,
    shown=shown,
)


def _find(session: Session, name: str) -> Made:
    words = f"Job Definition with id {name} does not exist"
    one: Made = listing.one(session, queries.made_jobs, words, jobDefinitionId=name)[0]
    return one


@bp.get("/job-definition/<job_definition_id>")
@needs("read", returns="JobDefinition")
def get_job_definition(job_definition_id: str) -> ResponseReturnValue:
    """Return one job definition."""
    with db.reading() as session:
        return answer(shown(_find(session, job_definition_id)))


@bp.put("/job-definition/<job_definition_id>/retries")
@needs("operate", body=RETRIES)
def set_job_definition_retries(job_definition_id: str) -> ResponseReturnValue:
    """Give every visible job without tries left so many again."""
    asked = RETRIES.asked(json_body())
    if "retries" not in asked:
        raise invalid("The number of retries is not given.")
    wanted = Asked({"jobDefinitionId": job_definition_id, "noRetriesLeft": True})
    actor = caller().actor
    with db.transaction() as session:
        _find(session, job_definition_id)
        for number in queries.ids(session, caller().viewer, wanted):
            job = levers.find(session, number)
            levers.set_retries(session, job, asked.get("retries"), actor=actor)
            if "dueDate" in asked:
                levers.set_due(session, job, asked.get("dueDate"), actor=actor)
    return nothing()


@bp.put("/job-definition/<job_definition_id>/suspended")
@needs("operate", body=SUSPENDED)
def suspend_job_definition(job_definition_id: str) -> ResponseReturnValue:
    """Hold the jobs an element makes from then on, and those it made if asked."""
    asked = SUSPENDED.asked(json_body())
    with db.transaction() as session:
        one = _find(session, job_definition_id)
        _switch(session, asked, definition=one.definition.id, element=one.made.element)
    return nothing()


@bp.put("/job-definition/suspended")
@needs("operate", body=SUSPENDED)
def suspend_job_definitions() -> ResponseReturnValue:
    """Hold the jobs of all elements of a process."""
    asked = SUSPENDED.asked(json_body())
    chosen = [name for name in ("processDefinitionId", "processDefinitionKey") if asked.get(name)]
    if len(chosen) != 1:
        raise invalid(
            "Either processDefinitionId or processDefinitionKey should be set to update the"
            " suspension state."
        )
    value = asked.get(chosen[0])
    by_id = chosen[0] == "processDefinitionId"
    with db.transaction() as session:
        meant = {"definition": exact(session, value)} if by_id else {"key": value}
        _switch(session, asked, **meant)
    return nothing()


def _switch(session: Session, asked: Asked, **meant: Any) -> None:
    if "suspended" not in asked:
        raise invalid("The suspension state is not given.")
    oversee("JobDefinition", None)
    wish = Switch(
        scheduled.ELEMENT, asked.get("suspended"), asked.get("includeJobs", False), **meant
    )
    at = asked.get("executionDate")
    scheduled.switch(session, wish, at, actor=caller().actor, viewer=caller().viewer)


@bp.put("/job-definition/<job_definition_id>/jobPriority")
@needs("operate", body=PRIORITY)
def set_job_definition_priority(job_definition_id: str) -> ResponseReturnValue:
    """Give the jobs of an element a priority of their own; null: the diagram's again."""
    asked = PRIORITY.asked(json_body())
    if asked.get("includeJobs") and "priority" not in asked:
        raise invalid("Cannot reset priority for job definition with includeJobs=true")
    oversee("JobDefinition", job_definition_id)
    with db.transaction() as session:
        one = _find(session, job_definition_id)
        levers.prioritize_element(
            session,
            one.definition.id,
            one.made.element,
            asked.get("priority"),
            include_jobs=asked.get("includeJobs", False),
            actor=caller().actor,
        )
    return nothing()
