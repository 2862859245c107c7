"""`/deployment`: publishing files, and what was published."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from engine import db
from engine.commands import definitions, rest_deploy
from engine.models import DecisionDefinition, Deployment, ProcessDefinition
from engine.queries import api_definitions as queries
from engine.queries import api_requirements
from engine.queries.asked import number
from web.api import decision_shapes, listing
from web.api import definition_shapes as shapes
from web.api.access import caller, needs
from web.api.answer import answer, nothing
from web.api.blueprint import bp
from web.api.errors import invalid, missing
from web.api.instructions import SKIPS
from web.api.params import ANY, FLAG, MOMENT, TEXT, TEXTS, Params
from web.downloads import disposition

LIST = Params(
    "deployment query",
    {
        "id": TEXT, "name": TEXT, "nameLike": TEXT, "source": TEXT, "withoutSource": FLAG,
        "tenantIdIn": TEXTS, "withoutTenantId": FLAG, "includeDeploymentsWithoutTenantId": FLAG,
        "after": MOMENT, "before": MOMENT,
    },
    sort_by=("id", "name", "deploymentTime", "tenantId"),
)  # fmt: skip
#: The form fields that are no files.
CREATE = Params(
    "deployment",
    {
        "deployment-name": TEXT, "deployment-source": TEXT, "enable-duplicate-filtering": FLAG,
        "deploy-changed-only": FLAG, "deployment-activation-time": TEXT, "tenant-id": TEXT,
        "data": ANY,
    },
)  # fmt: skip
DELETE = Params(
    "deployment deletion",
    {"cascade": FLAG, **SKIPS},
)
REDEPLOY = Params("redeployment", {"resourceIds": TEXTS, "resourceNames": TEXTS, "source": TEXT})
LONGEST_NAME = 200
#: Bytes of all files of a deployment together.
LARGEST = 32 << 20

listing.offer(
    "/deployment",
    "read",
    LIST,
    "Deployment",
    rows=queries.deployments,
    total=queries.count_deployments,
    shown=shapes.deployment,
    by_body=False,
)


@bp.post("/deployment/create")
@needs("deploy", body=CREATE, returns="DeploymentWithDefinitions", multipart=True)
def create_deployment() -> ResponseReturnValue:
    """Deploy files: diagrams, decisions, forms and whatever belongs to them."""
    request.max_content_length = LARGEST
    fields = {name: value for name, value in request.form.items() if value != ""}
    _refuse(fields)
    asked = CREATE.asked(fields)
    files = _files()
    changed_only = asked.get("deploy-changed-only", False)
    unchanged: rest_deploy.Unchanged = "skip" if changed_only else "again"
    if not changed_only and asked.get("enable-duplicate-filtering", False):
        unchanged = "keep"
    with db.transaction() as session:
        made = rest_deploy.publish(
            session,
            asked.get("deployment-name", ""),
            files,
            actor=caller().actor,
            source=asked.get("deployment-source"),
            unchanged=unchanged,
        )
        return answer(_created(session, made))


def _refuse(fields: dict[str, str]) -> None:
    """Say what this office does not have, instead of leaving it out."""
    if "tenant-id" in fields:
        raise invalid("Cannot deploy for a tenant: this engine has no tenants.")
    if "deployment-activation-time" in fields:
        raise invalid("Cannot activate a deployment later: 'deployment-activation-time'.")


def _files() -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for part, file in request.files.items(multi=True):
        name = file.filename or ""
        if not name:
            raise invalid(
                "No file name found in the deployment resource described by form parameter"
                f" '{part}'."
            )
        if len(name) > LONGEST_NAME or "\0" in name:
            raise invalid(f"The name of a deployment resource is too long: '{name:.40}…'.")
        if name in found:
            raise invalid(f"Two deployment resources have the same name: '{name}'.")
        found[name] = file.read()
    if not found:
        raise invalid("No deployment resources contained in the form upload.")
    return found


def _created(session: Session, made: rest_deploy.Made) -> dict[str, Any]:
    row = made.deployment
    found: dict[str, Iterable[dict[str, Any]]] = {}
    if made.fresh:
        found = {
            "Process": map(shapes.process, _of(session, ProcessDefinition, row.id)),
            "Decision": decision_shapes.decisions(
                session, _of(session, DecisionDefinition, row.id)
            ),
            "DecisionRequirements": (
                decision_shapes.requirements(one)
                for one in api_requirements.graphs(session)
                if one.deployment_id == row.id
            ),
        }
    return {
        **shapes.deployment(row),
        "links": [shapes.link(f"/deployment/{row.id}")],
        **{
            f"deployed{kind}Definitions": {one["id"]: one for one in found.get(kind, ())} or None
            for kind in ("Process", "Case", "Decision", "DecisionRequirements")
        },
    }


def _of(session: Session, kind: Any, deployment_id: int) -> list[Any]:
    found = select(kind).where(kind.deployment_id == deployment_id).order_by(kind.id)
    return list(session.scalars(found))


@bp.get("/deployment/registered")
@needs("read", returns="string[]")
def registered_deployments() -> ResponseReturnValue:
    """Return the ids of the deployments whose definitions run here: all of them."""
    with db.reading() as session:
        found = session.scalars(select(Deployment.id).order_by(Deployment.id))
        return answer([str(number) for number in found])


@bp.get("/deployment/<deployment_id>")
@needs("read", returns="Deployment")
def get_deployment(deployment_id: str) -> ResponseReturnValue:
    """Return one deployment."""
    with db.reading() as session:
        return answer(shapes.deployment(_require(session, deployment_id)))


@bp.delete("/deployment/<deployment_id>")
@needs("deploy", query=DELETE)
def delete_deployment(deployment_id: str) -> ResponseReturnValue:
    """Delete a deployment that came by REST; with `cascade` its instances as well."""
    cascade = DELETE.query().get("cascade", False)
    with db.transaction() as session:
        row = _require(session, deployment_id)
        rest_deploy.withdraw(session, row.id, cascade=cascade, viewer=caller().viewer)
    return nothing()


@bp.post("/deployment/<deployment_id>/redeploy")
@needs("deploy", body=REDEPLOY, returns="DeploymentWithDefinitions")
def redeploy(deployment_id: str) -> ResponseReturnValue:
    """Deploy files of an earlier deployment again, as the newest version."""
    asked = REDEPLOY.body()
    with db.transaction() as session:
        row = _require(session, deployment_id)
        files = definitions.files(session, row.id)
        chosen = set(asked.get("resourceNames", ()))
        by_id = {_resource_id(name): name for name in files}
        chosen |= {by_id.get(wanted, wanted) for wanted in asked.get("resourceIds", ())}
        lost = sorted(chosen - set(files))
        if lost:
            raise missing(f"Deployment {deployment_id} has no resource {lost[0]}.")
        made = rest_deploy.publish(
            session,
            shapes.deployment(row)["name"],
            {name: content for name, content in files.items() if name in (chosen or files)},
            actor=caller().actor,
            source=asked.get("source", row.meta.get("source")),
        )
        return answer(_created(session, made))


@bp.get("/deployment/<deployment_id>/resources")
@needs("read", returns="DeploymentResource[]")
def list_deployment_resources(deployment_id: str) -> ResponseReturnValue:
    """List the files of a deployment."""
    with db.reading() as session:
        row = _require(session, deployment_id)
        return answer([_resource(row.id, name) for name in queries.resources(session, row.id)])


@bp.get("/deployment/<deployment_id>/resources/<resource_id>")
@needs("read", returns="DeploymentResource")
def get_deployment_resource(deployment_id: str, resource_id: str) -> ResponseReturnValue:
    """Return the name of one file of a deployment."""
    with db.reading() as session:
        row = _require(session, deployment_id)
        return answer(_resource(row.id, _name(session, row.id, resource_id)))


@bp.get("/deployment/<deployment_id>/resources/<resource_id>/data")
@needs("read", returns="binary")
def get_deployment_resource_data(deployment_id: str, resource_id: str) -> ResponseReturnValue:
    """Return the content of one file of a deployment."""
    with db.reading() as session:
        row = _require(session, deployment_id)
        name = _name(session, row.id, resource_id)
        content = queries.resource(session, row.id, name)
    response = Response(content or b"", content_type=shapes.media_type(name))
    response.headers["Content-Disposition"] = disposition(name.rpartition("/")[2] or "resource")
    return response


def _resource_id(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def _resource(deployment_id: int, name: str) -> dict[str, Any]:
    return {"id": _resource_id(name), "name": name, "deploymentId": str(deployment_id)}


def _name(session: Session, deployment_id: int, resource_id: str) -> str:
    for name in queries.resources(session, deployment_id):
        if _resource_id(name) == resource_id:
            return name
    raise missing(
        f"Deployment resource with resource id '{resource_id}' for deployment id"
        f" '{deployment_id}' does not exist."
    )


def _require(session: Session, deployment_id: str) -> Deployment:
    row = session.get(Deployment, number(deployment_id))
    if row is None:
        raise missing(f"Deployment with id '{deployment_id}' does not exist")
    return row
