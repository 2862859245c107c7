"""`/user`, `/group`, `/tenant`: who is in which candidate group; there are no tenants.

Read only. A question about users names them, by id or by a group: a list of all people is told
to nobody, and a person is told the members of the groups it belongs to itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from engine.queries import Viewer
from engine.queries.asked import Asked
from engine.queries.records import sifting
from engine.queries.records.sifting import Order, Tests
from processes.people import directory, roles
from web.api import listing
from web.api.errors import invalid
from web.api.params import TEXT, TEXTS, Params

USERS = Params(
    "user query",
    {"id": TEXT, "idIn": TEXTS, "memberOfGroup": TEXT, "memberOfTenant": TEXT},
    sort_by=("userId",),
)
GROUPS = Params(
    "group query",
    {
        "id": TEXT, "idIn": TEXTS, "name": TEXT, "nameLike": TEXT, "type": TEXT, "member": TEXT,
        "memberOfTenant": TEXT,
    },
    sort_by=("id", "name", "type"),
)  # fmt: skip
TENANTS = Params(
    "tenant query",
    {"id": TEXT, "idIn": TEXTS, "name": TEXT, "nameLike": TEXT, "userMember": TEXT,
     "groupMember": TEXT},
    sort_by=("id", "name"),
)  # fmt: skip
#: Every group here is one that tasks are offered to.
TYPE = "WORKFLOW"


def title(group: str) -> str:
    """Return how a candidate group is called: by its role."""
    return roles.title(roles.split(group)[0])


def person(login: str, name: str) -> dict[str, Any]:
    """Return a user as far as colleagues know him: no address, no number."""
    # A Chinese name is one word: clients that join both parts show it as it is.
    return {"id": login, "firstName": name, "lastName": "", "displayName": name, "email": None}


# ---- users --------------------------------------------------------------------------------


def _users(session: Session, viewer: Viewer, asked: Asked) -> Sequence[tuple[str, str]]:
    found = directory.called(session, _meant(session, viewer, asked))
    order: Order = {"userId": lambda one: one[0]}
    return sifting.window(found, asked, order)


def _count_users(session: Session, viewer: Viewer, asked: Asked) -> int:
    return len(directory.called(session, _meant(session, viewer, asked)))


def _meant(session: Session, viewer: Viewer, asked: Asked) -> set[str]:
    ways: list[set[str]] = []
    if "id" in asked:
        ways.append({asked.get("id")})
    if "idIn" in asked:
        ways.append(set(asked.get("idIn")))
    if "memberOfGroup" in asked:
        group = asked.get("memberOfGroup")
        may = viewer.scope == "all" or group in viewer.groups
        ways.append(set(directory.members(session, group)) if may else set())
    if "memberOfTenant" in asked:
        ways.append(set())
    if not ways:
        raise invalid("Users are told by id, idIn or memberOfGroup only; there is no list of all.")
    return set.intersection(*ways)


listing.offer(
    "/user", "task", USERS, "UserProfile",
    rows=_users, total=_count_users, shown=person, by_body=False,
)  # fmt: skip


# ---- groups and tenants -------------------------------------------------------------------

TESTS: Tests = {
    "id": sifting.same(lambda one: one),
    "idIn": sifting.one_of(lambda one: one),
    "name": sifting.same(title),
    "nameLike": sifting.alike(title),
    "type": sifting.same(lambda _: TYPE),
    "memberOfTenant": sifting.nothing,
}
ORDER: Order = {"id": lambda one: one, "name": title, "type": lambda _: TYPE}


def _groups(session: Session, _: Viewer, asked: Asked) -> Sequence[tuple[str]]:
    found = sifting.window(_sifted(session, asked), asked, ORDER)
    return [(one,) for one in found]


def _count_groups(session: Session, _: Viewer, asked: Asked) -> int:
    return len(_sifted(session, asked))


def _sifted(session: Session, asked: Asked) -> list[str]:
    member = asked.get("member")
    known = directory.groups(session) if member is None else directory.groups_of(session, member)
    return sifting.sift(known, Asked(asked.values), TESTS)


def _shown_group(group: str) -> dict[str, Any]:
    return {"id": group, "name": title(group), "type": TYPE}


listing.offer(
    "/group", "task", GROUPS, "Group",
    rows=_groups, total=_count_groups, shown=_shown_group, by_body=False,
)  # fmt: skip
listing.offer(
    "/tenant", "read", TENANTS, "Tenant",
    rows=lambda *_: [], total=lambda *_: 0, shown=lambda *_: {}, by_body=False,
)  # fmt: skip
