"""Who is signed in, by which token, who opened personal data, who stays out of which case."""

from datetime import datetime

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.models import Base


class LoginSession(Base):
    """One signed-in browser. Only a hash of its token is stored.

    Ends after 30 minutes without use and after 12 hours in any case.
    """

    __tablename__ = "login_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.login"), index=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    #: Keyed hash: enough to notice a change of place, useless to locate a person.
    ip_hash: Mapped[str | None] = mapped_column(String(64))
    device: Mapped[str] = mapped_column(String(80), default="")
    revoked_at: Mapped[datetime | None]
    revoked_because: Mapped[str | None] = mapped_column(String(40))


class ApiToken(Base):
    """A key to `/engine-rest` given to an account, for some scopes. Only its hash is stored."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("account.login"), index=True)
    #: What it is for, so that the right one is revoked.
    label: Mapped[str] = mapped_column(String(80))
    #: SHA-256 of 32 random bytes: nothing to guess.
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    #: Written once a minute at most.
    last_used_at: Mapped[datetime | None]


class SignInThrottle(Base):
    """Failed sign-ins of one login name or one address, whether or not the login exists."""

    __tablename__ = "sign_in_throttle"

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    last_failed_at: Mapped[datetime]
    blocked_until: Mapped[datetime | None]


class AccessLog(Base):
    """Somebody opened a personal field or a file of a case (个人信息保护法 §54). Append-only."""

    __tablename__ = "access_log"
    __table_args__ = (Index("ix__access_log__instance", "instance_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    account: Mapped[str] = mapped_column(String(60), index=True)
    #: No foreign key: the log outlives the case (网络安全法 §21: six months at least).
    instance_id: Mapped[str | None] = mapped_column(String(32))
    #: What was opened: a field code such as `party_phone`, or `file:<id>`.
    what: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Text)
    allowed: Mapped[bool] = mapped_column(Boolean, default=True)


class CaseRecusal(Base):
    """回避: an account that must not act in a case and no longer sees it."""

    __tablename__ = "case_recusal"
    __table_args__ = (UniqueConstraint("instance_id", "account"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    #: The root instance of the case.
    instance_id: Mapped[str] = mapped_column(ForeignKey("process_instance.id"))
    account: Mapped[str] = mapped_column(ForeignKey("account.login"), index=True)
    reason: Mapped[str] = mapped_column(String(200))
    decided_by: Mapped[str] = mapped_column(String(60))
    decided_at: Mapped[datetime]
