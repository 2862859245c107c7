"""Values of variables: which kinds there are, and how they are written into the state.

JSON with tags. What JSON has stands as it is; everything else is `{"$": [tag, text]}`, so
that a decimal stays a decimal and a date a date. A mapping with a key `$` is itself
wrapped, so no value a person can enter is mistaken for a tag.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any

from engine import clock, writable
from engine.clock import CHINA
from engine.errors import EngineError, InvalidInput
from engine.expressions import fine
from engine.expressions.declared import Long, ObjectList, ObjectMap, Short, named
from engine.expressions.values import YearsMonths

MAX_DEPTH = 20
MAX_TEXT = 65_536
MAX_ITEMS = 10_000
MAX_BYTES = 65_536

Encoder = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class FileReference:
    """A stored file, by the id of its attachment. The content is never a variable."""

    id: str
    name: str
    media_type: str = ""
    size: int = 0

    #: What an expression may read.
    __feel__ = ("id", "name", "media_type", "size")


@dataclass(frozen=True, slots=True)
class FileContent:
    """A small file that a program sent as a variable; larger ones are attached to a task."""

    name: str
    media_type: str
    encoding: str
    content: bytes = field(repr=False)

    #: What an expression may read.
    __feel__ = ("name", "media_type")

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Transient:
    """A value for the command that brings it, and never saved: Camunda's transient variable."""

    value: Any


def bare(value: Any) -> Any:
    """Return a value whether or not it was meant to be saved."""
    return value.value if isinstance(value, Transient) else value


def storable(value: Any, name: str) -> Any:
    """Return a value as it is kept: own copy, only known kinds.

    A deadline (anything with an aware `due_at`) is kept as its moment: what it was
    computed from is kept with the job or human task.

    Raises:
        EngineError: the kind is unknown, or the value is too large or too deep.
    """
    if isinstance(value, Transient):
        return Transient(_storable(value.value, name, 0))
    return _storable(value, name, 0)


def _storable(value: Any, name: str, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float | Decimal | str):
        return _scalar(value, name)
    if isinstance(value, date):  # moments, too
        return _dated(value, name)
    if isinstance(value, time | timedelta | YearsMonths | FileReference):
        return value
    if (plain := fine.coarse(value)) is not value:  # a variable has microseconds
        return _storable(plain, name, depth)
    if isinstance(value, list | tuple | set | frozenset | Mapping):
        if depth >= MAX_DEPTH or len(value) > MAX_ITEMS:
            raise EngineError(f"变量“{name}”的内容太大或嵌套太深。")
        return _container(value, name, depth + 1)
    if isinstance(value, bytes | FileContent):
        return _blob(value, name)
    due_at = getattr(value, "due_at", None)
    if isinstance(due_at, datetime):
        return due_at
    raise EngineError(f"变量“{name}”的类型 {type(value).__name__} 不能保存。")


def _blob(value: bytes | FileContent, name: str) -> bytes | FileContent:
    content = value if isinstance(value, bytes) else value.content
    if len(content) > MAX_BYTES:
        raise EngineError(f"变量“{name}”的文件太大（最多 {MAX_BYTES} 字节），请作为附件加到待办。")
    return value


def _container(value: Any, name: str, depth: int) -> Any:
    kept: Any
    if isinstance(value, Mapping):
        kept = {
            _scalar(str(key), name): _storable(item, name, depth) for key, item in value.items()
        }
    else:
        items = value if isinstance(value, list | tuple) else sorted(value, key=str)
        kept = [_storable(item, name, depth) for item in items]
    return named(kept, value.class_name) if isinstance(value, ObjectMap | ObjectList) else kept


def _dated(value: date, name: str) -> date:
    """Return a day or a moment that can be told in every zone. Raises EngineError."""
    kept = _local(value) if isinstance(value, datetime) else value
    moment = kept if isinstance(kept, datetime) else datetime.combine(kept, time.min, CHINA)
    try:
        moment.astimezone(UTC).astimezone(CHINA)
    except OverflowError:
        raise EngineError(f"变量“{name}”的日期不在公元 1 年至 9999 年之内，不能保存。") from None
    return kept


def _local(value: datetime) -> datetime:
    """Return a moment with its zone; one without is the office's."""
    return value if value.tzinfo is not None else value.replace(tzinfo=CHINA)


def _scalar(value: Any, name: str) -> Any:
    if isinstance(value, Enum):
        return _scalar(value.value, name)
    if isinstance(value, str) and len(value) > MAX_TEXT:
        raise EngineError(f"变量“{name}”的文字太长（最多 {MAX_TEXT} 字）。")
    if isinstance(value, str) and not writable.is_writable(value):
        raise InvalidInput(f"变量“{name}”含有不能保存的字符（U+0000 或不完整的字符）。")
    if isinstance(value, float) and not -1e308 < value < 1e308:
        raise EngineError(f"变量“{name}”不是有效的数。")
    if isinstance(value, int) and not isinstance(value, bool) and value.bit_length() > 512:
        raise EngineError(f"变量“{name}”的数值太大。")
    return value


