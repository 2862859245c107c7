"""What JUEL's operators mean: the coercions of the Unified Expression Language 2.2, §1.8.

Numbers are exact where Java would use doubles; a moment and a duration may be added.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from engine.expressions import arithmetic, comparison, temporal
from engine.expressions.arithmetic import Operator
from engine.expressions.limits import Undefined
from engine.expressions.values import YearsMonths, label, text

_TEMPORAL: Final = (date, time, timedelta, YearsMonths)


def truth(value: Any) -> bool:
    """Return a boolean: null and the empty text are false, the text `true` is true.

    Raises:
        Undefined: the value cannot be understood as true or false.
    """
    if value is True or value is False:
        return value
    if value is None:
        return False
    if isinstance(value, str):
        return value.lower() == "true"
    raise Undefined(f"这里需要“是”或“否”，得到的是{label(value)}。")


def empty(value: Any) -> bool:
    """Tell whether the value is null, the empty text, an empty list or an empty map."""
    return value is None or (isinstance(value, str | list | Mapping) and len(value) == 0)


def number(value: Any) -> int | Decimal:
    """Return a number: null and the empty text are 0, a text is read.

    Raises:
        Undefined: the text is not a number, or the value is something else.
    """
    if value is None or value == "":
        return 0
    if not isinstance(value, str):
        return arithmetic.exact(value)
    digits = value.strip()
    try:
        if len(digits) > 40 or not digits.isascii() or "_" in digits:
            raise Undefined(f"文字“{value[:20]}”不是数字。")
        read = arithmetic.DECIMAL.create_decimal(digits)
    except InvalidOperation:
        raise Undefined(f"文字“{value[:20]}”不是数字；连接文字请写成“号码 ${{nr}}”。") from None
    if not read.is_finite():
        raise Undefined(f"文字“{value[:20]}”不是数字。")
    return int(read) if "." not in digits and read == read.to_integral_value() else read


def _arithmetic(operation: Operator) -> Operator:
    def compute(left: Any, right: Any) -> Any:
        if isinstance(left, _TEMPORAL) or isinstance(right, _TEMPORAL):
            return operation(*_moments(left, right))
        if hasattr(type(left), "__feel__") or hasattr(type(right), "__feel__"):
            return operation(*_moments(left, right))
        return operation(number(left), number(right))

    return compute


def _moments(left: Any, right: Any) -> tuple[Any, Any]:
    """Return both values; a date beside a moment begins at midnight in China."""
    left, right = comparison.settle(left), comparison.settle(right)
    if isinstance(left, datetime) or isinstance(right, datetime):
        left, right = comparison.as_datetime(left), comparison.as_datetime(right)
    return temporal.alike(left, right)


def _remainder(left: Any, right: Any) -> Any:
    """Return Java's remainder: the sign of the dividend."""
    result = arithmetic.modulo(arithmetic.magnitude(left), arithmetic.magnitude(right))
    return arithmetic.negate(result) if left < 0 else result


def _pair(left: Any, right: Any) -> tuple[Any, Any]:
    """Return both values in the kind in which EL compares them."""
    left, right = comparison.settle(left), comparison.settle(right)
    if arithmetic.is_number(left) or arithmetic.is_number(right):
        return number(left), number(right)
    if isinstance(left, str) or isinstance(right, str):
        return text(left), text(right)
    return comparison.as_datetime(left), comparison.as_datetime(right)


def equal(left: Any, right: Any) -> bool:
    """Tell whether two values are equal; null equals only null."""
    if type(left) is type(right) and type(left) in (int, str, bool):
        return bool(left == right)
    if left is None or right is None:
        return left is right
    if isinstance(left, bool) or isinstance(right, bool):
        return truth(left) == truth(right)
    if isinstance(left, list | Mapping) or isinstance(right, list | Mapping):
        return comparison.same(left, right)
    return comparison.same(*_pair(left, right))


def unequal(left: Any, right: Any) -> bool:
    """Tell whether two values differ."""
    return not equal(left, right)


def _ordering(operation: Operator, *, reflexive: bool) -> Operator:
    def compare(left: Any, right: Any) -> bool:
        if left is None or right is None:
            return reflexive and left is right
        if type(left) is int and type(right) is int:
            return bool(operation(left, right))
        return bool(operation(*_pair(left, right)))

    return compare


OPERATORS: Final[dict[str, Operator]] = {
    "+": _arithmetic(arithmetic.add),
    "-": _arithmetic(arithmetic.subtract),
    "*": _arithmetic(arithmetic.multiply),
    "/": _arithmetic(arithmetic.divide),
    "%": _arithmetic(_remainder),
    "=": equal,
    "!=": unequal,
    "<": _ordering(comparison.less, reflexive=False),
    "<=": _ordering(comparison.at_most, reflexive=True),
    ">": _ordering(comparison.more, reflexive=False),
    ">=": _ordering(comparison.at_least, reflexive=True),
}
