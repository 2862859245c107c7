"""What people do with a human task before it is done: sign for it, put it back, keep a draft."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine import clock, hooks, vault
from engine.commands import listening
from engine.commands.execution import Execution
from engine.commands.tasks import check_open, check_permission, lock, may_act
from engine.errors import HumanTaskClosed, NotAllowed, NotFound
from engine.hooks import Actor
from engine.models import Draft, HumanTask, ProcessInstance

#: Additional data of a sealed draft.
DRAFT = "draft.payload"


def claim(session: Session, human_task_id: str, *, actor: Actor) -> HumanTask:
    """Sign for a task (签收): it is then this person's, with the moment kept.

    Raises:
        NotFound, NotAllowed, HumanTaskClosed: as for `complete`.
    """
    task, row, _ = lock(session, human_task_id, actor)
    check_open(task, row)
    check_permission(task, actor)
    if task.assignee != actor.id:
        task.assignee = actor.id
        task.claimed_at = clock.now()
        _note(session, row, task, "claimed", actor)
    return task


def unclaim(session: Session, human_task_id: str, *, actor: Actor) -> HumanTask:
    """Put a signed task back for its group (退回待签收); the draft stays.

    Raises:
        NotAllowed: the task is not this person's, or no group could take it.
    """
    task, row, _ = lock(session, human_task_id, actor)
    check_open(task, row)
    check_permission(task, actor)
    if not task.groups and not task.users:
        raise NotAllowed("这项待办指定由您办理，没有其他候选人，不能退回待签收。")
    if task.assignee is not None:
        task.assignee = None
        task.claimed_at = None
        _note(session, row, task, "unclaimed", actor)
    return task


def _note(session: Session, row: ProcessInstance, task: HumanTask, kind: str, actor: Actor) -> None:
    work = Execution(session, actor)
    work.note(row, kind, element=task.element_id, name=task.name, task=task.id)
    work.settle(advance=False)
    listening.changed(session, task, row, actor=actor, assigned=True)


def save_draft(
    session: Session, human_task_id: str, *, actor: Actor, payload: Mapping[str, Any]
) -> None:
    """Keep what somebody has typed so far, encrypted; the last writing wins.

    Raises:
        NotFound: there is no such task, or it is not this person's to work on.
        HumanTaskClosed: it was closed; the page must keep the text itself.
    """
    task = session.get(HumanTask, human_task_id)
    if task is None or not may_act(task, actor) or not hooks.admits(session, task.root_id, actor):
        raise NotFound("没有这项待办，可能已经撤销。")
    if task.status != "open":
        raise HumanTaskClosed(task.id, task.status, task.completed_by)
    sealed = vault.seal(json.dumps(dict(payload), ensure_ascii=False), DRAFT)
    draft = session.get(Draft, (human_task_id, actor.id))
    if draft is None:
        session.add(
            Draft(
                human_task_id=human_task_id,
                person=actor.id,
                payload=sealed,
                saved_at=clock.now(),
            )
        )
    else:
        draft.payload, draft.saved_at = sealed, clock.now()
