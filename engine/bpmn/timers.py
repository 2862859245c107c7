"""Timer definitions: date, duration, repetition. Literals are ISO 8601.

The same code checks a diagram's literals at deployment and a computed value at run time,
so an expression cannot smuggle in what a literal may not say.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from engine.bpmn import cron
from engine.clock import CHINA
from engine.errors import EngineError, ExpressionError
from engine.expressions import temporal
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
REPEAT = re.compile(r"^R(\d{0,4})/(?:([^/P]{8,40})/)?(P[^/]{1,40})$", re.A)

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


def following(armed: dict[str, Any], now: datetime) -> dict[str, Any] | None:
    """Return the timer after it has fired once; None when it is spent.

    What was missed while the office was down is not repeated: one firing stands for all.
    """
    left = armed.get("left")
    if "every" not in armed or left == 1:
        return None
    every = armed["every"]
    due = _next(every, armed["due"], now)
    again = {**armed, "due": due, "n": armed.get("n", 0) + 1}
    if left is not None:
        again["left"] = left - 1
    return again


def _next(every: str, due: datetime, now: datetime) -> datetime:
    if not every.startswith("P"):
        return cron.next_after(every, max(due, now))
    period = length(every)
    upcoming = after(due, period)
    if upcoming > now or not isinstance(period, timedelta):
        return max(upcoming, now)
    return due + period * ((now - due) // period + 1)


def arm_cycle(text: str, now: datetime) -> dict[str, Any]:
    """Return a repetition: `R3/PT10M`, `R/2026-01-01T08:00:00+08:00/P1D`, or a cron line.

    Raises:
        EngineError: it is not a repetition, or it repeats too fast.
    """
    match = REPEAT.match(text.strip())
    if match is None:
        if len(text.split()) in (6, 7):
            return {"due": cron.next_after(text.strip(), now), "every": text.strip()}
        raise EngineError(f"循环定时“{text:.40}”应写成 R3/PT10M，或 cron 表达式。")
    period = length(match[3])
    if isinstance(period, timedelta) and period < MIN_PERIOD:
        raise EngineError(f"循环定时“{text:.40}”的间隔太短（至少 1 秒）。")
    due = after(now, period)
    if match[2]:
        due = _bounded(moment(match[2]), now)
    armed: dict[str, Any] = {"due": due, "every": match[3]}
    if match[1]:
        armed["left"] = int(match[1])
        if armed["left"] == 0:
            raise EngineError(f"循环定时“{text:.40}”的次数不能是 0。")
    return armed


def length(text: str) -> Length:
    """Return an ISO 8601 duration; months stay months.

    Raises:
        EngineError: it is malformed or absurdly long.
    """
    text = text.strip()
    if not DURATION.match(text):
        raise EngineError(f"时长“{text:.40}”不是 ISO 8601 格式，或者太长。")
    try:
        return temporal.parse_duration(text)
    except ExpressionError as error:
        raise EngineError(f"时长“{text:.40}”：{error}") from error


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
    return (value if value.tzinfo else value.replace(tzinfo=CHINA)).astimezone(UTC)


def _bounded(value: datetime, now: datetime) -> datetime:
    due = _aware(value)
    if due - now > MAX_AHEAD:
        raise EngineError("时间在一百年以后。")
    return due
