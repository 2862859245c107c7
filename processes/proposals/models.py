"""Proposals (建议提案), where they come from, what was supplied, the letters that press them.

The text of a proposal becomes public when it is filed, but until then it may lean on cases:
it is sealed like everything a person wrote.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, Boolean, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models import Base, Id, InstanceRef
from engine.vault import EncryptedText


class Proposal(Base):
    """A suggestion of a deputy or a CPPCC member that grew out of appeals (T-100 to T-103).

    Exists from the moment the representative was named (立项); a matter that could not be
    converted has none.
    """

    __tablename__ = "proposal"

    #: TA-2026-0001
    no: Mapped[str] = mapped_column(String(40), primary_key=True)
    instance_id: Mapped[InstanceRef] = mapped_column(unique=True)
    #: npc_suggestion, cppcc_proposal, party_proposal
    kind: Mapped[str] = mapped_column(String(20))
    #: Level of the leader's mandate: 国, 省, 市, 区, 街.
    level: Mapped[str] = mapped_column(String(4))
    leader: Mapped[str] = mapped_column(ForeignKey("representative.code"), index=True)
    #: session or closed (闭会)
    session_kind: Mapped[str] = mapped_column(String(10))
    org: Mapped[str] = mapped_column(ForeignKey("org.code"))
    #: drafting, refused, referred, submitted, filed, merged, not_filed, answered, withdrawn
    status: Mapped[str] = mapped_column(String(12), default="drafting")
    title: Mapped[str] = mapped_column(EncryptedText)
    cause: Mapped[str | None] = mapped_column(EncryptedText)
    analysis: Mapped[str | None] = mapped_column(EncryptedText)
    suggestion: Mapped[str | None] = mapped_column(EncryptedText)
    #: self, or proxy with a proof (§4.0-6)
    confirmed_by: Mapped[str | None] = mapped_column(String(5))
    confirmed_at: Mapped[datetime | None]
    proof: Mapped[str | None] = mapped_column(EncryptedText)
    #: Where it was handed in, the number on the receipt and the day: measure ten counts these.
    submitted_to: Mapped[str | None] = mapped_column(String(40))
    receipt_no: Mapped[str | None] = mapped_column(String(60))
    submitted_on: Mapped[date | None] = mapped_column(Date)
    counts_for_measure10: Mapped[bool] = mapped_column(Boolean, default=False)
    #: filed, merged, not_filed, opinion, and the number the organ gave
    review_result: Mapped[str | None] = mapped_column(String(10))
    filed_no: Mapped[str | None] = mapped_column(String(60))
    review_reason: Mapped[str | None] = mapped_column(EncryptedText)
    main_unit: Mapped[str | None] = mapped_column(String(40))
    co_units: Mapped[list[str]] = mapped_column(JSON, default=list)
    handed_on: Mapped[date | None] = mapped_column(Date)
    #: 3 months, or 6 for a hard one (代表法 §51)
    due_at: Mapped[datetime | None]
    #: A, B, C, D
    result_class: Mapped[str | None] = mapped_column(String(1))
    replied_on: Mapped[date | None] = mapped_column(Date)
    points: Mapped[str | None] = mapped_column(EncryptedText)
    promise: Mapped[str | None] = mapped_column(EncryptedText)
    promise_due: Mapped[date | None] = mapped_column(Date)
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)


class ProposalSource(Base):
    """An appeal behind a conversion; its worker is told at the conversion and at the outcome.

    Hangs on the instance, not on the proposal: a matter that is referred has sources too.
    """

    __tablename__ = "proposal_source"
    __table_args__ = (UniqueConstraint("instance_id", "appeal_no"),)

    id: Mapped[Id]
    instance_id: Mapped[InstanceRef] = mapped_column(index=True)
    #: No foreign key: appeals are another area's, and areas meet only in diagrams.
    appeal_no: Mapped[str] = mapped_column(String(40), index=True)
    #: True for the appeal that asked for the conversion.
    first: Mapped[bool] = mapped_column(Boolean, default=False)
    added_at: Mapped[datetime]


class ProposalMaterial(Base):
    """What one department supplied for a proposal, masked (T-102)."""

    __tablename__ = "proposal_material"
    __table_args__ = (UniqueConstraint("proposal_no", "submission_id"),)

    id: Mapped[Id]
    proposal_no: Mapped[str] = mapped_column(ForeignKey("proposal.no"))
    submission_id: Mapped[str] = mapped_column(ForeignKey("submission.id"))
    department: Mapped[str] = mapped_column(String(20))
    catalogue: Mapped[str] = mapped_column(EncryptedText)
    measure: Mapped[str] = mapped_column(EncryptedText)
    supplied_at: Mapped[datetime]


class ProposalReferral(Base):
    """A report (情况专报) in place of a proposal, and what came back."""

    __tablename__ = "proposal_referral"

    id: Mapped[Id]
    instance_id: Mapped[InstanceRef] = mapped_column(index=True)
    referred_to: Mapped[str] = mapped_column(String(40))
    referred_on: Mapped[date] = mapped_column(Date)
    report: Mapped[str] = mapped_column(EncryptedText)
    answer: Mapped[str] = mapped_column(EncryptedText)
    recorded_at: Mapped[datetime]


class OfficialLetter(Base):
    """A numbered letter of the district union (龙工函〔年〕号), here: to press for an answer."""

    __tablename__ = "official_letter"

    #: 龙工函〔2026〕1号
    no: Mapped[str] = mapped_column(String(40), primary_key=True)
    #: urge (催办函)
    kind: Mapped[str] = mapped_column(String(20))
    proposal_no: Mapped[str] = mapped_column(ForeignKey("proposal.no"), index=True)
    to_org: Mapped[str] = mapped_column(ForeignKey("org.code"))
    text: Mapped[str] = mapped_column(EncryptedText)
    drafted_at: Mapped[datetime]
    signed_by: Mapped[str | None] = mapped_column(String(60))
    sent_on: Mapped[date | None] = mapped_column(Date)
    sent_by: Mapped[str | None] = mapped_column(String(10))
    receipt: Mapped[str | None] = mapped_column(String(60))
