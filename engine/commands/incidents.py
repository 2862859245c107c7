"""Incidents: opened when a job has no tries left, closed when it is mended or owed no more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from engine import clock
from engine.commands import operations
from engine.errors import InvalidInput, NotFound
from engine.hooks import Actor
from engine.models import Incident, Job

#: Jobs that may have an incident: those that failed, and those whose tries somebody took away.
MAY_BE_TOLD: ColumnElement[bool] = or_(
    Job.error.is_not(None), Job.attempts >= Job.max_attempts, Job.retries == 0
)
#: The longest note beside an incident, as in Camunda.
MAX_NOTE = 4_000


def open_for(session: Session, job: Job, code: str, message: str) -> None:
    """Open the incident of a job that has no tries left, unless it has one."""
    known = select(Incident.id).where(Incident.job_id == job.id, Incident.resolved_at.is_(None))
    if session.scalar(known) is not None:
        return
    session.add(
        Incident(
            instance_id=job.instance_id,
            job_id=job.id,
            element_id=job.element_id,
            code=code,
            message=message[:2000],
            opened_at=clock.now(),
        )
    )


def close_for(session: Session, job_id: int, by: str) -> None:
    """Close the incident of a job that got through, or has tries again."""
    _close(session, Incident.job_id == job_id, clock.now(), resolved_by=by)


def drop(session: Session, which: ColumnElement[bool], at: datetime) -> None:
    """Close incidents of jobs that are owed no more: nobody mended them."""
    _close(session, which, at, is_deleted=True)


def _close(session: Session, which: ColumnElement[bool], at: datetime, **more: object) -> None:
    session.execute(
        update(Incident)
        .where(which, Incident.resolved_at.is_(None))
        .values(resolved_at=at, **more)
        .execution_options(synchronize_session=False)
    )


def erase_jobs(session: Session, which: ColumnElement[bool]) -> None:
    """Delete jobs of no case, and the incidents that tell of them."""
    theirs = select(Job.id).where(which).order_by(Job.id)
    session.execute(theirs.with_for_update())  # before their incidents, as whoever performs one
    for statement in (
        delete(Incident).where(Incident.job_id.in_(theirs)),
        delete(Job).where(which),
    ):
        session.execute(statement.execution_options(synchronize_session="fetch"))


def resolve(session: Session, incident_id: int, *, actor: Actor) -> None:
    """Close an incident that somebody opened by hand.

    Raises:
        NotFound: there is no such open incident.
        InvalidInput: it belongs to a job, which wants new tries instead.
    """
    incident = _open(session, incident_id)
    if incident.job_id is not None:
        raise InvalidInput("这条异常由作业引起：请给作业新的重试次数，成功后异常自动关闭。")
    incident.resolved_at, incident.resolved_by = clock.now(), actor.id
    operations.note(
        session,
        incident.instance_id,
        "Resolve",
        "ProcessInstance",
        actor=actor,
        element=incident.element_id,
        name="incidentId",
        new=incident.id,
    )


def annotate(session: Session, incident_id: int, text: str | None, *, actor: Actor) -> None:
    """Write a note beside an open incident, or take it away.

    Raises:
        NotFound: there is no such open incident.
        InvalidInput: the note is too long.
    """
    incident = _open(session, incident_id)
    if text is not None and len(text) > MAX_NOTE:
        raise InvalidInput(f"异常说明最多 {MAX_NOTE} 字。")
    incident.annotation = text
    operations.note(
        session,
        incident.instance_id,
        "ClearAnnotation" if text is None else "SetAnnotation",
        "Incident",
        actor=actor,
        element=incident.element_id,
        name="incidentId",
        new=incident.id,
    )


def _open(session: Session, incident_id: int) -> Incident:
    found = session.get(Incident, incident_id)
    if found is None or found.resolved_at is not None:
        raise NotFound("没有这条待处理的异常。")
    return found
