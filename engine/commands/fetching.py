"""Handing external tasks to outside workers: nobody gets what another one holds.

Candidates are read and locked in one transaction (`SKIP LOCKED` on PostgreSQL, the
immediate transaction on SQLite), so two workers never get the same task while its lock
lasts (`engine.commands.external` says in which time). What the worker reads of the case
is what the element sees: the variables of its scope, input parameters included.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from engine import clock, db, hooks
from engine.commands.definitions import Definition
from engine.commands.execution import Execution
from engine.commands.external import LONGEST_MS
from engine.errors import InvalidInput, NotFound
from engine.models import Job, ProcessDefinition, ProcessInstance
from engine.queries.access import Viewer, visible
from engine.queries.matching import variable_is

#: Tasks of one answer, however many a request allows; the next request gets more.
MOST = 1_000


@dataclass(frozen=True)
class Topic:
    """What a worker asks for under one topic; None and empty restrict nothing."""

    name: str
    lock_ms: int
    #: Which variables it wants to read; None: all.
    variables: Sequence[str] | None = None
    local_variables: bool = False
    business_key: str | None = None
    definition_ids: Sequence[int] | None = None
    process_keys: Sequence[str] | None = None
    version_tag: str | None = None
    #: Variables of the instance that must have these values.
    process_variables: Mapping[str, Any] = field(default_factory=dict)
    extension_properties: bool = False
    #: Objects are wanted as what they hold, not as the text they came as.
    deserialized: bool = False
    #: False for a topic of some tenant: there are none here.
    possible: bool = True


@dataclass(frozen=True)
class Fetched:
    """One task as its worker gets it."""

    job: Job
    instance: ProcessInstance
    definition: Definition
    variables: Mapping[str, Any]
    properties: Mapping[str, str] | None
    topic: Topic


@dataclass(frozen=True)
class Wanted:
    """One request of a worker."""

    worker: str
    topics: Sequence[Topic]
    limit: int
    by_priority: bool = False
    #: `asc` or `desc` of the moment they were made; None: in no promised order.
    created: str | None = None


def check(wanted: Wanted) -> None:
    """Refuse what no answer could be right for.

    Raises:
        InvalidInput: no worker, a negative limit, a topic twice, a lock that is not positive.
    """
    if not wanted.worker or len(wanted.worker) > 120:
        raise InvalidInput("workerId must be given and have at most 120 characters.")
    if wanted.limit < 0:
        raise InvalidInput("maxTasks must not be negative.")
    names = [topic.name for topic in wanted.topics]
    if not all(names) or len(set(names)) < len(names):
        raise InvalidInput("Each topic needs a topicName of its own.")
    for topic in wanted.topics:
        if not 1 <= topic.lock_ms <= LONGEST_MS:
            raise InvalidInput(f"lockDuration of topic '{topic.name}' must be positive.")


def waiting(session: Session, viewer: Viewer, wanted: Wanted) -> bool:
    """Say whether a fetch would get something now. Reads only: for polls that wait."""
    return session.scalar(_candidates(viewer, wanted).limit(1)) is not None


def fetch(session: Session, viewer: Viewer, wanted: Wanted) -> list[Fetched]:
    """Lock up to `limit` tasks for the worker and return them with what it may read."""
    check(wanted)
    if not wanted.limit or not wanted.topics:
        return []
    statement = _ordered(_candidates(viewer, wanted), wanted).limit(min(wanted.limit, MOST))
    if db.is_postgres(session):
        statement = statement.with_for_update(of=Job, skip_locked=True)
    jobs = session.scalars(statement.execution_options(populate_existing=True)).all()
    topics = {topic.name: topic for topic in wanted.topics}
    now = clock.now()
    found = []
    for job in jobs:
        one = _read(session, job, topics[job.topic or ""])
        if one is None:
            continue  # its case moves on in this very moment
        job.worker = wanted.worker
        job.locked_until = now + timedelta(milliseconds=topics[job.topic or ""].lock_ms)
        found.append(one)
    return found


def free(now: datetime) -> ColumnElement[bool]:
    """Return the condition under which nobody holds a task and tries are left."""
    return and_(
        or_(Job.locked_until.is_(None), Job.locked_until <= now),
        or_(Job.retries.is_(None), Job.retries > 0),
    )


def _candidates(viewer: Viewer, wanted: Wanted) -> Select[Job]:
    return (
        select(Job)
        .join(ProcessInstance, ProcessInstance.id == Job.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(
            Job.kind == "external",
            Job.status == "open",
            ProcessInstance.status == "active",
            free(clock.now()),
            or_(*(_asked(topic) for topic in wanted.topics)),
            visible(viewer, ProcessInstance.root_id.expression),
        )
    )


def _asked(topic: Topic) -> ColumnElement[bool]:
    where: list[ColumnElement[bool]] = [Job.topic == topic.name]
    if not topic.possible:
        where.append(Job.id.is_(None))
    if topic.business_key is not None:
        where.append(ProcessInstance.business_key == topic.business_key)
    if topic.definition_ids is not None:
        where.append(ProcessInstance.definition_id.in_(topic.definition_ids))
    if topic.process_keys is not None:
        where.append(ProcessInstance.process_key.in_(topic.process_keys))
    if topic.version_tag is not None:
        tag = ProcessDefinition.description["version_tag"].as_string()
        where.append(tag == topic.version_tag)
    for name, value in topic.process_variables.items():
        where.append(variable_is(Job.instance_id, name, "eq", value))
    return and_(*where)


def _ordered(statement: Select[Job], wanted: Wanted) -> Select[Job]:
    if wanted.by_priority:
        statement = statement.order_by(Job.priority.desc())
    if wanted.created == "desc":
        return statement.order_by(Job.created_at.desc(), Job.id.desc())
    return statement.order_by(Job.created_at, Job.id)


def _read(session: Session, job: Job, topic: Topic) -> Fetched | None:
    row = session.get_one(ProcessInstance, job.instance_id)
    token = job.token or ""
    with Execution(session, hooks.SYSTEM) as work:
        loaded = work.open(row)
        try:
            seen = loaded.run.local(token) if topic.local_variables else loaded.run.scope(token)
        except NotFound:
            return None
        wanted = topic.variables
        values = {name: value for name, value in seen.items() if wanted is None or name in wanted}
    element = loaded.definition.description.elements.get(job.element_id or "")
    properties = dict(element.properties) if element and topic.extension_properties else None
    return Fetched(job, row, loaded.definition, values, properties, topic)
