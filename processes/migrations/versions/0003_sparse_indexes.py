"""Indexes of a task's rarely filled columns hold only the rows that fill them."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COLUMNS = ("due_at", "parent_task_id")


def upgrade() -> None:
    for name in COLUMNS:
        filled = sa.text(f"{name} IS NOT NULL")
        op.drop_index(f"ix_human_task_{name}", table_name="human_task")
        op.create_index(
            f"ix_human_task_{name}",
            "human_task",
            [name],
            sqlite_where=filled,
            postgresql_where=filled,
        )


def downgrade() -> None:
    for name in COLUMNS:
        op.drop_index(f"ix_human_task_{name}", table_name="human_task")
        op.create_index(f"ix_human_task_{name}", "human_task", [name])
