"""The demonstration's organisations and accounts: made in one go, removable in one go.

Nothing here is a real person. Every row carries `is_demo`; `remove` deletes exactly those. The
shared password is hashed once, so that 296 accounts take a second and not half a minute.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, or_, select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import NotAllowed
from processes.people import demo_orgs, demo_staff, passwords, persons, roles
from processes.people.models import (
    Absence,
    Account,
    ApiToken,
    CaseRecusal,
    LoginSession,
    Org,
    OrgLink,
    Person,
    Post,
    RepMandate,
    Representative,
    RepReservation,
)

#: Only for the demonstration, and said aloud on its start page.
PASSWORD = "huiyin-demo-2026"  # noqa: S105 - no secret: it opens example data only


@dataclass(frozen=True)
class RoleCard:
    """One of the ten one-click roles of the start page."""

    key: str
    title: str
    description: str
    #: None: the worker, who needs no account.
    login: str | None
    #: The page the card opens first.
    path: str


#: The account of another system, for `/engine-rest`.
SERVICE_LOGIN = "engine_api"

_CARDS = (
    RoleCard("worker", "职工", "提交诉求，凭查询码看进度、收答复、作评价", None, "/submit"),
    RoleCard("window", "窗口受理员", "登记来访来电，能答的当场答复", "pinghu_window1", "/register"),
    RoleCard("community", "社区工联会", "接件办理，联系职工、协商", "pinghu_c1_staff1", "/inbox"),
    RoleCard("handler", "街道承办人", "办理街道一级的诉求件", "pinghu_handler1", "/inbox"),
    RoleCard("chair", "街道主席", "审核签发答复，处理超期件", "pinghu_chair", "/inbox"),
    RoleCard("rights", "区总权益部", "办理上报的诉求，提请部门会办", "district_rights1", "/inbox"),
    RoleCard(
        "organizing", "区总组建部", "代表委员名册、邀请与致函", "district_organizing1", "/inbox"
    ),
    RoleCard("president", "区总主席", "看全区在办件和办理情况", "district_chair", "/monitor"),
    RoleCard("rep", "代表委员", "只看受邀推动的事项，提出意见", "rep_0001", "/inbox"),
    RoleCard("analyst", "流程分析员", "看流程图和运行情况", "analyst1", "/monitor"),
)


def is_installed(session: Session) -> bool:
    """Say whether the demonstration's organisations exist."""
    return session.scalar(select(Org.code).where(Org.is_demo).limit(1)) is not None


def organisations(session: Session) -> int:
    """Add the demonstration's organisations and return how many.

    Raises:
        NotAllowed: the database belongs to a real office.
    """
    if session.scalar(select(Org.code).where(Org.is_demo.is_(False)).limit(1)) is not None:
        raise NotAllowed("这个数据库里已有真实组织，不能装入演示数据。")
    rows = demo_orgs.rows()
    session.execute(insert(Org), rows)
    session.execute(insert(OrgLink), demo_orgs.links())
    return len(rows)


def accounts(session: Session, password: str = PASSWORD, *, stored: str | None = None) -> int:
    """Add the demonstration's 296 accounts, with their persons, posts and mandates.

    Besides them one service account, which is no person and is not counted.

    Args:
        session: organisations must be there already.
        password: shared by all.
        stored: its hash, when it was made before the transaction.
    """
    staff, reps = demo_staff.members(), demo_staff.reps()
    logins = [member.login for member in staff] + [rep.code for rep in reps]
    employers = [member.employer for member in staff] + [rep.employer for rep in reps]
    people = _persons(session, employers)
    hashed, now = stored or passwords.hashed(password), clock.real()
    session.execute(
        insert(Account),
        [
            {
                "login": login,
                "person_id": person,
                "password": hashed,
                "active": True,
                "kind": "person" if person is not None else "service",
                "must_change_password": False,
                "created_at": now,
                "is_demo": True,
            }
            for login, person in [*zip(logins, people, strict=True), (SERVICE_LOGIN, None)]
        ],
    )
    session.execute(
        insert(Post),
        [
            {"account": member.login, "org": org, "role": role, "valid_from": demo_orgs.SINCE}
            for member in staff
            for role, org in member.posts
        ],
    )
    _representatives(session, reps, people[len(staff) :])
    return len(logins)


def role_cards(session: Session) -> list[RoleCard]:
    """Return the one-click roles whose account exists; empty outside the demonstration."""
    there = set(session.scalars(select(Account.login).where(Account.is_demo, Account.active)))
    return [card for card in _CARDS if there and (card.login is None or card.login in there)]


