"""What the history resources have in common: filters by the case, ids, durations."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.models import ProcessDefinition, ProcessInstance
from engine.queries.asked import definition_number
from engine.queries.records.cases import Case
from web.api import names
from web.api.params import FLAG, TEXT, TEXTS, Kind

#: A process or decision definition: asked for by its name, found by its number.
DEFINITION = Kind({"type": "string"}, lambda value: definition_number(TEXT.read(value)))
DEFINITIONS = Kind(
    {"type": "array", "items": {"type": "string"}},
    lambda value: [definition_number(one) for one in TEXTS.read(value)],
)
#: Nobody here has a tenant or a CMMN case; asking for one finds nothing.
TENANTS = {"tenantIdIn": TEXTS, "withoutTenantId": FLAG}
BY_PROCESS = {
    "processInstanceId": TEXT,
    "processDefinitionId": DEFINITION,
    "processDefinitionKey": TEXT,
    **TENANTS,
}


def millis(begun: datetime | None, ended: datetime | None) -> int | None:
    """Return how long something took in milliseconds; None while it lasts."""
    if begun is None or ended is None:
        return None
    return round((ended - begun).total_seconds() * 1000)


def of_case(case: Case | None) -> dict[str, Any]:
    """Return where a record belongs, from a case; without one everything is null."""
    if case is None:
        return of_rows(None, None)
    return {
        **of_rows(None, None),
        "processInstanceId": case.id,
        "processDefinitionId": names.definition_id(case.key, case.version, case.definition_id),
        "processDefinitionKey": case.key,
        "rootProcessInstanceId": case.root_id,
    }


def of_rows(
    instance: ProcessInstance | None, definition: ProcessDefinition | None
) -> dict[str, Any]:
    """Return where a record belongs, from its rows; without a case everything is null."""
    return {
        "processInstanceId": instance.id if instance else None,
        "processDefinitionId": names.definition_of(definition) if definition else None,
        "processDefinitionKey": definition.key if definition else None,
        "rootProcessInstanceId": instance.root_id if instance else None,
        "caseInstanceId": None,
        "caseExecutionId": None,
        "caseDefinitionId": None,
        "caseDefinitionKey": None,
        "tenantId": None,
        "removalTime": None,
    }


def person(login: str | None) -> str | None:
    """Return who did it; what the engine did by itself nobody did."""
    return None if login in (None, "system") else login
