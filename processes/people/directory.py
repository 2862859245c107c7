"""Who is in which candidate group: what other systems ask before they offer a task.

Nobody is listed without being named, by login or by a group: names of colleagues are told where
somebody works with them, and nowhere as a book of all people.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from processes.people import accounts, identity, posts, roles
from processes.people.models import Account, Post


def groups(session: Session) -> list[str]:
    """Return every candidate group that has a post today, sorted."""
    held = (
        select(Post.role, Post.org)
        .join(Account, Account.login == Post.account)
        .where(Account.active, posts.valid_on(posts.today()))
        .distinct()
    )
    return sorted(roles.group(role, org) for role, org in session.execute(held))


def groups_of(session: Session, login: str) -> list[str]:
    """Return the candidate groups of an account, sorted; one that nobody knows has none."""
    try:
        return sorted(identity.identify(session, login).actor.groups)
    except NotFound:
        return []


def members(session: Session, group: str) -> list[str]:
    """Return the logins that can act in a candidate group now, sorted."""
    return posts.holders(session, *roles.split(group))


def called(session: Session, logins: Collection[str]) -> Sequence[tuple[str, str]]:
    """Return (login, name) of those that are open accounts, sorted by login."""
    known = select(Account.login).where(Account.login.in_(logins), Account.active)
    open_ = session.scalars(known.order_by(Account.login)).all()
    names = accounts.names(session, open_)
    return [(login, names[login]) for login in open_]
