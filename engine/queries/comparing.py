"""Comparisons of variables that no row holds: as `matching` makes them in SQL, over values."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from engine.commands import waits
from engine.queries.asked import VariableFilter
from engine.queries.matching import MOMENT, NUMBERS, SEARCHABLE, Written
from engine.queries.records import sifting
from engine.state import values

_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gteq": operator.ge,
    "lt": operator.lt,
    "lteq": operator.le,
}


def holds(
    scope: Mapping[str, Any],
    one: VariableFilter,
    *,
    fold_name: bool = False,
    fold_value: bool = False,
) -> bool:
    """Say whether a scope itself holds a variable for which the comparison is true."""
    name = one.name.lower() if fold_name else one.name
    return any(
        _compared(waits.projection(values.encode(value)), one.operator, one.value, fold_value)
        for known, value in scope.items()
        if (known.lower() if fold_name else known) == name
    )


def _compared(row: Mapping[str, Any], sign: str, value: Any, fold: bool) -> bool:
    kind, text = row["type"], row["text_value"]
    if isinstance(value, Written):
        return _written(row, sign, value, fold)
    if sign in ("like", "notLike"):
        if kind != "String":
            return False
        pattern = value.lower() if fold else value
        found = sifting.matches(text.lower() if fold else text, pattern)
        return found if sign == "like" else not found
    if sign in ("eq", "neq"):
        return _same(kind, text, value, fold) == (sign == "eq")
    left, right = _ordered(kind, text, value)
    return left is not None and _ORDERED[sign](left, right)


def _written(row: Mapping[str, Any], sign: str, value: Written, fold: bool) -> bool:
    as_text = _compared(row, sign, value.text, fold)
    if sign in ("like", "notLike") or (sign in _ORDERED and isinstance(value.meant, bool)):
        return as_text
    as_meant = _compared(row, sign, value.meant, fold)
    return (as_text and as_meant) if sign == "neq" else (as_text or as_meant)


def _same(kind: str, text: str, value: Any, fold: bool) -> bool:
    if value is None:
        return kind == "Null"
    if isinstance(value, str) and fold:
        return kind == "String" and text.lower() == value.lower()
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return kind in NUMBERS and float(text) == float(value)
    wanted = {bool: "Boolean", str: "String"}.get(type(value), MOMENT)
    return kind == wanted and text == values.searchable(value)[:SEARCHABLE]


def _ordered(kind: str, text: str, value: Any) -> tuple[Any, Any]:
    if isinstance(value, int | float | Decimal):
        return (float(text) if kind in NUMBERS else None), float(value)
    wanted = MOMENT if isinstance(value, date) else "String"
    return (text if kind == wanted else None), values.searchable(value)[:SEARCHABLE]
