"""Timer definitions: date, duration, repetition. Literals are ISO 8601.

The same code checks a diagram's literals at deployment and a computed value at run time,
so an expression cannot smuggle in what a literal may not say.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from engine.bpmn import cron
from engine.bpmn.cron import TimerOver
from engine.clock import CHINA
from engine.errors import EngineError, ExpressionError
from engine.expressions import fine, temporal
from engine.expressions.values import YearsMonths

#: Nothing an office owes lies further ahead.
MAX_AHEAD = timedelta(days=36_525)
#: A repetition faster than this is a loop, not a timer.
MIN_PERIOD = timedelta(seconds=1)
DURATION = re.compile(
    r"^P(?=\d|T\d)(\d{1,3}Y)?(\d{1,4}M)?(\d{1,4}W)?(\d{1,5}D)?"
    r"(T(?=\d)(\d{1,6}H)?(\d{1,7}M)?(\d{1,8}S)?)?$",
    re.A,
)
#: FEEL, which reads them, has no weeks; people who draw timers do.
_WEEKS = re.compile(r"(\d+)W(?:(\d+)D)?")
REPEAT = re.compile(r"^R(\d{0,4})((?:/[^/]{1,40}){1,2})$", re.A)


Length = timedelta | YearsMonths


def check(kind: str, text: str) -> None:
    """Check a literal: `kind` is `date`, `duration` or `cycle`.

    Raises:
        EngineError: with what is wrong, in Chinese.
    """
    now = datetime(2026, 1, 1, tzinfo=UTC)
    if kind == "date":
        _bounded(moment(text), now)
    elif kind == "duration":
        after(now, length(text))
    elif text.strip().startswith("R"):
        with suppress(TimerOver):  # it was right when it was drawn
            arm_cycle(text, now)
    else:
        arm_cycle(text, now)


def arm(kind: str, value: Any, now: datetime) -> dict[str, Any]:
    """Return what must be remembered of a timer that begins to run now.

    `value` is a text, a moment, a day, a duration, or a deadline with `due_at`.

    Raises:
        EngineError: it is none of these, or out of bounds.
    """
    due_at = getattr(value, "due_at", None)
    if due_at is not None:
        return {"due": _bounded(due_at, now)}
    if isinstance(value, datetime | date):
        return {"due": _bounded(moment(value), now)}
    if isinstance(value, timedelta | YearsMonths):
        return {"due": after(now, value)}
    if not isinstance(value, str):
        raise EngineError(f"定时器的值 {value!s:.40} 不是时间，也不是时长。")
    if kind == "cycle":
        return arm_cycle(value, now)
    if value.startswith("P"):
        return {"due": after(now, length(value))}
    if kind == "duration":
        raise EngineError(f"时长“{value:.40}”不是 ISO 8601 格式，例如 PT1H、P5D。")
    return {"due": _bounded(moment(value), now)}


def following(armed: dict[str, Any]) -> dict[str, Any] | None:
    """Return the timer after it has fired once; None when it is spent.

    The next moment is counted from the last one, whatever the time is now: what was missed
    while the office was down happens afterwards, each with the moment it was due.
    """
    left = armed.get("left")
    if "every" not in armed or left == 1:
        return None
    try:
        due = _next(armed["every"], armed["due"])
    except TimerOver:  # a cron line that names its years
        return None
    if "until" in armed and due > armed["until"]:
        return None
    again = {**armed, "due": due, "n": armed.get("n", 0) + 1}
    if left is not None:
        again["left"] = left - 1
    return again


def shifted(armed: dict[str, Any], by: timedelta) -> dict[str, Any]:
    """Return a timer whose moment, and all that follow it, come so much later."""
    return {
        name: value + by if name in ("due", "until") else value for name, value in armed.items()
    }


def _next(every: str, due: datetime) -> datetime:
    return after(due, length(every)) if every.startswith("P") else cron.next_after(every, due)


def arm_cycle(text: str, now: datetime) -> dict[str, Any]:
    """Return a repetition that begins now: ISO 8601 or a cron line.

    `R3/PT10M`, `R/<start>/P1D`, `R/PT1H/<end>`, `R2/<start>/<end>`; `R` alone repeats for ever.
    What lies before now is counted as done. Without a start the first time is one period ahead;
    with an end the times are counted back from it, as ISO 8601 does.

    Raises:
        EngineError: it is not a repetition, repeats too fast, or is over already.
    """
    text = text.strip()
    match = REPEAT.match(text)
    if match is None:
        if len(text.split()) in cron.LENGTHS:
            return {"due": cron.next_after(text, now), "every": text}
        raise EngineError(f"循环定时“{text:.40}”应写成 R3/PT10M，或 cron 表达式。")
    count = int(match[1]) if match[1] else None
    if count == 0:
        raise EngineError(f"循环定时“{text:.40}”的次数不能是 0。")
    armed = _interval(match[2].split("/")[1:], count, now, text)
    if armed.get("left", 1) < 1:
        raise TimerOver(f"循环定时“{text:.40}”的时间已经全部过去，请改为以后的时间。")
    return armed


def _interval(parts: list[str], count: int | None, now: datetime, text: str) -> dict[str, Any]:
    """Read what follows the count: a period with or without a start or an end, or both ends."""
    periods = [part for part in parts if part.startswith("P")]
    moments = [moment(part) for part in parts if not part.startswith("P")]
    if len(periods) > 1 or (not periods and len(moments) != 2):
        raise EngineError(f"循环定时“{text:.40}”应写成 R3/PT10M，或 cron 表达式。")
    ends = moments if len(moments) == 2 else ()
    every = f"PT{int((ends[1] - ends[0]).total_seconds())}S" if ends else periods[0]
    period = length(every)
    if isinstance(period, timedelta) and period < MIN_PERIOD:
        raise EngineError(f"循环定时“{text:.40}”的间隔太短（至少 1 秒）。")
    if moments and parts[0].startswith("P"):
        return {"every": every, **_counted_back(_bounded(moments[0], now), period, now, count)}
    skipped, start = 0, after(now, period)
    if moments:
        start = _bounded(moments[0], now)
        skipped = _whole(start, now, period) + 1 if start <= now else 0
    left = {} if count is None else {"left": count - skipped}
    return {"due": after(start, _times(period, skipped)), "every": every, **left}


def _counted_back(
    end: datetime, period: Length, now: datetime, count: int | None
) -> dict[str, Any]:
    """Return the first time after now of …, end - period, end, and how many are left."""
    left = _whole(now, end, period) + 1 if end > now else 0
    if left and after(end, _times(period, 1 - left)) <= now:
        left -= 1  # now itself is one of the times: the first is the next one
    left = left if count is None else min(left, count)
    return {"due": after(end, _times(period, 1 - left)), "left": left, "until": end}


def _whole(start: datetime, end: datetime, period: Length) -> int:
    """Return how many whole periods fit between two moments."""
    if isinstance(period, timedelta):
        return (end - start) // period
    number = 0
    while after(start, _times(period, number + 1)) <= end:
        number += 1
    return number


def _times(period: Length, number: int) -> Length:
    if isinstance(period, timedelta):
        return period * number
    return YearsMonths(period.months * number)


def length(text: str) -> Length:
    """Return an ISO 8601 duration; months stay months.

    Raises:
        EngineError: it is malformed or absurdly long.
    """
    text = text.strip()
    if not DURATION.match(text):
        raise EngineError(f"时长“{text:.40}”不是 ISO 8601 格式，或者太长。")
    try:
        found: Length = fine.coarse(temporal.parse_duration(_WEEKS.sub(_in_days, text)))
    except ExpressionError as error:
        raise EngineError(f"时长“{text:.40}”：{error}") from error
    return found


def _in_days(part: re.Match[str]) -> str:
    return f"{7 * int(part[1]) + int(part[2] or 0)}D"


def after(start: datetime, period: Length) -> datetime:
    """Return the moment a period after another, in the office's calendar.

    Raises:
        EngineError: it lies more than a hundred years ahead.
    """
    if isinstance(period, timedelta):
        if abs(period) > MAX_AHEAD:
            raise EngineError("时长超过一百年。")
        return start + period
    if abs(period.months) > 1200:
        raise EngineError("时长超过一百年。")
    shifted = temporal.shift(start.astimezone(CHINA), period)
    return _aware(shifted)


def moment(value: Any) -> datetime:
    """Return a moment: ISO 8601 or a day (its beginning); without a zone it is China's.

    Raises:
        EngineError: it is not a moment.
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError as error:
            raise EngineError(f"时间“{value:.40}”不是 ISO 8601 格式。") from error
    if isinstance(value, datetime):
        return _aware(value)
    return datetime.combine(value, time(), CHINA).astimezone(UTC)


def _aware(value: datetime) -> datetime:
    try:
        return (value if value.tzinfo else value.replace(tzinfo=CHINA)).astimezone(UTC)
    except OverflowError:
        raise EngineError(f"时间“{value}”不在公元 1 年到 9999 年之内。") from None


def _bounded(value: datetime, now: datetime) -> datetime:
    due = _aware(value)
    if due - now > MAX_AHEAD:
        raise EngineError("时间在一百年以后。")
    return due
