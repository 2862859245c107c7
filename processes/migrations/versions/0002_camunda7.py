"""What Camunda 7's clients ask for, service accounts, batches, roles at scale."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batch",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=120), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("per_job", sa.Integer(), nullable=False),
        sa.Column("config", sa.JSON(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=120), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
    )
    op.create_table(
        "turn",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_turn")),
    )
    op.create_table(
        "job_control",
        sa.Column(
            "definition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("element_id", sa.String(length=120), nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=True),
        sa.Column("priority_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["process_definition.id"], name=op.f("fk_job_control_definition_id")
        ),
        sa.PrimaryKeyConstraint("definition_id", "element_id", name=op.f("pk_job_control")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.login"], name=op.f("fk_api_token_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_account"), ["account"], unique=False)

    op.create_table(
        "task_link",
        sa.Column("human_task_id", sa.String(length=32), nullable=False),
        sa.Column("type", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["human_task_id"], ["human_task.id"], name=op.f("fk_task_link_human_task_id")
        ),
        sa.PrimaryKeyConstraint("human_task_id", "type", "kind", "who", name=op.f("pk_task_link")),
    )
    op.create_table(
        "task_note",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("human_task_id", sa.String(length=32), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=True),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("message", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["human_task_id"], ["human_task.id"], name=op.f("fk_task_note_human_task_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_note")),
    )
    with op.batch_alter_table("task_note", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_task_note_human_task_id"), ["human_task_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_task_note_instance_id"), ["instance_id"], unique=False)

    op.create_table(
        "task_paper",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("human_task_id", sa.String(length=32), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=True),
        sa.Column("attachment_id", sa.String(length=32), nullable=True),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("type", sa.String(length=255), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["attachment_id"], ["attachment.id"], name=op.f("fk_task_paper_attachment_id")
        ),
        sa.ForeignKeyConstraint(
            ["human_task_id"], ["human_task.id"], name=op.f("fk_task_paper_human_task_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_paper")),
    )
    with op.batch_alter_table("task_paper", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_task_paper_human_task_id"), ["human_task_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_task_paper_instance_id"), ["instance_id"], unique=False
        )

    op.create_table(
        "task_variable",
        sa.Column("human_task_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("text_value", sa.String(length=500), nullable=True),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["human_task_id"], ["human_task.id"], name=op.f("fk_task_variable_human_task_id")
        ),
        sa.PrimaryKeyConstraint("human_task_id", "name", name=op.f("pk_task_variable")),
    )
    with op.batch_alter_table("task_variable", schema=None) as batch_op:
        batch_op.create_index("ix_task_variable_search", ["name", "text_value"], unique=False)

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=10), server_default="person", nullable=False)
        )

    with op.batch_alter_table("decision_definition", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version_tag", sa.String(length=255), nullable=True))
        batch_op.add_column(sa.Column("history_ttl", sa.Integer(), nullable=True))

    with op.batch_alter_table("heartbeat", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("role", sa.String(length=10), server_default="embedded", nullable=False)
        )
        batch_op.add_column(sa.Column("started_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("drained_at", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("human_task", schema=None) as batch_op:
        batch_op.add_column(sa.Column("description", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("form_version", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("owner", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("delegation_state", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("parent_task_id", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.alter_column("instance_id", existing_type=sa.VARCHAR(length=32), nullable=True)
        batch_op.create_index(
            batch_op.f("ix_human_task_parent_task_id"), ["parent_task_id"], unique=False
        )

    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("is_deleted", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("annotation", sa.String(length=4000), nullable=True))

    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("trace", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column("suspended", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
        batch_op.add_column(sa.Column("worker", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("retries", sa.Integer(), nullable=True))
        batch_op.alter_column(
            "status",
            existing_type=sa.VARCHAR(length=10),
            type_=sa.String(length=12),
            existing_nullable=False,
        )
        batch_op.create_index("ix_job_topic", ["topic", "status"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_topic")
        batch_op.alter_column(
            "status",
            existing_type=sa.String(length=12),
            type_=sa.VARCHAR(length=10),
            existing_nullable=False,
        )
        batch_op.drop_column("retries")
        batch_op.drop_column("locked_until")
        batch_op.drop_column("worker")
        batch_op.drop_column("suspended")
        batch_op.drop_column("trace")

    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_column("annotation")
        batch_op.drop_column("is_deleted")

    with op.batch_alter_table("human_task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_human_task_parent_task_id"))
        batch_op.alter_column("instance_id", existing_type=sa.VARCHAR(length=32), nullable=False)
        batch_op.drop_column("updated_at")
        batch_op.drop_column("parent_task_id")
        batch_op.drop_column("delegation_state")
        batch_op.drop_column("owner")
        batch_op.drop_column("form_version")
        batch_op.drop_column("description")

    with op.batch_alter_table("heartbeat", schema=None) as batch_op:
        batch_op.drop_column("drained_at")
        batch_op.drop_column("started_at")
        batch_op.drop_column("role")

    with op.batch_alter_table("decision_definition", schema=None) as batch_op:
        batch_op.drop_column("history_ttl")
        batch_op.drop_column("version_tag")

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("kind")

    with op.batch_alter_table("task_variable", schema=None) as batch_op:
        batch_op.drop_index("ix_task_variable_search")

    op.drop_table("task_variable")
    with op.batch_alter_table("task_paper", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_paper_instance_id"))
        batch_op.drop_index(batch_op.f("ix_task_paper_human_task_id"))

    op.drop_table("task_paper")
    with op.batch_alter_table("task_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_note_instance_id"))
        batch_op.drop_index(batch_op.f("ix_task_note_human_task_id"))

    op.drop_table("task_note")
    op.drop_table("task_link")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_account"))

    op.drop_table("api_token")
    op.drop_table("job_control")
    op.drop_table("turn")
    op.drop_table("batch")
