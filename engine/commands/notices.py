"""Marking notices as read: for the reader only, others of the group still see them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine import clock
from engine.hooks import Actor
from engine.models import NoticeRead


def read_notices(session: Session, outbox_ids: Collection[int], *, actor: Actor) -> int:
    """Remember that this person has seen these notices; return how many were new."""
    known = set(
        session.scalars(
            select(NoticeRead.outbox_id).where(
                NoticeRead.person == actor.id, NoticeRead.outbox_id.in_(outbox_ids)
            )
        )
    )
    fresh = sorted(set(outbox_ids) - known)
    if fresh:
        now = clock.now()
        session.execute(
            insert(NoticeRead),
            [{"outbox_id": number, "person": actor.id, "read_at": now} for number in fresh],
        )
    return len(fresh)
