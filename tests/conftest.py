"""Real databases for every test: a fresh SQLite file, and PostgreSQL where named.

The schema is made once per run; a test gets a copy of it, so nothing has to be undone.
"""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from engine import bundles, clock, db, settings, vault
from engine.models import Base
from tests import databases
from tests.databases import PostgresServer

END_SESSIONS = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")


@pytest.fixture(scope="session", autouse=True)
def _installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Give the whole run one data folder with keys, and no variable of the machine."""
    folder = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUIYIN_DATA", str(folder))
        patch.setenv("HUIYIN_SECRET_KEY", "test-secret-key-of-enough-length-0123456789")
        patch.delenv("HUIYIN_DATABASE_URL", raising=False)
        settings.current.cache_clear()
        vault.create(settings.current().keys)
        bundles.load_all()
        yield
        settings.current.cache_clear()


@pytest.fixture(scope="session")
def _schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with every table and no row."""
    path = tmp_path_factory.mktemp("schema") / "empty.db"
    made = db.connect(f"sqlite:///{path}")
    Base.metadata.create_all(made)
    made.dispose()
    return path


@pytest.fixture
def sqlite(_schema: Path, tmp_path: Path) -> Iterator[str]:
    """A fresh SQLite database, bound."""
    path = tmp_path / "office.db"
    shutil.copy(_schema, path)
    url = f"sqlite:///{path}"
    db.bind(url)
    yield url
    clock.move(clock.timedelta(0))
    db.engine().dispose()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL of this run's own."""
    with databases.postgres_server(durable=False) as server:
        yield server


@pytest.fixture(scope="session")
def _postgres_database(postgres_server: PostgresServer) -> list[str]:
    """The name of the run's one database with every table; each test renames it."""
    with postgres_server.admin() as connection:
        connection.execute(text("CREATE DATABASE office"))
    schema = db.connect(postgres_server.url("office"))
    Base.metadata.create_all(schema)
    schema.dispose()
    return ["office"]


def _rename(server: PostgresServer, old: str, name: str) -> None:
    """Rename a database that a thread of the test before may still be leaving."""
    for attempt in range(100):
        try:
            with server.admin() as connection:
                connection.execute(
                    END_SESSIONS,
                    {"name": old},
                )
                connection.execute(text(f"ALTER DATABASE {old} RENAME TO {name}"))
        except OperationalError:
            if attempt == 99:
                raise
            time.sleep(0.05)
        else:
            return


@pytest.fixture
def postgres(postgres_server: PostgresServer, _postgres_database: list[str]) -> Iterator[str]:
    """An empty PostgreSQL database under a name of its own, bound.

    Emptying takes 10 ms and making one up to a second: the server copies 8 MB and waits
    for the disk. The new name keeps apart what a process remembers about each database.
    """
    old, name = _postgres_database[0], f"office_{uuid.uuid4().hex[:12]}"
    _rename(postgres_server, old, name)
    _postgres_database[0] = name
    url = postgres_server.url(name)
    db.bind(url)
    yield url
    clock.move(clock.timedelta(0))
    bound = db.engine()
    bound.dispose()
    with postgres_server.admin() as connection:
        connection.execute(END_SESSIONS, {"name": name})
    emptied = db.connect(url)
    _empty(emptied)
    emptied.dispose()


def _empty(engine: Engine) -> None:
    """Take away every row, count from one again, and drop what a test added."""
    own = set(Base.metadata.tables)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))  # no checks
        found = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).all()
        for table in set(found) - own:
            connection.execute(text(f'DROP TABLE "{table}" CASCADE'))
        filled = " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT FROM \"{table}\")"  # noqa: S608 - our tables
            for table in sorted(own)
        )
        for table in connection.scalars(text(filled)).all():
            connection.execute(text(f'DELETE FROM "{table}"'))  # noqa: S608 - one of them
        connection.execute(
            text(
                "SELECT setval(format('%I', sequencename), 1, false) FROM pg_sequences"
                " WHERE schemaname = 'public' AND last_value IS NOT NULL"
            )
        )


@pytest.fixture
def database(sqlite: str) -> str:
    """The database of most tests: SQLite."""
    return sqlite


@pytest.fixture(params=["sqlite", "postgres"])
def either_database(request: pytest.FixtureRequest) -> str:
    """The same test on both databases."""
    url: str = request.getfixturevalue(request.param)
    return url


@pytest.fixture
def session(database: str) -> Iterator[Session]:
    """A session in one transaction of a fresh database."""
    with db.transaction() as opened:
        yield opened
