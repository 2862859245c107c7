"""One wait as one row: what a human task, a job, a subscription look like in their tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine import clock
from engine.calendar import Deadline
from engine.commands import retries
from engine.errors import ExpressionError
from engine.hooks import OpenedTask
from engine.models import new_id
from engine.state import values
from engine.state.host import Wait

if TYPE_CHECKING:
    from engine.commands.execution import Execution, Loaded

#: What a task without camunda:priority has.
NORMAL_PRIORITY = 50


def wait_id(instance_id: str, key: str) -> str:
    """Return the name of a wait that is unique over all instances."""
    return f"{instance_id}.{key}"


def human_task(
    work: Execution, loaded: Loaded, wait: Wait
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the row of a human task and the rows of its candidates; tell who will hear of it.

    Raises:
        ExpressionError: an assignment or a due date gives something else than it should.
    """
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
        "description": (element.documentation or None) if element else None,
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
    candidates = [
        {"human_task_id": task["id"], "kind": kind, "who": who}
        for kind, many in (("group", groups), ("user", users), ("not", excluded))
        for who in dict.fromkeys(many)
    ]
    work.change(loaded).opened.append(
        OpenedTask(task["id"], wait.element, task["assignee"], users, groups, excluded)
    )
    told = {"task": task["id"], "groups": list(groups), "users": list(users)}
    told |= {"assignee": task["assignee"], "due": due[0].isoformat() if due[0] else None}
    work.note(
        row,
        "opened",
        element=wait.element,
        name=task["name"],
        detail={key: value for key, value in told.items() if value},
    )
    return task, candidates


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


def job(work: Execution, loaded: Loaded, wait: Wait) -> dict[str, Any]:
    """Return the row of a timer, an external task or an async continuation."""
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


def subscription(work: Execution, loaded: Loaded, wait: Wait) -> dict[str, Any]:
    """Return the row of a wait for a message, a signal or a condition."""
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


def variable(instance_id: str, name: str, value: Any) -> dict[str, Any]:
    """Return the projection of one instance variable."""
    return {"instance_id": instance_id, "scope": "", "name": name, **projection(value)}


def projection(value: Any) -> dict[str, Any]:
    """Return what a query may compare of a variable's tagged value."""
    plain = values.decode(value)
    comparable = isinstance(plain, str | int | float | Decimal | date)
    text = values.searchable(plain) if comparable else json.dumps(value, ensure_ascii=False)
    return {
        "type": values.type_name(plain),
        "text_value": text[:500],
        "value": value,
    }
