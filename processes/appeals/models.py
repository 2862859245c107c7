"""The facts of an appeal: who asked what, who did what about it, which answer reached her.

One `Appeal` is one `appeal_main` instance. Names, phones and words are sealed; codes,
dates and organisations are plain, because lists, deadlines and statistics read them.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    Numeric,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from engine.models import Base, Id, InstanceRef
from engine.vault import EncryptedText


class Appeal(Base):
    """A worker's appeal (诉求件). Its number is the business key of every instance of the case."""

    __tablename__ = "appeal"
    __table_args__ = (
        UniqueConstraint("external_source", "external_no"),
        Index("ix_appeal_phone_hash", "phone_hash"),
        Index("ix_appeal_match", "category", "employer_hash", "received_at"),
        Index("ix_appeal_list", "street", "status", "received_at"),
    )

    #: `SQ-2026PH-000001`
    no: Mapped[str] = mapped_column(String(40), primary_key=True)
    instance_id: Mapped[InstanceRef] = mapped_column(unique=True)
    #: The query code is found by its fingerprint and kept sealed for a reprint.
    track_hash: Mapped[str] = mapped_column(String(64), unique=True)
    track_code: Mapped[str] = mapped_column(EncryptedText)

    #: Staff-written or made from the category; never a name or a worker's words.
    title: Mapped[str] = mapped_column(String(120))
    title_bigrams: Mapped[str] = mapped_column(Text, default="")
    content: Mapped[str | None] = mapped_column(EncryptedText)
    #: text, photo, voice: what the content came as.
    content_form: Mapped[str] = mapped_column(String(10), default="text")
    demand: Mapped[str | None] = mapped_column(EncryptedText)
    channel: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(4))
    subcategory: Mapped[str | None] = mapped_column(String(8))

    #: real, hidden, anonymous
    identity_mode: Mapped[str] = mapped_column(String(10))
    name: Mapped[str | None] = mapped_column(EncryptedText)
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    name_hash: Mapped[str | None] = mapped_column(String(64))
    phone_hash: Mapped[str | None] = mapped_column(String(64))
    phone_tail_hash: Mapped[str | None] = mapped_column(String(64))
    on_behalf: Mapped[bool] = mapped_column(Boolean, default=False)
    behalf_name: Mapped[str | None] = mapped_column(EncryptedText)
    behalf_relation: Mapped[str | None] = mapped_column(EncryptedText)
    #: 走访 of a common matter: at most five speak for it (信访工作条例 §20).
    group_size: Mapped[int | None] = mapped_column(Integer)

    employer_name: Mapped[str | None] = mapped_column(EncryptedText)
    employer_hash: Mapped[str | None] = mapped_column(String(64))
    employer_org: Mapped[str | None] = mapped_column(String(40))
    industry_org: Mapped[str | None] = mapped_column(String(40))
    street: Mapped[str] = mapped_column(String(40))
    community: Mapped[str | None] = mapped_column(String(40))
    place: Mapped[str | None] = mapped_column(EncryptedText)
    occurred_on: Mapped[date | None] = mapped_column(Date)
    amount: Mapped[Decimal | None] = mapped_column(Numeric(14, 2))
    persons_affected: Mapped[int] = mapped_column(Integer, default=1)
    scope: Mapped[str] = mapped_column(String(20), default="person")
    is_common: Mapped[bool] = mapped_column(Boolean, default=False)
    dept_level: Mapped[str] = mapped_column(String(20), default="none")
    has_union: Mapped[bool] = mapped_column(Boolean, default=False)
    worker_agrees_employer: Mapped[bool] = mapped_column(Boolean, default=False)
    urgency: Mapped[str] = mapped_column(String(10), default="normal")
    #: internal, sensitive; there is no secret here (保密法 §30).
    sensitivity: Mapped[str] = mapped_column(String(10), default="internal")
    legal_stage: Mapped[str] = mapped_column(String(20), default="none")

    #: registering, triage, following, handling, promoting, reviewing, replied, rework, pending,
    #: closed, refused, legal, merged, withdrawn
    status: Mapped[str] = mapped_column(String(12), default="triage")
    cur_level: Mapped[str | None] = mapped_column(String(4))
    cur_org: Mapped[str | None] = mapped_column(String(40))
    handler: Mapped[str | None] = mapped_column(String(120))
    received_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    first_contact_on: Mapped[date | None] = mapped_column(Date)
    #: The statutory end (sixty natural days), with extension and pauses.
    due_at: Mapped[datetime]
    extended_days: Mapped[int] = mapped_column(Integer, default=0)
    paused_from: Mapped[datetime | None]
    paused_until: Mapped[datetime | None]
    paused_seconds: Mapped[int] = mapped_column(Integer, default=0)
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    result_class: Mapped[str | None] = mapped_column(String(1))
    conclusion: Mapped[str | None] = mapped_column(String(12))
    satisfaction: Mapped[str | None] = mapped_column(String(12))
    rating_text: Mapped[str | None] = mapped_column(EncryptedText)
    rework_count: Mapped[int] = mapped_column(Integer, default=0)
    return_count: Mapped[int] = mapped_column(Integer, default=0)
    with_reps: Mapped[bool] = mapped_column(Boolean, default=False)
    converted: Mapped[bool] = mapped_column(Boolean, default=False)

    main_no: Mapped[str | None] = mapped_column(String(40), index=True)
    external_source: Mapped[str | None] = mapped_column(String(40))
    external_no: Mapped[str | None] = mapped_column(String(60))
    external_due: Mapped[date | None] = mapped_column(Date)
    source_ref: Mapped[str | None] = mapped_column(String(60))
    consent_version: Mapped[str | None] = mapped_column(String(20))
    consent_at: Mapped[datetime | None]
    retention_until: Mapped[date | None] = mapped_column(Date)
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False, index=True)


