"""The difference one command made, as rows: written together, few statements whatever happened.

The state is the truth of the position; these rows are what inbox, timers and messages
look at. Both are written in the same transaction, so they cannot disagree.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    CursorResult,
    delete,
    insert,
    inspect,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from engine import calendar, db, hooks, vault, writable
from engine.commands import incidents, opening, retries, together, trail, waits
from engine.errors import Conflict
from engine.models import (
    HistoryEvent,
    HumanTask,
    HumanTaskCandidate,
    Incident,
    Job,
    Outbox,
    ProcessInstance,
    Subscription,
    Variable,
    table_of,
)
from engine.state import values
from engine.state.host import Wait

if TYPE_CHECKING:
    from engine.commands.execution import Execution, Loaded

#: Waits that are rows of `job`.
JOBS = frozenset({"timer", "external", "async"})
#: Waits that are rows of `subscription`.
SUBSCRIPTIONS = frozenset({"message", "signal", "conditional", "trigger"})


class Batch:
    """Rows collected over every instance of the command, one statement per table."""

    def __init__(self) -> None:
        self.closed: list[str] = []
        self.jobs_gone: list[str] = []
        self.incidents_gone: set[int] = set()
        self.subscriptions_gone: list[str] = []
        self.tasks: list[dict[str, Any]] = []
        self.candidates: list[dict[str, Any]] = []
        self.jobs: list[dict[str, Any]] = []
        self.subscriptions: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.variables: list[dict[str, Any]] = []
        self.variables_gone: list[tuple[str, str]] = []


TOO_LATE = "同一件诉求刚刚被其他人或系统更新，请重试。"
_TABLES = {
    model: table_of(model)
    for model in (HumanTask, HumanTaskCandidate, Job, Subscription, HistoryEvent)
}


def tagged(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables as type-tagged JSON values, to compare and to project."""
    return {name: values.encode(value) for name, value in variables.items()}


def write(work: Execution) -> None:
    """Write everything the command changed and tell the hooks.

    Raises:
        EngineError: a row would hold a text that no database can keep; nothing was written yet.
        Conflict: another writer changed one of the instances first.
    """
    batch = Batch()
    for loaded in list(work.loaded.values()):
        _collect(work, loaded, batch)
    batch.messages = _messages(work)
    _check(batch)
    states = _write_changed(work)  # what a handler left there may be refused
    work.writing = True
    _close_waits(work, batch)
    _close_cancelled(work)
    _write_variables(work, batch)
    if batch.messages:
        work.session.execute(insert(_TABLES[Job]), batch.messages)
    _write_outbox(work)
    for loaded in work.loaded.values():
        packed = loaded.host.trail.packed(loaded.run.writes)
        if packed:
            work.note(loaded.row, trail.KIND, detail=packed)
    _write_together(work, batch, states)
    _unpark(work, {row["name"] for row in batch.subscriptions if row["kind"] == "message"})
    hooks.tell(work.session, list(work.changes.values()))
    work.session.flush()  # what the hooks added
    if work.messages:
        db.hint(work.session)
    db.hint_if_soon(work.session, (job["due_at"] for job in batch.jobs))
    if any(job["kind"] == "external" for job in batch.jobs):
        db.hint_external(work.session)


def _check(batch: Batch) -> None:
    """Refuse what a diagram made too long while what a person did can still stand alone."""
    writable.check(_TABLES[HumanTask], batch.tasks)
    writable.check(_TABLES[HumanTaskCandidate], batch.candidates)
    writable.check(_TABLES[Job], batch.jobs)
    writable.check(_TABLES[Job], batch.messages)
    writable.check(_TABLES[Subscription], batch.subscriptions)


