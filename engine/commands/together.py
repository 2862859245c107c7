"""Rows of several tables in as few trips to the database as it allows.

A trip to PostgreSQL costs as much as everything a small command reckons, and a hundred times
that when the database is far away. A statement there may carry others in front of it (`WITH`),
and a list of rows as one JSON parameter: a state under its guard and all new rows go together.
SQLite lives in this process; it gets one statement after the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    JSON,
    Connection,
    Insert,
    ScalarSelect,
    Select,
    Table,
    bindparam,
    column,
    func,
    insert,
    literal,
    select,
    update,
)

from engine.models import HumanTask, Moment, ProcessInstance, table_of, utc

Rows = Sequence[Mapping[str, Any]]

#: What stepping itself changes of an instance's row, besides its state.
STEPPED = frozenset({"status", "ended_at", "outcome"})
#: What completing a human task changes of its row, besides its status.
CLOSED = frozenset({"closed_at", "completed_by", "claimed_at", "assignee"})
_INSTANCE, _TASK = table_of(ProcessInstance), table_of(HumanTask)
#: Moves an instance on that is still as it was read.
_MOVE = (
    update(_INSTANCE)
    .where(_INSTANCE.c.id == bindparam("key"), _INSTANCE.c.revision == bindparam("seen"))
    .values(
        revision=_INSTANCE.c.revision + 1,
        **{name: bindparam(name) for name in ("state", *STEPPED)},
    )
)
#: Closes a task that is still as it was read: a rival who came between finds no row.
_CLOSE = (
    update(_TASK)
    .where(
        _TASK.c.id == bindparam("task"),
        _TASK.c.status == "open",
        func.coalesce(_TASK.c.assignee, "") == bindparam("holder"),
    )
    .values(status=literal("completed"), **{name: bindparam(name) for name in CLOSED})
)


def close(connection: Connection, closing: Mapping[str, Any]) -> bool:
    """Close a human task alone, see `write`."""
    return connection.execute(_CLOSE, closing).rowcount == 1


def write(
    connection: Connection,
    states: Rows,
    fresh: Mapping[Table, Rows],
    closing: Mapping[str, Any] | None = None,
) -> bool:
    """Close a human task, write states, and insert the new rows of each table.

    Args:
        states: `key`, `seen` (the revision that was read), `state` and what is `STEPPED`.
        fresh: rows of one shape for each table; what they leave out is NULL or counted.
        closing: `task`, `holder` (who had it when it was read, or "") and what is `CLOSED`.

    Returns:
        False when somebody else changed the task or an instance since; the caller rolls back.
    """
    fresh = {table: rows for table, rows in fresh.items() if rows}
    if connection.dialect.name == "postgresql":
        return _at_once(connection, states, fresh, closing)
    if closing and not close(connection, closing):
        return False
    if states and connection.execute(_MOVE, states).rowcount != len(states):
        return False
    for table, rows in fresh.items():
        connection.execute(_insert(table), rows)
    return True


@lru_cache
def _insert(table: Table) -> Insert:
    return insert(table)


def _at_once(
    connection: Connection,
    states: Rows,
    fresh: Mapping[Table, Rows],
    closing: Mapping[str, Any] | None,
) -> bool:
    if len(states) > 1:
        if connection.execute(_MOVE, states).rowcount != len(states):
            return False
        states = ()
    shape = _Shape(
        tuple((table, tuple(rows[0])) for table, rows in fresh.items()),
        moves=bool(states),
        closes=bool(closing),
    )
    if shape == _Shape():
        return True
    given = dict(closing or {})
    for state in states:
        given |= state
    for table, rows in fresh.items():
        given[table.name] = _plain(table, rows)
    changed = connection.execute(_statement(shape), given).scalar_one()
    return changed == shape.moves + shape.closes


def _plain(table: Table, rows: Rows) -> list[dict[str, Any]]:
    """Return rows as JSON can have them."""
    moments = _moments(table)
    return [
        {
            name: utc(value).isoformat() if name in moments and value is not None else value
            for name, value in row.items()
        }
        for row in rows
    ]


@lru_cache
def _moments(table: Table) -> frozenset[str]:
    return frozenset(found.name for found in table.columns if isinstance(found.type, Moment))


class _Shape(NamedTuple):
    """What one statement does."""

    fresh: tuple[tuple[Table, tuple[str, ...]], ...] = ()
    moves: bool = False
    closes: bool = False


@lru_cache(maxsize=200)
def _statement(shape: _Shape) -> Select[int]:
    """Return a statement that does it all and says how many rows it found as they were read."""
    found: Any = literal(0)
    if shape.moves:
        found += _count(_MOVE.returning(_INSTANCE.c.id).cte("moved"))
    if shape.closes:
        found += _count(_CLOSE.returning(_TASK.c.id).cte("closed"))
    return select(found).add_cte(*(_from_json(table, names) for table, names in shape.fresh))


def _count(changed: CTE) -> ScalarSelect[int]:
    return select(func.count()).select_from(changed).scalar_subquery()


def _from_json(table: Table, names: tuple[str, ...]) -> CTE:
    """Insert the rows of a JSON parameter that is named after their table."""
    rows = func.json_to_recordset(bindparam(table.name, type_=JSON)).table_valued(
        *(column(name, table.c[name].type) for name in names), name=f"{table.name}_rows"
    )
    given = select(rows.render_derived(with_types=True))
    # Defaults of ours are for one row; whoever made these has named every value.
    fresh = insert(table).from_select(names, given, include_defaults=False)
    return fresh.cte(f"new_{table.name}")
