"""待办: one indexed query over human tasks and their candidates, no engine state touched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from engine import clock
from engine.models import HumanTask, HumanTaskCandidate, ProcessDefinition, ProcessInstance
from engine.queries.access import Viewer, visible
from engine.queries.paging import SIZE, Page, like, window

Box = Literal["mine", "unsigned", "done"]
Lateness = Literal["", "late", "today", "week"]

#: What a list may be sorted by; anything else is refused by not being here.
SORTS = ("due", "-due", "created", "-created", "priority")


@dataclass(frozen=True)
class InboxFilter:
    """How the list is narrowed; empty means everything."""

    text: str = ""
    process: str = ""
    element: str = ""
    organisation: str = ""
    lateness: Lateness = ""


@dataclass(frozen=True)
class TaskRow:
    """One line of the inbox. Nothing personal: codes, names of elements, titles."""

    id: str
    instance_id: str
    root_id: str
    name: str
    element_id: str
    title: str
    business_key: str
    process_key: str
    process_name: str
    bundle: str
    status: str
    assignee: str | None
    groups: tuple[str, ...]
    due_at: datetime | None
    deadline: dict[str, Any] | None
    created_at: datetime
    claimed_at: datetime | None
    closed_at: datetime | None
    unread: bool
    priority: int
    is_demo: bool

    @property
    def late(self) -> bool:
        """Whether the deadline has passed and the task is still owed."""
        return self.status == "open" and self.due_at is not None and self.due_at < clock.now()


@dataclass(frozen=True)
class Counts:
    """The figures on the tabs."""

    mine: int
    unsigned: int
    late: int


def candidates(viewer: Viewer) -> Select[str]:
    """Return the tasks this viewer is a candidate of."""
    barred = aliased(HumanTaskCandidate)
    return select(HumanTaskCandidate.human_task_id).where(
        HumanTaskCandidate.human_task_id.not_in(
            select(barred.human_task_id).where(barred.kind == "not", barred.who == viewer.id)
        ),
        or_(
            and_(
                HumanTaskCandidate.kind == "group",
                HumanTaskCandidate.who.in_(viewer.groups),
            ),
            and_(HumanTaskCandidate.kind == "user", HumanTaskCandidate.who == viewer.id),
        ),
    )


def _box(viewer: Viewer, box: Box) -> ColumnElement[bool]:
    if box == "done":
        return and_(HumanTask.completed_by == viewer.id, HumanTask.status == "completed")
    if box == "unsigned":
        return and_(
            HumanTask.status == "open",
            HumanTask.assignee.is_(None),
            HumanTask.id.in_(candidates(viewer)),
        )
    return and_(HumanTask.status == "open", HumanTask.assignee == viewer.id)


def inbox(
    session: Session,
    viewer: Viewer,
    *,
    box: Box = "mine",
    filters: InboxFilter | None = None,
    sort: str = "due",
    page: int = 1,
    size: int = SIZE,
) -> Page[TaskRow]:
    """Return one page of a person's tasks, most urgent first.

    An unknown `sort` is taken for `due`; pages beyond the end are empty.
    """
    root = aliased(ProcessInstance)
    filters = filters or InboxFilter()
    where = [
        _box(viewer, box),
        visible(viewer, HumanTask.root_id.expression),
        *_narrow(filters, root),
    ]
    joined = select(HumanTask.id).join(root, root.id == HumanTask.root_id).where(*where)
    total = session.scalar(select(func.count()).select_from(joined.subquery())) or 0
    offset, limit = window(page, size)
    rows = session.execute(
        select(HumanTask, root.title, root.business_key, root.is_demo, ProcessDefinition.name)
        .join(root, root.id == HumanTask.root_id)
        .join(ProcessInstance, ProcessInstance.id == HumanTask.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(*where)
        .order_by(*_order(sort, box))
        .offset(offset)
        .limit(limit)
    )
    items = [_row(*row) for row in rows]
    return Page(items, total, max(page, 1), limit)


def _narrow(filters: InboxFilter, root: type[ProcessInstance]) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if filters.text.strip():
        pattern = like(filters.text)
        where.append(
            or_(
                root.title.like(pattern, escape="\\"),
                root.business_key.like(pattern, escape="\\"),
                HumanTask.name.like(pattern, escape="\\"),
            )
        )
    if filters.process:
        where.append(HumanTask.process_key == filters.process)
    if filters.element:
        where.append(HumanTask.element_id == filters.element)
    if filters.organisation:
        group = HumanTaskCandidate.who.like(like("@" + filters.organisation)[:-1], escape="\\")
        where.append(HumanTask.id.in_(select(HumanTaskCandidate.human_task_id).where(group)))
    if filters.lateness:
        where.append(lateness(HumanTask.due_at.expression, filters.lateness))
    return where


def lateness(due: ColumnElement[Any], kind: str) -> ColumnElement[bool]:
    """Return the condition for late, due today, or due within a week (office days)."""
    now = clock.now()
    if kind == "late":
        return due < now
    days = 1 if kind == "today" else 7
    midnight = clock.today().replace(hour=0, minute=0, second=0, microsecond=0)
    return and_(due >= now, due < midnight + timedelta(days=days))


def _order(sort: str, box: Box) -> list[ColumnElement[Any]]:
    if box == "done":
        return [HumanTask.closed_at.desc(), HumanTask.id.expression]
    chosen = sort if sort in SORTS else "due"
    due_last = HumanTask.due_at.is_(None)
    orders: dict[str, list[ColumnElement[Any]]] = {
        "due": [due_last, HumanTask.due_at.asc(), HumanTask.id.expression],
        "-due": [due_last, HumanTask.due_at.desc(), HumanTask.id.expression],
        "created": [HumanTask.created_at.asc(), HumanTask.id.expression],
        "-created": [HumanTask.created_at.desc(), HumanTask.id.expression],
        "priority": [HumanTask.priority.desc(), due_last, HumanTask.due_at.asc()],
    }
    return orders[chosen]


def _row(
    task: HumanTask, title: str, business_key: str | None, is_demo: bool, process: str
) -> TaskRow:
    return TaskRow(
        id=task.id,
        instance_id=task.instance_id,
        root_id=task.root_id,
        name=task.name,
        element_id=task.element_id,
        title=title,
        business_key=business_key or "",
        process_key=task.process_key,
        process_name=process,
        bundle=task.bundle,
        status=task.status,
        assignee=task.assignee,
        groups=tuple(task.groups),
        due_at=task.due_at,
        deadline=task.deadline,
        created_at=task.created_at,
        claimed_at=task.claimed_at,
        closed_at=task.closed_at,
        unread=task.opened_at is None,
        priority=task.priority,
        is_demo=is_demo,
    )


def counts(session: Session, viewer: Viewer) -> Counts:
    """Return how much waits for this viewer."""
    # a task of its own stands in no list of the office
    seen = visible(viewer, HumanTask.root_id.expression) & HumanTask.instance_id.is_not(None)

    def count(*where: ColumnElement[bool]) -> int:
        return session.scalar(select(func.count(HumanTask.id)).where(seen, *where)) or 0

    mine, unsigned = _box(viewer, "mine"), _box(viewer, "unsigned")
    return Counts(
        mine=count(mine),
        unsigned=count(unsigned),
        late=count(or_(mine, unsigned), HumanTask.due_at < clock.now()),
    )
