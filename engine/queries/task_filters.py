"""What each filter of a task query means in SQL, in Camunda 7's words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, literal, or_, select
from sqlalchemy.orm import Session

from engine import hooks
from engine.errors import InvalidInput, NotFound
from engine.models import (
    HumanTask,
    HumanTaskCandidate,
    ProcessDefinition,
    ProcessInstance,
    TaskLink,
    TaskVariable,
)
from engine.queries import asked as ask
from engine.queries import matching
from engine.queries.asked import Asked, VariableFilter

Test = Callable[[Any], ColumnElement[bool]]


def _folded(column: ask.Column, *, like: bool = False, negate: bool = False) -> Test:
    """Names and descriptions are compared without case, as in Camunda."""

    def condition(value: str) -> ColumnElement[bool]:
        if like:
            found = matching.like(column, value, fold=True)
        else:
            found = func.lower(column) == value.lower()
        return or_(column.is_(None), ~found) if negate else found

    return condition


def candidate(kind: str, who: Callable[[Any], Any]) -> ColumnElement[bool]:
    """Return the condition that somebody is a candidate: `who` says whom the column may name."""
    return exists(
        select(literal(1)).where(
            HumanTaskCandidate.human_task_id == HumanTask.id,
            HumanTaskCandidate.kind == kind,
            who(HumanTaskCandidate.who),
        )
    )


def any_candidate(kind: str) -> ColumnElement[bool]:
    """Return the condition that somebody is a candidate of a kind: user, group or not."""
    return candidate(kind, lambda who: who.is_not(None))


def _involved(user: str) -> ColumnElement[bool]:
    linked = exists(
        select(literal(1)).where(
            TaskLink.human_task_id == HumanTask.id, TaskLink.kind == "user", TaskLink.who == user
        )
    )
    return or_(
        HumanTask.assignee == user,
        HumanTask.owner == user,
        candidate("user", lambda who: who == user),
        linked,
    )


def _execution(name: str) -> ColumnElement[bool]:
    instance_id, _, token = name.partition(".")
    return and_(HumanTask.instance_id == instance_id, HumanTask.token == token)


def at_activity_instances(names: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that a task belongs to one of these visits."""
    found = [_execution(name.rpartition(":")[2]) for name in names]
    return or_(false(), *found)


def _unless(column: ask.Column) -> Test:
    """A day before the value, or none at all."""
    return lambda value: or_(column.is_(None), column < value)


def _not_in(column: ask.Column) -> Test:
    return lambda values: or_(column.is_(None), column.not_in(list(values)))


_updated = func.coalesce(HumanTask.updated_at, HumanTask.created_at)

FILTERS: ask.Filters = {
    "taskId": ask.equals(HumanTask.id),
    "taskIdIn": ask.within(HumanTask.id),
    "processInstanceId": ask.equals(HumanTask.instance_id),
    "processInstanceIdIn": ask.within(HumanTask.instance_id),
    "processInstanceBusinessKey": ask.equals(ProcessInstance.business_key),
    "processInstanceBusinessKeyIn": ask.within(ProcessInstance.business_key),
    "processInstanceBusinessKeyLike": ask.alike(ProcessInstance.business_key),
    "processDefinitionId": ask.of_definition(ProcessInstance.definition_id),
    "processDefinitionKey": ask.equals(HumanTask.process_key),
    "processDefinitionKeyIn": ask.within(HumanTask.process_key),
    "processDefinitionName": ask.equals(ProcessDefinition.name),
    "processDefinitionNameLike": ask.alike(ProcessDefinition.name),
    "executionId": _execution,
    "activityInstanceIdIn": at_activity_instances,
    "tenantIdIn": ask.never,
    "withoutTenantId": ask.always,
    "assignee": ask.equals(HumanTask.assignee),
    "assigneeLike": ask.alike(HumanTask.assignee),
    "assigneeIn": ask.within(HumanTask.assignee),
    "assigneeNotIn": _not_in(HumanTask.assignee),
    "owner": ask.equals(HumanTask.owner),
    "involvedUser": _involved,
    "assigned": ask.when(HumanTask.assignee.is_not(None)),
    "unassigned": ask.when(HumanTask.assignee.is_(None)),
    "taskDefinitionKey": ask.equals(HumanTask.element_id),
    "taskDefinitionKeyIn": ask.within(HumanTask.element_id),
    "taskDefinitionKeyNotIn": _not_in(HumanTask.element_id),
    "taskDefinitionKeyLike": ask.alike(HumanTask.element_id),
    "name": _folded(HumanTask.name),
    "nameNotEqual": _folded(HumanTask.name, negate=True),
    "nameLike": _folded(HumanTask.name, like=True),
    "nameNotLike": _folded(HumanTask.name, like=True, negate=True),
    "description": _folded(HumanTask.description),
    "descriptionLike": _folded(HumanTask.description, like=True),
    "priority": ask.equals(HumanTask.priority),
    "maxPriority": ask.until(HumanTask.priority),
    "minPriority": ask.from_(HumanTask.priority),
    "dueDate": ask.equals(HumanTask.due_at),
    "dueAfter": ask.after(HumanTask.due_at),
    "dueBefore": lambda value: HumanTask.due_at < value,
    "withoutDueDate": ask.when(HumanTask.due_at.is_(None)),
    "followUpDate": ask.equals(HumanTask.follow_up_at),
    "followUpAfter": ask.after(HumanTask.follow_up_at),
    "followUpBefore": lambda value: HumanTask.follow_up_at < value,
    "followUpBeforeOrNotExistent": _unless(HumanTask.follow_up_at),
    "createdOn": ask.equals(HumanTask.created_at),
    "createdAfter": ask.after(HumanTask.created_at),
    "createdBefore": lambda value: HumanTask.created_at < value,
    "updatedAfter": ask.after(_updated),
    "delegationState": ask.equals(HumanTask.delegation_state),
    "withCandidateGroups": ask.when(any_candidate("group")),
    "withoutCandidateGroups": ask.when(~any_candidate("group")),
    "withCandidateUsers": ask.when(any_candidate("user")),
    "withoutCandidateUsers": ask.when(~any_candidate("user")),
    "active": ask.when(or_(HumanTask.root_id == "", ProcessInstance.status == "active")),
    "suspended": ask.when(ProcessInstance.status == "suspended"),
    "parentTaskId": ask.equals(HumanTask.parent_task_id),
    **dict.fromkeys(
        (
            "caseInstanceId", "caseInstanceBusinessKey", "caseInstanceBusinessKeyLike",
            "caseDefinitionId", "caseDefinitionKey", "caseDefinitionName",
            "caseDefinitionNameLike", "caseExecutionId", "caseInstanceVariables",
        ),
        ask.never,
    ),
}  # fmt: skip


