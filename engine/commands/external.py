"""What an outside worker says about an external task that it fetched.

The worker's name is the token: who fetched it last may speak of it, even after the lock ran
out, as long as nobody else took it meanwhile. What it says counts once: the second time the
task is no longer there. Every command locks the case first, then the task's row.

Locks and the pause after a failure are counted in engine time: a worker is a client of the
office, so what it is promised moves with the office's clock. Without a test clock that is
real time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, db, hooks
from engine.commands import calls, instances, operations
from engine.commands.execution import Execution, Loaded
from engine.errors import EngineError, InvalidInput, LockLost, NotFound, Suspended
from engine.hooks import Actor
from engine.models import Incident, Job, ProcessInstance
from engine.writable import cleaned

log = structlog.get_logger()

#: Code of the incident behind a task whose worker has no tries left; Camunda's word.
INCIDENT = "failedExternalTask"
#: The longest lock or pause a worker may ask for: a year.
LONGEST_MS = 366 * 86_400_000


@dataclass(frozen=True)
class Failure:
    """What went wrong on the worker's side, and how it goes on."""

    message: str
    details: str | None
    #: Tries left; 0 opens an incident and nobody can fetch it any more.
    retries: int
    #: Milliseconds until it can be fetched again.
    pause_ms: int


def complete(
    session: Session,
    task_id: int,
    *,
    worker: str,
    actor: Actor,
    variables: Mapping[str, Any] | None = None,
    local_variables: Mapping[str, Any] | None = None,
) -> None:
    """The work is done: go on with what it brought.

    Local variables are seen by the element's output parameters and gone afterwards.

    Raises:
        NotFound: there is no such task (any more).
        LockLost: it is another worker's.
        Suspended: the case is suspended.
    """
    job, row = _held(session, task_id, worker, actor)
    with Execution(session, actor) as work:
        loaded = _resume(work, row, job)
        token = job.token or ""
        loaded.run.set(token, local_variables or {}, local=True)
        loaded.run.set(token, variables or {})
        code = loaded.run.error_event(token, _facts(loaded, job))
        if code is None:
            loaded.run.complete(token)
            _log(work, row, job, "successful")
        else:
            throw(work, loaded, token, code, "")
            _log(work, row, job, "successful", error_code=code)
        _close(session, job)
        work.settle()


def failed(
    session: Session,
    task_id: int,
    failure: Failure,
    *,
    worker: str,
    actor: Actor,
    variables: Mapping[str, Any] | None = None,
    local_variables: Mapping[str, Any] | None = None,
) -> None:
    """The work failed: keep why, and let it be fetched again after a pause.

    Raises:
        InvalidInput: a number is negative or too large.
        NotFound, LockLost, Suspended: as for `complete`.
    """
    _check_number("retries", failure.retries)
    job, row = _held(session, task_id, worker, actor)
    job.error = cleaned(failure.message)[:2000]
    job.trace = failure.details and cleaned(failure.details)
    job.locked_until = clock.now() + _period(failure.pause_ms, "retryTimeout", zero=True)
    with Execution(session, actor) as work:
        loaded = work.open(row)
        token = job.token or ""
        loaded.run.set(token, local_variables or {}, local=True)
        loaded.run.set(token, variables or {})
        code = _error_event(loaded, job)
        if code is not None:
            throw(work, _resume(work, row, job), token, code, "")
            _log(work, row, job, "failed", error_code=code)
            _close(session, job)
            work.settle()
            return
        _retries(session, work, row, job, failure.retries)
        told = {"message": failure.message[:300], "trace": (failure.details or "")[:2000]}
        _log(work, row, job, "failed", **{key: text for key, text in told.items() if text})
        work.settle(advance=bool(variables))


