"""`/decision-definition`: published decisions, and their evaluation."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import calendar, clock, db
from engine.commands import deciding, definitions
from engine.decisions import document
from engine.errors import EngineError
from engine.models import DecisionDefinition
from engine.queries import api_decisions as queries
from engine.queries.asked import Asked
from web.api import decision_shapes as shapes
from web.api import definition_routes, listing, names, typed
from web.api.access import caller, oversee
from web.api.answer import answer, nothing
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


class Wanted(definition_routes.Wanted):
    """Which decision an address means."""

    def find(self, session: Session) -> DecisionDefinition:
        """Return its row. Raises ApiError 404."""
        asked = self.asked("decisionDefinitionId")
        found = queries.decision_definitions(session, caller().viewer, asked)
        if not found or self.id not in (None, names.definition_of(found[0][0])):
            raise missing(f"No matching decision definition with {self.words}")
        row: DecisionDefinition = found[0][0]
        return row


route = definition_routes.of("/decision-definition", Wanted)


@route("GET", "", "read", returns="DecisionDefinition")
def get_decision_definition(wanted: Wanted) -> ResponseReturnValue:
    """Return one decision."""
    with db.reading() as session:
        return answer(next(shapes.decisions(session, [wanted.find(session)])))


@route("GET", "/xml", "read", returns="DecisionDefinitionXml")
def decision_definition_xml(wanted: Wanted) -> ResponseReturnValue:
    """Return the file a decision stands in."""
    with db.reading() as session:
        row = wanted.find(session)
        text = document.decoded(queries.source(session, row))
    return answer({"id": names.definition_of(row), "dmnXml": text})


@route("GET", "/diagram", "read", returns="image")
def decision_definition_diagram(wanted: Wanted) -> ResponseReturnValue:
    """Return the picture of a decision: there is none, as in Camunda without an image file."""
    with db.reading() as session:
        wanted.find(session)
    return nothing()


@route("POST", "/evaluate", "decide", body=EVALUATE, returns="DecisionResult[]")
def evaluate_decision(wanted: Wanted) -> ResponseReturnValue:
    """Evaluate a decision; the history tells who did."""
    variables = typed.read_all(EVALUATE.asked(json_body()).get("variables"))
    with db.reading() as session:
        row = wanted.find(session)
        model = definitions.decision_model(session, row.sha, row.deployment_id)
        functions = calendar.functions(session, clock.now())
        try:
            result = model.decisions[row.key].evaluate(variables, functions=functions, explain=True)
        except EngineError as failure:
            raise rest(f"Cannot evaluate decision {row.key}: {failure}", 500) from failure
    with db.transaction() as session:  # nobody writes while a table is computed
        deciding.keep(session, row, result, actor=caller().actor)
    return answer([typed.write_all(each) for each in result.rows])


@route("PUT", "/history-time-to-live", "operate", body=TTL)
def set_decision_ttl(wanted: Wanted) -> ResponseReturnValue:
    """Say how many days evaluations are kept."""
    days = TTL.asked(json_body()).get("historyTimeToLive")
    if days is not None and days < 0:
        raise invalid("The history time to live cannot be negative.")
    with db.transaction() as session:
        row = wanted.find(session)
        oversee("DecisionDefinition", names.definition_of(row))
        row.history_ttl = days
    return nothing()
