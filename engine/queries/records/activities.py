"""Activity instances: every visit of a token to an element, from its coming to its going."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine.bpmn.activity_types import BODY, activity_type
from engine.bpmn.definition import Element
from engine.commands import definitions, trail
from engine.models import ProcessInstance
from engine.queries.access import Viewer
from engine.queries.asked import Asked
from engine.queries.records import cases, sifting
from engine.queries.records.cases import MIGRATED, Case
from engine.queries.records.sifting import Order, Tests


@dataclass(slots=True)
class Activity:
    """One visit. Ids are built by whoever shows it (`web.api.names`)."""

    case: Case
    element: str
    token: str
    parent: str
    #: The element of `parent`, if there is one.
    parent_element: str
    started_at: datetime
    #: Counts the visits of the case in the order they began.
    sequence: int
    is_body: bool = False
    name: str = ""
    type: str = ""
    ended_at: datetime | None = None
    is_cancelled: bool = False
    task_id: str | None = None
    assignee: str | None = None
    called_id: str | None = None

    @property
    def activity_id(self) -> str:
        """The element, or Camunda's name for the body of a multi-instance activity."""
        return f"{self.element}#{BODY}" if self.is_body else self.element

    @property
    def execution(self) -> str:
        """The token over all instances."""
        return f"{self.case.id}.{self.token}"

    @property
    def id(self) -> str:
        """Camunda's activity instance id."""
        return f"{self.element}:{self.execution}"

    @property
    def ends_scope(self) -> bool:
        """Whether it was an end event that was reached."""
        return (
            self.ended_at is not None and not self.is_cancelled and self.type.endswith("EndEvent")
        )

    @property
    def duration(self) -> timedelta | None:
        """How long it took; None while it lasts."""
        return None if self.ended_at is None else self.ended_at - self.started_at


TESTS: Tests = {
    "activityInstanceId": sifting.same(lambda it: it.id),
    "activityInstanceIdIn": sifting.one_of(lambda it: it.id),
    # The token, or everything of the process itself.
    "executionId": lambda name: lambda it: name in (it.execution, it.case.id),
    "activityId": sifting.same(lambda it: it.activity_id),
    "activityName": sifting.same(lambda it: it.name),
    "activityNameLike": sifting.alike(lambda it: it.name),
    "activityType": sifting.same(lambda it: it.type),
    "taskAssignee": sifting.same(lambda it: it.assignee),
    "finished": sifting.flag(lambda it: it.ended_at is not None),
    "unfinished": sifting.flag(lambda it: it.ended_at is None),
    "canceled": sifting.flag(lambda it: it.is_cancelled),
    "completeScope": sifting.flag(lambda it: it.ends_scope),
    "startedBefore": sifting.until(lambda it: it.started_at),
    "startedAfter": sifting.from_(lambda it: it.started_at),
    "finishedBefore": sifting.until(lambda it: it.ended_at),
    "finishedAfter": sifting.from_(lambda it: it.ended_at),
}
ORDER: Order = {
    "activityInstanceId": lambda it: it.id,
    "instanceId": lambda it: it.case.id,
    "executionId": lambda it: it.execution,
    "activityId": lambda it: it.activity_id,
    "activityName": lambda it: it.name,
    "activityType": lambda it: it.type,
    "startTime": lambda it: it.started_at,
    "endTime": lambda it: it.ended_at,
    "duration": lambda it: it.duration,
    "definitionId": lambda it: it.case.definition_id,
    "occurrence": lambda it: it.sequence,
    "tenantId": lambda _: None,
}


