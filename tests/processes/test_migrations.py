"""The migrations make exactly the tables of the models, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, MetaData, select, text, types

from engine import db, migration
from engine.models import Base


@pytest.fixture
def empty_sqlite(tmp_path):
    db.bind(f"sqlite:///{tmp_path / 'migrated.db'}")
    yield
    db.engine().dispose()


@pytest.fixture
def empty_postgres(postgres_server):
    with postgres_server.admin() as connection:
        connection.execute(text("CREATE DATABASE migrated"))
    db.bind(postgres_server.url("migrated"))
    yield
    db.engine().dispose()
    with postgres_server.admin() as connection:
        connection.execute(text("DROP DATABASE migrated WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database(request):
    request.getfixturevalue(f"empty_{request.param}")


def differences() -> list[object]:
    with db.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return compare_metadata(context, Base.metadata)


def test_migrated_tables_are_those_of_the_models(empty_database):
    assert migration.needed()
    migration.upgrade()
    assert not migration.needed()
    assert differences() == []


def test_numbers_of_definitions_are_given_once_after_a_migration(empty_sqlite):
    migration.upgrade()
    counting = text("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")
    with db.engine().connect() as connection:
        made = set(connection.scalars(counting))
    assert made == {
        table.name
        for table in Base.metadata.tables.values()
        if table.dialect_options["sqlite"]["autoincrement"]
    }
    assert "process_definition" in made


def test_a_missing_table_would_be_noticed(empty_sqlite):
    migration.upgrade()
    with db.transaction() as session:
        session.execute(text("DROP TABLE demo_office"))
    assert differences()


#: Something of every kind of column.
VALUES: list[tuple[type[types.TypeEngine[Any]], Any]] = [
    (types.JSON, {}),
    (types.Boolean, True),
    (types.Integer, 1),
    (types.Numeric, 1),
    (types.Float, 1.0),
    (types.DateTime, datetime(2026, 11, 28, tzinfo=UTC)),
    (types.Date, date(2026, 11, 28)),
    (types.LargeBinary, b"x"),
    (types.String, "x"),
]


def value_of(column: Column[Any], known: dict[str, dict[str, Any]]) -> Any:
    for reference in column.foreign_keys:
        return known.get(reference.column.table.name, {}).get(reference.column.name)
    return next(value for kind, value in VALUES if isinstance(column.type, kind))


def fill() -> dict[str, int]:
    """Put a row into every table there is; return how many there are now."""
    metadata = MetaData()
    metadata.reflect(db.engine())
    known: dict[str, dict[str, Any]] = {}
    with db.engine().begin() as connection:
        for table in metadata.sorted_tables:
            if table.name != "alembic_version":
                known[table.name] = {one.name: value_of(one, known) for one in table.columns}
                connection.execute(table.insert(), known[table.name])
    return dict.fromkeys(known, 1)


def test_an_office_that_is_at_work_keeps_every_row(empty_database):
    command.upgrade(migration.config(), "0001")
    before = fill()
    assert len(before) > 40
    migration.upgrade()
    assert differences() == []
    metadata = MetaData()
    metadata.reflect(db.engine())
    with db.engine().connect() as connection:
        kept = {
            name: len(connection.execute(select(metadata.tables[name])).all()) for name in before
        }
    assert kept == before
