"""在办件 and finished ones: where every case stands, what is late, who holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from engine import clock
from engine.commands import definitions, trail
from engine.models import (
    CaseAccess,
    HistoryEvent,
    HumanTask,
    Incident,
    Job,
    ProcessDefinition,
    ProcessInstance,
    Subscription,
    Variable,
)
from engine.queries.access import Viewer, require, visible
from engine.queries.inbox import lateness
from engine.queries.paging import SIZE, Page, like, window

#: What the list may be sorted by.
SORTS = ("-started", "started", "due", "-due", "-ended")


@dataclass(frozen=True)
class InstanceFilter:
    """How the list is narrowed; empty means everything."""

    text: str = ""
    process: str = ""
    #: active, suspended, completed, cancelled, incident
    status: str = ""
    organisation: str = ""
    #: late, today, week
    lateness: str = ""
    started_by: str = ""
    roots_only: bool = True


@dataclass(frozen=True)
class InstanceRow:
    """One line of the monitor."""

    id: str
    root_id: str
    process_key: str
    process_name: str
    version: int
    bundle: str
    business_key: str
    title: str
    status: str
    started_at: datetime
    ended_at: datetime | None
    outcome: str | None
    #: The name of the end event that was reached, or why the instance was cancelled.
    outcome_name: str
    #: Names of the elements that wait for people, over the whole case.
    waiting: tuple[str, ...]
    #: Groups and assignees they wait for.
    holders: tuple[str, ...]
    next_due: datetime | None
    #: What stands behind `next_due`: base, amount, unit.
    next_deadline: dict[str, Any] | None
    incidents: int
    is_demo: bool

    @property
    def late(self) -> bool:
        """Whether something of the case is owed and past its deadline."""
        return self.next_due is not None and self.next_due < clock.now()


@dataclass(frozen=True)
class InstanceView:
    """Everything the page of one instance shows."""

    row: InstanceRow
    parent_id: str | None
    diagram: bytes
    #: Element id → done, active, overdue, error.
    states: dict[str, str]
    counts: dict[str, int]
    flows: frozenset[str]
    variables: list[Variable]
    tasks: list[HumanTask]
    jobs: list[Job]
    incidents: list[Incident]
    children: list[InstanceRow]
    ancestors: list[InstanceRow]


def instances(
    session: Session,
    viewer: Viewer,
    *,
    filters: InstanceFilter | None = None,
    sort: str = "-started",
    page: int = 1,
    size: int = SIZE,
) -> Page[InstanceRow]:
    """Return one page of the cases this viewer may see."""
    filters = filters or InstanceFilter()
    where = [visible(viewer, ProcessInstance.root_id.expression), *_narrow(filters)]
    total = session.scalar(select(func.count(ProcessInstance.id)).where(*where)) or 0
    offset, limit = window(page, size)
    due = _next_due()
    order: dict[str, list[ColumnElement[Any]]] = {
        "-started": [ProcessInstance.started_at.desc()],
        "started": [ProcessInstance.started_at.asc()],
        "due": [due.is_(None), due.asc()],
        "-due": [due.is_(None), due.desc()],
        "-ended": [ProcessInstance.ended_at.is_(None), ProcessInstance.ended_at.desc()],
    }
    found = session.execute(
        select(ProcessInstance, ProcessDefinition.name, ProcessDefinition.version)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(*where)
        .order_by(*order.get(sort, order["-started"]), ProcessInstance.id)
        .offset(offset)
        .limit(limit)
    ).all()
    return Page(_rows(session, found), total, max(page, 1), limit)


def _next_due() -> ColumnElement[Any]:
    return (
        select(func.min(HumanTask.due_at))
        .where(HumanTask.root_id == ProcessInstance.root_id, HumanTask.status == "open")
        .correlate(ProcessInstance)
        .scalar_subquery()
    )


def _narrow(filters: InstanceFilter) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if filters.roots_only:
        where.append(ProcessInstance.parent_id.is_(None))
    if filters.text.strip():
        pattern = like(filters.text)
        where.append(
            or_(
                ProcessInstance.title.like(pattern, escape="\\"),
                ProcessInstance.business_key.like(pattern, escape="\\"),
            )
        )
    if filters.process:
        where.append(ProcessInstance.process_key == filters.process)
    if filters.status == "incident":
        where.append(has_incident())
    elif filters.status:
        where.append(ProcessInstance.status == filters.status)
    if filters.organisation:
        where.append(
            exists(
                select(CaseAccess.id).where(
                    CaseAccess.instance_id == ProcessInstance.root_id,
                    CaseAccess.organisation == filters.organisation,
                    CaseAccess.relation == "handler",
                )
            )
        )
    if filters.lateness:
        where.append(
            exists(
                select(HumanTask.id).where(
                    HumanTask.root_id == ProcessInstance.root_id,
                    HumanTask.status == "open",
                    lateness(HumanTask.due_at.expression, filters.lateness),
                )
            )
        )
    if filters.started_by:
        where.append(ProcessInstance.started_by == filters.started_by)
    return where


def has_incident() -> ColumnElement[bool]:
    """Return whether an operator must mend something in the case."""
    return exists(
        select(Incident.id)
        .where(Incident.instance_id == ProcessInstance.id, Incident.resolved_at.is_(None))
        .correlate(ProcessInstance)
    )


def _rows(session: Session, found: Sequence[Any]) -> list[InstanceRow]:
    """Add what waits, for whom and until when: two statements for the whole page."""
    roots = [instance.root_id for instance, _, _ in found]
    waiting: dict[str, list[HumanTask]] = {}
    for task in session.scalars(
        select(HumanTask).where(HumanTask.root_id.in_(roots), HumanTask.status == "open")
    ):
        waiting.setdefault(task.root_id, []).append(task)
    broken = dict(
        session.execute(
            select(ProcessInstance.root_id, func.count(Incident.id))
            .join(ProcessInstance, ProcessInstance.id == Incident.instance_id)
            .where(ProcessInstance.root_id.in_(roots), Incident.resolved_at.is_(None))
            .group_by(ProcessInstance.root_id)
        ).all()
    )
    return [
        _row(session, instance, name, version, waiting.get(instance.root_id, []), broken)
        for instance, name, version in found
    ]


def _row(
    session: Session,
    instance: ProcessInstance,
    name: str,
    version: int,
    tasks: list[HumanTask],
    broken: dict[str, int],
) -> InstanceRow:
    owed = [task for task in tasks if task.due_at is not None]
    first = min(owed, key=lambda task: task.due_at or clock.now(), default=None)
    holders = [who for task in tasks for who in ([task.assignee] if task.assignee else task.groups)]
    return InstanceRow(
        id=instance.id,
        root_id=instance.root_id,
        process_key=instance.process_key,
        process_name=name,
        version=version,
        bundle=instance.bundle,
        business_key=instance.business_key or "",
        title=instance.title,
        status=instance.status,
        started_at=instance.started_at,
        ended_at=instance.ended_at,
        outcome=instance.outcome,
        outcome_name=definitions.end_name(session, instance.definition_id, instance.outcome),
        waiting=tuple(dict.fromkeys(task.name for task in tasks)),
        holders=tuple(dict.fromkeys(holders)),
        next_due=first.due_at if first else None,
        next_deadline=first.deadline if first else None,
        incidents=broken.get(instance.root_id, 0),
        is_demo=instance.is_demo,
    )


def instance(session: Session, viewer: Viewer, instance_id: str) -> InstanceView:
    """Return one instance with its diagram, waits, jobs and incidents.

    Raises:
        NotFound: it is not visible to this viewer.
    """
    row = require(session, viewer, instance_id)
    tasks = list(
        session.scalars(
            select(HumanTask).where(HumanTask.instance_id == row.id).order_by(HumanTask.created_at)
        )
    )
    jobs = list(
        session.scalars(
            select(Job)
            .where(Job.instance_id == row.id, Job.status.not_in(("done", "cancelled")))
            .order_by(Job.due_at)
            .limit(100)
        )
    )
    incidents = list(
        session.scalars(
            select(Incident).where(Incident.instance_id == row.id).order_by(Incident.id.desc())
        )
    )
    family = session.execute(
        select(ProcessInstance, ProcessDefinition.name, ProcessDefinition.version)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(ProcessInstance.root_id == row.root_id)
        .order_by(ProcessInstance.started_at, ProcessInstance.id)
    ).all()
    known = {item.id: item for item in _rows(session, family)}
    members = {instance.id: instance for instance, _, _ in family}
    states, counted, flows = progress(session, row, tasks, jobs, incidents)
    return InstanceView(
        row=known[row.id],
        parent_id=row.parent_id,
        diagram=definitions.original(session, row.definition_id),
        states=states,
        counts=counted,
        flows=flows,
        variables=list(
            session.scalars(
                select(Variable).where(Variable.instance_id == row.id).order_by(Variable.name)
            )
        ),
        tasks=tasks,
        jobs=jobs,
        incidents=incidents,
        children=[known[item.id] for item in members.values() if item.parent_id == row.id],
        ancestors=_ancestors(row, members, known),
    )


def _ancestors(
    row: ProcessInstance, members: dict[str, ProcessInstance], known: dict[str, InstanceRow]
) -> list[InstanceRow]:
    found: list[InstanceRow] = []
    above = row.parent_id
    while above is not None and above in members:
        found.insert(0, known[above])
        above = members[above].parent_id
    return found


def progress(
    session: Session,
    row: ProcessInstance,
    tasks: Sequence[HumanTask],
    jobs: Sequence[Job],
    incidents: Sequence[Incident],
) -> tuple[dict[str, str], dict[str, int], frozenset[str]]:
    """Return what the diagram shows: element states, token counts, flows walked."""
    done, flows = _walked(session, row.id)
    states = dict.fromkeys(done, "done")
    counted: dict[str, int] = {}
    children = session.scalars(
        select(ProcessInstance.parent_element).where(
            ProcessInstance.parent_id == row.id,
            ProcessInstance.status.in_(("active", "suspended")),
        )
    )
    catching = session.scalars(
        select(Subscription.element_id).where(Subscription.instance_id == row.id)
    )
    timers = [job.element_id for job in jobs if job.kind == "timer" and job.status == "open"]
    elements = definitions.by_id(session, row.definition_id).description.elements
    for name in (*children, *catching, *timers):
        element = elements.get(name or "")
        # Boundary events wait as long as their activity does: no token of their own.
        if element is not None and not element.attached_to and element.kind != "startEvent":
            counted[element.id] = counted.get(element.id, 0) + 1
            states[element.id] = "active"
    for task in tasks:
        if task.status == "open":
            counted[task.element_id] = counted.get(task.element_id, 0) + 1
            late = task.due_at is not None and task.due_at < clock.now()
            if states.get(task.element_id) != "overdue":
                states[task.element_id] = "overdue" if late else "active"
    for incident in incidents:
        if incident.resolved_at is None and incident.element_id:
            states[incident.element_id] = "error"
    return states, counted, flows


def _walked(session: Session, instance_id: str) -> tuple[set[str], frozenset[str]]:
    """Return the elements some token went on from, and the flows that were walked."""
    done: set[str] = set()
    flows: set[str] = set()
    at: dict[str, str] = {}
    for kind, name, data in session.execute(
        select(HistoryEvent.kind, HistoryEvent.element_id, HistoryEvent.data)
        .where(
            HistoryEvent.instance_id == instance_id,
            # Before there were trails, every step and every path was a line of its own.
            HistoryEvent.kind.in_((trail.KIND, "migrated", "left", "path")),
        )
        .order_by(HistoryEvent.id)
    ):
        if kind == "left":
            done.add(name)
        elif kind == "migrated":  # what waited goes on under its new name
            renamed = (data or {}).get("elements") or {}
            at = {token: renamed.get(element, element) for token, element in at.items()}
        flows.update((data or {}).get("flows", ()), trail.flows(data or {}))
        for step in trail.steps(data or {}):
            if step.element:
                at[step.token] = step.element
            if step.kind in ("passed", "left") and step.token in at:
                done.add(at[step.token])
    return done, frozenset(flows)
