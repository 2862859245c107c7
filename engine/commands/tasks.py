"""Completing a human task, the hottest path there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.attributes import set_committed_value

from engine import db, failpoints, hooks
from engine.commands import calls, postponing, submissions, task_forms
from engine.commands.execution import Execution, Loaded
from engine.errors import (
    Conflict,
    EngineError,
    HumanTaskClosed,
    IdempotencyMismatch,
    InvalidInput,
    NotAllowed,
    NotFound,
    Suspended,
)
from engine.hooks import Actor
from engine.models import (
    Attachment,
    CaseAccess,
    HumanTask,
    HumanTaskCandidate,
    ProcessInstance,
    Submission,
)
from engine.state.values import Transient

log = structlog.get_logger()


_root = aliased(ProcessInstance)
# Built once: putting a statement together costs more than running it.
#: Task, instance, an earlier answer to the same click, whether the case bars anybody (few do,
#: so that question costs no statement of its own), and the root's revision, which is locked.
_TASK = (
    select(
        HumanTask,
        ProcessInstance,
        Submission.human_task_id,
        Submission.digest,
        exists(
            select(CaseAccess.id).where(
                CaseAccess.instance_id == HumanTask.root_id, CaseAccess.relation == "barred"
            )
        ),
        _root.revision,
    )
    .join(ProcessInstance, ProcessInstance.id == HumanTask.instance_id)
    .join(_root, _root.id == HumanTask.root_id)
    .outerjoin(Submission, Submission.idempotency_key == bindparam("key"))
    .where(HumanTask.id == bindparam("task"))
    .with_for_update(of=_root)
    .execution_options(populate_existing=True)
)
_excluded = aliased(HumanTaskCandidate)
_NEXT = (
    select(HumanTask.id)
    .where(
        HumanTask.root_id == bindparam("root"),
        HumanTask.status == "open",
        or_(
            HumanTask.assignee == bindparam("who"),
            HumanTask.assignee.is_(None)
            & HumanTask.id.in_(
                select(HumanTaskCandidate.human_task_id).where(
                    HumanTaskCandidate.human_task_id.not_in(
                        select(_excluded.human_task_id).where(
                            _excluded.kind == "not", _excluded.who == bindparam("who")
                        )
                    ),
                    or_(
                        (HumanTaskCandidate.kind == "group")
                        & HumanTaskCandidate.who.in_(bindparam("groups", expanding=True)),
                        (HumanTaskCandidate.kind == "user")
                        & (HumanTaskCandidate.who == bindparam("who")),
                    ),
                )
            ),
        ),
    )
    .order_by(HumanTask.created_at, HumanTask.id)
    .limit(1)
)


@dataclass(frozen=True)
class Completion:
    """What completing a task led to."""

    human_task_id: str
    instance_id: str
    root_id: str
    #: The actor's own next open task of the same case, to be opened at once.
    next_task_id: str | None
    #: True when the same click had been answered before.
    repeated: bool = False
    #: True when what follows failed and will be tried again by a job.
    postponed: bool = False


def complete(
    session: Session,
    human_task_id: str,
    *,
    actor: Actor,
    submission: Mapping[str, Any] | None = None,
    variables: Mapping[str, Any] | None = None,
    through_form: bool = False,
    files: Sequence[Attachment] = (),
    idempotency_key: str | None = None,
) -> Completion:
    """Complete a human task with what the person entered, and move on.

    A program brings `variables` instead, through the form or past it (`submissions.enter`).

    If something automatic after it fails, the completion stands and the rest becomes a
    job with retries: a person's work is never lost to a broken service (`engine.md` §5).

    Raises:
        NotFound: there is no such task.
        NotAllowed: it is another person's task.
        HumanTaskClosed: somebody, or a timer, closed it first.
        InvalidInput: the form is not acceptable; `fields` names the reasons.
        IdempotencyMismatch: the key was used for another content.
    """
    posted = dict(submission or {})
    task, row, (answered, kept) = lock(session, human_task_id, actor, idempotency_key, guarded=True)
    if answered not in (None, task.id) or (kept is not None and answered is None):
        raise IdempotencyMismatch("这张表的凭据属于另一项待办，请刷新页面后重新提交。")
    if submissions.same(kept, posted if variables is None else variables):
        following = _next_of(session, task, actor)
        return Completion(task.id, task.instance_id, task.root_id, following, repeated=True)
    check_open(task, row)
    check_permission(task, actor)
    refuse_pending(task)
    with Execution(session, actor, files=files) as work:
        loaded = work.open(row)
        scope = loaded.run.scope(task.token)
        form = task_forms.of_task(session, loaded.definition, task, scope)
        free = loaded.definition.source == "rest"
        entered = submissions.enter(
            form,
            posted,
            variables,
            scope,
            free=free,
            checked=through_form,
            trusted=actor.kind != "person",
        )
        if entered.form_key or idempotency_key:  # nothing was entered without a form
            submissions.store(
                session,
                entered,
                instance_id=row.id,
                human_task_id=task.id,
                element_id=task.element_id,
                person=actor.id,
                now=work.now,
                idempotency_key=idempotency_key,
                files=files,
            )
        work.submission, work.submission_id = entered.values, entered.id
        _close(work, task, loaded, entered.variables)
        postponed = not _go_on(work, task, loaded, entered.variables)
    failpoints.hit("in_completion")
    db.after_commit(session, lambda: failpoints.hit("after_completion"))
    following = None if postponed else _opened_for(work, actor)
    return Completion(task.id, task.instance_id, task.root_id, following, postponed=postponed)


def _opened_for(work: Execution, actor: Actor) -> str | None:
    """Return the first task this command opened that the same person may go on with."""
    if actor.kind != "person":
        return None
    opened = (item for change in work.changes.values() for item in change.opened)
    return next((item.id for item in opened if item.is_for(actor)), None)


def lock(
    session: Session,
    human_task_id: str,
    actor: Actor,
    idempotency_key: str | None = None,
    *,
    guarded: bool = False,
) -> tuple[HumanTask, ProcessInstance, tuple[str | None, str | None]]:
    """Lock the case's root row, then read the task and its instance as they are now.

    The third is for which task an earlier click with the same key was, and its digest. With
    `guarded` the caller writes under a guard of its own: what it reads may be a moment old.
    """
    wanted = {"task": human_task_id, "key": idempotency_key or ""}
    found = session.execute(_TASK, wanted).first()
    if (
        found is not None
        and db.is_postgres(session)
        and not (guarded and _is_current(found[1], found[5]))
    ):
        found = session.execute(_TASK, wanted).first()
    if found is None or (found[4] and not hooks.admits(session, found[0].root_id, actor)):
        raise NotFound("没有这项待办，可能已经撤销。")
    return found[0], found[1], (found[2], found[3])


def _is_current(row: ProcessInstance, locked: int) -> bool:
    """Say whether the lock was free, so that the rest was not read before another's commit.

    PostgreSQL reads the locked row anew, the joined ones not. Of a called instance the
    root's revision says nothing: it is read again.
    """
    return row.id == row.root_id and row.revision == locked


def check_open(task: HumanTask, row: ProcessInstance) -> None:
    """Refuse a task that is closed, or whose case waits or has ended."""
    if task.status != "open":
        raise HumanTaskClosed(task.id, task.status, task.completed_by)
    if row.status == "suspended":
        raise Suspended("这件诉求已暂停办理，恢复后才能提交。")
    if row.status != "active":
        raise HumanTaskClosed(task.id, "cancelled")


def refuse_pending(task: HumanTask) -> None:
    """A delegated task goes back to its owner first: it is resolved, not completed.

    Raises:
        EngineError: it is still with the delegate.
    """
    if task.delegation_state == "PENDING":
        raise EngineError("A delegated task cannot be completed, but should be resolved instead.")


def may_act(task: HumanTask, actor: Actor) -> bool:
    """Say whether the actor is the assignee or, while nobody is, one of the candidates.

    Another system (a service account) works for people that it has checked itself.
    """
    if actor.kind in ("system", "service"):
        return True
    if actor.id in task.excluded:
        return False
    if task.assignee == actor.id:
        return True
    return task.assignee is None and (
        actor.id in task.users or bool(actor.groups & set(task.groups))
    )


def check_permission(task: HumanTask, actor: Actor) -> None:
    """Refuse whoever may not act on the task, with the reason."""
    if may_act(task, actor):
        return
    if actor.id in task.excluded:
        raise NotAllowed("同一件诉求不能自办自审，请由其他同志办理。")
    if task.assignee is not None and (actor.groups & set(task.groups)):
        raise NotAllowed(f"“{task.name}”已由他人签收，请先联系对方退回待签收。")
    raise NotAllowed(f"“{task.name}”不是您的待办，请与承办单位联系。")


def _close(work: Execution, task: HumanTask, loaded: Loaded, variables: Mapping[str, Any]) -> None:
    closed = {
        "closed_at": work.now,
        "completed_by": work.actor.id,
        "claimed_at": task.claimed_at or work.now,
        "assignee": task.assignee or work.actor.id,
    }
    work.closing = {"task": task.id, "holder": task.assignee or "", **closed}
    set_committed_value(task, "status", "completed")
    for name, value in closed.items():
        set_committed_value(task, name, value)
    entered = {
        key: str(value)[:80] for key, value in variables.items() if not isinstance(value, Transient)
    }
    work.note(
        loaded.row,
        "completed",
        element=task.element_id,
        name=task.name,
        task=task.id,
        **({"entered": entered} if entered else {}),
    )
    key = task.wait.partition(".")[2]
    if key not in loaded.run.waits():
        raise Conflict("这项待办与流程的进度不一致，请刷新后重试。")
    loaded.acted.add(key)


def _go_on(work: Execution, task: HumanTask, loaded: Loaded, variables: Mapping[str, Any]) -> bool:
    """Run what follows; when that fails, keep the completion and leave the rest to a job.

    What listeners of the task itself did is then taken back too: they are called again.

    Raises:
        BpmnError: one of them threw it, and nothing catches it.
    """
    history = list(work.history)
    work.guarded = True
    loaded.run.complete(task.token, variables)
    calls.refuse_uncaught(work, loaded)  # of the task's own listeners: it is not done then
    try:
        work.settle()
    except (InvalidInput, NotAllowed, Conflict):
        raise  # the person must hear this, or the whole is tried again
    except Exception as failure:
        # Whatever it is, the person's work stands; unless the database itself refused.
        if not work.undo():
            raise
        work.close()
        log.warning("continuation failed", element=task.element_id, error=type(failure).__name__)
        postponing.postpone(work, task, variables, history, failure)
        return False
    return True


def _next_of(session: Session, task: HumanTask, actor: Actor) -> str | None:
    """Find the actor's own next task of the case: assigned to them, or for their groups."""
    if actor.kind != "person":
        return None
    found: str | None = session.scalar(
        _NEXT, {"root": task.root_id, "who": actor.id, "groups": sorted(actor.groups)}
    )
    return found