def activity_instances(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return the visits that are asked for and visible, each in a tuple of one."""
    found = sifting.sift(_all(session, viewer, asked), asked, TESTS)
    return [(one,) for one in sifting.window(found, asked, ORDER)]


def count_activity_instances(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many visits would be found."""
    return len(sifting.sift(_all(session, viewer, asked), asked, TESTS))


def _all(session: Session, viewer: Viewer, asked: Asked) -> Iterator[Activity]:
    narrow = cases.during(
        asked, ("startedAfter", "finishedAfter"), ("startedBefore", "finishedBefore")
    )
    if asked.get("unfinished"):  # what a case leaves unfinished ends with it
        narrow.append(ProcessInstance.ended_at.is_(None))
    if "activityId" in asked:
        narrow.append(cases.walked([str(asked.get("activityId")).partition("#")[0]]))
    yield from everything(session, viewer, asked, narrow)


def everything(
    session: Session, viewer: Viewer, asked: Asked, narrow: Sequence[ColumnElement[bool]] = ()
) -> Iterator[Activity]:
    """Yield every visit of the visible cases that the filters by case leave."""
    for chunk in cases.chosen(session, viewer, asked, *narrow):
        told = cases.lines(session, chunk, (trail.KIND, MIGRATED))
        tasks = cases.tasks(session, chunk)
        called = _called(session, chunk)
        for case in chunk:
            for activity in visits(case, told[case.id], partial(_elements, session)):
                task = tasks.get((case.id, activity.token))
                if task is not None and not activity.is_body:
                    activity.task_id, activity.assignee = task
                activity.called_id = called.get((case.id, activity.token))
                yield activity


def _elements(session: Session, definition_id: int) -> Mapping[str, Element]:
    return definitions.by_id(session, definition_id).description.elements


def visits(
    case: Case, lines: Sequence[Any], elements_of: Callable[[int], Mapping[str, Element]]
) -> list[Activity]:
    """Put the visits of one case together from its trails.

    What lasts while the case moves to another version goes on under the new name; what had
    ended keeps the old one.

    Args:
        elements_of: the elements of a process definition.
    """
    by_token: dict[str, Activity] = {}
    found: list[Activity] = []
    moves = [line.data or {} for line in lines if line.kind == MIGRATED]
    elements = elements_of(moves[0]["source"] if moves else case.definition_id)
    for line in lines:
        if line.kind == MIGRATED:
            elements = elements_of((line.data or {})["target"])
            _move(found, elements, line.data or {})
            continue
        for step in trail.steps(line.data or {}):
            if step.element:
                # A handler that undoes a sub process runs in a scope that nobody entered again.
                above = by_token.get(step.parent)
                activity = Activity(
                    case,
                    step.element,
                    step.token,
                    step.parent if above else "",
                    above.element if above else "",
                    line.at,
                    len(found) + 1,
                    step.is_body,
                )
                _describe(activity, elements.get(step.element))
                by_token[step.token] = activity
                found.append(activity)
                if step.kind == "passed":
                    activity.ended_at = line.at
            elif step.token in by_token and by_token[step.token].ended_at is None:
                by_token[step.token].ended_at = line.at
                by_token[step.token].is_cancelled = step.kind == "cancelled"
    return found


def _move(
    found: Sequence[Activity], elements: Mapping[str, Element], moved: Mapping[str, Any]
) -> None:
    """Let what lasts go on under its new name, in the scope it is in now."""
    renamed, around = moved.get("elements") or {}, moved.get("around") or {}
    for activity in found:
        activity.parent_element = renamed.get(activity.parent_element, activity.parent_element)
        if activity.ended_at is None:
            activity.element = renamed.get(activity.element, activity.element)
            _describe(activity, elements.get(activity.element))
            if activity.token in around:
                activity.parent, activity.parent_element = around[activity.token]


def _describe(activity: Activity, element: Element | None) -> None:
    activity.type = BODY if activity.is_body else activity_type(element)
    activity.name = element.name if element else ""


def _called(session: Session, chunk: Sequence[Case]) -> dict[tuple[str | None, str | None], str]:
    rows = session.execute(
        select(ProcessInstance.parent_id, ProcessInstance.parent_token, ProcessInstance.id).where(
            ProcessInstance.parent_id.in_([case.id for case in chunk])
        )
    )
    return {(row[0], row[1]): row[2] for row in rows}
