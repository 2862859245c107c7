"""What an operator changed, as one line of history per property: from what, to what, by whom."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from engine import clock
from engine.errors import InvalidInput
from engine.hooks import Actor
from engine.models import HistoryEvent, ProcessInstance

#: The kind of these lines in `history_event`.
KIND = "operated"
MAX_NOTE = 4000


def note(
    session: Session,
    instance_id: str | None,
    operation: str,
    entity: str,
    *,
    actor: Actor,
    element: str | None = None,
    name: str = "",
    old: object = None,
    new: object = None,
    **about: object,
) -> None:
    """Write down one change, in Camunda's words; what belongs to no case leaves no line.

    Args:
        operation: `SetJobRetries`, `SuspendJob`, `SetPriority`, …
        entity: `Job`, `Task`, `Incident`, …
        name: the property that was changed.
        about: ids of what it was done to: `job`, `task`, `incident`; `of`: what the lines of
            one operation have in common.
    """
    row = session.get(ProcessInstance, instance_id) if instance_id else None
    if row is None:
        return
    told: dict[str, object] = {
        "op": operation,
        "entity": entity,
        "property": name,
        "old": _text(old),
    }
    told |= {"new": _text(new), **about}
    session.add(
        HistoryEvent(
            instance_id=row.id,
            root_id=row.root_id,
            at=clock.now(),
            kind=KIND,
            element_id=element,
            actor=actor.id,
            data={key: value for key, value in told.items() if value not in (None, "")},
        )
    )


def annotate(
    session: Session,
    lines: Sequence[HistoryEvent],
    operation: str,
    text: str | None,
    *,
    actor: Actor,
) -> None:
    """Write an operator's note beside every line of one operation, or take it away.

    Raises:
        InvalidInput: the note is too long.
    """
    if text is not None and len(text) > MAX_NOTE:
        raise InvalidInput(f"操作说明最多 {MAX_NOTE} 字。")
    for line in lines:
        line.data = {**(line.data or {}), "annotation": text}
    note(
        session,
        lines[0].instance_id,
        "ClearAnnotation" if text is None else "SetAnnotation",
        "OperationLog",
        actor=actor,
        element=lines[0].element_id,
        name="operationId",
        new=operation,
    )


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None else str(value)[:255]
