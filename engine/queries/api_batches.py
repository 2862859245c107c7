"""Batches: those at work with how far they are, and all there ever were."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from engine.models import Batch, Job
from engine.queries import asked as ask
from engine.queries.access import Viewer
from engine.queries.asked import Asked

_failing = exists(
    select(Job.id)
    .where(Job.kind == "batch", Job.topic == Batch.id, Job.status == "failed")
    .correlate(Batch)
)

FILTERS: ask.Filters = {
    "batchId": ask.equals(Batch.id),
    "type": ask.equals(Batch.kind),
    "tenantIdIn": ask.never,
    "withoutTenantId": ask.always,
    "completed": lambda value: Batch.ended_at.is_not(None) if value else Batch.ended_at.is_(None),
    "suspended": lambda value: Batch.suspended.is_(value),
    "createdBy": ask.equals(Batch.created_by),
    "createUserId": ask.equals(Batch.created_by),
    "withFailures": ask.when(_failing),
    "withoutFailures": ask.when(~_failing),
    "hasFailure": lambda value: _failing if value else ~_failing,
    "startedAfter": ask.from_(Batch.created_at),
    "startedBefore": ask.until(Batch.created_at),
}
ORDER = {
    "batchId": Batch.id,
    "tenantId": Batch.id,
    "startTime": Batch.created_at,
    "endTime": Batch.ended_at,
}


def _wanted(asked: Asked) -> ask.Statement:
    return select(Batch).where(Batch.ended_at.is_(None), *ask.conditions(asked, FILTERS))


def batches(session: Session, _: Viewer, asked: Asked) -> Sequence[Any]:
    """Return the batches asked for, as 1-tuples."""
    return session.execute(ask.page(_wanted(asked), asked, ORDER, Batch.id)).all()


def count_batches(session: Session, _: Viewer, asked: Asked) -> int:
    """Return how many batches would be found."""
    return ask.count(session, _wanted(asked))


def progress(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return (Batch, jobs left, jobs failed) of the batches asked for."""
    found = [row[0] for row in batches(session, viewer, asked)]
    counted: dict[str, dict[str, int]] = {}
    for batch, status, number in session.execute(
        select(Job.topic, Job.status, func.count())
        .where(Job.kind == "batch", Job.topic.in_([batch.id for batch in found]))
        .group_by(Job.topic, Job.status)
    ):
        counted.setdefault(batch or "", {})[status] = number
    return [
        (
            batch,
            counted.get(batch.id, {}).get("open", 0) + counted.get(batch.id, {}).get("failed", 0),
            counted.get(batch.id, {}).get("failed", 0),
        )
        for batch in found
    ]


def all_batches(session: Session, _: Viewer, asked: Asked) -> Sequence[Any]:
    """Return the batches asked for, done or not, as 1-tuples."""
    found = select(Batch).where(*ask.conditions(asked, FILTERS))
    return session.execute(ask.page(found, asked, ORDER, Batch.id)).all()


def count_all_batches(session: Session, _: Viewer, asked: Asked) -> int:
    """Return how many batches would be found, done or not."""
    return ask.count(session, select(Batch).where(*ask.conditions(asked, FILTERS)))
