"""The worker's name and phone in clear: on purpose, with a reason, written down (D-17, AC-28)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.queries import Viewer
from processes.appeals import masking
from processes.appeals.models import Appeal
from processes.people import reveal

#: What the access log calls it.
WHAT = "party_contact"


def available(session: Session, viewer: Viewer, root_id: str) -> bool:
    """Say whether the case has a name or a phone that this viewer may ask for."""
    appeal = _appeal(session, root_id)
    if appeal is None or appeal.identity_mode == "anonymous":
        return False
    return bool(appeal.name or appeal.phone) and reveal.may_reveal(viewer)


def read(session: Session, viewer: Viewer, root_id: str, *, reason: str) -> list[tuple[str, str]]:
    """Return name and phone as the mask table allows for contacting, and write down who looked.

    Args:
        session: a transaction; the line of the access log is committed with it.
        viewer: who asks.
        root_id: the root instance of the case.
        reason: one of `reveal.REASONS`, or at least six characters.

    Raises:
        NotFound: no such case, or not visible.
        InvalidInput: no sufficient reason.
        NotAllowed: the viewer's posts never see personal data in clear.
    """
    appeal = _appeal(session, root_id)
    if appeal is None:
        raise NotFound("没有这个诉求件。")
    shown = reveal.reveal(
        session,
        viewer,
        instance_id=root_id,
        what=WHAT,
        reason=reason,
        read=lambda: masking.masked(session, appeal, viewer, purpose="contact"),
    )
    rows = [("姓名", shown["name"]), ("电话", shown["phone"])]
    if appeal.on_behalf and appeal.behalf_name:
        rows.append(("当事人", appeal.behalf_name))
    return [(label, value) for label, value in rows if value]


def _appeal(session: Session, root_id: str) -> Appeal | None:
    return session.scalar(select(Appeal).where(Appeal.instance_id == root_id))
