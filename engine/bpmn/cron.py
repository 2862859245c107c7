"""Cron lines as Quartz and Camunda 7 write them: second minute hour day month weekday [year].

`*`, `?`, lists, ranges and steps; weekdays 1–7 from Sunday or by name; `L`, `L-3`, `15W`, `LW`
for days of the month, `6L` and `6#3` for weekdays. `W` knows no holidays: where they matter the
working calendar (`workdays(…)`) is the better tool. A line of five fields is read as Unix writes
it: no seconds, weekdays 0–7 with Sunday at both ends, and where both days are given either will do.
"""

from __future__ import annotations

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
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


class TimerOver(EngineError):
    """Every moment of a timer lies in the past."""


Test = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class Line:
    """A cron line, read."""

    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    months: frozenset[int]
    years: frozenset[int]
    #: Any of these must hold of the date, and any of those of the weekday.
    dates: tuple[Test, ...]
    weekdays: tuple[Test, ...]
    #: One of the two is enough.
    either_day: bool

    def allows(self, day: date) -> bool:
        """Tell whether it matches on a day."""
        if day.month not in self.months or day.year not in self.years:
            return False
        by_date = any(test(day) for test in self.dates)
        by_weekday = any(test(day) for test in self.weekdays)
        return by_date or by_weekday if self.either_day else by_date and by_weekday

    def first(self, earliest: time) -> time | None:
        """Return the first time of a day that matches, from the earliest on."""
        for hour in self.hours[bisect_left(self.hours, earliest.hour) :]:
            least = earliest.minute if hour == earliest.hour else 0
            for minute in self.minutes[bisect_left(self.minutes, least) :]:
                now = (hour, minute) == (earliest.hour, earliest.minute)
                at = bisect_left(self.seconds, earliest.second if now else 0)
                if at < len(self.seconds):
                    return time(hour, minute, self.seconds[at])
        return None


def next_after(line: str, moment: datetime) -> datetime:
    """Return the first moment of a cron line after another, UTC.

    Raises:
        TimerOver: nothing matches within five years.
        EngineError: the line is malformed.
    """
    read = _parse(line)
    at = moment.astimezone(CHINA).replace(microsecond=0) + timedelta(seconds=1)
    for ahead in range(MAX_DAYS):
        day = at.date() + timedelta(days=ahead)
        found = read.first(time() if ahead else at.time()) if read.allows(day) else None
        if found is not None:
            return datetime.combine(day, found, CHINA).astimezone(UTC)
    raise TimerOver(f"cron 表达式“{line:.40}”五年内没有下一次。")


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
    second, minute, hour, month, year = (
        tuple(sorted(_field(parts[at], BOUNDS[at], line, sunday=1))) for at in (0, 1, 2, 4, 6)
    )
    return Line(
        second,
        minute,
        hour,
        frozenset(month),
        frozenset(year),
        tuple(_date(piece, line) for piece in parts[3].split(",")),
        tuple(_weekday(piece, line, unix=unix) for piece in parts[5].split(",")),
        unix and parts[3] not in EVERY and parts[5] not in EVERY,
    )


def _date(piece: str, line: str) -> Test:
    """Read a day of the month: numbers, `L`, `L-3`, `LW`, `15W`."""
    if piece == "LW":
        return lambda day: day == _working(day, _last(day))
    if piece == "L" or piece.startswith("L-"):
        back = _bounded(piece[2:], (1, 30), line) if len(piece) > 1 else 0
        return lambda day: day.day == _last(day) - back
    if piece.endswith("W"):
        number = _bounded(piece[:-1], (1, 31), line)
        return lambda day: number <= _last(day) and day == _working(day, number)
    days = _field(piece, BOUNDS[3], line, sunday=1)
    return lambda day: day.day in days


def _weekday(piece: str, line: str, *, unix: bool) -> Test:
    """Read a weekday: numbers and names, `6L` (the last Friday), `6#3` (the third)."""
    sunday = 0 if unix else 1
    bounds = (0, 7) if unix else BOUNDS[5]
    name, sharp, which = piece.partition("#")
    if sharp:
        number, nth = _number(name, line, sunday), _bounded(which, (1, 5), line)
        wanted = _days(_field(str(number), bounds, line, sunday=sunday), unix)
        return lambda day: _day(day) in wanted and (day.day - 1) // 7 + 1 == nth
    if piece.endswith("L") and piece != "L":
        number = _number(piece[:-1], line, sunday)
        wanted = _days(_field(str(number), bounds, line, sunday=sunday), unix)
        return lambda day: _day(day) in wanted and day.day + 7 > _last(day)
    given = {7} if piece == "L" else _days(_field(piece, bounds, line, sunday=sunday), unix)
    return lambda day: _day(day) in given


def _day(day: date) -> int:
    return day.isoweekday() % 7 + 1


def _days(numbers: set[int], unix: bool) -> set[int]:
    return {number % 7 + 1 for number in numbers} if unix else numbers


def _last(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def _working(day: date, number: int) -> date:
    """Return the day from Monday to Friday nearest to a date, in the same month."""
    at = day.replace(day=number)
    if at.isoweekday() == 6:
        return at - timedelta(days=1) if number > 1 else at + timedelta(days=2)
    if at.isoweekday() == 7:
        return at + timedelta(days=1) if number < _last(day) else at - timedelta(days=2)
    return at


def _bounded(text: str, bounds: tuple[int, int], line: str) -> int:
    (number,) = _field(text, bounds, line, sunday=1) if text.isdecimal() else {0}
    if not number:
        raise EngineError(f"cron 表达式“{line:.40}”里的“{text:.20}”不支持。")
    return number


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