class AppealStep(Base):
    """One thing that was done about an appeal: when, on which level, by whom, with what result."""

    __tablename__ = "appeal_step"

    id: Mapped[Id]
    appeal_no: Mapped[str] = mapped_column(ForeignKey("appeal.no"), index=True)
    at: Mapped[datetime]
    level: Mapped[str | None] = mapped_column(String(4))
    org: Mapped[str | None] = mapped_column(String(40))
    element: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(30))
    actor: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str | None] = mapped_column(EncryptedText)
    result: Mapped[str | None] = mapped_column(String(30))
    overdue: Mapped[bool] = mapped_column(Boolean, default=False)
    #: Whether the worker's page tells it (in plain words made from `action`, never `summary`).
    public: Mapped[bool] = mapped_column(Boolean, default=False)


class Assignment(Base):
    """An appeal given to an organisation; why it came back, if it did."""

    __tablename__ = "assignment"

    id: Mapped[Id]
    appeal_no: Mapped[str] = mapped_column(ForeignKey("appeal.no"), index=True)
    from_org: Mapped[str | None] = mapped_column(String(40))
    to_org: Mapped[str] = mapped_column(String(40))
    level: Mapped[str] = mapped_column(String(4))
    #: first, escalate, redispatch, forced, rework, resume
    kind: Mapped[str] = mapped_column(String(12))
    sent_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    return_basis: Mapped[str | None] = mapped_column(EncryptedText)
    return_seq: Mapped[int] = mapped_column(Integer, default=0)
    decided_by: Mapped[str | None] = mapped_column(String(120))
    note: Mapped[str | None] = mapped_column(EncryptedText)


class Coordination(Base):
    """A department asked for its opinion (会办); the answer, and whether it says anything."""

    __tablename__ = "coordination"

    id: Mapped[Id]
    appeal_no: Mapped[str] = mapped_column(ForeignKey("appeal.no"), index=True)
    instance_id: Mapped[InstanceRef]
    dept: Mapped[str] = mapped_column(String(40))
    letter_no: Mapped[str | None] = mapped_column(String(60))
    reply_letter_no: Mapped[str | None] = mapped_column(String(60))
    question: Mapped[str | None] = mapped_column(EncryptedText)
    opinion: Mapped[str | None] = mapped_column(EncryptedText)
    substantial: Mapped[bool] = mapped_column(Boolean, default=False)
    round: Mapped[int] = mapped_column(Integer, default=1)
    asked_at: Mapped[datetime]
    replied_at: Mapped[datetime | None]


class Reply(Base):
    """An answer: conclusion, facts, basis. It counts only with a proof of delivery (§4.0-2)."""

    __tablename__ = "reply"

    #: `SQ-2026PH-000001-R1`
    id: Mapped[str] = mapped_column(String(50), primary_key=True)
    #: Letter number, given when it is signed.
    no: Mapped[str | None] = mapped_column(String(40))
    appeal_no: Mapped[str] = mapped_column(ForeignKey("appeal.no"), index=True)
    #: final, onspot, refusal, legal, review, copied, ref_<tool>
    kind: Mapped[str] = mapped_column(String(20))
    #: support, explain, deny, transferred, refused
    conclusion: Mapped[str] = mapped_column(String(12))
    facts: Mapped[str] = mapped_column(EncryptedText)
    basis: Mapped[str] = mapped_column(EncryptedText)
    content: Mapped[str] = mapped_column(EncryptedText)
    where_to: Mapped[str | None] = mapped_column(EncryptedText)
    result_class: Mapped[str] = mapped_column(String(1), default="A")
    promise_due: Mapped[date | None] = mapped_column(Date)
    forms: Mapped[str] = mapped_column(String(60), default="")
    org: Mapped[str] = mapped_column(String(40))
    drafted_by: Mapped[str] = mapped_column(String(120))
    approved_by: Mapped[str | None] = mapped_column(String(120))
    approval_note: Mapped[str | None] = mapped_column(EncryptedText)
    drafted_at: Mapped[datetime]
    signed_at: Mapped[datetime | None]
    seq: Mapped[int] = mapped_column(Integer, default=1)


