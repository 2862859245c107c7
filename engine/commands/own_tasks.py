"""Tasks of their own: made over REST, part of no case.

They have people, dates, variables and notes like every human task, but no form, no history
and no page: the office's lists join the case and never meet them. Seen by whoever has to do
with them, and by other systems (`queries.task_list`).
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine import clock
from engine.commands.task_changes import Held, Values, hold, only_systems
from engine.commands.tasks import may_act, refuse_pending
from engine.errors import EngineError, InvalidInput, NotAllowed
from engine.hooks import Actor
from engine.models import HumanTask, new_id


def create(
    session: Session, values: Values, *, actor: Actor, human_task_id: str | None = None
) -> str:
    """Make a task and return its id.

    Raises:
        InvalidInput: the id is taken or no id, or the parent is not there.
        NotAllowed: a person asks; people get their tasks from diagrams.
    """
    only_systems(actor)
    identity = human_task_id or new_id()
    if not identity.isascii() or not identity.isalnum() or len(identity) > 32:
        raise InvalidInput("The id of a task has at most 32 letters and digits.")
    if session.get(HumanTask, identity) is not None:
        raise InvalidInput(f"There is a task with id {identity} already.")
    if values.parent_task_id and session.get(HumanTask, values.parent_task_id) is None:
        raise InvalidInput(f"Parent task with id {values.parent_task_id} does not exist.")
    now = clock.now()
    session.add(
        HumanTask(
            id=identity,
            instance_id=None,
            root_id="",
            bundle="",
            process_key="",
            element_id="",
            name=(values.name or "")[:255],
            description=values.description,
            wait=f"own.{identity}",
            token="",
            status="open",
            assignee=values.assignee,
            owner=values.owner,
            delegation_state=values.delegation_state,
            parent_task_id=values.parent_task_id,
            priority=values.priority,
            created_at=now,
            claimed_at=now if values.assignee else None,
            due_at=values.due_at,
            follow_up_at=values.follow_up_at,
        )
    )
    session.flush()
    return identity


def complete(session: Session, human_task_id: str, *, actor: Actor) -> None:
    """Close a task of its own as done.

    Raises:
        NotAllowed: it is another person's.
        HumanTaskClosed: somebody closed it first.
    """
    held = hold(session, human_task_id, actor)
    task = held.task
    if not may_act(task, actor):
        raise NotAllowed(f"“{task.name}”不是您的待办，请与承办单位联系。")
    refuse_pending(task)
    _close(held, "completed")
    task.completed_by = actor.id
    task.assignee = task.assignee or actor.id


def delete(session: Session, human_task_id: str, *, actor: Actor) -> None:
    """Withdraw a task of its own.

    Raises:
        EngineError: it belongs to a running case, which alone may withdraw it.
    """
    only_systems(actor)
    held = hold(session, human_task_id, actor)
    if held.row is not None:
        raise EngineError("The task cannot be deleted because is part of a running process")
    _close(held, "cancelled")


def _close(held: Held, status: str) -> None:
    held.task.status, held.task.closed_at = status, clock.now()
