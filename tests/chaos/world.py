"""What a scenario is given: a database, a folder, dice, and how hard to try."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy import text

from engine import clock, db
from engine.models import Base
from tests.chaos import model
from tests.databases import PostgresServer


@dataclass
class World:
    """One run of one scenario."""

    #: sqlite or postgres
    database: str
    url: str
    folder: Path
    seed: int
    #: `make chaos`; else the short version that `make test` runs.
    long: bool = False
    #: Run with the fault that the scenario must see.
    planted: bool = False
    #: The server below, where the scenario may pull its plug.
    server: PostgresServer | None = None

    @cached_property
    def dice(self) -> random.Random:
        return random.Random(self.seed)

    def pick(self, short: int, long: int) -> int:
        """Return the size for this run."""
        return long if self.long else short

    def patience(self, long: int) -> int:
        """Return the seconds until everything must be calm; a planted fault shows long before."""
        return 6 if self.planted else self.pick(90, long)

    def variables(self, fault: str = "") -> dict[str, str]:
        """Return what every process of the run finds in its environment."""
        return {
            "CHAOS_FOLDER": str(self.folder),
            "HUIYIN_JOB_LEASE_SECONDS": "5",
            **({"CHAOS_PLANTED": fault} if self.planted and fault else {}),
        }


@contextmanager
def fresh(
    database: str, folder: Path, server: PostgresServer | None
) -> Iterator[tuple[str, PostgresServer | None]]:
    """Make an empty database with every table and the ledger, bound; take it away afterwards."""
    if database == "sqlite":
        url = f"sqlite:///{folder / 'office.db'}"
    else:
        assert server is not None
        name = f"chaos_{random.randrange(10**9)}"
        with server.admin() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = server.url(name)
    made = db.bind(url)
    Base.metadata.create_all(made)
    model.ledger.create_all(made)
    try:
        yield url, server if database == "postgres" else None
    finally:
        clock.move(clock.timedelta(0))
        db.engine().dispose()
        if server is not None and database == "postgres":
            with server.admin() as connection:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
