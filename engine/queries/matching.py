"""Comparisons of variables in SQL: one condition for one filter, on both databases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Float,
    LargeBinary,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import FunctionElement

from engine.models import TaskVariable, Variable
from engine.state import values

#: Rows with the projection of a variable.
Row = type[Variable] | type[TaskVariable]

NUMBERS = ("Short", "Integer", "Long", "Double", "Decimal")
MOMENT = "Date"
#: What a backslash in a pattern takes the meaning from.
WILD = ("%", "_", "\\")
#: How many characters of a text are searchable.
SEARCHABLE = 500


@dataclass(frozen=True)
class Written:
    """A value in an address, where everything is text: the text, and what else it may mean."""

    text: str
    meant: int | float | bool


class LikeExactly(FunctionElement[bool]):
    """LIKE that tells upper from lower case on SQLite as well."""

    type = Boolean()
    inherit_cache = True
    name = "like_exactly"


@compiles(LikeExactly)
def _like(element: LikeExactly, compiler: Any, **more: Any) -> str:
    text, pattern, _ = (compiler.process(part, **more) for part in element.clauses)
    return f"({text} LIKE {pattern})"


@compiles(LikeExactly, "sqlite")
def _glob(element: LikeExactly, compiler: Any, **more: Any) -> str:
    text, _, pattern = (compiler.process(part, **more) for part in element.clauses)
    return f"({text} GLOB {pattern})"


def pieces(pattern: str) -> Iterator[tuple[str, bool]]:
    r"""Yield (character, whether it stands for others) of a pattern with `%` and `_`.

    A backslash takes the meaning from what follows: `100\%`. Before anything else it is itself.
    """
    escaped = False
    for place, character in enumerate(pattern):
        if not escaped and character == "\\" and pattern[place + 1 : place + 2] in WILD:
            escaped = True
            continue
        yield character, not escaped and character in "%_"
        escaped = False


def like(
    column: ColumnElement[Any] | InstrumentedAttribute[Any], pattern: str, *, fold: bool = False
) -> ColumnElement[bool]:
    """Return whether a column matches a pattern, see `pieces`; `fold` ignores case."""
    found = list(pieces(pattern.lower() if fold else pattern))
    as_like = "".join(one if wild or one not in "%_\\" else f"\\{one}" for one, wild in found)
    as_glob = "".join(
        {"%": "*", "_": "?"}[one] if wild else f"[{one}]" if one in "[*?" else one
        for one, wild in found
    )
    return LikeExactly(func.lower(column) if fold else column, as_like, as_glob)


def variable_is(
    holder: ColumnElement[Any] | InstrumentedAttribute[Any],
    name: str,
    operator: str,
    value: Any,
    *,
    fold_name: bool = False,
    fold_value: bool = False,
    scopes: Sequence[ColumnElement[Any] | str] = ("",),
) -> ColumnElement[bool]:
    """Return whether an instance holds a variable for which the comparison is true.

    Args:
        holder: the column with the instance's id.
        operator: eq, neq, gt, gteq, lt, lteq, like or notLike.
        scopes: which scopes count; the instance's own by default.

    Raises:
        ValueError: the operator does not fit the value.
    """
    return exists(
        select(Variable.name).where(
            Variable.instance_id == holder,
            Variable.scope.in_(scopes),
            named(name, fold=fold_name),
            compared(operator, value, fold=fold_value),
        )
    )


def named(name: str, *, fold: bool = False, row: Row = Variable) -> ColumnElement[bool]:
    """Return whether a row of `variable` has this name."""
    return func.lower(row.name) == name.lower() if fold else row.name == name


def compared(
    operator: str, value: Any, *, fold: bool = False, row: Row = Variable
) -> ColumnElement[bool]:
    """Return the condition on a row of `variable`. Raises ValueError, see `variable_is`."""
    if isinstance(value, Written):
        return _written(operator, value, fold, row)
    if operator in ("like", "notLike"):
        if not isinstance(value, str):
            raise ValueError("like compares texts only")
        matches = like(row.text_value, value, fold=fold)
        return and_(row.type == "String", matches if operator == "like" else ~matches)
    if operator in ("eq", "neq"):
        same = _same(value, fold, row)
        return same if operator == "eq" else ~same
    left, right = _ordered(value, row)
    found: ColumnElement[bool] = {
        "gt": left > right,
        "gteq": left >= right,
        "lt": left < right,
        "lteq": left <= right,
    }[operator]
    return found


def _written(operator: str, value: Written, fold: bool, row: Row) -> ColumnElement[bool]:
    as_text = compared(operator, value.text, fold=fold, row=row)
    ordered = operator in ("gt", "gteq", "lt", "lteq")
    if operator in ("like", "notLike") or (ordered and isinstance(value.meant, bool)):
        return as_text
    as_meant = compared(operator, value.meant, fold=fold, row=row)
    return and_(as_text, as_meant) if operator == "neq" else or_(as_text, as_meant)


def _same(value: Any, fold: bool, row: Row) -> ColumnElement[bool]:
    if value is None:
        return row.type == "Null"
    if isinstance(value, str) and fold:
        return and_(row.type == "String", func.lower(row.text_value) == value.lower())
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return func.coalesce(number(row) == float(value), False)
    kind = {bool: "Boolean", str: "String"}.get(type(value), MOMENT)
    wanted = values.searchable(value)[:SEARCHABLE]
    return and_(row.type == kind, row.text_value == wanted)


def _ordered(value: Any, row: Row) -> tuple[ColumnElement[Any], Any]:
    if isinstance(value, bool) or value is None:
        raise ValueError("this value has no order")
    if isinstance(value, int | float | Decimal):
        return number(row), float(value)
    kind = MOMENT if isinstance(value, date) else "String"
    return case((row.type == kind, row.text_value)), values.searchable(value)[:SEARCHABLE]


def number(row: Row) -> ColumnElement[Any]:
    """Return the number of a row of `variable`, NULL for what is none."""
    # Only what is a number is cast: PostgreSQL would refuse the rest.
    return case((row.type.in_(NUMBERS), cast(row.text_value, Float)))


class Mentions(FunctionElement[bool]):
    """Whether some bytes stand in others."""

    type = Boolean()
    inherit_cache = True
    name = "mentions"


@compiles(Mentions)
def _position(element: Mentions, compiler: Any, **more: Any) -> str:
    whole, part = (compiler.process(one, **more) for one in element.clauses)
    return f"(position({part} in {whole}) > 0)"


@compiles(Mentions, "sqlite")
def _instr(element: Mentions, compiler: Any, **more: Any) -> str:
    whole, part = (compiler.process(one, **more) for one in element.clauses)
    return f"(instr({whole}, {part}) > 0)"


def mentions(
    column: ColumnElement[Any] | InstrumentedAttribute[Any], part: bytes
) -> ColumnElement[bool]:
    """Return whether a column of bytes contains a part."""
    return Mentions(column, literal(part, LargeBinary()))
