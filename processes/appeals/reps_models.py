"""Working groups of representatives, their invitations, the meetings they bring about.

What is said in an agenda, a reply or a meeting may name people: those columns are sealed.
Codes, dates and outcomes are plain, because registers and matching read them.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models import Base, Id, InstanceRef
from engine.vault import EncryptedText


class WorkGroup(Base):
    """A working group (工作小组) that helps one appeal along (T-081 to T-083).

    One group per walk through `rep_promote`. Its members have no deciding act (L-021).
    """

    __tablename__ = "work_group"

    id: Mapped[Id]
    #: The instance of `rep_promote`; one group each.
    instance_id: Mapped[InstanceRef] = mapped_column(unique=True)
    #: The case: reservations and access hang on it.
    root_id: Mapped[str] = mapped_column(String(32), index=True)
    appeal_no: Mapped[str] = mapped_column(String(40), index=True)
    #: The union that runs the group: a street, an industry or the district.
    org: Mapped[str] = mapped_column(ForeignKey("org.code"))
    #: Code of the representative who leads; None until somebody has accepted.
    leader: Mapped[str | None] = mapped_column(String(20))
    #: `reps`, or `district` when nobody could come (§4.0-6).
    led_by: Mapped[str] = mapped_column(String(10), default="reps")
    agenda: Mapped[str | None] = mapped_column(EncryptedText)
    pick_reason: Mapped[str | None] = mapped_column(EncryptedText)
    goal: Mapped[str | None] = mapped_column(EncryptedText)
    milestones: Mapped[str | None] = mapped_column(EncryptedText)
    summary: Mapped[str | None] = mapped_column(EncryptedText)
    #: open, solved, partial, convert, unsolved, blocked, cancelled (with its case)
    outcome: Mapped[str] = mapped_column(String(10), default="open")
    #: yes, no, unreached, silent: what the worker said within seven days.
    worker_confirmed: Mapped[str | None] = mapped_column(String(10))
    #: Counts for measure eight: solved, and the worker confirmed it (§4.7).
    counts_for_measure8: Mapped[bool] = mapped_column(Boolean, default=False)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)


class Invitation(Base):
    """One representative considered for one group: matched, perhaps invited, perhaps there."""

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("work_group_id", "rep"),)

    id: Mapped[Id]
    work_group_id: Mapped[int] = mapped_column(ForeignKey("work_group.id"))
    rep: Mapped[str] = mapped_column(ForeignKey("representative.code"), index=True)
    #: Place in the list after matching, from 1.
    rank: Mapped[int] = mapped_column(Integer)
    score: Mapped[int] = mapped_column(Integer)
    #: The rows of `dmn_match_rep` that hit, as sentences.
    basis: Mapped[list[str]] = mapped_column(JSON, default=list)
    #: candidate, picked, invited, accepted, declined, expired, unavailable, released
    status: Mapped[str] = mapped_column(String(12), default="candidate")
    #: Level one category of the appeal: “same topic” of D-08.
    category: Mapped[str] = mapped_column(String(4))
    day: Mapped[date | None] = mapped_column(Date, index=True)
    #: am or pm
    slot: Mapped[str | None] = mapped_column(String(2))
    #: The conclusion of `dmn_contact_conflict` when the slot was asked for.
    conflict: Mapped[str | None] = mapped_column(String(20))
    #: The topic joined a contact that another unit had arranged.
    merged: Mapped[bool] = mapped_column(Boolean, default=False)
    special_basis: Mapped[str | None] = mapped_column(EncryptedText)
    invited_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    #: self, or proxy with a proof (§4.0-6)
    reply_by: Mapped[str | None] = mapped_column(String(5))
    proof: Mapped[str | None] = mapped_column(EncryptedText)
    opinion: Mapped[str | None] = mapped_column(EncryptedText)
    suggestion: Mapped[str | None] = mapped_column(EncryptedText)


class CoordinationMeeting(Base):
    """A coordination meeting (协调会) with one department, as it was recorded."""

    __tablename__ = "coordination_meeting"
    __table_args__ = (UniqueConstraint("work_group_id", "submission_id"),)

    id: Mapped[Id]
    work_group_id: Mapped[int] = mapped_column(ForeignKey("work_group.id"), index=True)
    #: The form it was recorded with.
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"))
    department: Mapped[str] = mapped_column(String(40))
    held_on: Mapped[date] = mapped_column(Date)
    participants: Mapped[str] = mapped_column(EncryptedText)
    minutes: Mapped[str] = mapped_column(EncryptedText)
    promise: Mapped[str | None] = mapped_column(EncryptedText)
    promise_due: Mapped[date | None] = mapped_column(Date)


class SessionPeriod(Base):
    """When a people's congress or a CPPCC conference meets: deputies are for urgencies only."""

    __tablename__ = "session_period"
    __table_args__ = (UniqueConstraint("kind", "level", "starts_on"),)

    id: Mapped[Id]
    #: 人大代表 or 政协委员
    kind: Mapped[str] = mapped_column(String(10))
    #: 国, 省, 市, 区
    level: Mapped[str] = mapped_column(String(4))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
