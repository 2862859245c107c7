"""Deployments and definitions as the REST interface asks for them. They belong to no case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, func, not_, or_, select, true
from sqlalchemy.orm import Session, aliased

from engine.models import (
    Deployment,
    DeploymentResource,
    FormDefinition,
    Incident,
    ProcessDefinition,
    ProcessInstance,
    Resource,
)
from engine.queries import asked as ask
from engine.queries.access import Viewer, visible
from engine.queries.asked import Asked
from engine.queries.records.incidents import KIND

_newer = aliased(ProcessDefinition)
_NAME = Deployment.meta["name"].as_string()
_TITLE = func.coalesce(_NAME, Deployment.meta["title"].as_string(), Deployment.bundle)
_SOURCE = func.coalesce(Deployment.meta["source"].as_string(), Deployment.source)
#: What was published before the category was kept shows its bundle.
_CATEGORY = func.coalesce(
    ProcessDefinition.description["category"].as_string(), ProcessDefinition.bundle
)
_TAG = ProcessDefinition.description["version_tag"].as_string()
#: A list, searched as its text.
_STARTERS = ProcessDefinition.description["candidate_starter_users"].as_string()
_STARTABLE = ProcessDefinition.description["startable"].as_boolean()

DEPLOYMENT_FILTERS: ask.Filters = {
    "id": ask.numbered(Deployment.id),
    "name": ask.equals(_TITLE),
    "nameLike": ask.alike(_TITLE),
    "source": ask.equals(_SOURCE),
    "withoutSource": ask.when(_SOURCE.is_(None)),
    "tenantIdIn": ask.never,
    "withoutTenantId": ask.always,
    "includeDeploymentsWithoutTenantId": ask.always,
    "after": ask.from_(Deployment.deployed_at),
    "before": ask.until(Deployment.deployed_at),
}
DEPLOYMENT_ORDER: dict[str, ask.Column] = {
    "id": Deployment.id,
    "name": _TITLE,
    "deploymentTime": Deployment.deployed_at,
    "tenantId": Deployment.id,
}


def deployments(session: Session, _: Viewer, asked: Asked) -> Sequence[Any]:
    """Return the deployments asked for, as 1-tuples."""
    found = select(Deployment).where(*ask.conditions(asked, DEPLOYMENT_FILTERS))
    return session.execute(ask.page(found, asked, DEPLOYMENT_ORDER, Deployment.id)).all()


def count_deployments(session: Session, _: Viewer, asked: Asked) -> int:
    """Return how many deployments would be found."""
    return ask.count(session, select(Deployment).where(*ask.conditions(asked, DEPLOYMENT_FILTERS)))


def resources(session: Session, deployment_id: int) -> list[str]:
    """Return the names of a deployment's files, in order."""
    return list(
        session.scalars(
            select(DeploymentResource.name)
            .where(DeploymentResource.deployment_id == deployment_id)
            .order_by(DeploymentResource.name)
        )
    )


def resource(session: Session, deployment_id: int, name: str) -> bytes | None:
    """Return the content of a file of a deployment, or None."""
    return session.scalar(
        select(Resource.content)
        .join(DeploymentResource, DeploymentResource.sha == Resource.sha)
        .where(DeploymentResource.deployment_id == deployment_id, DeploymentResource.name == name)
    )


def form_file(session: Session, key: str, deployment_id: int) -> bytes | None:
    """Return a form's file: the one of this deployment, else the newest; None without any."""
    return session.scalar(
        select(Resource.content)
        .join(FormDefinition, FormDefinition.sha == Resource.sha)
        .where(FormDefinition.key == key)
        .order_by(
            (FormDefinition.deployment_id == deployment_id).desc(), FormDefinition.version.desc()
        )
        .limit(1)
    )


def _latest() -> ColumnElement[bool]:
    newer = select(_newer.id).where(
        _newer.key == ProcessDefinition.key, _newer.version > ProcessDefinition.version
    )
    return ~newer.exists()


