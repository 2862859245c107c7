"""Published decisions and the files they stand in, as `/decision-definition` asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from engine.commands import definitions
from engine.models import DecisionDefinition, Deployment, Resource
from engine.queries import api_requirements
from engine.queries import asked as ask
from engine.queries.access import Viewer
from engine.queries.api_requirements import Graph
from engine.queries.asked import Asked
from engine.queries.records import sifting
from engine.queries.records.sifting import Tests

_newer = aliased(DecisionDefinition)
_LATEST = ~exists(
    select(_newer.id).where(
        _newer.key == DecisionDefinition.key, _newer.version > DecisionDefinition.version
    )
)
FILTERS: ask.Filters = {
    "decisionDefinitionId": ask.equals(DecisionDefinition.id),
    "decisionDefinitionIdIn": ask.within(DecisionDefinition.id),
    "name": ask.equals(DecisionDefinition.name),
    "nameLike": ask.alike(DecisionDefinition.name),
    "deploymentId": ask.numbered(DecisionDefinition.deployment_id),
    "deployedAfter": ask.from_(Deployment.deployed_at),
    "deployedAt": ask.equals(Deployment.deployed_at),
    "key": ask.equals(DecisionDefinition.key),
    "keyLike": ask.alike(DecisionDefinition.key),
    "version": ask.equals(DecisionDefinition.version),
    "latestVersion": ask.when(_LATEST),
    "resourceName": ask.equals(DecisionDefinition.resource),
    "resourceNameLike": ask.alike(DecisionDefinition.resource),
    "versionTag": ask.equals(DecisionDefinition.version_tag),
    "versionTagLike": ask.alike(DecisionDefinition.version_tag),
    "tenantIdIn": ask.never,
    "withoutTenantId": ask.always,
    "includeDecisionDefinitionsWithoutTenantId": ask.always,
}
#: Filters by the graph a decision belongs to.
GRAPHS = {
    "decisionRequirementsDefinitionId",
    "decisionRequirementsDefinitionKey",
    "withoutDecisionRequirementsDefinition",
}
CATEGORY: Tests = {
    "category": sifting.same(lambda it: it[1]),
    "categoryLike": sifting.alike(lambda it: it[1]),
}
ORDER: dict[str, ask.Column] = {
    "id": DecisionDefinition.id,
    "key": DecisionDefinition.key,
    "name": DecisionDefinition.name,
    "version": DecisionDefinition.version,
    "deploymentId": DecisionDefinition.deployment_id,
    "deployTime": Deployment.deployed_at,
    "category": DecisionDefinition.id,
    "versionTag": DecisionDefinition.version_tag,
    "tenantId": DecisionDefinition.id,
}


def decision_definitions(session: Session, _: Viewer, asked: Asked) -> Sequence[Any]:
    """Return the decisions that are asked for, each in a tuple of one.

    What is published is no secret: everybody with the scope sees every decision.
    """
    statement = ask.page(_wanted(session, asked), asked, ORDER, DecisionDefinition.id)
    return session.execute(statement).all()


def count_decision_definitions(session: Session, _: Viewer, asked: Asked) -> int:
    """Return how many decisions would be found."""
    return ask.count(session, _wanted(session, asked))


def _wanted(session: Session, asked: Asked) -> ask.Statement:
    where = [*ask.conditions(asked, FILTERS), *_of_category(session, asked)]
    graphs = api_requirements.graphs(session) if GRAPHS & asked.values.keys() else []
    for name, part in (
        ("decisionRequirementsDefinitionId", "number"),
        ("decisionRequirementsDefinitionKey", "key"),
    ):
        if name in asked:
            mine = [graph for graph in graphs if getattr(graph, part) == asked.get(name)]
            where.append(or_(false(), *(_within(graph) for graph in mine)))
    if asked.get("withoutDecisionRequirementsDefinition"):
        where += [~_within(graph) for graph in graphs]
    return (
        select(DecisionDefinition)
        .join(Deployment, Deployment.id == DecisionDefinition.deployment_id)
        .where(*where)
    )


def _of_category(session: Session, asked: Asked) -> list[ColumnElement[bool]]:
    """Return the condition on the files' namespaces, which only the files tell."""
    wanted = Asked({name: asked.get(name) for name in CATEGORY if name in asked})
    if not wanted.values:
        return []
    files = session.execute(
        select(DecisionDefinition.sha, func.min(DecisionDefinition.deployment_id)).group_by(
            DecisionDefinition.sha
        )
    )
    told = [
        (sha, definitions.decision_model(session, sha, deployment).namespace)
        for sha, deployment in files
    ]
    return [DecisionDefinition.sha.in_([sha for sha, _ in sifting.sift(told, wanted, CATEGORY)])]


def _within(graph: Graph) -> ColumnElement[bool]:
    return and_(
        DecisionDefinition.deployment_id == graph.deployment_id,
        DecisionDefinition.resource == graph.resource,
    )


def source(session: Session, row: DecisionDefinition) -> bytes:
    """Return the DMN file a decision stands in."""
    return session.get_one(Resource, row.sha).content
