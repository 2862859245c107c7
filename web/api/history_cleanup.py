"""`/history/process-definition/cleanable-process-instance-report`: what could be cleaned up."""

from __future__ import annotations

from typing import Any

from engine.queries.records import cleanable as queries
from engine.queries.records.cleanable import Report
from web.api import listing, names
from web.api.history_fields import DEFINITIONS, TENANTS
from web.api.params import FLAG, TEXTS, Params

LIST = Params(
    "cleanable process instance report",
    {"processDefinitionIdIn": DEFINITIONS, "processDefinitionKeyIn": TEXTS, "compact": FLAG}
    | TENANTS,
    sort_by=("finished",),
)


def shown(one: Report) -> dict[str, Any]:
    """Return one definition's line of the report."""
    definition = one.definition
    return {
        "processDefinitionId": names.definition_of(definition),
        "processDefinitionKey": definition.key,
        "processDefinitionName": definition.name,
        "processDefinitionVersion": definition.version,
        "historyTimeToLive": one.ttl,
        "finishedProcessInstanceCount": one.finished,
        "cleanableProcessInstanceCount": one.cleanable,
        "tenantId": None,
    }


listing.offer(
    "/history/process-definition/cleanable-process-instance-report",
    "history",
    LIST,
    "CleanableReport",
    rows=queries.reports,
    total=queries.count_reports,
    shown=shown,
    by_body=False,
)
