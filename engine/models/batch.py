"""Work on many instances at once, done by the workers in small pieces."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import Base, Code, Document, Key


class Batch(Base):
    """What is to be done to which instances. Its pieces are jobs of kind `batch`."""

    __tablename__ = "batch"

    id: Mapped[Key]
    #: Camunda's word: `instance-migration`, `instance-deletion`, …
    kind: Mapped[Code]
    #: How many jobs there were in the beginning.
    total: Mapped[int]
    #: Instances of one job.
    per_job: Mapped[int] = mapped_column(default=1)
    #: What the pieces have in common: a plan, instructions, variables.
    config: Mapped[Document]
    suspended: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    created_by: Mapped[Code]
    #: When its last piece was done.
    ended_at: Mapped[datetime | None]
