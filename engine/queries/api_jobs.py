"""Jobs that are owed, as `/job` asks for them; and what diagrams make jobs for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session, aliased

from engine import clock
from engine.bpmn import job_definitions
from engine.bpmn.job_definitions import JobDefinition
from engine.commands import batches, definitions, scheduled
from engine.commands.jobs import OWED
from engine.models import Job, JobControl, ProcessDefinition, ProcessInstance
from engine.queries import asked as ask
from engine.queries.access import Viewer
from engine.queries.asked import Asked
from engine.queries.records import cases, sifting
from engine.queries.records.sifting import Order, Tests

#: Jobs that Camunda calls timers.
TIMERS = ("timer", "start", scheduled.KIND)
#: Tries left.
RETRIES = case((Job.status == "failed", 0), else_=Job.max_attempts - Job.attempts)
#: What is owed from the start has no due date in Camunda's eyes, unless somebody gave it one.
AT_ONCE = and_(Job.kind.not_in(TIMERS), Job.due_at == Job.created_at)
DUE = case((~AT_ONCE, Job.due_at))
_control = aliased(JobControl)
#: An operator's priority for the element wins over the diagram's.
PRIORITY = case(
    (
        and_(_control.priority.is_not(None), _control.priority_at <= Job.created_at),
        _control.priority,
    ),
    else_=Job.priority,
)
HELD = or_(
    Job.suspended.is_(True),
    func.coalesce(ProcessInstance.status, "") == "suspended",
    func.coalesce(_control.suspended_at <= Job.created_at, False),
)


def split(name: str) -> tuple[int, str, str]:
    """Return (definition, element, slug) of a job definition's name; -1 for nonsense."""
    definition, _, rest = name.partition(":")
    element, _, slug = rest.rpartition(":")
    return ask.number(definition), element, slug


def of_definition(name: str) -> ColumnElement[bool]:
    """Return the condition that a job is of a job definition."""
    batch, _, word = name.rpartition(":")
    if word == batches.KIND and ":" not in batch:
        return and_(Job.kind == batches.KIND, Job.topic == batch)
    definition, element, slug = split(name)
    kind = "async" if slug.startswith("async") else "timer"
    kinds = ["start"] if slug == "timer-start-event" else [kind]
    found = [
        ProcessDefinition.id == definition,
        Job.element_id == element,
        Job.kind.in_(kinds),
    ]
    if slug in (job_definitions.BEFORE, job_definitions.AFTER):
        found.append(Job.wait.endswith("a" if slug == job_definitions.AFTER else "b"))
    return and_(*found)


def _compared(column: Any) -> Any:
    def make(parts: Sequence[tuple[str, Any]]) -> ColumnElement[bool]:
        late = ask.after(column)
        return and_(true(), *(late(at) if sign == "gt" else column < at for sign, at in parts))

    return make


FILTERS: ask.Filters = {
    **cases.BY_CASE,
    "processDefinitionId": ask.equals(ProcessDefinition.id),
    "processDefinitionKey": ask.equals(ProcessDefinition.key),
    "executionId": lambda name: or_(
        Job.instance_id == name,
        and_(
            Job.instance_id == name.partition(".")[0],
            Job.token == name.partition(".")[2],
        ),
    ),
    "jobId": ask.numbered(Job.id),
    "jobIds": lambda names: Job.id.in_([ask.number(name) for name in names]),
    "jobDefinitionId": of_definition,
    "activityId": ask.equals(Job.element_id),
    "failedActivityId": lambda name: and_(Job.element_id == name, Job.error.is_not(None)),
    "withRetriesLeft": ask.when(RETRIES > 0),
    "noRetriesLeft": ask.when(RETRIES == 0),
    "executable": lambda wanted: (
        and_(RETRIES > 0, Job.due_at <= clock.now(), Job.status == "open")
        if wanted
        else ask.always(wanted)
    ),
    "timers": ask.when(Job.kind.in_(TIMERS)),
    "messages": ask.when(Job.kind.not_in(TIMERS)),
    "dueDates": _compared(DUE),
    "createTimes": _compared(Job.created_at),
    "withException": ask.when(Job.error.is_not(None)),
    "exceptionMessage": ask.equals(Job.error),
    "active": ask.when(~HELD),
    "suspended": ask.when(HELD),
    "acquired": ask.when(Job.lease.is_not(None)),
    "priorityLowerThanOrEquals": ask.until(PRIORITY),
    "priorityHigherThanOrEquals": ask.from_(PRIORITY),
    "includeJobsWithoutTenantId": ask.always,
}
ORDER: dict[str, ask.Column] = {
    "jobId": Job.id,
    "executionId": Job.token,
    "processInstanceId": Job.instance_id,
    "processDefinitionId": ProcessDefinition.id,
    "processDefinitionKey": ProcessDefinition.key,
    "jobPriority": PRIORITY,
    "jobRetries": RETRIES,
    "jobDueDate": DUE,
    "tenantId": Job.id,
}


