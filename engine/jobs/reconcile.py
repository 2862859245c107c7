"""Once a minute: what should have moved and did not."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session

from engine import clock, db, sqlite_file
from engine.attachments import storage
from engine.commands import incidents
from engine.commands.rows import MESSAGE_TTL
from engine.jobs import claim
from engine.jobs.heartbeat import KEPT
from engine.models import (
    DecisionEvaluation,
    Draft,
    Heartbeat,
    HistoryEvent,
    HumanTask,
    Job,
    ProcessInstance,
)

log = structlog.get_logger()

#: Finished jobs are kept so long for the monitor.
KEEP_DONE = timedelta(days=30)
#: How often files that no case took are looked for.
SWEEP_EVERY = timedelta(hours=1)

_swept_at = clock.real() - SWEEP_EVERY


def reconcile() -> dict[str, int]:
    """Expire messages nobody waited for, prune what was kept long enough, report what is late."""
    now = clock.now()
    with db.transaction() as session:
        expired = _expire(session, now)
        # Jobs of an instance stay as its job log until its history goes.
        over = and_(Job.status.in_(("done", "cancelled")), Job.done_at < now - KEEP_DONE)
        incidents.erase_jobs(session, and_(Job.instance_id.is_(None), over))
        session.execute(delete(DecisionEvaluation).where(DecisionEvaluation.removal_at < now))
        closed = select(HumanTask.id).where(HumanTask.status != "open")
        session.execute(
            delete(Draft)
            .where(Draft.human_task_id.in_(closed))
            .execution_options(synchronize_session=False)
        )
        # A lease that ended without its worker: the next claim takes it anyway; the
        # token is cleared so that a frozen owner can no longer begin it. Who is at it still
        # holds the row, and nothing here waits for that.
        ended = (
            select(Job.id)
            .where(Job.status == "open", Job.lease.is_not(None), Job.not_before < clock.real())
            .with_for_update(skip_locked=True)
        )
        session.execute(
            update(Job)
            .where(Job.id.in_(ended))
            .values(lease=None)
            .execution_options(synchronize_session=False)
        )
        session.execute(delete(Heartbeat).where(Heartbeat.at < clock.real() - KEPT))
        late = claim.late(session)
    if late:
        log.warning("jobs are late", count=late)
    _sweep()
    if db.engine().dialect.name == "sqlite":
        sqlite_file.shorten_log(db.engine())
    return {"undelivered": expired, "late": late}


def _expire(session: Session, now: datetime) -> int:
    """Give up the messages that nobody waited for in time; tell it in their senders' history."""
    expired = session.scalars(
        select(Job)
        .where(Job.status == "parked", Job.due_at < now - MESSAGE_TTL)
        .with_for_update(skip_locked=True)  # somebody begins to wait for it just now
    ).all()
    for job in expired:
        job.status = "undelivered"
        sender = (job.payload or {}).get("from")
        root = session.scalar(select(ProcessInstance.root_id).where(ProcessInstance.id == sender))
        if sender and root:
            session.add(
                HistoryEvent(
                    instance_id=sender,
                    root_id=root,
                    at=now,
                    kind="undelivered",
                    actor="system",
                    data={"message": job.topic},
                )
            )
    return len(expired)


def _sweep() -> None:
    global _swept_at
    if clock.real() - _swept_at < SWEEP_EVERY:
        return
    _swept_at = clock.real()
    with db.reading() as session:
        removed = storage.sweep(session)
    if removed:
        log.info("files swept", removed=removed)
