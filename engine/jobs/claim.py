"""Taking due jobs so that nobody else runs them, and giving them back or up.

Leases are real time; what is due is decided by engine time. Attempts are counted here,
at the claim, so that a job that kills its worker is counted too.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from engine import clock, db, settings
from engine.commands import incidents, instances
from engine.errors import Conflict, NotFound
from engine.models import HistoryEvent, Job, JobControl, ProcessDefinition, ProcessInstance
from engine.writable import cleaned

#: What the engine runs itself; external tasks are fetched by their workers.
OURS = ("timer", "message", "signal", "async", "start", "batch", "switch")
#: A job that could have run for so long and did not is a sign that nobody works.
LATE = timedelta(seconds=60)


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


_case = aliased(ProcessInstance)


def owed(kinds: tuple[str, ...] = OURS) -> list[ColumnElement[bool]]:
    """Return what makes a job one to run at its time: open, not held, its case or process active.

    For statements over `Job` outer-joined with `case_of`.
    """
    held = exists(
        select(JobControl.element_id).where(
            JobControl.definition_id == func.coalesce(_case.definition_id, Job.definition_id),
            JobControl.element_id == Job.element_id,
            JobControl.suspended_at <= Job.created_at,
        )
    )
    return [
        Job.status == "open",
        Job.kind.in_(kinds),
        Job.suspended.is_(False),
        or_(Job.instance_id.is_(None), _case.status == "active"),
        or_(Job.definition_id.is_(None), ~_is_off),
        ~held,
    ]


#: Whether the process that a start timer would start is suspended: its moments wait for it.
_is_off = exists(
    select(ProcessDefinition.id).where(
        ProcessDefinition.id == Job.definition_id, ProcessDefinition.suspended.is_(True)
    )
)


def late(session: Session) -> int:
    """Count the jobs that should have been done by now; nobody holds them or works on them."""
    now, real = clock.now() - LATE, clock.real()
    found = select(func.count(Job.id)).outerjoin(*case_of()).where(*owed(), Job.due_at < now)
    # Who has it, or waits for its next attempt, is in time; what a dead worker had is late.
    found = found.where(or_(Job.not_before.is_(None), Job.not_before <= real))
    return session.scalar(found) or 0


def case_of() -> tuple[type[ProcessInstance], ColumnElement[bool]]:
    """Return what `owed` needs joined, and on what."""
    return _case, _case.id == Job.instance_id


def _candidates(session: Session, limit: int, kinds: tuple[str, ...]) -> list[Candidate]:
    real, now = clock.real(), clock.now()
    statement = (
        select(Job.id, _case.root_id, and_(Job.attempts > 0, Job.error.is_(None)))
        .outerjoin(*case_of())
        .where(
            *owed(kinds),
            Job.due_at <= now,
            or_(Job.not_before.is_(None), Job.not_before <= real),
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


def take(session: Session, job_id: int) -> Job:
    """Claim one job at once, whether or not it is due or has tries left.

    Raises:
        NotFound: there is no such job, or it has been done.
        Conflict: somebody else is at it.
    """
    job = session.get(Job, job_id, with_for_update=True, populate_existing=True)
    if job is None or job.status not in ("open", "failed", "parked"):
        raise NotFound("没有这项作业，可能已经执行过了。")
    real = clock.real()
    if job.lease is not None and job.not_before is not None and job.not_before > real:
        raise Conflict("这项作业正在执行，请稍后再看。")
    job.status, job.attempts = "open", min(job.attempts + 1, max(job.max_attempts, 1))
    job.lease = uuid4().hex
    job.not_before = real + timedelta(seconds=settings.current().job_lease_seconds)
    return job


def give_back(session: Session, job_id: int, token: str) -> None:
    """Undo a claim that met a mere conflict: it does not cost an attempt."""
    session.execute(
        update(Job)
        .where(Job.id == job_id, Job.lease == token)
        .values(attempts=Job.attempts - 1, lease=None, not_before=None)
    )


def give_up(
    session: Session, job_id: int, token: str, code: str, message: str, trace: str = ""
) -> None:
    """Note a failed attempt: try again later, or open an incident after the last one."""
    mine = select(Job).where(Job.id == job_id, Job.lease == token)
    case = session.scalar(mine.with_only_columns(Job.instance_id))
    if case is not None:
        instances.lock(session, case)  # cases before jobs: an incident refers to both
    job = session.scalar(mine.with_for_update())
    if job is None:
        return  # the lease ended and somebody else owns it now
    message, trace = cleaned(message), cleaned(trace)
    job.error, job.trace, job.lease = message[:2000], trace[-8000:], None
    again = job.attempts < job.max_attempts and code != "no-retry"
    if again:
        steps = job.backoff or [10]
        wait = steps[min(job.attempts, len(steps)) - 1]
        job.not_before = clock.real() + timedelta(seconds=wait)
    else:
        job.status, job.not_before = "failed", None
    left = job.max_attempts - job.attempts if again else 0
    told = {"job": job.id, "message": message[:300], "retries": left, "trace": trace[-2000:]}
    _note(session, job, "failed", {key: value for key, value in told.items() if value != ""})
    if not again:  # after the attempt, which the incident is told with
        incidents.open_for(session, job, code, message)
        data = {"code": code, "message": message[:300], "attempts": job.attempts}
        _note(session, job, "incident", data)


def _note(session: Session, job: Job, kind: str, data: dict[str, Any]) -> None:
    """Write a line of history, for a job that belongs to a case."""
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
                at=clock.now(),
                kind=kind,
                element_id=job.element_id,
                actor="system",
                data=data,
            )
        )
