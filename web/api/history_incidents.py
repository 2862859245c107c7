"""`/history/incident`: incidents, open, mended, and gone with their job."""

from __future__ import annotations

from typing import Any

from engine.models import Incident, Job, ProcessDefinition, ProcessInstance
from engine.queries.records import incidents as queries
from web.api import listing
from web.api.answer import moment
from web.api.history_fields import BY_PROCESS, of_rows
from web.api.incidents import of_incident
from web.api.params import FLAG, MOMENT, TEXT, TEXTS, Params

LIST = Params(
    "historic incident query",
    {
        **BY_PROCESS, "incidentId": TEXT, "incidentType": TEXT, "incidentMessage": TEXT,
        "incidentMessageLike": TEXT, "processDefinitionKeyIn": TEXTS, "executionId": TEXT,
        "createTimeBefore": MOMENT, "createTimeAfter": MOMENT, "endTimeBefore": MOMENT,
        "endTimeAfter": MOMENT, "activityId": TEXT, "failedActivityId": TEXT,
        "causeIncidentId": TEXT, "rootCauseIncidentId": TEXT, "configuration": TEXT,
        "historyConfiguration": TEXT, "open": FLAG, "resolved": FLAG, "deleted": FLAG,
        "jobDefinitionIdIn": TEXTS, "rootProcessInstanceId": TEXT,
    },
    sort_by=(
        "incidentId", "incidentMessage", "createTime", "endTime", "incidentType", "executionId",
        "activityId", "processInstanceId", "processDefinitionId", "processDefinitionKey",
        "causeIncidentId", "rootCauseIncidentId", "configuration", "historyConfiguration",
        "incidentState", "tenantId",
    ),
)  # fmt: skip


def shown(
    row: Incident,
    job: Job | None,
    instance: ProcessInstance | None,
    definition: ProcessDefinition | None,
    log_entry: str | None,
    report: queries.Report | None,
) -> dict[str, Any]:
    """Return an incident as the history shows it."""
    return {
        **of_rows(instance, definition),
        **of_incident(row, job, definition, report),
        "createTime": moment(row.opened_at),
        "endTime": moment(row.resolved_at),
        "historyConfiguration": log_entry,
        "open": row.resolved_at is None,
        "resolved": row.resolved_at is not None and not row.is_deleted,
        "deleted": row.is_deleted,
    }


listing.offer(
    "/history/incident",
    "history",
    LIST,
    "HistoricIncident",
    rows=queries.incidents,
    total=queries.count_incidents,
    shown=shown,
)
