"""Reading a property, an item or a key: never an attribute of a Python object."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.expressions import arithmetic, properties
from engine.expressions.environment import Run
from engine.expressions.limits import Undefined
from engine.expressions.values import Range, adopt, declared, label


def property_of(value: Any, name: str, run: Run) -> Any:
    """Return FEEL's `value.name`; over a list, the list of its items' properties.

    Raises:
        Undefined: values of this kind have no such property.
    """
    if isinstance(value, Mapping):
        return adopt(value.get(name))
    if isinstance(value, list):
        run.tick(len(value))
        return [_or_null(adopt(item), name, run) for item in value]
    if value is None:
        return None
    return _own(value, name)


def _or_null(value: Any, name: str, run: Run) -> Any:
    try:
        return property_of(value, name, run)
    except Undefined:
        return None


def member_of(value: Any, name: str) -> Any:
    """Return JUEL's `value.name`; a missing key is null, as in Java's maps.

    Raises:
        Undefined: values of this kind have no such property.
    """
    if isinstance(value, Mapping):
        return adopt(value.get(name))
    return None if value is None else _own(value, name)


def _own(value: Any, name: str) -> Any:
    if name in declared(value):
        return adopt(getattr(value, name))
    if isinstance(value, Range):
        return _of_range(value, name)
    try:
        return properties.part_of(value, name)
    except KeyError:
        raise Undefined(f"{label(value)}没有属性“{name}”。") from None


def _of_range(value: Range, name: str) -> Any:
    parts = {
        "start": value.low,
        "end": value.high,
        "start included": value.low_closed,
        "end included": value.high_closed,
    }
    if name not in parts:
        raise Undefined(f"区间没有属性“{name}”。")
    return parts[name]


def pick(items: list[Any], index: Any) -> Any:
    """Return FEEL's `items[index]`: from 1, negative from the end, null outside."""
    place = whole(index)
    if place > 0:
        place -= 1
    elif place == 0:
        return None
    return adopt(items[place]) if -len(items) <= place < len(items) else None


def index_of(base: Any, key: Any) -> Any:
    """Return JUEL's `base[key]`: list items from 0, null outside; map values by key.

    Raises:
        Undefined: the base is neither a list nor a map.
    """
    if base is None or key is None:
        return None
    if isinstance(base, list):
        place = whole(int(key) if isinstance(key, str) and key.isdecimal() else key)
        return adopt(base[place]) if 0 <= place < len(base) else None
    if isinstance(base, Mapping):
        return adopt(base.get(key)) if isinstance(key, str | int) else None
    if isinstance(key, str):
        return _own(base, key)
    raise Undefined(f"{label(base)}不能用“[…]”取值。")


def whole(value: Any) -> int:
    """Return an integer.

    Raises:
        Undefined: the value is not a whole number, or absurdly large.
    """
    number = arithmetic.exact(value)
    if isinstance(number, Decimal):
        if abs(number.adjusted()) > 30 or number != number.to_integral_value():
            raise Undefined("这里需要整数。")
        return int(number)
    return number
