"""One posted text → the value of one component. Nothing here trusts the browser."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from engine.clock import CHINA
from engine.expressions.declared import Long
from engine.forms.schema import MAX_OPTIONS, MAX_TEXT

_NUMBER: Final = re.compile(r"[+-]?\d{1,20}(\.\d{1,12})?")
_NOT_TEXT: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


class Unreadable(ValueError):
    """The text is no value of this kind; the message is for the person."""


@dataclass(frozen=True)
class Option:
    """One choice. `value` is what the schema says, whatever type; the browser posts its text."""

    value: Any
    label: str


def options(found: Any) -> list[Option]:
    """Return the choices of a list of `{value, label}` or of plain values."""
    result = []
    for item in found[:MAX_OPTIONS] if isinstance(found, list | tuple) else ():
        value = item.get("value") if isinstance(item, Mapping) else item
        label = item.get("label") if isinstance(item, Mapping) else None
        if isinstance(value, str | int | float | Decimal) and value != "":
            result.append(Option(value, str(label or value)))
    return result


def read(kind: str, raw: str, spec: Mapping[str, Any]) -> Any:
    """Read the text of a component of this type.

    Raises:
        Unreadable: with what the person should write instead.
    """
    if kind == "number":
        return number(raw)
    if kind == "datetime":
        return moment(raw, str(spec.get("subtype") or "date"))
    return lines(raw) if kind == "textarea" else line(raw)


def line(raw: str) -> str:
    """Read one line of text."""
    return " ".join(_clean(raw).split("\n")).strip()


def lines(raw: str) -> str:
    """Read text of several lines."""
    return _clean(raw).strip()


def _clean(raw: str) -> str:
    if len(raw) > 2 * MAX_TEXT:
        raise Unreadable(f"最多 {MAX_TEXT} 个字")
    return _NOT_TEXT.sub("", raw.replace("\r\n", "\n").replace("\r", "\n"))


def number(raw: str) -> int | Decimal | None:
    """Read a number as people write it: full-width digits and thousands commas included."""
    text = unicodedata.normalize("NFKC", raw[:80]).strip().replace(",", "")
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        raise Unreadable("请输入数字")
    found = Decimal(text)
    return int(found) if found == found.to_integral_value() else found


def moment(raw: str, subtype: str) -> str | None:
    """Read a date or time of the office; returns ISO 8601 as the browser's own fields do."""
    text = unicodedata.normalize("NFKC", raw[:40]).strip().replace("/", "-")
    if not text:
        return None
    try:
        if subtype == "time":
            return time.fromisoformat(text).replace(tzinfo=None).strftime("%H:%M")
        if subtype == "date":
            return date.fromisoformat(text).isoformat()
        found = datetime.fromisoformat(text)
    except ValueError:
        example = {"time": "09:30", "date": "2026-04-07"}.get(subtype, "2026-04-07 09:30")
        raise Unreadable(f"请按 {example} 的样子填写") from None
    here = found.astimezone(CHINA) if found.tzinfo else found
    return here.strftime("%Y-%m-%dT%H:%M")


def typed(value: Any, spec: Mapping[str, Any]) -> Any:
    """Return a date or time as what it is, for process variables; a Long as one."""
    if spec.get("type") == "number":
        return Long(value) if spec.get("numberType") == "long" and type(value) is int else value
    if not isinstance(value, str) or not value:
        return value
    subtype = spec.get("subtype") or "date"
    try:
        if subtype == "time":
            return time.fromisoformat(value)
        if subtype == "date":
            return date.fromisoformat(value)
        return datetime.fromisoformat(value).replace(tzinfo=CHINA)
    except ValueError:  # the schema's own default value may be anything
        return None


def settled(value: Any, spec: Mapping[str, Any]) -> Any:
    """Return a value that was given as text (a default) as what its component holds."""
    if spec.get("type") == "number":
        return typed(number(value) if isinstance(value, str) else value, spec)
    return typed(value, spec) if spec.get("type") == "datetime" else value


def shown(value: Any) -> Any:
    """Return a date or time of the data as the browser's own fields write it."""
    if isinstance(value, datetime):
        here = value.astimezone(CHINA) if value.tzinfo else value
        return here.strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return value.isoformat() if isinstance(value, date) else value
