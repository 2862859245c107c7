"""`/history/variable-instance` and `/history/detail`: values as they are, and every write."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from engine import db
from engine.queries.records import variables as queries
from engine.queries.records.variables import Detail, Kept
from web.api import listing, typed
from web.api.access import needs
from web.api.answer import answer, moment
from web.api.blueprint import bp
from web.api.history_fields import BY_PROCESS, of_case
from web.api.params import ANY, FLAG, FOLDING, MOMENT, TEXT, TEXTS, Params
from web.api.variables import download

LIST = Params(
    "historic variable instance query",
    {
        **BY_PROCESS, "variableName": TEXT, "variableNameIn": TEXTS, "variableNameLike": TEXT,
        "variableValue": ANY, **FOLDING, "variableTypeIn": TEXTS, "includeDeleted": FLAG,
        "processInstanceIdIn": TEXTS, "processDefinitionKeyIn": TEXTS, "executionIdIn": TEXTS,
        "caseInstanceId": TEXT, "caseExecutionIdIn": TEXTS, "caseActivityIdIn": TEXTS,
        "taskIdIn": TEXTS, "activityInstanceIdIn": TEXTS, "deserializeValues": FLAG,
        "createdAfter": MOMENT, "rootProcessInstanceId": TEXT,
    },
    sort_by=("instanceId", "variableName", "variableType", "tenantId"),
)  # fmt: skip
DETAIL = Params(
    "historic detail query",
    {
        **BY_PROCESS, "processInstanceIdIn": TEXTS, "executionId": TEXT, "activityInstanceId": TEXT,
        "taskId": TEXT, "variableInstanceId": TEXT, "variableInstanceIdIn": TEXTS,
        "variableTypeIn": TEXTS, "variableNameLike": TEXT, "formFields": FLAG,
        "variableUpdates": FLAG, "excludeTaskDetails": FLAG, "initial": FLAG,
        "caseInstanceId": TEXT, "caseExecutionId": TEXT, "occurredBefore": MOMENT,
        "occurredAfter": MOMENT, "userOperationId": TEXT, "deserializeValues": FLAG,
    },
    sort_by=tuple(queries.DETAIL_ORDER),
)  # fmt: skip
ONE = Params("historic variable", {"deserializeValue": FLAG, "deserializeValues": FLAG})


def shown(one: Kept, *, deserialized: bool = True) -> dict[str, Any]:
    """Return a variable as the history shows it."""
    return {
        **of_case(one.case),
        "id": one.id,
        "name": one.name,
        **typed.write(one.value, deserialized=deserialized),
        "executionId": one.execution,
        "activityInstanceId": one.activity_id,
        "taskId": one.task_id,
        "errorMessage": None,
        "state": "DELETED" if one.is_deleted else "CREATED",
        "createTime": moment(one.created_at),
    }


def shown_detail(one: Detail, *, deserialized: bool = True) -> dict[str, Any]:
    """Return one write of a variable."""
    value = typed.write(one.value, deserialized=deserialized)
    return {
        **of_case(one.case),
        "id": one.id,
        "type": "variableUpdate",
        "activityInstanceId": one.activity_id,
        "executionId": one.execution,
        "taskId": one.task_id,
        "time": moment(one.at),
        "userOperationId": one.operation_id,
        "variableName": one.name,
        "variableInstanceId": one.variable_id,
        "variableType": value["type"],
        "value": value["value"],
        "valueInfo": value["valueInfo"],
        "initial": one.is_initial,
        "revision": one.revision,
        "errorMessage": None,
    }


listing.offer(
    "/history/variable-instance",
    "history",
    LIST,
    "HistoricVariableInstance",
    rows=queries.variable_instances,
    total=queries.count_variable_instances,
    shown=shown,
)
listing.offer(
    "/history/detail",
    "history",
    DETAIL,
    "HistoricDetail",
    rows=queries.details,
    total=queries.count_details,
    shown=shown_detail,
)


@bp.get("/history/variable-instance/<path:variable_id>")
@needs("history", query=ONE, returns="HistoricVariableInstance")
def get_historic_variable_instance(variable_id: str) -> ResponseReturnValue:
    """Return one variable."""
    words = f"Variable instance with Id '{variable_id}' does not exist."
    wanted = {"variableInstanceId": variable_id, "id": variable_id, "includeDeleted": True}
    with db.reading() as session:
        found = listing.one(session, queries.variable_instances, words, **wanted)
    return answer(shown(*found, deserialized=_deserialized()))


@bp.get("/history/variable-instance/<path:variable_id>/data")
@needs("history", returns="binary")
def get_historic_variable_data(variable_id: str) -> ResponseReturnValue:
    """Return the content of a variable that is a file or bytes, as a download."""
    words = f"Variable instance with Id '{variable_id}' does not exist."
    wanted = {"variableInstanceId": variable_id, "id": variable_id, "includeDeleted": True}
    with db.reading() as session:
        (found,) = listing.one(session, queries.variable_instances, words, **wanted)
    return download(found.value, variable_id)


@bp.get("/history/detail/<detail_id>")
@needs("history", query=ONE, returns="HistoricDetail")
def get_historic_detail(detail_id: str) -> ResponseReturnValue:
    """Return one write."""
    words = f"Historic detail with Id '{detail_id}' does not exist."
    with db.reading() as session:
        found = listing.one(session, queries.details, words, id=detail_id)
    return answer(shown_detail(*found, deserialized=_deserialized()))


@bp.get("/history/detail/<detail_id>/data")
@needs("history", returns="binary")
def get_historic_detail_data(detail_id: str) -> ResponseReturnValue:
    """Return the content of a write of a file or bytes, as a download."""
    words = f"Historic detail with Id '{detail_id}' does not exist."
    with db.reading() as session:
        (found,) = listing.one(session, queries.details, words, id=detail_id)
    return download(found.value, detail_id)


def _deserialized() -> bool:
    asked = ONE.query()
    return bool(asked.get("deserializeValue", asked.get("deserializeValues", True)))
