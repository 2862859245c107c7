"""One open human task as a row: who, until when, how urgent, with which form.

Attributes mean what Camunda 7 says: candidates are lists of texts and expressions, dates
are ISO 8601 moments or durations from now, or what an expression gives.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine import clock
from engine.bpmn import timers
from engine.calendar import Deadline
from engine.errors import EngineError, ExpressionError
from engine.expressions.values import YearsMonths
from engine.hooks import OpenedTask
from engine.models import new_id
from engine.state.host import Wait

if TYPE_CHECKING:
    from engine.commands.execution import Execution, Loaded
    from engine.state.run import Run

#: What a task without camunda:priority has.
NORMAL_PRIORITY = 50
#: Priorities are 32-bit numbers, as in Camunda.
MAX_PRIORITY = 2**31 - 1
#: A comma that is not inside `${…}`.
COMMA = re.compile(r",(?![^{}]*\})")


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
    row, run, attributes = loaded.row, loaded.run, wait.attributes

    def value(name: str) -> Any:
        return run.evaluate(wait.token, str(attributes.get(name) or ""))

    def words(text: str) -> tuple[str, ...]:
        return tuple(_words(text, lambda part: run.evaluate(wait.token, part), wait))

    due = moment(value("dueDate"), work.now, wait)
    follow_up = moment(value("followUpDate"), work.now, wait, ends=False)
    element = loaded.definition.description.elements.get(wait.element)
    assignee = next(iter(words(str(attributes.get("assignee") or ""))), None)
    users = words(str(attributes.get("candidateUsers") or ""))
    groups = words(str(attributes.get("candidateGroups") or ""))
    excluded = words(element.properties.get("huiyin:excluded", "") if element else "")
    task: dict[str, Any] = {
        "id": new_id(),
        "instance_id": row.id,
        "root_id": row.root_id,
        "bundle": row.bundle,
        "process_key": row.process_key,
        "element_id": wait.element,
        "name": run.template(wait.token, wait.name) if "{" in wait.name else wait.name,
        "description": _description(run, wait, element.documentation if element else ""),
        "wait": key,
        "token": wait.token,
        "status": "open",
        "assignee": assignee,
        "groups": list(groups),
        "users": list(users),
        "excluded": list(excluded),
        "form_key": _text(value("formRef")) or _text(value("formKey")),
        "form_version": _version(value("formRefVersion"), wait),
        "item": wait.index or 0,
        "priority": priority(value("priority"), wait),
        "created_at": work.now,
        "claimed_at": work.now if assignee else None,
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
        OpenedTask(task["id"], wait.element, assignee, users, groups, excluded)
    )
    told = {"task": task["id"], "groups": list(groups), "users": list(users)}
    told |= {"assignee": assignee, "due": due[0].isoformat() if due[0] else None}
    work.note(
        row,
        "opened",
        element=wait.element,
        name=task["name"],
        detail={name: value for name, value in told.items() if value},
    )
    return task, candidates


def _words(text: str, evaluate: Callable[[str], Any], wait: Wait) -> Iterator[str]:
    """Read an assignment: texts and expressions with commas, each one name, `a, b`, or a list."""
    whole = [text] if text.lstrip().startswith("=") else COMMA.split(text)
    for part in whole:
        value = evaluate(part.strip()) if part.strip() else None
        if value is None:
            continue
        many: Iterable[Any] = value.split(",") if isinstance(value, str) else value
        if isinstance(many, Mapping) or not isinstance(many, Iterable):
            raise ExpressionError(
                f"“{wait.name}”（{wait.element}）的候选人或候选组应当是文字或文字列表，"
                "请检查流程图中的表达式。"
            )
        yield from (name for name in (str(item).strip() for item in many) if name)


def _description(run: Run, wait: Wait, text: str) -> str | None:
    """Return the task's documentation, with its expressions computed as Camunda does."""
    return (run.template(wait.token, text) if "${" in text else text) or None


def _text(value: Any) -> str | None:
    return str(value).strip() or None if value is not None else None


def moment(
    value: Any, now: datetime, wait: Wait, *, ends: bool = True
) -> tuple[datetime | None, dict[str, Any] | None]:
    """Return when something is due, and the deadline behind it.

    Args:
        value: a deadline, a moment, a day, a duration from now, or the ISO 8601 text of one.
        now: what a duration begins at.
        ends: whether a day means its end (due) or its beginning (follow-up).

    Raises:
        ExpressionError: it is none of these.
    """
    if isinstance(value, Deadline):
        return value.due_at, value.as_dict()
    if value is None or (isinstance(value, str) and not value.strip()):
        return None, None
    try:
        return _moment(value, now, ends), None
    except EngineError as error:
        raise ExpressionError(
            f"“{wait.name}”（{wait.element}）的日期“{value!s:.40}”不能识别："
            "请写日期、时长（如 P3D），或 deadline(…) 一类的表达式。"
        ) from error


def _moment(value: Any, now: datetime, ends: bool) -> datetime:
    if isinstance(value, str):
        text = value.strip()
        value = timers.length(text) if text.startswith("P") else _written(text)
    if isinstance(value, timedelta | YearsMonths):
        return timers.after(now, value)
    if isinstance(value, date) and not isinstance(value, datetime) and ends:
        return datetime.combine(value, time.max, clock.CHINA).replace(microsecond=0)
    if not isinstance(value, date):
        raise EngineError("不是日期。")
    return timers.moment(value)


def _written(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return timers.moment(text)


def priority(value: Any, wait: Wait, normal: int = NORMAL_PRIORITY) -> int:
    """Return a priority: a whole number, or the text of one.

    Raises:
        ExpressionError: it is no such number.
    """
    if value is None or (isinstance(value, str) and not value.strip()):
        return normal
    number = whole(value)
    if number is None or abs(number) > MAX_PRIORITY:
        raise ExpressionError(
            f"“{wait.name or wait.element}”（{wait.element}）的优先级“{value!s:.40}”不是整数。"
        )
    return number


def whole(value: Any) -> int | None:
    """Return a whole number, or the text of one, as a number; None for everything else."""
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d{1,10}", value.strip(), re.A):
        return int(value)
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return int(value) if is_number and value == int(value) else None


def _version(value: Any, wait: Wait) -> int | None:
    if value is None or value == "":
        return None
    number = whole(value)
    if number is None:
        raise ExpressionError(
            f"“{wait.name or wait.element}”（{wait.element}）的表单版本“{value!s:.40}”不是整数。"
        )
    return number
