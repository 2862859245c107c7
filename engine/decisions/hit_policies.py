"""Which of the matching rules count, and what they give together (DMN 1.3, 8.2.10)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from engine.errors import ExpressionError
from engine.expressions import comparison
from engine.expressions.builtins.numbers import total
from engine.expressions.limits import Undefined

Row = dict[str, Any]


class Hit(Protocol):
    """A rule that matched."""

    @property
    def label(self) -> str: ...


#: Hit policies with one answer; the others answer with a list.
SINGLE: Final = frozenset({"UNIQUE", "FIRST", "ANY", "PRIORITY"})
ALL: Final = SINGLE | {"COLLECT", "RULE ORDER", "OUTPUT ORDER"}
AGGREGATIONS: Final = frozenset({"SUM", "MIN", "MAX", "COUNT"})
#: Position of an output value in the list of its column: the first is the most important.
Ranks = Sequence[Callable[[Any], int] | None]


def unique(hits: Sequence[Hit], rows: list[Row]) -> list[Row]:
    """Return the only row.

    Raises:
        ExpressionError: several rules match; it names them.
    """
    if len(rows) > 1:
        named = "、".join(hit.label for hit in hits)
        raise ExpressionError(f"命中策略为“唯一”，但有 {len(rows)} 条规则同时命中：{named}。")
    return rows


def any_of(hits: Sequence[Hit], rows: list[Row]) -> list[Row]:
    """Return the first of rows that all say the same.

    Raises:
        ExpressionError: they do not.
    """
    for hit, row in zip(hits[1:], rows[1:], strict=True):
        if not comparison.same(row, rows[0]):
            raise ExpressionError(
                f"命中策略为“任意”，但规则 {hits[0].label} 与 {hit.label} 的输出不同。"
            )
    return rows[:1]


def ordered(rows: list[Row], ranks: Ranks) -> list[Row]:
    """Return the rows by the importance of their outputs, the first output first."""

    def importance(row: Row) -> list[int]:
        pairs = zip(row.values(), ranks, strict=True)
        return [rank(value) if rank is not None else 0 for value, rank in pairs]

    return sorted(rows, key=importance)


def aggregate(how: str, values: list[Any]) -> Any:
    """Return the sum, the smallest, the largest or the number of the values.

    Raises:
        ExpressionError: they cannot be added or compared.
    """
    if how == "COUNT":
        return len(values)
    try:
        if how == "SUM":
            return total(values)
        better = comparison.less if how == "MIN" else comparison.more
        best = values[0]
        for value in values[1:]:
            best = value if better(value, best) else best
    except Undefined as why:
        raise ExpressionError(f"命中策略 COLLECT {how} 不能计算：{why}") from None
    return best
