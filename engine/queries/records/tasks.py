"""Human tasks, open and closed, as `/history/task` asks for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session

from engine.commands.operations import KIND
from engine.models import HistoryEvent, HumanTask, ProcessDefinition, ProcessInstance
from engine.queries import asked as ask
from engine.queries import matching, task_filters, task_list
from engine.queries.access import Viewer
from engine.queries.asked import Asked, Column
from engine.queries.elapsed import elapsed
from engine.queries.records import cases

#: Why it is over; a task that went with its case has the reason of the case.
DELETE_REASON = case(
    (HumanTask.status == "completed", "completed"),
    (
        and_(
            HumanTask.status == "cancelled",
            ProcessInstance.status == "cancelled",
            ProcessInstance.ended_at == HumanTask.closed_at,
            ProcessInstance.outcome != "",
        ),
        ProcessInstance.outcome,
    ),
    (HumanTask.status == "cancelled", "deleted"),
)
DURATION = elapsed(HumanTask.created_at, HumanTask.closed_at)


def _candidate(kind: str) -> Callable[[str], ColumnElement[bool]]:
    return lambda who: task_filters.candidate(kind, lambda column: column == who)


_GROUPS = task_filters.any_candidate("group")


def _told(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return whether the history tells something of the task."""
    return exists(
        select(HistoryEvent.id)
        .where(
            HistoryEvent.instance_id == HumanTask.instance_id,
            HistoryEvent.data["task"].as_string() == HumanTask.id,
            *conditions,
        )
        .correlate(HumanTask)
    )


def _changed(who: str, operations: Sequence[str], *properties: str) -> ColumnElement[bool]:
    """Return whether an operation put somebody to the task, or took them from it."""
    data = HistoryEvent.data
    return _told(
        HistoryEvent.kind == KIND,
        or_(data["op"].as_string().in_(operations), data["property"].as_string().in_(properties)),
        or_(data["old"].as_string() == who, data["new"].as_string() == who),
    )


def _linked(kind: str) -> Callable[[str], ColumnElement[bool]]:
    """Return a filter: who is, or once was, linked to the task under any word."""
    links = [f"{verb}{kind.capitalize()}Link" for verb in ("Add", "Delete")]
    return lambda who: or_(_candidate(kind)(who), _changed(who, links))


def _had_candidate(kind: str) -> Callable[[str], ColumnElement[bool]]:
    """Return a filter: who is, or once was, candidate of the task."""
    gone = HistoryEvent.data["op"].as_string() == f"Delete{kind.capitalize()}Link"
    word = HistoryEvent.data["property"].as_string() == "candidate"
    return lambda who: or_(
        _candidate(kind)(who),
        _told(HistoryEvent.kind == KIND, gone, word, HistoryEvent.data["old"].as_string() == who),
    )


def _involved(who: str) -> ColumnElement[bool]:
    by = HistoryEvent.data["assignee"].as_string()
    return or_(
        HumanTask.assignee == who,
        HumanTask.owner == who,
        HumanTask.completed_by == who,
        _linked("user")(who),
        # Everybody whose task it ever was.
        _told(HistoryEvent.kind == "claimed", func.coalesce(by, HistoryEvent.actor) == who),
        _changed(who, (), "assignee", "owner"),
    )


