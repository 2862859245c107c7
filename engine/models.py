"""The engine's tables (`house.md` §3 has the words, §4 what is stored where).

Position in the diagram is `ProcessInstance.state`, an opaque blob of `engine.state`;
everything a person or a query asks for is a row written in the same transaction.
Areas declare their own tables on the same `Base`.
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Moment(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database. Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def new_id() -> str:
    """Return a new identifier: 32 hexadecimal digits, random."""
    return uuid.uuid4().hex


#: Counted rows (history, jobs): the database gives the number.
Id = Annotated[
    int,
    mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
]
#: Things that are named outside (instances, tasks): never guessable.
Key = Annotated[str, mapped_column(String(32), primary_key=True, default=new_id)]
InstanceRef = Annotated[str, mapped_column(String(32), ForeignKey("process_instance.id"))]
Code = Annotated[str, mapped_column(String(120))]
Document = Annotated[dict[str, Any], mapped_column(JSON)]


class Base(DeclarativeBase):
    """Every table of every floor; constraint names are fixed so that Alembic can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Moment,
        bytes: LargeBinary,
        str: String(255),
        dict[str, Any]: JSON,
    }


# ---- what was published -----------------------------------------------------------------


class Deployment(Base):
    """A bundle made current: who, when, which files, why. Never changed afterwards."""

    __tablename__ = "deployment"

    id: Mapped[Id]
    bundle: Mapped[Code] = mapped_column(index=True)
    #: `files`, `studio` or `rest`; start-up never reverts a publication from the studio.
    source: Mapped[str] = mapped_column(String(10))
    digest: Mapped[str] = mapped_column(String(64))
    deployed_at: Mapped[datetime]
    deployed_by: Mapped[Code]
    reason: Mapped[str] = mapped_column(Text, default="")
    #: What bundle.toml says: title, owner, legal basis, public intake.
    meta: Mapped[Document] = mapped_column(default=dict)


class Resource(Base):
    """A file's content, once, whatever number of deployments carry it."""

    __tablename__ = "resource"

    sha: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes]


class DeploymentResource(Base):
    """A file of a deployment, by name."""

    __tablename__ = "deployment_resource"

    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    sha: Mapped[str] = mapped_column(ForeignKey("resource.sha"))


class ProcessDefinition(Base):
    """One diagram in one deployment: key and version, immutable.

    `original` is what the analyst drew and what is shown; `normalized` is what runs,
    kept with the normaliser's version so that a better one strands nobody.
    """

    __tablename__ = "process_definition"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[Id]
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"), index=True)
    bundle: Mapped[Code]
    key: Mapped[Code]
    version: Mapped[int]
    name: Mapped[str]
    resource: Mapped[str]
    original_sha: Mapped[str] = mapped_column(ForeignKey("resource.sha"))
    normalized: Mapped[bytes]
    normalizer: Mapped[int]
    #: `engine.bpmn.definition.Description` as JSON.
    description: Mapped[Document]
    suspended: Mapped[bool] = mapped_column(default=False)
    deployed_at: Mapped[datetime]


class DecisionDefinition(Base):
    """One decision of one DMN file in one deployment."""

    __tablename__ = "decision_definition"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[Id]
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"), index=True)
    bundle: Mapped[Code]
    key: Mapped[Code]
    version: Mapped[int]
    name: Mapped[str]
    resource: Mapped[str]
    sha: Mapped[str] = mapped_column(ForeignKey("resource.sha"))


class FormDefinition(Base):
    """One form-js schema in one deployment; its key is the file's name."""

    __tablename__ = "form_definition"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[Id]
    deployment_id: Mapped[int] = mapped_column(ForeignKey("deployment.id"), index=True)
    bundle: Mapped[Code]
    key: Mapped[Code]
    version: Mapped[int]
    resource: Mapped[str]
    sha: Mapped[str] = mapped_column(ForeignKey("resource.sha"))


# ---- what runs --------------------------------------------------------------------------


