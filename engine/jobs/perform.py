"""What one job does, inside the transaction of its batch."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import clock
from engine.commands import (
    batches,
    instances,
    messages,
    retries,
    scheduled,
    starts,
    submissions,
)
from engine.commands.execution import Execution
from engine.errors import Conflict, EngineError
from engine.hooks import SYSTEM, Actor
from engine.models import Attachment, Job, ProcessInstance, Submission, table_of

#: How waits for a continuation were called before: `token:b` and `token:a`.
OLDER = re.compile(r":([ab])$")


def perform(session: Session, job: Job) -> None:
    """Do what the job owes and close it. The caller holds its lease.

    Raises:
        EngineError: a person may have to look; the caller counts the attempt.
    """
    done = {
        "timer": _timer,
        "async": _continue,
        "message": _message,
        "signal": _signal,
        "start": _start,
        "batch": _batch,
        scheduled.KIND: _switch,
    }.get(job.kind)
    if done is None:
        raise EngineError(f"不认识的作业类型 {job.kind}。")
    parked = done(session, job)
    if parked:
        job.status, job.lease, job.attempts, job.not_before = "parked", None, 0, None
        return
    job.status, job.done_at, job.lease = "done", clock.now(), None


def fire(session: Session, jobs: Sequence[Job], token: str) -> None:
    """Fire the timers of different cases together: read once, written once.

    The caller holds their leases and has locked their cases.

    Raises:
        Conflict: a lease ended meanwhile; nothing of the batch may stand.
    """
    wanted = {job.instance_id for job in jobs}
    rows = {
        row.id: row
        for row in session.scalars(
            select(ProcessInstance)
            .where(ProcessInstance.id.in_(wanted))
            .execution_options(populate_existing=True)
        )
    }
    with Execution(session, SYSTEM) as work:
        for job in jobs:
            _fire(work, rows[job.instance_id or ""], job)
        work.settle()
    closed = session.connection().execute(
        update(table_of(Job))
        .where(Job.id.in_([job.id for job in jobs]), Job.lease == token)
        .values(status="done", done_at=work.now, lease=None)
    )
    if closed.rowcount != len(jobs):
        raise Conflict("作业的执行权已经到期，由其他程序接手。")


def _timer(session: Session, job: Job) -> bool:
    row = instances.lock(session, job.instance_id or "")
    with Execution(session, SYSTEM) as work:
        if _fire(work, row, job):
            work.settle()
    return False


def _fire(work: Execution, row: ProcessInstance, job: Job) -> bool:
    """Let one timer happen; False when its wait ended in the same batch: nothing is owed."""
    loaded = work.open(row)
    key = (job.wait or "").partition(".")[2]
    _check_not_held(row)
    if row.status != "active" or key not in loaded.run.waits():
        return False
    loaded.acted.add(key)
    due = job.due_at.isoformat()
    work.note(row, "fired", element=job.element_id, due=due, deadline=job.deadline)
    loaded.run.fire(job.token or "", job.slot or "")
    return True


def _start(session: Session, job: Job) -> bool:
    starts.fire(session, job)
    return False


def _continue(session: Session, job: Job) -> bool:
    """Go on where an async continuation or a failed automatic step was left."""
    row = instances.lock(session, job.instance_id or "")
    payload = job.payload or {}
    values, identity, files = _submitted(session, payload)
    with Execution(session, _actor(payload), values, identity, files) as work:
        loaded = work.open(row)
        _check_not_held(row)
        if row.status != "active":
            return False
        if job.wait:
            key = OLDER.sub(r"!\1", job.wait.partition(".")[2])
            if key not in loaded.run.waits():
                return False
            loaded.acted.add(key)
            loaded.run.complete(job.token or "")
        work.settle()
    return False


def _check_not_held(row: ProcessInstance) -> None:
    """Leave the job owed when the case was suspended after the claim."""
    if row.status == "suspended":
        raise Conflict("这件诉求已暂停办理，恢复后作业会自动继续。")


def _submitted(
    session: Session, payload: Mapping[str, Any]
) -> tuple[dict[str, Any], str | None, list[Attachment]]:
    """Give a postponed step the form that led to it."""
    identity = payload.get("submission")
    if not identity:
        return {}, None, []
    row = session.get(Submission, identity)
    if row is None:
        return {}, None, []
    files = session.scalars(select(Attachment).where(Attachment.submission_id == identity))
    return submissions.read(row), row.id, list(files)


def _message(session: Session, job: Job) -> bool:
    data = job.payload or {}
    receiver = messages.route(session, str(data["name"]), str(data.get("correlation") or ""))
    if receiver is None:
        return True
    if not messages.receive(session, receiver, data, _actor(data)):
        # Not lost: the next try finds another receiver, or keeps the message.
        raise Conflict("消息的接收方刚刚不再等待，将重新查找。")
    return False


def _signal(session: Session, job: Job) -> bool:
    """Split a broadcast into one job per receiver, or deliver one of those."""
    data = job.payload or {}
    name = str(data["name"])
    if "receiver" in data:
        messages.receive(
            session, messages.Receiver(name=name, **data["receiver"]), data, _actor(data)
        )
        return False
    everybody = messages.waiting(session, "signal", name) + messages.starts(session, "signal", name)
    for receiver in everybody:
        fields = {key: value for key, value in vars(receiver).items() if key != "name"}
        session.add(
            Job(
                kind="signal",
                instance_id=receiver.instance_id,
                topic=name,
                due_at=job.due_at,
                max_attempts=retries.ATTEMPTS,
                backoff=list(retries.BACKOFF),
                payload={**data, "receiver": fields},
                created_at=clock.now(),
            )
        )
    return False


def _batch(session: Session, job: Job) -> bool:
    """Do one piece of a batch."""
    batches.perform(session, job, _actor(job.payload or {}))
    return False


def _switch(session: Session, job: Job) -> bool:
    """Hold or release definitions or their jobs, at the moment somebody set."""
    scheduled.perform(session, job, _actor(job.payload or {}))
    return False


def _actor(data: Mapping[str, Any]) -> Actor:
    kind = data.get("actor_kind", "person")
    known = str(data.get("actor") or SYSTEM.id)
    if known == SYSTEM.id:
        return SYSTEM
    return Actor(known, kind=cast(Literal["person", "worker", "service", "system"], kind))
