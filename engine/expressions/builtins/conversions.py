"""Conversion functions (DMN 1.3, 10.3.4.1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from engine.errors import ExpressionError
from engine.expressions import arithmetic, comparison, fine, nodes, temporal, values
from engine.expressions.builtins import arguments as arg
from engine.expressions.builtins.registry import REGISTRY, builtin
from engine.expressions.environment import Run
from engine.expressions.far import FarDate, FarMoment
from engine.expressions.feel import FeelParser
from engine.expressions.fine import ExactDuration, Fine
from engine.expressions.limits import Undefined
from engine.expressions.values import Range, YearsMonths, kind, label

#: The functions that a literal may be written with.
_TEMPORAL: Final = frozenset({"date", "time", "date and time", "duration"})


@builtin("date", "from")
def date_from(value: Any) -> date | FarDate:
    value = arg.single(value)
    return temporal.parse_date(value) if isinstance(value, str) else arg.day(value)


@builtin("date", "year", "month", "day")
def date_of(year: Any, month: Any, day: Any) -> date | FarDate:
    return temporal.make_date(arg.whole(year), arg.whole(month), arg.whole(day))


@builtin("time", "from")
def time_from(value: Any) -> time | Fine:
    value = comparison.settle(arg.single(value))
    if isinstance(value, str):
        return temporal.parse_time(value)
    found: time | Fine = fine.lifted(_clock, value)
    return found


def _clock(value: Any) -> time:
    if isinstance(value, datetime | FarMoment):
        return value.timetz()
    if isinstance(value, date):
        return time(tzinfo=UTC)
    if not isinstance(value, time):
        raise Undefined(f"这里需要时间，得到的是{label(value)}。")
    return value


@builtin("time", "hour", "minute", "second", "offset?")
def time_of(hour: Any, minute: Any, second: Any, offset: Any = None) -> time | Fine:
    zone = None if offset is None else _zone(arg.duration(offset))
    seconds = arg.number(second)
    if not 0 <= seconds < 60:
        raise Undefined("没有这个时间。")
    try:
        return fine.clock(arg.whole(hour), arg.whole(minute), seconds, zone)
    except (ValueError, OverflowError):
        raise Undefined("没有这个时间。") from None


def _zone(offset: timedelta) -> timezone:
    if abs(offset) > timedelta(hours=14) or offset.microseconds:
        raise Undefined("时区偏移超出范围。")
    return timezone(offset)


@builtin("date and time", "from")
def moment_from(value: Any) -> datetime | FarMoment | Fine:
    value = comparison.settle(arg.single(value))
    if isinstance(value, str):
        return temporal.parse_moment(value)
    found: datetime | FarMoment | Fine = fine.lifted(_moment, value)
    return found


def _moment(value: Any) -> datetime | FarMoment:
    if isinstance(value, FarMoment):
        return value
    if isinstance(value, FarDate):
        return FarMoment(value, time())
    if not isinstance(value, date):
        raise Undefined(f"这里需要日期时间，得到的是{label(value)}。")
    return value if isinstance(value, datetime) else datetime.combine(value, time())


@builtin("date and time", "date", "time|timezone")
def moment_of(day: Any, clock: Any) -> datetime | FarMoment | Fine:
    clock = arg.single(clock)
    if isinstance(clock, str):  # a zone: the same moment, told there
        wanted = temporal.zone(f"@{clock}")
        told: datetime | FarMoment | Fine = fine.lifted(
            lambda moment: temporal.in_zone(moment, wanted), moment_from(day)
        )
        return told
    if kind(clock) != "time":
        raise Undefined(f"这里需要时间，得到的是{label(clock)}。")
    return temporal.combine(arg.day(day), clock)


@builtin("duration", "from")
def duration(value: Any) -> timedelta | YearsMonths | ExactDuration:
    value = arg.single(value)
    if arithmetic.is_length(value):
        return value  # type: ignore[no-any-return]  # it is a duration
    return temporal.parse_duration(arg.text(value))


@builtin("years and months duration", "from", "to")
def months_between(start: Any, end: Any) -> YearsMonths:
    return temporal.months_between(arg.day(start), arg.day(end))


@builtin("string", "from")
def string(value: Any) -> str | None:
    return None if value is None else values.text(value)


@builtin("range", "from")
def range_from(run: Run, source: Any) -> Range:
    """Return the interval that a text writes with literals, as DMN 1.5 has it: `[1..5)`."""
    written = arg.text(source)
    run.tick(len(written))
    try:
        tree = FeelParser(written).parse()
    except ExpressionError:
        tree = nodes.Literal(None)
    if not isinstance(tree, nodes.RangeOf):
        raise Undefined(f"“{written[:40]}”不是区间，应写成 [1..5] 或 (< 5)。")
    ends = [None if end is None else _literal_end(end) for end in (tree.low, tree.high)]
    if None not in ends and kind(ends[0]) != kind(ends[1]):
        raise Undefined("区间的两端不同类。")
    return Range(ends[0], ends[1], tree.low_closed, tree.high_closed)


def _literal_end(node: nodes.Node) -> Any:
    """Return the end that a literal gives, or a call that makes a date, time or duration of such.

    The second is a "date time literal" too (rule 62 of the grammar).
    """
    if isinstance(node, nodes.Call) and isinstance(node.callee, nodes.Name):
        named = {key: _literal_end(value) for key, value in node.named}
        values = [_literal_end(value) for value in node.args]
        for one in REGISTRY[node.callee.name] if node.callee.name in _TEMPORAL else ():
            if one.accepts(len(values), list(named)):
                return one.function(*(one.arrange(named, None) if named else values))
    if not isinstance(node, nodes.Literal) or node.value is None:
        raise Undefined("区间的两端应为数字、文字或日期时间，例如 [1..5]。")
    return node.value


@builtin("number", "from", "grouping separator?", "decimal separator?")
def number(source: Any, grouping: Any = None, point: Any = None) -> int | Decimal:
    source = arg.single(source)
    if arithmetic.is_number(source):
        return arithmetic.exact(source)
    digits = arg.text(source).strip()
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", "."):
        raise Undefined("千位符应为空格、逗号或句点，小数点应为逗号或句点。")
    if grouping is not None and grouping == (point or "."):
        raise Undefined("千位符与小数点不能相同。")
    if len(digits) > 100 or "_" in digits or not digits.isascii():
        raise Undefined(f"“{digits[:20]}”不是数字。")
    if grouping:
        digits = digits.replace(grouping, "")
    if point == ",":
        digits = digits.replace(".", "x").replace(",", ".")
    return _read(digits)


def _read(digits: str) -> int | Decimal:
    try:
        value = arithmetic.DECIMAL.create_decimal(digits)
    except (InvalidOperation, ArithmeticError):
        raise Undefined(f"“{digits[:20]}”不是数字。") from None
    if not value.is_finite():
        raise Undefined(f"“{digits[:20]}”不是数字。")
    return int(digits) if digits.lstrip("+-").isdigit() and len(digits) <= 34 else value
