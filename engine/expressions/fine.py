"""Nanoseconds, which Python's times do not have, and durations of far years (DMN 1.3, 10.3.2.3).

A value with whole microseconds stays Python's. A time or a moment that is finer is `Fine`:
Python's, and the nanoseconds beyond it. Whoever computes splits it, computes with Python's, and
joins. A duration that is finer, or longer than Python's, is a number of nanoseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta, tzinfo
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

from engine.expressions.limits import Undefined

PER_SECOND: Final = 1_000_000_000
#: About 292 thousand million years.
LONGEST: Final = 2**63 * PER_SECOND
_NANOSECOND: Final = Decimal("1e-9")


@dataclass(frozen=True, slots=True, order=True)
class Fine:
    """A time or a moment, 1 to 999 nanoseconds after the one that Python knows."""

    base: Any
    nanos: int


@dataclass(frozen=True, slots=True, order=True)
class ExactDuration:
    """A duration with nanoseconds, or of more than 999,999,999 days."""

    nanoseconds: int


def split(value: Any) -> tuple[Any, int]:
    """Return the value with whole microseconds and the nanoseconds beyond it."""
    return (value.base, value.nanos) if type(value) is Fine else (value, 0)


def joined(base: Any, nanos: int) -> Any:
    """Return the value so many nanoseconds (0 to 999) after another."""
    return Fine(base, nanos) if nanos else base


def lifted(part: Callable[[Any], Any], value: Any) -> Any:
    """Return what a function makes of a value; its nanoseconds stay."""
    base, nanos = split(value)
    return joined(part(base), nanos)


def coarse(value: Any) -> Any:
    """Return the value with whole microseconds, as Python has it; too long a duration stays."""
    if type(value) is not ExactDuration:
        return split(value)[0]
    try:
        return timedelta(microseconds=value.nanoseconds // 1000)
    except OverflowError:
        return value


def clock(hour: int, minute: int, second: int | Decimal, zone: tzinfo | None) -> time | Fine:
    """Return a time; digits beyond the ninth are cut.

    Raises:
        ValueError: there is no such time.
    """
    size = int(Decimal(second).quantize(_NANOSECOND, ROUND_DOWN).scaleb(9))
    whole, fraction = divmod(size, PER_SECOND)
    micros, nanos = divmod(fraction, 1000)
    found: time | Fine = joined(time(hour, minute, whole, micros, zone), nanos)
    return found


def second(value: Any) -> int | Decimal:
    """Return the seconds of the minute of a time or a moment, with their fraction."""
    base, nanos = split(value)
    fraction = base.microsecond * 1000 + nanos
    whole: int = base.second
    return whole + Decimal(fraction).scaleb(-9) if fraction else whole


def length(nanoseconds: int) -> timedelta | ExactDuration:
    """Return the duration of so many nanoseconds.

    Raises:
        Undefined: it is too long.
    """
    if abs(nanoseconds) > LONGEST:
        raise Undefined("时长太长。")
    micros, nanos = divmod(nanoseconds, 1000)
    try:
        return ExactDuration(nanoseconds) if nanos else timedelta(microseconds=micros)
    except OverflowError:
        return ExactDuration(nanoseconds)


def nanoseconds(value: timedelta | ExactDuration) -> int:
    """Return how many nanoseconds a duration has."""
    if isinstance(value, ExactDuration):
        return value.nanoseconds
    return value // timedelta(microseconds=1) * 1000
