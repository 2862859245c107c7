"""Taking due jobs so that nobody else runs them, and giving them back or up.

Leases are real time; what is due is decided by engine time. Attempts are counted here,
at the claim, so that a job that kills its worker is counted too.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session, aliased

from engine import clock, db, settings
from engine.models import HistoryEvent, Incident, Job, ProcessInstance

#: What the engine runs itself; external tasks are fetched by their workers.
OURS = ("timer", "message", "signal", "async", "start")


def claim(session: Session, limit: int, kinds: tuple[str, ...] = OURS) -> tuple[str, list[Job]]:
    """Take up to `limit` due jobs of different cases; return the token and the jobs."""
    real = clock.real()
    token = uuid4().hex
    chosen = _distinct(_candidates(session, limit * 4, kinds), limit)
    if not chosen:
        return token, []
    lease = timedelta(seconds=settings.current().job_lease_seconds)
    free = or_(Job.not_before.is_(None), Job.not_before <= real)
    session.execute(
        update(Job)
        .where(Job.id.in_(chosen), Job.status == "open", free)
        .values(attempts=Job.attempts + 1, lease=token, not_before=real + lease)
        .execution_options(synchronize_session=False)
    )
    jobs = session.scalars(
        select(Job)
        .where(Job.lease == token)
        .order_by(Job.due_at, Job.id)
        .execution_options(populate_existing=True)
    ).all()
    return token, list(jobs)


class Candidate(NamedTuple):
    """A due job that nobody holds."""

    id: int
    root_id: str | None
    #: Its last worker died: it may be what killed it, or it was only in the same batch.
    suspect: bool


def _candidates(session: Session, limit: int, kinds: tuple[str, ...]) -> list[Candidate]:
    real, now = clock.real(), clock.now()
    case = aliased(ProcessInstance)
    statement = (
        select(Job.id, case.root_id, and_(Job.attempts > 0, Job.error.is_(None)))
        .outerjoin(case, case.id == Job.instance_id)
        .where(
            Job.status == "open",
            Job.kind.in_(kinds),
            Job.due_at <= now,
            or_(Job.not_before.is_(None), Job.not_before <= real),
            or_(Job.instance_id.is_(None), case.status == "active"),
        )
        .order_by(Job.due_at, Job.id)
        .limit(limit)
    )
    if db.is_postgres(session):
        statement = statement.with_for_update(of=Job, skip_locked=True)
    return [Candidate(row[0], row[1], bool(row[2])) for row in session.execute(statement)]


def _distinct(candidates: list[Candidate], limit: int) -> list[int]:
    """Keep one job per case: a batch locks each case once. A suspect runs alone.

    Attempts are counted at the claim, so a batch whose worker dies costs every job in it
    one. Alone, the innocent ones get through and the one that kills is found.
    """
    suspects = [job.id for job in candidates if job.suspect]
    if suspects:
        return suspects[:1]
    seen: set[str] = set()
    chosen: list[int] = []
    for job_id, root_id, _ in candidates:
        if root_id is not None and root_id in seen:
            continue
        if root_id is not None:
            seen.add(root_id)
        chosen.append(job_id)
        if len(chosen) == limit:
            break
    return chosen


def give_back(session: Session, job_id: int, token: str) -> None:
    """Undo a claim that met a mere conflict: it does not cost an attempt."""
    session.execute(
        update(Job)
        .where(Job.id == job_id, Job.lease == token)
        .values(attempts=Job.attempts - 1, lease=None, not_before=None)
    )


def give_up(session: Session, job_id: int, token: str, code: str, message: str) -> None:
    """Note a failed attempt: try again later, or open an incident after the last one."""
    job = session.scalar(select(Job).where(Job.id == job_id, Job.lease == token))
    if job is None:
        return  # the lease ended and somebody else owns it now
    job.error, job.lease = message[:2000], None
    if job.attempts < job.max_attempts and code != "no-retry":
        steps = job.backoff or [10]
        wait = steps[min(job.attempts, len(steps)) - 1]
        job.not_before = clock.real() + timedelta(seconds=wait)
        return
    job.status, job.not_before = "failed", None
    now = clock.now()
    incident = Incident(
        instance_id=job.instance_id,
        job_id=job.id,
        element_id=job.element_id,
        code=code,
        message=message[:2000],
        opened_at=now,
    )
    session.add(incident)
    root = (
        session.scalar(select(ProcessInstance.root_id).where(ProcessInstance.id == job.instance_id))
        if job.instance_id
        else None
    )
    if job.instance_id and root:
        session.add(
            HistoryEvent(
                instance_id=job.instance_id,
                root_id=root,
                at=now,
                kind="incident",
                element_id=job.element_id,
                actor="system",
                data={"code": code, "message": message[:300], "attempts": job.attempts},
            )
        )
