"""What `+ - * / **` mean for two values: exact numbers, texts, moments and durations.

Each raises `Undefined` where there is no result; the language decides what that means.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any, Final

from engine.expressions import fine, temporal
from engine.expressions.far import FarDate, FarMoment
from engine.expressions.fine import ExactDuration
from engine.expressions.limits import Undefined, sized_text
from engine.expressions.values import YearsMonths, finite, kind, label

Operator = Callable[[Any, Any], Any]

#: IEEE 754 decimal128, as DMN prescribes: 34 digits.
DECIMAL: Final = Context(
    prec=34, rounding=ROUND_HALF_EVEN, Emin=-6143, Emax=6144,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)  # fmt: skip
_LARGEST: Final = 10**34
_MOMENTS: Final = (date, time, FarDate, FarMoment)


def is_number(value: Any) -> bool:
    """Tell whether the value is a number (true and false are not)."""
    return isinstance(value, int | Decimal | float) and not isinstance(value, bool)


def is_length(value: Any) -> bool:
    """Tell whether the value is a duration."""
    return isinstance(value, timedelta | YearsMonths | ExactDuration)


def _is_moment(value: Any) -> bool:
    return isinstance(fine.split(value)[0], _MOMENTS)


def exact(value: Any) -> int | Decimal:
    """Return a number that arithmetic can use.

    Raises:
        Undefined: the value is not a number.
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        raise Undefined(f"这里需要数字，得到的是{label(value)}。")
    return finite(value) if isinstance(value, float) else value


def bounded(value: int | Decimal) -> int | Decimal:
    """Return the number with at most 34 digits."""
    if not isinstance(value, int) or -_LARGEST < value < _LARGEST:
        return value
    try:
        return DECIMAL.create_decimal(value)
    except Overflow:
        raise Undefined("数字太大。") from None


def _compute(operation: Operator, left: Any, right: Any) -> Any:
    try:
        return operation(left, right)
    except Overflow:
        raise Undefined("数字太大。") from None
    except (DivisionByZero, InvalidOperation):
        raise Undefined("没有计算结果（除数为零或数字无效）。") from None


def _numbers(whole: Operator, operation: Operator, left: Any, right: Any) -> Any:
    """Compute with two numbers; whole ones of a declared type are ordinary ones here."""
    if isinstance(left, int) and isinstance(right, int):
        return whole(int(left), int(right))
    return _compute(operation, exact(left), exact(right))


def _refuse(sign: str, left: Any, right: Any) -> Undefined:
    return Undefined(f"{label(left)}与{label(right)}不能用“{sign}”计算。")


def add(left: Any, right: Any) -> Any:
    """Return the sum: numbers, texts, durations, a moment and a duration."""
    if type(left) is int and type(right) is int:
        return bounded(left + right)
    if is_number(left) and is_number(right):
        return _numbers(add, DECIMAL.add, left, right)
    if isinstance(left, str) and isinstance(right, str):
        return sized_text(left + right)
    if is_length(left):
        if kind(left) == kind(right):
            return _sum_durations(left, right)
        left, right = right, left
    if _is_moment(left) and is_length(right):
        return temporal.shift(left, right)
    raise _refuse("+", left, right)


def _sum_durations(left: Any, right: Any) -> Any:
    if isinstance(left, YearsMonths):
        return temporal.make_months(left.months + right.months)
    return fine.length(fine.nanoseconds(left) + fine.nanoseconds(right))


def subtract(left: Any, right: Any) -> Any:
    """Return the difference: numbers, durations, moments, a moment and a duration."""
    if type(left) is int and type(right) is int:
        return bounded(left - right)
    if is_number(left) and is_number(right):
        return _numbers(subtract, DECIMAL.subtract, left, right)
    if is_length(right):
        return add(left, negate(right))
    kinds = {kind(left), kind(right)}
    if kinds in ({"date"}, {"time"}, {"date and time"}, {"date", "date and time"}):
        return temporal.difference(left, right)
    raise _refuse("-", left, right)


def multiply(left: Any, right: Any) -> Any:
    """Return the product of numbers, or of a duration and a number."""
    if type(left) is int and type(right) is int:
        return bounded(left * right)
    if is_number(left) and is_number(right):
        return _numbers(multiply, DECIMAL.multiply, left, right)
    if is_number(left):
        left, right = right, left
    if is_length(left) and is_number(right):
        return _scale(left, exact(right), DECIMAL.multiply)
    raise _refuse("*", left, right)


def divide(left: Any, right: Any) -> Any:
    """Return the quotient: exact integers stay integers."""
    if is_number(left) and is_number(right):
        left, right = exact(left), exact(right)
        if isinstance(left, int) and isinstance(right, int) and right and left % right == 0:
            return left // right
        return _compute(DECIMAL.divide, left, right)
    if is_length(left):
        if kind(left) == kind(right):
            return divide(_size(left), _size(right))
        if is_number(right):
            return _scale(left, exact(right), DECIMAL.divide)
    raise _refuse("/", left, right)


def _size(length: timedelta | YearsMonths | ExactDuration) -> int:
    return length.months if isinstance(length, YearsMonths) else fine.nanoseconds(length)


def _scale(length: Any, factor: int | Decimal, operation: Operator) -> Any:
    size = _compute(operation, _size(length), factor)
    if isinstance(length, YearsMonths):
        return temporal.make_months(int(size))
    return fine.length(int(size))


def modulo(left: Any, right: Any) -> Any:
    """Return FEEL's modulo: the sign of the divisor."""
    left, right = exact(left), exact(right)
    if right == 0:
        raise Undefined("除数为零。")
    if isinstance(left, int) and isinstance(right, int):
        return left % right
    whole = _compute(DECIMAL.divide, left, right).to_integral_value("ROUND_FLOOR")
    return _compute(DECIMAL.subtract, left, _compute(DECIMAL.multiply, right, whole))


def power(left: Any, right: Any) -> Any:
    """Return a power. Its cost does not depend on the exponent: 34 digits are kept."""
    left, right = exact(left), exact(right)
    result = Decimal(1) if right == 0 else _compute(DECIMAL.power, left, right)
    if not result.is_finite():  # 0 ** -1: Python knows infinity
        raise Undefined("没有计算结果（零的负数次方）。")
    whole = isinstance(left, int) and isinstance(right, int) and -_LARGEST < result < _LARGEST
    return int(result) if whole and result == result.to_integral_value() else result


def negate(value: Any) -> Any:
    """Return a number or duration with the opposite sign."""
    if isinstance(value, YearsMonths):
        return YearsMonths(-value.months)
    if is_length(value):
        return fine.length(-fine.nanoseconds(value))
    number = exact(value)
    return -number if isinstance(number, int) else DECIMAL.minus(number)


def magnitude(value: int | Decimal) -> int | Decimal:
    """Return a number without its sign; Python's `abs` would round it to 28 digits."""
    return negate(value) if value < 0 else value


ARITHMETIC: Final[dict[str, Operator]] = {
    "+": add, "-": subtract, "*": multiply, "/": divide, "%": modulo, "**": power,
}  # fmt: skip
