"""What a built-in expects of an argument. A list of one counts as its item, as DMN says."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from engine.expressions import access, comparison, fine
from engine.expressions.arithmetic import exact
from engine.expressions.environment import Run
from engine.expressions.far import FarDate, FarMoment
from engine.expressions.limits import Undefined
from engine.expressions.values import adopt, kind, label

Number = Any  # int or Decimal


def single(value: Any) -> Any:
    """Return the item of a list of one; anything else as it is."""
    return adopt(value[0]) if isinstance(value, list) and len(value) == 1 else value


def text(value: Any) -> str:
    value = single(value)
    if not isinstance(value, str):
        raise Undefined(f"这里需要文字，得到的是{label(value)}。")
    return value


def number(value: Any) -> Number:
    return exact(single(value))


def whole(value: Any) -> int:
    return access.whole(single(value))


def boolean(value: Any) -> bool:
    value = single(value)
    if not isinstance(value, bool):
        raise Undefined(f"这里需要是否值，得到的是{label(value)}。")
    return value


def items(value: Any, run: Run) -> list[Any]:
    """Return a list, paying for its length; a single value is a list of one, null is none."""
    if value is None:
        raise Undefined("这里需要列表，得到的是空值。")
    if not isinstance(value, list):
        return [value]
    run.tick(len(value))
    return [adopt(item) for item in value]


def spread(values: tuple[Any, ...], run: Run) -> list[Any]:
    """Return the items of `f(list)` or of `f(a, b, c)`."""
    return items(values[0] if len(values) == 1 else list(values), run)


def day(value: Any) -> date | FarDate:
    """Return a date; a date and time counts as its day."""
    value, _ = fine.split(comparison.settle(single(value)))
    if isinstance(value, FarMoment):
        return value.date
    if isinstance(value, datetime):
        return value.date()
    if not isinstance(value, date | FarDate):
        raise Undefined(f"这里需要日期，得到的是{label(value)}。")
    return value


def duration(value: Any) -> timedelta:
    value = single(value)
    if not isinstance(value, timedelta):
        raise Undefined(f"这里需要时长，得到的是{label(value)}。")
    return value


def context(value: Any) -> Any:
    value = single(value)
    if kind(value) != "context" or not hasattr(value, "items"):
        raise Undefined(f"这里需要对象，得到的是{label(value)}。")
    return value
