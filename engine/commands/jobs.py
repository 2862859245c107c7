"""What an operator may change of jobs that are owed: tries, time, priority, holding them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from engine import clock, db
from engine.bpmn import timers
from engine.commands import definitions, incidents, instances, operations
from engine.commands.execution import Execution
from engine.errors import Conflict, InvalidInput, NotFound
from engine.hooks import Actor
from engine.models import Incident, Job, JobControl, ProcessInstance
from engine.state import values

#: What can still be changed.
OWED = ("open", "failed", "parked")
#: Camunda's priorities, and ours.
MAX_PRIORITY = 2**31 - 1


def find(session: Session, job_id: int) -> Job:
    """Return a job that is still owed.

    Raises:
        NotFound: there is none, or it has been done.
    """
    case = session.scalar(select(Job.instance_id).where(Job.id == job_id))
    if case is not None:
        instances.lock(session, case)  # as everybody: cases first, then their jobs
    job = session.get(Job, job_id, with_for_update=True, populate_existing=True)
    if job is None or job.status not in OWED:
        raise NotFound("没有这项作业，可能已经执行过了。")
    return job


def set_retries(session: Session, job: Job, retries: int, *, actor: Actor) -> None:
    """Give a job so many further tries; none at all makes it an incident.

    Raises:
        InvalidInput: the number is negative.
    """
    if retries < 0:
        raise InvalidInput("重试次数不能是负数。")
    left = 0 if job.status == "failed" else job.max_attempts - job.attempts
    job.max_attempts = job.attempts + retries
    job.lease = job.not_before = None
    if retries:
        job.status = "open" if job.status == "failed" else job.status
        incidents.close_for(session, job.id, actor.id)
        db.hint(session)
    else:
        job.status = "failed"
        incidents.open_for(session, job, "no-retries", job.error or "")
    _note(session, job, "SetJobRetries", actor, "retries", left, retries)


def set_due(
    session: Session, job: Job, due: datetime | None, *, actor: Actor, cascade: bool = False
) -> None:
    """Owe a job at another moment; None means now.

    Args:
        cascade: what follows in a repetition moves by as much; otherwise it stays where it was.
    """
    old, job.due_at = job.due_at, due or clock.now()
    if cascade:
        _shift(session, job, job.due_at - old, actor)
    job.not_before = None
    _note(session, job, "SetDueDate", actor, "duedate", old.isoformat(), job.due_at.isoformat())
    db.hint(session)


def _shift(session: Session, job: Job, by: timedelta, actor: Actor) -> None:
    if job.kind == "start":
        payload = job.payload or {}
        armed = timers.shifted(values.decode(payload["armed"]), by)
        job.payload = {**payload, "armed": values.encode(armed)}
    elif job.kind == "timer" and job.instance_id is not None:
        row = instances.lock(session, job.instance_id)
        with Execution(session, actor) as work:
            work.open(row).run.shift(job.token or "", job.slot or "", by)
            work.settle(advance=False)


def recalculate(session: Session, job: Job, *, from_creation: bool, actor: Actor) -> None:
    """Compute a timer's moment again, with the variables as they are now.

    Args:
        from_creation: count from when the timer was armed, not from now.

    Raises:
        InvalidInput: the job is no timer of an instance.
    """
    if job.kind != "timer" or job.instance_id is None:
        raise InvalidInput("只有流程里的定时器可以重新计算时间。")
    row = instances.lock(session, job.instance_id)
    with Execution(session, actor) as work:
        loaded = work.open(row)
        element = loaded.definition.description.elements.get(job.element_id or "")
        value = loaded.run.evaluate(job.token or "", element.event_name if element else "")
        base = job.created_at if from_creation else work.now
        is_cycle = isinstance(value, str) and not value.startswith("P") and " " in value
        is_cycle = is_cycle or (isinstance(value, str) and value.startswith("R"))
        due = timers.arm("cycle" if is_cycle else "date", value, base)["due"]
    set_due(session, job, due, actor=actor)


def set_priority(session: Session, job: Job, priority: int, *, actor: Actor) -> None:
    """Set what says which of two due jobs is more urgent.

    Raises:
        InvalidInput: it is out of bounds.
    """
    if abs(priority) > MAX_PRIORITY:
        raise InvalidInput("优先级超出范围。")
    old, job.priority = job.priority, priority
    _note(session, job, "SetPriority", actor, "priority", old, priority)


def set_suspended(session: Session, jobs: Sequence[Job], *, suspended: bool, actor: Actor) -> None:
    """Hold jobs, or let them run again."""
    for job in jobs:
        if job.suspended != suspended:
            job.suspended = suspended
            operation = "SuspendJob" if suspended else "ActivateJob"
            state = "suspended" if suspended else "active"
            _note(session, job, operation, actor, "suspensionState", None, state)
    db.hint(session)


def cancel(session: Session, job: Job, *, actor: Actor) -> None:
    """Owe a job no more; what waits for it goes on waiting, until somebody moves it.

    Raises:
        Conflict: somebody is at it.
    """
    if job.lease is not None and job.not_before is not None and job.not_before > clock.real():
        raise Conflict("这项作业正在执行，请稍后再删除。")
    now = clock.now()
    job.status, job.done_at, job.lease, job.not_before = "cancelled", now, None, None
    incidents.drop(session, Incident.job_id == job.id, now)
    _note(session, job, "Delete", actor, "", None, None)


def executed(session: Session, job_id: int, *, actor: Actor) -> None:
    """Write down that somebody ran a job by hand, once it went well."""
    job = session.get(Job, job_id)
    if job is not None:
        _note(session, job, "Execute", actor, "", None, None)


def _note(
    session: Session, job: Job, operation: str, actor: Actor, name: str, old: object, new: object
) -> None:
    operations.note(
        session,
        job.instance_id,
        operation,
        "Job",
        actor=actor,
        element=job.element_id,
        name=name,
        old=old,
        new=new,
        job=str(job.id),
    )


# ---- all jobs of elements ----------------------------------------------------------------


def of_elements(session: Session, elements: Collection[tuple[int, str]]) -> list[Job]:
    """Return the jobs owed for elements, each of a definition; locked, their cases before them."""
    instances.lock_cases(session, cases_of_elements(session, elements))
    return list(
        session.scalars(_owed_for(select(Job), elements).order_by(Job.id).with_for_update(of=Job))
    )


def cases_of_elements(session: Session, elements: Collection[tuple[int, str]]) -> Sequence[str]:
    """Return the instances that owe jobs for elements."""
    return session.scalars(_owed_for(select(ProcessInstance.id), elements).distinct()).all()


def _owed_for(
    statement: Select[tuple[Any]], elements: Collection[tuple[int, str]]
) -> Select[tuple[Any]]:
    whose = func.coalesce(ProcessInstance.definition_id, Job.definition_id)
    return (
        statement.select_from(Job)
        .outerjoin(ProcessInstance, ProcessInstance.id == Job.instance_id)
        .where(Job.status.in_(OWED), tuple_(whose, Job.element_id).in_(elements))
    )


def _control(session: Session, definition_id: int, element_id: str) -> JobControl:
    known = definitions.by_id(session, definition_id).description.elements
    if element_id not in known:
        raise NotFound("流程图里没有这个元素。")
    found = session.get(JobControl, (definition_id, element_id))
    if found is None:
        found = JobControl(definition_id=definition_id, element_id=element_id)
        session.add(found)
    return found


def hold_elements(
    session: Session,
    elements: Collection[tuple[int, str]],
    *,
    suspended: bool,
    include_jobs: bool,
    actor: Actor,
) -> None:
    """Hold the jobs that elements will make, and with `include_jobs` those they have made.

    Args:
        elements: (definition, element) of each.
    """
    made = of_elements(session, elements) if include_jobs else []
    for definition_id, element_id in elements:
        control = _control(session, definition_id, element_id)
        # One microsecond on: what was made by this very moment is not meant.
        control.suspended_at = clock.now() + timedelta(microseconds=1) if suspended else None
    set_suspended(session, made, suspended=suspended, actor=actor)
    db.hint(session)


def prioritize_element(
    session: Session,
    definition_id: int,
    element_id: str,
    priority: int | None,
    *,
    include_jobs: bool,
    actor: Actor,
) -> None:
    """Give the jobs an element will make a priority; None: the diagram's again."""
    control = _control(session, definition_id, element_id)
    control.priority = priority
    control.priority_at = clock.now() if priority is not None else None
    if include_jobs and priority is not None:
        for job in of_elements(session, [(definition_id, element_id)]):
            set_priority(session, job, priority, actor=actor)
