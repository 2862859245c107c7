"""`/process-definition`: what is published, its diagram and form, and starting it."""

from __future__ import annotations

from collections.abc import Collection

from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import db
from engine.bpmn import svg
from engine.bpmn.importing import source
from engine.commands import definitions
from engine.models import ProcessDefinition
from engine.queries import api_definitions as queries
from engine.queries import called
from engine.queries.asked import definition_number
from web.api import definition_routes, listing, names
from web.api import definition_shapes as shapes
from web.api.access import needs
from web.api.answer import answer, nothing
from web.api.blueprint import bp
from web.api.errors import missing, rest
from web.api.params import FLAG, MOMENT, NUMBER, TEXT, TEXTS, Params

LIST = Params(
    "process definition query",
    {
        "processDefinitionId": TEXT, "processDefinitionIdIn": TEXTS, "name": TEXT,
        "nameLike": TEXT, "deploymentId": TEXT, "deployedAfter": MOMENT, "deployedAt": MOMENT,
        "key": TEXT, "keysIn": TEXTS, "keyLike": TEXT, "category": TEXT, "categoryLike": TEXT,
        "version": NUMBER, "latestVersion": FLAG, "resourceName": TEXT, "resourceNameLike": TEXT,
        "startableBy": TEXT, "active": FLAG, "suspended": FLAG, "incidentId": TEXT,
        "incidentType": TEXT, "incidentMessage": TEXT, "incidentMessageLike": TEXT,
        "tenantIdIn": TEXTS, "withoutTenantId": FLAG, "versionTag": TEXT, "versionTagLike": TEXT,
        "includeProcessDefinitionsWithoutTenantId": FLAG, "withoutVersionTag": FLAG,
        "startableInTasklist": FLAG, "notStartableInTasklist": FLAG,
        "startablePermissionCheck": FLAG,
    },
    sort_by=(
        "category", "key", "id", "name", "version", "deploymentId", "deployTime", "tenantId",
        "versionTag",
    ),
)  # fmt: skip

listing.offer(
    "/process-definition",
    "read",
    LIST,
    "ProcessDefinition",
    rows=queries.process_definitions,
    total=queries.count_process_definitions,
    shown=shapes.process,
    by_body=False,
)


class Wanted(definition_routes.Wanted):
    """Which process definition an address means."""

    def find(self, session: Session) -> ProcessDefinition:
        """Return its row. Raises ApiError 404."""
        if self.key is not None:
            row = queries.process_definition(session, key=self.key) if not self.tenant else None
            if row is None:
                raise rest(f"No matching process definition with {self.words}", 404)
            return row
        number = definition_number(self.id or "")
        row = queries.process_definition(session, number=number)
        if row is None or names.definition_of(row) != self.id:
            raise missing(f"No matching definition with id {self.id}")
        return row


def exact(session: Session, name: str) -> int:
    """Return the number of the definition of this whole name; -1, which nobody has, for none."""
    return next(iter(exact_all(session, [name])), -1)


def exact_all(session: Session, wanted: Collection[str]) -> list[int]:
    """Return the numbers of the definitions of these whole names; a wrong name has none."""
    numbers = {definition_number(name) for name in wanted}
    found = session.scalars(select(ProcessDefinition).where(ProcessDefinition.id.in_(numbers)))
    return [row.id for row in found if names.definition_of(row) in wanted]


route = definition_routes.of("/process-definition", Wanted)


@route("GET", "", "read", returns="ProcessDefinition")
def get_process_definition(wanted: Wanted) -> ResponseReturnValue:
    """Return one process definition."""
    with db.reading() as session:
        return answer(shapes.process(wanted.find(session)))


@route("GET", "/xml", "read", returns="ProcessDefinitionDiagram")
def get_process_definition_xml(wanted: Wanted) -> ResponseReturnValue:
    """Return the diagram as it was deployed."""
    with db.reading() as session:
        row = wanted.find(session)
        drawn = definitions.original(session, row.id)
    text, _ = source.decode(drawn)
    return answer({"id": names.definition_of(row), "bpmn20Xml": text})


@route("GET", "/diagram", "read", returns="image")
def get_process_definition_picture(wanted: Wanted) -> ResponseReturnValue:
    """Return the diagram as SVG; 204 for one that is not drawn."""
    with db.reading() as session:
        row = wanted.find(session)
        drawn = definitions.original(session, row.id)
    picture = svg.render(drawn, title=row.name, uid=f"d{row.id}", process=row.key)
    if not picture:
        return nothing()
    return Response(picture, content_type="image/svg+xml")


@bp.get("/process-definition/<definition_id>/static-called-process-definitions")
@needs("read", returns="CalledProcessDefinition[]")
def list_called_process_definitions(definition_id: str) -> ResponseReturnValue:
    """Return the processes that its call activities name, each with who calls it."""
    with db.reading() as session:
        row = Wanted(id=definition_id).find(session)
        return answer(
            [
                {
                    **shapes.process(reached),
                    "calledFromActivityIds": elements,
                    "callingProcessDefinitionId": definition_id,
                }
                for reached, elements in called.called_processes(session, row.id)
            ]
        )
