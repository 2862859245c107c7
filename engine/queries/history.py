"""What happened to a case, in order, with the reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.models import HistoryEvent
from engine.queries.access import Viewer, require

#: Kinds a timeline shows; the technical page shows all.
STORY = (
    "started",
    "claimed",
    "unclaimed",
    "rerouted",
    "completed",
    "cancelled",
    "fired",
    "message",
    "decided",
    "chosen",
    "thrown",
    "postponed",
    "incident",
    "retried",
    "suspended",
    "resumed",
    "moved",
    "ended",
)


@dataclass(frozen=True)
class Line:
    """One line of history. `actor` is a login; pages turn it into an organisation or name."""

    id: int
    at: datetime
    kind: str
    instance_id: str
    element_id: str | None
    name: str | None
    actor: str | None
    data: dict[str, Any] = field(default_factory=dict)


def history(
    session: Session,
    viewer: Viewer,
    instance_id: str,
    *,
    kinds: tuple[str, ...] | None = None,
    whole_case: bool = True,
    limit: int = 1_000,
) -> list[Line]:
    """Return the history of a case (or of one instance), oldest first.

    Raises:
        NotFound: the case is not visible to this viewer.
    """
    row = require(session, viewer, instance_id)
    statement = select(HistoryEvent)
    if whole_case:
        statement = statement.where(HistoryEvent.root_id == row.root_id)
    else:
        statement = statement.where(HistoryEvent.instance_id == row.id)
    if kinds is not None:
        statement = statement.where(HistoryEvent.kind.in_(kinds))
    rows = session.scalars(statement.order_by(HistoryEvent.id).limit(limit))
    return [
        Line(
            item.id,
            item.at,
            item.kind,
            item.instance_id,
            item.element_id,
            item.name,
            item.actor,
            item.data or {},
        )
        for item in rows
    ]
