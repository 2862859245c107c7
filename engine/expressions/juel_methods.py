"""The methods that JUEL may call: pure ones of Java's String, List, Map, numbers and dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, Final

from engine.expressions import arithmetic, coercion, comparison, temporal
from engine.expressions.access import index_of, whole
from engine.expressions.builtins import patterns
from engine.expressions.environment import Run
from engine.expressions.limits import Undefined, sized_list, sized_text
from engine.expressions.values import label, text

_Method = Callable[..., Any]


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise Undefined(f"这里需要文字，得到的是{label(value)}。")
    return value


def _substring(value: str, start: Any, end: Any = None) -> str:
    first, last = whole(start), len(value) if end is None else whole(end)
    if not 0 <= first <= last <= len(value):
        raise Undefined("substring 的位置超出文字长度。")
    return value[first:last]


def _char_at(value: str, place: Any) -> str:
    return _substring(value, place, whole(place) + 1)


def _replace(value: str, old: Any, new: Any) -> str:
    old, new = _str(old), _str(new)
    sized_text(value)
    if len(new) > 1 and (value.count(old) + 1) * len(new) > 1_000_000:
        raise Undefined("替换后的文字太长。")
    return sized_text(value.replace(old, new))


def _compare(one: Any, other: Any) -> int:
    return int(comparison.more(one, other)) - int(comparison.less(one, other))


def _get(value: Any, key: Any) -> Any:
    return index_of(value, key)


_STRING: Final[dict[str, _Method]] = {
    "length": len,
    "isEmpty": lambda s: s == "",
    "isBlank": lambda s: not s.strip(),
    "contains": lambda s, part: _str(part) in s,
    "startsWith": lambda s, part: s.startswith(_str(part)),
    "endsWith": lambda s, part: s.endswith(_str(part)),
    "equalsIgnoreCase": lambda s, other: s.casefold() == text(other).casefold(),
    "indexOf": lambda s, part: s.find(_str(part)),
    "lastIndexOf": lambda s, part: s.rfind(_str(part)),
    "substring": _substring,
    "charAt": _char_at,
    "toUpperCase": lambda s: s.upper(),
    "toLowerCase": lambda s: s.lower(),
    "trim": lambda s: s.strip(),
    "concat": lambda s, other: sized_text(s + text(other)),
    "replace": _replace,
    "matches": patterns.matches_whole,
    "split": lambda s, pattern: patterns.split_javas(s, _str(pattern)),
    "compareTo": _compare,
}
_LIST: Final[dict[str, _Method]] = {
    "size": len,
    "isEmpty": lambda items: not items,
    "contains": lambda items, item: any(coercion.equal(item, one) for one in items),
    "containsAll": lambda items, many: all(
        any(coercion.equal(one, item) for item in items) for one in many
    ),
    "get": _get,
    "indexOf": lambda items, item: next(
        (place for place, one in enumerate(items) if coercion.equal(item, one)), -1
    ),
}
_MAP: Final[dict[str, _Method]] = {
    "size": len,
    "isEmpty": lambda mapping: not mapping,
    "get": _get,
    "getOrDefault": lambda m, key, other: _get(m, key) if key in m else other,
    "containsKey": lambda mapping, key: isinstance(key, str) and key in mapping,
    "containsValue": lambda m, value: any(coercion.equal(value, one) for one in m.values()),
    "keySet": lambda mapping: sized_list(list(mapping)),
    "values": lambda mapping: sized_list(list(mapping.values())),
}
_NUMBER: Final[dict[str, _Method]] = {
    "intValue": lambda n: int(arithmetic.exact(n)),
    "longValue": lambda n: int(arithmetic.exact(n)),
    "doubleValue": arithmetic.exact,
    "compareTo": _compare,
}


def _shift(unit: str, sign: int) -> _Method:
    """Return a method such as plusDays: the moment so many units later or earlier."""

    def shifted(moment: Any, count: Any) -> Any:
        number = sign * whole(count)
        length: Any
        if unit in ("months", "years"):
            length = temporal.make_months(number * (12 if unit == "years" else 1))
        else:
            length = timedelta(**{unit: number})
        return temporal.shift(moment, length)

    return shifted


#: What Camunda's `dateTime()` can do (Joda's DateTime), as far as diagrams use it.
_SHIFTS: Final[dict[str, _Method]] = {
    f"{word}{unit.capitalize()}": _shift(unit, sign)
    for word, sign in (("plus", 1), ("minus", -1))
    for unit in ("seconds", "minutes", "hours", "days", "weeks", "months", "years")
}
_DATE: Final[dict[str, _Method]] = {
    **_SHIFTS,
    "toDate": lambda moment: moment,
    "before": lambda d, other: coercion.OPERATORS["<"](d, other),
    "after": lambda d, other: coercion.OPERATORS[">"](d, other),
    "isBefore": lambda d, other: coercion.OPERATORS["<"](d, other),
    "isAfter": lambda d, other: coercion.OPERATORS[">"](d, other),
    "compareTo": _compare,
}
_ANY: Final[dict[str, _Method]] = {"equals": coercion.equal, "toString": text}

#: Methods of a decision's answer: its classes declare them in `__juel__`.
DECLARED: Final = frozenset(
    {
        "getEntry",
        "getSingleEntry",
        "getFirstEntry",
        "getEntryMap",
        "getSingleResult",
        "getFirstResult",
        "collectEntries",
        "getResultList",
    }
)
#: Every name, so that a wrong one is refused when the expression is read.
NAMES: Final = frozenset().union(_STRING, _LIST, _MAP, _NUMBER, _DATE, _ANY, DECLARED)


def _table(value: Any) -> Mapping[str, _Method]:
    if isinstance(value, str):
        return _STRING
    if isinstance(value, list):
        return _LIST
    if isinstance(value, Mapping):
        return _MAP
    if arithmetic.is_number(value):
        return _NUMBER
    return _DATE if isinstance(comparison.settle(value), date) else {}


def invoke(value: Any, name: str, args: list[Any], run: Run) -> Any:
    """Call a method of a value.

    Raises:
        Undefined: values of this kind have no such method, or not with these arguments.
    """
    if value is None:
        raise Undefined(f"空值不能调用“{name}”；可先用 empty 判断。")
    declared: Mapping[str, str] = getattr(type(value), "__juel__", {})
    if name in declared:
        function: _Method | None = getattr(type(value), declared[name])
    else:
        function = _table(value).get(name) or _ANY.get(name)
    if function is None:
        raise Undefined(f"{label(value)}没有方法“{name}”。")
    weights = [len(part) for part in (value, *args) if isinstance(part, str | list | Mapping)]
    run.tick(sum(weights) // 16)
    try:
        with patterns.paid(run):
            return function(value, *args)
    except (TypeError, ValueError, OverflowError):
        raise Undefined(f"方法“{name}”不能用这些参数。") from None
