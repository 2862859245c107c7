"""`/variable-instance`: variables of running instances, searched over all of them."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from engine import db
from engine.models import ProcessDefinition
from engine.queries import api_variables
from engine.queries.api_variables import Local
from engine.queries.asked import Asked
from web.api import listing, names, typed
from web.api.access import caller, needs
from web.api.answer import answer
from web.api.blueprint import bp
from web.api.errors import missing
from web.api.params import FLAG, FOLDING, TEXT, TEXTS, VARIABLES, Params
from web.api.variables import download

_FIELDS = {
    "variableName": TEXT, "variableNameLike": TEXT, "processInstanceIdIn": TEXTS,
    "executionIdIn": TEXTS, "caseInstanceIdIn": TEXTS, "caseExecutionIdIn": TEXTS,
    "taskIdIn": TEXTS, "batchIdIn": TEXTS, "activityInstanceIdIn": TEXTS, "tenantIdIn": TEXTS,
    "variableScopeIdIn": TEXTS, "variableValues": VARIABLES, "deserializeValues": FLAG, **FOLDING,
}  # fmt: skip
LIST = Params(
    "variable instance query",
    _FIELDS,
    sort_by=("variableName", "variableType", "activityInstanceId", "tenantId"),
)
ONE = Params("variable instance", {"deserializeValue": FLAG})


@bp.get("/variable-instance/<variable_id>")
@needs("read", query=ONE, returns="VariableInstance")
def get_variable_instance(variable_id: str) -> ResponseReturnValue:
    """Return one variable by the id that the lists give."""
    deserialized = ONE.query().get("deserializeValue", True)
    row, definition = _find(variable_id)
    return answer(shown(row, definition, deserialized=deserialized))


@bp.get("/variable-instance/<variable_id>/data")
@needs("read", returns="binary")
def get_variable_instance_data(variable_id: str) -> ResponseReturnValue:
    """Return the content of a variable that is a file or bytes, as a download."""
    row, _ = _find(variable_id)
    return download(row.value, row.name)


def _find(variable_id: str) -> tuple[Local, ProcessDefinition]:
    execution, _, name = variable_id.partition(":")
    asked = Asked({"executionIdIn": [execution], "variableName": name})
    with db.reading() as session:
        rows = api_variables.variable_instances(session, caller().viewer, asked)
    if not rows:
        raise missing(f"Variable instance with Id '{variable_id}' does not exist.")
    return rows[0][0], rows[0][1]


def shown(
    row: Local, definition: ProcessDefinition, *, deserialized: bool = True
) -> dict[str, Any]:
    """Return a variable as the lists show it."""
    return {
        "id": names.variable_id(row.instance_id, row.token, row.name),
        "name": row.name,
        **typed.write(row.value, deserialized=deserialized),
        "processDefinitionId": names.definition_of(definition),
        "processInstanceId": row.instance_id,
        "executionId": row.execution,
        "caseInstanceId": None,
        "caseExecutionId": None,
        "taskId": row.task_id,
        "batchId": None,
        "activityInstanceId": row.activity_id,
        "errorMessage": None,
        "tenantId": None,
    }


listing.offer(
    "/variable-instance",
    "read",
    LIST,
    "VariableInstance",
    rows=api_variables.variable_instances,
    total=api_variables.count_variable_instances,
    shown=shown,
)
