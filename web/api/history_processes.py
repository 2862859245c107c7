"""`/history/process-instance`: finished and running instances, and how they went."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from engine import db
from engine.commands import calls, forget
from engine.models import ProcessDefinition, ProcessInstance
from engine.queries import access
from engine.queries.asked import definition_number
from engine.queries.records import processes as queries
from web.api import listing, names
from web.api.access import caller, needs
from web.api.answer import answer, moment, nothing
from web.api.blueprint import bp
from web.api.errors import missing
from web.api.history_fields import BY_PROCESS, DEFINITIONS, millis, person
from web.api.params import FEW, FLAG, FOLDING, MOMENT, TEXT, TEXTS, VARIABLES, Params, one_of

STATES = {
    "active": "ACTIVE",
    "suspended": "SUSPENDED",
    "completed": "COMPLETED",
}
_MOMENTS = (
    "startedBefore", "startedAfter", "finishedBefore", "finishedAfter", "executedActivityBefore",
    "executedActivityAfter", "executedJobBefore", "executedJobAfter",
)  # fmt: skip
_FLAGS = (
    "rootProcessInstances", "finished", "unfinished", "withIncidents", "withRootIncidents",
    "withJobsRetrying",
    "active", "suspended", "completed", "externallyTerminated", "internallyTerminated",
)  # fmt: skip
_TEXTS = (
    "superProcessInstanceId", "subProcessInstanceId", "processDefinitionName",
    "processDefinitionNameLike", "processInstanceBusinessKey", "processInstanceBusinessKeyLike",
    "startedBy", "incidentType", "incidentMessage", "incidentMessageLike",
    "rootProcessInstanceId", "caseInstanceId", "superCaseInstanceId", "subCaseInstanceId",
)  # fmt: skip
_LISTS = (
    "processInstanceIds", "processInstanceIdNotIn", "processDefinitionKeyIn",
    "processDefinitionKeyNotIn", "processInstanceBusinessKeyIn", "executedActivityIdIn",
    "activeActivityIdIn", "activityIdIn", "incidentIdIn",
)  # fmt: skip
LIST = Params(
    "historic process instance query",
    {
        **BY_PROCESS,
        **dict.fromkeys(_MOMENTS, MOMENT),
        **dict.fromkeys(_FLAGS, FLAG),
        **dict.fromkeys(_TEXTS, TEXT),
        **dict.fromkeys(_LISTS, TEXTS),
        "incidentStatus": one_of("open", "resolved"),
        "executedActivityIdIn": FEW,
        "activityIdIn": FEW,
        "processDefinitionIdIn": DEFINITIONS,
        "variables": VARIABLES,
        **FOLDING,
    },
    sort_by=(
        "instanceId", "definitionId", "definitionKey", "definitionName", "definitionVersion",
        "businessKey", "startTime", "endTime", "duration", "tenantId",
    ),
    nested=True,
)  # fmt: skip
STATISTICS = Params(
    "activity statistics query",
    {
        "canceled": FLAG, "finished": FLAG, "completeScope": FLAG, "incidents": FLAG,
        "startedBefore": MOMENT, "startedAfter": MOMENT, "finishedBefore": MOMENT,
        "finishedAfter": MOMENT, "processInstanceIdIn": TEXTS,
    },
    sort_by=("activityId",),
)  # fmt: skip
DELETE = Params("deletion", {"failIfNotExists": FLAG})


def shown(row: ProcessInstance, definition: ProcessDefinition, start: str | None) -> dict[str, Any]:
    """Return an instance as the history shows it."""
    inside = calls.is_internal(row.outcome or "")
    terminated = "INTERNALLY_TERMINATED" if inside else "EXTERNALLY_TERMINATED"
    return {
        "id": row.id,
        "businessKey": row.business_key,
        "processDefinitionId": names.definition_of(definition),
        "processDefinitionKey": definition.key,
        "processDefinitionName": definition.name,
        "processDefinitionVersion": definition.version,
        "startTime": moment(row.started_at),
        "endTime": moment(row.ended_at),
        "removalTime": None,
        "durationInMillis": millis(row.started_at, row.ended_at),
        "startUserId": person(row.started_by),
        "startActivityId": start,
        "deleteReason": row.outcome if row.status == "cancelled" else None,
        "rootProcessInstanceId": row.root_id,
        "superProcessInstanceId": row.parent_id,
        "superCaseInstanceId": None,
        "caseInstanceId": None,
        "tenantId": None,
        "state": STATES.get(row.status, terminated),
    }


listing.offer(
    "/history/process-instance",
    "history",
    LIST,
    "HistoricProcessInstance",
    rows=queries.process_instances,
    total=queries.count_process_instances,
    shown=shown,
)


@bp.get("/history/process-instance/<instance_id>")
@needs("history", returns="HistoricProcessInstance")
def get_historic_process_instance(instance_id: str) -> ResponseReturnValue:
    """Return one instance."""
    words, wanted = _unknown(instance_id), {"processInstanceId": instance_id}
    with db.reading() as session:
        return answer(shown(*listing.one(session, queries.process_instances, words, **wanted)))


@bp.delete("/history/process-instance/<instance_id>")
@needs("operate", query=DELETE)
def delete_historic_process_instance(instance_id: str) -> ResponseReturnValue:
    """Remove a finished instance with everything that is known of it."""
    asked, viewer = DELETE.query(), caller().viewer
    with db.transaction() as session:
        if access.may_see(session, viewer, instance_id):
            forget.forget(session, instance_id, actor=caller().actor)
            return nothing()
    if asked.get("failIfNotExists", True):
        raise missing(_unknown(instance_id))
    return nothing()


def _unknown(instance_id: str) -> str:
    return f"Historic process instance with id {instance_id} does not exist"


@bp.get("/history/process-definition/<definition_id>/statistics")
@needs("history", query=STATISTICS, returns="HistoricActivityStatistics[]")
def historic_activity_statistics(definition_id: str) -> ResponseReturnValue:
    """Count, per element, the visits that last, and as asked those that ended."""
    asked = STATISTICS.query()
    number = definition_number(definition_id)
    with db.reading() as session:
        found = queries.statistics(session, caller().viewer, number, asked)
        broken = queries.broken(session, caller().viewer, number) if asked.get("incidents") else {}
    wanted = [name for name in ("canceled", "finished", "completeScope") if asked.get(name)]
    told = [
        {
            "id": element,
            "instances": counts["instances"],
            **{
                name: counts[name] if name in wanted else 0
                for name in ("canceled", "finished", "completeScope")
            },
            **dict.fromkeys(("openIncidents", "resolvedIncidents", "deletedIncidents"), 0),
            **broken.get(element, {}),
        }
        for element, counts in found.items()
        if counts["instances"] or any(counts[name] for name in wanted) or element in broken
    ]
    backwards = bool(asked.sorting) and asked.sorting[0].descending
    return answer(sorted(told, key=lambda one: str(one["id"]), reverse=backwards))
