"""Names for codes on a page: one query each for people and places."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.commands import definitions
from engine.models import ProcessInstance
from engine.queries import Line
from processes.people import accounts, orgs
from processes.people.models import Person, Representative
from web import explain

#: Actors that are no accounts.
NOBODY = {"system", ""}


def of_lines(session: Session, lines: Iterable[Line]) -> tuple[dict[str, str], dict[str, str]]:
    """Return names by login and by organisation for everything a history speaks of."""
    told = list(lines)
    logins = {line.actor or "" for line in told} - NOBODY
    places: set[str] = set()
    for line in told:
        places |= explain.organisations(line.data.get("groups") or [])
    return accounts.names(session, logins), of_places(session, places)


def of_places(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Return the names behind the codes of candidate groups: organisations, representatives."""
    wanted = set(codes)
    found = session.execute(
        select(Representative.code, Person.name)
        .join(Person, Person.id == Representative.person_id)
        .where(Representative.code.in_(wanted))
    )
    return orgs.names(session, wanted) | {row.code: row.name for row in found}


def branches(session: Session, lines: Iterable[Line]) -> dict[str, str]:
    """Return the names of sequence flows by id, for every diagram the lines come from."""
    wanted = {line.instance_id for line in lines}
    found = session.scalars(
        select(ProcessInstance.definition_id).where(ProcessInstance.id.in_(wanted)).distinct()
    )
    return {
        element.id: element.name
        for definition in found
        for element in definitions.by_id(session, definition).description.elements.values()
        if element.kind == "sequenceFlow"
    }


def of_groups(session: Session, groups: Iterable[str]) -> str:
    """Return candidate groups with the names of their organisations."""
    wanted = list(groups)
    places = of_places(session, explain.organisations(wanted))
    return explain.groups(wanted, places)
