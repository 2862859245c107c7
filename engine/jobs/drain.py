"""The edge that runs due jobs: one short claim, one transaction for the batch.

When the batch fails its jobs run again one by one, so that a bad one hurts nobody.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from contextlib import suppress

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from engine import db, failpoints, testclock
from engine.commands import incidents
from engine.errors import Conflict, EngineError, ServiceFailed
from engine.jobs import claim, order
from engine.jobs.perform import fire, perform
from engine.models import Job

log = structlog.get_logger()

#: Jobs of one batch (`engine.md` §6).
BATCH = 50

#: Claims of this process that met a conflict and could not be given back: the database was away.
_owed: list[tuple[int, str]] = []


def drain(limit: int = BATCH) -> int:
    """Claim due jobs and run them; return how many were claimed.

    Zero means that nothing is due now. Call again until it is zero.
    """
    testclock.refresh()
    with db.transaction() as session:
        while _owed:
            with suppress(IndexError):  # another thread of this process was faster
                claim.give_back(session, *_owed.pop())
        token, jobs = claim.claim(session, limit)
    if not jobs:
        return 0
    failpoints.hit("after_claim")
    worn = [job for job in jobs if job.attempts > job.max_attempts]
    for job in worn:
        with db.transaction() as session:
            claim.give_up(
                session,
                job.id,
                token,
                "worker-died",
                "执行这项作业的程序多次中断，已停止重试，请检查后重试。",
            )
    sound = [job for job in jobs if job not in worn]
    if len(sound) > 1 and _together(sound, token):
        return len(jobs)
    for job in sound:
        _alone(job, token)
    return len(jobs)


def _together(jobs: Sequence[Job], token: str) -> bool:
    ids = [job.id for job in jobs]
    try:
        with db.transaction() as session:
            order.lock(session, jobs)
            timers = _timers(session, ids, token)
            if timers:
                fire(session, timers, token)
                for job in timers:
                    _mend(session, job)
            failpoints.hit("between_jobs")
            for job_id in ids:
                if job_id not in {job.id for job in timers}:
                    _run(session, job_id, token)
                    failpoints.hit("between_jobs")
    except Exception as failure:  # noqa: BLE001 - whichever it was, each is tried alone
        log.info("batch failed, running singly", jobs=len(ids), error=type(failure).__name__)
        return False
    return True


def _timers(session: Session, ids: list[int], token: str) -> Sequence[Job]:
    return session.scalars(
        select(Job)
        .where(Job.id.in_(ids), Job.lease == token, Job.status == "open", Job.kind == "timer")
        .order_by(Job.due_at, Job.id)
        .execution_options(populate_existing=True)
    ).all()


def _run(session: Session, job_id: int, token: str) -> bool:
    """Do a claimed job; False when it is no longer this claim's: owed no more, or another's."""
    # Locked, or somebody else takes it when the lease ends while it runs.
    job = session.scalar(
        select(Job)
        .where(Job.id == job_id, Job.lease == token, Job.status == "open")
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if job is None:
        return False
    perform(session, job)
    session.flush()  # the job's own row and its guard, before the next one starts
    if job.status == "done":
        _mend(session, job)
    return True


def _mend(session: Session, job: Job) -> None:
    """Close the incident of a job that got through in the end."""
    if job.error is not None or job.attempts >= job.max_attempts:
        incidents.close_for(session, job.id, "system")


def _alone(job: Job, token: str) -> None:
    with suppress(Exception):  # it is counted and logged
        attempt(job, token)


def attempt(job: Job, token: str) -> bool:
    """Run one claimed job; account for a failure, then raise it. False: see `_run`."""
    job_id = job.id
    try:
        with db.transaction() as session:
            order.lock(session, [job])
            return _run(session, job_id, token)
    except (Conflict, StaleDataError, OperationalError) as conflict:
        log.info("job met a conflict", job=job_id, error=type(conflict).__name__)
        try:
            with db.transaction() as session:
                claim.give_back(session, job_id, token)
        except OperationalError:
            _owed.append((job_id, token))
        raise
    except Exception as failure:  # counted, and an incident at last
        final = isinstance(failure, ServiceFailed) and not failure.retry
        code = failure.code if isinstance(failure, EngineError) else type(failure).__name__
        log.warning("job failed", job=job_id, error=code)
        where = "".join(traceback.format_exception(failure))
        with db.transaction() as session:
            claim.give_up(
                session, job_id, token, "no-retry" if final else code, str(failure), where
            )
        raise


def execute(job_id: int) -> None:
    """Run one job at once, due or not, even one that has no tries left.

    Whatever it fails with is counted like any other attempt, and raised.

    Raises:
        NotFound: there is no such job, or it has been done.
        Conflict: a worker is at it, or its case ended before it could begin.
    """
    testclock.refresh()
    with db.transaction() as session:
        job = claim.take(session, job_id)
    if not attempt(job, job.lease or ""):
        raise Conflict("这项作业刚刚被取消，或由其他程序接手，没有执行。")
