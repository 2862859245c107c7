"""Range functions (DMN 1.3, 10.3.4.9), on positions.

A position is a value and a hair: the start of `(1..5]` lies a hair after 1, the end of
`[1..5)` a hair before 5. With that every relation is one or two comparisons.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.expressions import comparison
from engine.expressions.builtins import arguments as arg
from engine.expressions.builtins.registry import builtin
from engine.expressions.limits import Undefined
from engine.expressions.values import Range, label


class Position(NamedTuple):
    #: -1 before everything, 0 at `value`, 1 after everything
    side: int
    value: Any
    hair: int


def _start(value: Any) -> Position:
    if not isinstance(value, Range):
        return Position(0, value, 0)
    if value.low is None:
        return Position(-1, None, 0)
    return Position(0, value.low, 0 if value.low_closed else 1)


def _end(value: Any) -> Position:
    if not isinstance(value, Range):
        return Position(0, value, 0)
    if value.high is None:
        return Position(1, None, 0)
    return Position(0, value.high, 0 if value.high_closed else -1)


def _order(one: Position, other: Position) -> int:
    """Return -1, 0 or 1: where one position lies from another."""
    if one.side or other.side:
        return (one.side > other.side) - (one.side < other.side)
    if comparison.less(one.value, other.value):
        return -1
    if comparison.more(one.value, other.value):
        return 1
    return (one.hair > other.hair) - (one.hair < other.hair)


def _pair(one: Any, other: Any, *, ranges: str) -> tuple[Any, Any]:
    """Return both arguments, of which some must be ranges: `any`, `second` or `both`."""
    one, other = arg.single(one), arg.single(other)
    needed = {"any": (), "second": (other,), "both": (one, other)}[ranges]
    for value in needed:
        if not isinstance(value, Range):
            raise Undefined(f"这里需要区间，得到的是{label(value)}。")
    return one, other


@builtin("before", "point1|range1", "point2|range2")
@builtin("before", "point", "range")
@builtin("before", "range", "point")
def before(one: Any, other: Any) -> bool:
    one, other = _pair(one, other, ranges="any")
    return _order(_end(one), _start(other)) < 0


@builtin("after", "point1|range1", "point2|range2")
@builtin("after", "point", "range")
@builtin("after", "range", "point")
def after(one: Any, other: Any) -> bool:
    return before(other, one)


@builtin("meets", "range1", "range2")
def meets(one: Any, other: Any) -> bool:
    one, other = _pair(one, other, ranges="both")
    end, start = _end(one), _start(other)
    return (
        end.side == 0 and start.side == 0 and end.hair == 0 == start.hair and not _order(end, start)
    )


@builtin("met by", "range1", "range2")
def met_by(one: Any, other: Any) -> bool:
    return meets(other, one)


@builtin("overlaps", "range1", "range2")
def overlaps(one: Any, other: Any) -> bool:
    one, other = _pair(one, other, ranges="both")
    return _order(_end(one), _start(other)) >= 0 and _order(_end(other), _start(one)) >= 0


@builtin("overlaps before", "range1", "range2")
def overlaps_before(one: Any, other: Any) -> bool:
    one, other = _pair(one, other, ranges="both")
    return (
        _order(_start(one), _start(other)) < 0
        and _order(_end(one), _start(other)) >= 0
        and _order(_end(one), _end(other)) <= 0
    )


@builtin("overlaps after", "range1", "range2")
def overlaps_after(one: Any, other: Any) -> bool:
    return overlaps_before(other, one)


@builtin("finishes", "point|range1", "range|range2")
def finishes(one: Any, other: Any) -> bool:
    one, other = _pair(one, other, ranges="second")
    return _order(_end(one), _end(other)) == 0 and _order(_start(one), _start(other)) >= 0


@builtin("finished by", "range|range1", "point|range2")
def finished_by(one: Any, other: Any) -> bool:
    return finishes(other, one)


@builtin("during", "point|range1", "range|range2")
def during(one: Any, other: Any) -> bool:
    one, other = _pair(one, other, ranges="second")
    return _order(_start(other), _start(one)) <= 0 and _order(_end(one), _end(other)) <= 0


@builtin("includes", "range|range1", "point|range2")
def includes(one: Any, other: Any) -> bool:
    return during(other, one)


@builtin("starts", "point|range1", "range|range2")
def starts(one: Any, other: Any) -> bool:
    one, other = _pair(one, other, ranges="second")
    return _order(_start(one), _start(other)) == 0 and _order(_end(one), _end(other)) <= 0


@builtin("started by", "range|range1", "point|range2")
def started_by(one: Any, other: Any) -> bool:
    return starts(other, one)


@builtin("coincides", "point1|range1", "point2|range2")
def coincides(one: Any, other: Any) -> bool:
    one, other = _pair(one, other, ranges="any")
    if isinstance(one, Range) is not isinstance(other, Range):
        raise Undefined("一边是区间，一边是值，不能比较。")
    return _order(_start(one), _start(other)) == 0 and _order(_end(one), _end(other)) == 0
