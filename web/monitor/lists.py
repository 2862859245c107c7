"""The list of cases: filters, figures, lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from engine import queries
from engine.queries import InstanceFilter, InstanceRow, Viewer
from processes.people import accounts, orgs, roles
from web import explain, listing, people, words

STATES = {
    "": "全部状态",
    "active": "在办",
    "suspended": "暂停",
    "completed": "已结束",
    "cancelled": "已撤销",
    "incident": "有异常",
}
LATENESS = {"": "全部期限", "late": "已超期", "today": "今天到期", "week": "一周内到期"}
SORTS = {
    "-started": "最新登记",
    "started": "最早登记",
    "due": "期限最近",
    "-ended": "最近结束",
}
HEADINGS = (
    *("编号", "标题", "流程", "状态", "当前环节", "承办"),
    *("登记时间", "结束时间", "期限", "期限状态"),
)
#: Lines of an export; a longer list should be narrowed first.
EXPORT_SIZE = 1_000


@dataclass(frozen=True)
class Line:
    """One case in the list."""

    row: InstanceRow
    address: str
    steps: str
    holders: str
    due: words.Due | None
    state: str
    tone: str


@dataclass(frozen=True)
class Figure:
    """A number at the head of the page; a press narrows the list to it."""

    title: str
    count: int
    address: str
    here: bool
    tone: str = ""


@dataclass(frozen=True)
class Bar:
    """One process: in progress, of which late."""

    name: str
    running: int
    late: int
    completed: int
    incidents: int
    address: str
    share: float
    late_share: float


@dataclass(frozen=True)
class Asked:
    """What the address asks for, every value picked from a list."""

    q: str
    process: str
    status: str
    organisation: str
    lateness: str
    sort: str

    @property
    def kept(self) -> dict[str, Any]:
        """The parameters that say something."""
        return listing.kept(
            q=self.q,
            process=self.process,
            status=self.status,
            organisation=self.organisation,
            lateness=self.lateness,
            sort="" if self.sort == "-started" else self.sort,
        )

    @property
    def filters(self) -> InstanceFilter:
        """The same for the query."""
        return InstanceFilter(
            text=self.q,
            process=self.process,
            status=self.status,
            organisation=self.organisation,
            lateness=self.lateness,
        )


def asked() -> Asked:
    """Read the address. Codes may only hold letters, digits and underscores."""
    return Asked(
        q=listing.text("q"),
        process=listing.code("process"),
        status=listing.chosen("status", STATES),
        organisation=listing.code("organisation"),
        lateness=listing.chosen("lateness", LATENESS),
        sort=listing.chosen("sort", SORTS, "-started"),
    )


def lines(
    session: Session, viewer: Viewer, wanted: Asked, page: int, size: int = listing.SIZE
) -> tuple[list[Line], int]:
    """Return one page of cases and how many there are."""
    found = queries.instances(
        session, viewer, filters=wanted.filters, sort=wanted.sort, page=page, size=size
    )
    held = {holder for row in found.items for holder in row.holders}
    groups = {holder for holder in held if "@" in holder}
    names = accounts.names(session, held - groups)
    places = people.of_places(session, explain.organisations(groups))
    return [line(row, names, places) for row in found.items], found.total


def figures(statistics: Sequence[Mapping[str, Any]], wanted: Asked) -> list[Figure]:
    """Return the numbers at the head: in progress, late, finished, broken."""

    def total(key: str) -> int:
        return sum(int(row[key]) for row in statistics)

    def figure(title: str, key: str, tone: str = "", **narrow: str) -> Figure:
        here = all(getattr(wanted, name) == value for name, value in narrow.items())
        address = url_for("monitor.index", **listing.kept(**narrow))
        return Figure(title, total(key), address, here, tone if total(key) else "")

    return [
        figure("在办", "running", status="active", lateness=""),
        figure("已超期", "late", "red", status="", lateness="late"),
        figure("已结束", "completed", status="completed"),
        figure("有异常", "incidents", "amber", status="incident"),
    ]


def bars(statistics: Sequence[Mapping[str, Any]]) -> list[Bar]:
    """Return each process with its share of the busiest one."""
    most = max((int(row["running"]) for row in statistics), default=0) or 1
    return [
        Bar(
            name=row["name"],
            running=row["running"],
            late=row["late"],
            completed=row["completed"],
            incidents=row["incidents"],
            address=url_for("monitor.index", process=row["process"]),
            share=row["running"] / most,
            late_share=row["late"] / most,
        )
        for row in statistics
    ]


def choices(
    session: Session, viewer: Viewer, statistics: Sequence[Mapping[str, Any]]
) -> dict[str, list[tuple[str, str]]]:
    """Return what the selects offer."""
    places = {roles.split(group)[1] for group in viewer.groups} | set(viewer.organisations)
    for place in list(places):
        places |= set(orgs.descendants(session, place))
    named = orgs.names(session, {place for place in places if place})
    known = sorted((code, name) for code, name in named.items() if code != name)
    return {
        "process": [("", "全部流程"), *((row["process"], row["name"]) for row in statistics)],
        "status": list(STATES.items()),
        "organisation": [("", "全部单位"), *known],
        "lateness": list(LATENESS.items()),
        "sort": list(SORTS.items()),
    }


def table(session: Session, viewer: Viewer, wanted: Asked) -> list[list[object]]:
    """Return the list as rows of a sheet, first row the headings."""
    found, _ = lines(session, viewer, wanted, 1, EXPORT_SIZE)
    head: list[object] = list(HEADINGS)
    body: list[list[object]] = [
        [
            line.row.business_key,
            line.row.title,
            line.row.process_name,
            line.state,
            line.steps,
            line.holders,
            words.moment(line.row.started_at),
            words.moment(line.row.ended_at) if line.row.ended_at else "",
            words.moment(line.due.at) if line.due else "",
            line.due.text if line.due else "",
        ]
        for line in found
    ]
    return [head, *body]


def state(row: InstanceRow) -> tuple[str, str]:
    """Return how a case's state is called, and its tone."""
    if row.incidents and row.status == "active":
        return "有异常", "amber"
    return {
        "active": ("在办", "blue"),
        "suspended": ("暂停", "amber"),
        "completed": ("已结束", "green"),
        "cancelled": ("已撤销", ""),
    }.get(row.status, (row.status, ""))


def line(row: InstanceRow, names: Mapping[str, str], places: Mapping[str, str]) -> Line:
    """Return a case as a line of the list."""
    groups = [holder for holder in row.holders if "@" in holder]
    people = [names.get(holder, holder) for holder in row.holders if "@" not in holder]
    told = [*people, *([explain.groups(groups, places)] if groups else [])]
    called, tone = state(row)
    ended = row.ended_at is not None
    return Line(
        row=row,
        address=url_for("monitor.show", instance_id=row.id),
        steps="、".join(row.waiting) or ((row.outcome_name or "—") if ended else "自动办理中"),
        holders="、".join(told) or "—",
        due=None if ended else words.due(row.next_due, row.next_deadline, row.started_at),
        state=called,
        tone=tone,
    )
