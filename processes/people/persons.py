"""Persons: kept encrypted, found by exact name, phone or phone tail."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import vault
from processes.people.models import Person


def add(
    session: Session,
    name: str,
    *,
    phone: str | None = None,
    employer_org: str | None = None,
    tags: Sequence[str] = (),
    demo: bool = False,
) -> Person:
    """Add a person. The phone is kept as digits; both are encrypted."""
    person = Person(**values(name, phone, employer_org, tags, demo=demo))
    session.add(person)
    session.flush()  # the number is given by the database
    return person


def values(
    name: str,
    phone: str | None = None,
    employer_org: str | None = None,
    tags: Sequence[str] = (),
    *,
    demo: bool = False,
) -> dict[str, object]:
    """Return the columns of a person, fingerprints included, for one row or many."""
    number = digits(phone)
    return {
        "name": name.strip(),
        "name_hash": name_fingerprint(name),
        "phone": number,
        "phone_hash": phone_fingerprint(number) if number else None,
        "employer_org": employer_org,
        "tags": list(tags),
        "is_demo": demo,
    }


def find(session: Session, *, name: str | None = None, phone: str | None = None) -> list[Person]:
    """Return the persons with exactly this name or phone; nothing when neither is given."""
    query = select(Person).order_by(Person.id).limit(100)
    if name:
        query = query.where(Person.name_hash == name_fingerprint(name))
    if phone:
        query = query.where(Person.phone_hash == phone_fingerprint(digits(phone) or ""))
    return list(session.scalars(query)) if name or phone else []


def digits(phone: str | None) -> str | None:
    """Return the digits of a phone number, full-width ones included, without +86."""
    if not phone:
        return None
    found = "".join(str(int(sign)) for sign in phone if sign.isdecimal())
    return found.removeprefix("86") if len(found) == 13 else found or None


def name_fingerprint(name: str) -> str:
    """Return what a name is found by."""
    return vault.fingerprint("name", "".join(name.split()))


def phone_fingerprint(phone: str) -> str:
    """Return what a phone number is found by."""
    return vault.fingerprint("phone", phone)
