"""Removing for good: a finished case with everything the engine knows of it, or a decision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.commands import erasure, instances
from engine.errors import InvalidInput
from engine.hooks import Actor
from engine.models import (
    DecisionEvaluation,
    Deployment,
    HistoryEvent,
    ProcessDefinition,
    ProcessInstance,
)

log = structlog.get_logger()


def forget(session: Session, instance_id: str, *, actor: Actor) -> None:
    """Delete a finished case: the instance and everything it called.

    Raises:
        NotFound: there is no such instance.
        InvalidInput: it has not ended, another one called it, or a record of an area
            refers to it.
    """
    row = instances.lock(session, instance_id)
    if row.parent_id is not None:
        raise InvalidInput("这个实例由上级流程调用，只能与上级流程一起删除。")
    if row.ended_at is None:
        raise InvalidInput("这个实例还没有结束，不能删除历史；请先终止它。")
    family = list(
        session.scalars(select(ProcessInstance.id).where(ProcessInstance.root_id == row.id))
    )
    erasure.erase(session, [row.id])
    session.expire_all()
    log.info("history deleted", instance=instance_id, instances=len(family), by=actor.id)


def of_the_office(session: Session, roots: Sequence[str]) -> set[str]:
    """Return which cases are the office's own: what they decided goes only with the whole case."""
    rows = session.scalars(
        select(ProcessInstance.id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .join(Deployment, Deployment.id == ProcessDefinition.deployment_id)
        .where(ProcessInstance.id.in_(roots), Deployment.source != "rest")
    )
    return set(rows)


def cases_of(session: Session, names: Sequence[str]) -> list[str]:
    """Return the instances in which decisions were asked; none for those asked by themselves."""
    lines = [line for name in names if (line := _line(name)[0]) is not None]
    found = select(HistoryEvent.instance_id).where(HistoryEvent.id.in_(lines)).distinct()
    return list(session.scalars(found))


def forget_decision(session: Session, name: str, *, actor: Actor) -> None:
    """Delete one evaluation of a decision; those that it required, or that required it, stay."""
    alone = session.get(DecisionEvaluation, name)
    number, place = _line(name)
    line = session.get(HistoryEvent, number) if number is not None else None
    if alone is not None:
        session.delete(alone)
    elif line is not None:
        left = _without(line.data or {}, place)
        if left is None:
            session.delete(line)
        else:
            line.data = left
    log.info("evaluation deleted", evaluation=name, by=actor.id)


def _line(name: str) -> tuple[int | None, int]:
    """Return the history line that tells an evaluation, and its place in it."""
    number, _, place = name.partition("-")
    if len(number) > 18 or not (number + place).isdecimal():
        return None, 0
    return int(number), int(place or 0)


def _without(data: Mapping[str, Any], place: int) -> dict[str, Any] | None:
    """Return a line's data without one of its evaluations; None when no other is left."""
    order: list[str] = []
    left: set[str] = set()

    def pruned(told: Mapping[str, Any]) -> dict[str, Any]:
        key = str(told.get("decision") or data.get("decision"))
        if key not in order:
            order.append(key)
        is_meant = order.index(key) == place
        if not is_meant and not told.get("deleted"):
            left.add(key)
        below = [pruned(one) for one in told.get("requires") or () if one]
        kept = {"decision": key, "deleted": True} if is_meant else dict(told)
        return {**kept, "requires": below} if below else kept

    explanation = pruned(data.get("explanation") or {})
    return {**data, "explanation": explanation} if left else None
