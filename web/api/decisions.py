"""`/decision-definition`: published decisions, and their evaluation."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import calendar, clock, db
from engine.commands import definitions
from engine.errors import EngineError
from engine.models import DecisionDefinition
from engine.queries import api_decisions as queries
from engine.queries.asked import Asked
from web.api import decision_shapes as shapes
from web.api import listing, names, typed
from web.api.access import caller, needs, oversee
from web.api.answer import answer, nothing
from web.api.blueprint import bp
from web.api.errors import invalid, missing, rest
from web.api.history_fields import DEFINITION, DEFINITIONS
from web.api.params import FLAG, MOMENT, NUMBER, OBJECT, TEXT, TEXTS, Params, json_body

LIST = Params(
    "decision definition query",
    {
        "decisionDefinitionId": DEFINITION, "decisionDefinitionIdIn": DEFINITIONS, "name": TEXT,
        "nameLike": TEXT, "deploymentId": TEXT, "deployedAfter": MOMENT, "deployedAt": MOMENT,
        "key": TEXT, "keyLike": TEXT, "category": TEXT, "categoryLike": TEXT, "version": NUMBER,
        "latestVersion": FLAG, "resourceName": TEXT, "resourceNameLike": TEXT,
        "decisionRequirementsDefinitionId": DEFINITION, "decisionRequirementsDefinitionKey": TEXT,
        "withoutDecisionRequirementsDefinition": FLAG, "versionTag": TEXT, "versionTagLike": TEXT,
        "tenantIdIn": TEXTS, "withoutTenantId": FLAG,
        "includeDecisionDefinitionsWithoutTenantId": FLAG,
    },
    sort_by=tuple(queries.ORDER),
)  # fmt: skip
EVALUATE = Params("decision evaluation", {"variables": OBJECT})
TTL = Params("history time to live", {"historyTimeToLive": NUMBER})


def _rows(session: Session, viewer: Any, asked: Asked) -> list[Any]:
    found = [row for (row,) in queries.decision_definitions(session, viewer, asked)]
    return [(one,) for one in shapes.decisions(session, found)]


listing.offer(
    "/decision-definition",
    "read",
    LIST,
    "DecisionDefinition",
    rows=_rows,
    total=queries.count_decision_definitions,
    shown=lambda one: one,
    by_body=False,
)


def _find(session: Session, asked: dict[str, Any], words: str) -> DecisionDefinition:
    found = queries.decision_definitions(session, caller().viewer, Asked(asked))
    if not found:
        raise missing(words)
    row: DecisionDefinition = found[0][0]
    return row


def _by_id(session: Session, name: str) -> DecisionDefinition:
    number = names.definition_number(name)
    words = f"No matching decision definition with id: {name}"
    return _find(session, {"decisionDefinitionId": number}, words)


def _by_key(session: Session, key: str) -> DecisionDefinition:
    words = f"No matching decision definition with key: {key} and no tenant-id"
    return _find(session, {"key": key, "latestVersion": True}, words)


@bp.get("/decision-definition/<definition_id>")
@needs("read", returns="DecisionDefinition")
def get_decision_definition(definition_id: str) -> ResponseReturnValue:
    """Return one decision."""
    with db.reading() as session:
        return _shown(session, _by_id(session, definition_id))


@bp.get("/decision-definition/key/<key>")
@needs("read", returns="DecisionDefinition")
def get_decision_definition_by_key(key: str) -> ResponseReturnValue:
    """Return the newest version of a decision."""
    with db.reading() as session:
        return _shown(session, _by_key(session, key))


def _shown(session: Session, row: DecisionDefinition) -> ResponseReturnValue:
    return answer(next(shapes.decisions(session, [row])))


@bp.get("/decision-definition/<definition_id>/xml")
@needs("read", returns="DecisionDefinitionXml")
def decision_definition_xml(definition_id: str) -> ResponseReturnValue:
    """Return the file a decision stands in."""
    with db.reading() as session:
        return _xml(session, _by_id(session, definition_id))


@bp.get("/decision-definition/key/<key>/xml")
@needs("read", returns="DecisionDefinitionXml")
def decision_definition_xml_by_key(key: str) -> ResponseReturnValue:
    """Return the file the newest version of a decision stands in."""
    with db.reading() as session:
        return _xml(session, _by_key(session, key))


@bp.get("/decision-definition/<definition_id>/diagram")
@needs("read", returns="image")
def decision_definition_diagram(definition_id: str) -> ResponseReturnValue:
    """Return the picture of a decision: there is none, as in Camunda without an image file."""
    with db.reading() as session:
        _by_id(session, definition_id)
    return nothing()


@bp.get("/decision-definition/key/<key>/diagram")
@needs("read", returns="image")
def decision_definition_diagram_by_key(key: str) -> ResponseReturnValue:
    """Return the picture of the newest version of a decision: there is none."""
    with db.reading() as session:
        _by_key(session, key)
    return nothing()


def _xml(session: Session, row: DecisionDefinition) -> ResponseReturnValue:
    text = queries.source(session, row).decode("utf-8-sig")
    return answer({"id": names.definition_of(row), "dmnXml": text})


@bp.post("/decision-definition/<definition_id>/evaluate")
@needs("decide", body=EVALUATE, returns="DecisionResult[]")
def evaluate_decision(definition_id: str) -> ResponseReturnValue:
    """Evaluate one version of a decision."""
    with db.reading() as session:
        return _evaluate(session, _by_id(session, definition_id))


@bp.post("/decision-definition/key/<key>/evaluate")
@needs("decide", body=EVALUATE, returns="DecisionResult[]")
def evaluate_decision_by_key(key: str) -> ResponseReturnValue:
    """Evaluate the newest version of a decision."""
    with db.reading() as session:
        return _evaluate(session, _by_key(session, key))


def _evaluate(session: Session, row: DecisionDefinition) -> ResponseReturnValue:
    variables = typed.read_all(EVALUATE.asked(json_body()).get("variables"))
    decision = definitions.decision_model(session, row.sha, row.deployment_id).decisions[row.key]
    functions = calendar.functions(session, clock.now())
    try:
        result = decision.evaluate(variables, functions=functions)
    except EngineError as failure:
        raise rest(f"Cannot evaluate decision {row.key}: {failure}", 500) from failure
    return answer([typed.write_all(each) for each in result.rows])


@bp.put("/decision-definition/<definition_id>/history-time-to-live")
@needs("operate", body=TTL)
def set_decision_ttl(definition_id: str) -> ResponseReturnValue:
    """Say how many days evaluations of one version are kept."""
    with db.transaction() as session:
        _set_ttl(_by_id(session, definition_id))
    return nothing()


@bp.put("/decision-definition/key/<key>/history-time-to-live")
@needs("operate", body=TTL)
def set_decision_ttl_by_key(key: str) -> ResponseReturnValue:
    """Say how many days evaluations of the newest version are kept."""
    with db.transaction() as session:
        _set_ttl(_by_key(session, key))
    return nothing()


def _set_ttl(row: DecisionDefinition) -> None:
    days = TTL.asked(json_body()).get("historyTimeToLive")
    if days is not None and days < 0:
        raise invalid("The history time to live cannot be negative.")
    oversee("DecisionDefinition", names.definition_of(row))
    row.history_ttl = days
