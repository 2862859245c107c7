"""A question as the REST interface asks it: named filters, an order, a window.

Each resource says what its names mean in SQL; this module puts the statement together.

    FILTERS = {"processDefinitionKey": ProcessInstance.process_key.__eq__, …}
    ORDER = {"instanceId": ProcessInstance.id, …}
    statement = select(…).where(*conditions(asked, FILTERS))
    rows = session.execute(page(statement, asked, ORDER, ProcessInstance.id))
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from engine.models import ProcessDefinition
from engine.queries import matching

_definition = aliased(ProcessDefinition)
Column = ColumnElement[Any] | InstrumentedAttribute[Any]
Statement = Select[*tuple[Any, ...]]
Filters = Mapping[str, Callable[[Any], ColumnElement[bool]]]

#: What one answer holds at most; who wants more asks for the next window.
MOST = 10_000


@dataclass(frozen=True)
class VariableFilter:
    """A condition on a variable: name, operator, value."""

    name: str
    operator: str
    value: Any


@dataclass(frozen=True)
class Sorting:
    """One key of an order; `parameters` say which variable is meant."""

    key: str
    descending: bool
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Asked:
    """What was asked: only the names that were given are in `values`."""

    values: dict[str, Any] = field(default_factory=dict)
    sorting: list[Sorting] = field(default_factory=list)
    first: int = 0
    limit: int | None = None

    def get(self, name: str, default: Any = None) -> Any:
        """Return what was given under a name."""
        return self.values.get(name, default)

    def __contains__(self, name: str) -> bool:
        return name in self.values


def number(name: str) -> int:
    """Return a row's number from its name over REST; -1, which nobody has, for nonsense."""
    return int(name) if name.isascii() and name.isdigit() and len(name) < 19 else -1


def definition_number(name: str) -> int:
    """Return the number of a definition from its name `key:version:number`, or alone; or -1."""
    return number(name.rpartition(":")[2])


def conditions(asked: Asked, filters: Filters) -> list[ColumnElement[bool]]:
    """Return one condition for each name that was given and that the filters know."""
    return [filters[name](value) for name, value in asked.values.items() if name in filters]


def either(
    asked: Asked, of: Callable[[Asked], Sequence[ColumnElement[bool]]]
) -> list[ColumnElement[bool]]:
    """Return the conditions of `orQueries`: within each of them one match is enough.

    Args:
        of: the conditions of one question, as the resource asks them outside of `orQueries`.
    """
    return [or_(*inner) for part in asked.get("orQueries", ()) if (inner := of(part))]


def page(
    statement: Statement, asked: Asked, order: Mapping[str, Column], *last: Column
) -> Statement:
    """Sort and cut a statement; `last` makes the order total, so that windows do not overlap."""
    keys: list[ColumnElement[Any]] = []
    for sorting in asked.sorting:
        column = order[sorting.key]
        keys.append(column.desc() if sorting.descending else column.asc())
    limit = MOST if asked.limit is None else min(asked.limit, MOST)
    return statement.order_by(*keys, *last).offset(asked.first).limit(limit)


def count(session: Session, statement: Statement) -> int:
    """Return how many rows a statement finds."""
    counted = statement.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    return session.scalar(counted) or 0


def beyond(value: Any) -> datetime:
    """Return the first moment that is told as another one: outside there are milliseconds."""
    shown: datetime = value.replace(microsecond=value.microsecond // 1000 * 1000)
    return shown + timedelta(milliseconds=1)


def equals(column: Column) -> Callable[[Any], ColumnElement[bool]]:
    """Return a filter: the column is exactly the value; a moment, as it is told."""

    def make(value: Any) -> ColumnElement[bool]:
        exactly: ColumnElement[bool] = column == value
        if isinstance(value, datetime):
            end = beyond(value)
            exactly = and_(column >= end - timedelta(milliseconds=1), column < end)
        return exactly

    return make


def numbered(column: Column) -> Callable[[str], ColumnElement[bool]]:
    """Return a filter: the column is the number that a row's name is."""
    return lambda name: column == number(name)


def of_definition(column: Column) -> Callable[[str], ColumnElement[bool]]:
    """Return a filter: the column is the number in a definition's name, and the name is right.

    A number alone means whatever has it; a whole name never means another process, which an
    id that was kept from another database would.
    """

    def condition(name: str) -> ColumnElement[bool]:
        found: ColumnElement[bool] = column == definition_number(name)
        start, _, _ = name.rpartition(":")
        if not start:
            return found
        key, _, version = start.rpartition(":")
        known = exists(
            select(literal(1)).where(
                _definition.id == definition_number(name),
                _definition.key == key,
                _definition.version == number(version),
            )
        )
        return and_(found, known)

    return condition


def within(column: Column) -> Callable[[Any], ColumnElement[bool]]:
    """Return a filter: the column is one of the values."""
    return lambda values: column.in_(list(values))


def outside(column: Column) -> Callable[[Any], ColumnElement[bool]]:
    """Return a filter: the column is none of the values."""
    return lambda values: column.not_in(list(values))


def alike(column: Column) -> Callable[[Any], ColumnElement[bool]]:
    """Return a filter: the column matches a pattern with `%`."""
    return lambda value: matching.like(column, value)


def from_(column: Column) -> Callable[[Any], ColumnElement[bool]]:
    """Return a filter: the column is at or after the value."""
    return lambda value: column >= value


def until(column: Column) -> Callable[[Any], ColumnElement[bool]]:
    """Return a filter: the column is at or before the value; a moment, as it is told."""
    return lambda value: column < beyond(value) if isinstance(value, datetime) else column <= value


def after(column: Column) -> Callable[[datetime], ColumnElement[bool]]:
    """Return a filter: the column is later than a moment, as it is told."""
    return lambda value: column >= beyond(value)


def when(condition: ColumnElement[bool]) -> Callable[[Any], ColumnElement[bool]]:
    """Return a filter for a flag: true asks for the condition, false for nothing."""
    return lambda wanted: condition if wanted else true()


def never(_: Any) -> ColumnElement[bool]:
    """Filter by what this office does not have (tenants, case instances): nothing matches."""
    return false()


def always(_: Any) -> ColumnElement[bool]:
    """Filter by what everything here satisfies (no tenant)."""
    return true()


def variables(
    holder: Column, found: Sequence[VariableFilter], asked: Asked
) -> list[ColumnElement[bool]]:
    """Return the conditions of variable filters on an instance's own variables.

    Raises:
        ValueError: an operator does not fit its value.
    """
    fold_name = bool(asked.get("variableNamesIgnoreCase"))
    fold_value = bool(asked.get("variableValuesIgnoreCase"))
    return [
        matching.variable_is(
            holder,
            one.name,
            one.operator,
            one.value,
            fold_name=fold_name,
            fold_value=fold_value,
        )
        for one in found
    ]
