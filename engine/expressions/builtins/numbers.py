"""Numeric functions (DMN 1.3, 10.3.4.5)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation, Overflow
from typing import Any

from engine.expressions import arithmetic, comparison
from engine.expressions.arithmetic import DECIMAL, is_number
from engine.expressions.builtins import arguments as arg
from engine.expressions.builtins.registry import builtin
from engine.expressions.limits import Undefined


def _rounded(value: Any, scale: Any, mode: str) -> int | Decimal:
    """Return the number with `scale` digits after the point."""
    number, digits = Decimal(arg.number(value)), arg.whole(scale)
    if not -6_111 <= digits <= 6_176:
        raise Undefined("小数位数超出范围。")
    try:
        result = number.quantize(Decimal(1).scaleb(-digits), rounding=mode, context=DECIMAL)
    except InvalidOperation:  # more digits than 34: nothing to round away
        return arg.number(value)  # type: ignore[no-any-return]  # Number is int or Decimal
    return int(result) if digits <= 0 else result


@builtin("decimal", "n", "scale")
def decimal(n: Any, scale: Any) -> int | Decimal:
    return _rounded(n, arg.whole(scale), "ROUND_HALF_EVEN")


@builtin("floor", "n", "scale?")
def floor(n: Any, scale: Any = 0) -> int | Decimal:
    return _rounded(n, scale, "ROUND_FLOOR")


@builtin("ceiling", "n", "scale?")
def ceiling(n: Any, scale: Any = 0) -> int | Decimal:
    return _rounded(n, scale, "ROUND_CEILING")


@builtin("round up", "n", "scale")
def round_up(n: Any, scale: Any) -> int | Decimal:
    return _rounded(n, scale, "ROUND_UP")


@builtin("round down", "n", "scale")
def round_down(n: Any, scale: Any) -> int | Decimal:
    return _rounded(n, scale, "ROUND_DOWN")


@builtin("round", "n", "scale?")
def rounded(n: Any, scale: Any = None) -> int | Decimal:
    return _rounded(n, 0 if scale is None else scale, "ROUND_HALF_UP")


@builtin("round half up", "n", "scale")
def round_half_up(n: Any, scale: Any) -> int | Decimal:
    return _rounded(n, scale, "ROUND_HALF_UP")


@builtin("round half down", "n", "scale")
def round_half_down(n: Any, scale: Any) -> int | Decimal:
    return _rounded(n, scale, "ROUND_HALF_DOWN")


@builtin("abs", "n|number")
def absolute(n: Any) -> Any:
    n = arg.single(n)
    if not arithmetic.is_length(n):
        return arithmetic.magnitude(arg.number(n))
    other = arithmetic.negate(n)
    return other if comparison.less(n, other) else n


@builtin("modulo", "dividend", "divisor")
def modulo(dividend: Any, divisor: Any) -> Any:
    return arithmetic.modulo(arg.number(dividend), arg.number(divisor))


def _apply(name: str, value: Any) -> int | Decimal:
    number = Decimal(arg.number(value))
    try:
        result: Decimal = getattr(DECIMAL, name)(number)
    except Overflow:
        raise Undefined("数字太大。") from None
    except InvalidOperation:
        raise Undefined("这个数没有计算结果。") from None
    if not result.is_finite():
        raise Undefined("这个数没有计算结果。")
    return result


@builtin("sqrt", "number")
def sqrt(number: Any) -> int | Decimal:
    return _apply("sqrt", number)


@builtin("log", "number")
def log(number: Any) -> int | Decimal:
    return _apply("ln", number)


@builtin("exp", "number")
def exp(number: Any) -> int | Decimal:
    return _apply("exp", number)


@builtin("odd", "number")
def odd(number: Any) -> bool:
    return arg.whole(number) % 2 == 1


@builtin("even", "number")
def even(number: Any) -> bool:
    return arg.whole(number) % 2 == 0


def total(values: list[Any]) -> Any:
    """Return the sum of numbers, or of durations.

    Raises:
        Undefined: there are none, or one is something else.
    """
    if not values or not all(is_number(v) or arithmetic.is_length(v) for v in values):
        raise Undefined("求和需要数字列表。")
    result = values[0]
    for value in values[1:]:
        result = arithmetic.add(result, value)
    return result
