"""The role cards of the demo office with what waits for each, and the search over its accounts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from engine import queries
from processes.people import demo, identity, roles
from processes.people.models import Account

ICONS = {
    "worker": {"icon": "device-mobile"},
    "window": {"icon": "headset"},
    "community": {"icon": "building-community"},
    "handler": {"icon": "clipboard-text"},
    "chair": {"icon": "writing-sign"},
    "rights": {"icon": "scale"},
    "organizing": {"icon": "users-group"},
    "president": {"icon": "building-bank"},
    "rep": {"icon": "id-badge-2"},
    "analyst": {"icon": "sitemap"},
}
#: A card of a role this page does not know yet still gets a face.
OTHER = {"icon": "user"}


@dataclass(frozen=True)
class Card:
    """A role card and what waits for it."""

    role: demo.RoleCard
    icon: str
    name: str = ""
    mine: int = 0
    unsigned: int = 0
    late: int = 0


def cards(session: Session) -> list[Card]:
    """Return the role cards, each with the counts of that person's inbox."""
    return [_card(session, role) for role in demo.role_cards(session)]


def find(session: Session, query: str, longest: int = 60) -> list[dict[str, Any]]:
    """Return demo accounts whose login, name, role or organisation contains every word."""
    words, found = query.split(), []
    for account in demo.accounts_json(session):
        if account["kind"] != "person":
            continue
        account["titles"] = [roles.title(role) for role in account["roles"]]
        places = account["organisations"].values()
        line = " ".join([account["login"], account["name"], *account["titles"], *map(str, places)])
        if all(word in line for word in words):
            found.append(account)
    return found[:longest]


def is_demo(session: Session, login: str) -> bool:
    """Say whether an account belongs to the demo office and may be stepped into."""
    account = session.get(Account, login)
    return account is not None and account.is_demo and account.active and account.kind == "person"


def path_of(session: Session, login: str) -> str:
    """Return the page a role card opens first; the inbox for every other account."""
    paths = {card.login: card.path for card in demo.role_cards(session)}
    return paths.get(login, "/inbox")


def _card(session: Session, role: demo.RoleCard) -> Card:
    icon = ICONS.get(role.key, OTHER)["icon"]
    if role.login is None:
        return Card(role, icon)
    who = identity.identify(session, role.login)
    counts = queries.counts(session, who.viewer)
    return Card(
        role,
        icon,
        name=who.profile.name,
        mine=counts.mine,
        unsigned=counts.unsigned,
        late=counts.late,
    )
