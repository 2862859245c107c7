"""Signed-in browsers, kept on the server so that signing out works at once.

A session ends after 30 minutes without use and after 12 hours in any case, by wall time. The
token is 256 random bits; only its hash is stored, so a stolen backup signs nobody in.
"""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import clock, vault
from processes.people.models import Account, LoginSession

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
#: Being seen is written at most this often: a page view should not cost a write.
SEEN_EVERY = timedelta(minutes=1)


def start(session: Session, login: str, *, address: str = "", device: str = "") -> str:
    """Open a session for an account and return its token, which is not stored anywhere."""
    now = clock.real()
    token = secrets.token_urlsafe(32)
    session.add(
        LoginSession(
            token_hash=_hash(token),
            account=login,
            created_at=now,
            last_seen_at=now,
            expires_at=now + ABSOLUTE,
            ip_hash=vault.fingerprint("session-address", address) if address else None,
            device=device[:80],
        )
    )
    return token


def check(session: Session, token: str) -> LoginSession | None:
    """Return the live session of a token, or None. Reads only.

    An account that was closed a moment ago has no live session.
    """
    now = clock.real()
    return session.scalar(
        select(LoginSession)
        .join(Account, Account.login == LoginSession.account)
        .where(
            LoginSession.token_hash == _hash(token),
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > now,
            LoginSession.last_seen_at > now - IDLE,
            Account.active,
            Account.kind == "person",  # a system's account opens no page
        )
    )


def needs_touch(found: LoginSession) -> bool:
    """Say whether being seen should be written down now."""
    return clock.real() - found.last_seen_at >= SEEN_EVERY


def touch(session: Session, token: str) -> None:
    """Note that the session is in use."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.token_hash == _hash(token), LoginSession.revoked_at.is_(None))
        .values(last_seen_at=clock.real())
    )


def rotate(session: Session, token: str) -> str | None:
    """Give a live session a new token; the old one is dead at once.

    For every change of rights (password changed, reason entered, role cards). None if the
    session is not live. The end after 12 hours does not move.
    """
    found = check(session, token)
    if found is None:
        return None
    fresh = secrets.token_urlsafe(32)
    found.token_hash = _hash(fresh)
    return fresh


def revoke(session: Session, token: str, because: str = "退出登录") -> None:
    """End one session. Ending an ended one changes nothing."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.token_hash == _hash(token), LoginSession.revoked_at.is_(None))
        .values(revoked_at=clock.real(), revoked_because=because)
    )


def revoke_all(session: Session, login: str, because: str, *, except_token: str = "") -> None:
    """End every session of an account, but for the one that asks."""
    session.execute(
        update(LoginSession)
        .where(
            LoginSession.account == login,
            LoginSession.revoked_at.is_(None),
            LoginSession.token_hash != _hash(except_token),
        )
        .values(revoked_at=clock.real(), revoked_because=because)
    )


def live(session: Session, login: str) -> list[LoginSession]:
    """Return the account's live sessions, newest first, for its own page."""
    now = clock.real()
    return list(
        session.scalars(
            select(LoginSession)
            .where(
                LoginSession.account == login,
                LoginSession.revoked_at.is_(None),
                LoginSession.expires_at > now,
                LoginSession.last_seen_at > now - IDLE,
            )
            .order_by(LoginSession.created_at.desc())
        )
    )


def _hash(token: str) -> str:
    """SHA-256 is enough: the token is random, there is nothing to guess."""
    return hashlib.sha256(token.encode()).hexdigest()
