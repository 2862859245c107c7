"""The order in which a batch locks what its jobs will change.

Processes before cases, each by their ids: whoever locks in this order never waits in a circle
with another who does. Jobs themselves are locked last, and read after what they belong to.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from engine import db
from engine.commands import batches, instances, scheduled, starts
from engine.models import Batch, Job, ProcessDefinition, ProcessInstance, Subscription


def lock(session: Session, jobs: Sequence[Job]) -> None:
    """Lock the processes and the cases of a batch. On SQLite each writer is alone anyway."""
    if not db.is_postgres(session):
        return
    switches = [scheduled.of_job(job) for job in jobs if job.kind == scheduled.KIND]
    wanted = {job.definition_id for job in jobs if job.kind == "start"}
    if wanted or switches:
        keys = select(ProcessDefinition.key).where(ProcessDefinition.id.in_(wanted))
        starts.lock(session, set(session.scalars(keys)) | scheduled.keys(session, switches))
    cases = {job.instance_id for job in jobs if job.instance_id}
    cases.update(_of_pieces(session, jobs))
    cases.update(_of_messages(session, jobs))
    cases.update(scheduled.cases(session, switches))
    instances.lock_cases(session, cases)


def _of_pieces(session: Session, jobs: Sequence[Job]) -> Iterator[str]:
    """Yield the cases that pieces of batches will change."""
    for job in jobs:
        if job.kind != batches.KIND:
            continue
        batch = session.get(Batch, job.topic or "")
        if batch is not None:
            yield from batches.cases_of(session, batch, (job.payload or {}).get("ids", ()))


def _of_messages(session: Session, jobs: Sequence[Job]) -> Iterator[str]:
    """Yield the cases that wait for the messages, as far as they do by now."""
    sent = {
        (job.topic or "", str((job.payload or {}).get("correlation") or ""))
        for job in jobs
        if job.kind == "message"
    }
    if not sent:
        return
    waiting = (
        select(Subscription.instance_id)
        .join(ProcessInstance, ProcessInstance.id == Subscription.instance_id)
        .where(
            Subscription.kind == "message",
            tuple_(Subscription.name, Subscription.correlation).in_(sent),
        )
    )
    yield from (found for found in session.scalars(waiting) if found is not None)
