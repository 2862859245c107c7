"""What hangs on a human task beside its form: local variables, links, remarks, papers.

Remarks and the names of papers are what people wrote: they are encrypted like a submission.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import Base, Code, Key

TaskRef = Annotated[str, mapped_column(String(32), ForeignKey("human_task.id"))]


class TaskVariable(Base):
    """A variable of one human task: seen there and nowhere else."""

    __tablename__ = "task_variable"
    __table_args__ = (Index("ix_task_variable_search", "name", "text_value"),)

    human_task_id: Mapped[TaskRef] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str] = mapped_column(String(20))
    text_value: Mapped[str | None] = mapped_column(String(500))
    value: Mapped[Any] = mapped_column(JSON)


class TaskLink(Base):
    """Somebody who has to do with a task in another way than by doing it: an adviser, a reader."""

    __tablename__ = "task_link"

    human_task_id: Mapped[TaskRef] = mapped_column(primary_key=True)
    #: A word of the client's own, never assignee, owner or candidate.
    type: Mapped[str] = mapped_column(String(60), primary_key=True)
    #: group or user
    kind: Mapped[str] = mapped_column(String(5), primary_key=True)
    who: Mapped[str] = mapped_column(String(200), primary_key=True)


class TaskNote(Base):
    """A remark somebody made at a task. Only its author changes it, while the task is open."""

    __tablename__ = "task_note"

    id: Mapped[Key]
    human_task_id: Mapped[TaskRef] = mapped_column(index=True)
    instance_id: Mapped[str | None] = mapped_column(String(32), index=True)
    author: Mapped[Code]
    at: Mapped[datetime]
    #: Sealed.
    message: Mapped[bytes]


class TaskPaper(Base):
    """A file or an address somebody attached to a task."""

    __tablename__ = "task_paper"

    id: Mapped[Key]
    human_task_id: Mapped[TaskRef] = mapped_column(index=True)
    instance_id: Mapped[str | None] = mapped_column(String(32), index=True)
    #: The stored file, or None when it is only an address.
    attachment_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("attachment.id"))
    #: Name, description and address as the client gave them: one sealed JSON object.
    words: Mapped[bytes]
    type: Mapped[str | None]
    at: Mapped[datetime]
    author: Mapped[Code]