def _write_changed(work: Execution) -> list[tuple[ProcessInstance, bytes]]:
    """Write the areas' own rows; return the states that are still to be written.

    Rows of which an area changed nothing take the short way: the ORM's costs more than
    everything else a small command does.
    """
    short = []
    for loaded in work.loaded.values():
        row, blob = loaded.row, loaded.run.dump()
        changed = inspect(row).committed_state
        if not changed and blob == row.state:
            continue
        if changed.keys() <= together.STEPPED:
            for name in list(changed):
                set_committed_value(row, name, getattr(row, name))
            short.append((row, blob))
        else:
            row.state = blob
    try:
        work.session.flush()
    except StaleDataError:
        raise Conflict(TOO_LATE) from None
    return short


def _write_together(
    work: Execution, batch: Batch, states: list[tuple[ProcessInstance, bytes]]
) -> None:
    guards = [
        {"key": row.id, "seen": row.revision, "state": blob}
        | {name: getattr(row, name) for name in together.STEPPED}
        for row, blob in states
    ]
    fresh = {
        _TABLES[HumanTask]: batch.tasks,
        _TABLES[HumanTaskCandidate]: batch.candidates,
        _TABLES[Job]: batch.jobs,
        _TABLES[Subscription]: batch.subscriptions,
        _TABLES[HistoryEvent]: work.history,
    }
    if not together.write(work.connection, guards, fresh, work.closing):
        raise Conflict(TOO_LATE)
    work.closing = None
    for row, blob in states:
        set_committed_value(row, "state", blob)
        set_committed_value(row, "revision", row.revision + 1)


def _collect(work: Execution, loaded: Loaded, batch: Batch) -> None:
    row, run = loaded.row, loaded.run
    over = row.status in ("completed", "cancelled")
    after = {} if over else run.waits()
    gone = [wait for key, wait in loaded.before.items() if key not in after]
    new = [wait for key, wait in after.items() if key not in loaded.before]
    for wait in gone:
        _collect_gone(work, loaded, wait, batch)
    for wait in new:
        _collect_new(work, loaded, wait, batch)
    if loaded.reported:
        batch.incidents_gone |= loaded.reported - (set() if over else run.reported())
    if run.task_changes:
        opening.amend(work, loaded, after)
    now = tagged(run.lasting)
    batch.variables += [
        waits.variable(row.id, name, value)
        for name, value in now.items()
        if name not in loaded.variables or not values.same(loaded.variables[name], value)
    ]
    batch.variables_gone += [(row.id, name) for name in loaded.variables if name not in now]


def _collect_gone(work: Execution, loaded: Loaded, wait: Wait, batch: Batch) -> None:
    name = waits.wait_id(loaded.row.id, wait.key)
    if wait.kind == "human":
        work.change(loaded).closed.append(name)
        if wait.key not in loaded.acted:
            batch.closed.append(name)
    elif wait.kind in JOBS:
        if wait.key not in loaded.acted:
            batch.jobs_gone.append(name)
    elif wait.kind in SUBSCRIPTIONS:
        batch.subscriptions_gone.append(name)


def _collect_new(work: Execution, loaded: Loaded, wait: Wait, batch: Batch) -> None:
    if wait.kind == "human":
        key = waits.wait_id(loaded.row.id, wait.key)
        task, candidates = opening.human_task(work, loaded, wait, key)
        batch.tasks.append(task)
        batch.candidates += candidates
    elif wait.kind in JOBS:
        batch.jobs.append(waits.job(work, loaded, wait))
    elif wait.kind in SUBSCRIPTIONS:
        batch.subscriptions.append(waits.subscription(work, loaded, wait))


# ---- statements ------------------------------------------------------------------------


def _close_waits(work: Execution, batch: Batch) -> None:
    session = work.session
    if batch.closed:
        session.execute(
            update(HumanTask)
            .where(HumanTask.wait.in_(batch.closed), HumanTask.status == "open")
            .values(status="cancelled", closed_at=work.now)
            .execution_options(synchronize_session=False)
        )
    if batch.jobs_gone:
        cancel_jobs(work, batch.jobs_gone)
    if batch.incidents_gone:
        incidents.drop(session, Incident.id.in_(batch.incidents_gone), work.now)
    if batch.subscriptions_gone:
        session.execute(
            delete(Subscription)
            .where(Subscription.wait.in_(batch.subscriptions_gone))
            .execution_options(synchronize_session=False)
        )


