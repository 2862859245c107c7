"""`typeRef`: what a column expects, and how a value from a variable becomes that.

Variables that came from forms are often text; Camunda converts them, and so do we.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from engine.clock import CHINA
from engine.errors import ExpressionError
from engine.expressions import arithmetic, coercion, comparison, fine, temporal, values
from engine.expressions.declared import Long
from engine.expressions.environment import Env
from engine.expressions.limits import Undefined

Converter = Callable[[Any], Any]


def _number(value: Any) -> Any:
    return coercion.number(value) if isinstance(value, str) and value.strip() else value


def _integer(value: Any) -> Any:
    number = _number(value)
    if arithmetic.is_number(number) and number != int(number):
        raise Undefined("应为整数。")
    return int(number) if arithmetic.is_number(number) else number


def _long(value: Any) -> Any:
    number = _integer(value)
    return Long(number) if arithmetic.is_number(number) else number


def _double(value: Any) -> Any:
    number = _number(value)
    return Decimal(number) if isinstance(number, int) and number is not True else number


def _boolean(value: Any) -> Any:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return value


def _string(value: Any) -> Any:
    return values.text(value) if arithmetic.is_number(value) or isinstance(value, bool) else value


def _date(value: Any) -> Any:
    if isinstance(value, str):
        return temporal.parse_date(value.partition("T")[0])
    return day_of(value)


def day_of(value: Any) -> Any:
    """Return the day in China of a moment, as which Camunda's `Date` comes; else the value."""
    moment, _ = fine.split(value)
    if not isinstance(moment, datetime):
        return value
    try:
        return (moment.astimezone(CHINA) if moment.tzinfo else moment).date()
    except OverflowError:  # at the end of Python's calendar
        return moment.date()


def _moment(value: Any) -> Any:
    if isinstance(value, str):
        return temporal.parse_moment(value)
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    return value


def _time(value: Any) -> Any:
    return temporal.parse_time(value) if isinstance(value, str) else value


def _duration(value: Any) -> Any:
    return temporal.parse_duration(value) if isinstance(value, str) else value


_CONVERTERS: Final[dict[str, Converter]] = {
    "number": _number,
    "double": _double,
    "integer": _integer,
    "long": _long,
    "boolean": _boolean,
    "string": _string,
    "date": _date,
    "datetime": _moment,
    "dateandtime": _moment,
    "time": _time,
    "daysandtimeduration": _duration,
    "yearsandmonthsduration": _duration,
}


def base(type_ref: str | None) -> str:
    """Return a type's name without prefix, blanks and capitals: `feel:dateTime` → `datetime`."""
    return (type_ref or "").rpartition(":")[2].replace(" ", "").replace("_", "").lower()


_KINDS: Final = {
    "number": "number", "double": "number", "integer": "number", "long": "number",
    "boolean": "boolean", "string": "string", "date": "date", "time": "time",
    "datetime": "date and time", "dateandtime": "date and time",
    "daysandtimeduration": "days and time duration",
    "yearsandmonthsduration": "years and months duration",
    "daytimeduration": "days and time duration",
    "yearmonthduration": "years and months duration",
}  # fmt: skip


def kind_of(name: str) -> str | None:
    """Return FEEL's kind of value behind a type's name (as `base` gives it)."""
    return _KINDS.get(name)


def converter(type_ref: str | None, what: str) -> Converter | None:
    """Return the function that gives a value its type; None if any value will do.

    The function raises `ExpressionError` (with `what`) if the value cannot be of that
    type. Null is of every type.
    """
    convert, wanted = _CONVERTERS.get(base(type_ref)), kind_of(base(type_ref))
    if convert is None:
        return None

    def typed(value: Any) -> Any:
        if value is None:
            return None
        try:
            result = convert(comparison.settle(value))
        except Undefined as why:
            raise ExpressionError(f"{what}的值不是 {type_ref} 类型：{why}") from None
        if values.kind(result) != wanted:
            raise ExpressionError(f"{what}的值是{values.label(value)}，应为 {type_ref} 类型。")
        return result

    return typed


def converted(convert: Converter, value: Any, env: Env, what: str) -> Any:
    """Return a value converted, null (with the reason noted) if it is of another type."""
    try:
        return convert(value)
    except Undefined as why:
        env.note(Undefined(f"{what}：{why}"))
        return None
