"""`/task/{id}/variables` and `/task/{id}/localVariables`."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.models import HumanTask
from engine.queries import task_list
from web.api import unknown, variables
from web.api.access import caller
from web.api.variables import Scope


def seen(session: Session, task_id: str) -> Scope:
    """Return what a task sees, up to its case. Raises `unknown.owner`."""
    task = _open(session, task_id)
    return Scope(task.instance_id or "", task=task.id)


def own(session: Session, task_id: str) -> Scope:
    """Return what is a task's own. Raises `unknown.owner`."""
    task = _open(session, task_id)
    return Scope(task.instance_id or "", local=True, task=task.id)


def _open(session: Session, task_id: str) -> HumanTask:
    """A closed task has no variables any more; the history has them."""
    try:
        task = task_list.find(session, caller().viewer, task_id)
    except NotFound:
        raise unknown.owner("task", task_id) from None
    if task.status != "open":
        raise unknown.owner("task", task_id)
    return task


variables.offer("/task/<owner_id>/variables", "task", seen, read="task", write="task")
variables.offer("/task/<owner_id>/localVariables", "local task", own, read="task", write="task")
