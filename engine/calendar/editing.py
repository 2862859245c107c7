"""Changing the calendar: seeding, importing a published year, single days, and what moves then.

Every change marks its year as changed (that is how other processes notice) and is followed by
`recompute`, which moves what is not yet due and says what it moved (L-041; §4.6 定时器通则 ⑤).
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, String, cast, delete, func, select
from sqlalchemy.orm import Session

from engine import clock
from engine.calendar import deadline as rules
from engine.calendar.days import WorkCalendar, china_date, forget, load
from engine.calendar.deadline import Deadline
from engine.models import CalendarDay, CalendarYear, HistoryEvent, HumanTask, Job, ProcessInstance

FIRST_SEEDED, SEED = 2020, "chinesecalendar"
KINDS = {"休": False, "放假": False, "休息": False, "班": True, "上班": True}
KINDS |= {"调休上班": True, "0": False, "1": True}
#: From this month on a missing next year is worth a warning: the arrangement is usually out.
WARN_FROM_MONTH = 11


@dataclass(frozen=True)
class Moved:
    """One thing whose due time changed with the calendar."""

    kind: str
    id: str
    instance_id: str | None
    element_id: str | None
    old: datetime
    new: datetime


@dataclass(frozen=True)
class Publication:
    """What an import did: the errors (then nothing was written), or the days and what moved."""

    year: int
    errors: list[tuple[int, str]] = field(default_factory=list)
    days: int = 0
    moved: list[Moved] = field(default_factory=list)


def seed(session: Session) -> int:
    """Fill in the published years of the package `chinesecalendar`; return how many were new.

    A year that is there already is left alone: somebody may have edited it.
    """
    from chinese_calendar import constants

    known = set(session.scalars(select(CalendarYear.year)))
    names = {holiday.value: holiday.chinese for holiday in constants.Holiday}
    last = max(constants.holidays).year
    fresh = [year for year in range(FIRST_SEEDED, last + 1) if year not in known]
    for worked, table in ((False, constants.holidays), (True, constants.workdays)):
        for day, name in table.items():
            if day.year in fresh:
                label = names.get(name, name) + ("调休上班" if worked else "")
                session.add(CalendarDay(day=day, is_workday=worked, name=label, source=SEED))
    for year in fresh:
        _mark(session, year, SEED, published=True)
    # later reads of this session need the rows
    session.flush()
    forget(session)
    return len(fresh)


def publish(session: Session, year: int, text: str, *, source: str, now: datetime) -> Publication:
    """Take over the published arrangement of a year and move what depends on it.

    Args:
        session: the caller's transaction.
        year: every row must lie in it.
        text: CSV with the columns 日期,类型,名称; 类型 is 休 or 班; a heading is allowed.
        source: the notice it comes from, shown beside each day.
        now: engine time; only what is due later moves.

    Nothing is written if a row is wrong; the result then lists line numbers and reasons.
    """
    days, errors = _rows(year, text)
    if not errors and not any(not worked for worked, _ in days.values()):
        errors.append((0, f"没有一天标为“休”，这不像 {year} 年的放假安排。"))
    if errors:
        return Publication(year, errors)
    session.execute(
        delete(CalendarDay).where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)))
    )
    session.add_all(
        CalendarDay(day=day, is_workday=worked, name=name, source=source)
        for day, (worked, name) in days.items()
    )
    _mark(session, year, source, published=True)
    return Publication(year, days=len(days), moved=recompute(session, year, now=now))


def set_day(
    session: Session, day: date, *, is_workday: bool, name: str, now: datetime
) -> list[Moved]:
    """Change one day by hand, and move what depends on its year."""
    session.merge(CalendarDay(day=day, is_workday=is_workday, name=name, source="手工修改"))
    known = session.get(CalendarYear, day.year)
    _mark(
        session, day.year, known.source if known else "", published=bool(known and known.published)
    )
    return recompute(session, day.year, now=now)


def _mark(session: Session, year: int, source: str, *, published: bool) -> None:
    session.merge(
        CalendarYear(year=year, published=published, source=source, updated_at=clock.real())
    )


def _rows(year: int, text: str) -> tuple[dict[date, tuple[bool, str]], list[tuple[int, str]]]:
    days: dict[date, tuple[bool, str]] = {}
    errors: list[tuple[int, str]] = []
    for number, cells in enumerate(csv.reader(io.StringIO(text.lstrip("\ufeff"))), 1):
        cells = [cell.strip() for cell in cells]
        if not any(cells) or (number == 1 and cells[0] == "日期"):
            continue
        problem = _problem(year, cells, days)
        if problem:
            errors.append((number, problem))
            continue
        days[_day(cells[0])] = (KINDS[cells[1]], cells[2] if len(cells) > 2 else "")
    return days, errors


def _day(text: str) -> date:
    year, month, day = text.replace("/", "-").replace(".", "-").split("-")
    return date(int(year), int(month), int(day))


def _problem(year: int, cells: list[str], days: dict[date, tuple[bool, str]]) -> str:
    if len(cells) < 2:
        return "应有 日期、类型、名称 三列。"
    try:
        day = _day(cells[0])
    except ValueError:
        return f"“{cells[0]}”不是日期，请写成 {year}-01-01。"
    if day.year != year:
        return f"{cells[0]} 不在 {year} 年内。"
    if cells[1] not in KINDS:
        return f"类型“{cells[1]}”不认识，请写“休”或“班”。"
    if day in days:
        return f"{cells[0]} 重复出现。"
    if KINDS[cells[1]] and day.weekday() < 5:
        return f"{cells[0]} 本来就是工作日，请核对是否写错。"
    return "" if len("".join(cells[2:])) <= 100 else "名称太长。"


# -- what moves ----------------------------------------------------------------------------------


def recompute(session: Session, year: int, *, now: datetime) -> list[Moved]:
    """Compute anew everything not yet due whose period touches a year; return what moved.

    Each move is also a line in the history of its instance.
    """
    # the rows just written must be read by `load`
    session.flush()
    forget(session)
    calendar = load(session)
    open_tasks = select(HumanTask).where(
        HumanTask.status == "open", HumanTask.due_at > now, _has_deadline(HumanTask)
    )
    open_jobs = select(Job).where(Job.status == "open", Job.due_at > now, _has_deadline(Job))
    moved = []
    for row in (*session.scalars(open_tasks), *session.scalars(open_jobs)):
        change = _move(calendar, row, year)
        if change is not None:
            moved.append(change)
    _record(session, moved, year, now)
    return moved


def _has_deadline(table: type[HumanTask] | type[Job]) -> ColumnElement[bool]:
    # None is kept as the JSON text “null” by some databases and as NULL by others.
    return func.length(cast(table.deadline, String)) > len("null")


def _move(calendar: WorkCalendar, row: HumanTask | Job, year: int) -> Moved | None:
    if not row.deadline or row.due_at is None:
        return None
    old = Deadline.from_dict(row.deadline)
    ends = max(old.due_at, row.due_at)
    # A period may begin to touch the year only by moving into it, so look a month further.
    if not china_date(old.base).year <= year <= rules.add_months(china_date(ends), 1).year:
        return None
    new = rules.recompute(calendar, old)
    row.deadline = new.as_dict()
    if new.due_at == row.due_at:
        return None
    before, row.due_at = row.due_at, new.due_at
    kind = "human_task" if isinstance(row, HumanTask) else "job"
    return Moved(kind, str(row.id), row.instance_id, row.element_id, before, new.due_at)


def _record(session: Session, moved: list[Moved], year: int, now: datetime) -> None:
    found = select(ProcessInstance.id, ProcessInstance.root_id).where(
        ProcessInstance.id.in_({item.instance_id for item in moved if item.instance_id})
    )
    roots = {row.id: row.root_id for row in session.execute(found)}
    for item in moved:
        if item.instance_id in roots:
            session.add(
                HistoryEvent(
                    instance_id=item.instance_id,
                    root_id=roots[item.instance_id],
                    at=now,
                    kind="rescheduled",
                    element_id=item.element_id,
                    data={
                        "year": year,
                        "what": item.kind,
                        "old": item.old.isoformat(),
                        "new": item.new.isoformat(),
                    },
                )
            )


# -- warnings ------------------------------------------------------------------------------------


def warnings(session: Session, now: datetime) -> list[str]:
    """Say which arrangement is missing and how many open deadlines are only estimates."""
    calendar, today = load(session), china_date(now)
    wanted = [today.year] + ([today.year + 1] if today.month >= WARN_FROM_MONTH else [])
    return [
        f"{year}年节假日安排尚未导入，涉及该年的期限暂按周末估算（{_estimated(session, year)} 项"
        "未到期）。请运行 huiyin calendar import 导入国务院办公厅公布的安排，导入后自动重算。"
        for year in wanted
        if year not in calendar.published
    ]


def _estimated(session: Session, year: int) -> int:
    start = rules.at(date(year, 1, 1), rules.OPENS)
    tasks = select(func.count(HumanTask.id)).where(
        HumanTask.status == "open", HumanTask.due_at >= start, _has_deadline(HumanTask)
    )
    jobs = select(func.count(Job.id)).where(
        Job.status == "open", Job.due_at >= start, _has_deadline(Job)
    )
    return (session.scalar(tasks) or 0) + (session.scalar(jobs) or 0)
