"""The roster of representatives (代表委员), read side. Matching itself is a decision (D-09)."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from processes.people.models import Account, Person, RepMandate, Representative


@dataclass(frozen=True)
class RosterLine:
    """A representative as a matching table or a list needs it."""

    code: str
    name: str
    mandates: tuple[str, ...]
    levels: tuple[str, ...]
    focus_areas: tuple[str, ...]
    industry: str | None
    street: str | None
    employer_org: str | None
    in_roster: bool
    freq_cap: int
    #: Whoever acts for a representative who does not sign in; None with an own account.
    custodian: str | None
    login: str | None


def representative(session: Session, code: str) -> Representative:
    """Return a representative.

    Raises:
        NotFound: there is none of that code.
    """
    found = session.get(Representative, code)
    if found is None:
        raise NotFound("没有这位代表委员。")
    return found


def roster(
    session: Session,
    *,
    street: str | None = None,
    kinds: Iterable[str] = (),
    codes: Iterable[str] | None = None,
) -> list[RosterLine]:
    """Return the representatives in office, by code.

    Args:
        session: read only.
        street: only those a street keeps contact with.
        kinds: only those with a mandate of these kinds (党代表, 人大代表, 政协委员).
        codes: only these.
    """
    query = (
        select(Representative, Person.name, Person.employer_org, Account.login)
        .join(Person, Person.id == Representative.person_id)
        .outerjoin(Account, (Account.person_id == Person.id) & Account.active)
        .order_by(Representative.code)
    )
    if street is not None:
        query = query.where(Representative.street == street)
    if codes is not None:
        query = query.where(Representative.code.in_(list(codes)))
    mandates = _mandates(session)
    wanted = set(kinds)
    return [
        _line(rep, name, employer, login, mandates[rep.code])
        for rep, name, employer, login in session.execute(query).all()
        if rep.code in mandates
        and (not wanted or wanted & {mandate.kind for mandate in mandates[rep.code]})
    ]


def names(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Return the names of representatives by code; they act in public office."""
    wanted = set(codes)
    found = session.execute(
        select(Representative.code, Person.name)
        .join(Person, Person.id == Representative.person_id)
        .where(Representative.code.in_(wanted))
    ).all()
    return {code: code for code in wanted} | dict(found)


def _mandates(session: Session) -> dict[str, list[RepMandate]]:
    grouped: dict[str, list[RepMandate]] = {}
    for mandate in session.scalars(select(RepMandate).where(RepMandate.status == "在任")):
        grouped.setdefault(mandate.rep, []).append(mandate)
    return grouped


def _line(
    rep: Representative,
    name: str,
    employer: str | None,
    login: str | None,
    mandates: list[RepMandate],
) -> RosterLine:
    return RosterLine(
        code=rep.code,
        name=name,
        mandates=tuple(sorted({mandate.kind for mandate in mandates})),
        levels=tuple(sorted({mandate.level for mandate in mandates})),
        focus_areas=tuple(rep.focus_areas),
        industry=rep.industry,
        street=rep.street,
        employer_org=employer,
        in_roster=rep.in_roster,
        freq_cap=rep.freq_cap,
        custodian=rep.custodian,
        login=login,
    )
