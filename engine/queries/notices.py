"""提醒: what the processes told a person or their group, newest first."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from engine import clock, vault
from engine.models import NoticeRead, Outbox, ProcessInstance
from engine.queries.access import Viewer, visible
from engine.queries.paging import SIZE, Page, window

#: Older notices are history, not reminders.
KEPT = timedelta(days=60)


@dataclass(frozen=True)
class Notice:
    """One message to this person, to a group of theirs, or to their organisation."""

    id: int
    kind: str
    at: datetime
    payload: dict[str, Any]
    root_id: str
    business_key: str
    title: str
    read: bool


def _mine(viewer: Viewer) -> ColumnElement[bool]:
    addressed = {viewer.id, *viewer.groups, *viewer.organisations}
    now = clock.now()
    return and_(
        Outbox.recipient.in_(addressed), Outbox.due_at <= now, Outbox.created_at > now - KEPT
    )


def _read(viewer: Viewer) -> ColumnElement[bool]:
    return exists(
        select(NoticeRead.outbox_id).where(
            NoticeRead.outbox_id == Outbox.id, NoticeRead.person == viewer.id
        )
    )


def notices(session: Session, viewer: Viewer, *, page: int = 1, size: int = SIZE) -> Page[Notice]:
    """Return one page of notices about cases this viewer may see."""
    instance, root = aliased(ProcessInstance), aliased(ProcessInstance)
    wanted = (
        select(Outbox, root.id, root.business_key, root.title, _read(viewer))
        .join(instance, instance.id == Outbox.instance_id)
        .join(root, root.id == instance.root_id)
        .where(_mine(viewer), visible(viewer, root.id.expression))
    )
    total = session.scalar(select(func.count()).select_from(wanted.subquery())) or 0
    offset, limit = window(page, size)
    rows = session.execute(wanted.order_by(Outbox.id.desc()).offset(offset).limit(limit))
    items = [
        Notice(
            row.id,
            row.kind,
            row.due_at,
            json.loads(vault.open_text(row.payload, "outbox.payload")),
            root_id,
            key or "",
            title,
            bool(seen),
        )
        for row, root_id, key, title, seen in rows
    ]
    return Page(items, total, max(page, 1), limit)


def unread(session: Session, viewer: Viewer) -> int:
    """Return how many of them this person has not opened yet."""
    instance = aliased(ProcessInstance)
    return (
        session.scalar(
            select(func.count(Outbox.id))
            .join(instance, instance.id == Outbox.instance_id)
            .where(_mine(viewer), ~_read(viewer), visible(viewer, instance.root_id.expression))
        )
        or 0
    )
