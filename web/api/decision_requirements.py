"""`/decision-requirements-definition`: files in which decisions build on each other."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.decisions import document
from engine.models import Resource
from engine.queries import api_requirements as queries
from engine.queries.api_requirements import Graph
from web.api import decision_shapes as shapes
from web.api import definition_routes, listing
from web.api.access import caller
from web.api.answer import answer, nothing
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


class Wanted(definition_routes.Wanted):
    """Which graph an address means."""

    def find(self, session: Session) -> Graph:
        """Return it. Raises ApiError 404."""
        asked = self.asked("decisionRequirementsDefinitionId")
        found = queries.requirements(session, caller().viewer, asked)
        if not found or self.id not in (None, shapes.graph_id(found[0][0])):
            raise missing(f"No matching decision requirements definition with {self.words}")
        one: Graph = found[0][0]
        return one


route = definition_routes.of("/decision-requirements-definition", Wanted)


@route("GET", "", "read", returns="DecisionRequirementsDefinition")
def get_requirements(wanted: Wanted) -> ResponseReturnValue:
    """Return one graph."""
    with db.reading() as session:
        return answer(shapes.requirements(wanted.find(session)))


@route("GET", "/diagram", "read", returns="image")
def requirements_diagram(wanted: Wanted) -> ResponseReturnValue:
    """Return the picture of a graph: there is none, as in Camunda without an image file."""
    with db.reading() as session:
        wanted.find(session)
    return nothing()


@route("GET", "/xml", "read", returns="DecisionDefinitionXml")
def requirements_xml(wanted: Wanted) -> ResponseReturnValue:
    """Return the file a graph stands in."""
    with db.reading() as session:
        one = wanted.find(session)
        text = document.decoded(session.get_one(Resource, one.sha).content)
    return answer({"id": shapes.graph_id(one), "dmnXml": text})