class ProcessInstance(Base):
    """One walk through a definition. A call activity is an instance with a parent."""

    __tablename__ = "process_instance"
    __table_args__ = (
        Index("ix_process_instance_list", "status", "process_key", "started_at"),
        Index("ix_process_instance_business_key", "business_key"),
    )

    id: Mapped[Key]
    definition_id: Mapped[int] = mapped_column(ForeignKey("process_definition.id"), index=True)
    bundle: Mapped[Code]
    process_key: Mapped[Code]
    parent_id: Mapped[str | None] = mapped_column(
        String(32), ForeignKey("process_instance.id"), index=True
    )
    #: The parent's token that waits for this instance.
    parent_token: Mapped[str | None] = mapped_column(String(64))
    #: The call activity of the parent's diagram.
    parent_element: Mapped[str | None] = mapped_column(String(120))
    #: The outermost caller; its row is the lock of the whole family.
    root_id: Mapped[str] = mapped_column(String(32), index=True)
    depth: Mapped[int] = mapped_column(default=0)
    business_key: Mapped[str | None]
    #: Staff-written or derived from codes; never a name, a phone or a worker's words.
    title: Mapped[str] = mapped_column(default="")
    #: active, suspended, completed, cancelled
    status: Mapped[str] = mapped_column(String(12), default="active")
    state: Mapped[bytes]
    #: Counts writes; a second writer of the same state is refused by it.
    revision: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime]
    started_by: Mapped[Code]
    ended_at: Mapped[datetime | None]
    #: The end event that was reached, or the reason of a cancellation.
    outcome: Mapped[str | None]
    is_demo: Mapped[bool] = mapped_column(default=False, index=True)

    __mapper_args__ = {"version_id_col": revision}


class Variable(Base):
    """Searchable projection of the instance's variables, written with the state."""

    __tablename__ = "variable"
    __table_args__ = (Index("ix_variable_search", "name", "text_value"),)

    instance_id: Mapped[InstanceRef] = mapped_column(primary_key=True)
    #: "" for the instance, else the token of the scope.
    scope: Mapped[str] = mapped_column(String(64), primary_key=True, default="")
    name: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(20))
    text_value: Mapped[str | None] = mapped_column(String(500))
    value: Mapped[Any] = mapped_column(JSON)


class HumanTask(Base):
    """A user task element that now waits for people."""

    __tablename__ = "human_task"
    __table_args__ = (
        Index("ix_human_task_inbox", "status", "assignee", "due_at"),
        Index("ix_human_task_done", "completed_by", "closed_at"),
    )

    id: Mapped[Key]
    instance_id: Mapped[InstanceRef] = mapped_column(index=True)
    root_id: Mapped[str] = mapped_column(String(32), index=True)
    bundle: Mapped[Code]
    process_key: Mapped[Code]
    element_id: Mapped[Code]
    name: Mapped[str]
    #: The wait of the instance's state that this row stands for.
    wait: Mapped[str] = mapped_column(String(160), unique=True)
    token: Mapped[str] = mapped_column(String(64))
    #: open, completed, cancelled
    status: Mapped[str] = mapped_column(String(10), default="open")
    assignee: Mapped[str | None] = mapped_column(String(120))
    #: The groups that were told, as the inbox shows them.
    groups: Mapped[list[str]] = mapped_column(JSON, default=list)
    users: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: Logins that may not do it although their group could (four eyes, `huiyin:excluded`).
    excluded: Mapped[list[str]] = mapped_column(JSON, default=list)
    form_key: Mapped[str | None]
    #: Which of several instances of one element (multi-instance), 0 otherwise.
    item: Mapped[int] = mapped_column(default=0)
    priority: Mapped[int] = mapped_column(default=50)
    created_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    follow_up_at: Mapped[datetime | None]
    #: `engine.calendar.Deadline` behind due_at, so that it can be recomputed.
    deadline: Mapped[dict[str, Any] | None]
    #: Since when the person has read it; unread tasks carry a dot.
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    completed_by: Mapped[str | None] = mapped_column(String(120))


class HumanTaskCandidate(Base):
    """Who may take a task: a group `role@organisation` or a login; or, by `not`, may never.

    The inbox reads this.
    """

    __tablename__ = "human_task_candidate"
    __table_args__ = (Index("ix_human_task_candidate_who", "kind", "who", "human_task_id"),)

    human_task_id: Mapped[str] = mapped_column(
        String(32), ForeignKey("human_task.id"), primary_key=True
    )
    #: group, user or not
    kind: Mapped[str] = mapped_column(String(5), primary_key=True)
    who: Mapped[str] = mapped_column(String(200), primary_key=True)


