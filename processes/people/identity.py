"""What a signed-in account may do (Actor) and see (Viewer).

Both are computed from the posts of the day, so a post that ended yesterday opens nothing
today, without anybody having to clean up.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.hooks import Actor
from engine.queries.access import Viewer
from processes.people import posts, roles
from processes.people.models import Account, Org, Person, Post, Representative


@dataclass(frozen=True)
class HeldPost:
    """A post as it is shown: role and organisation with their names, and whose it is."""

    role: str
    role_title: str
    org: str
    org_name: str
    #: The login of the absent holder when this is a stand-in, else None.
    for_login: str | None = None


@dataclass(frozen=True)
class Profile:
    """A signed-in person, for the head of a page."""

    login: str
    name: str
    posts: tuple[HeldPost, ...]
    must_change_password: bool

    @property
    def roles(self) -> frozenset[str]:
        """The codes of the roles held anywhere, stand-ins included."""
        return frozenset(post.role for post in self.posts)


@dataclass(frozen=True)
class Identity:
    """Everything a request needs to know about who asks, read once."""

    profile: Profile
    actor: Actor
    viewer: Viewer


def identify(session: Session, login: str) -> Identity:
    """Return who an account is: its names, its groups, its sight.

    Four small queries, whatever the number of posts.

    Raises:
        NotFound: there is no such account, or it was closed.
    """
    account, name, employer, rep = _account(session, login)
    if account.kind == "service":
        return of_service(login)
    absent = posts.stands_in_for(session, login)
    held = _posts(session, login, absent)
    own_orgs = {post.org for post in held if post.for_login is None}
    groups = {roles.group(post.role, post.org) for post in held}
    sees = {post.org for post in held if roles.opens_cases(post.role)}
    sees |= {roles.guest_code(post.role, post.org) for post in held if roles.is_outside(post.role)}
    if rep is not None:
        groups.add(roles.group("rep", rep))
        sees.add(rep)
        held.append(HeldPost("rep", roles.title("rep"), rep, roles.title("rep")))
    profile = Profile(login, name, tuple(held), account.must_change_password)
    viewer = Viewer(
        id=login,
        groups=frozenset(groups),
        organisations=frozenset(sees),
        affiliations=frozenset(own_orgs | {login, employer or login}),
        roles=profile.roles,
        scope="all" if profile.roles & roles.SEES_ALL else "own",
    )
    return Identity(profile, Actor(login, frozenset(groups)), viewer)


def of_service(login: str) -> Identity:
    """Return who another system is: no posts, no groups; it sees what it is not shut out of.

    The caller has made sure that it is an open account of a system.
    """
    role = roles.SERVICE
    profile = Profile(login, roles.title(role), (), must_change_password=False)
    viewer = Viewer(id=login, affiliations=frozenset({login}), scope="all", roles=frozenset({role}))
    return Identity(profile, Actor(login, kind="service"), viewer)


def viewer_for(session: Session, login: str) -> Viewer:
    """Return what the account may see. Raises NotFound for a closed account."""
    return identify(session, login).viewer


def actor_for(session: Session, login: str) -> Actor:
    """Return as whom the account acts. Raises NotFound for a closed account."""
    return identify(session, login).actor


def _account(session: Session, login: str) -> tuple[Account, str, str | None, str | None]:
    """Return the account with its person's name, employer and code as representative."""
    row = session.execute(
        select(Account, Person.name, Person.employer_org, Representative.code)
        .outerjoin(Person, Person.id == Account.person_id)
        .outerjoin(Representative, Representative.person_id == Account.person_id)
        .where(Account.login == login, Account.active)
    ).first()
    if row is None:
        raise NotFound("没有这个账号，或账号已停用。")
    account, name, employer, rep = row
    return account, name or login, employer, rep


def _posts(session: Session, login: str, absent: set[str]) -> list[HeldPost]:
    """Return own posts, the first given first, then those of the absent.

    Technical roles are never lent.
    """
    rows = session.execute(
        select(Post.account, Post.role, Post.org, Org.name)
        .join(Org, Org.code == Post.org)
        .where(Post.account.in_({login} | absent), posts.valid_on(posts.today()))
        .order_by(Post.account != login, Post.id)
    ).all()
    return [
        HeldPost(role, roles.title(role), org, name, None if holder == login else holder)
        for holder, role, org, name in rows
        if holder == login or roles.may_be_lent(role)
    ]
