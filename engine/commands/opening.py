"""Human tasks as rows: one that opens, and one that listeners changed while it is open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from engine.commands import properties
from engine.commands.definitions import Definition
from engine.commands.properties import Properties
from engine.hooks import OpenedTask
from engine.models import HumanTask, HumanTaskCandidate, ProcessInstance, new_id
from engine.state.host import Wait
from engine.state.run import Run

if TYPE_CHECKING:
    from engine.commands.execution import Execution, Loaded


def human_task(
    work: Execution, loaded: Loaded, wait: Wait, key: str
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the row of a human task and the rows of its candidates; tell who will hear of it.

    Args:
        key: the name of the wait over all instances.

    Raises:
        ExpressionError: an assignment, a date or the priority gives something else than it
            should.
    """
    row = loaded.row
    found = _now(loaded.run, loaded.definition, wait, work.now)
    task: dict[str, Any] = {
        "id": new_id(),
        "instance_id": row.id,
        "root_id": row.root_id,
        "bundle": row.bundle,
        "process_key": row.process_key,
        "element_id": wait.element,
        "wait": key,
        "token": wait.token,
        "status": "open",
        "item": wait.index or 0,
        "created_at": work.now,
        "claimed_at": work.now if found.assignee else None,
        **vars(found),
    }
    work.change(loaded).opened.append(
        OpenedTask(
            task["id"],
            wait.element,
            found.assignee,
            tuple(found.users),
            tuple(found.groups),
            tuple(found.excluded),
        )
    )
    loaded.host.trail.opened(wait.token, found.assignee, found.users, found.groups)
    return task, _candidates(task["id"], found)


def _now(run: Run, definition: Definition, wait: Wait, now: datetime) -> Properties:
    """Return what the diagram says, and what create listeners made of it."""
    found = properties.written(run, wait, definition.description, now)
    return properties.change(found, run.task_changes.get(wait.token, ()), wait, now)


def _candidates(task_id: str, found: Properties) -> list[dict[str, Any]]:
    return [
        {"human_task_id": task_id, "kind": kind, "who": who}
        for kind, many in (("group", found.groups), ("user", found.users), ("not", found.excluded))
        for who in dict.fromkeys(many)
    ]


def facts(
    work: Execution, run: Run, instance: ProcessInstance, definition: Definition, token: str
) -> Mapping[str, Any]:
    """Return what listeners may read of the task at a token, whether or not it is open yet."""
    wait = run.described(token)
    row = _row(work, instance.id, token)
    if row is None:
        found, identity, created = _now(run, definition, wait, work.now), None, work.now
    else:
        found, identity, created = _changed(run, wait, row, work.now), row.id, row.created_at
    return {
        **found.facts(),
        "id": identity,
        "createTime": created,
        "executionId": token,
        "processInstanceId": instance.id,
        "processDefinitionId": str(definition.id),
    }


def _row(work: Execution, instance_id: str, token: str) -> HumanTask | None:
    wanted = select(HumanTask).where(HumanTask.wait == f"{instance_id}.{token}")
    return work.session.scalar(wanted)


def _changed(run: Run, wait: Wait, row: HumanTask, now: datetime) -> Properties:
    found = Properties(**{name: getattr(row, name) for name in Properties.__dataclass_fields__})
    found.users, found.groups = list(row.users), list(row.groups)
    return properties.change(found, run.task_changes.get(wait.token, ()), wait, now)


def amend(work: Execution, loaded: Loaded, waits: Mapping[str, Wait]) -> None:
    """Write what listeners changed of tasks that were open before this command and still are."""
    for token in loaded.run.task_changes:
        wait = waits.get(token)
        is_open = wait is not None and token in loaded.before
        row = _row(work, loaded.row.id, token) if is_open else None
        if wait is None or row is None:
            continue
        found = _changed(loaded.run, wait, row, work.now)
        if found.assignee != row.assignee:
            row.claimed_at = work.now if found.assignee else None
        for name, value in vars(found).items():
            setattr(row, name, value)
        row.updated_at = work.now
        rows = _candidates(row.id, found)
        work.session.execute(
            delete(HumanTaskCandidate).where(HumanTaskCandidate.human_task_id == row.id)
        )
        if rows:
            work.session.execute(insert(HumanTaskCandidate), rows)
