"""The difference one command made, as rows: written together, few statements whatever happened.

The state is the truth of the position; these rows are what inbox, timers and messages
look at. Both are written in the same transaction, so they cannot disagree.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import CursorResult, Table, delete, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm.exc import StaleDataError

from engine import calendar, clock, db, hooks, vault
from engine.calendar import Deadline
from engine.commands import retries
from engine.errors import Conflict, ExpressionError
from engine.hooks import OpenedTask
from engine.models import (
    Base,
    HistoryEvent,
    HumanTask,
    HumanTaskCandidate,
    Job,
    Outbox,
    Subscription,
    Variable,
    new_id,
)
from engine.state import values
from engine.state.host import Wait

if TYPE_CHECKING:
    from engine.commands.execution import Execution, Loaded

#: Waits that are rows of `job`.
JOBS = frozenset({"timer", "external", "async"})
#: Waits that are rows of `subscription`.
SUBSCRIPTIONS = frozenset({"message", "signal", "conditional"})
#: What a task without camunda:priority has.
NORMAL_PRIORITY = 50


class Batch:
    """Rows collected over every instance of the command, one statement per table."""

    def __init__(self) -> None:
        self.closed: list[str] = []
        self.jobs_gone: list[str] = []
        self.subscriptions_gone: list[str] = []
        self.tasks: list[dict[str, Any]] = []
        self.candidates: list[dict[str, Any]] = []
        self.jobs: list[dict[str, Any]] = []
        self.subscriptions: list[dict[str, Any]] = []
        self.variables: list[dict[str, Any]] = []
        self.variables_gone: list[tuple[str, str]] = []


def table_of(model: type[Base]) -> Table:
    """Return the table behind a class; every class of ours has exactly one."""
    return cast("Table", model.__table__)


_HISTORY = insert(table_of(HistoryEvent))
_INSERTS = {
    model: insert(table_of(model)) for model in (HumanTask, HumanTaskCandidate, Job, Subscription)
}


def tagged(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables as type-tagged JSON values, to compare and to project."""
    return {name: values.encode(value) for name, value in variables.items()}


def wait_id(instance_id: str, key: str) -> str:
    """Return the name of a wait that is unique over all instances."""
    return f"{instance_id}.{key}"


def write(work: Execution) -> None:
    """Write everything the command changed and tell the hooks.

    Raises:
        Conflict: another writer changed one of the instances first.
    """
    batch = Batch()
    for loaded in list(work.loaded.values()):
        _collect(work, loaded, batch)
    work.writing = True
    try:
        work.session.flush()  # states with their revision guard, and the areas' own rows
    except StaleDataError:
        raise Conflict("同一件诉求刚刚被其他人或系统更新，请重试。") from None
    _write_waits(work, batch)
    _write_variables(work, batch)
    _write_messages(work)
    _write_outbox(work)
    for instance_id, flows in work.paths.items():
        work.note(work.loaded[instance_id].row, "path", flows=list(dict.fromkeys(flows)))
    if work.history:
        work.session.execute(_HISTORY, work.history)
    hooks.tell(work.session, list(work.changes.values()))
    work.session.flush()  # what the hooks added
    if batch.jobs or work.messages:
        db.hint(work.session)


def _collect(work: Execution, loaded: Loaded, batch: Batch) -> None:
    row, run = loaded.row, loaded.run
    over = row.status in ("completed", "cancelled")
    after = {} if over else run.waits()
    gone = [wait for key, wait in loaded.before.items() if key not in after]
    new = [wait for key, wait in after.items() if key not in loaded.before]
    row.state = run.dump()
    for wait in gone:
        _collect_gone(work, loaded, wait, batch)
    for wait in new:
        _collect_new(work, loaded, wait, batch)
    now = tagged(run.variables)
    batch.variables += [
        _variable(row.id, name, value)
        for name, value in now.items()
        if name not in loaded.variables or loaded.variables[name] != value
    ]
    batch.variables_gone += [(row.id, name) for name in loaded.variables if name not in now]


def _collect_gone(work: Execution, loaded: Loaded, wait: Wait, batch: Batch) -> None:
    name = wait_id(loaded.row.id, wait.key)
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
        _human_task(work, loaded, wait, batch)
    elif wait.kind in JOBS:
        batch.jobs.append(_job(work, loaded, wait))
    elif wait.kind in SUBSCRIPTIONS:
        batch.subscriptions.append(_subscription(work, loaded, wait))


# ---- one row of each kind --------------------------------------------------------------


