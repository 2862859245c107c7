"""One linear chain of migrations for engine and areas (`processes/migrations`)."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine import db

FOLDER = Path(__file__).resolve().parent.parent / "processes" / "migrations"


def config() -> Config:
    """Return Alembic's configuration for this process's database."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    return made


def needed() -> bool:
    """Say whether the database is older than this version's tables."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    with db.engine().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() != head


def upgrade() -> None:
    """Bring the database to the newest tables; one transaction per migration."""
    command.upgrade(config(), "head")
