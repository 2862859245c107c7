"""Decisions that are asked by themselves: what stays of them.

A case tells its decisions in `decided` lines. Who asks one without a case leaves rows of
`DecisionEvaluation`, one for it and one for every decision it required.

An office's own tables route by codes; a text that no table of the file names is none of these
and may be a name or a worker's words, so it is not kept. What came over REST is kept as it
is, like the variables of processes that came that way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine import clock, retention
from engine.commands import decided, definitions
from engine.decisions.result import Result
from engine.hooks import Actor
from engine.models import DecisionDefinition, DecisionEvaluation, Deployment, new_id
from engine.queries import api_requirements
from engine.state import values

#: Where deployments come from whose variables and decisions are the callers' own affair.
FREE = "rest"


def keep(session: Session, row: DecisionDefinition, result: Result, *, actor: Actor) -> str:
    """Write down a decision that was asked by itself; return the id of the evaluation.

    Args:
        result: with its explanation.
    """
    facts = definitions.decision_facts(session, row.sha, row.deployment_id)
    source = session.scalar(select(Deployment.source).where(Deployment.id == row.deployment_id))
    codes = None if source == FREE else facts.codes
    days = definitions.decision_days(session, row)
    now, asked = clock.now(), new_id()
    beside = _beside(session, row) if result.required else {}
    graph = api_requirements.graph_of(session, row)
    for place, (key, one) in enumerate(_once(result).items()):
        definition = beside.get(key) if place else row
        session.add(
            DecisionEvaluation(
                id=new_id() if place else asked,
                asked_id=asked if place else None,
                place=place,
                decision=key,
                name=one.decision,
                definition_id=definition.id if definition else None,
                version=definition.version if definition else None,
                graph_id=graph.number if graph else None,
                graph_key=graph.key if graph else None,
                graph_version=graph.version if graph else None,
                evaluated_at=now,
                evaluated_by=actor.id,
                told=_told(one, codes),
                collected=decided.collected(one),
                removal_at=retention.until(now, days),
            )
        )
    return asked


def set_removal(
    session: Session,
    name: str,
    at: datetime | None,
    *,
    calculated: bool = False,
    hierarchical: bool = False,
) -> None:
    """Say when an evaluation may go, None for never; one that went meanwhile is no error.

    Args:
        calculated: as the decision's time to live says now, whatever `at` is.
        hierarchical: together with all that was evaluated for the same question.
    """
    row = session.get(DecisionEvaluation, name)
    if row is None:
        return
    asked = row.asked_id or row.id
    family = session.scalars(
        select(DecisionEvaluation).where(
            or_(DecisionEvaluation.id == asked, DecisionEvaluation.asked_id == asked)
        )
    ).all()
    if calculated:
        root = next((one for one in family if one.id == asked), row)
        definition = session.get(DecisionDefinition, root.definition_id or 0)
        days = definitions.decision_days(session, definition) if definition else None
        at = retention.until(root.evaluated_at, days)
    for one in family if hierarchical else [row]:
        one.removal_at = at


def _beside(session: Session, row: DecisionDefinition) -> dict[str, DecisionDefinition]:
    """Return the decisions of the same file by key."""
    same = session.scalars(
        select(DecisionDefinition).where(
            DecisionDefinition.deployment_id == row.deployment_id,
            DecisionDefinition.resource == row.resource,
        )
    )
    return {one.key: one for one in same}


def _once(result: Result) -> dict[str, Result]:
    """Return every decision that was answered, by key, the one that was asked first."""
    found: dict[str, Result] = {}
    for one in _all(result):
        found.setdefault(str((one.explanation or {}).get("decision")), one)
    return found


def _all(result: Result) -> Iterator[Result]:
    yield result
    for one in result.required:
        if one.explanation:  # what an imported file answered is told by its value alone
            yield from _all(one)


def _told(result: Result, codes: Set[str] | None) -> dict[str, Any]:
    """Return inputs and outputs; those that may not be kept are named as `withheld`."""
    inputs = []
    if result.answer is not None:
        for column, value in zip(result.answer.table.inputs, result.answer.values, strict=True):
            part = {"id": column.id, "label": column.label}
            open_ = _may_stay(value, codes)
            inputs.append(
                {**part, "exact": decided.exact(value)} if open_ else {**part, "withheld": True}
            )
    outputs: list[list[Any]] = []
    for rule, row in decided.outputs(result):
        kept = {name: one for name, one in row.items() if _may_stay(values.decode(one), codes)}
        gone = [name for name in row if name not in kept]
        outputs.append([rule, kept, gone] if gone else [rule, kept])
    return {"inputs": inputs, "outputs": outputs}


def _may_stay(value: Any, codes: Set[str] | None) -> bool:
    """Say whether a value may stand in history: a code, a number, a truth, a moment.

    Args:
        codes: the texts that are codes; None: whatever it is.
    """
    if codes is None:
        return True
    if isinstance(value, str):
        return value in codes
    if isinstance(value, list):
        return all(_may_stay(one, codes) for one in value)
    return not isinstance(value, Mapping | bytes | values.FileContent | values.FileReference)
