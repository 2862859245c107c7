"""SQLite gives the number of a deleted deployment or definition to nothing else."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("deployment", "process_definition", "decision_definition", "form_definition")


def upgrade() -> None:
    _make_anew({"sqlite_autoincrement": True})


def downgrade() -> None:
    _make_anew({})


def _make_anew(options: dict[str, bool]) -> None:
    if op.get_bind().dialect.name != "sqlite":
        return  # PostgreSQL counts on anyway
    for name in TABLES:
        with op.batch_alter_table(name, recreate="always", table_kwargs=options):
            pass
