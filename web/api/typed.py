"""Camunda's typed values ↔ the engine's own: `{"value": 5, "type": "Integer", "valueInfo": {}}`.

The engine keeps numbers, texts, moments, lists and mappings, never a serialised object: what
comes as JSON is kept as what it says, and goes out as type `Json`, or as the `Object` of the
class under which it came. A type that says more than the value does (`Long`, `Short`) is kept.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine import clock
from engine.errors import EngineError
from engine.expressions.declared import Long, Short, named
from engine.expressions.far import FarDate, FarMoment
from engine.expressions.fine import ExactDuration, Fine
from engine.expressions.values import Range, YearsMonths
from engine.expressions.values import text as feel_text
from engine.state import values
from engine.state.values import FileContent, FileReference, Transient
from web.api.answer import moment, parse_moment
from web.api.errors import invalid

LONGEST_NAME = 200
LONGEST_CLASS = 1000
JSON_FORMAT = "application/json"
#: What a `File` says in its valueInfo.
FILE = ("filename", "mimeType", "encoding")
#: Values that decisions know and Camunda does not: they go out as FEEL writes them.
_FEELS = (time, timedelta, YearsMonths, FarDate, FarMoment, ExactDuration, Range)


def write(value: Any, *, deserialized: bool = False) -> dict[str, Any]:
    """Return an engine value with its type, as every variable resource answers it.

    Lists and mappings are `Json`, whose value is a text whether or not the caller asked for
    deserialised values: the stock clients parse it themselves. That of an `Object` is a text
    only without `deserialized`.
    """
    kind = type_of(value)
    if kind == "Object":
        info = {"objectTypeName": value.class_name, "serializationDataFormat": JSON_FORMAT}
        shown = jsonable(value) if deserialized else _text(value)
        return {"type": kind, "value": shown, "valueInfo": info}
    if kind == "File":
        encoding = value.encoding or None if isinstance(value, FileContent) else None
        info = {
            "filename": value.name,
            "mimeType": value.media_type or None,
            "encoding": encoding,
        }
        return {"type": "File", "value": None, "valueInfo": info}
    return {"type": kind, "value": plain(value, kind), "valueInfo": {}}


def write_all(found: Mapping[str, Any], *, deserialized: bool = False) -> dict[str, Any]:
    """Return a mapping of variables, typed."""
    return {name: write(value, deserialized=deserialized) for name, value in found.items()}


def type_of(value: Any) -> str:
    """Return Camunda's word for what kind of value this is."""
    if isinstance(value, Decimal):
        return "Double" if _is_double(value) else "String"
    if isinstance(value, Fine):
        return type_of(value.base)
    if isinstance(value, _FEELS):
        return "String"
    return values.type_name(value)


def _is_double(value: Decimal) -> bool:
    """Say whether a decision's number is one of Camunda's: those reach far further."""
    return math.isfinite(float(value))


def _number(value: Decimal) -> int | float | str:
    if not _is_double(value):
        return str(value)
    return int(value) if value == value.to_integral_value() else float(value)


def plain(value: Any, kind: str = "") -> Any:
    """Return what stands under `value`."""
    kind = kind or type_of(value)
    if kind == "Double":
        return float(value)
    return _text(value) if kind == "Json" else jsonable(value)


def _text(value: Any) -> str:
    return json.dumps(jsonable(value), ensure_ascii=False, separators=(",", ":"))


def jsonable(value: Any) -> Any:
    """Return an engine value as ordinary JSON, without types."""
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, datetime):
        return moment(value if value.tzinfo else value.replace(tzinfo=clock.CHINA))
    if isinstance(value, date):
        return moment(datetime.combine(value, time.min, clock.CHINA))
    if isinstance(value, Fine) and isinstance(value.base, datetime):
        return jsonable(value.base)  # Camunda's have milliseconds
    if isinstance(value, (*_FEELS, Fine)):
        return feel_text(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, FileReference | FileContent):
        return {"filename": value.name, "mimeType": value.media_type}
    return value


