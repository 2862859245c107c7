"""Cron lines as Quartz and Camunda 7 write them: second minute hour day month weekday [year].

`*`, `?`, lists, ranges and steps; weekdays 1–7 from Sunday or by name. `L`, `W` and `#`
are refused: the working calendar (`workdays(…)`) is the better tool for them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
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


def next_after(line: str, moment: datetime) -> datetime:
    """Return the first moment of a cron line after another, UTC.

    Raises:
        EngineError: the line is malformed, or nothing matches within five years.
    """
    fields = _parse(line)
    seconds, minutes, hours, days, months, weekdays, years = (sorted(field) for field in fields)
    at = moment.astimezone(CHINA).replace(microsecond=0) + timedelta(seconds=1)
    for ahead in range(MAX_DAYS):
        day = (at + timedelta(days=ahead)).date()
        weekday = day.isoweekday() % 7 + 1
        if day.month not in months or day.day not in days or weekday not in weekdays:
            continue
        if day.year not in years:
            continue
        for hour in hours:
            for minute in minutes:
                for second in seconds:
                    found = datetime(
                        day.year, day.month, day.day, hour, minute, second, tzinfo=CHINA
                    )
                    if found >= at:
                        return found.astimezone(UTC)
    raise EngineError(f"cron 表达式“{line:.40}”五年内没有下一次。")


@lru_cache(256)
def _parse(line: str) -> tuple[frozenset[int], ...]:
    parts = line.upper().split()
    if len(parts) == 6:
        parts.append("*")
    if len(parts) != 7:
        raise EngineError(f"cron 表达式“{line:.40}”应有 6 或 7 段。")
    return tuple(
        frozenset(_field(part, bounds, line)) for part, bounds in zip(parts, BOUNDS, strict=True)
    )


def _field(part: str, bounds: tuple[int, int], line: str) -> set[int]:
    low, high = bounds
    found: set[int] = set()
    for piece in part.split(","):
        span, _, step = piece.partition("/")
        if span in ("*", "?"):
            first, last = low, high
        else:
            start, dash, end = span.partition("-")
            first = _number(start, line)
            last = _number(end, line) if dash else (high if step else first)
        stride = _number(step, line) if step else 1
        if stride < 1 or not low <= first <= last <= high:
            raise EngineError(f"cron 表达式“{line:.40}”的“{piece:.20}”超出范围。")
        found.update(range(first, last + 1, stride))
    return found


def _number(text: str, line: str) -> int:
    if text in MONTHS:
        return MONTHS[text]
    if text in WEEKDAYS:
        return WEEKDAYS[text]
    if not text.isdecimal() or len(text) > 4:
        raise EngineError(f"cron 表达式“{line:.40}”里的“{text:.20}”不支持。")
    return int(text)
