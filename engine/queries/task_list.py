"""Open human tasks as the REST interface asks for them: of cases the asker may see.

Tasks of their own (no case) are seen by whoever has to do with them, and by systems that
see everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from engine.commands import definitions
from engine.commands.definitions import Definition
from engine.errors import InvalidInput, NotFound
from engine.models import (
    HumanTask,
    HumanTaskCandidate,
    ProcessDefinition,
    ProcessInstance,
    TaskNote,
    TaskPaper,
    TaskVariable,
    Variable,
)
from engine.queries import asked as ask
from engine.queries import matching
from engine.queries.access import Viewer, visible
from engine.queries.asked import Asked, Sorting
from engine.queries.inbox import candidates
from engine.queries.task_filters import conditions

ORDER: dict[str, ask.Column] = {
    "instanceId": HumanTask.instance_id,
    "caseInstanceId": HumanTask.id,
    "dueDate": HumanTask.due_at,
    "executionId": HumanTask.token,
    "caseExecutionId": HumanTask.id,
    "assignee": HumanTask.assignee,
    "created": HumanTask.created_at,
    "lastUpdated": func.coalesce(HumanTask.updated_at, HumanTask.created_at),
    "followUpDate": HumanTask.follow_up_at,
    "description": HumanTask.description,
    "id": HumanTask.id,
    "name": HumanTask.name,
    "nameCaseInsensitive": func.lower(HumanTask.name),
    "priority": HumanTask.priority,
    "tenantId": HumanTask.id,
}
#: Keys that sort by a variable: whose it is.
BY_VARIABLE = (
    "processVariable", "executionVariable", "taskVariable", "caseExecutionVariable",
    "caseInstanceVariable",
)  # fmt: skip


@dataclass(frozen=True)
class Listed:
    """One task with what a list shows beside it."""

    task: HumanTask
    #: None for a task of its own.
    definition: Definition | None
    suspended: bool


def tasks(session: Session, viewer: Viewer, asked: Asked) -> list[tuple[Listed]]:
    """Return the tasks of one window, each as a 1-tuple."""
    statement = _wanted(session, viewer, asked, HumanTask, ProcessInstance.status)
    statement = statement.add_columns(ProcessInstance.definition_id)
    keys = [_key(sorting) for sorting in asked.sorting]
    cut = ask.page(statement, Asked({}, [], asked.first, asked.limit), {}, *keys, HumanTask.id)
    rows = session.execute(cut).all()
    return [
        (
            Listed(
                task,
                definitions.by_id(session, number) if number is not None else None,
                status == "suspended",
            ),
        )
        for task, status, number in rows
    ]


def count_tasks(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many tasks would be found."""
    return ask.count(session, _wanted(session, viewer, asked, HumanTask))


def require(session: Session, viewer: Viewer, human_task_id: str) -> Listed:
    """Return one open task that the viewer may see.

    Raises:
        NotFound: there is none, or not for this viewer; the two look the same.
    """
    found = tasks(session, viewer, Asked({"taskId": human_task_id}))
    if not found:
        raise NotFound(f"No matching task with id {human_task_id}")
    return found[0][0]


def find(session: Session, viewer: Viewer, human_task_id: str) -> HumanTask:
    """Return a task the viewer may know of, open or closed.

    Raises:
        NotFound: there is none, or not for this viewer; the two look the same.
    """
    found = session.scalar(select(HumanTask).where(HumanTask.id == human_task_id, seen(viewer)))
    if found is None:
        raise NotFound(f"Cannot find task with id {human_task_id}")
    return found


def seen(viewer: Viewer) -> ColumnElement[bool]:
    """Return the condition under which a task may be known to a viewer."""
    of_case = and_(HumanTask.root_id != "", visible(viewer, HumanTask.root_id.expression))
    own = HumanTask.root_id == ""
    if viewer.scope != "all":
        own = and_(
            own,
            or_(
                HumanTask.assignee == viewer.id,
                HumanTask.owner == viewer.id,
                HumanTask.id.in_(candidates(viewer)),
            ),
        )
    return or_(of_case, own)


def by_candidate_group(session: Session, viewer: Viewer) -> list[tuple[str | None, int]]:
    """Return how many open tasks each candidate group has; None counts those without any."""
    statement = (
        _wanted(session, viewer, Asked(), HumanTaskCandidate.who)
        .outerjoin(
            HumanTaskCandidate,
            and_(
                HumanTaskCandidate.human_task_id == HumanTask.id,
                HumanTaskCandidate.kind == "group",
            ),
        )
        .add_columns(func.count())
        .group_by(HumanTaskCandidate.who)
        .order_by(HumanTaskCandidate.who)
    )
    return [(who, number) for who, number in session.execute(statement)]


def noted(session: Session, ids: Sequence[str]) -> tuple[set[str], set[str]]:
    """Return which of the tasks have remarks, and which have papers."""
    remarks = session.scalars(
        select(TaskNote.human_task_id).where(TaskNote.human_task_id.in_(ids)).distinct()
    )
    papers = session.scalars(
        select(TaskPaper.human_task_id).where(TaskPaper.human_task_id.in_(ids)).distinct()
    )
    return set(remarks), set(papers)


def _wanted(session: Session, viewer: Viewer, asked: Asked, *columns: Any) -> ask.Statement:
    return (
        select(*columns)
        .select_from(HumanTask)
        .outerjoin(ProcessInstance, ProcessInstance.id == HumanTask.instance_id)
        .outerjoin(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(
            HumanTask.status == "open",
            or_(HumanTask.root_id == "", ProcessInstance.status.in_(("active", "suspended"))),
            seen(viewer),
            *conditions(session, asked),
        )
    )


def _key(sorting: Sorting) -> ColumnElement[Any]:
    if sorting.key in BY_VARIABLE:
        column: ask.Column = _variable(sorting)
    else:
        column = ORDER[sorting.key]
    return column.desc() if sorting.descending else column.asc()


def _variable(sorting: Sorting) -> ColumnElement[Any]:
    """Return a variable's value to sort by; tasks without it have NULL."""
    name, kind = sorting.parameters.get("variable"), sorting.parameters.get("type")
    if not isinstance(name, str) or not isinstance(kind, str):
        raise InvalidInput("Sorting by a variable needs the parameters 'variable' and 'type'.")
    row: matching.Row = TaskVariable if sorting.key == "taskVariable" else Variable
    kind = kind.capitalize()
    value: ColumnElement[Any]
    if kind in matching.NUMBERS:
        value = matching.number(row)
    elif kind in ("String", "Boolean", "Date"):
        value = case((row.type == kind, row.text_value))
    else:
        raise InvalidInput(f"Variables of type {kind!r} have no order.")
    owner = (
        TaskVariable.human_task_id == HumanTask.id
        if row is TaskVariable
        else and_(Variable.instance_id == HumanTask.instance_id, Variable.scope == "")
    )
    return select(value).where(owner, row.name == name).correlate(HumanTask).scalar_subquery()
