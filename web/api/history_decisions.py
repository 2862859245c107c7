"""`/history/decision-instance`: what decisions were asked, and what they answered."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue

from engine import db
from engine.queries.asked import Asked
from engine.queries.records import decisions as queries
from engine.queries.records.decisions import Decided
from web.api import listing, names, typed
from web.api.access import needs
from web.api.answer import answer, moment
from web.api.blueprint import bp
from web.api.decision_shapes import graph_id
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


def shown(one: Decided, *, inputs: bool = False, outputs: bool = False) -> dict[str, Any]:
    """Return one evaluation; inputs and outputs only when they were asked for."""
    definition = one.definition
    return {
        **of_case(one.case),
        "id": one.id,
        "decisionDefinitionId": names.definition_of(definition) if definition else None,
        "decisionDefinitionKey": one.decision,
        "decisionDefinitionName": one.name,
        "evaluationTime": moment(one.at),
        "activityId": one.element or None,
        "activityInstanceId": one.activity_id or None,
        "userId": person(one.actor),
        "inputs": _inputs(one) if inputs else [],
        "outputs": _outputs(one) if outputs else [],
        "collectResultValue": one.collected,
        "rootDecisionInstanceId": one.root_id,
        "decisionRequirementsDefinitionId": graph_id(one.graph) if one.graph else None,
        "decisionRequirementsDefinitionKey": one.graph.key if one.graph else None,
    }


def _inputs(one: Decided) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{one.id}-in-{part.id}",
            "decisionInstanceId": one.id,
            "clauseId": part.id,
            "clauseName": part.name,
            "errorMessage": None,
            **typed.write(part.value),
        }
        for part in one.inputs
    ]


def _outputs(one: Decided) -> list[dict[str, Any]]:
    return [
        {
            "id": f"{one.id}-out-{part.order}-{part.id}",
            "decisionInstanceId": one.id,
            "clauseId": part.id,
            "clauseName": part.name,
            "ruleId": part.rule or None,
            "ruleOrder": part.order,
            "variableName": part.name,
            "errorMessage": None,
            **typed.write(part.value),
        }
        for part in one.outputs
    ]


def _rows(session: Any, viewer: Any, asked: Asked) -> Any:
    wanted = {"inputs": asked.get("includeInputs"), "outputs": asked.get("includeOutputs")}
    return [(one, wanted) for (one,) in queries.decision_instances(session, viewer, asked)]


listing.offer(
    "/history/decision-instance",
    "history",
    LIST,
    "HistoricDecisionInstance",
    rows=_rows,
    total=queries.count_decision_instances,
    shown=lambda one, wanted: shown(one, **wanted),
    by_body=False,
)


@bp.get("/history/decision-instance/<decision_instance_id>")
@needs("history", query=ONE, returns="HistoricDecisionInstance")
def get_historic_decision_instance(decision_instance_id: str) -> ResponseReturnValue:
    """Return one evaluation."""
    asked = ONE.query()
    words = f"Historic decision instance with id '{decision_instance_id}' does not exist"
    wanted = {"decisionInstanceId": decision_instance_id}
    with db.reading() as session:
        found = listing.one(session, queries.decision_instances, words, **wanted)
    parts = {"inputs": asked.get("includeInputs"), "outputs": asked.get("includeOutputs")}
    return answer(shown(found[0], **parts))
