"""Half days of a representative, each promised to one unit (§4.0-5, “避免多头联系”).

Reserving is part of the invitation's transaction. Other units learn only that the half day is
taken, and may join the same contact instead of asking for another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine import clock, db
from engine.errors import Conflict, InvalidInput, NotFound
from processes.people.models import RepMandate, Representative, RepReservation

Slot = Literal["am", "pm"]
SLOTS: dict[str, str] = {"am": "上午", "pm": "下午"}

#: Nobody promises a half day further ahead.
_FURTHEST = timedelta(days=180)


@dataclass(frozen=True)
class Busy:
    """A half day that is taken. Other units are not told by whom and for what."""

    day: date
    slot: str
    mine: bool
    instance_id: str | None


def reserve(
    session: Session,
    rep: str,
    day: date,
    slot: str,
    *,
    instance_id: str,
    unit: str,
    actor: str,
) -> RepReservation:
    """Promise a half day to a unit for a case; asking twice gives the same row.

    Of two units that race for it exactly one gets it; the other is told at once, or, on
    PostgreSQL, after the first has committed.

    Raises:
        Conflict: another case has this half day.
        InvalidInput: no such half day, in the past, or too far ahead.
        NotFound: there is no such representative in office.
    """
    _check(session, rep, day, slot)
    insert = (postgresql if db.is_postgres(session) else sqlite).insert(RepReservation)
    won = session.execute(
        insert.values(
            rep=rep,
            day=day,
            slot=slot,
            instance_id=instance_id,
            unit=unit,
            reserved_by=actor,
            reserved_at=clock.now(),
            is_demo=False,
        )
        .on_conflict_do_nothing()
        .returning(RepReservation.id)
    ).scalar_one_or_none()
    held = _held(session, rep, day, slot)
    if held is None or (won is None and (held.instance_id, held.unit) != (instance_id, unit)):
        raise Conflict(
            f"{day.year}年{day.month}月{day.day}日{SLOTS[slot]}该代表委员已有安排，"
            "请改选其他时段，或把议题并入同一次联系。"
        )
    return held


def release(session: Session, instance_id: str, *, rep: str | None = None, because: str) -> int:
    """Give back the half days of a case (of one representative), and return how many.

    Called when an invitation is declined, called off, or its case ends.
    """
    statement = update(RepReservation).where(
        RepReservation.instance_id == instance_id, RepReservation.released_at.is_(None)
    )
    if rep is not None:
        statement = statement.where(RepReservation.rep == rep)
    freed = session.scalars(
        statement.values(released_at=clock.now(), released_because=because).returning(
            RepReservation.id
        )
    )
    return len(freed.all())


def busy(
    session: Session, rep: str, first: date, last: date, *, unit: str | None = None
) -> list[Busy]:
    """Return the taken half days of a representative in a period, both days included."""
    rows = session.scalars(
        select(RepReservation)
        .where(
            RepReservation.rep == rep,
            RepReservation.day.between(first, last),
            RepReservation.released_at.is_(None),
        )
        .order_by(RepReservation.day, RepReservation.slot)
    )
    return [
        Busy(row.day, row.slot, row.unit == unit, row.instance_id if row.unit == unit else None)
        for row in rows
    ]


def contacts_this_year(session: Session, reps: Sequence[str], year: int) -> dict[str, int]:
    """Return how many half days each representative gave this year (D-08, D-09)."""
    rows = session.execute(
        select(RepReservation.rep, func.count())
        .where(
            RepReservation.rep.in_(reps),
            RepReservation.day.between(date(year, 1, 1), date(year, 12, 31)),
            RepReservation.released_at.is_(None),
        )
        .group_by(RepReservation.rep)
    ).all()
    return dict.fromkeys(reps, 0) | dict(rows)


def _check(session: Session, rep: str, day: date, slot: str) -> None:
    today = clock.today().date()
    if slot not in SLOTS:
        raise InvalidInput("请选择上午或下午。", {"slot": "请选择"})
    if not today <= day <= today + _FURTHEST:
        raise InvalidInput("请选择今天起 180 天以内的日期。", {"day": "日期不可选"})
    in_office = session.scalar(
        select(RepMandate.id)
        .join(Representative, Representative.code == RepMandate.rep)
        .where(RepMandate.rep == rep, RepMandate.status == "在任")
        .limit(1)
    )
    if in_office is None:
        raise NotFound("没有这位在任的代表委员。")


def _held(session: Session, rep: str, day: date, slot: str) -> RepReservation | None:
    return session.scalar(
        select(RepReservation).where(
            RepReservation.rep == rep,
            RepReservation.day == day,
            RepReservation.slot == slot,
            RepReservation.released_at.is_(None),
        )
    )
