"""One linear chain of migrations for engine and areas (`processes/migrations`)."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from engine import db
from engine.errors import SettingsInvalid

FOLDER = Path(__file__).resolve().parent.parent / "processes" / "migrations"


def config() -> Config:
    """Return Alembic's configuration for this process's database."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER))
    made.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return made


def needed() -> bool:
    """Say whether the database is older than this version's tables."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    with db.engine().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() != head


def require() -> None:
    """Let no role start on a database that this version does not know yet.

    Raises:
        SettingsInvalid: `huiyin migrate` has to run first.
    """
    if needed():
        raise SettingsInvalid(
            "数据库还没有准备好，请先运行 huiyin migrate（演示系统用 huiyin demo）。"
        )


def upgrade() -> None:
    """Bring the database to the newest tables; one transaction per migration."""
    command.upgrade(config(), "head")


def draft(message: str) -> Path:
    """Write the next migration from what the models say and this database lacks.

    Read it before you commit it; SQLite and PostgreSQL are compared with the models by a test.
    """
    number = 1 + sum(1 for _ in FOLDER.glob("versions/*.py"))
    command.revision(config(), message=message, autogenerate=True, rev_id=f"{number:04}")
    return next(FOLDER.glob(f"versions/{number:04}_*.py"))