def accounts_json(session: Session, password: str = PASSWORD) -> list[dict[str, Any]]:
    """Return every demonstration account with password, roles and organisations, by login."""
    rows = session.execute(
        select(Account.login, Account.kind, Person.name, Post.role, Post.org, Org.name)
        .outerjoin(Person, Person.id == Account.person_id)
        .outerjoin(Post, Post.account == Account.login)
        .outerjoin(Org, Org.code == Post.org)
        .where(Account.is_demo, Account.active)
        .order_by(Account.login, Post.role)
    ).all()
    reps = dict(
        session.execute(
            select(Account.login, Representative.code).join(
                Representative, Representative.person_id == Account.person_id
            )
        ).all()
    )
    found: dict[str, dict[str, Any]] = {}
    for login, kind, name, role, org, org_name in rows:
        line = found.setdefault(
            login,
            {
                "login": login,
                "password": password,
                "kind": kind,
                "name": name or roles.title(roles.SERVICE),
                "roles": [] if kind == "person" else [roles.SERVICE],
                "groups": [],
                "organisations": {},
            },
        )
        held, place, title = (
            ("rep", reps[login], "代表委员") if login in reps else (role, org, org_name)
        )
        if held is not None:
            line["roles"].append(held)
            line["groups"].append(roles.group(held, place))
            line["organisations"][place] = title
    return list(found.values())


def remove(session: Session) -> None:
    """Delete every demonstration row of this area. Cases of the demonstration go first."""
    logins = select(Account.login).where(Account.is_demo)
    reps = select(Representative.code).where(Representative.is_demo)
    for statement in (
        delete(RepReservation).where(RepReservation.rep.in_(reps)),
        delete(RepMandate).where(RepMandate.rep.in_(reps)),
        delete(Representative).where(Representative.is_demo),
        delete(CaseRecusal).where(CaseRecusal.account.in_(logins)),
        delete(LoginSession).where(LoginSession.account.in_(logins)),
        delete(ApiToken).where(ApiToken.account.in_(logins)),
        delete(Absence).where(or_(Absence.account.in_(logins), Absence.delegate_to.in_(logins))),
        delete(Post).where(Post.account.in_(logins)),
        delete(Account).where(Account.is_demo),
        delete(Person).where(Person.is_demo),
        delete(OrgLink).where(OrgLink.org.in_(select(Org.code).where(Org.is_demo))),
    ):
        session.execute(statement, execution_options={"synchronize_session": False})
    _remove_organisations(session)
    session.expire_all()


def _remove_organisations(session: Session) -> None:
    """Delete from the leaves up: the tree refers to itself."""
    while True:
        parents = select(Org.parent).where(Org.parent.is_not(None))
        leaves = session.execute(
            delete(Org).where(Org.is_demo, Org.code.not_in(parents)).returning(Org.code),
            execution_options={"synchronize_session": False},
        ).all()
        if not leaves:
            return


def _persons(session: Session, employers: list[str | None]) -> list[int]:
    """Add one example person per employer given, and return their numbers in order."""
    rows = [
        persons.values(
            demo_staff.person_name(number), demo_staff.phone(number), employer, demo=True
        )
        for number, employer in enumerate(employers)
    ]
    made = session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), rows)
    return list(made)


def _representatives(session: Session, reps: list[demo_staff.Rep], people: list[int]) -> None:
    session.execute(
        insert(Representative),
        [
            {
                "code": rep.code,
                "person_id": person,
                "categories": ["工会界别"] if number % 2 else ["工会干部"],
                "focus_areas": list(rep.focus),
                "industry": rep.industry,
                "street": rep.street,
                "contact_windows": [],
                "freq_cap": 6,
                "in_roster": rep.in_roster,
                "custodian": f"{rep.street}_desk1",
                "studio": None,
                "is_demo": True,
            }
            for number, (rep, person) in enumerate(zip(reps, people, strict=True))
        ],
    )
    term, starts = demo_staff.TERM
    session.execute(
        insert(RepMandate),
        [
            {
                "rep": rep.code,
                "kind": kind,
                "level": level,
                "term": term,
                "sector": "总工会界别" if kind == "政协委员" else "示例代表团",
                "starts_on": starts,
                "ends_on": None,
                "status": "在任",
                "basis_file": None,
            }
            for rep in reps
            for kind, level in rep.mandates
        ],
    )
