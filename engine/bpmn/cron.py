"""Cron lines as Quartz and Camunda 7 write them: second minute hour day month weekday [year].

`*`, `?`, lists, ranges and steps; weekdays 1–7 from Sunday or by name; `L` is the last day of
the month. `W` and `#` are refused: the working calendar (`workdays(…)`) is the better tool for
them. A line of five fields is read as Unix writes it: no seconds, weekdays 0–7 with Sunday at
both ends, and where both days are given either will do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from engine.clock import CHINA
from engine.errors import EngineError

MONTHS = {
    "JAN": 1, "FEB": 2, "MAR": 3, "APR": 4, "MAY": 5, "JUN": 6,
    "JUL": 7, "AUG": 8, "SEP": 9, "OCT": 10, "NOV": 11, "DEC": 12,
}  # fmt: skip
WEEKDAYS = {"SUN": 1, "MON": 2, "TUE": 3, "WED": 4, "THU": 5, "FRI": 6, "SAT": 7}
BOUNDS = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (1, 7), (1970, 2199))
MAX_DAYS = 366 * 5
#: How many fields a line may have.
LENGTHS = (5, 6, 7)
EVERY = ("*", "?")


@dataclass(frozen=True, slots=True)
class Line:
    """A cron line, read."""

    times: tuple[tuple[int, int, int], ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    years: frozenset[int]
    last_day: bool
    either_day: bool

    def allows(self, day: date) -> bool:
        """Tell whether it matches on a day."""
        if day.month not in self.months or day.year not in self.years:
            return False
        is_last = self.last_day and (day + timedelta(days=1)).day == 1
        by_date = is_last or day.day in self.days
        by_weekday = day.isoweekday() % 7 + 1 in self.weekdays
        return by_date or by_weekday if self.either_day else by_date and by_weekday


def next_after(line: str, moment: datetime) -> datetime:
    """Return the first moment of a cron line after another, UTC.

    Raises:
        EngineError: the line is malformed, or nothing matches within five years.
    """
    read = _parse(line)
    at = moment.astimezone(CHINA).replace(microsecond=0) + timedelta(seconds=1)
    for ahead in range(MAX_DAYS):
        day = (at + timedelta(days=ahead)).date()
        if not read.allows(day):
            continue
        for hour, minute, second in read.times:
            found = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=CHINA)
            if found >= at:
                return found.astimezone(UTC)
    raise EngineError(f"cron 表达式“{line:.40}”五年内没有下一次。")


@lru_cache(256)
def _parse(line: str) -> Line:
    parts = line.upper().split()
    if len(parts) not in LENGTHS:
        raise EngineError(f"cron 表达式“{line:.40}”应有 5、6 或 7 段。")
    unix = len(parts) == 5
    if unix:
        parts = ["0", *parts]
    if len(parts) == 6:
        parts.append("*")
    days = [piece for piece in parts[3].split(",") if piece != "L"]
    last_day = len(days) < len(parts[3].split(","))
    either = unix and parts[3] not in EVERY and parts[5] not in EVERY
    parts[3] = ",".join(days)
    bounds = [*BOUNDS[:5], (0, 7), BOUNDS[6]] if unix else BOUNDS
    read = [
        _field(part, bound, line, sunday=0 if unix else 1) if part else set()
        for part, bound in zip(parts, bounds, strict=True)
    ]
    seconds, minutes, hours, numbers, months, weekdays, years = map(sorted, read)
    if unix:
        weekdays = [day % 7 + 1 for day in weekdays]
    return Line(
        tuple((hour, minute, second) for hour in hours for minute in minutes for second in seconds),
        frozenset(numbers),
        frozenset(months),
        frozenset(weekdays),
        frozenset(years),
        last_day,
        either,
    )


def _field(part: str, bounds: tuple[int, int], line: str, *, sunday: int) -> set[int]:
    low, high = bounds
    found: set[int] = set()
    for piece in part.split(","):
        span, _, step = piece.partition("/")
        if span in EVERY:
            first, last = low, high
        else:
            start, dash, end = span.partition("-")
            first = _number(start, line, sunday)
            last = _number(end, line, sunday) if dash else (high if step else first)
        stride = _number(step, line, sunday) if step else 1
        if stride < 1 or not low <= first <= last <= high:
            raise EngineError(f"cron 表达式“{line:.40}”的“{piece:.20}”超出范围。")
        found.update(range(first, last + 1, stride))
    return found


def _number(text: str, line: str, sunday: int) -> int:
    if text in MONTHS:
        return MONTHS[text]
    if text in WEEKDAYS:
        return WEEKDAYS[text] - 1 + sunday
    if not text.isdecimal() or len(text) > 4:
        raise EngineError(f"cron 表达式“{line:.40}”里的“{text:.20}”不支持。")
    return int(text)
