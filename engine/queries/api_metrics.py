"""Counts of what happened in a period, by Camunda's names of its metrics."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from engine.models import DecisionEvaluation, HistoryEvent, Job, ProcessInstance
from engine.queries.access import Viewer
from engine.queries.records import cases, evaluations
from engine.queries.records.decisions import KIND

DECIDED = HistoryEvent.kind == KIND
#: Name → what is counted, by which moment, under which condition.
COUNTED: dict[str, tuple[Any, Any, ColumnElement[bool]]] = {
    "root-process-instance-start": (
        ProcessInstance.id, ProcessInstance.started_at, ProcessInstance.parent_id.is_(None),
    ),
    "process-instances": (
        ProcessInstance.id, ProcessInstance.started_at, ProcessInstance.parent_id.is_(None),
    ),
    "executed-decision-instances": (HistoryEvent.id, HistoryEvent.at, DECIDED),
    "decision-instances": (HistoryEvent.id, HistoryEvent.at, DECIDED),
    "job-successful": (Job.id, Job.done_at, Job.status == "done"),
    "job-failed": (HistoryEvent.id, HistoryEvent.at, HistoryEvent.kind == "failed"),
}  # fmt: skip


def total(
    session: Session, viewer: Viewer, name: str, begun: datetime | None, ended: datetime | None
) -> int:
    """Return a metric's sum over a period, of the cases this viewer may see."""
    counted, moment, condition = COUNTED[name]
    statement = select(func.count(counted)).where(condition, cases.seen(viewer))
    if counted.class_ is not ProcessInstance:
        statement = statement.join(
            ProcessInstance, ProcessInstance.id == counted.class_.instance_id
        )
    if begun is not None:
        statement = statement.where(moment >= begun)
    if ended is not None:
        statement = statement.where(moment <= ended)
    alone = 0
    if condition is DECIDED:  # asked by themselves, in no case
        asked_at = DecisionEvaluation.evaluated_at
        within = [asked_at >= begun] if begun is not None else []
        within += [asked_at <= ended] if ended is not None else []
        alone = evaluations.total(session, viewer, DecisionEvaluation.asked_id.is_(None), *within)
    return (session.scalar(statement) or 0) + alone
