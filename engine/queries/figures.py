"""How the installation does, in figures: what an operator watches. No case, no person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from engine import clock
from engine.jobs.claim import case_of, owed
from engine.jobs.heartbeat import SILENT
from engine.models import (
    Heartbeat,
    HumanTask,
    Incident,
    Job,
    Outbox,
    ProcessInstance,
    Subscription,
)

#: Finished timers the lateness is computed from, the most recently due ones.
SAMPLE = 1_000


@dataclass
class Figures:
    """One look at the database. Seconds are engine time, except those of workers."""

    #: Seconds each of the last timers came too late, ascending.
    lateness: list[float] = field(default_factory=list)
    oldest_due: float = 0.0
    #: (kind, status) → jobs that are not done: open, failed, parked.
    jobs: dict[tuple[str, str], int] = field(default_factory=dict)
    #: Open jobs that failed at least once and will be tried again.
    failing: int = 0
    completions: int = 0
    tasks_open: int = 0
    incidents: int = 0
    #: role → processes that were seen lately.
    workers: dict[str, int] = field(default_factory=dict)
    silent: int = 0
    drained: int = 0
    #: Seconds since some worker last looked for work; None when none ever did.
    drain_age: float | None = None
    undelivered: int = 0
    oldest_outbox: float = 0.0
    instances: dict[str, int] = field(default_factory=dict)
    stranded: int = 0


def figures(session: Session) -> Figures:
    """Compute everything. The cost is that of a few index scans and counts."""
    now = clock.now()
    found = Figures(lateness=_lateness(session))
    _jobs(session, found, now)
    _workers(session, found)
    found.completions, found.tasks_open = (
        session.scalar(select(func.count(HumanTask.id)).where(HumanTask.status == status)) or 0
        for status in ("completed", "open")
    )
    found.incidents = (
        session.scalar(select(func.count(Incident.id)).where(Incident.resolved_at.is_(None))) or 0
    )
    found.undelivered, oldest = session.execute(
        select(func.count(Outbox.id), func.min(Outbox.due_at)).where(
            Outbox.sent_at.is_(None), Outbox.due_at <= now
        )
    ).one()
    found.oldest_outbox = _age(oldest, now)
    by_status = select(ProcessInstance.status, func.count()).group_by(ProcessInstance.status)
    found.instances = {row[0]: row[1] for row in session.execute(by_status)}
    found.stranded = session.scalar(stranded()) or 0
    return found


def quantile(ascending: list[float], part: float) -> float:
    """Return the value below which this part of the sample lies; 0 for an empty sample."""
    return ascending[min(int(len(ascending) * part), len(ascending) - 1)] if ascending else 0.0


def _lateness(session: Session) -> list[float]:
    rows = session.execute(
        select(Job.due_at, Job.done_at)
        .where(Job.status == "done", Job.kind == "timer", Job.done_at.is_not(None))
        .order_by(Job.due_at.desc())
        .limit(SAMPLE)
    )
    return sorted(max((row.done_at - row.due_at).total_seconds(), 0.0) for row in rows)


def _jobs(session: Session, found: Figures, now: datetime) -> None:
    found.jobs = {
        (row[0], row[1]): row[2]
        for row in session.execute(
            select(Job.kind, Job.status, func.count())
            .where(Job.status.in_(("open", "failed", "parked")))
            .group_by(Job.kind, Job.status)
        )
    }
    found.failing = (
        session.scalar(
            select(func.count(Job.id)).where(Job.status == "open", Job.error.is_not(None))
        )
        or 0
    )
    oldest = session.scalar(
        select(func.min(Job.due_at))
        .outerjoin(*case_of())
        .where(*owed(), or_(Job.not_before.is_(None), Job.not_before <= clock.real()))
    )
    found.oldest_due = _age(oldest, now)


def _workers(session: Session, found: Figures) -> None:
    now = clock.real()
    looked: list[datetime] = []
    for row in session.scalars(select(Heartbeat).where(Heartbeat.at > now - timedelta(hours=1))):
        found.drained += row.drained
        looked += [row.drained_at] if row.drained_at else []
        if now - row.at > SILENT:
            found.silent += 1
        else:
            found.workers[row.role] = found.workers.get(row.role, 0) + 1
    if looked:
        found.drain_age = _age(max(looked), now)


def _age(moment: datetime | None, now: datetime) -> float:
    return max((now - moment).total_seconds(), 0.0) if moment else 0.0


def stranded() -> Select[int]:
    """Select the count of active instances that wait for nothing: there should be none."""
    child = aliased(ProcessInstance)
    mine = ProcessInstance.id
    waits = or_(
        exists().where(HumanTask.instance_id == mine, HumanTask.status == "open"),
        exists().where(Job.instance_id == mine, Job.status.in_(("open", "failed", "parked"))),
        exists().where(Subscription.instance_id == mine),
        exists().where(child.parent_id == mine, child.status.in_(("active", "suspended"))),
    )
    return select(func.count()).where(and_(ProcessInstance.status == "active", ~waits))
