"""Decisions that somebody asked without a case. Who asked sees them, and who sees every case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session

from engine.commands import definitions
from engine.decisions.table import Table
from engine.models import DecisionDefinition, DecisionEvaluation
from engine.queries import asked as ask
from engine.queries.access import Viewer
from engine.queries.asked import Asked
from engine.queries.records.cases import BY_CASE
from engine.queries.records.decided import Decided, fill

E = DecisionEvaluation
#: What no decision without a case has.
_OF_CASES = [name for name in (*BY_CASE, "activityIdIn") if name != "withoutTenantId"]

FILTERS: ask.Filters = {
    **dict.fromkeys(_OF_CASES, ask.never),
    "decisionInstanceId": ask.equals(E.id),
    "decisionInstanceIdIn": ask.within(E.id),
    "decisionDefinitionId": ask.equals(E.definition_id),
    "decisionDefinitionIdIn": ask.within(E.definition_id),
    "decisionDefinitionKey": ask.equals(E.decision),
    "decisionDefinitionKeyIn": ask.within(E.decision),
    "decisionDefinitionName": ask.equals(E.name),
    "decisionDefinitionNameLike": ask.alike(E.name),
    "decisionRequirementsDefinitionId": ask.equals(E.graph_id),
    "decisionRequirementsDefinitionKey": ask.equals(E.graph_key),
    "evaluatedBefore": ask.until(E.evaluated_at),
    "evaluatedAfter": ask.from_(E.evaluated_at),
    "userId": ask.equals(E.evaluated_by),
    "rootDecisionInstanceId": lambda name: or_(E.id == name, E.asked_id == name),
    "rootDecisionInstancesOnly": ask.when(E.asked_id.is_(None)),
}


def seen(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which an evaluation is visible."""
    return true() if viewer.scope == "all" else E.evaluated_by == viewer.id


def found(
    session: Session, viewer: Viewer, asked: Asked, *, whole: bool = False
) -> Iterator[Decided]:
    """Yield the visible evaluations that the filters leave, in the order that was asked for.

    Args:
        whole: all of them; else no more than the end of the window needs.
    """
    told = bool(asked.get("includeInputs") or asked.get("includeOutputs"))
    columns: list[Any] = [
        E.id, E.asked_id, E.decision, E.name, E.definition_id, E.version, E.evaluated_at,
        E.evaluated_by, E.graph_id, E.graph_key, E.graph_version, E.collected, E.removal_at,
    ]  # fmt: skip
    rows = session.execute(
        select(*columns, *([E.told] if told else []))
        .where(seen(viewer), *ask.conditions(asked, FILTERS))
        .order_by(_first(asked), func.coalesce(E.asked_id, E.id), E.place)
        .limit(None if whole else asked.first + min(ask.MOST, asked.limit or ask.MOST))
    )
    tables: dict[int | None, Table | None] = {}
    for row in rows:
        one = Decided(
            None,
            row.id,
            row.asked_id,
            row.decision,
            row.name,
            row.definition_id,
            row.version,
            row.evaluated_at,
            row.evaluated_by,
            graph=(row.graph_id, row.graph_key, row.graph_version) if row.graph_id else None,
            collected=row.collected,
            removal_at=row.removal_at,
        )
        if told:
            if row.definition_id not in tables:
                known = session.get(DecisionDefinition, row.definition_id or 0)
                tables[row.definition_id] = table_of(session, known)
            fill(one, row.told, tables[row.definition_id])
        yield one


def _first(asked: Asked) -> ColumnElement[Any]:
    order = next((one for one in asked.sorting if one.key == "evaluationTime"), None)
    backwards = order is not None and order.descending
    return E.evaluated_at.desc() if backwards else E.evaluated_at.asc()


def table_of(session: Session, row: DecisionDefinition | None) -> Table | None:
    """Return the table of a decision, if it is one."""
    if row is None:
        return None
    return definitions.decision_model(session, row.sha, row.deployment_id).decisions[row.key].table


def count(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many evaluations the filters leave."""
    return total(session, viewer, *ask.conditions(asked, FILTERS))


def total(session: Session, viewer: Viewer, *where: ColumnElement[bool]) -> int:
    """Count visible evaluations."""
    return session.scalar(select(func.count(E.id)).where(seen(viewer), *where)) or 0
