"""External tasks as the REST interface asks for them: open ones of cases the asker may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import NotFound
from engine.models import Job, ProcessDefinition, ProcessInstance
from engine.queries import asked as ask
from engine.queries.access import Viewer, visible
from engine.queries.asked import Asked


def _execution(name: str) -> ColumnElement[bool]:
    instance_id, _, token = name.partition(".")
    return and_(Job.instance_id == instance_id, Job.token == token)


def _locked() -> ColumnElement[bool]:
    return func.coalesce(Job.locked_until > clock.now(), False)


def _left() -> ColumnElement[bool]:
    return or_(Job.retries.is_(None), Job.retries > 0)


def _switch(condition: Callable[[], ColumnElement[bool]]) -> Callable[[Any], ColumnElement[bool]]:
    """Return a flag's filter whose condition reads the clock when it is asked."""
    return lambda wanted: ask.when(condition())(wanted)


FILTERS: ask.Filters = {
    "externalTaskId": ask.numbered(Job.id),
    "externalTaskIdIn": lambda values: Job.id.in_([ask.number(value) for value in values]),
    "topicName": ask.equals(Job.topic),
    "workerId": ask.equals(Job.worker),
    "locked": _switch(_locked),
    "notLocked": _switch(lambda: ~_locked()),
    "withRetriesLeft": _switch(_left),
    "noRetriesLeft": ask.when(Job.retries == 0),
    "lockExpirationAfter": ask.after(Job.locked_until),
    "lockExpirationBefore": lambda value: Job.locked_until < value,
    "activityId": ask.equals(Job.element_id),
    "activityIdIn": ask.within(Job.element_id),
    "executionId": _execution,
    "processInstanceId": ask.equals(Job.instance_id),
    "processInstanceIdIn": ask.within(Job.instance_id),
    "processDefinitionId": ask.of_definition(ProcessInstance.definition_id),
    "processDefinitionKey": ask.equals(ProcessInstance.process_key),
    "active": ask.when(ProcessInstance.status == "active"),
    "suspended": ask.when(ProcessInstance.status == "suspended"),
    "priorityHigherThanOrEquals": ask.from_(Job.priority),
    "priorityLowerThanOrEquals": ask.until(Job.priority),
    "tenantIdIn": ask.never,
}
ORDER: dict[str, ask.Column] = {
    "id": Job.id,
    "lockExpirationTime": Job.locked_until,
    "processInstanceId": Job.instance_id,
    "processDefinitionId": ProcessInstance.definition_id,
    "processDefinitionKey": ProcessInstance.process_key,
    "tenantId": Job.id,
    "taskPriority": Job.priority,
    "createTime": Job.created_at,
}


def external_tasks(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return (Job, ProcessInstance, ProcessDefinition) of what is asked for and visible."""
    statement = ask.page(_wanted(viewer, asked), asked, ORDER, Job.id)
    return session.execute(statement).all()


def count_external_tasks(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many would be found."""
    return ask.count(session, _wanted(viewer, asked))


def topics(session: Session, viewer: Viewer, asked: Asked) -> list[str]:
    """Return the names of the topics that the tasks have, in order."""
    wanted = _wanted(viewer, asked).with_only_columns(Job.topic).distinct()
    return sorted(topic for topic in session.scalars(wanted) if topic)


def require(session: Session, viewer: Viewer, name: str) -> Job:
    """Return an open external task by its id.

    Raises:
        NotFound: there is none, or not for this viewer.
    """
    found = external_tasks(session, viewer, Asked({"externalTaskId": name}))
    if not found:
        raise NotFound(f"External task with id {name} does not exist")
    job: Job = found[0][0]
    return job


def _wanted(viewer: Viewer, asked: Asked) -> ask.Statement:
    return (
        select(Job, ProcessInstance, ProcessDefinition)
        .join(ProcessInstance, ProcessInstance.id == Job.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(
            Job.kind == "external",
            Job.status == "open",
            visible(viewer, ProcessInstance.root_id.expression),
            *ask.conditions(asked, FILTERS),
        )
    )
