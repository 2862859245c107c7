"""Boolean functions, and what asks about a value itself."""

from __future__ import annotations

from typing import Any

from engine.expressions import coercion, operators
from engine.expressions.builtins import arguments as arg
from engine.expressions.builtins.registry import builtin
from engine.expressions.values import kind


@builtin("not", "negand")
def negation(value: Any) -> bool:
    return not arg.boolean(value)


@builtin("is", "value1", "value2")
def identical(one: Any, other: Any) -> bool:
    return kind(one) == kind(other) and operators.same(one, other)


@builtin("is defined", "value")
def is_defined(value: Any) -> bool:
    return value is not None


@builtin("is empty", "list")
def is_empty(value: Any) -> bool:
    return coercion.empty(value)


@builtin("get or else", "value", "default")
def get_or_else(value: Any, default: Any) -> Any:
    return default if value is None else value
