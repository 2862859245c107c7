"""What is owed: jobs, subscriptions, incidents, history, messages to the outside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import Base, Code, Document, Id, Key


class Job(Base):
    """Work the engine owes at a moment: a timer, a message, a continuation, a delivery.

    The row is the truth; Redis and Celery only carry the hint that it is due.
    """

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_due", "status", "due_at"),
        Index("ix_job_topic", "topic", "status"),
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
    #: timer, message, signal, async, external, start, batch, switch
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
    #: open, done, failed (an incident), cancelled (its wait ended without it), parked (a
    #: message nobody waits for yet), undelivered
    status: Mapped[str] = mapped_column(String(12), default="open")
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
    #: What the last attempt failed with; `trace` is where in the program.
    error: Mapped[str | None] = mapped_column(Text)
    trace: Mapped[str | None] = mapped_column(Text)
    #: Held by an operator; nobody takes it meanwhile.
    suspended: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: External tasks: who fetched it last, and until when it is theirs (engine time).
    worker: Mapped[str | None] = mapped_column(String(120))
    locked_until: Mapped[datetime | None]
    #: External tasks: tries left as the worker reported; None until one failed.
    retries: Mapped[int | None]
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class JobControl(Base):
    """What an operator set for every job of one element (Camunda's job definition).

    Only what was set has a row; the job definitions themselves follow from the diagram.
    """

    __tablename__ = "job_control"

    definition_id: Mapped[int] = mapped_column(
        ForeignKey("process_definition.id"), primary_key=True
    )
    element_id: Mapped[str] = mapped_column(String(120), primary_key=True)
    #: Jobs made since then are held; null: they run.
    suspended_at: Mapped[datetime | None]
    #: The priority of jobs made since `priority_at`; null: the diagram's.
    priority: Mapped[int | None]
    priority_at: Mapped[datetime | None]


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
    #: Closed because its job is owed no more, not because somebody mended it.
    is_deleted: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: What an operator wrote beside it.
    annotation: Mapped[str | None] = mapped_column(String(4000))


class HistoryEvent(Base):
    """What happened, append-only: when, where, who, why. Codes only, no personal data."""

    __tablename__ = "history_event"
    __table_args__ = (Index("ix_history_event_case", "root_id", "id"),)

    id: Mapped[Id]
    instance_id: Mapped[str] = mapped_column(String(32), index=True)
    root_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    #: started, trail, opened, claimed, completed, cancelled, decided, fired, message, ended,
    #: incident, retried, … (engine/README.md lists them)
    kind: Mapped[str] = mapped_column(String(20))
    element_id: Mapped[str | None] = mapped_column(String(120))
    name: Mapped[str | None]
    actor: Mapped[str | None] = mapped_column(String(120))
    data: Mapped[dict[str, Any] | None]


class DecisionEvaluation(Base):
    """A decision that somebody asked by itself, or one that it required. Belongs to no case.

    What a case asked is told in its `HistoryEvent`s.
    """

    __tablename__ = "decision_evaluation"

    id: Mapped[Key]
    #: The evaluation that was asked; null for that one itself.
    asked_id: Mapped[str | None] = mapped_column(String(32), index=True)
    #: Counts the decisions of one question, from 0, the one that was asked.
    place: Mapped[int]
    decision: Mapped[Code] = mapped_column(index=True)
    name: Mapped[str]
    #: Outlives the definition, whose number nothing else gets.
    definition_id: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int | None]
    #: The graph of its file, when the file has one: number, key, version.
    graph_id: Mapped[int | None] = mapped_column(BigInteger)
    graph_key: Mapped[str | None]
    graph_version: Mapped[int | None]
    evaluated_at: Mapped[datetime] = mapped_column(index=True)
    evaluated_by: Mapped[Code]
    #: Inputs and outputs (`engine.commands.deciding`): no free text in an office's own table.
    told: Mapped[Document]
    #: COLLECT with an aggregation gives a number.
    collected: Mapped[float | None]
    #: When it may go, as the decision's time to live says.
    removal_at: Mapped[datetime | None] = mapped_column(index=True)


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
