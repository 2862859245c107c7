"""Running instances as the REST interface asks for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, exists, select, true
from sqlalchemy.orm import Session, aliased

from engine.models import Incident, ProcessDefinition, ProcessInstance
from engine.queries import asked as ask
from engine.queries.access import Viewer, visible
from engine.queries.asked import Asked
from engine.queries.positions import RUNNING, positions
from engine.queries.records.incidents import KIND

_child = aliased(ProcessInstance)


def _incident(condition: Callable[[Any], ColumnElement[bool]]) -> Any:
    return lambda value: exists(
        select(Incident.id).where(
            Incident.instance_id == ProcessInstance.id,
            Incident.resolved_at.is_(None),
            condition(value),
        )
    )


def _standing_at(elements: Sequence[str]) -> ColumnElement[bool]:
    at = positions().subquery()
    return ProcessInstance.id.in_(select(at.c.instance_id).where(at.c.element_id.in_(elements)))


def _super(value: str) -> ColumnElement[bool]:
    return ProcessInstance.parent_id == value


def _sub(value: str) -> ColumnElement[bool]:
    return ProcessInstance.id.in_(select(_child.parent_id).where(_child.id == value))


_has_child = exists(
    select(_child.id).where(_child.parent_id == ProcessInstance.id, _child.status.in_(RUNNING))
).correlate(ProcessInstance)

FILTERS: ask.Filters = {
    "processInstanceIds": ask.within(ProcessInstance.id),
    "processInstanceIdNotIn": ask.outside(ProcessInstance.id),
    "processInstanceId": ask.equals(ProcessInstance.id),
    "businessKey": ask.equals(ProcessInstance.business_key),
    "processInstanceBusinessKey": ask.equals(ProcessInstance.business_key),
    "businessKeyLike": ask.alike(ProcessInstance.business_key),
    "caseInstanceId": ask.never,
    "processDefinitionId": ask.of_definition(ProcessInstance.definition_id),
    "processDefinitionKey": ask.equals(ProcessInstance.process_key),
    "processDefinitionKeyIn": ask.within(ProcessInstance.process_key),
    "processDefinitionKeyNotIn": ask.outside(ProcessInstance.process_key),
    "deploymentId": ask.numbered(ProcessDefinition.deployment_id),
    "superProcessInstance": _super,
    "subProcessInstance": _sub,
    "superCaseInstance": ask.never,
    "subCaseInstance": ask.never,
    "active": ask.when(ProcessInstance.status == "active"),
    "suspended": ask.when(ProcessInstance.status == "suspended"),
    "withIncident": lambda wanted: _incident(lambda _: true())(None) if wanted else true(),
    "incidentId": _incident(ask.numbered(Incident.id)),
    "incidentType": _incident(ask.equals(KIND)),
    "incidentMessage": _incident(ask.equals(Incident.message)),
    "incidentMessageLike": _incident(ask.alike(Incident.message)),
    "tenantIdIn": ask.never,
    "withoutTenantId": ask.always,
    "processDefinitionWithoutTenantId": ask.always,
    "activityIdIn": _standing_at,
    "rootProcessInstances": ask.when(ProcessInstance.parent_id.is_(None)),
    "leafProcessInstances": ask.when(~_has_child),
}
ORDER: dict[str, ask.Column] = {
    "instanceId": ProcessInstance.id,
    "definitionKey": ProcessInstance.process_key,
    "definitionId": ProcessInstance.definition_id,
    "tenantId": ProcessInstance.id,
    "businessKey": ProcessInstance.business_key,
}


def instances(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return (ProcessInstance, ProcessDefinition) of running instances."""
    statement = ask.page(wanted(viewer, asked), asked, ORDER, ProcessInstance.id)
    return session.execute(statement).all()


def count_instances(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many running instances would be found."""
    return ask.count(session, wanted(viewer, asked))


def ids(session: Session, viewer: Viewer, asked: Asked) -> list[str]:
    """Return the ids of every running instance that is asked for: what a batch works on."""
    found = wanted(viewer, asked).with_only_columns(ProcessInstance.id)
    return list(session.scalars(found.order_by(ProcessInstance.id)))


def wanted(viewer: Viewer, asked: Asked) -> ask.Statement:
    """Return the query of running instances, not yet sorted or cut."""
    return (
        select(ProcessInstance, ProcessDefinition)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(
            ProcessInstance.status.in_(RUNNING),
            visible(viewer, ProcessInstance.root_id.expression),
            *conditions(asked),
            *ask.either(asked, conditions),
        )
    )


def conditions(asked: Asked) -> list[ColumnElement[bool]]:
    """Return what is asked of the instance itself, without `orQueries`."""
    held = [*asked.get("variables", ()), *asked.get("processVariables", ())]
    return [*ask.conditions(asked, FILTERS), *ask.variables(ProcessInstance.id, held, asked)]
