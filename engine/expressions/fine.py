"""Nanoseconds, which Python's times do not have (DMN 1.3, 10.3.2.3.3, .5 and .7).

A value with whole microseconds stays Python's; what is finer is `Fine`: that value, and the
nanoseconds beyond it. Whoever computes splits both, computes with Python's, and joins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta, tzinfo
from decimal import ROUND_DOWN, Decimal
from typing import Any, Final

from engine.expressions.limits import Undefined

PER_SECOND: Final = 1_000_000_000
_NANOSECOND: Final = Decimal("1e-9")


@dataclass(frozen=True, slots=True, order=True)
class Fine:
    """A time, a moment or a duration, 1 to 999 nanoseconds after the one that Python knows."""

    base: Any
    nanos: int


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


def length(nanoseconds: int) -> timedelta | Fine:
    """Return the duration of so many nanoseconds.

    Raises:
        Undefined: it is too long.
    """
    micros, nanos = divmod(nanoseconds, 1000)
    try:
        found: timedelta | Fine = joined(timedelta(microseconds=micros), nanos)
    except OverflowError:
        raise Undefined("时长太长。") from None
    return found


def nanoseconds(value: timedelta | Fine) -> int:
    """Return how many nanoseconds a duration has."""
    base, nanos = split(value)
    return base // timedelta(microseconds=1) * 1000 + nanos  # type: ignore[no-any-return]
