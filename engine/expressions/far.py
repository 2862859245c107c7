"""Days and moments in years that Python's calendar does not have (DMN 1.3, 10.3.2.3.4).

They are compared, written and taken apart, and the days between two are counted; nothing is
added to them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time
from typing import Any, Final

MAX_YEAR: Final = 999_999_999
#: Days of four hundred years, after which the calendar repeats itself.
CYCLE: Final = 146_097


@dataclass(frozen=True, slots=True, order=True)
class FarDate:
    """A day before year 1 or after year 9999."""

    year: int
    month: int
    day: int

    def isoformat(self) -> str:
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04}-{self.month:02}-{self.day:02}"

    def isoweekday(self) -> int:
        return _twin(self.year, self.month, self.day).isoweekday()

    def ordinal(self) -> int:
        """Return the number of the day, as `date.toordinal` counts."""
        cycles = (self.year - 2000) // 400
        return _twin(self.year, self.month, self.day).toordinal() + cycles * CYCLE


@dataclass(frozen=True, slots=True, order=True)
class FarMoment:
    """A moment on such a day."""

    date: FarDate
    clock: time

    @property
    def year(self) -> int:
        return self.date.year

    @property
    def month(self) -> int:
        return self.date.month

    @property
    def day(self) -> int:
        return self.date.day

    def isoweekday(self) -> int:
        return self.date.isoweekday()


def _twin(year: int, month: int, day: int) -> date:
    """Return the same day of the calendar in a year near 2000; it must exist."""
    return date(2000 + year % 400, month, day)


def day_of(year: int, month: int, day: int) -> date | FarDate:
    """Return a day of any year.

    Raises:
        ValueError: there is no such day.
    """
    if MINYEAR <= year <= MAXYEAR:
        return date(year, month, day)
    if year == 0 or abs(year) > MAX_YEAR:
        raise ValueError(f"no year {year}")
    _twin(year, month, day)
    return FarDate(year, month, day)


def alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Return two days or moments of which one is far away, so that they can be compared."""
    return _far(left), _far(right)


def _far(value: Any) -> Any:
    if isinstance(value, datetime):
        return FarMoment(FarDate(value.year, value.month, value.day), value.timetz())
    if isinstance(value, date):
        return FarDate(value.year, value.month, value.day)
    return value


def midnight(day: FarDate) -> FarMoment:
    """Return midnight of UTC."""
    return FarMoment(day, time(tzinfo=UTC))
