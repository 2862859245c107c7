"""The migrations make exactly the tables of the models, on both databases."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine, text

from engine import db, migration
from engine.models import Base
from tests import conftest


@pytest.fixture
def empty_sqlite(tmp_path):
    db.bind(f"sqlite:///{tmp_path / 'migrated.db'}")
    yield
    db.engine().dispose()


@pytest.fixture
def empty_postgres(postgres_server):
    admin = create_engine(conftest._psycopg(postgres_server), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE migrated"))
    db.bind(conftest._database(postgres_server, "migrated"))
    yield
    db.engine().dispose()
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE migrated WITH (FORCE)"))
    admin.dispose()


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
