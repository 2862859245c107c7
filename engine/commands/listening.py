"""Telling the listeners of an open human task that it was changed from outside."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.commands import definitions
from engine.commands.execution import Execution
from engine.hooks import Actor
from engine.models import HumanTask, ProcessInstance


def changed(
    session: Session,
    task: HumanTask,
    row: ProcessInstance,
    *,
    actor: Actor,
    assigned: bool = False,
) -> None:
    """Call `update` and, for a new assignee, `assignment` listeners, in that order.

    Call it after the change, with the case locked. Costs nothing where nobody listens.

    Raises:
        EngineError: a listener refused; the caller's transaction must not be committed.
    """
    events = _heard(session, task, row) & ({"update", "assignment"} if assigned else {"update"})
    if not events:
        return
    session.flush()
    with Execution(session, actor) as work:
        run = work.open(row).run
        for event in ("update", "assignment"):
            # An earlier listener may have thrown an error that took the task away.
            if event in events and task.wait.partition(".")[2] in run.waits():
                run.tell(task.token, event)
        work.settle()


def _heard(session: Session, task: HumanTask, row: ProcessInstance) -> set[str]:
    definition = definitions.by_id(session, row.definition_id)
    element = definition.description.elements.get(task.element_id)
    listeners = element.attributes.get("@taskListener", ()) if element else ()
    return {str(listener.get("event")) for listener in listeners}
