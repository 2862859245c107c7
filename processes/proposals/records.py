"""The record of a conversion: proposal, sources, material. Session first, nothing is committed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import NotFound
from engine.models import ProcessInstance
from processes.proposals.models import Proposal, ProposalSource

_NUMBER = re.compile(r"SQ-[0-9A-Za-z-]{6,36}")
#: A proposal in one of these states can still be withdrawn (L-024).
OPEN = frozenset({"drafting", "submitted", "filed", "merged"})


def by_instance(session: Session, instance_id: str) -> Proposal | None:
    """Return the proposal of a conversion, None if it never became one."""
    return session.scalar(select(Proposal).where(Proposal.instance_id == instance_id))


def proposal(session: Session, instance_id: str) -> Proposal:
    """Return the proposal of a conversion.

    Raises:
        NotFound: it never became one.
    """
    found = by_instance(session, instance_id)
    if found is None:
        raise NotFound("这件转化还没有立项。")
    return found


def numbers(text: str | None) -> list[str]:
    """Return the appeal numbers in what somebody typed, in order, each once."""
    return list(dict.fromkeys(_NUMBER.findall(text or "")))


def add_sources(
    session: Session, instance_id: str, appeals: Iterable[str], *, first: bool = False
) -> list[str]:
    """Add source appeals that exist, and return all sources of the conversion.

    Appeals are another area's: that one exists is seen from its process instance.
    """
    known = {
        row.appeal_no
        for row in session.scalars(
            select(ProposalSource).where(ProposalSource.instance_id == instance_id)
        )
    }
    for number in appeals:
        if number in known or not (first or _exists(session, number)):
            continue
        known.add(number)
        session.add(
            ProposalSource(
                instance_id=instance_id, appeal_no=number, first=first, added_at=clock.now()
            )
        )
    return sorted(known)


def _exists(session: Session, appeal_no: str) -> bool:
    return (
        session.scalar(
            select(ProcessInstance.id)
            .where(
                ProcessInstance.business_key == appeal_no,
                ProcessInstance.process_key == "appeal_main",
            )
            .limit(1)
        )
        is not None
    )


def to_day(value: object) -> date:
    """Return the day of a form's date, which is a date or, as stored, its ISO text."""
    if isinstance(value, datetime):
        return value.astimezone(clock.CHINA).date()
    return value if isinstance(value, date) else date.fromisoformat(str(value)[:10])


def open_by_number(session: Session, number: str) -> Proposal:
    """Return a proposal that can still be withdrawn.

    Raises:
        NotFound: there is none of that number, or it is settled.
    """
    found = session.get(Proposal, number.strip())
    if found is None or found.status not in OPEN:
        raise NotFound("没有这份正在办理的建议提案，请核对编号。")
    return found
