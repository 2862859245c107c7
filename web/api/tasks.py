"""`/task`: lists by every filter, one task, and how many each group has."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.commands import task_variables
from engine.queries import Viewer, task_list
from engine.queries.asked import Asked
from engine.queries.task_list import Listed
from web.api import listing, typed
from web.api import task_shapes as shapes
from web.api.access import caller, needs
from web.api.answer import answer
from web.api.blueprint import bp
from web.api.params import FLAG, Params
from web.api.tables import table
from web.api.task_params import LIST

ONE = Params(
    "task",
    {
        "withCommentAttachmentInfo": FLAG,
        "withTaskVariablesInReturn": FLAG,
        "withTaskLocalVariablesInReturn": FLAG,
    },
)


def rows(session: Session, viewer: Viewer, asked: Asked) -> list[tuple[dict[str, Any]]]:
    """Return the tasks of one window as they are answered."""
    found = [listed for (listed,) in task_list.tasks(session, viewer, asked)]
    return [(one,) for one in shown(session, found, asked)]


def shown(session: Session, found: list[Listed], asked: Asked) -> list[dict[str, Any]]:
    """Return tasks with what the caller wanted to have beside them."""
    answers = [shapes.task(listed) for listed in found]
    if asked.get("withCommentAttachmentInfo"):
        remarks, papers = task_list.noted(session, [listed.task.id for listed in found])
        for one in answers:
            one["comment"], one["attachment"] = one["id"] in remarks, one["id"] in papers
    local = bool(asked.get("withTaskLocalVariablesInReturn"))
    if local or asked.get("withTaskVariablesInReturn"):
        for listed, one in zip(found, answers, strict=True):
            one["variables"] = typed.write_all(
                task_variables.read(session, listed.task, local=local)
            )
    return answers


listing.offer(
    "/task",
    "task",
    LIST,
    "Task",
    rows=rows,
    total=task_list.count_tasks,
    shown=lambda one: one,
)


@bp.get("/task/report/candidate-group-count")
@needs("task", returns="TaskCountByCandidateGroup[]")
def count_by_candidate_group() -> ResponseReturnValue:
    """Count the open tasks of each candidate group, as JSON or CSV."""
    with db.reading() as session:
        found = task_list.by_candidate_group(session, caller().viewer)
    rows = [{"groupName": who, "taskCount": number} for who, number in found]
    return table(rows, {name: name for name in ("groupName", "taskCount")})


@bp.get("/task/<task_id>")
@needs("task", query=ONE, returns="Task")
def get_task(task_id: str) -> ResponseReturnValue:
    """Return one open task."""
    asked = ONE.query()
    with db.reading() as session:
        listed = task_list.require(session, caller().viewer, task_id)
        [one] = shown(session, [listed], asked)
    return answer(one)