def read_all(given: Any, field: str = "variables", *, transient: bool = False) -> dict[str, Any]:
    """Return engine values from a mapping of typed values; None counts as empty.

    Args:
        field: where they stand, for the message.
        transient: those that are not to be saved are `Transient`; without it they are values
            like all others, for who only looks at them.

    Raises:
        ApiError: 400, with the name of the variable that cannot be read.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise invalid(f"'{field}' is not an object of variables.")
    return {_named(name): read(typed, name, transient=transient) for name, typed in given.items()}


def _named(name: str) -> str:
    if not name or len(name) > LONGEST_NAME:
        raise invalid(f"'{name:.40}' is no name of a variable.")
    return name


def read(typed: Any, name: str = "value", *, transient: bool = False) -> Any:
    """Return the engine value of one typed value; `transient` as for `read_all`.

    Without a type the value is taken as JSON has it.

    Raises:
        ApiError: 400, the type is unknown or the value is not of it.
    """
    if not isinstance(typed, Mapping):
        raise invalid(f"Variable '{name}': an object with value and type is expected.")
    info = typed.get("valueInfo") or {}
    if not isinstance(info, Mapping):
        raise invalid(f"Variable '{name}': valueInfo is not an object.")
    found = _value(typed, info, name)
    return Transient(found) if transient and info.get("transient") is True else found


def _value(typed: Mapping[str, Any], info: Mapping[str, Any], name: str) -> Any:
    value, kind = typed.get("value"), str(typed.get("type") or "")
    if not kind:
        return _kept(value, name)
    reader = _READERS.get(kind[:1].upper() + kind[1:])
    if reader is None:
        raise invalid(f"Variable '{name}': Unsupported value type '{kind}'")
    if value is None:
        return None
    try:
        return _kept(reader(value, info), name)
    except (ValueError, TypeError, OverflowError, RecursionError) as problem:
        raise invalid(
            f"Variable '{name}': Cannot convert value '{value!s:.80}' of type"
            f" '{type(value).__name__}' to type {kind}: {problem}"
        ) from None


def _kept(value: Any, name: str) -> Any:
    """Return a value the engine can keep: not too large, not too deep, a real number."""
    try:
        return values.storable(value, name)
    except EngineError as refused:
        raise invalid(f"Variable '{name}': {refused}") from None


def _whole(bits: int, kind: Callable[[int], int] = int) -> Callable[[Any, Any], int]:
    bound = 2 ** (bits - 1)

    def convert(value: Any, _: Any) -> int:
        broken = isinstance(value, float) and not value.is_integer()
        if broken or isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError("not a whole number")
        number = int(value)
        if not -bound <= number < bound:
            raise ValueError("out of range")
        return kind(number)

    return convert


def _double(value: Any, _: Any) -> float:
    if isinstance(value, bool):
        raise ValueError("not a number")  # noqa: TRY004 - told as one kind of refusal
    return float(value)


def _boolean(value: Any, _: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise ValueError("not a truth value")


def _string(value: Any, _: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("not a text")  # noqa: TRY004 - told as one kind of refusal
    return value


def _date(value: Any, _: Any) -> datetime:
    return parse_moment(_string(value, None))


def _json(value: Any, _: Any) -> Any:
    if not isinstance(value, str):
        raise ValueError("must provide 'null' or String value for a serialized value")  # noqa: TRY004
    return json.loads(value)


def _object(value: Any, info: Mapping[str, Any]) -> Any:
    if not isinstance(value, str):
        return value
    if info.get("serializationDataFormat", JSON_FORMAT) != JSON_FORMAT:
        raise ValueError("only objects serialized as application/json are kept")
    class_name = info.get("objectTypeName")
    if not isinstance(class_name, str) or not 0 < len(class_name) <= LONGEST_CLASS:
        return json.loads(value)
    return named(json.loads(value), class_name)


def _bytes(value: Any, _: Any) -> bytes:
    return base64.b64decode(_string(value, None), validate=True)


def _file(value: Any, info: Mapping[str, Any]) -> FileContent:
    return file_of(_bytes(value, None), *(info.get(one) for one in FILE))


def file_of(content: bytes, name: Any, media_type: Any, encoding: Any) -> FileContent:
    """Return a file as a variable. Raises ValueError: it has no name, or a strange one."""
    words = (name, media_type or "", encoding or "")
    if not all(isinstance(one, str) and len(one) <= LONGEST_NAME for one in words):
        raise ValueError("filename, mimeType and encoding are short texts")
    if not name or any("\0" in one for one in words):
        raise ValueError("a file needs a filename in its valueInfo")
    return FileContent(name, media_type or "", encoding or "", content)


def _null(*_: Any) -> None:
    raise ValueError("must be null")


_READERS: dict[str, Callable[[Any, Mapping[str, Any]], Any]] = {
    "String": _string,
    "Boolean": _boolean,
    "Short": _whole(16, Short),
    "Integer": _whole(32),
    "Long": _whole(64, Long),
    "Double": _double,
    "Number": _double,
    "Date": _date,
    "Json": _json,
    "Object": _object,
    "Null": _null,
    "File": _file,
    "Bytes": _bytes,
}
