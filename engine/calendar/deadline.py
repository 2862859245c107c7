"""A deadline that remembers how it was computed, and the arithmetic behind it.

The rules (民法典§201–203; requirements §4.6 定时器通则):

* the first day is not counted, whatever the hour; hours run from the minute, day and night;
* W, working days: only worked days count, make-up Saturdays included; due at 18:00 of the last one,
  when the office closes (§203: “有业务时间的，停止业务活动的时间为截止时间”);
* C, natural days, and M, months: a period that ends on a day off ends on the next working day; due
  at the last second of that day; a month without the day ends on its last day;
* a pause freezes what is left in the deadline's own unit.

Computed in Asia/Shanghai, kept in UTC.
"""

from __future__ import annotations

import calendar as gregorian
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal

from engine.calendar.days import MOST_DAYS, WorkCalendar, china_date
from engine.clock import CHINA
from engine.errors import ExpressionError

#: Where a fixed day goes if it is a day off (Q-06; the office's default is the first).
POLICIES = ("previous_workday", "next_workday", "calendar_day")
#: W working days, C natural days, M months, H hours, T a fixed day or moment.
Unit = Literal["W", "C", "M", "H", "T"]
UNIT_NAMES: Mapping[str, str] = {"W": "个工作日", "C": "个自然日", "M": "个月", "H": "小时"}
OPENS, CLOSES = time(9, 0), time(18, 0)
LAST_SECOND = time(23, 59, 59)
MOST = {"W": MOST_DAYS, "C": 7_300, "M": 240, "H": 24 * 7_300}
_LEAD = re.compile(r"\s*(?:T-)?(\d{1,5}(?:\.\d{1,2})?)\s*(%|W|C|M|H|min)\s*", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """When something is due, and why then. Compares by `due_at` with others and with moments."""

    base: datetime
    amount: int | Decimal
    unit: Unit
    due_at: datetime
    #: Whether a year in the period has no published holiday arrangement yet.
    estimated: bool = False
    stage: str = ""
    level: str = ""
    #: When to remind, before the end: “80%”, “5W”, “4H”, as the SLA table has it.
    warn: tuple[str, ...] = ()
    escalate_to: str = ""
    #: Set if this is a reminder: how long before the end of the period.
    lead: str = ""
    #: For a fixed day (unit T): what happens if it is a day off (Q-06).
    policy: str = ""

    #: What expressions may read.
    __feel__ = ("due_at", "amount", "unit", "base", "estimated", "warn", "stage", "level", "lead")

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON-able data, kept beside `due_at` in jobs and human tasks."""
        values = asdict(self)
        values |= {"base": self.base.isoformat(), "due_at": self.due_at.isoformat()}
        values |= {"amount": str(self.amount), "warn": list(self.warn)}
        return {key: value for key, value in values.items() if value not in ("", [])}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Deadline:
        """Return what `as_dict` wrote; keys of later versions are ignored.

        Raises:
            ValueError, KeyError: it is not a deadline.
        """
        known = {key: values[key] for key in cls.__dataclass_fields__ if key in values}
        return cls(
            **known
            | {
                "base": datetime.fromisoformat(known["base"]),
                "due_at": datetime.fromisoformat(known["due_at"]),
                "amount": _number(known["amount"]),
                "warn": tuple(known.get("warn", ())),
            }
        )

    @property
    def text(self) -> str:
        """The period in words: 5个工作日."""
        return f"{self.amount}{UNIT_NAMES[self.unit]}" if self.unit != "T" else "定期"

    def __lt__(self, other: Deadline | datetime) -> bool:
        return self.due_at < _moment_of(other)

    def __le__(self, other: Deadline | datetime) -> bool:
        return self.due_at <= _moment_of(other)

    def __gt__(self, other: Deadline | datetime) -> bool:
        return self.due_at > _moment_of(other)

    def __ge__(self, other: Deadline | datetime) -> bool:
        return self.due_at >= _moment_of(other)


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """A deadline whose clock stands still: how much of it is left, in days or seconds."""

    deadline: Deadline
    paused_at: datetime
    left: int

    def as_dict(self) -> dict[str, Any]:
        return {
            "deadline": self.deadline.as_dict(),
            "paused_at": self.paused_at.isoformat(),
            "left": self.left,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Frozen:
        return cls(
            deadline=Deadline.from_dict(values["deadline"]),
            paused_at=datetime.fromisoformat(values["paused_at"]),
            left=int(values["left"]),
        )


def _moment_of(other: Deadline | datetime) -> datetime:
    return other.due_at if isinstance(other, Deadline) else other


def _number(value: Any) -> int | Decimal:
    number = Decimal(str(value))
    return int(number) if number == number.to_integral_value() else number


def at(day: date, moment: time) -> datetime:
    """Return a time of the office's day as UTC."""
    return datetime.combine(day, moment, CHINA).astimezone(UTC)


# -- forward -------------------------------------------------------------------------------------


def compute(
    calendar: WorkCalendar,
    base: datetime,
    amount: int | Decimal,
    unit: Unit,
    *,
    policy: str = "",
    **labels: Any,
) -> Deadline:
    """Return when a period that begins at `base` ends.

    Args:
        calendar: the snapshot to count on.
        base: aware; its day in Asia/Shanghai is not counted.
        amount: whole and not negative; hours may have a fraction.
        unit: W, C, M, H; T for a fixed moment (`base` itself, amount 0).
        policy: with T, where the day of `base` goes if it is off; empty: it does not move.
        labels: `stage`, `level`, `warn`, `escalate_to` of the deadline.

    Raises:
        ExpressionError: the amount or the unit is none.
    """
    if base.tzinfo is None:
        raise ExpressionError("期限的起算时间缺少时区。")
    amount = _checked(amount, unit)
    due_at = _fixed(calendar, base, policy) if unit == "T" else _end(calendar, base, amount, unit)
    moves = policy if unit == "T" else unit != "H"
    return Deadline(
        base=base.astimezone(UTC),
        amount=amount,
        unit=unit,
        due_at=due_at,
        estimated=bool(moves) and calendar.is_estimated(china_date(base), china_date(due_at)),
        policy=policy,
        **labels,
    )


def _checked(amount: int | Decimal, unit: str) -> int | Decimal:
    if unit not in (*UNIT_NAMES, "T"):
        raise ExpressionError(f"期限单位“{unit}”不认识，请用 W 工作日、C 自然日、M 月、H 小时。")
    try:
        number = _number(amount)
    except ArithmeticError:
        raise ExpressionError(f"期限“{amount}”不是数字。") from None
    if not math.isfinite(number):
        raise ExpressionError(f"期限“{amount}”不是数字。")
    if not 0 <= number <= MOST.get(unit, 0) or (isinstance(number, Decimal) and unit != "H"):
        raise ExpressionError(
            f"期限“{amount}{unit}”超出范围：须为 0 到 {MOST.get(unit, 0)} 的整数（小时可带小数）。"
        )
    return number


def _end(calendar: WorkCalendar, base: datetime, amount: int | Decimal, unit: Unit) -> datetime:
    if unit == "H":
        return base.astimezone(UTC) + timedelta(seconds=round(float(amount) * 3600))
    first = china_date(base)
    if unit == "W":
        return at(calendar.add_workdays(first, int(amount)), CLOSES)
    last = add_months(first, int(amount)) if unit == "M" else first + timedelta(days=int(amount))
    return at(calendar.on_or_after(last), LAST_SECOND)


def _fixed(calendar: WorkCalendar, base: datetime, policy: str) -> datetime:
    day = china_date(base)
    if policy == "":
        return base.astimezone(UTC)
    if policy == "previous_workday":
        return at(calendar.on_or_before(day), CLOSES)
    if policy == "next_workday":
        return at(calendar.on_or_after(day), CLOSES)
    if policy == "calendar_day":
        return at(day, CLOSES if calendar.is_workday(day) else LAST_SECOND)
    raise ExpressionError(f"遇休息日的办法“{policy}”不认识，请用 {'、'.join(POLICIES)}。")


def add_months(day: date, months: int) -> date:
    """Return the same day of a later month, or that month's last day (民法典§202)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, gregorian.monthrange(year, month + 1)[1]))


def recompute(calendar: WorkCalendar, deadline: Deadline) -> Deadline:
    """Return the same deadline by another calendar."""
    fresh = compute(calendar, deadline.base, deadline.amount, deadline.unit, policy=deadline.policy)
    fresh = replace(deadline, due_at=fresh.due_at, estimated=fresh.estimated, lead="")
    return remind(calendar, fresh, deadline.lead) if deadline.lead else fresh


# -- backward ------------------------------------------------------------------------------------


def remind(calendar: WorkCalendar, deadline: Deadline, lead: str) -> Deadline:
    """Return the moment to remind of a deadline; never before the period begins.

    Args:
        calendar: the snapshot to count on.
        deadline: what is due.
        lead: “80%” of the period gone · “5W”, “10C”, “1M” before the last day, at 09:00 ·
            “4H”, “30min” before the minute it is due. “T-5W” is the same as “5W”.

    Raises:
        ExpressionError: the lead cannot be read.
    """
    found = _LEAD.fullmatch(lead)
    if found is None:
        raise ExpressionError(f"提前量“{lead}”不认识，请写成 80%、5W、10C、4H 或 30min。")
    size, unit = Decimal(found[1]), found[2].upper()
    due_day = china_date(deadline.due_at)
    if unit == "%":
        moment = _share(calendar, deadline, size)
    elif unit in ("H", "MIN"):
        minutes = size * 60 if unit == "H" else size
        moment = deadline.due_at - timedelta(minutes=float(minutes))
    elif unit == "W":
        moment = at(calendar.add_workdays(due_day, -int(size)), OPENS)
    else:
        day = add_months(due_day, -int(size)) if unit == "M" else due_day - timedelta(int(size))
        moment = at(day, OPENS)
    return replace(deadline, due_at=max(moment, deadline.base), lead=lead.strip(), warn=())


def _share(calendar: WorkCalendar, deadline: Deadline, percent: Decimal) -> datetime:
    """When so much of the period is gone; in working days the morning of the day it happens."""
    if percent > 100:
        raise ExpressionError(f"提前量“{percent}%”超过了 100%。")
    if deadline.unit == "T":
        raise ExpressionError("固定日期没有起算时间，提前量请写成 5W、10C 或 4H。")
    if deadline.unit == "W":
        days = math.ceil(int(deadline.amount) * percent / 100)
        return at(calendar.add_workdays(china_date(deadline.base), days), OPENS)
    whole = deadline.due_at - deadline.base
    return deadline.base + whole * float(percent / 100)


# -- pauses and extensions -----------------------------------------------------------------------


def freeze(calendar: WorkCalendar, deadline: Deadline, now: datetime) -> Frozen:
    """Stop the clock: keep what is left after today, in the deadline's own unit.

    The day of the pause counts as used, as the first day of a period does.
    """
    if deadline.unit == "H":
        left = int((deadline.due_at - now).total_seconds())
    elif deadline.unit == "W":
        left = calendar.workdays_between(china_date(now), china_date(deadline.due_at))
    else:
        left = (china_date(deadline.due_at) - china_date(now)).days
    return Frozen(deadline=deadline, paused_at=now.astimezone(UTC), left=left)


def thaw(calendar: WorkCalendar, frozen: Frozen, now: datetime) -> Deadline:
    """Let the clock run again: what was left, counted from now.

    Resumed on the day of the pause nothing changes. A deadline that was overdue stays overdue. One
    paused on its last day gets one more day, so that nobody resumes into the evening.
    """
    old = frozen.deadline
    paused, resumed = china_date(frozen.paused_at), china_date(now)
    if old.unit == "T" or old.due_at <= frozen.paused_at:
        return old
    if old.unit == "H":
        hours = Decimal(frozen.left) / 3600
        return replace(old, base=now.astimezone(UTC), amount=hours, due_at=now.astimezone(UTC)
                       + timedelta(seconds=frozen.left))  # fmt: skip
    if resumed <= paused:
        return old
    unit: Unit = "W" if old.unit == "W" else "C"
    fresh = compute(calendar, now, max(1, frozen.left), unit)
    return replace(
        old,
        base=fresh.base,
        amount=fresh.amount,
        unit=unit,
        due_at=fresh.due_at,
        estimated=fresh.estimated,
    )


def extend(calendar: WorkCalendar, deadline: Deadline, amount: int, unit: Unit) -> Deadline:
    """Return a deadline that ends this much later; the old last day is not counted again."""
    fresh = compute(calendar, deadline.due_at, amount, unit)
    return replace(
        deadline,
        base=fresh.base,
        amount=fresh.amount,
        unit=fresh.unit,
        due_at=fresh.due_at,
        estimated=deadline.estimated or fresh.estimated,
    )