def _human_task(work: Execution, loaded: Loaded, wait: Wait, batch: Batch) -> None:
    row, run, attributes = loaded.row, loaded.run, wait.attributes

    def words(name: str) -> tuple[str, ...]:
        return _words(run.evaluate(wait.token, str(attributes.get(name) or "")), wait)

    due = _due(run.evaluate(wait.token, str(attributes.get("dueDate") or "")), wait)
    follow_up = _due(run.evaluate(wait.token, str(attributes.get("followUpDate") or "")), wait)
    priority = run.evaluate(wait.token, str(attributes.get("priority") or ""))
    assignees, users, groups = words("assignee"), words("candidateUsers"), words("candidateGroups")
    element = loaded.definition.description.elements.get(wait.element)
    barred = element.properties.get("huiyin:excluded", "") if element else ""
    excluded = _words(run.evaluate(wait.token, barred), wait)
    task: dict[str, Any] = {
        "id": new_id(),
        "instance_id": row.id,
        "root_id": row.root_id,
        "bundle": row.bundle,
        "process_key": row.process_key,
        "element_id": wait.element,
        "name": run.template(wait.token, wait.name) if "{" in wait.name else wait.name,
        "wait": wait_id(row.id, wait.key),
        "token": wait.token,
        "status": "open",
        "assignee": assignees[0] if assignees else None,
        "groups": list(groups),
        "users": list(users),
        "excluded": list(excluded),
        "form_key": attributes.get("formRef") or attributes.get("formKey"),
        "item": wait.index or 0,
        "priority": int(priority) if str(priority or "").strip() else NORMAL_PRIORITY,
        "created_at": work.now,
        "claimed_at": work.now if assignees else None,
        "due_at": due[0],
        "follow_up_at": follow_up[0],
        "deadline": due[1],
    }
    batch.tasks.append(task)
    batch.candidates += [
        {"human_task_id": task["id"], "kind": kind, "who": who}
        for kind, many in (("group", groups), ("user", users), ("not", excluded))
        for who in dict.fromkeys(many)
    ]
    work.change(loaded).opened.append(
        OpenedTask(task["id"], wait.element, task["assignee"], users, groups)
    )
    work.note(
        row,
        "opened",
        element=wait.element,
        name=task["name"],
        groups=list(groups),
        due=due[0].isoformat() if due[0] else None,
    )


def _words(value: Any, wait: Wait) -> tuple[str, ...]:
    """Read what an assignment expression gave: nothing, `a, b`, or a list."""
    if value is None:
        return ()
    parts: Iterable[Any] = value.split(",") if isinstance(value, str) else value
    if isinstance(parts, Mapping) or not isinstance(parts, Iterable):
        raise ExpressionError(
            f"“{wait.name}”（{wait.element}）的候选人或候选组应当是文字或文字列表，"
            "请检查流程图中的表达式。"
        )
    return tuple(text for text in (str(part).strip() for part in parts) if text)


def _due(value: Any, wait: Wait) -> tuple[datetime | None, dict[str, Any] | None]:
    if isinstance(value, Deadline):
        return value.due_at, value.as_dict()
    if isinstance(value, str) and value.strip():
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            raise ExpressionError(
                f"“{wait.name}”的办理期限“{value}”不是日期，请在流程图中改为 deadline(…) 或日期。"
            ) from None
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=clock.CHINA)
        return aware, None
    if isinstance(value, date):
        return datetime.combine(value, time.max, clock.CHINA).replace(microsecond=0), None
    return None, None


def _job(work: Execution, loaded: Loaded, wait: Wait) -> dict[str, Any]:
    attempts, backoff = retries.plan(wait.attributes)
    return {
        "kind": wait.kind,
        "instance_id": loaded.row.id,
        "element_id": wait.element,
        "wait": wait_id(loaded.row.id, wait.key),
        "token": wait.token,
        "slot": wait.slot,
        "due_at": wait.due or work.now,
        "deadline": wait.deadline.as_dict() if isinstance(wait.deadline, Deadline) else None,
        "status": "open",
        "attempts": 0,
        "max_attempts": attempts,
        "backoff": backoff,
        "topic": wait.attributes.get("topic"),
        "priority": 0,
        "payload": None,
        "created_at": work.now,
    }


def _subscription(work: Execution, loaded: Loaded, wait: Wait) -> dict[str, Any]:
    correlation = wait.correlation
    if correlation is None:
        correlation = loaded.row.business_key or ""
    return {
        "kind": wait.kind,
        "name": wait.event,
        "correlation": correlation if wait.kind == "message" else "",
        "instance_id": loaded.row.id,
        "element_id": wait.element,
        "wait": wait_id(loaded.row.id, wait.key),
        "token": wait.token,
        "slot": wait.slot,
        "created_at": work.now,
    }


def _variable(instance_id: str, name: str, value: Any) -> dict[str, Any]:
    plain = values.decode(value)
    text = plain if isinstance(plain, str) else json.dumps(value, ensure_ascii=False)
    return {
        "instance_id": instance_id,
        "scope": "",
        "name": name,
        "type": values.type_name(plain),
        "text_value": text[:500],
        "value": value,
    }


# ---- statements ------------------------------------------------------------------------


def _write_waits(work: Execution, batch: Batch) -> None:
    session = work.session
    if batch.closed:
        session.execute(
            update(HumanTask)
            .where(HumanTask.wait.in_(batch.closed), HumanTask.status == "open")
            .values(status="cancelled", closed_at=work.now)
            .execution_options(synchronize_session=False)
        )
    if batch.jobs_gone:
        session.execute(
            delete(Job)
            .where(Job.wait.in_(batch.jobs_gone))
            .execution_options(synchronize_session=False)
        )
    if batch.subscriptions_gone:
        session.execute(
            delete(Subscription)
            .where(Subscription.wait.in_(batch.subscriptions_gone))
            .execution_options(synchronize_session=False)
        )
    # Tables, not classes: the ORM would group rows by which of their values are NULL.
    for model, rows in (
        (HumanTask, batch.tasks),
        (HumanTaskCandidate, batch.candidates),
        (Job, batch.jobs),
        (Subscription, batch.subscriptions),
    ):
        if rows:
            session.execute(_INSERTS[model], rows)
    names = {row["name"] for row in batch.subscriptions if row["kind"] == "message"}
    if names:
        _unpark(work, names)


def _unpark(work: Execution, names: set[str]) -> None:
    """Messages that came before anybody waited for them may find their instance now."""
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
            delete(Variable).where(Variable.instance_id == instance_id, Variable.name == name)
        )


def _write_messages(work: Execution) -> None:
    """A thrown message or signal is a job: the receiver is another transaction."""
    if work.messages:
        work.session.execute(
            _INSERTS[Job],
            [
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
            ],
        )


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
