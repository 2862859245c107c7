"""Who may see a case, which days are worked, how time stands, who is alive."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models.base import Base, Code, Id, InstanceRef


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

    #: Host and process, as `host:pid`.
    worker: Mapped[str] = mapped_column(String(80), primary_key=True)
    #: embedded (beside the pages), worker (`huiyin worker`), celery
    role: Mapped[str] = mapped_column(String(10), default="embedded", server_default="embedded")
    at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    #: Jobs this process has run, and when it last looked for some to the end.
    drained: Mapped[int] = mapped_column(default=0)
    drained_at: Mapped[datetime | None]


class Turn(Base):
    """What one of many workers does for all of them, and when it was last done (real time)."""

    __tablename__ = "turn"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime]
