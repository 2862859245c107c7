"""`/incident`: what an operator must mend before the instance can go on."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.commands import incidents as levers
from engine.commands import reporting
from engine.models import Incident, Job, ProcessDefinition, ProcessInstance
from engine.queries.records import incidents as queries
from web.api import listing, names
from web.api.access import caller, needs
from web.api.answer import answer, moment, nothing
from web.api.blueprint import bp
from web.api.errors import ApiError, invalid
from web.api.executions import require_execution
from web.api.history_fields import BY_PROCESS
from web.api.job_names import job_definition_id
from web.api.params import MOMENT, TEXT, TEXTS, Params, json_body

LIST = Params(
    "incident query",
    {
        **BY_PROCESS, "incidentId": TEXT, "incidentType": TEXT, "incidentMessage": TEXT,
        "incidentMessageLike": TEXT, "processDefinitionKeyIn": TEXTS, "executionId": TEXT,
        "incidentTimestampBefore": MOMENT, "incidentTimestampAfter": MOMENT, "activityId": TEXT,
        "failedActivityId": TEXT, "causeIncidentId": TEXT, "rootCauseIncidentId": TEXT,
        "configuration": TEXT, "jobDefinitionIdIn": TEXTS,
    },
    sort_by=(
        "incidentId", "incidentMessage", "incidentTimestamp", "incidentType", "executionId",
        "activityId", "processInstanceId", "processDefinitionId", "causeIncidentId",
        "rootCauseIncidentId", "configuration", "tenantId",
    ),
)  # fmt: skip
CREATE = Params("incident", {"incidentType": TEXT, "configuration": TEXT, "message": TEXT})
NOTE = Params("incident annotation", {"annotation": TEXT})


def of_incident(
    row: Incident,
    job: Job | None,
    definition: ProcessDefinition | None,
    report: queries.Report | None,
) -> dict[str, Any]:
    """Return what open and past incidents show alike."""
    kind = row.code
    if kind != "failedExternalTask" and row.job_id is not None:
        kind = "failedJob"
    token = job.token if job else report.token if report else None
    by_hand = report.configuration if report else None
    return {
        "id": str(row.id),
        "processDefinitionId": names.definition_of(definition) if definition else None,
        "processInstanceId": row.instance_id,
        "executionId": names.execution_id(row.instance_id, token) if row.instance_id else None,
        "incidentType": kind,
        "activityId": row.element_id,
        "failedActivityId": row.element_id,
        "causeIncidentId": str(row.id),
        "rootCauseIncidentId": str(row.id),
        "configuration": str(row.job_id) if row.job_id is not None else by_hand,
        "incidentMessage": row.message or None,
        "tenantId": None,
        "jobDefinitionId": job_definition_id(job, definition),
        "annotation": row.annotation,
    }


def shown(
    row: Incident,
    job: Job | None,
    _: ProcessInstance | None,
    definition: ProcessDefinition | None,
    report: queries.Report | None,
) -> dict[str, Any]:
    """Return an open incident."""
    return {
        **of_incident(row, job, definition, report),
        "incidentTimestamp": moment(row.opened_at),
    }


listing.offer(
    "/incident",
    "read",
    LIST,
    "Incident",
    rows=queries.open_incidents,
    total=queries.count_open_incidents,
    shown=shown,
    by_body=False,
)


@bp.get("/incident/<incident_id>")
@needs("read", returns="Incident")
def get_incident(incident_id: str) -> ResponseReturnValue:
    """Return one open incident."""
    with db.reading() as session:
        return answer(shown(*_find(session, incident_id)))


@bp.post("/execution/<execution_id>/create-incident")
@needs("operate", body=CREATE, returns="Incident")
def create_incident(execution_id: str) -> ResponseReturnValue:
    """Open an incident at an execution: what no job tells of."""
    asked = CREATE.body()
    kind = asked.get("incidentType")
    if not kind:
        raise invalid("incidentType is null")
    with db.transaction() as session:
        try:
            instance_id, token = require_execution(session, execution_id)
        except ApiError:
            words = f"Cannot find an execution with executionId '{execution_id}'"
            raise invalid(f"{words}: execution is null") from None
        made = reporting.report(
            session,
            instance_id,
            token,
            kind,
            message=asked.get("message", ""),
            configuration=asked.get("configuration"),
            actor=caller().actor,
        )
        return answer(shown(*_find(session, str(made.id))))


@bp.delete("/incident/<incident_id>")
@needs("operate")
def resolve_incident(incident_id: str) -> ResponseReturnValue:
    """Close an incident that does not belong to a job."""
    with db.transaction() as session:
        row = _find(session, incident_id)[0]
        levers.resolve(session, row.id, actor=caller().actor)
    return nothing()


@bp.put("/incident/<incident_id>/annotation")
@needs("operate", body=NOTE)
def annotate_incident(incident_id: str) -> ResponseReturnValue:
    """Write a note beside an incident."""
    text = NOTE.asked(json_body()).get("annotation")
    with db.transaction() as session:
        row = _find(session, incident_id)[0]
        levers.annotate(session, row.id, text, actor=caller().actor)
    return nothing()


@bp.delete("/incident/<incident_id>/annotation")
@needs("operate")
def clear_incident_annotation(incident_id: str) -> ResponseReturnValue:
    """Take the note beside an incident away."""
    with db.transaction() as session:
        row = _find(session, incident_id)[0]
        levers.annotate(session, row.id, None, actor=caller().actor)
    return nothing()


def _find(session: Session, incident_id: str) -> Any:
    words = f"No matching incident with id {incident_id}"
    return listing.one(session, queries.open_incidents, words, incidentId=incident_id)
