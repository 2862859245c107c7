"""Decisions that are evaluated by themselves are kept in a table of their own."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLE = "decision_evaluation"
INDEXED = ("asked_id", "decision", "evaluated_at", "removal_at")


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("asked_id", sa.String(length=32), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("decision", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("definition_id", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("graph_id", sa.BigInteger(), nullable=True),
        sa.Column("graph_key", sa.String(length=255), nullable=True),
        sa.Column("graph_version", sa.Integer(), nullable=True),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evaluated_by", sa.String(length=120), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.Column("collected", sa.Double(), nullable=True),
        sa.Column("removal_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_evaluation")),
    )
    for name in INDEXED:
        op.create_index(op.f(f"ix_{TABLE}_{name}"), TABLE, [name])


def downgrade() -> None:
    for name in INDEXED:
        op.drop_index(op.f(f"ix_{TABLE}_{name}"), table_name=TABLE)
    op.drop_table(TABLE)
