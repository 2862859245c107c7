"""What a date, a time, a moment or a duration tells of itself (DMN 1.3, 10.3.2.3 and Table 61)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from engine.expressions import fine
from engine.expressions.far import FarDate, FarMoment
from engine.expressions.fine import ExactDuration
from engine.expressions.values import YearsMonths


def part_of(value: Any, name: str) -> Any:
    """Return a property, such as the year of a date.

    Raises:
        KeyError: values of this kind have no such property.
    """
    base, _ = fine.split(value)
    return _PARTS[type(base)][name](value if name == "second" else base)


def _offset(value: Any) -> timedelta | None:
    offset: timedelta | None = value.utcoffset()
    return offset


def _zone_name(value: Any) -> str | None:
    return getattr(value.tzinfo, "key", None)


def _part(unit: int, modulo: int) -> Callable[[Any], int]:
    """Return how many whole units of so many seconds a duration has, with its sign."""

    def part(value: Any) -> int:
        size = fine.nanoseconds(value)
        whole = abs(size) // (unit * fine.PER_SECOND)
        whole = whole % modulo if modulo else whole
        return -whole if size < 0 else whole

    return part


def _seconds(value: Any) -> int | Decimal:
    """Return the seconds of a duration below a minute, with their fraction and sign."""
    size = fine.nanoseconds(value)
    whole, nanos = divmod(abs(size) % (60 * fine.PER_SECOND), fine.PER_SECOND)
    seconds = whole + Decimal(nanos).scaleb(-9) if nanos else whole
    return -seconds if size < 0 else seconds


def _quotient(value: int, divisor: int) -> int:
    return -(-value // divisor) if value < 0 else value // divisor


_DATE_PARTS: Final[dict[str, Callable[[Any], Any]]] = {
    "year": lambda v: v.year,
    "month": lambda v: v.month,
    "day": lambda v: v.day,
    "weekday": lambda v: v.isoweekday(),
}
_TIME_PARTS: Final[dict[str, Callable[[Any], Any]]] = {
    "hour": lambda v: v.hour,
    "minute": lambda v: v.minute,
    "second": fine.second,
    "time offset": _offset,
    "timezone": _zone_name,
}
_MOMENT_PARTS: Final = {**_DATE_PARTS, **_TIME_PARTS}
_LENGTH_PARTS: Final[dict[str, Callable[[Any], Any]]] = {
    "days": _part(86_400, 0),
    "hours": _part(3_600, 24),
    "minutes": _part(60, 60),
    "seconds": _seconds,
}
_PARTS: Final[dict[type, dict[str, Callable[[Any], Any]]]] = {
    date: _DATE_PARTS,
    FarDate: _DATE_PARTS,
    time: _TIME_PARTS,
    FarMoment: _MOMENT_PARTS,
    datetime: _MOMENT_PARTS,
    timedelta: _LENGTH_PARTS,
    ExactDuration: _LENGTH_PARTS,
    YearsMonths: {
        "years": lambda v: _quotient(v.months, 12),
        "months": lambda v: v.months - 12 * _quotient(v.months, 12),
    },
}
