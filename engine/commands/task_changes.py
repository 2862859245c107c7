"""Who works on a human task, and what stands on it: assignment, delegation, dates.

A person may sign for a task, put it back, hand it to somebody who could have taken it
anyway, and report what was delegated to them. Another system (a service account) may
assign it to anybody who is not excluded: it has checked that itself, and whoever gets the
task sees its case. A task of its own (`commands.own_tasks`) follows the same rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from sqlalchemy.orm import Session

from engine import clock, hooks
from engine.commands import instances, listening, operations
from engine.commands.execution import Execution
from engine.commands.tasks import may_act
from engine.errors import (
    AlreadyClaimed,
    HumanTaskClosed,
    InvalidInput,
    NotAllowed,
    NotFound,
    Suspended,
)
from engine.hooks import Actor, Change, OpenedTask
from engine.models import HumanTask, ProcessInstance, new_id

PENDING, RESOLVED = "PENDING", "RESOLVED"


@dataclass(frozen=True)
class Held:
    """An open task under the lock of its case; a task of its own has no instance."""

    task: HumanTask
    row: ProcessInstance | None
    #: What all lines of this one deed have in common.
    operation: str = field(default_factory=new_id)


def hold(session: Session, human_task_id: str, actor: Actor) -> Held:
    """Lock the case of an open task, then the task.

    Raises:
        NotFound: there is no such task, or its case is shut to the actor.
        HumanTaskClosed: it was completed or withdrawn.
        NotAllowed: the case is suspended.
    """
    task = session.get(HumanTask, human_task_id)
    if task is None:
        raise NotFound(f"Cannot find task with id {human_task_id}")
    row = None if task.own else instances.lock(session, task.instance_id)
    task = session.get_one(
        HumanTask, human_task_id, with_for_update=task.own, populate_existing=True
    )
    if row is not None and not hooks.admits(session, row.root_id, actor):
        raise NotFound(f"Cannot find task with id {human_task_id}")
    if task.status != "open":
        raise HumanTaskClosed(task.id, task.status, task.completed_by)
    if row is not None and row.status != "active":
        raise Suspended("这件诉求已暂停办理，恢复后才能操作。")
    return Held(task, row)


def claim(session: Session, human_task_id: str, user: str | None, *, actor: Actor) -> None:
    """Sign for a task in somebody's name; None gives it back.

    Raises:
        AlreadyClaimed: it is another person's.
    """
    held = hold(session, human_task_id, actor)
    if held.task.assignee is not None and user is not None and held.task.assignee != user:
        raise AlreadyClaimed(human_task_id)
    if assign(session, held, user, actor, "Claim"):
        told(session, held, actor, assigned=True)


def set_assignee(session: Session, human_task_id: str, user: str | None, *, actor: Actor) -> None:
    """Give the task to somebody, whoever had it; None takes it from everybody."""
    held = hold(session, human_task_id, actor)
    if assign(session, held, user, actor, "Assign"):
        told(session, held, actor, assigned=True)


def delegate(session: Session, human_task_id: str, user: str, *, actor: Actor) -> None:
    """Let somebody else do the work; it comes back to the owner when it is resolved."""
    held = hold(session, human_task_id, actor)
    if not user:
        raise InvalidInput("请写明交给谁办理（userId）。")
    task = held.task
    owner = task.owner or task.assignee
    assigned = assign(session, held, user, actor, "Delegate")
    if task.owner != owner:
        noted(session, held, "Delegate", actor, "owner", task.owner, owner)
    noted(session, held, "Delegate", actor, "delegation", task.delegation_state, PENDING)
    task.owner, task.delegation_state = owner, PENDING
    told(session, held, actor, assigned=assigned)


def resolve(session: Session, human_task_id: str, *, actor: Actor) -> None:
    """Report delegated work as done: the task goes back to its owner, still open."""
    held = hold(session, human_task_id, actor)
    task = held.task
    permit(task, actor)
    old, task.delegation_state = task.delegation_state, RESOLVED
    noted(session, held, "Resolve", actor, "delegation", old, RESOLVED)
    if task.assignee != task.owner:
        _hand_to(session, held, task.owner, actor, "Resolve")
    open_case(session, held, actor)
    told(session, held, actor, assigned=task.owner is not None)


@dataclass(frozen=True)
class Values:
    """Everything `update` writes; what is not given is emptied, as in Camunda."""

    name: str | None
    description: str | None
    priority: int
    assignee: str | None
    owner: str | None
    delegation_state: Literal["PENDING", "RESOLVED"] | None
    due_at: datetime | None
    follow_up_at: datetime | None
    parent_task_id: str | None


def update(session: Session, human_task_id: str, values: Values, *, actor: Actor) -> None:
    """Replace what stands on the task. Only another system does that.

    A due date that is set by hand has no deadline behind it any more.
    """
    held = hold(session, human_task_id, actor)
    only_systems(actor)
    task = held.task
    assigned = assign(session, held, values.assignee, actor, "Update")
    changes: Mapping[str, Any] = {
        "name": (values.name or "")[:255],
        "description": values.description,
        "priority": values.priority,
        "owner": values.owner,
        "delegation_state": values.delegation_state,
        "due_at": values.due_at,
        "follow_up_at": values.follow_up_at,
        "parent_task_id": values.parent_task_id,
    }
    for name, new in changes.items():
        old = getattr(task, name)
        if old != new:
            setattr(task, name, new)
            shown = (None, None) if name == "description" else (old, new)  # people's own words
            noted(session, held, "Update", actor, name, *shown)
    if values.due_at is None or (task.deadline or {}).get("due_at") != values.due_at.isoformat():
        task.deadline = None
    told(session, held, actor, assigned=assigned)


# ---- parts -------------------------------------------------------------------------------


def assign(session: Session, held: Held, user: str | None, actor: Actor, operation: str) -> bool:
    """Give a held task to somebody or nobody and open the case to them; say if it changed."""
    task = held.task
    if user is not None and not 0 < len(user) <= 120:
        raise InvalidInput("userId must have between 1 and 120 characters.")
    permit(task, actor)
    if actor.kind == "person":
        _check_hand_over(session, task, user, actor)
    if user is not None and user in task.excluded:
        raise NotAllowed("同一件诉求不能自办自审，请由其他同志办理。")
    if task.assignee == user:
        return False
    noted(session, held, operation, actor, "assignee", task.assignee, user)
    _hand_to(session, held, user, actor, operation)
    open_case(session, held, actor)
    return True


def _hand_to(session: Session, held: Held, user: str | None, actor: Actor, operation: str) -> None:
    """Change whose task it is; the case's history tells whose it became."""
    task = held.task
    task.assignee, task.claimed_at = user, clock.now() if user else None
    if held.row is not None:
        work = Execution(session, actor)
        work.note(
            held.row,
            "claimed" if user else "unclaimed",
            element=task.element_id,
            name=task.name,
            task=task.id,
            assignee=user,
            op=operation,
        )
        work.settle(advance=False)


