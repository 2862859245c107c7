"""Messages owed to people and other systems, delivered at least once.

A kind with a registered channel (mail, a webhook) is handed to it outside any transaction,
under a lease; every other kind is a notice inside the office: it stands in the reader's
list as soon as it is due, and is marked as delivered here.
"""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import or_, select, update

from engine import clock, db, hooks, vault
from engine.models import Outbox

log = structlog.get_logger()

#: How long a channel may take before somebody else tries.
LEASE = timedelta(seconds=60)
#: Waiting times between tries; after the last one it is tried daily.
BACKOFF = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(days=1))


def deliver(limit: int = 50) -> int:
    """Deliver what is due; return how many messages left the outbox."""
    channels = hooks.channels()
    with db.transaction() as session:
        now = clock.now()
        waiting = session.scalars(
            select(Outbox.id)
            .where(Outbox.sent_at.is_(None), Outbox.due_at <= now, Outbox.kind.not_in(channels))
            .limit(500)
        ).all()
        if waiting:
            session.execute(update(Outbox).where(Outbox.id.in_(waiting)).values(sent_at=now))
    return len(waiting) + sum(1 for kind in channels for _ in range(limit) if _one(kind))


def _one(kind: str) -> bool:
    """Take one message of a kind under a lease and hand it to its channel."""
    with db.transaction() as session:
        now = clock.now()
        free = or_(Outbox.not_before.is_(None), Outbox.not_before <= clock.real())
        row = session.scalar(
            select(Outbox)
            .where(Outbox.kind == kind, Outbox.sent_at.is_(None), Outbox.due_at <= now, free)
            .order_by(Outbox.due_at, Outbox.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if row is None:
            return False
        row.attempts += 1
        row.not_before = clock.real() + LEASE
    error = ""
    try:
        hooks.channels()[kind](row.recipient, vault.open_text(row.payload, CONTEXT), row.key)
    except Exception as failure:  # noqa: BLE001 - tried again later; the key tells a repetition
        error = f"{type(failure).__name__}: {failure}"[:500]
        log.warning("delivery failed", kind=kind, outbox=row.id, error=type(failure).__name__)
    with db.transaction() as session:
        kept = session.get_one(Outbox, row.id)
        if error:
            step = BACKOFF[min(kept.attempts, len(BACKOFF)) - 1]
            kept.error, kept.not_before = error, clock.real() + step
        else:
            kept.error, kept.sent_at = None, clock.now()
    return not error


#: Additional data of the sealed payload.
CONTEXT = "outbox.payload"
