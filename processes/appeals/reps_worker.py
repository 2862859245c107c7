"""What the worker's own page may do about a result that representatives helped to bring about."""

from __future__ import annotations

from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import commands
from engine.errors import NotAllowed
from engine.hooks import Actor
from engine.models import Subscription

MESSAGE = "msg_worker_confirmed"


def may_confirm(session: Session, appeal_no: str) -> bool:
    """Say whether a result waits for the worker's word; seven natural days, then it goes on."""
    return (
        session.scalar(
            select(Subscription.id)
            .where(
                Subscription.kind == "message",
                Subscription.name == MESSAGE,
                Subscription.correlation == appeal_no,
            )
            .limit(1)
        )
        is not None
    )


def confirm(
    session: Session,
    appeal_no: str,
    confirmed: Literal["yes", "no"],
    *,
    satisfaction: str | None = None,
) -> None:
    """Take the worker's word on the result; the walk goes on at once.

    Args:
        session: of the page's transaction.
        appeal_no: the appeal whose page is open.
        confirmed: whether the matter is solved as the office says.
        satisfaction: satisfied, basic or unsatisfied.

    Raises:
        NotAllowed: nothing waits for it; seven days may have passed.
    """
    if not may_confirm(session, appeal_no):
        raise NotAllowed("现在没有等您确认的推动结果。")
    commands.correlate(
        session,
        MESSAGE,
        correlation=appeal_no,
        payload={"worker_confirmed": confirmed, "confirm_satisfaction": satisfaction},
        actor=Actor(f"worker:{appeal_no}", kind="worker"),
    )