def _base64(content: bytes) -> str:
    return b64encode(content).decode()


def _file_content(parts: Any) -> FileContent:
    name, media_type, encoding, content = parts
    return FileContent(name, media_type, encoding, b64decode(content))


_ENCODERS: dict[type, tuple[str, Encoder]] = {
    Decimal: ("n", str),
    datetime: ("m", datetime.isoformat),
    date: ("d", date.isoformat),
    time: ("c", time.isoformat),
    timedelta: ("s", lambda value: [value.days, value.seconds, value.microseconds]),
    YearsMonths: ("y", lambda value: value.months),
    FileReference: ("f", lambda value: [value.id, value.name, value.media_type, value.size]),
    bytes: ("b", _base64),
    FileContent: (
        "k",
        lambda value: [value.name, value.media_type, value.encoding, _base64(value.content)],
    ),
    Long: ("l", int),
    Short: ("h", int),
    ObjectMap: ("j", lambda value: [value.class_name, encode(dict(value))]),
    ObjectList: ("j", lambda value: [value.class_name, encode(list(value))]),
}
#: What stands in JSON as it is.
_SIMPLE = frozenset({type(None), bool, int, float, str})
_DECODERS: dict[str, Encoder] = {
    "n": Decimal,
    "m": lambda text: _local(datetime.fromisoformat(text)),
    "d": date.fromisoformat,
    "c": time.fromisoformat,
    "s": lambda parts: timedelta(*parts),
    "y": YearsMonths,
    "f": lambda parts: FileReference(*parts),
    "b": b64decode,
    "k": _file_content,
    "x": float,
    "i": int,
    "l": Long,
    "h": Short,
    "j": lambda parts: named(decode(parts[1]), parts[0]),
    "o": lambda mapping: {key: decode(value) for key, value in mapping.items()},
}


def encode(value: Any) -> Any:
    """Return a stored value as JSON-able data with tags."""
    kind = type(value)
    if kind in _SIMPLE:
        return value
    if kind in _ENCODERS:
        tag, write = _ENCODERS[kind]
        return {"$": [tag, write(value)]}
    if isinstance(value, list):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        plain = {key: encode(item) for key, item in value.items()}
        return {"$": ["o", plain]} if "$" in plain else plain
    if isinstance(value, str | int | float):
        return value
    raise KeyError(kind)


def same(one: Any, other: Any) -> bool:
    """Say whether encoded data is the same; for Python 1, 1.0 and true are equal."""
    if one != other:
        return False
    if type(one) in _SIMPLE:
        return type(one) is type(other)
    return to_json(one) == to_json(other)


def columnar(data: Any) -> Any:
    """Return encoded data as a JSON column keeps it.

    SQLite takes a column that holds nothing but a number for a number of its own: 5.0 would
    come back as 5, and a very large whole number as a float.
    """
    if type(data) is float and data.is_integer():
        return {"$": ["x", repr(data)]}
    if type(data) is int and data.bit_length() > 63:
        return {"$": ["i", str(data)]}
    return data


def decode(data: Any) -> Any:
    """Return the value that `encode` wrote.

    Raises:
        EngineError: the tag is unknown.
    """
    if isinstance(data, list):
        return [decode(item) for item in data]
    if not isinstance(data, dict):
        return data
    if "$" not in data:
        return {key: decode(item) for key, item in data.items()}
    tag, content = data["$"]
    if tag not in _DECODERS:
        raise EngineError(f"流程状态里有未知的值类型 {tag!r}。")
    return _DECODERS[tag](content)


#: Camunda's words for the kinds of value, as the variable table and REST show them.
_TYPE_NAMES: tuple[tuple[type, str], ...] = (
    (bool, "Boolean"),
    (Long, "Long"),
    (Short, "Short"),
    (int, "Integer"),
    (float, "Double"),
    (Decimal, "Decimal"),
    (str, "String"),
    (datetime, "Date"),
    (date, "Date"),
    (FileReference, "File"),
    (FileContent, "File"),
    (bytes, "Bytes"),
    (ObjectMap, "Object"),
    (ObjectList, "Object"),
)
#: Whole numbers that nobody declared, which Camunda calls Integer; larger ones are Long.
INTEGER = range(-(2**31), 2**31)


def type_name(value: Any) -> str:
    """Return what kind of value this is, in Camunda's words."""
    if value is None:
        return "Null"
    if type(value) is int:
        return "Integer" if value in INTEGER else "Long"
    return next((name for kind, name in _TYPE_NAMES if isinstance(value, kind)), "Json")


def searchable(value: Any) -> str:
    """Return how a text, number, truth or moment is written where it must be found again.

    Moments are UTC, so that their texts sort as they do.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=clock.CHINA)
        return aware.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return searchable(datetime.combine(value, time.min, clock.CHINA))
    return str(value)


def to_json(data: Any) -> bytes:
    """Write JSON in the most compact form, UTF-8."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