def cancel_jobs(work: Execution, gone: list[str]) -> None:
    """Close jobs whose wait ended without them; the rows stay for the job log."""
    closed = work.session.execute(
        update(Job)
        .where(Job.wait.in_(gone), Job.status.not_in(("done", "cancelled")))
        .values(status="cancelled", done_at=work.now, lease=None)
        .returning(Job.id, incidents.MAY_BE_TOLD)
        .execution_options(synchronize_session=False)
    )
    failed = [job_id for job_id, is_told in closed if is_told]
    if failed:  # few ever do
        incidents.drop(work.session, Incident.job_id.in_(failed), work.now)


def _close_cancelled(work: Execution) -> None:
    """What was owed to a cancelled instance without a wait (a postponed step) goes with it."""
    over = [loaded.row.id for loaded in work.loaded.values() if loaded.row.status == "cancelled"]
    if not over:
        return
    work.session.execute(
        update(Job)
        .where(Job.instance_id.in_(over), Job.status.in_(("open", "failed", "parked")))
        .values(status="cancelled", done_at=work.now, lease=None)
        .execution_options(synchronize_session=False)
    )
    incidents.drop(work.session, Incident.instance_id.in_(over), work.now)


def _unpark(work: Execution, names: set[str]) -> None:
    """Messages that came before anybody waited for them may find their instance now."""
    if not names:
        return
    woken = work.session.execute(
        update(Job)
        .where(Job.status == "parked", Job.topic.in_(names))
        .values(status="open", not_before=None)
        .execution_options(synchronize_session=False)
    )
    if isinstance(woken, CursorResult) and woken.rowcount:
        db.hint(work.session)


def _write_variables(work: Execution, batch: Batch) -> None:
    if batch.variables:
        dialect = postgresql if db.is_postgres(work.session) else sqlite
        statement = dialect.insert(Variable)
        work.session.execute(
            statement.on_conflict_do_update(
                index_elements=["instance_id", "scope", "name"],
                set_={
                    "type": statement.excluded.type,
                    "text_value": statement.excluded.text_value,
                    "value": statement.excluded.value,
                },
            ),
            batch.variables,
        )
    for instance_id, name in batch.variables_gone:
        work.session.execute(
            delete(Variable).where(
                Variable.instance_id == instance_id, Variable.scope == "", Variable.name == name
            )
        )


def _messages(work: Execution) -> list[dict[str, Any]]:
    """Return a job for each message or signal thrown: the receiver is another transaction."""
    return [
        {
            "kind": kind,
            "instance_id": None,
            "topic": name,
            "due_at": work.now,
            "status": "open",
            "attempts": 0,
            "max_attempts": retries.ATTEMPTS,
            "backoff": list(retries.BACKOFF),
            "priority": 0,
            "payload": {
                "name": name,
                "correlation": correlation,
                "payload": values.encode(values.storable(dict(payload), name)),
                "from": row.id,
                "actor": work.actor.id,
            },
            "created_at": work.now,
        }
        for row, name, correlation, payload, kind in work.messages
    ]


def _write_outbox(work: Execution) -> None:
    """Notices to people wait for working hours unless they are urgent (§4.6 通则③)."""
    if not work.outgoing:
        return
    dialect = postgresql if db.is_postgres(work.session) else sqlite
    work.session.execute(
        dialect.insert(Outbox).on_conflict_do_nothing(index_elements=["key"]),
        [
            {
                "key": item.key,
                "kind": item.kind,
                "instance_id": instance_id,
                "recipient": item.recipient,
                "payload": vault.seal(
                    json.dumps(dict(item.payload), ensure_ascii=False), "outbox.payload"
                ),
                "created_at": work.now,
                "due_at": calendar.notice_time(work.session, work.now, urgent=item.urgent),
                "attempts": 0,
            }
            for instance_id, item in work.outgoing
        ],
    )


#: How long a message waits for somebody to receive it (`huiyin:ttl`).
MESSAGE_TTL = timedelta(days=7)