FILTERS: ask.Filters = {
    **{name: made for name, made in cases.BY_CASE.items() if name != "activityInstanceIdIn"},
    "taskId": ask.equals(HumanTask.id),
    "taskParentTaskId": ask.equals(HumanTask.parent_task_id),
    "executionId": lambda name: task_filters.at_activity_instances([name]),
    "activityInstanceIdIn": task_filters.at_activity_instances,
    "taskName": ask.equals(HumanTask.name),
    "taskNameLike": ask.alike(HumanTask.name),
    "taskDescription": ask.equals(HumanTask.description),
    "taskDescriptionLike": ask.alike(HumanTask.description),
    "taskDefinitionKey": ask.equals(HumanTask.element_id),
    "taskDefinitionKeyIn": ask.within(HumanTask.element_id),
    "taskDeleteReason": ask.equals(DELETE_REASON),
    "taskDeleteReasonLike": lambda text: matching.like(DELETE_REASON, text),
    "taskAssignee": ask.equals(HumanTask.assignee),
    "taskAssigneeLike": ask.alike(HumanTask.assignee),
    "taskOwner": ask.equals(HumanTask.owner),
    "taskOwnerLike": ask.alike(HumanTask.owner),
    "taskPriority": ask.equals(HumanTask.priority),
    "assigned": ask.when(HumanTask.assignee.is_not(None)),
    "unassigned": ask.when(HumanTask.assignee.is_(None)),
    "finished": ask.when(HumanTask.status != "open"),
    "unfinished": ask.when(HumanTask.status == "open"),
    "processFinished": ask.when(ProcessInstance.ended_at.is_not(None)),
    "processUnfinished": ask.when(ProcessInstance.ended_at.is_(None)),
    "taskDueDate": ask.equals(HumanTask.due_at),
    "taskDueDateBefore": ask.until(HumanTask.due_at),
    "taskDueDateAfter": ask.from_(HumanTask.due_at),
    "withoutTaskDueDate": ask.when(HumanTask.due_at.is_(None)),
    "taskFollowUpDate": ask.equals(HumanTask.follow_up_at),
    "taskFollowUpDateBefore": ask.until(HumanTask.follow_up_at),
    "taskFollowUpDateAfter": ask.from_(HumanTask.follow_up_at),
    "startedBefore": ask.until(HumanTask.created_at),
    "startedAfter": ask.from_(HumanTask.created_at),
    "finishedBefore": ask.until(HumanTask.closed_at),
    "finishedAfter": ask.from_(HumanTask.closed_at),
    "taskInvolvedUser": _involved,
    "taskInvolvedGroup": _linked("group"),
    "taskHadCandidateUser": _had_candidate("user"),
    "taskHadCandidateGroup": _had_candidate("group"),
    "withCandidateGroups": ask.when(_GROUPS),
    "withoutCandidateGroups": ask.when(~_GROUPS),
    "caseDefinitionId": ask.never,
}
ORDER: dict[str, Column] = {
    "taskId": HumanTask.id,
    # Camunda's code and its reference spell it differently.
    "activityInstanceId": HumanTask.token,
    "activityInstanceID": HumanTask.token,
    "processDefinitionId": ProcessInstance.definition_id,
    "processInstanceId": HumanTask.instance_id,
    "executionId": HumanTask.token,
    "duration": DURATION,
    "endTime": HumanTask.closed_at,
    "startTime": HumanTask.created_at,
    "taskName": HumanTask.name,
    "taskDescription": HumanTask.description,
    "assignee": HumanTask.assignee,
    "owner": HumanTask.owner,
    "dueDate": HumanTask.due_at,
    "followUpDate": HumanTask.follow_up_at,
    "deleteReason": DELETE_REASON,
    "taskDefinitionKey": HumanTask.element_id,
    "priority": HumanTask.priority,
    "caseDefinitionId": HumanTask.id,
    "caseInstanceId": HumanTask.id,
    "caseExecutionId": HumanTask.id,
    "tenantId": HumanTask.id,
}


def tasks(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return (HumanTask, ProcessInstance, ProcessDefinition, delete reason) of what is asked."""
    wanted = _wanted(viewer, asked).add_columns(DELETE_REASON)
    statement = ask.page(wanted, asked, ORDER, HumanTask.created_at, HumanTask.id)
    return session.execute(statement).all()


def count_tasks(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many tasks would be found."""
    return ask.count(session, _wanted(viewer, asked))


def _wanted(viewer: Viewer, asked: Asked) -> ask.Statement:
    """Tasks of visible cases, and tasks of no case that the viewer may know of."""
    return (
        select(HumanTask, ProcessInstance, ProcessDefinition)
        .outerjoin(ProcessInstance, ProcessInstance.id == HumanTask.instance_id)
        .outerjoin(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(
            task_list.seen(viewer),
            *_conditions(asked),
            *ask.either(asked, _conditions),
        )
    )


def _conditions(asked: Asked) -> list[ColumnElement[bool]]:
    return [*ask.conditions(asked, FILTERS), *task_filters.variables(asked)]
