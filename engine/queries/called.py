"""The processes that a process calls: what its call activities would reach now."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.bpmn.called import static_calls
from engine.commands import definitions
from engine.errors import NotFound
from engine.models import ProcessDefinition


def called_processes(
    session: Session, definition_id: int
) -> list[tuple[ProcessDefinition, list[str]]]:
    """Return each called version once, with the call activities that call it, as they stand.

    What is not published, or computed only when it is called, is left out.
    """
    caller = definitions.by_id(session, definition_id)
    found: dict[int, list[str]] = {}
    for call in static_calls(caller.normalized, caller.key):
        try:
            reached = definitions.bound(session, call.key, call.binding, call.version, caller)
        except NotFound:
            continue
        found.setdefault(reached.id, []).append(call.element)
    return [(session.get_one(ProcessDefinition, number), who) for number, who in found.items()]
