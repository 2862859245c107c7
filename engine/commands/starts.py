"""How processes start by themselves: by a message, a signal, a timer, a condition.

What waits for a start belongs to the newest version of a process and is swapped in the
deployment's transaction. A start timer is a job of kind `start`; its next repetition is written
in the transaction that starts the instance, counted from the moment that was due.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, bindparam, delete, select, update
from sqlalchemy.orm import Session

from engine import calendar, clock, db, expressions
from engine.bpmn import cron, timers
from engine.bpmn.definition import Description, Start
from engine.bpmn.xml import is_expression
from engine.commands import definitions, incidents, instances, retries
from engine.commands.execution import Execution
from engine.errors import Conflict, DeploymentRefused, EngineError, Problem
from engine.hooks import SYSTEM, Actor
from engine.models import Job, ProcessDefinition, ProcessInstance, Subscription
from engine.state import values

#: Starts that wait in a subscription.
SUBSCRIBED = ("message", "signal", "conditional")


def swap(session: Session, row: ProcessDefinition, description: Description) -> None:
    """Let the newest version of a process wait for its starts, and no older one.

    Raises:
        DeploymentRefused: a start timer has no moment.
    """
    older = select(ProcessDefinition.id).where(
        ProcessDefinition.key == row.key, ProcessDefinition.id != row.id
    )
    session.execute(
        delete(Subscription)
        .where(Subscription.definition_id.in_(older))
        .execution_options(synchronize_session=False)
    )
    for start in description.starts:
        if start.kind in SUBSCRIBED:
            session.add(
                Subscription(
                    kind=start.kind,
                    name=start.name,
                    correlation="",
                    definition_id=row.id,
                    element_id=start.element,
                    created_at=row.deployed_at,
                )
            )
    unpark(session, [start.name for start in description.starts if start.kind == "message"])
    _swap_timers(session, row, description)


def unpark(session: Session, names: Sequence[str]) -> None:
    """Messages that came before anybody waited for them may start the process now."""
    if names:
        session.execute(
            update(Job)
            .where(Job.kind == "message", Job.status == "parked", Job.topic.in_(names))
            .values(status="open", not_before=None)
            .execution_options(synchronize_session=False)
        )


# ---- timers ----------------------------------------------------------------------------


def _swap_timers(session: Session, row: ProcessDefinition, description: Description) -> None:
    """Take over what an older version still owes where the timer is the same; else begin anew.

    A repetition keeps its rhythm over deployments, and a moment that has been used, or was
    missed while nobody worked, is neither repeated nor forgotten.
    """
    wanted = {start.element: start for start in description.starts if start.kind == "timer"}
    lock(session, [row.key])
    past = session.scalars(
        select(Job)
        .join(ProcessDefinition, ProcessDefinition.id == Job.definition_id)
        .where(ProcessDefinition.key == row.key, Job.kind == "start")
    ).all()
    used = {(job.element_id, job.due_at) for job in past}
    for job in past:
        if job.status != "open":
            continue
        start = wanted.get(job.element_id or "")
        if start is not None and (job.payload or {}).get("timer") == _text(start):
            job.definition_id = row.id
            del wanted[start.element]
        else:
            incidents.erase_jobs(session, Job.id == job.id)
            used.discard((job.element_id, job.due_at))
    for start in wanted.values():
        armed = _arm(session, start)
        if armed is not None and (start.element, armed["due"]) not in used:
            session.add(_job(row.id, start.element, _text(start), armed))


def lock(session: Session, keys: Collection[str]) -> None:
    """Let a deployment and the timers it takes over wait for one another.

    Either what fires has written its next job before the deployment looks, or the deployment
    is done before it looks for the newest version. Who needs several processes names them all
    at once, before it locks a case: then everybody locks in the same order.
    """
    _lock(session, ProcessDefinition.key.in_(keys))


def _lock(session: Session, which: ColumnElement[bool]) -> None:
    if db.is_postgres(session):
        chosen = select(ProcessDefinition.id).where(which).order_by(ProcessDefinition.id)
        session.execute(chosen.with_for_update(key_share=True))


def _text(start: Start) -> list[str]:
    return [start.timer_kind, start.timer]


def _arm(session: Session, start: Start) -> dict[str, Any] | None:
    """Return when a start timer fires first; None when its repetition is over already."""
    now = clock.now()
    value: Any = start.timer
    try:
        if is_expression(value) or "${" in value:
            value = expressions.evaluate(value, {}, calendar.functions(session, now))
        return timers.arm(start.timer_kind, value, now)
    except cron.TimerOver:
        return None
    except EngineError as error:
        raise DeploymentRefused([Problem(start.element, "bad-timer", str(error))]) from error


def _job(definition_id: int, element: str, text: list[str], armed: dict[str, Any]) -> Job:
    return Job(
        kind="start",
        definition_id=definition_id,
        element_id=element,
        due_at=armed["due"],
        max_attempts=retries.ATTEMPTS,
        backoff=list(retries.BACKOFF),
        payload={"timer": text, "armed": values.encode(armed)},
        created_at=clock.now(),
    )


def fire(session: Session, job: Job) -> ProcessInstance | None:
    """Start the instance a start timer owes, and owe the next one.

    Raises:
        Conflict: a deployment has taken the job away, or the process was suspended meanwhile.

    Returns None when there is a newer version that has no such timer.
    """
    _lock(session, ProcessDefinition.id == job.definition_id)
    owner = session.scalar(select(Job.definition_id).where(Job.id == job.id))
    if owner is None:
        raise Conflict("流程刚刚发布了新的版本，定时启动已由新版本接管。")
    definition = definitions.by_id(session, owner)
    if definitions.latest(session, definition.key).id != definition.id:
        return None
    payload = job.payload or {}
    if session.scalar(_SUSPENDED, {"id": definition.id}):
        raise Conflict(f"流程“{definition.name}”已停用，启用后定时启动会自动补上。")
    with Execution(session, SYSTEM) as work:
        loaded = work.begin(
            definition, variables={}, business_key=None, start_element=job.element_id
        )
        work.note(loaded.row, "fired", element=job.element_id, due=job.due_at.isoformat())
        work.settle()
        _owe_next(session, definition.id, job, payload)
        return loaded.row


#: Asked after the lock: what a session has read of the definition may be older.
_SUSPENDED = select(ProcessDefinition.suspended).where(ProcessDefinition.id == bindparam("id"))


def _owe_next(session: Session, definition_id: int, job: Job, payload: Mapping[str, Any]) -> None:
    armed = timers.following(values.decode(payload["armed"]))
    if armed is not None:
        session.add(_job(definition_id, job.element_id or "", payload["timer"], armed))
        db.hint(session)


# ---- conditions ------------------------------------------------------------------------


def evaluate_conditions(
    session: Session,
    variables: Mapping[str, Any],
    *,
    actor: Actor,
    business_key: str | None = None,
    definition_id: int | None = None,
) -> list[ProcessInstance]:
    """Start every process whose conditional start event holds over these variables.

    A condition in which a name has no value does not hold; one with `camunda:variableName`
    only if that variable is given.

    Args:
        definition_id: only this process definition, which must be the newest of its key.

    Returns:
        The instances started, at their first waits.

    Raises:
        NotAllowed: the person may not start one of the processes whose condition holds.
    """
    wanted = (
        select(Subscription)
        .join(ProcessDefinition, ProcessDefinition.id == Subscription.definition_id)
        .where(Subscription.kind == "conditional", ProcessDefinition.suspended.is_(False))
    )
    if definition_id is not None:
        wanted = wanted.where(Subscription.definition_id == definition_id)
    functions = calendar.functions(session, clock.now())
    started = []
    for row in session.scalars(wanted.order_by(Subscription.id)).all():
        definition = definitions.by_id(session, row.definition_id or 0)
        start = next(s for s in definition.description.starts if s.element == row.element_id)
        if start.variable and start.variable not in variables:
            continue
        if expressions.explain(start.condition, dict(variables), functions).result is not True:
            continue
        instances.check_starter(session, definition, actor)
        with Execution(session, actor) as work:
            loaded = work.begin(
                definition,
                variables=variables,
                business_key=business_key,
                start_element=start.element,
            )
            work.settle()
            started.append(loaded.row)
    return started


def taken_messages(session: Session, described: list[Description]) -> list[tuple[str, str, str]]:
    """Return (element, message, who has it) for message starts that two processes claim."""
    mine = [(start, d.key) for d in described for start in d.starts if start.kind == "message"]
    keys = [d.key for d in described]
    others = session.execute(
        select(Subscription.name, ProcessDefinition.key)
        .join(ProcessDefinition, ProcessDefinition.id == Subscription.definition_id)
        .where(Subscription.kind == "message", ProcessDefinition.key.not_in(keys))
    )
    owners: dict[str, str] = {row.name: row.key for row in others}
    found = []
    for start, key in mine:
        if start.name in owners:
            found.append((start.element, start.name, owners[start.name]))
        owners.setdefault(start.name, key)
    return found
