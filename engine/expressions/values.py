"""The values of an expression: what may come in, what kinds there are, how they read as text.

Nothing else enters: a Python object is refused, unless its class lists the
properties an expression may read in `__feel__`, a tuple of names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

from engine.expressions import fine
from engine.expressions.declared import Long, ObjectList, ObjectMap, Short
from engine.expressions.far import FarDate, FarMoment
from engine.expressions.fine import ExactDuration, Fine
from engine.expressions.limits import MAX_DEPTH, MAX_TEXT, LimitReached, Undefined

#: Python's own context has 28 digits, and rounds what it normalises.
_EVERY_DIGIT: Final = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)

PLAIN: Final = frozenset(
    {
        int, str, bool, type(None), list, dict, date, timedelta,
        Long, Short, ObjectList, ObjectMap,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A duration in months, which is not a number of days."""

    months: int

    def isoformat(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
        return ("-" if self.months < 0 else "") + "P" + text


@dataclass(frozen=True, slots=True)
class Range:
    """An interval. An end that is None is open without bound."""

    low: Any
    high: Any
    low_closed: bool = True
    high_closed: bool = True


@dataclass(frozen=True, slots=True)
class Function:
    """A function that was defined in an expression or in a decision model."""

    params: tuple[str, ...]
    call: Callable[..., Any]
    #: The types of the parameters and of the result (`feel_types.Type`), None where unknown.
    types: tuple[Any, ...] = ()
    returns: Any = None


_OWN: Final = (
    time, YearsMonths, Range, Function, FarDate, FarMoment, Fine, ExactDuration,
)  # fmt: skip
_KINDS: Final[dict[type, str]] = {
    int: "number", Decimal: "number", float: "number", str: "string", bool: "boolean",
    Long: "number", Short: "number",
    type(None): "null", list: "list", tuple: "list", dict: "context", date: "date",
    ObjectList: "list", ObjectMap: "context",
    datetime: "date and time", time: "time", timedelta: "days and time duration",
    YearsMonths: "years and months duration", Range: "range", Function: "function",
    FarDate: "date", FarMoment: "date and time", ExactDuration: "days and time duration",
}  # fmt: skip

KIND_LABELS: Final = {
    "number": "数字", "string": "文字", "boolean": "是否值", "null": "空值", "list": "列表",
    "context": "对象", "date": "日期", "date and time": "日期时间", "time": "时间",
    "days and time duration": "时长", "years and months duration": "年月时长",
    "range": "区间", "function": "函数",
}  # fmt: skip


def kind(value: Any) -> str:
    """Return FEEL's name of the value's type."""
    known = _KINDS.get(type(value))
    if known is not None:
        return known
    if type(value) is Fine:
        return kind(value.base)
    return "context"  # a Mapping of the caller, or an object with `__feel__`


def label(value: Any) -> str:
    """Return the kind of value in Chinese, for messages."""
    return KIND_LABELS[kind(value)]


def adopt(value: Any) -> Any:
    """Return the value as expressions know it.

    Floats become Decimal (exactly what they print), enumerations become their value.

    Raises:
        Undefined: it is of a type that expressions may not see.
    """
    if type(value) in PLAIN or isinstance(value, _OWN):
        return value
    if isinstance(value, datetime):
        return value
    if isinstance(value, float | Decimal):
        return finite(value)
    if isinstance(value, Enum):
        return adopt(value.value)
    if isinstance(value, tuple | set | frozenset):
        return list(value)
    if isinstance(value, str | UUID):
        return str(value)
    if isinstance(value, Mapping) or hasattr(type(value), "__feel__"):
        return value
    raise Undefined(f"表达式不能使用 {type(value).__name__} 类型的值。")


def finite(value: float | Decimal) -> Decimal:
    """Return a decimal as it is, and of a float the decimal number that it prints.

    Raises:
        Undefined: it is infinite or not a number.
    """
    number = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not number.is_finite():
        raise Undefined("数字无穷大或无效。")
    return number


def text(value: Any) -> str:
    """Return the value as FEEL's `string()` writes it; null is the empty text.

    Raises:
        LimitReached: the text would be too long (values may share their parts).
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    parts: list[str] = []
    size = 0
    for part in _written(value, 0):
        parts.append(part)
        size += len(part)
        if size > MAX_TEXT:
            raise LimitReached(f"计算出的文字超过 {MAX_TEXT} 个字符。")
    return "".join(parts)


def _written(value: Any, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        raise LimitReached("嵌套太深，不能写成文字。")
    if isinstance(value, str):
        yield _quoted(value) if depth else value
    elif isinstance(value, list | tuple):
        yield "["
        for place, item in enumerate(value):
            yield ", " if place else ""
            yield from _written(adopt(item), depth + 1)
        yield "]"
    elif isinstance(value, Mapping):
        yield "{"
        for place, (key, item) in enumerate(value.items()):
            yield f"{', ' if place else ''}{_key(str(key))}: "
            yield from _written(adopt(item), depth + 1)
        yield "}"
    elif isinstance(value, Range):
        yield _range_text(value)
    else:
        yield _simple(value)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _key(key: str) -> str:
    """Return a key as a context writes it: in quotes if it is no name."""
    return key if key.replace(" ", "").isidentifier() else _quoted(key)


def _range_text(value: Range) -> str:
    low, high = (
        "" if end is None else "".join(_written(end, 1)) for end in (value.low, value.high)
    )
    if value.low is None:
        return f"({'<=' if value.high_closed else '<'} {high})"
    if value.high is None:
        return f"({'>=' if value.low_closed else '>'} {low})"
    left, right = "[" if value.low_closed else "(", "]" if value.high_closed else ")"
    return f"{left}{low}..{high}{right}"


def _simple(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | Decimal):
        return number_text(finite(value))
    if (written := _temporal_text(value)) is not None:
        return written
    if isinstance(value, Function):
        return f"function({', '.join(value.params)})"
    moment = getattr(value, "due_at", None) if "due_at" in declared(value) else None
    if moment is not None:
        return _simple(adopt(moment))
    raise Undefined(f"{label(value)}不能写成文字。")


def _temporal_text(value: Any) -> str | None:
    if isinstance(value, timedelta | ExactDuration):
        return duration_text(value)
    base, nanos = fine.split(value)
    if isinstance(base, datetime | time):
        return moment_text(base, nanos)
    if isinstance(base, FarMoment):
        return f"{base.date.isoformat()}T{moment_text(base.clock, nanos)}"
    return base.isoformat() if isinstance(base, date | YearsMonths | FarDate) else None


def declared(value: Any) -> tuple[str, ...]:
    """Return the properties that the value's class opens to expressions."""
    names: tuple[str, ...] = getattr(type(value), "__feel__", ())
    return names


def number_text(value: Decimal) -> str:
    """Return a decimal without exponent and without trailing zeros."""
    if value == 0:
        return "0"
    if abs(value.adjusted()) > 60:
        return str(value.normalize(_EVERY_DIGIT))
    digits = format(value, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


def moment_text(value: datetime | time, nanos: int = 0) -> str:
    """Return ISO 8601, so many nanoseconds later; a named zone is kept, `…@Asia/Shanghai`."""
    zone = getattr(value.tzinfo, "key", None)
    written = value.replace(tzinfo=None).isoformat(timespec="seconds")
    fraction = value.microsecond * 1000 + nanos
    local = written + f".{fraction:09}".rstrip("0") if fraction else written
    if zone is not None:
        return f"{local}@{zone}"
    offset = value.isoformat(timespec="seconds")[len(written) :]
    return local + ("Z" if offset == "+00:00" else offset)


def duration_text(value: timedelta | ExactDuration) -> str:
    """Return a duration as ISO 8601, for example `P1DT2H`."""
    size = fine.nanoseconds(value)
    sign = "-" if size < 0 else ""
    seconds, nanos = divmod(abs(size), fine.PER_SECOND)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    whole, hours = divmod(hours, 24)
    fraction = f".{nanos:09}".rstrip("0") if nanos else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    days = f"{whole}D" if whole else ""
    return f"{sign}P{days}{'T' + clock if clock else ''}" if days or clock else "PT0S"


def plain(value: Any, depth: int = 0) -> Any:
    """Return the value as JSON can hold it, for explanations: shortened, never failing."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return value if len(value) <= 200 else value[:200] + "…"
    if isinstance(value, list | tuple):
        return ["…"] if depth > 3 else [plain(item, depth + 1) for item in value[:20]]
    if isinstance(value, Mapping):
        if depth > 3:
            return {"…": "…"}
        return {str(key): plain(item, depth + 1) for key, item in list(value.items())[:20]}
    try:
        return text(adopt(value))
    except Undefined:
        return f"<{type(value).__name__}>"
