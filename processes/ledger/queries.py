"""Reading registers: what a viewer may see, filtered, sorted, page by page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from engine import clock, vault
from engine.errors import NotFound
from engine.queries.access import Viewer, visible
from engine.queries.paging import SIZE, Page, like, window
from processes.ledger import registers
from processes.ledger.models import LedgerEntry
from processes.ledger.registers import Column
from processes.people import orgs

#: Lines of one export; more are narrowed first.
EXPORT_LIMIT = 10_000

_SORTS: dict[str, ColumnElement[Any]] = {
    "number": LedgerEntry.number.expression,
    "entered": LedgerEntry.entered_at.expression,
    "due": LedgerEntry.due_on.expression,
    "closed": LedgerEntry.closed_on.expression,
    "organisation": LedgerEntry.organisation.expression,
    "category": LedgerEntry.category.expression,
    "status": LedgerEntry.status.expression,
}


@dataclass(frozen=True)
class LedgerFilter:
    """How a register is narrowed; empty means everything."""

    text: str = ""
    year: int | None = None
    organisation: str = ""
    category: str = ""
    level: str = ""
    status: str = ""
    result: str = ""
    entered_from: date | None = None
    entered_to: date | None = None
    open_only: bool = False


@dataclass(frozen=True)
class LedgerRow:
    """One line as it is shown: names and phones masked, codes read as words."""

    id: int
    label: str
    instance_id: str | None
    organisation: str
    values: dict[str, str]
    entered_on: date
    due_on: date | None
    closed_on: date | None


def entries(
    session: Session,
    viewer: Viewer,
    register: str,
    *,
    filters: LedgerFilter | None = None,
    sort: str = "-number",
    page: int = 1,
    size: int = SIZE,
) -> Page[LedgerRow]:
    """Return a page of the lines of a register that the viewer may see.

    A line of a case is seen by whoever sees the case; a line without one by its organisation
    and those above it. An unknown `sort` is taken for the newest first.

    Raises:
        NotFound: there is no such register.
    """
    declared = registers.get(register)
    where = [
        LedgerEntry.register == register,
        _visible(session, viewer),
        *_narrow(filters or LedgerFilter()),
    ]
    total = session.scalar(select(func.count(LedgerEntry.id)).where(*where)) or 0
    offset, limit = window(page, size)
    found = session.scalars(
        select(LedgerEntry).where(*where).order_by(*_order(sort)).offset(offset).limit(limit)
    )
    return Page([_row(entry, declared.columns) for entry in found], total, max(page, 1), limit)


def table(
    session: Session, viewer: Viewer, register: str, *, filters: LedgerFilter | None = None
) -> list[list[str]]:
    """Return the lines for an export, newest last: label, organisation, columns, dates.

    Masked like the page. At most `EXPORT_LIMIT` lines.
    """
    declared = registers.get(register)
    where = [
        LedgerEntry.register == register,
        _visible(session, viewer),
        *_narrow(filters or LedgerFilter()),
    ]
    found = session.scalars(
        select(LedgerEntry).where(*where).order_by(*_order("number")).limit(EXPORT_LIMIT)
    )
    rows = [_row(entry, declared.columns) for entry in found]
    places = orgs.names(session, {row.organisation for row in rows})
    return [
        [
            row.label,
            places[row.organisation],
            *(row.values[column.key] for column in declared.columns),
            shown_date(row.entered_on),
            shown_date(row.due_on),
            shown_date(row.closed_on),
        ]
        for row in rows
    ]


def headings(register: str) -> list[str]:
    """Return the headings that belong to `table`."""
    columns = [column.title for column in registers.get(register).columns]
    return ["编号", "单位", *columns, "登记日期", "期限", "办结日期"]


def entry(session: Session, viewer: Viewer, entry_id: int) -> LedgerRow:
    """Return one line.

    Raises:
        NotFound: it is not there, or not for this viewer.
    """
    found = session.scalar(
        select(LedgerEntry).where(LedgerEntry.id == entry_id, _visible(session, viewer))
    )
    if found is None:
        raise NotFound("没有这一行台账，或者您没有查看权限。")
    return _row(found, registers.get(found.register).columns)


def shown_date(day: date | None) -> str:
    """Return a day as people write it (2026年4月7日), "" for none."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _visible(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    of_case = and_(
        LedgerEntry.instance_id.is_not(None),
        visible(viewer, LedgerEntry.instance_id.expression),
    )
    if viewer.scope == "all":
        return or_(of_case, LedgerEntry.instance_id.is_(None))
    below = _with_descendants(session, viewer.organisations)
    own = and_(LedgerEntry.instance_id.is_(None), LedgerEntry.organisation.in_(below))
    return or_(of_case, own)


def _with_descendants(session: Session, codes: Iterable[str]) -> set[str]:
    own = set(codes)
    return own.union(*(orgs.descendants(session, code) for code in own))


def _narrow(filters: LedgerFilter) -> list[ColumnElement[bool]]:
    exact = {
        LedgerEntry.year: filters.year,
        LedgerEntry.organisation: filters.organisation,
        LedgerEntry.category: filters.category,
        LedgerEntry.level: filters.level,
        LedgerEntry.status: filters.status,
        LedgerEntry.result: filters.result,
    }
    where: list[ColumnElement[bool]] = [column == value for column, value in exact.items() if value]
    if filters.text.strip():
        pattern = like(filters.text)
        where.append(
            or_(
                LedgerEntry.label.like(pattern, escape="\\"),
                LedgerEntry.title.like(pattern, escape="\\"),
            )
        )
    if filters.open_only:
        where.append(LedgerEntry.closed_on.is_(None))
    if filters.entered_from:
        where.append(LedgerEntry.entered_at >= _midnight(filters.entered_from))
    if filters.entered_to:
        where.append(LedgerEntry.entered_at < _midnight(filters.entered_to, days=1))
    return where


def _midnight(day: date, *, days: int = 0) -> datetime:
    """Return the beginning of an office day (or of a later one)."""
    return datetime.combine(day, time.min, clock.CHINA) + timedelta(days=days)


def _order(sort: str) -> list[ColumnElement[Any]]:
    column = _SORTS.get(sort.removeprefix("-"))
    if column is None:
        return [LedgerEntry.id.desc()]
    chosen = column.desc() if sort.startswith("-") else column.asc()
    return [column.is_(None), chosen, LedgerEntry.id.desc()]


def _row(entry: LedgerEntry, columns: Iterable[Column]) -> LedgerRow:
    return LedgerRow(
        id=entry.id,
        label=entry.label,
        instance_id=entry.instance_id,
        organisation=entry.organisation,
        values={column.key: _shown(entry, column) for column in columns},
        entered_on=entry.entered_at.astimezone(clock.CHINA).date(),
        due_on=entry.due_on,
        closed_on=entry.closed_on,
    )


def _shown(entry: LedgerEntry, column: Column) -> str:
    in_table = column.key in registers.COLUMNS
    value = getattr(entry, column.key) if in_table else entry.details.get(column.key)
    if value is None:
        return ""
    if column.kind == "name":
        return vault.mask_name(str(value))
    if column.kind == "phone":
        return vault.mask_phone(str(value))
    if column.kind == "date":
        day = value if isinstance(value, date) else date.fromisoformat(str(value)[:10])
        return shown_date(day)
    return column.labels.get(str(value), str(value))
