"""How decisions and the graphs they belong to look in an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy.orm import Session

from engine.commands import definitions
from engine.models import DecisionDefinition
from engine.queries import api_requirements
from engine.queries.api_requirements import Graph
from web.api import names


def decisions(session: Session, rows: Iterable[DecisionDefinition]) -> Iterator[dict[str, Any]]:
    """Return decisions, each with the graph it is part of."""
    graphs = {(one.deployment_id, one.resource): one for one in api_requirements.graphs(session)}
    for row in rows:
        yield _decision(session, row, graphs.get((row.deployment_id, row.resource)))


def _decision(session: Session, row: DecisionDefinition, graph: Graph | None) -> dict[str, Any]:
    model = definitions.decision_model(session, row.sha, row.deployment_id)
    return {
        "id": names.definition_of(row),
        "key": row.key,
        "category": model.namespace or None,
        "name": row.name,
        "version": row.version,
        "resource": row.resource,
        "deploymentId": str(row.deployment_id),
        "decisionRequirementsDefinitionId": graph_id(graph) if graph else None,
        "decisionRequirementsDefinitionKey": graph.key if graph else None,
        "tenantId": None,
        "historyTimeToLive": definitions.decision_days(session, row),
        "versionTag": row.version_tag,
    }


def graph_id(graph: Graph) -> str:
    """Return the name of a decision requirements graph."""
    return names.definition_id(graph.key, graph.version, graph.number)


def requirements(one: Graph) -> dict[str, Any]:
    """Return a graph."""
    return {
        "id": graph_id(one),
        "key": one.key,
        "category": one.category or None,
        "name": one.name,
        "version": one.version,
        "resource": one.resource,
        "deploymentId": str(one.deployment_id),
        "tenantId": None,
    }
