"""Which organisations a case can go to, and who there can do it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from engine.services import ServiceCall
from processes.people import orgs, posts
from processes.people.models import Org

DISTRICT = orgs.DISTRICT


def office(session: Session, street: str, instance_id: str | None = None) -> str:
    """Return where cases of a street are triaged: the street, or above if nobody works there."""
    return posts.staffed_org(session, "dispatcher", street, instance_id=instance_id)


def staffed(call: ServiceCall, role: str, org: str) -> str:
    """Return the nearest organisation upward where somebody who may see the case has the role."""
    return posts.staffed_org(call.session, role, org, instance_id=call.instance.root_id)


def company(session: Session, name: str) -> Org | None:
    """Return the company with this name or code, if it is known."""
    return session.scalar(
        select(Org)
        .where(
            or_(Org.name == name, Org.code == name, Org.name == f"{name}工会"), Org.level == "L1"
        )
        .limit(1)
    )


def community_of(session: Session, entered: Mapping[str, Any]) -> str | None:
    """Return the community or park that was chosen, if it belongs to the street."""
    chosen = str(entered.get("community") or "")
    own = {org.code for org in orgs.of_kind(session, "L2", street=str(entered["street"]))}
    return chosen if chosen in own else None


def communities(session: Session, street: str) -> list[dict[str, str]]:
    """Return the federations of communities and parks of a street, for a list to choose from."""
    return [_choice(org) for org in orgs.of_kind(session, "L2", street=street)]


def companies(session: Session, street: str) -> list[dict[str, str]]:
    """Return the companies of a street that are known here."""
    return [_choice(org) for org in orgs.of_kind(session, "L1", street=street)]


def choices(session: Session, street: str) -> list[dict[str, str]]:
    """Return where a case can be sent: the street's federations, streets, industries, district."""
    wider = orgs.of_kind(session, "L3", "L3H", "L4")
    return [*communities(session, street), *(_choice(org) for org in wider)]


def _choice(org: Org) -> dict[str, str]:
    return {"value": org.code, "label": org.name}
