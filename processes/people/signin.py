"""Signing in: three steps, the slow one outside any transaction.

    with db.reading() as session:
        claim = signin.look_up(session, login, address)
    proven = signin.prove(claim, password)                  # argon2, ~60 ms
    with db.transaction() as session:
        outcome = signin.finish(session, claim, proven=proven, address=address)

An unknown login, a closed account and a wrong password answer alike: same sentence, same
time, same slowing down. From the fifth failure on a login (or the fiftieth from one address)
must wait, twice as long each time, at most fifteen minutes: long enough to stop guessing, too
short to lock a colleague out on purpose.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, vault
from processes.people import passwords, sessions
from processes.people.models import Account, SignInThrottle

WRONG = "登录名或密码不正确。"

_FREE_FAILURES = {"login": 4, "address": 49}
_FIRST_WAIT = timedelta(seconds=30)
_LONGEST_WAIT = timedelta(minutes=15)
#: A series of failures is forgotten after a day without one.
_MEMORY = timedelta(hours=24)


@dataclass(frozen=True)
class Claim:
    """Somebody says to be this login. Holds what is needed to check without a database."""

    login: str
    stored: str
    exists: bool
    blocked_until: datetime | None


@dataclass(frozen=True)
class Outcome:
    """What came of it: the token of a new session, or the sentence to show."""

    token: str | None
    message: str = ""
    must_change_password: bool = False


def look_up(session: Session, login: str, address: str = "", *, service: bool = False) -> Claim:
    """Find what the password will be compared with; a decoy for an unknown login.

    Pages are for people, `/engine-rest` is for systems (`service`): the other kind is unknown.
    """
    login = login.strip()[:60]
    account = session.get(Account, login)
    usable = account is not None and account.active and (account.kind == "service") == service
    stored = account.password if account is not None and usable else passwords.decoy()
    return Claim(login, stored, usable, _blocked_until(session, login, address))


def prove(claim: Claim, password: str) -> bool:
    """Compare the password. Slow on purpose; call it outside a transaction.

    A blocked login is compared as well, so that blocked and free answer in the same time.
    """
    same = passwords.matches(claim.stored, password[: passwords.LONGEST])
    return same and claim.exists and claim.blocked_until is None


def finish(
    session: Session, claim: Claim, *, proven: bool, address: str = "", device: str = ""
) -> Outcome:
    """Open a session or count the failure. Never raises: a failure must be committed."""
    blocked = _blocked_until(session, claim.login, address)
    if blocked is not None:
        minutes = max(1, -(-int((blocked - clock.real()).total_seconds()) // 60))
        return Outcome(None, f"尝试次数过多，请在 {minutes} 分钟后再试。")
    account = session.get(Account, claim.login) if proven else None
    if account is None or not account.active or account.password != claim.stored:
        _count_failure(session, claim.login, address)
        return Outcome(None, WRONG)
    _forgive(session, claim.login)
    account.last_login_at = clock.real()
    token = sessions.start(session, account.login, address=address, device=device)
    return Outcome(token, must_change_password=account.must_change_password)


def count_failure(session: Session, claim: Claim, address: str = "") -> None:
    """Count a wrong password that came without a sign-in page; a blocked login is not counted."""
    if claim.blocked_until is None:
        _count_failure(session, claim.login, address)


def _keys(login: str, address: str) -> dict[str, str]:
    """The fingerprints that are counted; neither logins nor addresses are kept in clear."""
    keys = {"login": vault.fingerprint("sign-in-login", login.casefold())}
    if address:
        keys["address"] = vault.fingerprint("sign-in-address", address)
    return keys


def _blocked_until(session: Session, login: str, address: str) -> datetime | None:
    moments = session.scalars(
        select(SignInThrottle.blocked_until).where(
            SignInThrottle.key_hash.in_(_keys(login, address).values())
        )
    )
    return max((m for m in moments if m is not None and m > clock.real()), default=None)


def _count_failure(session: Session, login: str, address: str) -> None:
    now = clock.real()
    for kind, key in _keys(login, address).items():
        row = session.get(SignInThrottle, key, with_for_update=True)
        if row is None:
            row = SignInThrottle(key_hash=key, failures=0, last_failed_at=now)
            session.add(row)
        if now - row.last_failed_at > _MEMORY:
            row.failures = 0
        row.failures += 1
        row.last_failed_at = now
        beyond = row.failures - _FREE_FAILURES[kind]
        if beyond > 0:
            row.blocked_until = now + min(_FIRST_WAIT * 2 ** min(beyond - 1, 10), _LONGEST_WAIT)


def _forgive(session: Session, login: str) -> None:
    """Forget a login's failures; the address keeps its own, it may be trying others."""
    row = session.get(SignInThrottle, _keys(login, "")["login"])
    if row is not None:
        session.delete(row)
