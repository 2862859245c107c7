"""Boolean functions, and what asks about a value itself."""

from __future__ import annotations

from typing import Any

from engine.errors import ExpressionError
from engine.expressions import coercion, comparison, values
from engine.expressions.builtins import arguments as arg
from engine.expressions.builtins.registry import builtin
from engine.expressions.values import kind


@builtin("not", "negand")
def negation(value: Any) -> bool:
    return not arg.boolean(value)


@builtin("is", "value1", "value2")
def identical(one: Any, other: Any) -> bool:
    if kind(one) != kind(other):
        return False
    if kind(one) in ("time", "date and time"):  # 10:00Z and 11:00+01:00 are equal, not the same
        return values.text(one) == values.text(other)
    return comparison.same(one, other)


@builtin("is defined", "value")
def is_defined(value: Any) -> bool:
    return value is not None


@builtin("is empty", "list")
def is_empty(value: Any) -> bool:
    return coercion.empty(value)


@builtin("assert", "value", "condition", "cause?")
def assertion(value: Any, condition: Any, cause: Any = None) -> Any:
    """Return the value if the condition holds; an error, not null, if it does not."""
    if condition is not True:
        raise ExpressionError(arg.text(cause) if cause is not None else "断言不成立。")
    return value


@builtin("get or else", "value", "default")
def get_or_else(value: Any, default: Any) -> Any:
    return default if value is None else value
