"""Calendar functions (DMN 1.3, 10.3.4.10): of the Gregorian calendar, not of the office's."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime
from typing import Any, Final

from engine.expressions import far
from engine.expressions.builtins import arguments as arg
from engine.expressions.builtins.registry import builtin
from engine.expressions.environment import Run
from engine.expressions.far import FarDate

_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@builtin("now")
def now(run: Run) -> datetime:
    """Return the moment of the evaluation, in China's zone."""
    return run.now()


@builtin("today")
def today(run: Run) -> date:
    return run.now().date()


@builtin("day of year", "date")
def day_of_year(value: Any) -> int:
    return far.twin(arg.day(value)).timetuple().tm_yday


@builtin("day of week", "date")
def day_of_week(value: Any) -> str:
    return _DAYS[arg.day(value).isoweekday() - 1]


@builtin("month of year", "date")
def month_of_year(value: Any) -> str:
    return _MONTHS[arg.day(value).month - 1]


@builtin("last day of month", "date")
def last_day_of_month(value: Any) -> date | FarDate:
    day = arg.day(value)
    return far.day_of(day.year, day.month, monthrange(far.twin(day).year, day.month)[1])


@builtin("week of year", "date")
def week_of_year(value: Any) -> int:
    """Return the week by ISO 8601."""
    return far.twin(arg.day(value)).isocalendar().week