def _incidents(viewer: Viewer) -> ask.Filters:
    """Return the filters by open incidents of cases that the viewer may see."""
    return {
        "incidentId": lambda value: _incident(viewer, Incident.id)(ask.number(value)),
        "incidentType": _incident(viewer, KIND),
        "incidentMessage": _incident(viewer, Incident.message),
        "incidentMessageLike": _incident(viewer, Incident.message, "like"),
    }


def _incident(viewer: Viewer, column: ask.Column, test: str = "eq") -> Any:
    def condition(value: Any) -> ColumnElement[bool]:
        wanted = ask.alike(column)(value) if test == "like" else column == value
        return exists(
            select(Incident.id)
            .join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
            .where(
                ProcessInstance.definition_id == ProcessDefinition.id,
                Incident.resolved_at.is_(None),
                visible(viewer, ProcessInstance.root_id.expression),
                wanted,
            )
        )

    return condition


_startable = ask.when(func.coalesce(_STARTABLE, True))
PROCESS_FILTERS: ask.Filters = {
    "processDefinitionId": ask.of_definition(ProcessDefinition.id),
    "processDefinitionIdIn": lambda names: ProcessDefinition.id.in_(
        map(ask.definition_number, names)
    ),
    "name": ask.equals(ProcessDefinition.name),
    "nameLike": ask.alike(ProcessDefinition.name),
    "deploymentId": ask.numbered(ProcessDefinition.deployment_id),
    "deployedAfter": lambda value: ProcessDefinition.deployed_at > value,
    "deployedAt": ask.equals(ProcessDefinition.deployed_at),
    "key": ask.equals(ProcessDefinition.key),
    "keysIn": ask.within(ProcessDefinition.key),
    "keyLike": ask.alike(ProcessDefinition.key),
    "category": ask.equals(_CATEGORY),
    "categoryLike": ask.alike(_CATEGORY),
    "version": ask.equals(ProcessDefinition.version),
    "latestVersion": lambda wanted: _latest() if wanted else true(),
    "resourceName": ask.equals(ProcessDefinition.resource),
    "resourceNameLike": ask.alike(ProcessDefinition.resource),
    "active": ask.when(ProcessDefinition.suspended.is_(False)),
    "suspended": ask.when(ProcessDefinition.suspended.is_(True)),
    "tenantIdIn": ask.never,
    "withoutTenantId": ask.always,
    "includeProcessDefinitionsWithoutTenantId": ask.always,
    "versionTag": ask.equals(_TAG),
    "versionTagLike": ask.alike(_TAG),
    "withoutVersionTag": ask.when(or_(_TAG.is_(None), _TAG == "")),
    "startableInTasklist": _startable,
    "notStartableInTasklist": ask.when(not_(func.coalesce(_STARTABLE, True))),
    "startableBy": lambda login: ask.alike(_STARTERS)(f'%"{login}"%'),
    "startablePermissionCheck": ask.always,
}
PROCESS_ORDER: dict[str, ask.Column] = {
    "category": _CATEGORY,
    "key": ProcessDefinition.key,
    "id": ProcessDefinition.id,
    "name": ProcessDefinition.name,
    "version": ProcessDefinition.version,
    "deploymentId": ProcessDefinition.deployment_id,
    "deployTime": ProcessDefinition.deployed_at,
    "tenantId": ProcessDefinition.id,
    "versionTag": _TAG,
}


def process_definitions(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return the process definitions asked for, as 1-tuples."""
    return session.execute(
        ask.page(_wanted(viewer, asked), asked, PROCESS_ORDER, ProcessDefinition.id)
    ).all()


def count_process_definitions(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many process definitions would be found."""
    return ask.count(session, _wanted(viewer, asked))


def _wanted(viewer: Viewer, asked: Asked) -> ask.Statement:
    filters = {**PROCESS_FILTERS, **_incidents(viewer)}
    return select(ProcessDefinition).where(*ask.conditions(asked, filters))


def process_definition(
    session: Session, *, number: int | None = None, key: str | None = None
) -> ProcessDefinition | None:
    """Return one definition by its row's number, or the newest of a key."""
    if number is not None:
        return session.get(ProcessDefinition, number)
    return session.scalar(
        select(ProcessDefinition)
        .where(ProcessDefinition.key == key)
        .order_by(ProcessDefinition.version.desc())
        .limit(1)
    )
