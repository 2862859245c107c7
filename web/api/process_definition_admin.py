"""`/process-definition`: figures, holding, retention, deletion."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import db
from engine.commands import definitions, rest_deploy, scheduled
from engine.commands.scheduled import Switch
from engine.models import ProcessDefinition
from engine.queries import api_statistics as figures
from engine.queries.asked import Asked
from web.api import definition_shapes as shapes
from web.api import names
from web.api.access import caller, needs, oversee
from web.api.answer import answer, nothing
from web.api.blueprint import bp
from web.api.errors import invalid
from web.api.instructions import SKIPS
from web.api.params import FLAG, MOMENT, NUMBER, TEXT, Params
from web.api.process_definitions import Wanted, route

COUNTED = Params(
    "statistics",
    {"failedJobs": FLAG, "incidents": FLAG, "rootIncidents": FLAG, "incidentsForType": TEXT},
)
SUSPEND = Params(
    "suspension", {"suspended": FLAG, "includeProcessInstances": FLAG, "executionDate": MOMENT}
)
SUSPEND_BY_KEY = Params(
    "suspension", {**SUSPEND.fields, "processDefinitionKey": TEXT, "processDefinitionId": TEXT}
)
DELETE = Params(
    "process definition deletion",
    {"cascade": FLAG, **SKIPS},
)
RETENTION = Params("history time to live", {"historyTimeToLive": NUMBER})


@bp.get("/process-definition/statistics")
@needs("read", query=COUNTED, returns="ProcessDefinitionStatistics[]")
def list_process_definition_statistics() -> ResponseReturnValue:
    """Count instances, failed jobs and incidents of every definition."""
    asked = _asked()
    with db.reading() as session:
        found = figures.by_definition(session, caller().viewer)
        rows = figures.definitions(session)
    kind = "org.camunda.bpm.engine.rest.dto.repository.ProcessDefinitionStatisticsResultDto"
    return answer(
        [
            {
                "@class": kind,
                **_figures(names.definition_of(row), found.get(row.id), asked.values),
                "definition": shapes.process(row),
            }
            for row in rows
        ]
    )


@route("GET", "/statistics", "read", query=COUNTED, returns="ActivityStatistics[]")
def list_activity_statistics(wanted: Wanted) -> ResponseReturnValue:
    """Count instances, failed jobs and incidents at every activity of a definition."""
    asked = _asked()
    with db.reading() as session:
        row = wanted.find(session)
        found = figures.by_activity(session, caller().viewer, row.id)
        elements = definitions.by_id(session, row.id).description.elements
    kind = "org.camunda.bpm.engine.rest.dto.repository.ActivityStatisticsResultDto"
    return answer(
        [
            {"@class": kind, **_figures(element, found[element], asked.values)}
            for element in sorted(found, key=str)
            if element in elements and not elements[element].attached_to
        ]
    )


def _asked() -> Asked:
    asked = COUNTED.query()
    ways = [asked.get(name) for name in ("incidents", "rootIncidents", "incidentsForType")]
    if sum(map(bool, ways)) > 1:
        raise invalid(
            "Only one of the query parameters incidents, rootIncidents and incidentsForType can"
            " be set."
        )
    return asked


def _figures(name: str, found: figures.Figures | None, asked: dict[str, Any]) -> dict[str, Any]:
    counted = found or figures.Figures()
    wanted = asked.get("incidentsForType")
    shows = asked.get("incidents") or asked.get("rootIncidents") or wanted
    incidents = [
        {"incidentType": code, "incidentCount": number}
        for code, number in sorted(counted.incidents.items())
        if shows and wanted in (None, code)
    ]
    return {
        "id": name,
        "instances": counted.instances,
        "failedJobs": counted.failed_jobs if asked.get("failedJobs") else 0,
        "incidents": incidents,
    }


@bp.put("/process-definition/suspended")
@needs("operate", body=SUSPEND_BY_KEY)
def suspend_process_definitions_by_key() -> ResponseReturnValue:
    """Hold or release every version of a key."""
    asked = SUSPEND_BY_KEY.body()
    if "processDefinitionId" in asked:
        raise invalid("Only processDefinitionKey can be set to update the suspension state.")
    key = asked.get("processDefinitionKey")
    if not key:
        raise invalid(
            "Either processInstanceId, processDefinitionId or processDefinitionKey should be set"
            " to update the suspension state."
        )
    with db.transaction() as session:
        _switch(session, asked, key=key)
    return nothing()


@route("PUT", "/suspended", "operate", body=SUSPEND)
def suspend_process_definition(wanted: Wanted) -> ResponseReturnValue:
    """Hold or release one version; at a later `executionDate`, a timer job does it."""
    asked = SUSPEND.body()
    with db.transaction() as session:
        _switch(session, asked, definition=wanted.find(session).id)
    return nothing()


def _switch(session: Session, asked: Asked, **meant: Any) -> None:
    if "suspended" not in asked:
        raise invalid("'suspended' must be set to update the suspension state.")
    oversee("ProcessDefinition", None)
    included = asked.get("includeProcessInstances", False)
    wish = Switch(scheduled.PROCESS, asked.get("suspended"), included, **meant)
    at = asked.get("executionDate")
    scheduled.switch(session, wish, at, actor=caller().actor, viewer=caller().viewer)


@bp.delete("/process-definition/<definition_id>")
@needs("deploy", query=DELETE)
def delete_process_definition_by_id(definition_id: str) -> ResponseReturnValue:
    """Delete one version; with `cascade` its instances as well."""
    cascade, viewer = DELETE.query().get("cascade", False), caller().viewer
    with db.transaction() as session:
        row = Wanted(id=definition_id).find(session)
        rest_deploy.drop_definition(session, row, cascade=cascade, viewer=viewer)
    return nothing()


@bp.delete("/process-definition/key/<key>")
@needs("deploy", query=DELETE)
def delete_process_definition_by_key(key: str) -> ResponseReturnValue:
    """Delete every version of a key; with `cascade` their instances as well."""
    return _delete_versions(Wanted(key=key))


@bp.delete("/process-definition/key/<key>/tenant-id/<tenant>")
@needs("deploy", query=DELETE)
def delete_process_definition_of_tenant(key: str, tenant: str) -> ResponseReturnValue:
    """Delete every version of a key that a tenant has; there are no tenants, so there is none."""
    return _delete_versions(Wanted(key=key, tenant=tenant))


def _delete_versions(wanted: Wanted) -> ResponseReturnValue:
    cascade, viewer = DELETE.query().get("cascade", False), caller().viewer
    with db.transaction() as session:
        key = wanted.find(session).key
        for row in session.scalars(
            select(ProcessDefinition).where(ProcessDefinition.key == key)
        ).all():
            rest_deploy.drop_definition(session, row, cascade=cascade, viewer=viewer)
    return nothing()


@route("PUT", "/history-time-to-live", "operate", body=RETENTION)
def set_history_time_to_live(wanted: Wanted) -> ResponseReturnValue:
    """Say for how many days the history of ended instances is kept."""
    days = RETENTION.body().get("historyTimeToLive")
    if days is not None and days < 0:
        raise invalid("historyTimeToLive must not be negative.")
    oversee("ProcessDefinition", wanted.id or wanted.key)
    with db.transaction() as session:
        row = wanted.find(session)
        row.description = {**row.description, "history_ttl": "" if days is None else str(days)}
        definitions.forget(session)
    return nothing()
