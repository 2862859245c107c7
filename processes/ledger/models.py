"""Registers (台账) and the numbers that are given out without gaps."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models import Base, Id
from engine.vault import EncryptedJSON


class NumberSeries(Base):
    """The last number given in a series, for a year and a scope (a street, an office)."""

    __tablename__ = "number_series"

    series: Mapped[str] = mapped_column(String(40), primary_key=True)
    year: Mapped[int] = mapped_column(Integer, primary_key=True)
    scope: Mapped[str] = mapped_column(String(40), primary_key=True, default="")
    last: Mapped[int] = mapped_column(Integer, default=0)


class LedgerEntry(Base):
    """One line of a register. Added once, brought up to date, never deleted but with its case.

    What a list is filtered and sorted by stands in columns and holds codes and staff-written
    titles only; everything else of the line is sealed in `details`.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("register", "scope", "year", "number"),
        UniqueConstraint("register", "instance_id", "part"),
        Index("ix_ledger_entry_list", "register", "year", "organisation"),
    )

    id: Mapped[Id]
    register: Mapped[str] = mapped_column(String(40))
    scope: Mapped[str] = mapped_column(String(40), default="")
    year: Mapped[int]
    number: Mapped[int]
    #: As people write it: SQ-2026PH-000001.
    label: Mapped[str] = mapped_column(String(40), index=True)
    #: The root instance the line is about; None for a line without a case.
    instance_id: Mapped[str | None] = mapped_column(String(32), ForeignKey("process_instance.id"))
    #: Tells several lines of one case in one register apart, "" for the only one.
    part: Mapped[str] = mapped_column(String(40), default="")
    organisation: Mapped[str] = mapped_column(String(40), index=True)
    title: Mapped[str] = mapped_column(default="")
    category: Mapped[str] = mapped_column(String(20), default="")
    level: Mapped[str] = mapped_column(String(4), default="")
    status: Mapped[str] = mapped_column(String(20), default="")
    result: Mapped[str] = mapped_column(String(20), default="")
    due_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str] = mapped_column(String(60))
    details: Mapped[dict[str, Any]] = mapped_column(EncryptedJSON, default=dict)
    is_demo: Mapped[bool] = mapped_column(default=False)
