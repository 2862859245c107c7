"""Starting a process, and what an operator may do with an instance."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import clock, db
from engine.bpmn.definition import Start
from engine.commands import calls, definitions, retries, submissions, task_forms
from engine.commands.definitions import Definition
from engine.commands.execution import Execution, Loaded, Skips
from engine.errors import NotAllowed, NotFound, Suspended
from engine.hooks import Actor
from engine.models import Attachment, Incident, Job, ProcessDefinition, ProcessInstance
from engine.state.values import bare


def start(
    session: Session,
    key: str,
    *,
    actor: Actor,
    submission: Mapping[str, Any] | None = None,
    variables: Mapping[str, Any] | None = None,
    business_key: str | None = None,
    start_element: str | None = None,
    idempotency_key: str | None = None,
    files: Sequence[Attachment] = (),
    version: Definition | None = None,
    formless: bool = False,
    prepare: Callable[[Loaded], None] | None = None,
) -> ProcessInstance:
    """Start the newest version of a process and run it to its first waits.

    Args:
        submission: values of the start event's form, checked against its schema.
        variables: codes that are given besides the form; never personal data.
        start_element: which start event, when it is not the plain one.
        version: another version than the newest.
        formless: another system starts it with variables alone; the form is for people.
        prepare: is given the new instance before it runs.

    Raises:
        NotFound: no such process, or no such start event.
        NotAllowed: the person is in none of the process's starter groups.
        InvalidInput: the start form is not acceptable.
    """
    posted = dict(submission or {})
    known = submissions.earlier(session, idempotency_key, posted)
    if known is not None:
        return session.get_one(ProcessInstance, known.instance_id)
    definition = version or definitions.latest(session, key)
    check_starter(session, definition, actor)
    event = _start_event(definition, start_element)
    given = dict(variables or {})
    scope = {name: bare(value) for name, value in given.items()}
    form = task_forms.find(session, definition, event.element, scope)
    if formless:
        form = None
    entered = submissions.check(form, posted, scope)
    with Execution(session, actor, entered.values, entered.id, files) as work:
        loaded = work.begin(
            definition,
            variables={**given, **entered.variables},
            business_key=business_key
            or task_forms.business_key(definition, event.element, entered.values),
            start_element=event.element,
        )
        if prepare is not None:
            prepare(loaded)
        if form is not None or idempotency_key:
            submissions.store(
                session,
                entered,
                instance_id=loaded.row.id,
                human_task_id=None,
                element_id=event.element,
                person=actor.id,
                now=work.now,
                idempotency_key=idempotency_key,
                files=files,
            )
        work.settle()
        return loaded.row


def check_starter(session: Session, definition: Definition, actor: Actor) -> None:
    """Refuse to start what is suspended, or what is not this person's to start.

    Raises:
        NotAllowed: with the reason.
    """
    suspended = select(ProcessDefinition.suspended).where(ProcessDefinition.id == definition.id)
    if session.scalar(suspended):
        raise Suspended(f"流程“{definition.name}”第 {definition.version} 版已停用，不能发起。")
    allowed = definition.description.candidate_starter_groups
    users = definition.description.candidate_starter_users
    if actor.kind != "person" or not (allowed or users):
        return
    roles = {group.partition("@")[0] for group in actor.groups}
    if actor.id in users or actor.groups & set(allowed) or roles & set(allowed):
        return
    raise NotAllowed(f"您没有发起“{definition.name}”的权限，请联系系统管理员。")


def _start_event(definition: Definition, element: str | None) -> Start:
    """Return the named start; else the plain one, else the only one there is (as Camunda)."""
    starts = definition.description.starts
    for event in starts:
        if event.element == element or (element is None and event.kind == "none"):
            return event
    if element is None and len(starts) == 1:
        return starts[0]
    raise NotFound(f"流程“{definition.name}”没有可以这样发起的开始事件。")


def lock(session: Session, instance_id: str) -> ProcessInstance:
    """Lock the case of an instance and return the instance as it is now.

    Raises:
        NotFound: there is no such instance.
    """
    row = session.get(ProcessInstance, instance_id)
    if row is None:
        raise NotFound("没有这个在办件，可能已经归档。")
    if db.is_postgres(session):
        session.execute(
            select(ProcessInstance.id).where(ProcessInstance.id == row.root_id).with_for_update()
        )
        session.refresh(row)
    return row


def lock_cases(session: Session, instance_ids: Collection[str]) -> None:
    """Lock the cases of several instances in the order of their ids.

    Whoever changes more than one case in a transaction begins with this: two such never wait
    for each other in a circle.
    """
    if not (instance_ids and db.is_postgres(session)):
        return
    roots = select(ProcessInstance.root_id).where(ProcessInstance.id.in_(instance_ids))
    session.execute(
        select(ProcessInstance.id)
        .where(ProcessInstance.id.in_(roots))
        .order_by(ProcessInstance.id)
        .with_for_update()
    )


def cancel(
    session: Session,
    instance_id: str,
    *,
    actor: Actor,
    reason: str,
    skips: Skips | None = None,
) -> None:
    """End an instance, everything it called, and the activity that called it.

    The reason stays in the history.

    Raises:
        NotAllowed: it has ended already, or the reason is missing.
    """
    row = lock(session, instance_id)
    if row.status not in ("active", "suspended"):
        raise NotAllowed("这件诉求已经结束。")
    if not reason.strip():
        raise NotAllowed("请写明终止的原因。")
    with Execution(session, actor) as work:
        loaded = work.open(row)
        calls.cancel_with_call(work, loaded, reason.strip()[:250], skips=skips)
        left = [one.row for one in work.loaded.values() if one.row.status == "active"]
        ready = [row for row in left if work.loaded[row.id].run.ready]
        work.settle(advance=False)
    for row in ready:
        _owe_steps(session, row, actor, work.now)


def suspend(session: Session, instance_id: str, *, actor: Actor, reason: str) -> None:
    """Hold an instance: its tasks stay visible, nothing can be completed or fired."""
    _switch(session, instance_id, "active", "suspended", actor, reason)


def resume(session: Session, instance_id: str, *, actor: Actor, reason: str) -> None:
    """Let a held instance go on; jobs that became due meanwhile run now."""
    _switch(session, instance_id, "suspended", "active", actor, reason)


def _switch(
    session: Session, instance_id: str, old: str, new: str, actor: Actor, reason: str
) -> None:
    root = lock(session, instance_id)
    if root.status != old:
        raise NotAllowed("这件诉求现在的状态不能这样操作，请刷新后再试。")
    family = session.scalars(
        select(ProcessInstance).where(
            ProcessInstance.root_id == root.root_id, ProcessInstance.status == old
        )
    ).all()
    for row in family:
        row.status = new
    work = Execution(session, actor)
    work.note(root, "suspended" if new == "suspended" else "resumed", reason=reason[:250])
    work.settle(advance=False)
    if new == "active":
        for row in family:
            _catch_up(session, row, actor)
    db.hint(session)


def _catch_up(session: Session, row: ProcessInstance, actor: Actor) -> None:
    """Owe the steps after what reached a held instance: a message, a changed variable."""
    with Execution(session, actor) as work:
        is_ready = work.open(row).run.ready
    if is_ready:
        _owe_steps(session, row, actor, work.now)


def _owe_steps(session: Session, row: ProcessInstance, actor: Actor, now: datetime) -> None:
    session.add(
        Job(
            kind="async",
            instance_id=row.id,
            due_at=now,
            attempts=0,
            max_attempts=retries.ATTEMPTS,
            backoff=list(retries.BACKOFF),
            payload={"actor": actor.id, "actor_kind": actor.kind},
            created_at=now,
        )
    )
    db.hint(session)


def _lock_behind(session: Session, incident: Incident) -> None:
    """Lock the case, then the job: who executes the job just now closes the incident at last."""
    if incident.instance_id is not None:
        lock(session, incident.instance_id)
    if incident.job_id is not None:
        session.execute(select(Job.id).where(Job.id == incident.job_id).with_for_update())


def retry(session: Session, incident_id: int, *, actor: Actor) -> None:
    """Close an incident and give its job a fresh set of tries.

    Raises:
        NotFound: there is no such open incident.
    """
    incident = session.get(Incident, incident_id)
    if incident is not None:
        _lock_behind(session, incident)
        session.refresh(incident)
    if incident is None or incident.resolved_at is not None:
        raise NotFound("没有这条待处理的异常。")
    incident.resolved_at, incident.resolved_by = clock.now(), actor.id
    if incident.job_id is not None:
        session.execute(
            update(Job)
            .where(Job.id == incident.job_id, Job.status.in_(("failed", "open", "parked")))
            .values(
                status="open",
                attempts=0,
                not_before=None,
                lease=None,
                retries=None,
                locked_until=None,
            )
        )
    if incident.instance_id is not None:
        row = session.get_one(ProcessInstance, incident.instance_id)
        work = Execution(session, actor)
        work.note(row, "retried", element=incident.element_id, incident=incident.id)
        work.settle(advance=False)
    db.hint(session)
