"""Whether every row agrees with the state it stands for: nothing torn, nothing forgotten.

The state of an instance is the truth of where it is; human tasks, jobs, subscriptions,
variables and called instances are rows beside it. `torn` compares all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from engine import db, hooks
from engine.commands import rows, waits
from engine.commands.execution import Execution
from engine.models import (
    HumanTask,
    HumanTaskCandidate,
    Incident,
    Job,
    ProcessInstance,
    Subscription,
    Variable,
)

LIVE = ("active", "suspended")


def torn() -> list[str]:
    """Return what disagrees, in words; nothing when everything is in step."""
    with db.reading() as session:
        instances = {row.id: row for row in session.scalars(select(ProcessInstance))}
        found = [word for row in instances.values() for word in _family(row, instances)]
        for row in instances.values():
            if row.status in LIVE:
                found += _live(session, row, instances)
            else:
                found += _over(session, row)
        return [*found, *_incidents(session), *_loose(session, instances)]


def _family(row: ProcessInstance, instances: dict[str, ProcessInstance]) -> Iterable[str]:
    if row.status not in (*LIVE, "completed", "cancelled"):
        yield f"{row.id} has the status {row.status}"
    if (row.ended_at is None) != (row.status in LIVE):
        yield f"{row.id} is {row.status} and ended at {row.ended_at}"
    if row.parent_id is None or row.status not in LIVE:
        return
    parent = instances.get(row.parent_id)
    if parent is None or parent.status not in LIVE:
        yield f"{row.id} goes on, its caller does not"
    elif parent.root_id != row.root_id:
        yield f"{row.id} is of another case than its caller"


def _live(
    session: Session, row: ProcessInstance, instances: dict[str, ProcessInstance]
) -> Iterable[str]:
    with Execution(session, hooks.SYSTEM) as work:
        loaded = work.open(row)
        owed = loaded.run.waits()
        variables = rows.tagged(loaded.run.lasting)
        ended = loaded.run.ended
        # what reached a held instance goes on when it is let go
        held = row.status == "suspended" and loaded.run.ready
    expected: dict[str, set[str]] = defaultdict(set)
    calls = set()
    for key, wait in owed.items():
        if wait.kind == "call":
            calls.add(wait.token)
        else:
            table = wait.kind if wait.kind == "human" else _table(wait.kind)
            expected[table].add(waits.wait_id(row.id, key))
    kept = _kept(session, row.id)
    name = f"{row.process_key} {row.id}"
    for table in ("human", "job", "subscription"):
        for lost in expected[table] - kept[table]:
            yield f"{name}: no {table} for {lost}"
        for extra in kept[table] - expected[table]:
            yield f"{name}: {table} {extra} stands for nothing"
    called = {
        one.parent_token
        for one in instances.values()
        if one.parent_id == row.id and one.status in LIVE
    }
    for token in calls ^ called:
        yield f"{name}: call {token} waits {token in calls}, is there {token in called}"
    postponed = kept["other"]
    if ended or not (owed or postponed or held):
        yield f"{name}: nothing is to come and it has not ended"
    shown = {
        one.name: {"type": one.type, "text_value": one.text_value, "value": one.value}
        for one in session.scalars(
            select(Variable).where(Variable.instance_id == row.id, Variable.scope == "")
        )
    }
    meant = {one: waits.projection(value) for one, value in variables.items()}
    for one in sorted(shown.keys() | meant.keys()):
        if shown.get(one) != meant.get(one):
            yield f"{name}: variable {one} is {meant.get(one)!r:.80}, shown {shown.get(one)!r:.80}"


def _table(kind: str) -> str:
    return "job" if kind in rows.JOBS else "subscription"


def _kept(session: Session, instance_id: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    found["human"] = set(
        session.scalars(
            select(HumanTask.wait).where(
                HumanTask.instance_id == instance_id, HumanTask.status == "open"
            )
        )
    )
    for kind, wait in session.execute(
        select(Job.kind, Job.wait).where(
            Job.instance_id == instance_id, Job.status.in_(("open", "failed"))
        )
    ):
        if kind in rows.JOBS and wait is not None:
            found["job"].add(wait)
        else:
            found["other"].add(kind)
    found["subscription"] = set(
        session.scalars(select(Subscription.wait).where(Subscription.instance_id == instance_id))
    )
    return found


def _over(session: Session, row: ProcessInstance) -> Iterable[str]:
    name = f"{row.process_key} {row.id} is {row.status}"
    tables = (
        ("task", select(HumanTask.id).where(
            HumanTask.instance_id == row.id, HumanTask.status == "open")),
        ("job", select(Job.id).where(
            Job.instance_id == row.id, Job.status.in_(("open", "failed")))),
        ("subscription", select(Subscription.id).where(Subscription.instance_id == row.id)),
        ("incident", select(Incident.id).where(
            Incident.instance_id == row.id, Incident.resolved_at.is_(None))),
    )  # fmt: skip
    for word, query in tables:
        for one in session.scalars(query):
            yield f"{name} and {word} {one} is open"


def _incidents(session: Session) -> Iterable[str]:
    stuck = set(
        session.scalars(
            select(Job.id).where(
                # a worker outside may be given tries again: its job stays open meanwhile
                or_(Job.status == "failed", and_(Job.kind == "external", Job.retries == 0)),
                Job.status.in_(("failed", "open")),
            )
        )
    )
    told = list(
        session.scalars(
            select(Incident.job_id).where(
                Incident.resolved_at.is_(None), Incident.job_id.is_not(None)
            )
        )
    )
    for job in set(told) - stuck:
        yield f"an incident is open for job {job}, which is well"
    for job in {one for one in told if told.count(one) > 1}:
        yield f"several incidents are open for job {job}"
    for job in stuck - set(told):
        yield f"job {job} failed and nobody is told"


def _loose(session: Session, instances: dict[str, ProcessInstance]) -> Iterable[str]:
    for model in (Job, Subscription, HumanTask):
        for one in set(session.scalars(select(model.instance_id))) - {None, *instances}:
            yield f"{model.__tablename__} of an instance {one} that is not there"
    tasks = set(session.scalars(select(HumanTask.id)))
    for one in set(session.scalars(select(HumanTaskCandidate.human_task_id))) - tasks:
        yield f"candidates of a task {one} that is not there"
