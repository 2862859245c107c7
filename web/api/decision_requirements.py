"""`/decision-requirements-definition`: files in which decisions build on each other."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.models import Resource
from engine.queries import api_requirements as queries
from engine.queries.api_requirements import Graph
from engine.queries.asked import Asked
from web.api import decision_shapes as shapes
from web.api import listing, names
from web.api.access import caller, needs
from web.api.answer import answer
from web.api.blueprint import bp
from web.api.errors import missing
from web.api.history_fields import DEFINITION, DEFINITIONS
from web.api.params import FLAG, NUMBER, TEXT, TEXTS, Params

LIST = Params(
    "decision requirements definition query",
    {
        "decisionRequirementsDefinitionId": DEFINITION,
        "decisionRequirementsDefinitionIdIn": DEFINITIONS, "name": TEXT, "nameLike": TEXT,
        "deploymentId": TEXT, "key": TEXT, "keyLike": TEXT, "category": TEXT,
        "categoryLike": TEXT, "version": NUMBER, "latestVersion": FLAG, "resourceName": TEXT,
        "resourceNameLike": TEXT, "tenantIdIn": TEXTS, "withoutTenantId": FLAG,
        "includeDecisionRequirementsDefinitionsWithoutTenantId": FLAG,
    },
    sort_by=tuple(queries.ORDER),
)  # fmt: skip


listing.offer(
    "/decision-requirements-definition",
    "read",
    LIST,
    "DecisionRequirementsDefinition",
    rows=queries.requirements,
    total=queries.count_requirements,
    shown=shapes.requirements,
    by_body=False,
)


def _find(session: Session, asked: dict[str, Any], name: str) -> Graph:
    found = queries.requirements(session, caller().viewer, Asked(asked))
    if not found:
        raise missing(f"No matching decision requirements definition with {name}")
    one: Graph = found[0][0]
    return one


def _by_id(session: Session, name: str) -> Graph:
    wanted = {"decisionRequirementsDefinitionId": names.definition_number(name)}
    return _find(session, wanted, f"id: {name}")


def _by_key(session: Session, key: str) -> Graph:
    return _find(session, {"key": key, "latestVersion": True}, f"key: {key} and no tenant-id")


@bp.get("/decision-requirements-definition/<definition_id>")
@needs("read", returns="DecisionRequirementsDefinition")
def get_requirements(definition_id: str) -> ResponseReturnValue:
    """Return one graph."""
    with db.reading() as session:
        return answer(shapes.requirements(_by_id(session, definition_id)))


@bp.get("/decision-requirements-definition/key/<key>")
@needs("read", returns="DecisionRequirementsDefinition")
def get_requirements_by_key(key: str) -> ResponseReturnValue:
    """Return the newest version of a graph."""
    with db.reading() as session:
        return answer(shapes.requirements(_by_key(session, key)))


@bp.get("/decision-requirements-definition/<definition_id>/xml")
@needs("read", returns="DecisionDefinitionXml")
def requirements_xml(definition_id: str) -> ResponseReturnValue:
    """Return the file a graph stands in."""
    with db.reading() as session:
        return _xml(session, _by_id(session, definition_id))


@bp.get("/decision-requirements-definition/key/<key>/xml")
@needs("read", returns="DecisionDefinitionXml")
def requirements_xml_by_key(key: str) -> ResponseReturnValue:
    """Return the file the newest version of a graph stands in."""
    with db.reading() as session:
        return _xml(session, _by_key(session, key))


def _xml(session: Session, one: Graph) -> ResponseReturnValue:
    text = session.get_one(Resource, one.sha).content.decode("utf-8-sig")
    return answer({"id": shapes.graph_id(one), "dmnXml": text})
