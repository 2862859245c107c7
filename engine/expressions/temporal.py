"""Dates, times and durations: from text, between each other, and their properties.

A date and time without a zone is local: compared with one that has a zone it is China's, but
the time between the two is undefined, as the standard says. Arithmetic goes through UTC, so
that a change of summer time elsewhere does not falsify a duration.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from engine.clock import CHINA
from engine.expressions import far
from engine.expressions.far import FarDate, FarMoment
from engine.expressions.limits import Undefined
from engine.expressions.values import YearsMonths

_DATE: Final = re.compile(r"(-?(?:\d{4}|[1-9]\d{4,8}))-(\d\d)-(\d\d)", re.ASCII)
_TIME: Final = re.compile(
    r"(\d\d):(\d\d):(\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z0-9_+\-/]{1,64})?",
    re.ASCII,
)
_DAYS: Final = re.compile(
    r"(-?)P(?:(\d{1,9})W)?(?:(\d{1,9})D)?"
    r"(?:T(?:(\d{1,15})H)?(?:(\d{1,15})M)?(?:(\d{1,15}(?:\.\d{1,9})?)S)?)?",
    re.ASCII,
)
_MONTHS: Final = re.compile(r"(-?)P(?:(\d{1,12})Y)?(?:(\d{1,12})M)?", re.ASCII)
_FAR: Final = frozenset({FarDate, FarMoment})
#: From the first year of dates to the last.
MAX_MONTHS: Final = 24 * far.MAX_YEAR


def zone(name: str) -> tzinfo:
    """Return the zone `Z`, `+08:00` or `@Asia/Shanghai`.

    Raises:
        Undefined: there is no such zone.
    """
    if name in ("Z", "z"):
        return UTC
    if name.startswith("@"):
        if name[1:] not in _zones():  # never look up files by a name that an author chose
            raise Undefined(f"没有时区“{name[1:]}”。")
        return ZoneInfo(name[1:])
    hours, minutes, *seconds = (int(part) for part in name[1:].split(":"))
    offset = timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))
    if offset > timedelta(hours=14):
        raise Undefined(f"时区偏移“{name}”超出范围。")
    return timezone(-offset if name[0] == "-" else offset)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def parse_date(source: str) -> date | FarDate:
    """Return the date `2026-03-01`."""
    match = _DATE.fullmatch(source)
    if match is None:
        raise Undefined(f"“{source}”不是日期，应写成 2026-03-01。")
    return make_date(*(int(part) for part in match.groups()))


def make_date(year: int, month: int, day: int) -> date | FarDate:
    """Return a date, or refuse one that is not in the calendar."""
    try:
        return far.day_of(year, month, day)
    except (ValueError, OverflowError):
        raise Undefined(f"没有 {year} 年 {month} 月 {day} 日。") from None


def parse_time(source: str) -> time:
    """Return the time `08:30:00`, with or without a zone."""
    match = _TIME.fullmatch(source)
    if match is None:
        raise Undefined(f"“{source}”不是时间，应写成 08:30:00。")
    hour, minute, second, fraction, zone_name = match.groups()
    micro = int(Decimal(fraction) * 1_000_000) if fraction else 0
    try:
        return time(
            int(hour), int(minute), int(second), micro, zone(zone_name) if zone_name else None
        )
    except ValueError:
        raise Undefined(f"“{source}”不是有效的时间。") from None


def parse_moment(source: str) -> datetime | FarMoment:
    """Return the date and time `2026-03-01T08:30:00`, with or without a zone."""
    day, separator, clock = source.partition("T")
    if not separator:
        return combine(parse_date(day), time())
    return combine(parse_date(day), parse_time(clock))


def combine(day: date | FarDate, clock: time) -> datetime | FarMoment:
    """Return the moment at which this day has this time."""
    return far.joined(day, clock)


def parse_duration(source: str) -> timedelta | YearsMonths:
    """Return the duration `P1DT2H` or `P1Y2M`."""
    months = _MONTHS.fullmatch(source)
    if months is not None and any(months.groups()[1:]):
        years, rest = int(months[2] or 0), int(months[3] or 0)
        return make_months((-1 if months[1] else 1) * (years * 12 + rest))
    match = _DAYS.fullmatch(source)
    if match is None or source.endswith(("P", "T")):
        raise Undefined(f"“{source}”不是时长，应写成 P1DT2H 或 P1Y2M。")
    weeks, days, hours, minutes = (int(part or 0) for part in match.groups()[1:5])
    seconds = Decimal(match[6] or 0)
    try:
        length = timedelta(
            weeks=weeks, days=days, hours=hours, minutes=minutes,
            seconds=int(seconds), microseconds=int(seconds % 1 * 1_000_000),
        )  # fmt: skip
    except OverflowError:
        raise Undefined(f"时长“{source}”太长。") from None
    return -length if match[1] else length


def make_months(months: int) -> YearsMonths:
    """Return a duration of months, within what a calendar holds."""
    if abs(months) > MAX_MONTHS:
        raise Undefined("年月时长太长。")
    return YearsMonths(months)


def parse_any(source: str) -> Any:
    """Return what `@"…"` means: a date, a time, a moment or a duration."""
    if source.startswith(("P", "-P")):
        return parse_duration(source)
    if "T" in source.partition("@")[0]:
        return parse_moment(source)
    return parse_time(source) if ":" in source else parse_date(source)


def shift(moment: Any, length: timedelta | YearsMonths) -> Any:
    """Return a date, time or moment moved by a duration.

    A month later than 31 January is the last day of February.
    """
    try:
        if isinstance(length, YearsMonths):
            return _shift_months(moment, length.months)
        if isinstance(moment, time):
            day = datetime.combine(date(2000, 1, 1), moment)
            return (day + timedelta(seconds=length.seconds)).timetz()
        return _shift_exactly(moment, length)
    except (OverflowError, ValueError):
        raise Undefined("日期超出范围。") from None


def _shift_exactly(moment: Any, length: timedelta) -> Any:
    try:
        if type(moment) not in _FAR:
            if not isinstance(moment, datetime):
                return (datetime.combine(moment, time()) + length).date()
            if moment.tzinfo is None:
                return moment + length
            return (moment.astimezone(UTC) + length).astimezone(moment.tzinfo)
    except OverflowError:  # out of Python's calendar
        pass
    return far.shift(moment, length)


def _shift_months(moment: Any, months: int) -> Any:
    if isinstance(moment, time):
        raise Undefined("时间不能加减年月时长。")
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if type(moment) in _FAR or not 1 <= year <= 9999:
        return far.shift_months(moment, months)
    last = monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def difference(later: Any, earlier: Any) -> timedelta:
    """Return the time between two dates, two times or two moments."""
    if type(later) in _FAR or type(earlier) in _FAR:
        return _far_between(later, earlier)
    if isinstance(later, datetime) or isinstance(earlier, datetime):
        return _between(as_moment(later), as_moment(earlier))
    if isinstance(later, time):
        day = date(2000, 1, 1)
        try:
            return datetime.combine(day, later) - datetime.combine(day, earlier)
        except TypeError:
            raise Undefined("带时区与不带时区的时间不能相减。") from None
    length: timedelta = later - earlier
    return length


def _far_between(later: Any, earlier: Any) -> timedelta:
    if isinstance(later, datetime | FarMoment) or isinstance(earlier, datetime | FarMoment):
        later, earlier = as_moment(later), as_moment(earlier)
    try:
        return far.between(later, earlier)
    except (OverflowError, ValueError):
        raise Undefined("相隔太久，或只有一边带时区。") from None


def _between(later: datetime, earlier: datetime) -> timedelta:
    if later.tzinfo is None and earlier.tzinfo is None:
        return later - earlier
    if later.tzinfo is None or earlier.tzinfo is None:
        raise Undefined("带时区与不带时区的日期时间不能相减，请写明时区，例如 @Asia/Shanghai。")
    try:
        return later.astimezone(UTC) - earlier.astimezone(UTC)
    except OverflowError:
        raise Undefined("日期超出范围。") from None


def as_moment(value: Any) -> Any:
    """Return midnight of UTC for a date (DMN 1.3, 10.3.2.3.5), and a moment as it is."""
    if type(value) in _FAR:
        return far.midnight(value) if isinstance(value, FarDate) else value
    return value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)


def alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Return two values; a moment without a zone beside one with a zone is China's."""
    if type(left) in _FAR or type(right) in _FAR:
        return far.alike(left, right)
    if isinstance(left, datetime) and isinstance(right, datetime):
        if left.tzinfo is None and right.tzinfo is not None:
            left = left.replace(tzinfo=CHINA)
        elif right.tzinfo is None and left.tzinfo is not None:
            right = right.replace(tzinfo=CHINA)
    return left, right