def conditions(session: Session, asked: Asked) -> list[ColumnElement[bool]]:
    """Return one condition for each thing that was asked for.

    `orQueries` are one condition each: within it one match is enough.

    Raises:
        InvalidInput: `orQueries` in themselves hold what only the whole query may have.
    """
    found = _plain(session, asked)
    for part in asked.get("orQueries", ()):
        if "orQueries" in part or part.sorting:
            raise InvalidInput("Invalid query usage: orQueries and sorting within an 'or' query")
        inner = _plain(session, part)
        if inner:
            found.append(or_(*inner))
    return found


def _plain(session: Session, asked: Asked) -> list[ColumnElement[bool]]:
    return [*ask.conditions(asked, FILTERS), *_candidates(session, asked), *variables(asked)]


def _candidates(session: Session, asked: Asked) -> list[ColumnElement[bool]]:
    """Tasks somebody could take: open to all unless `includeAssignedTasks` is set."""
    found: list[ColumnElement[bool]] = []
    if "candidateGroup" in asked:
        group = asked.get("candidateGroup")
        found.append(candidate("group", lambda who: who == group))
    if "candidateGroupLike" in asked:
        pattern = asked.get("candidateGroupLike")
        found.append(candidate("group", lambda who: matching.like(who, pattern)))
    if "candidateGroups" in asked:
        groups = list(asked.get("candidateGroups"))
        found.append(candidate("group", lambda who: who.in_(groups)))
    if "candidateUser" in asked:
        found.append(_candidate_user(session, asked.get("candidateUser")))
    if asked.get("includeAssignedTasks"):
        return found
    return [and_(one, HumanTask.assignee.is_(None)) for one in found]


def _candidate_user(session: Session, user: str) -> ColumnElement[bool]:
    """Named, or in a candidate group, and not excluded (four eyes)."""
    try:
        groups = sorted(hooks.actor(session, user).groups)
    except NotFound:
        groups = []
    return and_(
        or_(
            candidate("user", lambda who: who == user),
            candidate("group", lambda who: who.in_(groups)),
        ),
        ~candidate("not", lambda who: who == user),
    )


def variables(asked: Asked) -> list[ColumnElement[bool]]:
    """Return the conditions on variables of a task and of its case."""
    found = ask.variables(HumanTask.instance_id, asked.get("processVariables", ()), asked)
    return [*found, *(_local_is(one, asked) for one in asked.get("taskVariables", ()))]


def _local_is(wanted: VariableFilter, asked: Asked) -> ColumnElement[bool]:
    """Return whether a task has a local variable for which the comparison is true."""
    return exists(
        select(literal(1)).where(
            TaskVariable.human_task_id == HumanTask.id,
            matching.named(
                wanted.name, fold=bool(asked.get("variableNamesIgnoreCase")), row=TaskVariable
            ),
            matching.compared(
                wanted.operator,
                wanted.value,
                fold=bool(asked.get("variableValuesIgnoreCase")),
                row=TaskVariable,
            ),
        )
    )
