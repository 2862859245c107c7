"""The list at the left of the inbox: boxes, filters, lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from engine import queries
from engine.queries import InboxFilter, InstanceFilter, InstanceRow, TaskRow, Viewer
from processes.people import orgs, roles
from web import explain, listing, people, words

BOXES = {"mine": "我的待办", "unsigned": "待签收", "done": "已办", "started": "我发起的"}
SORTS = {
    "due": "按期限",
    "-created": "最新到达",
    "created": "最早到达",
    "priority": "按紧急程度",
}
LATENESS = {"": "全部期限", "late": "已超期", "today": "今天到期", "week": "一周内到期"}
NOTHING = {
    "mine": "没有待办，都办完了。",
    "unsigned": "没有等待签收的事项。",
    "done": "还没有办过的事项。",
    "started": "还没有发起过流程。",
}
#: Lines of an export; a longer list should be narrowed first.
EXPORT_SIZE = 1_000


@dataclass(frozen=True)
class Line:
    """One line of the list, whatever it stands for."""

    id: str
    title: str
    step: str
    who: str
    number: str
    when: datetime
    due: words.Due | None
    address: str
    open: bool = True
    fresh: bool = False
    #: Opens as a page of its own, not beside the list.
    leaves: bool = False


@dataclass(frozen=True)
class Tab:
    """A box of the inbox."""

    title: str
    address: str
    here: bool
    count: int | None


@dataclass(frozen=True)
class Filter:
    """One select of the filter bar."""

    name: str
    title: str
    value: str
    options: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Listing:
    """Everything the list shows."""

    box: str
    q: str
    boxes: Sequence[Tab]
    filters: Sequence[Filter]
    rows: Sequence[Line]
    page: listing.Pager
    nothing: str
    kept: Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """What the address asks for, every value picked from a list."""

    box: str
    sort: str
    q: str
    process: str
    organisation: str
    lateness: str

    @property
    def kept(self) -> dict[str, Any]:
        """The parameters that say something."""
        return listing.kept(
            box="" if self.box == "mine" else self.box,
            sort="" if self.sort == "due" else self.sort,
            q=self.q,
            process=self.process,
            organisation=self.organisation,
            lateness=self.lateness,
        )


def asked() -> Asked:
    """Read the address. Codes may only hold letters, digits and underscores."""
    return Asked(
        box=listing.chosen("box", BOXES, "mine"),
        sort=listing.chosen("sort", SORTS, "due"),
        q=listing.text("q"),
        process=listing.code("process"),
        organisation=listing.code("organisation"),
        lateness=listing.chosen("lateness", LATENESS),
    )


def build(session: Session, viewer: Viewer, wanted: Asked) -> Listing:
    """Return one page of the viewer's list."""
    counts = queries.counts(session, viewer)
    number = listing.page_number()
    if wanted.box == "started":
        started = _started(session, viewer, wanted, number)
        rows, total = [_instance_line(row) for row in started.items], started.total
    else:
        found = _tasks(session, viewer, wanted, number)
        rows, total = _task_lines(session, found.items, wanted), found.total
    return Listing(
        box=wanted.box,
        q=wanted.q,
        boxes=_tabs(wanted, {"mine": counts.mine, "unsigned": counts.unsigned}),
        filters=_filters(session, viewer, wanted),
        rows=rows,
        page=listing.Pager(number, listing.SIZE, total, "inbox.index", wanted.kept),
        nothing="没有符合条件的事项，可以放宽筛选。" if _narrowed(wanted) else NOTHING[wanted.box],
        kept=wanted.kept,
    )


def table(session: Session, viewer: Viewer, wanted: Asked) -> list[list[object]]:
    """Return the list as rows of a sheet, first row the headings."""
    head: list[object] = ["编号", "标题", "环节", "承办", "到达时间", "期限", "期限状态"]
    if wanted.box == "started":
        found = _started(session, viewer, wanted, 1, EXPORT_SIZE)
        lines = [_instance_line(row) for row in found.items]
    else:
        lines = _task_lines(session, _tasks(session, viewer, wanted, 1, EXPORT_SIZE).items, wanted)
    body: list[list[object]] = [
        [
            line.number,
            line.title,
            line.step,
            line.who,
            words.moment(line.when),
            words.moment(line.due.at) if line.due else "",
            line.due.text if line.due and line.open else "",
        ]
        for line in lines
    ]
    return [head, *body]


