"""`/task/{id}/variables` and `/task/{id}/localVariables`."""

from __future__ import annotations

from sqlalchemy.orm import Session

from web.api import variables
from web.api.task_people import open_task
from web.api.variables import Scope


def seen(session: Session, task_id: str) -> Scope:
    """Return what a task sees, up to its case. Raises NotFound."""
    task = open_task(session, task_id)
    return Scope(task.instance_id or "", task=task.id)


def own(session: Session, task_id: str) -> Scope:
    """Return what is a task's own. Raises NotFound."""
    task = open_task(session, task_id)
    return Scope(task.instance_id or "", local=True, task=task.id)


variables.offer("/task/<owner_id>/variables", "task", seen, read="task", write="task")
variables.offer("/task/<owner_id>/localVariables", "local task", own, read="task", write="task")