def bpmn_error(
    session: Session,
    task_id: int,
    code: str,
    *,
    worker: str,
    actor: Actor,
    message: str = "",
    variables: Mapping[str, Any] | None = None,
) -> bool:
    """Throw a business error out of the task; return whether the diagram caught it.

    What nothing catches ends this path of the case as an end event would, which is what
    Camunda 7 does; the other paths go on and the history names the code.

    Raises:
        InvalidInput: there is no code.
        NotFound, LockLost, Suspended: as for `complete`.
    """
    if not code:
        raise InvalidInput("请写明业务错误的代码（errorCode）。")
    job, row = _held(session, task_id, worker, actor)
    with Execution(session, actor) as work:
        loaded = _resume(work, row, job)
        loaded.run.set(job.token or "", variables or {})
        caught = throw(work, loaded, job.token or "", code, message)
        _log(work, row, job, "successful", error_code=code)
        _close(session, job)
        work.settle()
    return caught


def throw(work: Execution, loaded: Loaded, token: str, code: str, message: str) -> bool:
    """Throw an error from a waiting token, or end the token when nothing would catch it."""
    if loaded.run.catches(token, "error", code) or calls.is_caught_above(work, loaded.row, code):
        loaded.run.throw_error(token, code, message)
        return True
    element = loaded.run.element(token)
    work.note(loaded.row, "thrown", element=element, event="error", code=code, caught=False)
    loaded.run.abandon(token)
    return False


def lock(session: Session, task_id: int, *, worker: str, duration_ms: int, actor: Actor) -> None:
    """Take one task by its id.

    Raises:
        LockLost: another worker holds it now.
        InvalidInput: the duration is not positive.
    """
    job, _ = _open(session, task_id, actor)
    period = _period(duration_ms, "lockDuration")
    if job.worker != worker and job.locked_until is not None and job.locked_until > clock.now():
        raise _not_yours(job, worker, "cannot be locked")
    job.worker, job.locked_until = _name(worker), clock.now() + period


def extend(session: Session, task_id: int, *, worker: str, duration_ms: int, actor: Actor) -> None:
    """Hold a task longer, counted from now.

    Raises:
        LockLost: it is another worker's.
        InvalidInput: the lock ran out already, or the duration is not positive.
    """
    job, _ = _held(session, task_id, worker, actor)
    period = _period(duration_ms, "newDuration")
    if job.locked_until is None or job.locked_until < clock.now():
        raise InvalidInput("Cannot extend a lock that expired.")
    job.locked_until = clock.now() + period


def unlock(session: Session, task_id: int, *, actor: Actor) -> None:
    """Let anybody fetch it at once; the operator's lever, so no worker is asked for."""
    job, _ = _open(session, task_id, actor)
    job.worker, job.locked_until = None, None
    _operated(session, job, "Unlock", actor)
    db.hint_external(session)


def set_retries(session: Session, task_id: int, retries: int, *, actor: Actor) -> None:
    """Give a task tries again (its incident is then over), or none (an incident opens)."""
    _check_number("retries", retries)
    job, row = _open(session, task_id, actor)
    old = job.retries
    with Execution(session, actor) as work:
        _retries(session, work, row, job, retries)
        if work.history:
            work.settle(advance=False)
    _operated(session, job, "SetExternalTaskRetries", actor, "retries", old, retries)
    db.hint_external(session)


def set_priority(session: Session, task_id: int, priority: int, *, actor: Actor) -> None:
    """Say how urgent a task is for workers that ask by priority."""
    job, _ = _open(session, task_id, actor)
    old, job.priority = job.priority, priority
    _operated(session, job, "SetPriority", actor, "priority", old, priority)


def _operated(
    session: Session,
    job: Job,
    operation: str,
    actor: Actor,
    name: str = "",
    old: int | None = None,
    new: int | None = None,
) -> None:
    """Write down what an operator did; what workers say is told by `_log`."""
    operations.note(
        session,
        job.instance_id,
        operation,
        "ExternalTask",
        actor=actor,
        element=job.element_id,
        name=name,
        old=old,
        new=new,
        external=str(job.id),
    )


def _error_event(loaded: Loaded, job: Job) -> str | None:
    """Return the error that a reported failure means; what cannot be computed means none."""
    try:
        return loaded.run.error_event(job.token or "", _facts(loaded, job))
    except EngineError as failure:
        log.warning("error event not computed", job=job.id, error=failure.code)
        return None