class Document(Base):
    """Something the worker reads on her page: an answer, an interim answer, a notice."""

    __tablename__ = "document"

    #: `SQ-2026PH-000001-D1`: correlation key of `msg_reply_opened`.
    id: Mapped[str] = mapped_column(String(50), primary_key=True)
    appeal_no: Mapped[str] = mapped_column(ForeignKey("appeal.no"), index=True)
    #: reply, interim, notice
    kind: Mapped[str] = mapped_column(String(10))
    template: Mapped[str] = mapped_column(String(20))
    reply_id: Mapped[str | None] = mapped_column(ForeignKey("reply.id"))
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(EncryptedText)
    org: Mapped[str] = mapped_column(String(40))
    published_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    #: opened, phone, signed, one_way
    delivered_by: Mapped[str | None] = mapped_column(String(10))
    delivered_actor: Mapped[str | None] = mapped_column(String(120))
    seq: Mapped[int] = mapped_column(Integer, default=1)


class Callback(Base):
    """An attempt to reach the worker by telephone: to deliver, or to ask whether she is content."""

    __tablename__ = "callback"

    id: Mapped[Id]
    appeal_no: Mapped[str] = mapped_column(ForeignKey("appeal.no"), index=True)
    #: deliver, rate
    purpose: Mapped[str] = mapped_column(String(10))
    document_id: Mapped[str | None] = mapped_column(String(50))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(120))
    reached: Mapped[bool] = mapped_column(Boolean)
    satisfaction: Mapped[str | None] = mapped_column(String(12))
    by_proxy: Mapped[bool] = mapped_column(Boolean, default=False)
    comment: Mapped[str | None] = mapped_column(EncryptedText)


class Pending(Base):
    """挂账: what cannot be solved now, why, until when, looked at again each quarter."""

    __tablename__ = "pending"

    id: Mapped[Id]
    appeal_no: Mapped[str] = mapped_column(ForeignKey("appeal.no"), index=True)
    #: result (class C), limit (the sixty days are over)
    reason: Mapped[str] = mapped_column(String(12))
    approved_by: Mapped[str] = mapped_column(String(120))
    opened_at: Mapped[datetime]
    next_recheck: Mapped[datetime | None]
    until: Mapped[date | None] = mapped_column(Date)
    note: Mapped[str | None] = mapped_column(EncryptedText)
    cleared_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(12))


class AppealRequest(Base):
    """A request about a case: extension, pause, withdrawal. Its words stay out of variables."""

    __tablename__ = "appeal_request"

    id: Mapped[Id]
    appeal_no: Mapped[str] = mapped_column(ForeignKey("appeal.no"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    asked_by: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime]
    reason: Mapped[str | None] = mapped_column(EncryptedText)
    days: Mapped[int | None] = mapped_column(Integer)
    until: Mapped[date | None] = mapped_column(Date)
    #: None while open
    granted: Mapped[bool | None] = mapped_column(Boolean)
    decided_by: Mapped[str | None] = mapped_column(String(120))
    decided_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(EncryptedText)


class Referral(Base):
    """A matter handed to a specialist line (P05 to P10, P12), and that line's own answer."""

    __tablename__ = "referral"

    id: Mapped[Id]
    appeal_no: Mapped[str] = mapped_column(ForeignKey("appeal.no"), index=True)
    instance_id: Mapped[InstanceRef]
    #: dispute, supervision, hardship, trend, warning, motion, discipline, review
    tool: Mapped[str] = mapped_column(String(12))
    answer: Mapped[str] = mapped_column(EncryptedText)
    conclusion: Mapped[str] = mapped_column(String(12))
    answered_by: Mapped[str] = mapped_column(String(120))
    answered_at: Mapped[datetime]


class Supplement(Base):
    """What the worker added later on her page."""

    __tablename__ = "supplement"

    id: Mapped[Id]
    appeal_no: Mapped[str] = mapped_column(ForeignKey("appeal.no"), index=True)
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(EncryptedText)
    idempotency_key: Mapped[str | None] = mapped_column(String(80), unique=True)


class AnswerTemplate(Base):
    """常用答复库: the office's own words for questions that come every week."""

    __tablename__ = "answer_template"

    id: Mapped[Id]
    category: Mapped[str] = mapped_column(String(4), index=True)
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text)
    basis: Mapped[str] = mapped_column(Text)
