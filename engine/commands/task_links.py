"""Who has to do with a human task: candidates, and links under a client's own word."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.commands.task_changes import assign, hold, noted, only_systems, open_case, told
from engine.errors import InvalidInput, NotAllowed
from engine.hooks import Actor
from engine.models import HumanTask, HumanTaskCandidate, TaskLink

#: Links that are columns or candidates; every other word is a link of the client's own.
ASSIGNEE, OWNER, CANDIDATE = "assignee", "owner", "candidate"
#: What Camunda's log calls them.
LINK = "IdentityLink"


def link(
    session: Session, human_task_id: str, kind: str, who: str, type_: str, *, actor: Actor
) -> None:
    """Add somebody: a candidate, the assignee, the owner, or a link of the client's own word.

    Args:
        kind: group or user.
    """
    held = hold(session, human_task_id, actor)
    only_systems(actor)
    _check_link(kind, who, type_)
    task = held.task
    if type_ == ASSIGNEE:
        told(session, held, actor, assigned=assign(session, held, who, actor, "Assign"))
        return
    if type_ == OWNER:
        task.owner = who
    elif type_ == CANDIDATE:
        _add_candidate(session, task, kind, who)
        open_case(session, held, actor)
    elif session.get(TaskLink, (task.id, type_, kind, who)) is None:
        session.add(TaskLink(human_task_id=task.id, type=type_, kind=kind, who=who))
    noted(session, held, f"Add{kind.title()}Link", actor, type_, None, who, entity=LINK)
    told(session, held, actor)


def unlink(
    session: Session, human_task_id: str, kind: str, who: str, type_: str, *, actor: Actor
) -> None:
    """Take a link away; one that is not there is no error. Who saw the case still sees it."""
    held = hold(session, human_task_id, actor)
    only_systems(actor)
    _check_link(kind, who, type_)
    task = held.task
    if type_ == ASSIGNEE and task.assignee == who:
        told(session, held, actor, assigned=assign(session, held, None, actor, "Assign"))
        return
    if type_ == OWNER and task.owner == who:
        task.owner = None
    elif type_ == CANDIDATE:
        _drop_candidate(session, task, kind, who)
    else:
        session.execute(
            delete(TaskLink).where(
                TaskLink.human_task_id == task.id,
                TaskLink.type == type_,
                TaskLink.kind == kind,
                TaskLink.who == who,
            )
        )
    noted(session, held, f"Delete{kind.title()}Link", actor, type_, who, None, entity=LINK)
    told(session, held, actor)


def _check_link(kind: str, who: str, type_: str) -> None:
    if not 0 < len(who) <= 200 or not 0 < len(type_) <= 60:
        raise InvalidInput("userId or groupId, and type, must be given.")
    if kind == "group" and type_ in (ASSIGNEE, OWNER):
        raise InvalidInput(f"A group cannot be the {type_} of a task.")


def _add_candidate(session: Session, task: HumanTask, kind: str, who: str) -> None:
    if kind == "user" and who in task.excluded:
        raise NotAllowed("同一件诉求不能自办自审，请由其他同志办理。")
    if session.get(HumanTaskCandidate, (task.id, kind, who)) is None:
        session.add(HumanTaskCandidate(human_task_id=task.id, kind=kind, who=who))
        _list(session, task)


def _drop_candidate(session: Session, task: HumanTask, kind: str, who: str) -> None:
    row = session.get(HumanTaskCandidate, (task.id, kind, who))
    if row is not None:
        session.delete(row)
        _list(session, task)


def _list(session: Session, task: HumanTask) -> None:
    """Let the task's own lists, which pages show, say what the candidates' rows say."""
    session.flush()
    rows = session.execute(
        select(HumanTaskCandidate.kind, HumanTaskCandidate.who)
        .where(HumanTaskCandidate.human_task_id == task.id)
        .order_by(HumanTaskCandidate.who)
    ).all()
    task.groups = [who for kind, who in rows if kind == "group"]
    task.users = [who for kind, who in rows if kind == "user"]
