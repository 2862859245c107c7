"""Batches: many instances, one wish, carried out piece by piece by whoever runs jobs.

A piece that fails is tried again like any job and becomes an incident at last; the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, insert, select, update
from sqlalchemy.orm import Session

from engine import clock, db
from engine.commands import (
    correlation,
    deciding,
    external,
    forget,
    incidents,
    instances,
    jobs,
    migration,
    modification,
    restarting,
    retries,
    suspension,
)
from engine.commands import variables as scopes
from engine.commands.execution import Skips
from engine.commands.migration_plans import Plan
from engine.commands.modification import Instruction
from engine.errors import EngineError, NotFound
from engine.hooks import Actor
from engine.models import Batch, Job, ProcessInstance, table_of
from engine.queries.access import Viewer
from engine.state import values

KIND = "batch"
MIGRATION, DELETION = "instance-migration", "instance-deletion"
MODIFICATION, SUSPENSION = "instance-modification", "instance-update-suspension-state"
VARIABLES, CORRELATION = "set-variables", "correlate-message"
JOB_RETRIES, EXTERNAL_RETRIES = "set-job-retries", "set-external-task-retries"
RESTART, FORGETTING = "instance-restart", "historic-instance-deletion"
FORGETTING_DECISIONS = "historic-decision-instance-deletion"
DECISION_REMOVAL = "decision-set-removal-time"
#: Batches over jobs, and over evaluations of decisions; all others are over instances.
OF_JOBS = frozenset({JOB_RETRIES, EXTERNAL_RETRIES})
OF_DECISIONS = frozenset({FORGETTING_DECISIONS, DECISION_REMOVAL})
#: Batches over instances that have ended; all others leave these alone.
OF_ENDED = frozenset({RESTART, FORGETTING})


def create(
    session: Session,
    kind: str,
    instance_ids: Sequence[str],
    config: Mapping[str, Any],
    *,
    actor: Actor,
    per_job: int = 1,
) -> Batch:
    """Write a batch and its jobs; the first runs as soon as this is durable."""
    pieces = list(_pieces(instance_ids, per_job))
    now = clock.now()
    batch = Batch(
        kind=kind,
        total=len(pieces),
        per_job=per_job,
        config=dict(config),
        created_at=now,
        created_by=actor.id,
        ended_at=None if pieces else now,
    )
    session.add(batch)
    session.flush()
    if pieces:
        session.execute(insert(table_of(Job)), [_job(batch, piece, actor, now) for piece in pieces])
        db.hint(session)
    return batch


def _pieces(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


def _job(batch: Batch, piece: Sequence[str], actor: Actor, now: datetime) -> dict[str, Any]:
    return {
        "kind": KIND,
        "topic": batch.id,
        "element_id": batch.kind,
        "due_at": now,
        "status": "open",
        "attempts": 0,
        "max_attempts": retries.ATTEMPTS,
        "backoff": list(retries.BACKOFF),
        "priority": 0,
        "suspended": False,
        "payload": {"ids": list(piece), "actor": actor.id, "actor_kind": actor.kind},
        "created_at": now,
    }


def perform(session: Session, job: Job, actor: Actor) -> None:
    """Do one piece; the last one ends the batch.

    Raises:
        EngineError: one of the instances refuses; none of the piece was changed.
    """
    batch = session.get(Batch, job.topic or "")
    if batch is None:
        return
    work = _WORK.get(batch.kind)
    if work is None:
        raise EngineError(f"不认识的批处理 {batch.kind}。")
    names = (job.payload or {}).get("ids", ())
    instances.lock_cases(session, cases_of(session, batch, names))
    for name in names:
        if batch.kind in OF_JOBS | OF_DECISIONS | OF_ENDED or _runs(session, name):
            work(session, name, batch.config, actor)
    _end(session, batch, job)


def take_away(session: Session, job: Job, *, actor: Actor) -> None:
    """Owe a job no more, see `jobs.cancel`; without the last piece of a batch the batch is done."""
    jobs.cancel(session, job, actor=actor)
    batch = session.get(Batch, job.topic or "") if job.kind == KIND else None
    if batch is not None:
        _end(session, batch, job)


def _end(session: Session, batch: Batch, last: Job) -> None:
    others = exists(
        select(Job.id).where(
            Job.kind == KIND,
            Job.topic == batch.id,
            Job.id != last.id,
            Job.status.in_(("open", "failed")),
        )
    )
    # One piece after the other: two that end together would each take the other for undone.
    session.refresh(batch, with_for_update=True)
    if not session.scalar(select(others)):
        batch.ended_at = clock.now()


def cases_of(session: Session, batch: Batch, names: Sequence[str]) -> Sequence[str]:
    """Return the instances that one piece of a batch may change."""
    if batch.kind in OF_DECISIONS:
        return forget.cases_of(session, names)
    if batch.kind not in OF_JOBS:
        return names
    theirs = select(Job.instance_id).where(Job.id.in_([int(name) for name in names]))
    return [found for found in session.scalars(theirs) if found is not None]


def _runs(session: Session, instance_id: str) -> bool:
    row = session.get(ProcessInstance, instance_id)
    return row is not None and row.status in ("active", "suspended")


def switch(session: Session, batch_id: str, *, suspended: bool) -> None:
    """Hold or release a batch. Raises NotFound."""
    batch = find(session, batch_id)
    session.execute(  # the jobs first, as whoever performs one
        update(Job)
        .where(Job.kind == KIND, Job.topic == batch.id)
        .values(suspended=suspended)
        .execution_options(synchronize_session=False)
    )
    batch.suspended = suspended
    db.hint(session)


def remove(session: Session, batch_id: str) -> None:
    """Delete a batch with what is left to do of it; what was done stays. Raises NotFound."""
    batch = find(session, batch_id)
    incidents.erase_jobs(session, and_(Job.kind == KIND, Job.topic == batch.id))
    session.delete(batch)


def find(session: Session, batch_id: str) -> Batch:
    """Return a batch that is not done. Raises NotFound."""
    batch = session.get(Batch, batch_id)
    if batch is None or batch.ended_at is not None:
        raise NotFound(f"没有编号为 {batch_id} 的批处理。")
    return batch


# ---- what is kept, and what is done -------------------------------------------------------


def kept(**config: Any) -> dict[str, Any]:
    """Return a configuration as it is stored: plans, instructions and values as plain JSON."""
    found: dict[str, Any] = {}
    for name, one in config.items():
        if isinstance(one, Plan):
            update_ = sorted(one.update)
            plain = asdict(one) | {"update": update_, "variables": _sealed(one.variables)}
            found[name] = plain
        elif name == "instructions":
            found[name] = [_instruction(step) for step in one]
        elif name in ("variables", "local"):
            found[name] = _sealed(one)
        elif isinstance(one, Skips):
            found[name] = asdict(one)
        else:
            found[name] = one
    return found


def _sealed(given: Mapping[str, Any]) -> Any:
    return values.encode({name: values.storable(one, name) for name, one in given.items()})


def _instruction(step: Instruction) -> dict[str, Any]:
    return asdict(step) | {"variables": _sealed(step.variables), "local": _sealed(step.local)}


def _steps(config: Mapping[str, Any]) -> list[Instruction]:
    return [
        Instruction(
            **{
                **step,
                "variables": values.decode(step["variables"]),
                "local": values.decode(step["local"]),
            }
        )
        for step in config["instructions"]
    ]


def _migrate(session: Session, instance_id: str, config: Mapping[str, Any], actor: Actor) -> None:
    told = config["plan"]
    plan = Plan(
        told["source"],
        told["target"],
        told["pairs"],
        frozenset(told["update"]),
        values.decode(told["variables"]),
    )
    migration.migrate(session, instance_id, plan, actor=actor, skips=Skips(**config["skips"]))


def _modify(session: Session, instance_id: str, config: Mapping[str, Any], actor: Actor) -> None:
    modification.modify(
        session,
        instance_id,
        _steps(config),
        actor=actor,
        reason=config.get("reason") or "",
        skips=Skips(**config["skips"]),
    )


def _restart(session: Session, instance_id: str, config: Mapping[str, Any], actor: Actor) -> None:
    with suppress(NotFound):  # forgotten meanwhile
        restarting.restart(
            session,
            instance_id,
            config["definition"],
            _steps(config),
            actor=actor,
            initial=config["initial"],
            keyless=config["keyless"],
            skips=Skips(**config["skips"]),
        )


def _forget(session: Session, instance_id: str, _: Mapping[str, Any], actor: Actor) -> None:
    with suppress(NotFound):  # forgotten meanwhile
        forget.forget(session, instance_id, actor=actor)


def _forget_decision(session: Session, name: str, _: Mapping[str, Any], actor: Actor) -> None:
    forget.forget_decision(session, name, actor=actor)


def _remove_later(session: Session, name: str, config: Mapping[str, Any], _: Actor) -> None:
    at = config.get("at")
    deciding.set_removal(
        session,
        name,
        datetime.fromisoformat(at) if at else None,
        calculated=config["calculated"],
        hierarchical=config["hierarchical"],
    )


def _cancel(session: Session, instance_id: str, config: Mapping[str, Any], actor: Actor) -> None:
    instances.cancel(
        session,
        instance_id,
        actor=actor,
        reason=config.get("reason") or "由接口批量删除",
        skips=Skips(**config["skips"]),
    )


def _suspend(session: Session, instance_id: str, config: Mapping[str, Any], actor: Actor) -> None:
    suspension.switch_instances(session, [instance_id], suspended=config["suspended"], actor=actor)


def _set(session: Session, instance_id: str, config: Mapping[str, Any], actor: Actor) -> None:
    given = values.decode(config["variables"])
    scopes.set_variables(session, instance_id, given, actor=actor)


def _correlate(session: Session, instance_id: str, config: Mapping[str, Any], actor: Actor) -> None:
    correlation.correlate_now(
        session,
        Viewer(actor.id, scope="all"),
        correlation.Wanted(config["message"], instance_id=instance_id),
        actor=actor,
        variables=values.decode(config["variables"]),
        local={},
    )


def _retry(session: Session, job_id: str, config: Mapping[str, Any], actor: Actor) -> None:
    job = session.get(Job, int(job_id), with_for_update=True, populate_existing=True)
    if job is None or job.status not in jobs.OWED:
        return  # done meanwhile
    jobs.set_retries(session, job, config["retries"], actor=actor)
    if config.get("due"):
        jobs.set_due(session, job, datetime.fromisoformat(config["due"]), actor=actor)


def _retry_external(
    session: Session, task_id: str, config: Mapping[str, Any], actor: Actor
) -> None:
    with suppress(NotFound):  # done meanwhile
        external.set_retries(session, int(task_id), config["retries"], actor=actor)


_WORK: dict[str, Callable[[Session, str, Mapping[str, Any], Actor], None]] = {
    MIGRATION: _migrate,
    MODIFICATION: _modify,
    DELETION: _cancel,
    SUSPENSION: _suspend,
    VARIABLES: _set,
    CORRELATION: _correlate,
    JOB_RETRIES: _retry,
    EXTERNAL_RETRIES: _retry_external,
    RESTART: _restart,
    FORGETTING: _forget,
    FORGETTING_DECISIONS: _forget_decision,
    DECISION_REMOVAL: _remove_later,
}
