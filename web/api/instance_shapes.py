"""How instances and executions look in an answer."""

from __future__ import annotations

from typing import Any

from engine.models import ProcessDefinition, ProcessInstance
from web.api import names

RUNNING = ("active", "suspended")


def instance(
    row: ProcessInstance, definition: ProcessDefinition, *, links: list[Any] | None = None
) -> dict[str, Any]:
    """Return a process instance as every list shows it."""
    return {
        "links": links or [],
        "id": row.id,
        "definitionId": names.definition_of(definition),
        "definitionKey": definition.key,
        "businessKey": row.business_key,
        "caseInstanceId": None,
        "ended": row.status not in RUNNING,
        "suspended": row.status == "suspended",
        "tenantId": None,
    }


def execution(instance_id: str, token: str = "", *, ended: bool = False) -> dict[str, Any]:
    """Return an execution: the process itself, or a token of it."""
    return {
        "id": names.execution_id(instance_id, token),
        "processInstanceId": instance_id,
        "ended": ended,
        "tenantId": None,
    }