def _tasks(
    session: Session, viewer: Viewer, wanted: Asked, page: int, size: int = listing.SIZE
) -> queries.Page[TaskRow]:
    return queries.inbox(
        session,
        viewer,
        box=wanted.box,  # type: ignore[arg-type]  # `asked` picked it from BOXES
        filters=InboxFilter(
            text=wanted.q,
            process=wanted.process,
            organisation=wanted.organisation,
            lateness=wanted.lateness,  # type: ignore[arg-type]  # picked from LATENESS
        ),
        sort=wanted.sort,
        page=page,
        size=size,
    )


def _started(
    session: Session, viewer: Viewer, wanted: Asked, page: int, size: int = listing.SIZE
) -> queries.Page[InstanceRow]:
    return queries.instances(
        session,
        viewer,
        filters=InstanceFilter(
            text=wanted.q,
            process=wanted.process,
            organisation=wanted.organisation,
            lateness=wanted.lateness,
            started_by=viewer.id,
        ),
        page=page,
        size=size,
    )


def _task_lines(session: Session, rows: Sequence[TaskRow], wanted: Asked) -> list[Line]:
    places = people.of_places(
        session, {code for row in rows for code in explain.organisations(row.groups)}
    )
    return [
        Line(
            id=row.id,
            title=row.title or row.process_name,
            step=row.name,
            who=_who(row, places),
            number=row.business_key,
            when=row.closed_at or row.created_at,
            due=words.due(row.due_at, row.deadline, row.created_at),
            address=url_for("inbox.show", task_id=row.id, **wanted.kept),
            open=row.status == "open",
            fresh=row.unread and row.status == "open",
        )
        for row in rows
    ]


def _who(row: TaskRow, places: Mapping[str, str]) -> str:
    """Say which process, and for people with several posts also where."""
    where = "、".join(
        sorted({places.get(code, code) for code in explain.organisations(row.groups)})
    )
    return f"{row.process_name}　{where}" if where else row.process_name


def _instance_line(row: InstanceRow) -> Line:
    ended = row.ended_at is not None
    return Line(
        id=row.id,
        title=row.title or row.process_name,
        step="、".join(row.waiting) or (row.outcome_name or "已结束" if ended else "自动办理中"),
        who=row.process_name,
        number=row.business_key,
        when=row.started_at,
        due=words.due(row.next_due, row.next_deadline, row.started_at),
        address=url_for("monitor.show", instance_id=row.id),
        open=not ended,
        leaves=True,
    )


def _tabs(wanted: Asked, counts: Mapping[str, int]) -> list[Tab]:
    return [
        Tab(title, url_for("inbox.index", box=box), box == wanted.box, counts.get(box))
        for box, title in BOXES.items()
    ]


def _filters(session: Session, viewer: Viewer, wanted: Asked) -> list[Filter]:
    held = {roles.split(group)[1] for group in viewer.groups} - {""}
    places = sorted(orgs.names(session, held).items())
    processes = [(row["process"], row["name"]) for row in queries.statistics(session, viewer)]
    filters = [
        Filter("process", "流程", wanted.process, [("", "全部流程"), *processes]),
        Filter("lateness", "期限", wanted.lateness, list(LATENESS.items())),
    ]
    if len(places) > 1 or wanted.organisation:
        options = [("", "全部单位"), *places]
        filters.append(Filter("organisation", "单位", wanted.organisation, options))
    filters.append(Filter("sort", "排序", wanted.sort, list(SORTS.items())))
    return filters


def _narrowed(wanted: Asked) -> bool:
    return bool(wanted.q or wanted.process or wanted.organisation or wanted.lateness)
