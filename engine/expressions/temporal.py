"""Dates, times and durations: from text, between each other, and their properties.

A date and time without a zone is local: compared with one that has a zone it is China's, but
the time between the two is undefined, as the standard says. Arithmetic goes through UTC, so
that a change of summer time elsewhere does not falsify a duration.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from engine.clock import CHINA
from engine.expressions import far, fine
from engine.expressions.far import FarDate, FarMoment
from engine.expressions.fine import ExactDuration, Fine
from engine.expressions.limits import Undefined
from engine.expressions.values import YearsMonths, kind

_DATE: Final = re.compile(r"(-?(?:\d{4}|[1-9]\d{4,8}))-(\d\d)-(\d\d)", re.ASCII)
_ZONE: Final = r"([Zz]|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z0-9_+\-/]{1,64})?"
_TIME: Final = re.compile(r"(\d\d):(\d\d):(\d\d)(\.\d{1,40})?" + _ZONE, re.ASCII)
_DAY_IN_ZONE: Final = re.compile(r"(-?\d{4,9}-\d\d-\d\d)" + _ZONE, re.ASCII)
_DAYS: Final = re.compile(
    r"(-?)P(?:(\d{1,15})D)?"
    r"(?:T(?:(\d{1,15})H)?(?:(\d{1,15})M)?(?:(\d{1,15})(?:\.(\d{1,40}))?S)?)?",
    re.ASCII,
)
_MONTHS: Final = re.compile(r"(-?)P(?:(\d{1,12})Y)?(?:(\d{1,12})M)?", re.ASCII)
_FAR: Final = frozenset({FarDate, FarMoment})
_MOMENT: Final = (datetime, FarMoment)
_LENGTHS: Final = frozenset({timedelta, ExactDuration})
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
    if offset > timedelta(hours=14) or max(minutes, *seconds, 0) > 59:
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


def parse_time(source: str) -> time | Fine:
    """Return the time `08:30:00`, with or without a zone."""
    match = _TIME.fullmatch(source)
    if match is None:
        raise Undefined(f"“{source}”不是时间，应写成 08:30:00。")
    hour, minute, second, fraction, zone_name = match.groups()
    seconds = Decimal(second + fraction) if fraction else int(second)
    try:
        return fine.clock(int(hour), int(minute), seconds, zone(zone_name) if zone_name else None)
    except ValueError:
        raise Undefined(f"“{source}”不是有效的时间。") from None


def parse_moment(source: str) -> datetime | FarMoment | Fine:
    """Return the date and time `2026-03-01T08:30:00`, with or without a zone.

    A day alone, `2012-03-07Z` (an example of 10.3.2.15), is its first moment.
    """
    day = _DAY_IN_ZONE.fullmatch(source)
    if day is not None:
        midnight = time(tzinfo=zone(day[2]) if day[2] else None)
        return combine(parse_date(day[1]), midnight)
    written, _, clock = source.partition("T")
    return combine(parse_date(written), parse_time(clock))


def combine(day: date | FarDate, clock: time | Fine) -> datetime | FarMoment | Fine:
    """Return the moment at which this day has this time."""
    found: datetime | FarMoment | Fine = fine.lifted(
        lambda hands: _settled(far.joined(day, hands)), clock
    )
    return found


def _settled(moment: Any) -> Any:
    """Return a moment as clocks show it: an hour that a zone skips in spring is the one after."""
    if isinstance(getattr(moment, "tzinfo", None), timezone | None):
        return moment
    try:
        return in_zone(in_zone(moment, UTC), moment.tzinfo)
    except Undefined:  # at the edge of the calendar
        return moment


def parse_duration(source: str) -> timedelta | YearsMonths | ExactDuration:
    """Return the duration `P1DT2H` or `P1Y2M`, as XML Schema writes it: without weeks."""
    months = _MONTHS.fullmatch(source)
    if months is not None and any(months.groups()[1:]):
        years, rest = int(months[2] or 0), int(months[3] or 0)
        return make_months((-1 if months[1] else 1) * (years * 12 + rest))
    match = _DAYS.fullmatch(source)
    if match is None or source.endswith(("P", "T")):
        raise Undefined(f"“{source}”不是时长，应写成 P1DT2H 或 P1Y2M。")
    days, hours, minutes, whole = (int(part or 0) for part in match.group(2, 3, 4, 5))
    nanos = int((match[6] or "").ljust(9, "0")[:9])
    seconds = ((days * 24 + hours) * 60 + minutes) * 60 + whole
    size = seconds * fine.PER_SECOND + nanos
    return fine.length(-size if match[1] else size)


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


def shift(moment: Any, length: timedelta | YearsMonths | ExactDuration) -> Any:
    """Return a date, time or moment moved by a duration.

    A month later than 31 January is the last day of February.
    """
    try:
        if isinstance(length, YearsMonths):
            return fine.lifted(lambda base: _settled(_shift_months(base, length.months)), moment)
        if type(moment) is Fine or isinstance(length, ExactDuration):
            return _shift_finely(moment, length)
        if isinstance(moment, time):
            day = datetime.combine(date(2000, 1, 1), moment)
            return (day + (length - timedelta(length.days))).timetz()
        return _shift_exactly(moment, length)
    except (OverflowError, ValueError):
        raise Undefined("日期超出范围。") from None


def _shift_finely(moment: Any, length: timedelta | ExactDuration) -> Any:
    moment, hand = fine.split(moment)
    ticks, nanos = divmod(fine.nanoseconds(length) + hand, 1000)
    if isinstance(moment, time):
        ticks %= timedelta(days=1) // far.TICK
    try:
        moved = shift(moment, ticks * far.TICK)
    except OverflowError:  # longer than Python's durations
        moved = far.shift(moment, ticks)
    return moved if kind(moved) == "date" else fine.joined(moved, nanos)


def _shift_exactly(moment: Any, length: timedelta) -> Any:
    try:
        if type(moment) not in _FAR:
            if not isinstance(moment, datetime):
                return (datetime.combine(moment, time()) + length).date()
            if moment.tzinfo is None or isinstance(moment.tzinfo, timezone):
                return moment + length
            return (moment.astimezone(UTC) + length).astimezone(moment.tzinfo)
    except OverflowError:  # out of Python's calendar
        pass
    return far.shift(moment, length // far.TICK)


def _shift_months(moment: Any, months: int) -> Any:
    if isinstance(moment, time):
        raise Undefined("时间不能加减年月时长。")
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    if type(moment) in _FAR or not 1 <= year <= 9999:
        return far.shift_months(moment, months)
    last = monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


def difference(later: Any, earlier: Any) -> timedelta | ExactDuration:
    """Return the time between two dates, two times or two moments."""
    if type(later) is Fine or type(earlier) is Fine:
        (later, hand), (earlier, less) = fine.split(later), fine.split(earlier)
        return fine.length(fine.nanoseconds(difference(later, earlier)) + hand - less)
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


def _far_between(later: Any, earlier: Any) -> timedelta | ExactDuration:
    if isinstance(later, datetime | FarMoment) or isinstance(earlier, datetime | FarMoment):
        later, earlier = as_moment(later), as_moment(earlier)
    try:
        return fine.length(far.between(later, earlier) * 1000)
    except ValueError:
        raise Undefined("只有一边带时区。") from None


def _between(later: datetime, earlier: datetime) -> timedelta | ExactDuration:
    if later.tzinfo is None and earlier.tzinfo is None:
        return later - earlier
    if later.tzinfo is None or earlier.tzinfo is None:
        raise Undefined("带时区与不带时区的日期时间不能相减，请写明时区，例如 @Asia/Shanghai。")
    try:
        return later.astimezone(UTC) - earlier.astimezone(UTC)
    except OverflowError:  # out of Python's calendar
        return fine.length(far.between(later, earlier) * 1000)


def as_moment(value: Any) -> Any:
    """Return midnight of UTC for a date (DMN 1.3, 10.3.2.3.5), and a moment as it is."""
    if type(value) in _FAR:
        return far.midnight(value) if isinstance(value, FarDate) else value
    return value if isinstance(value, datetime) else datetime.combine(value, time(), UTC)


def alike(left: Any, right: Any) -> tuple[Any, Any]:
    """Return two values as they can be compared; a moment without a zone beside one is China's."""
    if type(left) is Fine or type(right) is Fine:
        (left, hand), (right, other) = fine.split(left), fine.split(right)
        left, right = alike(left, right)
        return Fine(left, hand), Fine(right, other)
    if type(left) in _LENGTHS and type(right) in _LENGTHS and type(left) is not type(right):
        return ExactDuration(fine.nanoseconds(left)), ExactDuration(fine.nanoseconds(right))
    if isinstance(left, _MOMENT) and isinstance(right, _MOMENT):
        left, right = _in_one_zone(left, right)
    if type(left) in _FAR or type(right) in _FAR:
        left, right = far.alike(left, right)
    return left, right


