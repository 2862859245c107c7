"""`/history/decision-instance`: what decisions were asked, and what they answered."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.queries import Viewer
from engine.queries.asked import Asked
from engine.queries.records import decisions as queries
from engine.queries.records.decided import Decided, Input, Output
from web.api import listing, names, typed
from web.api.access import needs
from web.api.answer import answer, moment
from web.api.blueprint import bp
from web.api.history_fields import BY_PROCESS, DEFINITION, DEFINITIONS, of_case, person
from web.api.params import FLAG, MOMENT, TEXT, TEXTS, Params

_PARTS = {"includeInputs": FLAG, "includeOutputs": FLAG, "disableBinaryFetching": FLAG,
          "disableCustomObjectDeserialization": FLAG}  # fmt: skip
LIST = Params(
    "historic decision instance query",
    {
        **BY_PROCESS, **_PARTS, "decisionInstanceId": TEXT, "decisionInstanceIdIn": TEXTS,
        "decisionDefinitionId": DEFINITION, "decisionDefinitionIdIn": DEFINITIONS,
        "decisionDefinitionKey": TEXT, "decisionDefinitionKeyIn": TEXTS,
        "decisionDefinitionName": TEXT, "decisionDefinitionNameLike": TEXT,
        "caseDefinitionId": TEXT, "caseDefinitionKey": TEXT, "caseInstanceId": TEXT,
        "activityIdIn": TEXTS, "activityInstanceIdIn": TEXTS, "evaluatedBefore": MOMENT,
        "evaluatedAfter": MOMENT, "userId": TEXT, "rootDecisionInstanceId": TEXT,
        "rootDecisionInstancesOnly": FLAG, "decisionRequirementsDefinitionId": DEFINITION,
        "decisionRequirementsDefinitionKey": TEXT,
    },
    sort_by=("evaluationTime", "tenantId"),
)  # fmt: skip
ONE = Params("historic decision instance", _PARTS)
#: What stands where a value would be that must not be kept.
NOT_KEPT = "这里的文字不是决策表里的代码，可能含有个人信息，没有留在历史里。"


def shown(one: Decided, asked: Asked) -> dict[str, Any]:
    """Return one evaluation; inputs and outputs only when they were asked for."""
    return {
        **of_case(one.case),
        "id": one.id,
        "decisionDefinitionId": _named(one.decision, one.version, one.definition_id),
        "decisionDefinitionKey": one.decision,
        "decisionDefinitionName": one.name,
        "evaluationTime": moment(one.at),
        "removalTime": moment(one.removal_at),
        "activityId": one.element or None,
        "activityInstanceId": one.activity_id or None,
        "userId": person(one.user),
        "inputs": _inputs(one, asked) if asked.get("includeInputs") else [],
        "outputs": _outputs(one, asked) if asked.get("includeOutputs") else [],
        "collectResultValue": one.collected,
        "rootDecisionInstanceId": one.root_id,
        "decisionRequirementsDefinitionId": (
            _named(one.graph[1], one.graph[2], one.graph[0]) if one.graph else None
        ),
        "decisionRequirementsDefinitionKey": one.graph[1] if one.graph else None,
    }


def _named(key: str, version: int | None, number: int | None) -> str | None:
    return None if number is None or version is None else names.definition_id(key, version, number)


def _inputs(one: Decided, asked: Asked) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{one.id}-in-{part.id}",
            "decisionInstanceId": one.id,
            "clauseId": part.id,
            "clauseName": part.name,
            **_value(part, asked),
        }
        for part in one.inputs
    ]


def _outputs(one: Decided, asked: Asked) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{one.id}-out-{number}",
            "decisionInstanceId": one.id,
            "clauseId": part.id,
            "clauseName": part.name,
            "ruleId": part.rule,
            "ruleOrder": part.order,
            "variableName": part.variable,
            **_value(part, asked),
        }
        for number, part in enumerate(one.outputs)
    ]


def _value(part: Input | Output, asked: Asked) -> dict[str, Any]:
    """Return a value, typed; what the history does not hold has a message instead.

    No decision reads bytes, so nothing is left out for `disableBinaryFetching`.
    """
    told = typed.write(part.value, deserialized=not asked.get("disableCustomObjectDeserialization"))
    return {**told, "errorMessage": None if part.is_kept else NOT_KEPT}


def _rows(session: Session, viewer: Viewer, asked: Asked) -> list[tuple[Decided, Asked]]:
    return [(one, asked) for (one,) in queries.decision_instances(session, viewer, asked)]


listing.offer(
    "/history/decision-instance",
    "history",
    LIST,
    "HistoricDecisionInstance",
    rows=_rows,
    total=queries.count_decision_instances,
    shown=shown,
    by_body=False,
)


@bp.get("/history/decision-instance/<decision_instance_id>")
@needs("history", query=ONE, returns="HistoricDecisionInstance")
def get_historic_decision_instance(decision_instance_id: str) -> ResponseReturnValue:
    """Return one evaluation."""
    asked = ONE.query()
    words = f"Historic decision instance with id '{decision_instance_id}' does not exist"
    wanted = {**asked.values, "decisionInstanceId": decision_instance_id}
    with db.reading() as session:
        return answer(shown(*listing.one(session, _rows, words, **wanted)))
