"""Accounts: making, changing, closing them. Signing in is in `signin.py`."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import Conflict, InvalidInput, NotFound
from processes.people import orgs, posts, roles, sessions
from processes.people.models import Account, Org, Person, Post


def create(
    session: Session,
    login: str,
    *,
    stored: str,
    person_id: int | None = None,
    demo: bool = False,
    service: bool = False,
) -> Account:
    """Make an account without any post.

    Args:
        session: the caller's transaction.
        login: what the person types; lower case, without spaces.
        stored: a hash from `passwords.hashed`, made before the transaction.
        person_id: whose account it is; None for an account of a machine.
        service: another system's account: it reads and acts by `/engine-rest`, signs in nowhere.
        demo: belongs to the demonstration office and can be removed with it.

    Raises:
        Conflict: the login is taken, or is the code of an organisation.
        InvalidInput: the login has other signs than a–z, 0–9 and _.
    """
    if not login or set(login) - set("abcdefghijklmnopqrstuvwxyz0123456789_"):
        raise InvalidInput("登录名只能用小写字母、数字和下划线。", {"login": "格式不正确"})
    # A login stands beside organisations in case access: it must not be taken for one.
    if session.get(Account, login) is not None or session.get(Org, login) is not None:
        raise Conflict(f"登录名“{login}”已被使用。")
    account = Account(
        login=login,
        person_id=person_id,
        password=stored,
        kind="service" if service else "person",
        must_change_password=not (demo or service),
        created_at=clock.real(),
        is_demo=demo,
    )
    session.add(account)
    session.flush()  # posts and sessions refer to the row
    return account


def appoint(
    session: Session, login: str, role: str, org: str, *, since: date | None = None
) -> Post:
    """Give an account a role in an organisation from a day on (today unless told).

    Raises:
        NotFound: no such account or organisation.
        InvalidInput: no such role.
    """
    account(session, login)
    orgs.org(session, org)
    if role not in roles.ROLES or role == roles.SERVICE:
        raise InvalidInput(f"没有“{role}”这个角色。", {"role": "未知角色"})
    post = Post(account=login, role=role, org=org, valid_from=since or posts.today())
    session.add(post)
    return post


def dismiss(session: Session, login: str, role: str, org: str) -> None:
    """End a post; what it opened is closed from the next request on."""
    held = session.scalars(
        select(Post).where(Post.account == login, Post.role == role, Post.org == org)
    )
    for post in held:
        session.delete(post)
    sessions.revoke_all(session, login, "岗位变更")


def account(session: Session, login: str) -> Account:
    """Return an account.

    Raises:
        NotFound: there is none of that login.
    """
    found = session.get(Account, login)
    if found is None:
        raise NotFound(f"没有账号“{login}”。")
    return found


def change_password(
    session: Session, login: str, *, stored_before: str, stored: str, token: str = ""
) -> None:
    """Keep a new password and sign the account out everywhere else.

    Both hashes were made or compared before the transaction (`passwords.hashed`,
    `passwords.check_strength`, `signin.prove`).

    Raises:
        Conflict: the password was changed by somebody else in the meantime.
    """
    found = account(session, login)
    if found.password != stored_before:
        raise Conflict("密码刚刚已被修改，请重新登录。")
    found.password, found.must_change_password = stored, False
    sessions.revoke_all(session, login, "修改密码", except_token=token)


def close(session: Session, login: str) -> None:
    """Close an account: nobody signs in with it, its sessions and tokens end at once."""
    account(session, login).active = False
    sessions.revoke_all(session, login, "账号停用")


def names(session: Session, logins: Iterable[str]) -> dict[str, str]:
    """Return the names of colleagues by login; an unknown login stands for itself."""
    wanted = set(logins)
    found = session.execute(
        select(Account.login, Person.name)
        .join(Person, Person.id == Account.person_id)
        .where(Account.login.in_(wanted))
    ).all()
    return {login: login for login in wanted} | dict(found)
