"""All tables of the first release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "access_log",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=True),
        sa.Column("what", sa.String(length=80), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_access_log")),
    )
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.create_index("ix__access_log__instance", ["instance_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_log_account"), ["account"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_log_at"), ["at"], unique=False)

    op.create_table(
        "answer_template",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("category", sa.String(length=4), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_template")),
    )
    with op.batch_alter_table("answer_template", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_template_category"), ["category"], unique=False)

    op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("is_workday", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
    )
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("pk_calendar_year")),
    )
    op.create_table(
        "demo_office",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appeals", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_office")),
    )
    op.create_table(
        "deployment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("bundle", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deployed_by", sa.String(length=120), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("meta", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
    )
    with op.batch_alter_table("deployment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deployment_bundle"), ["bundle"], unique=False)

    op.create_table(
        "heartbeat",
        sa.Column("worker", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drained", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "history_event",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("root_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("element_id", sa.String(length=120), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=True),
        sa.Column("actor", sa.String(length=120), nullable=True),
        sa.Column("data", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_event")),
    )
    with op.batch_alter_table("history_event", schema=None) as batch_op:
        batch_op.create_index("ix_history_event_case", ["root_id", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_history_event_instance_id"), ["instance_id"], unique=False
        )

    op.create_table(
        "number_series",
        sa.Column("series", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year", "scope", name=op.f("pk_number_series")),
    )
    op.create_table(
        "org",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("level", sa.String(length=4), nullable=False),
        sa.Column("parent", sa.String(length=40), nullable=True),
        sa.Column("street_code", sa.String(length=4), nullable=True),
        sa.Column("is_model", sa.Boolean(), nullable=False),
        sa.Column("grade", sa.String(length=8), nullable=True),
        sa.Column("has_union", sa.Boolean(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["parent"], ["org.code"], name=op.f("fk_org_parent")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_org")),
    )
    with op.batch_alter_table("org", schema=None) as batch_op:
        batch_op.create_index("ix__org__kind", ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_org_parent"), ["parent"], unique=False)

    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=True),
        sa.Column("recipient", sa.String(length=120), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index("ix_outbox_due", ["sent_at", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_outbox_instance_id"), ["instance_id"], unique=False)

    op.create_table(
        "resource",
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha", name=op.f("pk_resource")),
    )
    op.create_table(
        "session_period",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("level", sa.String(length=4), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_period")),
        sa.UniqueConstraint(
            "kind", "level", "starts_on", name=op.f("uq_session_period_kind_level_starts_on")
        ),
    )
    op.create_table(
        "sign_in_throttle",
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_sign_in_throttle")),
    )
    op.create_table(
        "supervision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("overdue_id", sa.Integer(), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("demand", sa.LargeBinary(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supervision")),
    )
    with op.batch_alter_table("supervision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supervision_overdue_id"), ["overdue_id"], unique=False)

    op.create_table(
        "test_clock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("offset_seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_test_clock")),
    )
    op.create_table(
        "decision_definition",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("bundle", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("resource", sa.String(length=255), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_decision_definition_deployment_id")
        ),
        sa.ForeignKeyConstraint(["sha"], ["resource.sha"], name=op.f("fk_decision_definition_sha")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_definition")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_decision_definition_key_version")),
    )
    with op.batch_alter_table("decision_definition", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_decision_definition_deployment_id"), ["deployment_id"], unique=False
        )

    op.create_table(
        "deployment_resource",
        sa.Column(
            "deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_deployment_resource_deployment_id")
        ),
        sa.ForeignKeyConstraint(["sha"], ["resource.sha"], name=op.f("fk_deployment_resource_sha")),
        sa.PrimaryKeyConstraint("deployment_id", "name", name=op.f("pk_deployment_resource")),
    )
    op.create_table(
        "form_definition",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("bundle", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("resource", sa.String(length=255), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_form_definition_deployment_id")
        ),
        sa.ForeignKeyConstraint(["sha"], ["resource.sha"], name=op.f("fk_form_definition_sha")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_definition")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_form_definition_key_version")),
    )
    with op.batch_alter_table("form_definition", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_form_definition_deployment_id"), ["deployment_id"], unique=False
        )

    op.create_table(
        "notice_read",
        sa.Column(
            "outbox_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_notice_read_outbox_id")
        ),
        sa.PrimaryKeyConstraint("outbox_id", "person", name=op.f("pk_notice_read")),
    )
    op.create_table(
        "org_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("org", sa.String(length=40), nullable=False),
        sa.Column("other", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["org"], ["org.code"], name=op.f("fk_org_link_org")),
        sa.ForeignKeyConstraint(["other"], ["org.code"], name=op.f("fk_org_link_other")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_org_link")),
        sa.UniqueConstraint("org", "other", "kind", name=op.f("uq_org_link_org_other_kind")),
    )
    with op.batch_alter_table("org_link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_org_link_other"), ["other"], unique=False)

    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("name_hash", sa.String(length=64), nullable=False),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("phone_hash", sa.String(length=64), nullable=True),
        sa.Column("gender", sa.String(length=4), nullable=True),
        sa.Column("employer_org", sa.String(length=40), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["employer_org"], ["org.code"], name=op.f("fk_person_employer_org")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_employer_org"), ["employer_org"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_name_hash"), ["name_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_phone_hash"), ["phone_hash"], unique=False)

    op.create_table(
        "process_definition",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "deployment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("bundle", sa.String(length=120), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("resource", sa.String(length=255), nullable=False),
        sa.Column("original_sha", sa.String(length=64), nullable=False),
        sa.Column("normalized", sa.LargeBinary(), nullable=False),
        sa.Column("normalizer", sa.Integer(), nullable=False),
        sa.Column("description", sa.JSON(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["deployment_id"], ["deployment.id"], name=op.f("fk_process_definition_deployment_id")
        ),
        sa.ForeignKeyConstraint(
            ["original_sha"], ["resource.sha"], name=op.f("fk_process_definition_original_sha")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_definition")),
        sa.UniqueConstraint("key", "version", name=op.f("uq_process_definition_key_version")),
    )
    with op.batch_alter_table("process_definition", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_process_definition_deployment_id"), ["deployment_id"], unique=False
        )

    op.create_table(
        "account",
        sa.Column("login", sa.String(length=60), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("password", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_login_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id")),
        sa.PrimaryKeyConstraint("login", name=op.f("pk_account")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_account_person_id"), ["person_id"], unique=False)

    op.create_table(
        "process_instance",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column(
            "definition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("bundle", sa.String(length=120), nullable=False),
        sa.Column("process_key", sa.String(length=120), nullable=False),
        sa.Column("parent_id", sa.String(length=32), nullable=True),
        sa.Column("parent_token", sa.String(length=64), nullable=True),
        sa.Column("parent_element", sa.String(length=120), nullable=True),
        sa.Column("root_id", sa.String(length=32), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("business_key", sa.String(length=255), nullable=True),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_by", sa.String(length=120), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=255), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"],
            ["process_definition.id"],
            name=op.f("fk_process_instance_definition_id"),
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["process_instance.id"], name=op.f("fk_process_instance_parent_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_process_instance")),
    )
    with op.batch_alter_table("process_instance", schema=None) as batch_op:
        batch_op.create_index("ix_process_instance_business_key", ["business_key"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_process_instance_definition_id"), ["definition_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_process_instance_is_demo"), ["is_demo"], unique=False)
        batch_op.create_index(
            "ix_process_instance_list", ["status", "process_key", "started_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_process_instance_parent_id"), ["parent_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_process_instance_root_id"), ["root_id"], unique=False)

    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("delegate_to", sa.String(length=60), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("ended_early_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.login"], name=op.f("fk_absence_account")),
        sa.ForeignKeyConstraint(
            ["delegate_to"], ["account.login"], name=op.f("fk_absence_delegate_to")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absence_account"), ["account"], unique=False)
        batch_op.create_index(batch_op.f("ix_absence_delegate_to"), ["delegate_to"], unique=False)

    op.create_table(
        "appeal",
        sa.Column("no", sa.String(length=40), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("track_hash", sa.String(length=64), nullable=False),
        sa.Column("track_code", sa.LargeBinary(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("title_bigrams", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("content_form", sa.String(length=10), nullable=False),
        sa.Column("demand", sa.LargeBinary(), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=4), nullable=False),
        sa.Column("subcategory", sa.String(length=8), nullable=True),
        sa.Column("identity_mode", sa.String(length=10), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=True),
        sa.Column("phone", sa.LargeBinary(), nullable=True),
        sa.Column("name_hash", sa.String(length=64), nullable=True),
        sa.Column("phone_hash", sa.String(length=64), nullable=True),
        sa.Column("phone_tail_hash", sa.String(length=64), nullable=True),
        sa.Column("on_behalf", sa.Boolean(), nullable=False),
        sa.Column("behalf_name", sa.LargeBinary(), nullable=True),
        sa.Column("behalf_relation", sa.LargeBinary(), nullable=True),
        sa.Column("group_size", sa.Integer(), nullable=True),
        sa.Column("employer_name", sa.LargeBinary(), nullable=True),
        sa.Column("employer_hash", sa.String(length=64), nullable=True),
        sa.Column("employer_org", sa.String(length=40), nullable=True),
        sa.Column("industry_org", sa.String(length=40), nullable=True),
        sa.Column("street", sa.String(length=40), nullable=False),
        sa.Column("community", sa.String(length=40), nullable=True),
        sa.Column("place", sa.LargeBinary(), nullable=True),
        sa.Column("occurred_on", sa.Date(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("persons_affected", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("is_common", sa.Boolean(), nullable=False),
        sa.Column("dept_level", sa.String(length=20), nullable=False),
        sa.Column("has_union", sa.Boolean(), nullable=False),
        sa.Column("worker_agrees_employer", sa.Boolean(), nullable=False),
        sa.Column("urgency", sa.String(length=10), nullable=False),
        sa.Column("sensitivity", sa.String(length=10), nullable=False),
        sa.Column("legal_stage", sa.String(length=20), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("cur_level", sa.String(length=4), nullable=True),
        sa.Column("cur_org", sa.String(length=40), nullable=True),
        sa.Column("handler", sa.String(length=120), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_contact_on", sa.Date(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("extended_days", sa.Integer(), nullable=False),
        sa.Column("paused_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_seconds", sa.Integer(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result_class", sa.String(length=1), nullable=True),
        sa.Column("conclusion", sa.String(length=12), nullable=True),
        sa.Column("satisfaction", sa.String(length=12), nullable=True),
        sa.Column("rating_text", sa.LargeBinary(), nullable=True),
        sa.Column("rework_count", sa.Integer(), nullable=False),
        sa.Column("return_count", sa.Integer(), nullable=False),
        sa.Column("with_reps", sa.Boolean(), nullable=False),
        sa.Column("converted", sa.Boolean(), nullable=False),
        sa.Column("main_no", sa.String(length=40), nullable=True),
        sa.Column("external_source", sa.String(length=40), nullable=True),
        sa.Column("external_no", sa.String(length=60), nullable=True),
        sa.Column("external_due", sa.Date(), nullable=True),
        sa.Column("source_ref", sa.String(length=60), nullable=True),
        sa.Column("consent_version", sa.String(length=20), nullable=True),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retention_until", sa.Date(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_appeal_instance_id")
        ),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_appeal")),
        sa.UniqueConstraint(
            "external_source", "external_no", name=op.f("uq_appeal_external_source_external_no")
        ),
        sa.UniqueConstraint("instance_id", name=op.f("uq_appeal_instance_id")),
        sa.UniqueConstraint("track_hash", name=op.f("uq_appeal_track_hash")),
    )
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeal_is_demo"), ["is_demo"], unique=False)
        batch_op.create_index("ix_appeal_list", ["street", "status", "received_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_appeal_main_no"), ["main_no"], unique=False)
        batch_op.create_index(
            "ix_appeal_match", ["category", "employer_hash", "received_at"], unique=False
        )
        batch_op.create_index("ix_appeal_phone_hash", ["phone_hash"], unique=False)

    op.create_table(
        "attachment",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=True),
        sa.Column("submission_id", sa.String(length=32), nullable=True),
        sa.Column("field", sa.String(length=255), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha", sa.String(length=64), nullable=False),
        sa.Column("stored_as", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by", sa.String(length=120), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_attachment_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_attachment_stored_as")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_attachment_instance_id"), ["instance_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_attachment_submission_id"), ["submission_id"], unique=False
        )

    op.create_table(
        "case_access",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=120), nullable=False),
        sa.Column("relation", sa.String(length=10), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_case_access_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_access")),
        sa.UniqueConstraint(
            "instance_id",
            "organisation",
            "relation",
            name=op.f("uq_case_access_instance_id_organisation_relation"),
        ),
    )
    with op.batch_alter_table("case_access", schema=None) as batch_op:
        batch_op.create_index(
            "ix_case_access_who", ["organisation", "relation", "instance_id"], unique=False
        )

    op.create_table(
        "case_recusal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("decided_by", sa.String(length=60), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["account.login"], name=op.f("fk_case_recusal_account")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_case_recusal_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_recusal")),
        sa.UniqueConstraint(
            "instance_id", "account", name=op.f("uq_case_recusal_instance_id_account")
        ),
    )
    with op.batch_alter_table("case_recusal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_case_recusal_account"), ["account"], unique=False)

    op.create_table(
        "human_task",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("root_id", sa.String(length=32), nullable=False),
        sa.Column("bundle", sa.String(length=120), nullable=False),
        sa.Column("process_key", sa.String(length=120), nullable=False),
        sa.Column("element_id", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("wait", sa.String(length=160), nullable=False),
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("assignee", sa.String(length=120), nullable=True),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("users", sa.JSON(), nullable=False),
        sa.Column("excluded", sa.JSON(), nullable=False),
        sa.Column("form_key", sa.String(length=255), nullable=True),
        sa.Column("item", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("follow_up_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deadline", sa.JSON(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_by", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_human_task_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_human_task")),
        sa.UniqueConstraint("wait", name=op.f("uq_human_task_wait")),
    )
    with op.batch_alter_table("human_task", schema=None) as batch_op:
        batch_op.create_index("ix_human_task_done", ["completed_by", "closed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_human_task_due_at"), ["due_at"], unique=False)
        batch_op.create_index("ix_human_task_inbox", ["status", "assignee", "due_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_human_task_instance_id"), ["instance_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_human_task_root_id"), ["root_id"], unique=False)

    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=True),
        sa.Column(
            "definition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("element_id", sa.String(length=120), nullable=True),
        sa.Column("wait", sa.String(length=160), nullable=True),
        sa.Column("token", sa.String(length=64), nullable=True),
        sa.Column("slot", sa.String(length=120), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline", sa.JSON(), nullable=True),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("backoff", sa.JSON(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.String(length=40), nullable=True),
        sa.Column("topic", sa.String(length=120), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["process_definition.id"], name=op.f("fk_job_definition_id")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_job_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("wait", name=op.f("uq_job_wait")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_due", ["status", "due_at"], unique=False)
        batch_op.create_index("ix_job_instance_id", ["instance_id"], unique=False)
        batch_op.create_index(
            "uq_job_start_timer",
            ["definition_id", "element_id", "due_at"],
            unique=True,
            sqlite_where=sa.text("kind = 'start'"),
            postgresql_where=sa.text("kind = 'start'"),
        )

    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("register", sa.String(length=40), nullable=False),
        sa.Column("scope", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=40), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=True),
        sa.Column("part", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=255), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=4), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(length=60), nullable=False),
        sa.Column("details", sa.LargeBinary(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_ledger_entry_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint(
            "register",
            "instance_id",
            "part",
            name=op.f("uq_ledger_entry_register_instance_id_part"),
        ),
        sa.UniqueConstraint(
            "register",
            "scope",
            "year",
            "number",
            name=op.f("uq_ledger_entry_register_scope_year_number"),
        ),
    )
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ledger_entry_label"), ["label"], unique=False)
        batch_op.create_index(
            "ix_ledger_entry_list", ["register", "year", "organisation"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_ledger_entry_organisation"), ["organisation"], unique=False
        )

    op.create_table(
        "login_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ip_hash", sa.String(length=64), nullable=True),
        sa.Column("device", sa.String(length=80), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_because", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["account"], ["account.login"], name=op.f("fk_login_session_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_login_session_token_hash")),
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_login_session_account"), ["account"], unique=False)

    op.create_table(
        "overdue_case",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("root_id", sa.String(length=32), nullable=False),
        sa.Column("watch_key", sa.String(length=200), nullable=False),
        sa.Column("element", sa.String(length=120), nullable=False),
        sa.Column("stage", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=60), nullable=False),
        sa.Column("org", sa.String(length=40), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tier", sa.Integer(), nullable=False),
        sa.Column("delay_reason", sa.LargeBinary(), nullable=True),
        sa.Column("delay_until", sa.Date(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_overdue_case_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overdue_case")),
        sa.UniqueConstraint("instance_id", name=op.f("uq_overdue_case_instance_id")),
    )
    with op.batch_alter_table("overdue_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_overdue_case_root_id"), ["root_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_overdue_case_watch_key"), ["watch_key"], unique=False)

    op.create_table(
        "post",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("org", sa.String(length=40), nullable=False),
        sa.Column("role", sa.String(length=30), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["account"], ["account.login"], name=op.f("fk_post_account")),
        sa.ForeignKeyConstraint(["org"], ["org.code"], name=op.f("fk_post_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        sa.UniqueConstraint(
            "account", "org", "role", "valid_from", name=op.f("uq_post_account_org_role_valid_from")
        ),
    )
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.create_index("ix__post__org_role", ["org", "role"], unique=False)
        batch_op.create_index(batch_op.f("ix_post_account"), ["account"], unique=False)

    op.create_table(
        "proposal_referral",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("referred_to", sa.String(length=40), nullable=False),
        sa.Column("referred_on", sa.Date(), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_proposal_referral_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_referral")),
    )
    with op.batch_alter_table("proposal_referral", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposal_referral_instance_id"), ["instance_id"], unique=False
        )

    op.create_table(
        "proposal_source",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("appeal_no", sa.String(length=40), nullable=False),
        sa.Column("first", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_proposal_source_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_source")),
        sa.UniqueConstraint(
            "instance_id", "appeal_no", name=op.f("uq_proposal_source_instance_id_appeal_no")
        ),
    )
    with op.batch_alter_table("proposal_source", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_proposal_source_appeal_no"), ["appeal_no"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_proposal_source_instance_id"), ["instance_id"], unique=False
        )

    op.create_table(
        "representative",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("focus_areas", sa.JSON(), nullable=False),
        sa.Column("industry", sa.String(length=40), nullable=True),
        sa.Column("street", sa.String(length=40), nullable=True),
        sa.Column("contact_windows", sa.JSON(), nullable=False),
        sa.Column("freq_cap", sa.Integer(), nullable=False),
        sa.Column("in_roster", sa.Boolean(), nullable=False),
        sa.Column("custodian", sa.String(length=60), nullable=True),
        sa.Column("studio", sa.String(length=40), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["custodian"], ["account.login"], name=op.f("fk_representative_custodian")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_representative_person_id")
        ),
        sa.ForeignKeyConstraint(["street"], ["org.code"], name=op.f("fk_representative_street")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_representative")),
        sa.UniqueConstraint("person_id", name=op.f("uq_representative_person_id")),
    )
    with op.batch_alter_table("representative", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_representative_street"), ["street"], unique=False)

    op.create_table(
        "submission",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("human_task_id", sa.String(length=32), nullable=True),
        sa.Column("element_id", sa.String(length=120), nullable=False),
        sa.Column("form_key", sa.String(length=255), nullable=True),
        sa.Column("form_version", sa.Integer(), nullable=True),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("submitted_by", sa.String(length=120), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idempotency_key", sa.String(length=80), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("retain_until", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_submission_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_submission_idempotency_key")),
    )
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_submission_human_task_id"), ["human_task_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_submission_instance_id"), ["instance_id"], unique=False
        )

    op.create_table(
        "subscription",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("correlation", sa.String(length=255), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=True),
        sa.Column(
            "definition_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True
        ),
        sa.Column("element_id", sa.String(length=120), nullable=False),
        sa.Column("wait", sa.String(length=160), nullable=True),
        sa.Column("token", sa.String(length=64), nullable=True),
        sa.Column("slot", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["process_definition.id"], name=op.f("fk_subscription_definition_id")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_subscription_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("wait", name=op.f("uq_subscription_wait")),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index("ix_subscription_instance_id", ["instance_id"], unique=False)
        batch_op.create_index(
            "ix_subscription_match", ["kind", "name", "correlation"], unique=False
        )

    op.create_table(
        "variable",
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("text_value", sa.String(length=500), nullable=True),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_variable_instance_id")
        ),
        sa.PrimaryKeyConstraint("instance_id", "scope", "name", name=op.f("pk_variable")),
    )
    with op.batch_alter_table("variable", schema=None) as batch_op:
        batch_op.create_index("ix_variable_search", ["name", "text_value"], unique=False)

    op.create_table(
        "work_group",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("root_id", sa.String(length=32), nullable=False),
        sa.Column("appeal_no", sa.String(length=40), nullable=False),
        sa.Column("org", sa.String(length=40), nullable=False),
        sa.Column("leader", sa.String(length=20), nullable=True),
        sa.Column("led_by", sa.String(length=10), nullable=False),
        sa.Column("agenda", sa.LargeBinary(), nullable=True),
        sa.Column("pick_reason", sa.LargeBinary(), nullable=True),
        sa.Column("goal", sa.LargeBinary(), nullable=True),
        sa.Column("milestones", sa.LargeBinary(), nullable=True),
        sa.Column("summary", sa.LargeBinary(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=False),
        sa.Column("worker_confirmed", sa.String(length=10), nullable=True),
        sa.Column("counts_for_measure8", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_work_group_instance_id")
        ),
        sa.ForeignKeyConstraint(["org"], ["org.code"], name=op.f("fk_work_group_org")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_group")),
        sa.UniqueConstraint("instance_id", name=op.f("uq_work_group_instance_id")),
    )
    with op.batch_alter_table("work_group", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_work_group_appeal_no"), ["appeal_no"], unique=False)
        batch_op.create_index(batch_op.f("ix_work_group_root_id"), ["root_id"], unique=False)

    op.create_table(
        "appeal_request",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appeal_no", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("asked_by", sa.String(length=120), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("days", sa.Integer(), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("granted", sa.Boolean(), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["appeal_no"], ["appeal.no"], name=op.f("fk_appeal_request_appeal_no")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_request")),
    )
    with op.batch_alter_table("appeal_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_appeal_request_appeal_no"), ["appeal_no"], unique=False
        )

    op.create_table(
        "appeal_step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appeal_no", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("level", sa.String(length=4), nullable=True),
        sa.Column("org", sa.String(length=40), nullable=True),
        sa.Column("element", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=30), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("summary", sa.LargeBinary(), nullable=True),
        sa.Column("result", sa.String(length=30), nullable=True),
        sa.Column("overdue", sa.Boolean(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["appeal_no"], ["appeal.no"], name=op.f("fk_appeal_step_appeal_no")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal_step")),
    )
    with op.batch_alter_table("appeal_step", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeal_step_appeal_no"), ["appeal_no"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appeal_no", sa.String(length=40), nullable=False),
        sa.Column("from_org", sa.String(length=40), nullable=True),
        sa.Column("to_org", sa.String(length=40), nullable=False),
        sa.Column("level", sa.String(length=4), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("return_basis", sa.LargeBinary(), nullable=True),
        sa.Column("return_seq", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["appeal_no"], ["appeal.no"], name=op.f("fk_assignment_appeal_no")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_appeal_no"), ["appeal_no"], unique=False)

    op.create_table(
        "callback",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appeal_no", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("document_id", sa.String(length=50), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=120), nullable=False),
        sa.Column("reached", sa.Boolean(), nullable=False),
        sa.Column("satisfaction", sa.String(length=12), nullable=True),
        sa.Column("by_proxy", sa.Boolean(), nullable=False),
        sa.Column("comment", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["appeal_no"], ["appeal.no"], name=op.f("fk_callback_appeal_no")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback")),
    )
    with op.batch_alter_table("callback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_callback_appeal_no"), ["appeal_no"], unique=False)

    op.create_table(
        "coordination",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appeal_no", sa.String(length=40), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("dept", sa.String(length=40), nullable=False),
        sa.Column("letter_no", sa.String(length=60), nullable=True),
        sa.Column("reply_letter_no", sa.String(length=60), nullable=True),
        sa.Column("question", sa.LargeBinary(), nullable=True),
        sa.Column("opinion", sa.LargeBinary(), nullable=True),
        sa.Column("substantial", sa.Boolean(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["appeal_no"], ["appeal.no"], name=op.f("fk_coordination_appeal_no")
        ),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_coordination_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coordination")),
    )
    with op.batch_alter_table("coordination", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coordination_appeal_no"), ["appeal_no"], unique=False)

    op.create_table(
        "coordination_meeting",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "work_group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("submission_id", sa.String(length=32), nullable=False),
        sa.Column("department", sa.String(length=40), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("participants", sa.LargeBinary(), nullable=False),
        sa.Column("minutes", sa.LargeBinary(), nullable=False),
        sa.Column("promise", sa.LargeBinary(), nullable=True),
        sa.Column("promise_due", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_coordination_meeting_submission_id")
        ),
        sa.ForeignKeyConstraint(
            ["work_group_id"], ["work_group.id"], name=op.f("fk_coordination_meeting_work_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coordination_meeting")),
        sa.UniqueConstraint(
            "work_group_id",
            "submission_id",
            name=op.f("uq_coordination_meeting_work_group_id_submission_id"),
        ),
    )
    with op.batch_alter_table("coordination_meeting", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_coordination_meeting_work_group_id"), ["work_group_id"], unique=False
        )

    op.create_table(
        "draft",
        sa.Column("human_task_id", sa.String(length=32), nullable=False),
        sa.Column("person", sa.String(length=120), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["human_task_id"], ["human_task.id"], name=op.f("fk_draft_human_task_id")
        ),
        sa.PrimaryKeyConstraint("human_task_id", "person", name=op.f("pk_draft")),
    )
    op.create_table(
        "human_task_candidate",
        sa.Column("human_task_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=5), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["human_task_id"], ["human_task.id"], name=op.f("fk_human_task_candidate_human_task_id")
        ),
        sa.PrimaryKeyConstraint(
            "human_task_id", "kind", "who", name=op.f("pk_human_task_candidate")
        ),
    )
    with op.batch_alter_table("human_task_candidate", schema=None) as batch_op:
        batch_op.create_index(
            "ix_human_task_candidate_who", ["kind", "who", "human_task_id"], unique=False
        )

    op.create_table(
        "incident",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=True),
        sa.Column("job_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("element_id", sa.String(length=120), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_incident_instance_id")
        ),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_incident_job_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_instance_id"), ["instance_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_job_id"), ["job_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_resolved_at"), ["resolved_at"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "work_group_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False
        ),
        sa.Column("rep", sa.String(length=20), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("category", sa.String(length=4), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("slot", sa.String(length=2), nullable=True),
        sa.Column("conflict", sa.String(length=20), nullable=True),
        sa.Column("merged", sa.Boolean(), nullable=False),
        sa.Column("special_basis", sa.LargeBinary(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply_by", sa.String(length=5), nullable=True),
        sa.Column("proof", sa.LargeBinary(), nullable=True),
        sa.Column("opinion", sa.LargeBinary(), nullable=True),
        sa.Column("suggestion", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["rep"], ["representative.code"], name=op.f("fk_invitation_rep")),
        sa.ForeignKeyConstraint(
            ["work_group_id"], ["work_group.id"], name=op.f("fk_invitation_work_group_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint("work_group_id", "rep", name=op.f("uq_invitation_work_group_id_rep")),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_day"), ["day"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_rep"), ["rep"], unique=False)

    op.create_table(
        "pending",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appeal_no", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=12), nullable=False),
        sa.Column("approved_by", sa.String(length=120), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_recheck", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=12), nullable=True),
        sa.ForeignKeyConstraint(["appeal_no"], ["appeal.no"], name=op.f("fk_pending_appeal_no")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pending")),
    )
    with op.batch_alter_table("pending", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pending_appeal_no"), ["appeal_no"], unique=False)

    op.create_table(
        "proposal",
        sa.Column("no", sa.String(length=40), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=4), nullable=False),
        sa.Column("leader", sa.String(length=20), nullable=False),
        sa.Column("session_kind", sa.String(length=10), nullable=False),
        sa.Column("org", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("title", sa.LargeBinary(), nullable=False),
        sa.Column("cause", sa.LargeBinary(), nullable=True),
        sa.Column("analysis", sa.LargeBinary(), nullable=True),
        sa.Column("suggestion", sa.LargeBinary(), nullable=True),
        sa.Column("confirmed_by", sa.String(length=5), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("proof", sa.LargeBinary(), nullable=True),
        sa.Column("submitted_to", sa.String(length=40), nullable=True),
        sa.Column("receipt_no", sa.String(length=60), nullable=True),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("counts_for_measure10", sa.Boolean(), nullable=False),
        sa.Column("review_result", sa.String(length=10), nullable=True),
        sa.Column("filed_no", sa.String(length=60), nullable=True),
        sa.Column("review_reason", sa.LargeBinary(), nullable=True),
        sa.Column("main_unit", sa.String(length=40), nullable=True),
        sa.Column("co_units", sa.JSON(), nullable=False),
        sa.Column("handed_on", sa.Date(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result_class", sa.String(length=1), nullable=True),
        sa.Column("replied_on", sa.Date(), nullable=True),
        sa.Column("points", sa.LargeBinary(), nullable=True),
        sa.Column("promise", sa.LargeBinary(), nullable=True),
        sa.Column("promise_due", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_proposal_instance_id")
        ),
        sa.ForeignKeyConstraint(
            ["leader"], ["representative.code"], name=op.f("fk_proposal_leader")
        ),
        sa.ForeignKeyConstraint(["org"], ["org.code"], name=op.f("fk_proposal_org")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_proposal")),
        sa.UniqueConstraint("instance_id", name=op.f("uq_proposal_instance_id")),
    )
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_leader"), ["leader"], unique=False)

    op.create_table(
        "referral",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appeal_no", sa.String(length=40), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("tool", sa.String(length=12), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("conclusion", sa.String(length=12), nullable=False),
        sa.Column("answered_by", sa.String(length=120), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["appeal_no"], ["appeal.no"], name=op.f("fk_referral_appeal_no")),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_referral_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_referral")),
    )
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referral_appeal_no"), ["appeal_no"], unique=False)

    op.create_table(
        "rep_mandate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rep", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("level", sa.String(length=4), nullable=False),
        sa.Column("term", sa.String(length=20), nullable=False),
        sa.Column("sector", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("status", sa.String(length=6), nullable=False),
        sa.Column("basis_file", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["rep"], ["representative.code"], name=op.f("fk_rep_mandate_rep")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rep_mandate")),
    )
    with op.batch_alter_table("rep_mandate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rep_mandate_rep"), ["rep"], unique=False)

    op.create_table(
        "rep_reservation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("rep", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("slot", sa.String(length=2), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("reserved_by", sa.String(length=60), nullable=False),
        sa.Column("reserved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_because", sa.String(length=40), nullable=True),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["process_instance.id"], name=op.f("fk_rep_reservation_instance_id")
        ),
        sa.ForeignKeyConstraint(
            ["rep"], ["representative.code"], name=op.f("fk_rep_reservation_rep")
        ),
        sa.ForeignKeyConstraint(["unit"], ["org.code"], name=op.f("fk_rep_reservation_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rep_reservation")),
    )
    with op.batch_alter_table("rep_reservation", schema=None) as batch_op:
        batch_op.create_index("ix__rep_reservation__instance", ["instance_id"], unique=False)
        batch_op.create_index(
            "uq__rep_reservation__slot",
            ["rep", "day", "slot"],
            unique=True,
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        )

    op.create_table(
        "reply",
        sa.Column("id", sa.String(length=50), nullable=False),
        sa.Column("no", sa.String(length=40), nullable=True),
        sa.Column("appeal_no", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("conclusion", sa.String(length=12), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("basis", sa.LargeBinary(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("where_to", sa.LargeBinary(), nullable=True),
        sa.Column("result_class", sa.String(length=1), nullable=False),
        sa.Column("promise_due", sa.Date(), nullable=True),
        sa.Column("forms", sa.String(length=60), nullable=False),
        sa.Column("org", sa.String(length=40), nullable=False),
        sa.Column("drafted_by", sa.String(length=120), nullable=False),
        sa.Column("approved_by", sa.String(length=120), nullable=True),
        sa.Column("approval_note", sa.LargeBinary(), nullable=True),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["appeal_no"], ["appeal.no"], name=op.f("fk_reply_appeal_no")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
    )
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reply_appeal_no"), ["appeal_no"], unique=False)

    op.create_table(
        "supplement",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("appeal_no", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["appeal_no"], ["appeal.no"], name=op.f("fk_supplement_appeal_no")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplement")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_supplement_idempotency_key")),
    )
    with op.batch_alter_table("supplement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_supplement_appeal_no"), ["appeal_no"], unique=False)

    op.create_table(
        "document",
        sa.Column("id", sa.String(length=50), nullable=False),
        sa.Column("appeal_no", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("template", sa.String(length=20), nullable=False),
        sa.Column("reply_id", sa.String(length=50), nullable=True),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("org", sa.String(length=40), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_by", sa.String(length=10), nullable=True),
        sa.Column("delivered_actor", sa.String(length=120), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["appeal_no"], ["appeal.no"], name=op.f("fk_document_appeal_no")),
        sa.ForeignKeyConstraint(["reply_id"], ["reply.id"], name=op.f("fk_document_reply_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_document_appeal_no"), ["appeal_no"], unique=False)

    op.create_table(
        "official_letter",
        sa.Column("no", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("proposal_no", sa.String(length=40), nullable=False),
        sa.Column("to_org", sa.String(length=40), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by", sa.String(length=60), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("sent_by", sa.String(length=10), nullable=True),
        sa.Column("receipt", sa.String(length=60), nullable=True),
        sa.ForeignKeyConstraint(
            ["proposal_no"], ["proposal.no"], name=op.f("fk_official_letter_proposal_no")
        ),
        sa.ForeignKeyConstraint(["to_org"], ["org.code"], name=op.f("fk_official_letter_to_org")),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_official_letter")),
    )
    with op.batch_alter_table("official_letter", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_official_letter_proposal_no"), ["proposal_no"], unique=False
        )

    op.create_table(
        "proposal_material",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("proposal_no", sa.String(length=40), nullable=False),
        sa.Column("submission_id", sa.String(length=32), nullable=False),
        sa.Column("department", sa.String(length=20), nullable=False),
        sa.Column("catalogue", sa.LargeBinary(), nullable=False),
        sa.Column("measure", sa.LargeBinary(), nullable=False),
        sa.Column("supplied_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["proposal_no"], ["proposal.no"], name=op.f("fk_proposal_material_proposal_no")
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_proposal_material_submission_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal_material")),
        sa.UniqueConstraint(
            "proposal_no",
            "submission_id",
            name=op.f("uq_proposal_material_proposal_no_submission_id"),
        ),
    )


def downgrade() -> None:
    op.drop_table("proposal_material")
    with op.batch_alter_table("official_letter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_official_letter_proposal_no"))

    op.drop_table("official_letter")
    with op.batch_alter_table("document", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_document_appeal_no"))

    op.drop_table("document")
    with op.batch_alter_table("supplement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supplement_appeal_no"))

    op.drop_table("supplement")
    with op.batch_alter_table("reply", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reply_appeal_no"))

    op.drop_table("reply")
    with op.batch_alter_table("rep_reservation", schema=None) as batch_op:
        batch_op.drop_index(
            "uq__rep_reservation__slot",
            sqlite_where=sa.text("released_at IS NULL"),
            postgresql_where=sa.text("released_at IS NULL"),
        )
        batch_op.drop_index("ix__rep_reservation__instance")

    op.drop_table("rep_reservation")
    with op.batch_alter_table("rep_mandate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_rep_mandate_rep"))

    op.drop_table("rep_mandate")
    with op.batch_alter_table("referral", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_referral_appeal_no"))

    op.drop_table("referral")
    with op.batch_alter_table("proposal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposal_leader"))

    op.drop_table("proposal")
    with op.batch_alter_table("pending", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pending_appeal_no"))

    op.drop_table("pending")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_rep"))
        batch_op.drop_index(batch_op.f("ix_invitation_day"))

    op.drop_table("invitation")
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_incident_resolved_at"))
        batch_op.drop_index(batch_op.f("ix_incident_job_id"))
        batch_op.drop_index(batch_op.f("ix_incident_instance_id"))

    op.drop_table("incident")
    with op.batch_alter_table("human_task_candidate", schema=None) as batch_op:
        batch_op.drop_index("ix_human_task_candidate_who")

    op.drop_table("human_task_candidate")
    op.drop_table("draft")
    with op.batch_alter_table("coordination_meeting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coordination_meeting_work_group_id"))

    op.drop_table("coordination_meeting")
    with op.batch_alter_table("coordination", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_coordination_appeal_no"))

    op.drop_table("coordination")
    with op.batch_alter_table("callback", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_callback_appeal_no"))

    op.drop_table("callback")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_appeal_no"))

    op.drop_table("assignment")
    with op.batch_alter_table("appeal_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appeal_step_appeal_no"))

    op.drop_table("appeal_step")
    with op.batch_alter_table("appeal_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appeal_request_appeal_no"))

    op.drop_table("appeal_request")
    with op.batch_alter_table("work_group", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_work_group_root_id"))
        batch_op.drop_index(batch_op.f("ix_work_group_appeal_no"))

    op.drop_table("work_group")
    with op.batch_alter_table("variable", schema=None) as batch_op:
        batch_op.drop_index("ix_variable_search")

    op.drop_table("variable")
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_index("ix_subscription_match")
        batch_op.drop_index("ix_subscription_instance_id")

    op.drop_table("subscription")
    with op.batch_alter_table("submission", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submission_instance_id"))
        batch_op.drop_index(batch_op.f("ix_submission_human_task_id"))

    op.drop_table("submission")
    with op.batch_alter_table("representative", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_representative_street"))

    op.drop_table("representative")
    with op.batch_alter_table("proposal_source", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposal_source_instance_id"))
        batch_op.drop_index(batch_op.f("ix_proposal_source_appeal_no"))

    op.drop_table("proposal_source")
    with op.batch_alter_table("proposal_referral", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_proposal_referral_instance_id"))

    op.drop_table("proposal_referral")
    with op.batch_alter_table("post", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_post_account"))
        batch_op.drop_index("ix__post__org_role")

    op.drop_table("post")
    with op.batch_alter_table("overdue_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_overdue_case_watch_key"))
        batch_op.drop_index(batch_op.f("ix_overdue_case_root_id"))

    op.drop_table("overdue_case")
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_session_account"))

    op.drop_table("login_session")
    with op.batch_alter_table("ledger_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_entry_organisation"))
        batch_op.drop_index("ix_ledger_entry_list")
        batch_op.drop_index(batch_op.f("ix_ledger_entry_label"))

    op.drop_table("ledger_entry")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_job_start_timer",
            sqlite_where=sa.text("kind = 'start'"),
            postgresql_where=sa.text("kind = 'start'"),
        )
        batch_op.drop_index("ix_job_instance_id")
        batch_op.drop_index("ix_job_due")

    op.drop_table("job")
    with op.batch_alter_table("human_task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_human_task_root_id"))
        batch_op.drop_index(batch_op.f("ix_human_task_instance_id"))
        batch_op.drop_index("ix_human_task_inbox")
        batch_op.drop_index(batch_op.f("ix_human_task_due_at"))
        batch_op.drop_index("ix_human_task_done")

    op.drop_table("human_task")
    with op.batch_alter_table("case_recusal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_case_recusal_account"))

    op.drop_table("case_recusal")
    with op.batch_alter_table("case_access", schema=None) as batch_op:
        batch_op.drop_index("ix_case_access_who")

    op.drop_table("case_access")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_submission_id"))
        batch_op.drop_index(batch_op.f("ix_attachment_instance_id"))

    op.drop_table("attachment")
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        batch_op.drop_index("ix_appeal_phone_hash")
        batch_op.drop_index("ix_appeal_match")
        batch_op.drop_index(batch_op.f("ix_appeal_main_no"))
        batch_op.drop_index("ix_appeal_list")
        batch_op.drop_index(batch_op.f("ix_appeal_is_demo"))

    op.drop_table("appeal")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_absence_delegate_to"))
        batch_op.drop_index(batch_op.f("ix_absence_account"))

    op.drop_table("absence")
    with op.batch_alter_table("process_instance", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_process_instance_root_id"))
        batch_op.drop_index(batch_op.f("ix_process_instance_parent_id"))
        batch_op.drop_index("ix_process_instance_list")
        batch_op.drop_index(batch_op.f("ix_process_instance_is_demo"))
        batch_op.drop_index(batch_op.f("ix_process_instance_definition_id"))
        batch_op.drop_index("ix_process_instance_business_key")

    op.drop_table("process_instance")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_account_person_id"))

    op.drop_table("account")
    with op.batch_alter_table("process_definition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_process_definition_deployment_id"))

    op.drop_table("process_definition")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_phone_hash"))
        batch_op.drop_index(batch_op.f("ix_person_name_hash"))
        batch_op.drop_index(batch_op.f("ix_person_employer_org"))

    op.drop_table("person")
    with op.batch_alter_table("org_link", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_org_link_other"))

    op.drop_table("org_link")
    op.drop_table("notice_read")
    with op.batch_alter_table("form_definition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_form_definition_deployment_id"))

    op.drop_table("form_definition")
    op.drop_table("deployment_resource")
    with op.batch_alter_table("decision_definition", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_definition_deployment_id"))

    op.drop_table("decision_definition")
    op.drop_table("test_clock")
    with op.batch_alter_table("supervision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_supervision_overdue_id"))

    op.drop_table("supervision")
    op.drop_table("sign_in_throttle")
    op.drop_table("session_period")
    op.drop_table("resource")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outbox_instance_id"))
        batch_op.drop_index("ix_outbox_due")

    op.drop_table("outbox")
    with op.batch_alter_table("org", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_org_parent"))
        batch_op.drop_index("ix__org__kind")

    op.drop_table("org")
    op.drop_table("number_series")
    with op.batch_alter_table("history_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_history_event_instance_id"))
        batch_op.drop_index("ix_history_event_case")

    op.drop_table("history_event")
    op.drop_table("heartbeat")
    with op.batch_alter_table("deployment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_deployment_bundle"))

    op.drop_table("deployment")
    op.drop_table("demo_office")
    op.drop_table("calendar_year")
    op.drop_table("calendar_day")
    with op.batch_alter_table("answer_template", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_template_category"))

    op.drop_table("answer_template")
    with op.batch_alter_table("access_log", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_log_at"))
        batch_op.drop_index(batch_op.f("ix_access_log_account"))
        batch_op.drop_index("ix__access_log__instance")

    op.drop_table("access_log")
