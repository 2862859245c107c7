"""Supervision (督办): which owed work is late, who was asked to see to it, what they demanded."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.models import Base, Id, InstanceRef
from engine.vault import EncryptedText


class OverdueCase(Base):
    """Work that was not done in time, from the deadline until it is done."""

    __tablename__ = "overdue_case"

    id: Mapped[Id]
    #: The instance of `overdue_escalation`.
    instance_id: Mapped[InstanceRef] = mapped_column(unique=True)
    root_id: Mapped[str] = mapped_column(String(32), index=True)
    #: `number:element`, the correlation key of `msg_overdue_settled`.
    watch_key: Mapped[str] = mapped_column(String(200), index=True)
    element: Mapped[str] = mapped_column(String(120))
    stage: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60))
    org: Mapped[str] = mapped_column(String(40))
    due_at: Mapped[datetime]
    tier: Mapped[int] = mapped_column(Integer, default=0)
    delay_reason: Mapped[str | None] = mapped_column(EncryptedText)
    delay_until: Mapped[date | None] = mapped_column(Date)
    settled_at: Mapped[datetime | None]


class Supervision(Base):
    """One demand of a superior about a late case."""

    __tablename__ = "supervision"

    id: Mapped[Id]
    overdue_id: Mapped[int] = mapped_column(index=True)
    tier: Mapped[int] = mapped_column(Integer)
    by: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]
    demand: Mapped[str | None] = mapped_column(EncryptedText)
    until: Mapped[date | None] = mapped_column(Date)
