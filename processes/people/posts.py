"""Who holds which role where, today, with stand-ins counted.

A post is held by its account, or by the delegate while the account is away (外出委托). Stand-ins
of stand-ins are followed three steps, then the post counts as empty.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from engine import clock
from engine.models import CaseAccess, ProcessInstance
from processes.people import orgs
from processes.people.models import Absence, Account, Person, Post, Representative

_LONGEST_STAND_IN = 3


def holders(session: Session, role: str, org: str) -> list[str]:
    """Return the logins that can act in a role of an organisation now, sorted.

    Somebody who is away is replaced by the delegate; without one the post has no holder.
    For the role `rep` the organisation is the code of a representative.
    """
    if role == "rep":
        return _replace_absent(session, _representative(session, org))
    query = (
        select(Post.account)
        .join(Account, Account.login == Post.account)
        .where(Post.role == role, Post.org == org, Account.active, valid_on(today()))
    )
    return _replace_absent(session, session.scalars(query))


def staffed_org(
    session: Session,
    role: str,
    org: str,
    *,
    excluding: Collection[str] = (),
    instance_id: str | None = None,
) -> str:
    """Return the nearest organisation, upward from `org`, where somebody can do this.

    `excluding` are logins that must not (who drafted, who is a party); with `instance_id`
    everybody barred from the case is left out too. §4.0-1: a task that would have nobody goes
    one level up. At the top the district is returned even if it is empty, so that an
    operator sees the task instead of nobody.
    """
    here = org
    while True:
        able = set(holders(session, role, here)) - set(excluding)
        if able and instance_id is not None:
            able -= barred_logins(session, instance_id, able)
        if able or here == orgs.DISTRICT:
            return here
        here = orgs.superior(session, here)


def second_reviewer_org(
    session: Session, org: str, excluding: Collection[str] = (), *, role: str = "reviewer"
) -> str:
    """Return where a reply is reviewed: here, or one level up if there is no second person.

    §4.0-7: in a small unit the one who handled would review themselves.
    """
    return staffed_org(session, role, org, excluding=excluding)


def barred_logins(session: Session, instance_id: str, logins: Iterable[str]) -> set[str]:
    """Return those of the logins that may not see the case (回避, or of the accused employer)."""
    now = clock.now()
    barred = set(
        session.scalars(
            select(CaseAccess.organisation)
            .join(ProcessInstance, ProcessInstance.root_id == CaseAccess.instance_id)
            .where(
                ProcessInstance.id == instance_id,
                CaseAccess.relation == "barred",
                or_(CaseAccess.until.is_(None), CaseAccess.until > now),
            )
        )
    )
    if not barred:
        return set()
    return {login for login in logins if barred & affiliations(session, login)}


def affiliations(session: Session, login: str) -> set[str]:
    """Return what an account belongs to: itself, its employer, its organisations.

    Any of them being barred keeps the account out of a case.
    """
    employer = session.scalar(
        select(Person.employer_org)
        .join(Account, Account.person_id == Person.id)
        .where(Account.login == login)
    )
    own = session.scalars(select(Post.org).where(Post.account == login, valid_on(today())))
    found = {login, *own}
    if employer is not None:
        found.add(employer)
    return found


def stands_in_for(session: Session, login: str) -> set[str]:
    """Return the logins whose posts this account holds while they are away."""
    now, found, frontier = clock.now(), set[str](), {login}
    for _ in range(_LONGEST_STAND_IN):
        frontier = (
            set(
                session.scalars(
                    select(Absence.account).where(Absence.delegate_to.in_(frontier), away_at(now))
                )
            )
            - found
            - {login}
        )
        if not frontier:
            break
        found |= frontier
    return found


def valid_on(day: date) -> ColumnElement[bool]:
    """Return the condition that a post is held on a day (both ends included)."""
    return (Post.valid_from <= day) & or_(Post.valid_to.is_(None), Post.valid_to >= day)


def away_at(now: datetime) -> ColumnElement[bool]:
    """Return the condition that an absence is running."""
    return (Absence.starts_at <= now) & (Absence.ends_at > now) & Absence.ended_early_at.is_(None)


def today() -> date:
    """Return the calendar day of the office, in engine time."""
    return clock.today().date()


def _representative(session: Session, code: str) -> Iterable[str]:
    return session.scalars(
        select(Account.login)
        .join(Representative, Representative.person_id == Account.person_id)
        .where(Representative.code == code, Account.active)
    )


def _replace_absent(session: Session, logins: Iterable[str]) -> list[str]:
    """Replace everybody who is away by the delegate, at most three steps far."""
    present, waiting = set[str](), set(logins)
    for _ in range(_LONGEST_STAND_IN + 1):
        if not waiting:
            break
        away = dict(
            session.execute(
                select(Absence.account, Absence.delegate_to).where(
                    Absence.account.in_(waiting), away_at(clock.now())
                )
            ).all()
        )
        present |= waiting - away.keys()
        waiting = _active(session, {login for login in away.values() if login}) - present
    return sorted(present)


def _active(session: Session, logins: set[str]) -> set[str]:
    if not logins:
        return set()
    return set(
        session.scalars(select(Account.login).where(Account.login.in_(logins), Account.active))
    )
