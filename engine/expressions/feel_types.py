"""FEEL's types (DMN 1.3, 10.3.2.9): what conforms to them, and the three implicit conversions.

A value conforms to a type, or becomes one by being put into a list, taken out of a list of
one, or (a date) by getting midnight of UTC as its time. Anything else is null.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Final

from engine.errors import ExpressionError
from engine.expressions import far, nodes
from engine.expressions.environment import Run
from engine.expressions.far import FarDate, FarMoment
from engine.expressions.limits import Undefined, parts
from engine.expressions.values import Function, adopt, kind, label


@dataclass(slots=True, eq=False)
class Type:
    """A type. Those that a file defines may contain themselves: they are filled in later."""

    kind: str
    name: str = ""
    #: Of the items of a list, or of the ends of a range.
    item: Type | None = None
    fields: dict[str, Type] = field(default_factory=dict)
    #: Of a function: its parameters (None: not stated) and its result.
    params: tuple[Type, ...] | None = None
    result: Type | None = None
    #: Whether a value of this kind is one of those allowed; none: all are.
    allowed: Callable[[Any], bool] | None = None
    #: The unary tests that say so, as they are written: their order is that of importance.
    values: str = ""

    @property
    def label(self) -> str:
        """How messages name it."""
        return self.name or self.kind


ANY: Final = Type("Any")
_NAMES: Final = {
    "number": "number", "string": "string", "boolean": "boolean", "date": "date", "time": "time",
    "date and time": "date and time", "dateTime": "date and time",
    "days and time duration": "days and time duration",
    "dayTimeDuration": "days and time duration",
    "day time duration": "days and time duration",
    "years and months duration": "years and months duration",
    "yearMonthDuration": "years and months duration",
    "year month duration": "years and months duration",
    "Any": "Any", "Null": "null", "list": "list", "context": "context", "function": "function",
    "range": "range",
}  # fmt: skip
BASIC: Final[dict[str, Type]] = {name: Type(known) for name, known in _NAMES.items()} | {"Any": ANY}
Named = Mapping[str, Type]
NO_TYPES: Final[Named] = {}


def resolve(ref: nodes.TypeRef, named: Named = NO_TYPES) -> Type:
    """Return the type that an expression writes; `named` are those of the file.

    Raises:
        ExpressionError: there is no such type.
    """
    found = named.get(ref.name) or BASIC.get(ref.name)
    if found is None:
        raise ExpressionError(f"没有名为“{ref.name}”的类型。")
    if ref.result is not None:
        params = tuple(resolve(item, named) for _, item in ref.items)
        return Type("function", params=params, result=resolve(ref.result, named))
    if not ref.items:
        return found
    if found.kind in ("list", "range"):
        return Type(found.kind, item=resolve(ref.items[0][1], named))
    if found.kind == "context":
        return Type("context", fields={key: resolve(item, named) for key, item in ref.items})
    raise ExpressionError(f"类型“{ref.name}”没有参数。")


def is_instance(value: Any, wanted: Type) -> bool:
    """Tell whether a value is of a type; null is only of Null."""
    if wanted.kind == "Any":
        return value is not None
    if kind(value) != wanted.kind or not _parts_fit(value, wanted, is_instance):
        return False
    return wanted.allowed is None or wanted.allowed(value)


def conforms(value: Any, wanted: Type) -> bool:
    """Tell whether a value may stand where a type is wanted; null may stand anywhere."""
    if value is None or (wanted.kind == "Any" and wanted.allowed is None):
        return True
    if wanted.kind not in ("Any", kind(value)) or not _parts_fit(value, wanted, conforms):
        return False
    return wanted.allowed is None or wanted.allowed(value)


def _parts_fit(value: Any, wanted: Type, fits: Callable[[Any, Type], bool]) -> bool:
    if isinstance(value, list):
        item = wanted.item
        return item is None or all(fits(adopt(part), item) for part in value)
    if isinstance(value, Mapping):
        return all(
            key in value and fits(adopt(value[key]), part) for key, part in wanted.fields.items()
        )
    if wanted.kind == "range" and wanted.item is not None:
        return all(fits(end, wanted.item) for end in (value.low, value.high) if end is not None)
    return _function_fits(value, wanted) if isinstance(value, Function) else True


def _function_fits(value: Function, wanted: Type) -> bool:
    """Tell whether a function can stand for another: it takes as much, and gives no more.

    What is not known of it is no obstacle.
    """
    if wanted.params is None:
        return True
    own = [one or ANY for one in value.types] or [ANY] * len(value.params)
    if len(own) != len(wanted.params):
        return False
    result = wanted.result or ANY
    return all(_within(narrow, wide) for narrow, wide in zip(wanted.params, own, strict=True)) and (
        value.returns is None or _within(value.returns, result)
    )


def _within(narrow: Type, wide: Type, depth: int = 0) -> bool:
    """Tell whether every value of one type is of the other."""
    if wide.kind == "Any" or narrow is wide:
        return True
    if narrow.kind != wide.kind or depth > 20:
        return False
    if wide.item is not None and not _within(narrow.item or ANY, wide.item, depth + 1):
        return False
    return all(
        key in narrow.fields and _within(narrow.fields[key], part, depth + 1)
        for key, part in wide.fields.items()
    )


def paid(value: Any, run: Run) -> Any:
    """Return a value, having paid for looking through it."""
    if isinstance(value, list | dict):
        run.tick(1 + sum(1 for _ in parts(value)) // 4)
    return value


def coerce(value: Any, wanted: Type) -> Any:
    """Return a value as the type wants it.

    Raises:
        Undefined: it is not of that type, and none of the conversions makes it so.
    """
    if conforms(value, wanted):
        return value
    if wanted.kind == "list" and not isinstance(value, list) and conforms([value], wanted):
        return [value]
    if isinstance(value, list) and len(value) == 1 and wanted.kind != "list":
        inner = adopt(value[0])
        if conforms(inner, wanted):
            return inner
    if wanted.kind == "date and time" and kind(value) == "date":
        return midnight(value)
    raise Undefined(f"{label(value)}不是“{wanted.label}”类型的值，或不在允许的取值内。")


def midnight(day: date | FarDate) -> datetime | FarMoment:
    """Return the moment for which a date stands: midnight of UTC."""
    if isinstance(day, FarDate):
        return far.midnight(day)
    return datetime.combine(day, time(), UTC)
