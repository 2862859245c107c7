"""`/task/{id}/…`: who works on it."""

from __future__ import annotations

from collections.abc import Callable

from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import db
from engine.commands import task_changes, task_links, task_variables
from engine.errors import HumanTaskClosed, NotFound
from engine.models import HumanTask, TaskLink
from engine.queries import task_list
from engine.queries.asked import Asked
from web.api import task_shapes as shapes
from web.api import typed, unknown
from web.api.access import caller, needs
from web.api.answer import answer, nothing
from web.api.blueprint import bp
from web.api.errors import invalid
from web.api.params import OBJECT, TEXT, Params

USER = Params("user of a task", {"userId": TEXT})
RESOLVE = Params("resolution", {"variables": OBJECT})
LINKS = Params("identity links", {"type": TEXT})
LINK = Params("identity link", {"userId": TEXT, "groupId": TEXT, "type": TEXT})


def act(task_id: str, work: Callable[[Session], None]) -> ResponseReturnValue:
    """Do something with a task that the caller may know of; answer 204."""

    def unit(session: Session) -> None:
        visible(session, task_id)
        work(session)

    db.unit(unit)
    return nothing()


def visible(session: Session, task_id: str) -> HumanTask:
    """Return a task, open or closed, of which the caller may know.

    Raises:
        ApiError: there is none, or not for this caller; said as the address says it.
    """
    try:
        return task_list.find(session, caller().viewer, task_id)
    except NotFound:
        raise unknown.task(task_id) from None


def open_task(session: Session, task_id: str) -> HumanTask:
    """Return an open task that the caller may know of.

    Raises:
        ApiError: there is none, or not for this caller.
        HumanTaskClosed: it was completed or withdrawn.
    """
    task = visible(session, task_id)
    if task.status != "open":
        raise HumanTaskClosed(task.id, task.status, task.completed_by)
    return task


def _user(asked: Asked) -> str | None:
    return asked.get("userId") or None


@bp.post("/task/<task_id>/claim")
@needs("task", body=USER)
def claim_task(task_id: str) -> ResponseReturnValue:
    """Sign for a task in a user's name; refused when it is another's."""
    user = _user(USER.body())
    return act(
        task_id, lambda session: task_changes.claim(session, task_id, user, actor=caller().actor)
    )


@bp.post("/task/<task_id>/unclaim")
@needs("task")
def unclaim_task(task_id: str) -> ResponseReturnValue:
    """Put a task back for its candidates."""
    return act(
        task_id,
        lambda session: task_changes.set_assignee(session, task_id, None, actor=caller().actor),
    )


@bp.post("/task/<task_id>/assignee")
@needs("task", body=USER)
def set_task_assignee(task_id: str) -> ResponseReturnValue:
    """Give a task to a user, whoever had it; without one, to nobody."""
    user = _user(USER.body())
    return act(
        task_id,
        lambda session: task_changes.set_assignee(session, task_id, user, actor=caller().actor),
    )


@bp.post("/task/<task_id>/delegate")
@needs("task", body=USER)
def delegate_task(task_id: str) -> ResponseReturnValue:
    """Let a user do the work; it comes back to the owner."""
    user = _user(USER.body()) or ""
    return act(
        task_id, lambda session: task_changes.delegate(session, task_id, user, actor=caller().actor)
    )


@bp.post("/task/<task_id>/resolve")
@needs("task", body=RESOLVE)
def resolve_task(task_id: str) -> ResponseReturnValue:
    """Report delegated work as done; the task goes back to its owner."""
    variables = typed.read_all(RESOLVE.body().get("variables"), transient=True)

    def work(session: Session) -> None:
        if variables:
            task_variables.write(session, task_id, variables, actor=caller().actor)
        task_changes.resolve(session, task_id, actor=caller().actor)

    return act(task_id, work)


@bp.get("/task/<task_id>/identity-links")
@needs("task", query=LINKS, returns="IdentityLink[]")
def list_identity_links(task_id: str) -> ResponseReturnValue:
    """Return who has to do with a task."""
    wanted = LINKS.query().get("type")
    with db.reading() as session:
        task = open_task(session, task_id)
        more = session.execute(
            select(TaskLink.type, TaskLink.kind, TaskLink.who)
            .where(TaskLink.human_task_id == task_id)
            .order_by(TaskLink.type, TaskLink.kind, TaskLink.who)
        ).all()
        found = shapes.links(task, [(row[0], row[1], row[2]) for row in more])
    return answer([one for one in found if wanted in (None, one["type"])])


@bp.post("/task/<task_id>/identity-links")
@needs("task", body=LINK)
def add_identity_link(task_id: str) -> ResponseReturnValue:
    """Add a user or a group to a task."""
    kind, who, type_ = _link(LINK.body())
    return act(
        task_id,
        lambda session: task_links.link(session, task_id, kind, who, type_, actor=caller().actor),
    )


@bp.post("/task/<task_id>/identity-links/delete")
@needs("task", body=LINK)
def delete_identity_link(task_id: str) -> ResponseReturnValue:
    """Take a user or a group from a task."""
    kind, who, type_ = _link(LINK.body())
    return act(
        task_id,
        lambda session: task_links.unlink(session, task_id, kind, who, type_, actor=caller().actor),
    )


def _link(asked: Asked) -> tuple[str, str, str]:
    user, group = asked.get("userId"), asked.get("groupId")
    if bool(user) == bool(group):
        raise invalid("Identity Link requires userId or groupId, but not both.")
    type_ = asked.get("type") or ""
    if not type_:
        raise invalid("Identity Link requires a type.")
    return ("user", user, type_) if user else ("group", group, type_)