def _facts(loaded: Loaded, job: Job) -> dict[str, Any]:
    """Return what `externalTask.…` may read, in Camunda's words."""
    row = loaded.row
    return {
        "id": str(job.id),
        "topicName": job.topic,
        "workerId": job.worker,
        "errorMessage": job.error,
        "errorDetails": job.trace,
        "retries": job.retries,
        "priority": job.priority,
        "activityId": job.element_id,
        "processInstanceId": row.id,
        "processDefinitionId": str(row.definition_id),
        "processDefinitionKey": row.process_key,
        "executionId": job.token,
        "businessKey": row.business_key,
    }


# ---- parts -------------------------------------------------------------------------------


def _open(session: Session, task_id: int, actor: Actor) -> tuple[Job, ProcessInstance]:
    """Lock the case, then the task, and return both as they are now."""
    wanted = select(Job).where(Job.id == task_id, Job.kind == "external", Job.status == "open")
    found = session.scalar(wanted)
    if found is None or found.instance_id is None:
        raise _gone(task_id)
    row = instances.lock(session, found.instance_id)
    job = session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
    if job is None or not hooks.admits(session, row.root_id, actor):
        raise _gone(task_id)
    return job, row


def _gone(task_id: int) -> NotFound:
    return NotFound(f"External task with id {task_id} does not exist")


def _held(session: Session, task_id: int, worker: str, actor: Actor) -> tuple[Job, ProcessInstance]:
    job, row = _open(session, task_id, actor)
    if job.worker != worker:
        raise _not_yours(job, worker, "cannot be spoken of")
    if row.status != "active":
        raise Suspended(f"ExternalTask with id '{task_id}' is suspended.")
    return job, row


def _not_yours(job: Job, worker: str, what: str) -> LockLost:
    return LockLost(
        f"External Task {job.id} {what} by worker '{worker}'."
        f" It is locked by worker '{job.worker or 'null'}'."
    )


def _name(worker: str) -> str:
    if not worker or len(worker) > 120:
        raise InvalidInput("workerId must be given and have at most 120 characters.")
    return worker


def _check_number(name: str, number: int) -> None:
    if not 0 <= number < 2**31:
        raise InvalidInput(f"The number of {name} cannot be negative or that large.")


def _period(milliseconds: int, name: str, *, zero: bool = False) -> timedelta:
    if not (0 if zero else 1) <= milliseconds <= LONGEST_MS:
        raise InvalidInput(f"{name} must be a positive number of milliseconds, at most a year.")
    return timedelta(milliseconds=milliseconds)


def _resume(work: Execution, row: ProcessInstance, job: Job) -> Loaded:
    loaded = work.open(row)
    key = (job.wait or "").partition(".")[2]
    if key not in loaded.run.waits():
        raise _gone(job.id)
    loaded.acted.add(key)
    return loaded


def _close(session: Session, job: Job) -> None:
    job.status, job.done_at, job.locked_until = "done", clock.now(), None
    if job.retries == 0:
        resolve(session, job, "system")


def _retries(
    session: Session, work: Execution, row: ProcessInstance, job: Job, retries: int
) -> None:
    job.retries = retries
    if retries > 0:
        resolve(session, job, work.actor.id)
        return
    known = select(Incident.id).where(Incident.job_id == job.id, Incident.resolved_at.is_(None))
    if session.scalar(known) is not None:
        return
    job.error = job.error or ""
    session.add(
        Incident(
            instance_id=row.id,
            job_id=job.id,
            element_id=job.element_id,
            code=INCIDENT,
            message=job.error or "",
            opened_at=work.now,
        )
    )
    work.note(row, "incident", element=job.element_id, code=INCIDENT, message=job.error or "")


def resolve(session: Session, job: Job, by: str) -> None:
    """Close the open incidents of a job."""
    for incident in session.scalars(
        select(Incident).where(Incident.job_id == job.id, Incident.resolved_at.is_(None))
    ):
        incident.resolved_at, incident.resolved_by = clock.now(), by


def _log(work: Execution, row: ProcessInstance, job: Job, state: str, **more: Any) -> None:
    """Keep what the worker said."""
    work.note(
        row,
        "external",
        element=job.element_id,
        task=job.id,
        state=state,
        topic=job.topic,
        worker=job.worker,
        retries=job.retries,
        priority=job.priority,
        **more,
    )