def jobs(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return (Job, ProcessInstance, ProcessDefinition, priority, held) of owed jobs."""
    return session.execute(ask.page(_wanted(viewer, asked), asked, ORDER, Job.id)).all()


def count_jobs(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many jobs would be found."""
    return ask.count(session, _wanted(viewer, asked))


def _wanted(viewer: Viewer, asked: Asked) -> ask.Statement:
    """Jobs of visible cases, start timers, and for who sees everything also deliveries."""
    seen = or_(cases.seen(viewer), Job.kind == "start")
    if viewer.scope == "all":
        seen = or_(seen, Job.instance_id.is_(None))
    return (
        select(Job, ProcessInstance, ProcessDefinition, PRIORITY, HELD)
        .outerjoin(ProcessInstance, ProcessInstance.id == Job.instance_id)
        .outerjoin(
            ProcessDefinition,
            ProcessDefinition.id == func.coalesce(ProcessInstance.definition_id, Job.definition_id),
        )
        .outerjoin(
            _control,
            and_(
                _control.definition_id == ProcessDefinition.id,
                _control.element_id == Job.element_id,
            ),
        )
        .where(
            Job.status.in_(OWED),
            Job.kind != "external",
            seen,
            *ask.conditions(asked, FILTERS),
        )
    )


def ids(session: Session, viewer: Viewer, asked: Asked) -> list[int]:
    """Return the numbers of all jobs that are asked for and this viewer may change.

    Whoever sees a process sees when it starts by itself; who changes that changes it for all.
    """
    found = _wanted(viewer, asked).order_by(Job.id)
    if viewer.scope != "all":
        found = found.where(Job.instance_id.is_not(None))
    return [row[0].id for row in session.execute(found)]


# ---- job definitions ---------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """A job definition of one process definition, with what an operator set."""

    definition: ProcessDefinition
    made: JobDefinition
    suspended: bool
    priority: int | None

    @property
    def id(self) -> str:
        """Its name."""
        return f"{self.definition.id}:{self.made.element}:{self.made.slug}"


TESTS: Tests = {
    "jobDefinitionId": sifting.same(lambda it: it.id),
    "activityIdIn": sifting.one_of(lambda it: it.made.element),
    "processDefinitionId": sifting.same(lambda it: it.definition.id),
    "processDefinitionKey": sifting.same(lambda it: it.definition.key),
    "jobType": sifting.same(lambda it: it.made.type),
    "jobConfiguration": sifting.same(lambda it: it.made.configuration),
    "active": sifting.flag(lambda it: not it.suspended),
    "suspended": sifting.flag(lambda it: it.suspended),
    "withOverridingJobPriority": sifting.flag(lambda it: it.priority is not None),
    "tenantIdIn": sifting.nothing,
}
DEFINITION_ORDER: Order = {
    "jobDefinitionId": lambda it: it.id,
    "activityId": lambda it: it.made.element,
    "processDefinitionId": lambda it: it.definition.id,
    "processDefinitionKey": lambda it: it.definition.key,
    "jobType": lambda it: it.made.type,
    "jobConfiguration": lambda it: it.made.configuration,
    "tenantId": lambda _: None,
}


def made_jobs(session: Session, _: Viewer, asked: Asked) -> Sequence[Any]:
    """Return the job definitions that are asked for, each in a tuple of one.

    What is published is no secret: everybody with the scope sees every definition.
    """
    found = sifting.sift(_made(session), asked, TESTS)
    return [(one,) for one in sifting.window(found, asked, DEFINITION_ORDER)]


def count_made_jobs(session: Session, _: Viewer, asked: Asked) -> int:
    """Return how many job definitions would be found."""
    return len(sifting.sift(_made(session), asked, TESTS))


def _made(session: Session) -> Iterator[Made]:
    set_by_hand = {
        (row.definition_id, row.element_id): row for row in session.scalars(select(JobControl))
    }
    for row in session.scalars(select(ProcessDefinition).order_by(ProcessDefinition.id)):
        description = definitions.by_id(session, row.id).description
        for made in job_definitions.of(description):
            control = set_by_hand.get((row.id, made.element))
            yield Made(
                row,
                made,
                control is not None and control.suspended_at is not None,
                control.priority if control else None,
            )