def told(session: Session, held: Held, actor: Actor, *, assigned: bool = False) -> None:
    """Call the diagram's listeners for what was changed. The last thing a command does."""
    if held.row is not None:
        listening.changed(session, held.task, held.row, actor=actor, assigned=assigned)


def permit(task: HumanTask, actor: Actor) -> None:
    """Refuse whoever may not act on the task."""
    if not may_act(task, actor):
        raise NotAllowed(f"“{task.name}”不是您的待办，请与承办单位联系。")


def _check_hand_over(session: Session, task: HumanTask, user: str | None, actor: Actor) -> None:
    """A person signs, puts back, or hands on to somebody who could have taken it."""
    if user is None and not (task.groups or task.users):
        raise NotAllowed("这项待办指定由您办理，没有其他候选人，不能退回待签收。")
    if user is None or user in (actor.id, task.owner):
        return
    try:
        groups = hooks.actor(session, user).groups
    except NotFound:
        groups = frozenset()
    if user not in task.users and not groups & set(task.groups):
        raise NotAllowed("只能转给这项待办的候选人。")


def only_systems(actor: Actor) -> None:
    """Refuse persons: what the diagram says of a task is not theirs to change."""
    if actor.kind == "person":
        raise NotAllowed("待办的内容和候选人由流程确定，不能由个人修改。")


def open_case(session: Session, held: Held, actor: Actor) -> None:
    """Tell the hooks, so that whoever got the task may see the case."""
    task, row = held.task, held.row
    if row is None:
        return
    opened = OpenedTask(
        task.id,
        task.element_id,
        task.assignee,
        tuple(task.users),
        tuple(task.groups),
        tuple(task.excluded),
    )
    change = Change(row.id, row.root_id, row.bundle, row.process_key, actor, opened=[opened])
    session.flush()
    hooks.tell(session, [change])


def noted(
    session: Session,
    held: Held,
    operation: str,
    actor: Actor,
    name: str,
    old: Any,
    new: Any,
    *,
    entity: str = "Task",
) -> None:
    """Write down what was changed, and that it was changed now."""
    task = held.task
    task.updated_at = clock.now()
    operations.note(
        session,
        task.instance_id,
        operation,
        entity,
        actor=actor,
        element=task.element_id,
        name=name,
        old=old.isoformat() if isinstance(old, datetime) else old,
        new=new.isoformat() if isinstance(new, datetime) else new,
        task=task.id,
        of=held.operation,
    )
