"""Taking the demonstration away: every row and every file that belongs to it, nothing else.

What belongs to it is read off the tables: rows marked `is_demo`, rows that refer to them (foreign
keys), and rows that name their case. A new table with a foreign key needs no change here.
"""

from __future__ import annotations

from functools import cache

from sqlalchemy import ColumnElement, Table, delete, or_, select, true
from sqlalchemy.orm import Session

from engine import db, testclock
from engine.attachments import storage
from engine.models import Attachment, Base, ProcessInstance
from processes.people import demo

#: Columns that name a case or a person without a foreign key → the table they mean.
_NAMED = {
    "instance_id": ("process_instance", "id"),
    "root_id": ("process_instance", "id"),
    "appeal_no": ("appeal", "no"),
    "account": ("account", "login"),
    "overdue_id": ("overdue_case", "id"),
}
#: Rows of nobody in particular; they go when no case of anybody is left.
_COMMON = (
    "answer_template", "demo_office", "heartbeat", "job", "number_series", "outbox",
    "session_period", "sign_in_throttle", "access_log",
)  # fmt: skip
#: Organisations and accounts refer to each other; `people` knows in which order they go.
_PEOPLE = frozenset({
    "org", "org_link", "person", "account", "post", "absence", "login_session",
    "representative", "rep_mandate",
})  # fmt: skip


def remove() -> None:
    """Delete the demonstration; what is published and the calendar stay."""
    with db.transaction() as session:
        files = list(session.scalars(select(Attachment.stored_as).where(_doomed_files())))
        _cases(session)
        demo.remove(session)
        if session.scalar(select(ProcessInstance.id).limit(1)) is None:
            _common(session)
    for stored_as in files:
        storage.delete(stored_as)
    testclock.release()


def _cases(session: Session) -> None:
    tables = list(reversed(Base.metadata.sorted_tables))
    # What only names its case goes while the case is still there to be asked.
    tables.sort(key=lambda table: bool(table.foreign_keys) or "is_demo" in table.c)
    for table in tables:
        if table.name not in _PEOPLE and (doomed := _doomed(table)) is not None:
            session.execute(delete(table).where(doomed))
    session.expire_all()


def _common(session: Session) -> None:
    for name in _COMMON:
        session.execute(delete(Base.metadata.tables[name]))


def _doomed_files() -> ColumnElement[bool]:
    found = _doomed(Base.metadata.tables["attachment"])
    return found if found is not None else true()


@cache
def _doomed(table: Table) -> ColumnElement[bool] | None:
    """Return which rows of a table are the demonstration's, or None if none can be."""
    reasons: list[ColumnElement[bool]] = []
    if "is_demo" in table.c:
        reasons.append(table.c.is_demo.is_(True))
    for column in table.c:
        target = next(
            (key.column for key in column.foreign_keys if key.column.table is not table), None
        )
        if target is None and column.name in _NAMED:
            name, key = _NAMED[column.name]
            target = Base.metadata.tables[name].c[key]
        if target is None or target.table is table:
            continue
        theirs = _doomed(target.table)
        if theirs is not None:
            reasons.append(column.in_(select(target).where(theirs)))
    return or_(*reasons) if reasons else None
