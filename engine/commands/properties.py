"""What a human task says: who, until when, how urgent, with which form.

Attributes mean what Camunda 7 says: candidates are lists of texts and expressions, dates
are ISO 8601 moments or durations from now, or what an expression gives. Listeners may
change the answers, before the task is opened and while it is open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any

from engine import clock
from engine.bpmn import timers
from engine.bpmn.definition import Description
from engine.bpmn.xml import COMMA
from engine.calendar import Deadline
from engine.errors import EngineError, ExpressionError
from engine.expressions.values import YearsMonths
from engine.state.host import Wait
from engine.state.run import Run

#: What a task without camunda:priority has.
NORMAL_PRIORITY = 50
#: Priorities and versions are 32-bit numbers, as in Camunda.
MAX_PRIORITY = 2**31 - 1


#: A change that a listener made: which property, and its new value.
Change = tuple[str, Any]


@dataclass
class Properties:
    """A human task without the row's keys."""

    name: str
    description: str | None
    assignee: str | None
    owner: str | None
    users: list[str]
    groups: list[str]
    excluded: list[str]
    priority: int
    due_at: datetime | None
    follow_up_at: datetime | None
    #: The deadline behind `due_at`.
    deadline: dict[str, Any] | None
    form_key: str | None
    form_version: int | None

    def facts(self) -> dict[str, Any]:
        """Return what `task.…` may read, in Camunda's words."""
        return {
            "name": self.name,
            "description": self.description,
            "assignee": self.assignee,
            "owner": self.owner,
            "priority": self.priority,
            "dueDate": self.due_at,
            "followUpDate": self.follow_up_at,
            "formKey": self.form_key,
        }


def written(run: Run, wait: Wait, description: Description, now: datetime) -> Properties:
    """Return what the diagram says about a human task at this moment.

    Raises:
        ExpressionError: an assignment, a date or the priority gives something else than it
            should.
    """
    attributes = wait.attributes

    def value(name: str) -> Any:
        text = attributes.get(name)
        return run.evaluate(wait.token, str(text)) if text else ""

    def words(text: Any) -> list[str]:
        return list(_words(str(text or ""), lambda part: run.evaluate(wait.token, part), wait))

    due = moment(value("dueDate"), now, wait)
    element = description.elements.get(wait.element)
    told = element.documentation if element else ""
    return Properties(
        name=run.template(wait.token, wait.name) if "{" in wait.name else wait.name,
        description=(run.template(wait.token, told) if "${" in told else told) or None,
        assignee=next(iter(words(attributes.get("assignee"))), None),
        owner=None,
        users=words(attributes.get("candidateUsers")),
        groups=words(attributes.get("candidateGroups")),
        excluded=words(element.properties.get("huiyin:excluded") if element else ""),
        priority=priority(value("priority"), wait),
        due_at=due[0],
        follow_up_at=moment(value("followUpDate"), now, wait, ends=False)[0],
        deadline=due[1],
        form_key=_text(value("formRef")) or _text(value("formKey")),
        form_version=_version(value("formRefVersion"), wait),
    )


def change(
    properties: Properties, changes: Sequence[Change], wait: Wait, now: datetime
) -> Properties:
    """Apply what listeners changed, in order; returns the same object.

    Raises:
        ExpressionError: a date or a priority is none.
    """
    for name, value in changes:
        if name == "priority":
            properties.priority = priority(value, wait)
        elif name == "dueDate":
            properties.due_at, properties.deadline = moment(value, now, wait)
        elif name == "followUpDate":
            properties.follow_up_at = moment(value, now, wait, ends=False)[0]
        elif name[0] in "+-":
            _candidates(properties, name, _text(value))
        else:
            setattr(properties, name, _text(value) or ("" if name == "name" else None))
    return properties


def _candidates(properties: Properties, name: str, who: str | None) -> None:
    many = properties.users if name[1:] == "user" else properties.groups
    if who in many:
        many.remove(who)
    if name[0] == "+" and who:
        many.append(who)


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
    return int(value) if is_number and isfinite(value) and value == int(value) else None


def _version(value: Any, wait: Wait) -> int | None:
    if value is None or value == "":
        return None
    number = whole(value)
    if number is None or abs(number) > MAX_PRIORITY:
        raise ExpressionError(
            f"“{wait.name or wait.element}”（{wait.element}）的表单版本“{value!s:.40}”不是整数。"
        )
    return number
