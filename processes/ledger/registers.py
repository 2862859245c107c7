"""Which registers there are, and writing into them.

An area declares its register once, when it is imported:

    APPEALS = registers.declare(Register("appeals", "诉求台账", "SQ", columns=(…)))
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock
from engine.errors import Conflict, NotFound
from engine.models import ProcessInstance
from processes.ledger import numbers
from processes.ledger.models import LedgerEntry

#: Columns of the table that `enter` and `amend` fill from a row; the rest is sealed.
COLUMNS = ("title", "category", "level", "status", "result", "due_on", "closed_on")


@dataclass(frozen=True)
class Column:
    """One column of a register as it is shown and exported."""

    key: str
    title: str
    kind: Literal["text", "date", "number", "name", "phone"] = "text"
    #: Code → what people read.
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Register:
    """A register: its code, its name, the prefix of its numbers, its columns."""

    code: str
    title: str
    prefix: str
    columns: tuple[Column, ...] = ()


_registers: dict[str, Register] = {}


def declare(register: Register) -> Register:
    """Make a register known.

    Raises:
        ValueError: another register has this code.
    """
    if _registers.get(register.code, register) != register:
        raise ValueError(f"two registers are called {register.code}")
    _registers[register.code] = register
    return register


def get(code: str) -> Register:
    """Return a register.

    Raises:
        NotFound: none is called so.
    """
    if code not in _registers:
        raise NotFound(f"没有“{code}”台账。")
    return _registers[code]


def all_registers() -> list[Register]:
    """Return every declared register, by code."""
    return [_registers[code] for code in sorted(_registers)]


def enter(
    session: Session,
    register: str,
    instance_id: str | None,
    row: Mapping[str, Any],
    *,
    organisation: str,
    scope: str = "",
    label: str = "",
    part: str = "",
    actor: str = "system",
) -> LedgerEntry:
    """Add a line and give it the next number of this year; a second time, return the first.

    Args:
        session: the command's transaction; a rollback gives the number back.
        register: a declared register.
        instance_id: the root instance of the case, or None.
        row: `COLUMNS` go into the table, everything else is sealed with the line.
        organisation: whose line it is.
        scope: who counts (a street's letters); part of the number.
        label: the written number, when the case has one already; else made from the prefix.
        part: tells several lines of one case apart.
        actor: who entered it.
    """
    declared = get(register)
    known = _find(session, register, instance_id, part)
    if known is not None:
        return known
    today = clock.today()
    number = numbers.next_number(session, f"line:{register}", today.year, scope)
    entry = LedgerEntry(
        register=register,
        scope=scope,
        year=today.year,
        number=number,
        label=label or numbers.written(declared.prefix, today.year, scope, number),
        instance_id=instance_id,
        part=part,
        organisation=organisation,
        entered_at=clock.now(),
        entered_by=actor,
        is_demo=_is_demo(session, instance_id),
        details={},
    )
    _fill(entry, row)
    session.add(entry)
    session.flush()  # the next `enter` or `amend` of this command must find it
    return entry


def amend(
    session: Session,
    register: str,
    instance_id: str,
    row: Mapping[str, Any],
    *,
    organisation: str | None = None,
    part: str = "",
) -> LedgerEntry:
    """Bring a line up to date; what is not mentioned stays.

    Raises:
        NotFound: the case has no line in this register.
        Conflict: the line was closed and the change would open it again without saying so.
    """
    entry = _find(session, register, instance_id, part)
    if entry is None:
        raise NotFound("台账里没有这一行。")
    if entry.closed_on is not None and "status" in row and "closed_on" not in row:
        raise Conflict("这一行已办结，重新办理须同时清除办结日期。")
    if organisation is not None:
        entry.organisation = organisation
    _fill(entry, row)
    return entry


def _find(
    session: Session, register: str, instance_id: str | None, part: str
) -> LedgerEntry | None:
    if instance_id is None:
        return None
    return session.scalar(
        select(LedgerEntry).where(
            LedgerEntry.register == register,
            LedgerEntry.instance_id == instance_id,
            LedgerEntry.part == part,
        )
    )


def _fill(entry: LedgerEntry, row: Mapping[str, Any]) -> None:
    for key in COLUMNS:
        if key in row:
            setattr(entry, key, row[key])
    others = {key: _plain(value) for key, value in row.items() if key not in COLUMNS}
    if others:
        # a sealed value is replaced as a whole: changes inside go unseen
        entry.details = {**entry.details, **others}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _is_demo(session: Session, instance_id: str | None) -> bool:
    if instance_id is None:
        return False
    return bool(
        session.scalar(select(ProcessInstance.is_demo).where(ProcessInstance.id == instance_id))
    )
