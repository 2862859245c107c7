"""What runs: instances, their variables, the tasks people do, and what they entered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import Base, Code, InstanceRef, Key


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
        *(
            # Most tasks have neither: an entry for each would be written for nobody.
            Index(
                f"ix_human_task_{name}",
                name,
                sqlite_where=text(f"{name} IS NOT NULL"),
                postgresql_where=text(f"{name} IS NOT NULL"),
            )
            for name in ("due_at", "parent_task_id")
        ),
    )

    id: Mapped[Key]
    #: NULL only for a task of its own (`own`): those have a command and a query of their own,
    #: everything else joins the instance and never meets them.
    instance_id: Mapped[InstanceRef] = mapped_column(index=True, nullable=True)
    #: "" for a task of its own.
    root_id: Mapped[str] = mapped_column(String(32), index=True)
    bundle: Mapped[Code]
    process_key: Mapped[Code]
    element_id: Mapped[Code]
    name: Mapped[str]
    description: Mapped[str | None] = mapped_column(Text)
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
    #: What `camunda:formRefVersion` gave, for a form bound by version.
    form_version: Mapped[int | None]
    #: Which of several instances of one element (multi-instance), 0 otherwise.
    item: Mapped[int] = mapped_column(default=0)
    priority: Mapped[int] = mapped_column(default=50)
    created_at: Mapped[datetime]
    claimed_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    follow_up_at: Mapped[datetime | None]
    #: `engine.calendar.Deadline` behind due_at, so that it can be recomputed.
    deadline: Mapped[dict[str, Any] | None]
    #: Since when the person has read it; unread tasks carry a dot.
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    completed_by: Mapped[str | None] = mapped_column(String(120))
    #: Who answers for it; delegated work comes back to them.
    owner: Mapped[str | None] = mapped_column(String(120))
    #: PENDING while a delegate works on it, RESOLVED when it came back.
    delegation_state: Mapped[str | None] = mapped_column(String(10))
    parent_task_id: Mapped[str | None] = mapped_column(String(32))
    #: When it was last changed over REST: assignment, dates, candidates, variables, notes.
    updated_at: Mapped[datetime | None]

    @property
    def own(self) -> bool:
        """Whether it belongs to no instance: somebody made it over REST."""
        return not self.root_id


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