class Draft(Base):
    """What somebody typed and has not submitted yet; encrypted, one per task and person."""

    __tablename__ = "draft"

    human_task_id: Mapped[str] = mapped_column(
        String(32), ForeignKey("human_task.id"), primary_key=True
    )
    person: Mapped[Code] = mapped_column(primary_key=True)
    payload: Mapped[bytes]
    saved_at: Mapped[datetime]


class Submission(Base):
    """What a person entered in one form, kept once, encrypted, with its own retention."""

    __tablename__ = "submission"

    id: Mapped[Key]
    instance_id: Mapped[InstanceRef] = mapped_column(index=True)
    human_task_id: Mapped[str | None] = mapped_column(String(32), index=True)
    element_id: Mapped[Code]
    form_key: Mapped[str | None]
    form_version: Mapped[int | None]
    payload: Mapped[bytes]
    submitted_by: Mapped[Code]
    submitted_at: Mapped[datetime]
    #: One per rendered form: the second click finds the first one's answer.
    idempotency_key: Mapped[str | None] = mapped_column(String(80), unique=True)
    #: SHA-256 of what was posted; the same key with another content is refused.
    digest: Mapped[str] = mapped_column(String(64))
    retain_until: Mapped[date | None]


class Attachment(Base):
    """A file somebody attached. The content lies in the storage folder under a random name."""

    __tablename__ = "attachment"

    id: Mapped[Key]
    instance_id: Mapped[str | None] = mapped_column(
        String(32), ForeignKey("process_instance.id"), index=True
    )
    submission_id: Mapped[str | None] = mapped_column(String(32), index=True)
    field: Mapped[str] = mapped_column(default="")
    #: The file's own name may be a person's name: encrypted.
    name: Mapped[bytes]
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha: Mapped[str] = mapped_column(String(64))
    stored_as: Mapped[str] = mapped_column(String(64), unique=True)
    uploaded_by: Mapped[Code]
    uploaded_at: Mapped[datetime]


class Job(Base):
    """Work the engine owes at a moment: a timer, a message, a continuation, a delivery.

    The row is the truth; Redis and Celery only carry the hint that it is due.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_due", "status", "due_at"),
        Index("ix_job_instance_id", "instance_id"),
        Index(
            "uq_job_start_timer",
            "definition_id",
            "element_id",
            "due_at",
            unique=True,
            sqlite_where=text("kind = 'start'"),
            postgresql_where=text("kind = 'start'"),
        ),
    )

    id: Mapped[Id]
    #: timer, message, signal, async, external, start
    kind: Mapped[str] = mapped_column(String(10))
    instance_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("process_instance.id"))
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    element_id: Mapped[str | None] = mapped_column(String(120))
    #: The wait of the instance's state that this row stands for.
    wait: Mapped[str | None] = mapped_column(String(160), unique=True)
    token: Mapped[str | None] = mapped_column(String(64))
    #: Which event of the element (boundary, event gateway).
    slot: Mapped[str | None] = mapped_column(String(120))
    #: When it is owed, in engine time. Never moved: lateness is measured from it.
    due_at: Mapped[datetime]
    deadline: Mapped[dict[str, Any] | None]
    #: open, done, failed (an incident), parked (a message nobody waits for yet), undelivered
    status: Mapped[str] = mapped_column(String(10), default="open")
    attempts: Mapped[int] = mapped_column(default=0)
    max_attempts: Mapped[int] = mapped_column(default=3)
    #: Seconds between attempts, from failedJobRetryTimeCycle or the default.
    backoff: Mapped[list[int]] = mapped_column(JSON, default=list)
    #: Real time before which nobody else may take it (lease or backoff).
    not_before: Mapped[datetime | None]
    lease: Mapped[str | None] = mapped_column(String(40))
    topic: Mapped[str | None] = mapped_column(String(120))
    priority: Mapped[int] = mapped_column(default=0)
    payload: Mapped[dict[str, Any] | None]
    error: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class Subscription(Base):
    """An instance, or a definition's start, that waits for a message or a signal."""

    __tablename__ = "subscription"
    __table_args__ = (
        Index("ix_subscription_match", "kind", "name", "correlation"),
        Index("ix_subscription_instance_id", "instance_id"),
    )

    id: Mapped[Id]
    #: message, signal, conditional
    kind: Mapped[str] = mapped_column(String(12))
    name: Mapped[str]
    correlation: Mapped[str] = mapped_column(default="")
    instance_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("process_instance.id"))
    definition_id: Mapped[int | None] = mapped_column(ForeignKey("process_definition.id"))
    element_id: Mapped[Code]
    #: The wait of the instance's state that this row stands for.
    wait: Mapped[str | None] = mapped_column(String(160), unique=True)
    token: Mapped[str | None] = mapped_column(String(64))
    slot: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime]


