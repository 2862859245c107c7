"""What goes wrong while a person works on a task, told to the diagram: errors, escalations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from engine.commands import external, task_changes, task_variables
from engine.commands.execution import Execution
from engine.commands.task_changes import Held
from engine.errors import EngineError, InvalidInput
from engine.hooks import Actor
from engine.models import ProcessInstance


def bpmn_error(
    session: Session,
    human_task_id: str,
    code: str,
    *,
    actor: Actor,
    message: str = "",
    variables: Mapping[str, Any] | None = None,
) -> bool:
    """Throw an error out of a task; return whether the diagram caught it.

    The task is withdrawn. What nothing catches ends this path of the case alone.

    Raises:
        InvalidInput: there is no code.
        NotFound, HumanTaskClosed, NotAllowed: as for every act on a task.
    """
    held, row = _hold(session, human_task_id, code, actor)
    with Execution(session, actor) as work:
        loaded = work.open(row)
        loaded.run.set(held.task.token, variables or {})
        caught = external.throw(work, loaded, held.task.token, code, message)
        work.settle()
    return caught


def escalate(
    session: Session,
    human_task_id: str,
    code: str,
    *,
    actor: Actor,
    variables: Mapping[str, Any] | None = None,
) -> bool:
    """Escalate out of a task; return whether something in the case's own diagram caught it.

    The task stays open unless an interrupting event caught it.
    """
    held, row = _hold(session, human_task_id, code, actor)
    with Execution(session, actor) as work:
        loaded = work.open(row)
        loaded.run.set(held.task.token, variables or {})
        caught = loaded.run.escalate(held.task.token, code)
        work.settle()
    return caught


def _hold(
    session: Session, human_task_id: str, code: str, actor: Actor
) -> tuple[Held, ProcessInstance]:
    if not code:
        raise InvalidInput("请写明错误或升级的代码（errorCode、escalationCode）。")
    held = task_changes.hold(session, human_task_id, actor)
    task_changes.permit(held.task, actor)
    task_variables.check_person(session, held, actor)
    if held.row is None:
        raise EngineError("这项待办不属于任何流程，没有流程图可以处理。")
    return held, held.row
