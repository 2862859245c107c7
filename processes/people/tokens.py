"""Keys to `/engine-rest`: made once, shown once, kept as a hash, for some scopes.

A token acts as its account: what the account may not see, the token does not see. Closing the
account or revoking the token ends it with the next request.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import InvalidInput, NotFound
from processes.people import accounts
from processes.people.models import Account, ApiToken

#: What a token may be good for: one word for each kind of work behind `/engine-rest`.
SCOPES = {
    "deploy": "发布和删除流程",
    "read": "查询流程、实例、变量",
    "start": "发起流程",
    "message": "发送消息、信号和条件",
    "task": "查询和办理待办任务",
    "external": "领取和完成外部任务",
    "operate": "修改、暂停、迁移、删除实例，处理作业和异常",
    "history": "查询历史",
    "decide": "求值决策表",
}
#: Being used is written at most this often: a request should not cost a write.
USED_EVERY = timedelta(minutes=1)
#: So that a leaked token can be recognised as one of ours.
PREFIX = "hy_"
# Built once: each request asks it.
_LIVE = (
    select(
        ApiToken.id,
        ApiToken.account,
        ApiToken.scopes,
        ApiToken.expires_at,
        ApiToken.last_used_at,
        Account.kind,
    )
    .join(Account, Account.login == ApiToken.account)
    .where(ApiToken.digest == bindparam("digest"), ApiToken.revoked_at.is_(None), Account.active)
)


@dataclass(frozen=True)
class Live:
    """A token that is good today, and whether its account is another system's."""

    id: int
    account: str
    scopes: frozenset[str]
    is_service: bool
    last_used_at: datetime | None


def create(
    session: Session, login: str, *, label: str, scopes: Collection[str], days: int | None = None
) -> str:
    """Make a token for an account and return it; it cannot be shown again.

    Args:
        label: what it is for.
        scopes: some of `SCOPES`.
        days: how long it lives; None for ever.

    Raises:
        NotFound: there is no such account.
        InvalidInput: no scope, or an unknown one.
    """
    accounts.account(session, login)
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        raise InvalidInput(f"权限范围应当是其中之一：{'、'.join(SCOPES)}。", {"scope": "未知"})
    token = PREFIX + secrets.token_urlsafe(32)
    now = clock.real()
    session.add(
        ApiToken(
            account=login,
            label=label.strip()[:80],
            digest=_digest(token),
            scopes=[scope for scope in SCOPES if scope in scopes],
            created_at=now,
            expires_at=now + timedelta(days=days) if days else None,
        )
    )
    return token


def check(session: Session, token: str) -> Live | None:
    """Return the live token of an open account, or None. Reads only, one statement."""
    found = session.execute(_LIVE, {"digest": _digest(token)}).first()
    if found is None or (found.expires_at and found.expires_at <= clock.real()):
        return None
    return Live(
        found.id,
        found.account,
        frozenset(found.scopes),
        found.kind == "service",
        found.last_used_at,
    )


def needs_touch(found: Live) -> bool:
    """Say whether being used should be written down now."""
    return found.last_used_at is None or clock.real() - found.last_used_at >= USED_EVERY


def touch(session: Session, token_id: int) -> None:
    """Note that the token is in use."""
    session.execute(
        update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=clock.real())
    )


def revoke(session: Session, login: str, token_id: int) -> None:
    """End a token of an account. Ending an ended one changes nothing.

    Raises:
        NotFound: the account has no such token.
    """
    found = session.get(ApiToken, token_id)
    if found is None or found.account != login:
        raise NotFound(f"账号“{login}”没有编号为 {token_id} 的令牌。")
    found.revoked_at = found.revoked_at or clock.real()


def listed(session: Session, login: str) -> list[ApiToken]:
    """Return every token of an account, the newest first."""
    return list(
        session.scalars(
            select(ApiToken).where(ApiToken.account == login).order_by(ApiToken.id.desc())
        )
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
