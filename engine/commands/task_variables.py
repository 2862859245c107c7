"""Variables as seen from a human task: those of its case, and those that are its own.

A task's own variables live at its token, where output parameters and listeners see them;
`task_variable` is their searchable projection. A task without a case has only that.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import clock, db
from engine.commands import definitions, task_changes, variables, waits
from engine.commands.task_changes import Held
from engine.errors import NotAllowed
from engine.hooks import Actor
from engine.models import HumanTask, TaskVariable
from engine.state import values as kinds


def read(session: Session, task: HumanTask, *, local: bool = False) -> dict[str, Any]:
    """Return what an open task sees; `local`: only what is its own. The caller checked sight.

    Raises:
        NotFound: the task was closed meanwhile.
    """
    if not task.own:
        return variables.read_variables(session, task.instance_id, task.token, local=local)
    rows = session.scalars(select(TaskVariable).where(TaskVariable.human_task_id == task.id))
    return {row.name: kinds.decode(row.value) for row in rows}


def write(
    session: Session,
    human_task_id: str,
    values: Mapping[str, Any],
    *,
    actor: Actor,
    local: bool = False,
    remove: Collection[str] = (),
) -> None:
    """Set and remove variables as seen from a task, or with `local` at the task alone.

    Raises:
        NotAllowed: it is not this person's task, or the diagram is the office's own: what
            people tell it, they tell by its forms.
        NotFound, HumanTaskClosed: there is no such open task.
    """
    held = task_changes.hold(session, human_task_id, actor)
    task = held.task
    task_changes.permit(task, actor)
    check_person(session, held, actor)
    kept = {name: kinds.storable(value, name) for name, value in values.items()}
    if held.row is not None:
        variables.set_variables(
            session,
            held.row.id,
            kept,
            actor=actor,
            token=task.token,
            local=local,
            remove=remove,
            task=task.id,
        )
    if local or held.row is None:
        _project(session, task, kept, remove)
    task.updated_at = clock.now()


def check_person(session: Session, held: Held, actor: Actor) -> None:
    """Let people act on the office's own diagrams by their forms alone.

    Raises:
        NotAllowed: a person asks, and the diagram did not come over REST.
    """
    if actor.kind != "person" or held.row is None:
        return
    if definitions.by_id(session, held.row.definition_id).source != "rest":
        raise NotAllowed("请在办理页面的表单中填写，不能直接修改流程变量。")


def _project(
    session: Session, task: HumanTask, values: Mapping[str, Any], remove: Collection[str]
) -> None:
    if remove:
        session.execute(
            delete(TaskVariable).where(
                TaskVariable.human_task_id == task.id, TaskVariable.name.in_(remove)
            )
        )
    rows = [
        {"human_task_id": task.id, "name": name, **waits.projection(kinds.encode(value))}
        for name, value in values.items()
        if not isinstance(value, kinds.Transient)
    ]
    if rows:
        dialect = postgresql if db.is_postgres(session) else sqlite
        statement = dialect.insert(TaskVariable)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["human_task_id", "name"],
                set_={name: statement.excluded[name] for name in ("type", "text_value", "value")},
            ),
            rows,
        )