def _in_one_zone(left: Any, right: Any) -> tuple[Any, Any]:
    """Return two moments so that Python compares them truly, also in an hour that comes twice."""
    if left.tzinfo is right.tzinfo and not (left.fold or right.fold):
        return left, right
    left = left if left.tzinfo else in_zone(left, CHINA)
    right = right if right.tzinfo else in_zone(right, CHINA)
    try:
        if isinstance(left, datetime) and isinstance(right, datetime):
            return left.astimezone(UTC), right.astimezone(UTC)
    except OverflowError:  # out of Python's calendar
        pass
    return far.alike(left, right)


def in_zone(moment: Any, wanted: tzinfo) -> Any:
    """Return the same moment as it is told in a zone; one without a zone gets it."""
    if moment.tzinfo is None:
        if isinstance(moment, FarMoment):
            return FarMoment(moment.date, moment.clock.replace(tzinfo=wanted))
        return moment.replace(tzinfo=wanted)
    try:
        if isinstance(moment, datetime):
            return moment.astimezone(wanted)
    except OverflowError:  # out of Python's calendar
        pass
    try:
        return far.told_in(moment, wanted)
    except ValueError:
        raise Undefined("日期超出范围。") from None


def clocks_differ(left: Any, right: Any) -> bool:
    """Tell whether two times have zones of which nothing is known without a day, and not the same.

    Python would compare their hands.
    """
    left, right = fine.split(left)[0], fine.split(right)[0]
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
