"""`POST /condition`: start every process whose conditional start event holds."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from engine import db
from engine.commands import starts
from engine.models import ProcessDefinition, ProcessInstance
from web.api import names, typed
from web.api.access import caller, needs
from web.api.answer import answer
from web.api.blueprint import bp
from web.api.errors import invalid
from web.api.params import FLAG, OBJECT, TEXT, Params, json_body

BODY = Params(
    "condition evaluation",
    {
        "variables": OBJECT, "businessKey": TEXT, "processDefinitionId": TEXT, "tenantId": TEXT,
        "withoutTenantId": FLAG,
    },
)  # fmt: skip


@bp.post("/condition")
@needs("message", body=BODY, returns="ProcessInstance[]")
def evaluate_condition() -> ResponseReturnValue:
    """Evaluate the conditional start events over the given variables."""
    asked = BODY.asked(json_body())
    if "variables" not in asked:
        raise invalid("Variables have to be provided for condition evaluation.")
    if "tenantId" in asked:
        return answer([])
    name = asked.get("processDefinitionId")
    with db.transaction() as session:
        found = starts.evaluate_conditions(
            session,
            typed.read_all(asked.get("variables")),
            actor=caller().actor,
            business_key=asked.get("businessKey"),
            definition_id=names.definition_number(name) if name else None,
        )
        told = [_shown(row, session.get_one(ProcessDefinition, row.definition_id)) for row in found]
    return answer(told)


def _shown(row: ProcessInstance, definition: ProcessDefinition) -> dict[str, Any]:
    return {
        "links": [],
        "id": row.id,
        "definitionId": names.definition_of(definition),
        "definitionKey": definition.key,
        "businessKey": row.business_key,
        "caseInstanceId": None,
        "ended": row.ended_at is not None,
        "suspended": row.status == "suspended",
        "tenantId": None,
    }