class Incident(Base):
    """Something an operator must mend before the instance can go on."""

    __tablename__ = "incident"

    id: Mapped[Id]
    instance_id: Mapped[str | None] = mapped_column(
        String(32), ForeignKey("process_instance.id"), index=True
    )
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"), index=True)
    element_id: Mapped[str | None] = mapped_column(String(120))
    code: Mapped[str] = mapped_column(String(40))
    message: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None] = mapped_column(index=True)
    resolved_by: Mapped[str | None] = mapped_column(String(120))


class HistoryEvent(Base):
    """What happened, append-only: when, where, who, why. Codes only, no personal data."""

    __tablename__ = "history_event"
    __table_args__ = (Index("ix_history_event_case", "root_id", "id"),)

    id: Mapped[Id]
    instance_id: Mapped[str] = mapped_column(String(32), index=True)
    root_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    #: started, entered, left, flow, decision, opened, claimed, completed, cancelled,
    #: fired, message, ended, incident, retried, … (engine/README.md lists them)
    kind: Mapped[str] = mapped_column(String(20))
    element_id: Mapped[str | None] = mapped_column(String(120))
    name: Mapped[str | None]
    actor: Mapped[str | None] = mapped_column(String(120))
    data: Mapped[dict[str, Any] | None]


class Outbox(Base):
    """A message owed to a person or another system; sent at least once, keyed."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "sent_at", "due_at"),)

    id: Mapped[Id]
    #: Deterministic (event and recipient): the receiver can drop a second delivery.
    key: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    instance_id: Mapped[str | None] = mapped_column(String(32), index=True)
    #: An account login, an organisation code or a case; never an address in clear.
    recipient: Mapped[Code]
    payload: Mapped[bytes]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    #: Real time before which no channel tries again.
    not_before: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error: Mapped[str | None] = mapped_column(Text)


class NoticeRead(Base):
    """A person has read a message of the outbox that was owed to them or their group."""

    __tablename__ = "notice_read"

    outbox_id: Mapped[int] = mapped_column(ForeignKey("outbox.id"), primary_key=True)
    person: Mapped[Code] = mapped_column(primary_key=True)
    read_at: Mapped[datetime]


# ---- who may see, and when -------------------------------------------------------------


class CaseAccess(Base):
    """Who may see a case (the root instance), since when, until when. Barred wins."""

    __tablename__ = "case_access"
    __table_args__ = (
        UniqueConstraint("instance_id", "organisation", "relation"),
        Index("ix_case_access_who", "organisation", "relation", "instance_id"),
    )

    id: Mapped[Id]
    instance_id: Mapped[InstanceRef]
    #: An organisation code, or one invited person's code such as `rep_0007`.
    organisation: Mapped[Code]
    #: handler, superior, invited, barred
    relation: Mapped[str] = mapped_column(String(10))
    since: Mapped[datetime]
    until: Mapped[datetime | None]


class CalendarDay(Base):
    """A day whose kind is not what its weekday says: a holiday or a make-up workday."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    name: Mapped[str]
    source: Mapped[str]


class CalendarYear(Base):
    """A year whose holiday arrangement is known; others are estimated and flagged."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True)
    published: Mapped[bool]
    source: Mapped[str]
    updated_at: Mapped[datetime]


class TestClock(Base):
    """Where engine time stands in test mode: one row, seconds ahead of wall time."""

    __test__ = False  # pytest: this is no test class
    __tablename__ = "test_clock"

    id: Mapped[int] = mapped_column(primary_key=True)
    offset_seconds: Mapped[float]


class Heartbeat(Base):
    """A worker that was alive a moment ago (real time)."""

    __tablename__ = "heartbeat"

    worker: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime]
    drained: Mapped[int] = mapped_column(default=0)
