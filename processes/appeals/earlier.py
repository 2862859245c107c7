"""What the same phone asked before: for the clerk who has the caller on the line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.queries import Viewer, visible
from processes.appeals import codes
from processes.appeals.models import Appeal
from processes.appeals.registration_services import phone_hash
from processes.people import reveal

_MOST = 10


@dataclass(frozen=True)
class Earlier:
    """One earlier case, without a name or a phone."""

    appeal_no: str
    title: str
    category_name: str
    status: str
    received_at: datetime
    employer: str
    closed: bool


def by_phone(session: Session, viewer: Viewer, phone: str) -> list[Earlier]:
    """Return the earlier cases of a phone that the viewer may see, newest first.

    Looking is written into the access log (the number itself is not).
    """
    wanted = phone_hash(phone)
    reveal.note(
        session, viewer.id, instance_id=None, what="search:phone", reason="登记时查以往诉求"
    )
    rows = session.scalars(
        select(Appeal)
        .where(Appeal.phone_hash == wanted, visible(viewer, Appeal.instance_id.expression))
        .order_by(Appeal.received_at.desc())
        .limit(_MOST)
    )
    return [
        Earlier(
            appeal_no=row.no,
            title=row.title,
            category_name=codes.CATEGORIES.get(row.category, ""),
            status=row.status,
            received_at=row.received_at,
            employer=_masked(row.employer_name),
            closed=row.status in codes.ENDED,
        )
        for row in rows
        if wanted is not None
    ]


def _masked(employer: str | None) -> str:
    """示例·晨光电子（平湖） → 示例·晨…: enough to recognise, not enough to gossip."""
    return f"{employer[:4]}…" if employer and len(employer) > 5 else (employer or "")
