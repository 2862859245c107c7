"""The migrations make exactly the tables of the models, on both databases."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

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


def test_a_missing_table_would_be_noticed(empty_sqlite):
    migration.upgrade()
    with db.transaction() as session:
        session.execute(text("DROP TABLE demo_office"))
    assert differences()
