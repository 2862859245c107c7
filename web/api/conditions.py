"""`POST /condition`: start every process whose conditional start event holds."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from engine import db
from engine.commands import starts
from engine.models import ProcessDefinition
from web.api import instance_shapes, typed
from web.api.access import caller, needs
from web.api.answer import answer
from web.api.blueprint import bp
from web.api.errors import invalid, missing
from web.api.params import FLAG, OBJECT, TEXT, Params, json_body
from web.api.process_definitions import exact

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
        number = exact(session, name) if name else None
        if number == -1:
            raise missing(f"no deployed process definition found with id '{name}'")
        found = starts.evaluate_conditions(
            session,
            typed.read_all(asked.get("variables")),
            actor=caller().actor,
            business_key=asked.get("businessKey"),
            definition_id=number,
        )
        told = [
            instance_shapes.instance(row, session.get_one(ProcessDefinition, row.definition_id))
            for row in found
        ]
    return answer(told)
