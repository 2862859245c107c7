"""Decision requirements graphs: DMN files of more than one decision, as Camunda lists them.

A graph is no row of its own: it is the decisions that one deployment brought in one file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.commands import definitions
from engine.models import DecisionDefinition
from engine.queries import asked as ask
from engine.queries.access import Viewer
from engine.queries.asked import Asked
from engine.queries.records import sifting
from engine.queries.records.sifting import Order, Tests


@dataclass(frozen=True)
class Graph:
    """One file's graph. Its number is that of its first decision."""

    number: int
    key: str
    version: int
    name: str
    deployment_id: int
    resource: str
    sha: str
    #: The file's `namespace`.
    category: str


TESTS: Tests = {
    "decisionRequirementsDefinitionId": sifting.same(lambda it: it.number),
    "decisionRequirementsDefinitionIdIn": sifting.one_of(lambda it: it.number),
    "key": sifting.same(lambda it: it.key),
    "keyLike": sifting.alike(lambda it: it.key),
    "name": sifting.same(lambda it: it.name),
    "nameLike": sifting.alike(lambda it: it.name),
    "version": sifting.same(lambda it: it.version),
    "deploymentId": lambda name: lambda it: it.deployment_id == ask.number(name),
    "resourceName": sifting.same(lambda it: it.resource),
    "resourceNameLike": sifting.alike(lambda it: it.resource),
    "category": sifting.same(lambda it: it.category),
    "categoryLike": sifting.alike(lambda it: it.category),
    "tenantIdIn": sifting.nothing,
}
ORDER: Order = {
    "id": lambda it: it.number,
    "key": lambda it: it.key,
    "name": lambda it: it.name,
    "version": lambda it: it.version,
    "deploymentId": lambda it: it.deployment_id,
    "category": lambda it: it.category,
    "tenantId": lambda _: None,
}


def graphs(session: Session) -> list[Graph]:
    """Return every graph, in the order they were published."""
    rows = session.execute(
        select(
            func.min(DecisionDefinition.id),
            DecisionDefinition.deployment_id,
            DecisionDefinition.resource,
            DecisionDefinition.sha,
        )
        .group_by(
            DecisionDefinition.deployment_id, DecisionDefinition.resource, DecisionDefinition.sha
        )
        .having(func.count(DecisionDefinition.id) > 1)
        .order_by(func.min(DecisionDefinition.id))
    )
    versions: dict[str, int] = {}
    found = []
    for first, deployment, resource, sha in rows:
        model = definitions.decision_model(session, sha, deployment)
        version = versions[model.id] = versions.get(model.id, 0) + 1
        found.append(
            Graph(first, model.id, version, model.name, deployment, resource, sha, model.namespace)
        )
    return found


def graph_of(session: Session, row: DecisionDefinition) -> Graph | None:
    """Return the graph a decision belongs to; None if it stands alone in its file."""
    if len(definitions.decision_model(session, row.sha, row.deployment_id).decisions) < 2:
        return None  # most stand alone
    place = (row.deployment_id, row.resource)
    return next(
        (one for one in graphs(session) if (one.deployment_id, one.resource) == place), None
    )


def requirements(session: Session, _: Viewer, asked: Asked) -> Sequence[Any]:
    """Return the graphs that are asked for, each in a tuple of one."""
    return [(one,) for one in sifting.window(_found(session, asked), asked, ORDER)]


def count_requirements(session: Session, _: Viewer, asked: Asked) -> int:
    """Return how many graphs would be found."""
    return len(_found(session, asked))


def _found(session: Session, asked: Asked) -> list[Graph]:
    found = graphs(session)
    if asked.get("latestVersion"):
        newest = {one.key: one for one in found}
        found = [one for one in found if newest[one.key] is one]
    return sifting.sift(found, asked, TESTS)