def clocks_differ(left: Any, right: Any) -> bool:
    """Tell whether two times have zones of which nothing is known without a day, and not the same.

    Python would compare their hands.
    """
    if type(left) is not time or type(right) is not time:
        return False
    open_ended = (left.tzinfo or right.tzinfo) and None in (left.utcoffset(), right.utcoffset())
    return bool(open_ended) and left.tzinfo != right.tzinfo


def months_between(start: date | FarDate, end: date | FarDate) -> YearsMonths:
    """Return the whole months from one date to another."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return YearsMonths(months)


def _offset(value: Any) -> timedelta | None:
    offset: timedelta | None = value.utcoffset()
    return offset


def _zone_name(value: Any) -> str | None:
    return getattr(value.tzinfo, "key", None)


def _part(unit: int, modulo: int) -> Callable[[timedelta], int]:
    """Return how many whole units of so many seconds a duration has, with its sign."""

    def part(value: timedelta) -> int:
        whole = abs(value) // timedelta(seconds=unit)
        whole = whole % modulo if modulo else whole
        return -whole if value < timedelta(0) else whole

    return part


def _seconds(value: Any) -> int | Decimal:
    whole: int = value.second
    return whole + Decimal(value.microsecond) / 1_000_000 if value.microsecond else whole


def _quotient(value: int, divisor: int) -> int:
    return -(-value // divisor) if value < 0 else value // divisor


def _of_clock(part: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: part(value.clock)


_DATE_PARTS: Final[dict[str, Callable[[Any], Any]]] = {
    "year": lambda v: v.year,
    "month": lambda v: v.month,
    "day": lambda v: v.day,
    "weekday": lambda v: v.isoweekday(),
}
_TIME_PARTS: Final[dict[str, Callable[[Any], Any]]] = {
    "hour": lambda v: v.hour,
    "minute": lambda v: v.minute,
    "second": lambda v: _seconds(v),
    "time offset": _offset,
    "timezone": _zone_name,
}
PROPERTIES: Final[dict[type, dict[str, Callable[[Any], Any]]]] = {
    date: _DATE_PARTS,
    FarDate: _DATE_PARTS,
    time: _TIME_PARTS,
    FarMoment: {**_DATE_PARTS, **{name: _of_clock(part) for name, part in _TIME_PARTS.items()}},
    datetime: {**_DATE_PARTS, **_TIME_PARTS},
    timedelta: {
        "days": _part(86_400, 0),
        "hours": _part(3_600, 24),
        "minutes": _part(60, 60),
        "seconds": _part(1, 60),
    },
    YearsMonths: {
        "years": lambda v: _quotient(v.months, 12),
        "months": lambda v: v.months - 12 * _quotient(v.months, 12),
    },
}
