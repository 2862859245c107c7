"""Organisations, persons, accounts, posts and stand-ins.

Codes of organisations are stable and human (`pinghu`, `ent_001`); they appear in candidate
groups, in variables and in `case_access`, so they are the key here too.
"""

from datetime import date, datetime

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models import Base
from engine.vault import EncryptedText
from processes.people.access_models import (
    AccessLog,
    ApiToken,
    CaseRecusal,
    LoginSession,
    SignInThrottle,
)
from processes.people.rep_models import RepMandate, Representative, RepReservation

__all__ = [
    "Absence",
    "AccessLog",
    "Account",
    "ApiToken",
    "CaseRecusal",
    "LoginSession",
    "Org",
    "OrgLink",
    "Person",
    "Post",
    "RepMandate",
    "RepReservation",
    "Representative",
    "SignInThrottle",
]


class Org(Base):
    """A union organisation, department, organ or company, at a place in the tree.

    `parent` is the next union level up (工会法 §11): company → community → street → district →
    city. Departments and organs stand outside the chain and have no parent.
    """

    __tablename__ = "org"
    __table_args__ = (Index("ix__org__kind", "kind"),)

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(30))
    #: "L1" … "L6" and "L3H" (industry), see requirements §4.1.
    level: Mapped[str] = mapped_column(String(4))
    parent: Mapped[str | None] = mapped_column(ForeignKey("org.code"), index=True)
    #: Two letters used in numbers, for example PH in SQ-2026PH-000001.
    street_code: Mapped[str | None] = mapped_column(String(4))
    #: 示范 unit and grade (三级 or 四级) of a community federation.
    is_model: Mapped[bool] = mapped_column(Boolean, default=False)
    grade: Mapped[str | None] = mapped_column(String(8))
    #: False for a company without a union: its matters begin at the community (§4.0-1).
    has_union: Mapped[bool] = mapped_column(Boolean, default=True)
    headcount: Mapped[int | None] = mapped_column(Integer)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)


class OrgLink(Base):
    """A second belonging of an organisation: 系统 (industry) beside 属地 (territory)."""

    __tablename__ = "org_link"
    __table_args__ = (UniqueConstraint("org", "other", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    org: Mapped[str] = mapped_column(ForeignKey("org.code"))
    other: Mapped[str] = mapped_column(ForeignKey("org.code"), index=True)
    kind: Mapped[str] = mapped_column(String(20))


class Person(Base):
    """A human being. Name and phone are encrypted and found only by their fingerprints."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(EncryptedText)
    name_hash: Mapped[str] = mapped_column(String(64), index=True)
    phone: Mapped[str | None] = mapped_column(EncryptedText)
    phone_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    gender: Mapped[str | None] = mapped_column(String(4))
    #: Where the person works. Decides who is barred from a case (信访工作条例 §30).
    employer_org: Mapped[str | None] = mapped_column(ForeignKey("org.code"), index=True)
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)


class Account(Base):
    """A login. What it may do follows from its posts, never from the account itself."""

    __tablename__ = "account"

    login: Mapped[str] = mapped_column(String(60), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    #: person, or service: another system, which uses `/engine-rest` and no page.
    kind: Mapped[str] = mapped_column(String(10), default="person", server_default="person")
    #: argon2id, with its parameters.
    password: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime]
    last_login_at: Mapped[datetime | None]
    is_demo: Mapped[bool] = mapped_column(Boolean, default=False)


class Post(Base):
    """A role held by an account in an organisation, for a time (both days included)."""

    __tablename__ = "post"
    __table_args__ = (
        UniqueConstraint("account", "org", "role", "valid_from"),
        Index("ix__post__org_role", "org", "role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.login"), index=True)
    org: Mapped[str] = mapped_column(ForeignKey("org.code"))
    role: Mapped[str] = mapped_column(String(30))
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)


class Absence(Base):
    """外出委托: while away, the account's posts are held by the delegate.

    Without a delegate the posts simply have one holder less.
    """

    __tablename__ = "absence"

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.login"), index=True)
    delegate_to: Mapped[str | None] = mapped_column(ForeignKey("account.login"), index=True)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    #: 公出, 休假, 病假 … a code, never a sentence about a person.
    reason: Mapped[str] = mapped_column(String(20), default="公出")
    ended_early_at: Mapped[datetime | None]
