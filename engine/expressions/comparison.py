"""Which values are equal, and which comes first; `Undefined` where that cannot be said."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from engine.clock import CHINA
from engine.expressions import limits, temporal
from engine.expressions.arithmetic import Operator
from engine.expressions.limits import LimitReached, Undefined
from engine.expressions.values import Function, Range, adopt, declared, finite, kind, label

_ORDERED: Final = frozenset(
    {
        "number", "string", "date", "time", "date and time",
        "days and time duration", "years and months duration",
    }
)  # fmt: skip
_SAME: Final = frozenset({int, str, bool, Decimal})


def settle(value: Any) -> Any:
    """Return the value that stands for an object in comparisons: its `due_at`, if it has one."""
    if isinstance(value, float | Decimal):
        return finite(value)
    return adopt(value.due_at) if "due_at" in declared(value) else adopt(value)


def equal(left: Any, right: Any) -> bool:
    """Tell whether two values are equal; null equals only null.

    Raises:
        Undefined: they are of different kinds.
    """
    if type(left) is type(right) and type(left) in _SAME:
        return bool(left == right)
    if left is None or right is None:
        return left is right
    left, right = settle(left), settle(right)
    if kind(left) != kind(right):
        raise Undefined(f"{label(left)}与{label(right)}不能比较。")
    left, right = temporal.alike(left, right)
    return _same(left, right, [limits.MAX_PARTS])


def same(left: Any, right: Any) -> bool:
    """Tell whether two values are equal; different kinds are simply not."""
    try:
        return equal(left, right)
    except Undefined:
        return False


def _same(left: Any, right: Any, budget: list[int]) -> bool:
    budget[0] -= 1
    if budget[0] < 0:
        raise LimitReached("比较的内容太大。")
    left, right = temporal.alike(settle(left), settle(right))
    if kind(left) != kind(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(
            _same(one, other, budget) for one, other in zip(left, right, strict=True)
        )
    if isinstance(left, Mapping):
        return left.keys() == right.keys() and all(
            _same(left[key], right[key], budget) for key in left
        )
    if isinstance(left, Range | Function):
        return left is right or bool(left == right)
    if temporal.clocks_differ(left, right):
        return False
    return bool(left == right)


def _ordering(operation: Operator, sign: str) -> Operator:
    def compare(left: Any, right: Any) -> bool:
        if type(left) is type(right) and type(left) in _SAME and type(left) is not bool:
            return bool(operation(left, right))
        left, right = settle(left), settle(right)
        if kind(left) != kind(right) or kind(left) not in _ORDERED:
            raise Undefined(f"{label(left)}与{label(right)}不能用“{sign}”比较。")
        left, right = temporal.alike(left, right)
        if temporal.clocks_differ(left, right):
            raise Undefined(f"时区不同或不全的时间不能用“{sign}”比较。")
        return bool(operation(left, right))

    return compare


def unequal(left: Any, right: Any) -> bool:
    """Tell whether two values of one kind differ."""
    return not equal(left, right)


less = _ordering(operator.lt, "<")
at_most = _ordering(operator.le, "<=")
more = _ordering(operator.gt, ">")
at_least = _ordering(operator.ge, ">=")

COMPARISONS: Final[dict[str, Operator]] = {
    "=": equal, "!=": unequal, "<": less, "<=": at_most, ">": more, ">=": at_least,
}  # fmt: skip


def contains(interval: Range, value: Any) -> bool:
    """Tell whether a value lies in an interval.

    Raises:
        Undefined: the value cannot be compared with the ends.
    """
    if value is None:
        raise Undefined("空值不能与区间比较。")
    if interval.low is not None:
        above = at_least if interval.low_closed else more
        if not above(value, interval.low):
            return False
    if interval.high is not None:
        below = at_most if interval.high_closed else less
        return bool(below(value, interval.high))
    return True


def as_datetime(value: Any) -> Any:
    """Return midnight in China for a date, for languages that compare dates with moments."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time(), CHINA)
    return value
