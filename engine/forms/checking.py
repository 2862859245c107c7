"""What is wrong with one value, in the words of the person who typed it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from engine import clock
from engine.forms import patterns
from engine.forms.fields import Field, is_blank
from engine.forms.schema import CHOICES, MAX_TEXT

_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
#: Mobile, landline with or without area code, and international numbers.
_PHONE: Final = re.compile(r"1[3-9]\d{9}|(0\d{2,3}-?)?[2-9]\d{6,7}(-\d{1,5})?|\+\d[\d -]{6,18}")
_CHOOSE: Final = CHOICES | {"datetime", "checkbox"}


def check(field: Field) -> Iterator[str]:
    """Yield the errors of a visible, writable field that could be read."""
    if is_blank(field.value):
        if field.rules.get("required") is True:
            yield _missing(field)
        return
    if field.type in ("textfield", "textarea"):
        yield from _text(field.value, field.rules)
    elif field.type == "number":
        yield from _number(field.value, field.rules, field.spec.get("decimalDigits"))
    elif field.type in CHOICES:
        yield from _choice(field)
    elif field.type == "datetime" and field.spec.get("disallowPassedDates") is True:
        yield from _not_passed(field.value, field.spec.get("subtype") or "date")


def _missing(field: Field) -> str:
    if field.type == "checkbox":
        return f"请勾选“{field.label}”"
    if field.type == "filepicker":
        return f"请上传{field.label}"
    return f"请选择{field.label}" if field.type in _CHOOSE else f"请填写{field.label}"


def _text(value: str, rules: Mapping[str, Any]) -> Iterator[str]:
    low, high = _limit(rules, "minLength"), _limit(rules, "maxLength")
    if low is not None and len(value) < low:
        yield f"至少 {low} 个字，现在 {len(value)} 个字"
    high = min(high, MAX_TEXT) if high is not None else MAX_TEXT
    if len(value) > high:
        yield f"最多 {high} 个字，现在 {len(value)} 个字"
        return
    pattern = rules.get("pattern")
    if pattern and not patterns.matches(str(pattern), value):
        yield str(rules.get("patternErrorMessage") or "格式不正确")
    kind = rules.get("validationType")
    if kind == "email" and not _EMAIL.fullmatch(value):
        yield "请输入有效的电子邮箱"
    if kind == "phone" and not _PHONE.fullmatch(value):
        yield "请输入有效的电话号码"


def _number(value: int | Decimal, rules: Mapping[str, Any], digits: Any) -> Iterator[str]:
    low, high = _limit(rules, "min"), _limit(rules, "max")
    if low is not None and value < low:
        yield f"不能小于 {low}"
    if high is not None and value > high:
        yield f"不能大于 {high}"
    exponent = Decimal(value).as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    if digits is not None and places > int(digits):
        yield f"最多 {digits} 位小数" if int(digits) else "请填整数"


def _limit(rules: Mapping[str, Any], name: str) -> int | Decimal | None:
    try:
        found = Decimal(str(rules[name]))
    except (KeyError, InvalidOperation):
        return None
    if not found.is_finite():
        return None
    return int(found) if found == found.to_integral_value() else found


def _choice(field: Field) -> Iterator[str]:
    chosen = field.value if isinstance(field.value, list) else [field.value]
    allowed = {str(option.value) for option in field.options}
    if any(str(item) not in allowed for item in chosen):
        yield "请从给出的选项中选择"


def _not_passed(value: str, subtype: str) -> Iterator[str]:
    now = clock.today()
    if subtype == "date" and value < f"{now:%Y-%m-%d}":
        yield "不能早于今天"
    if subtype == "datetime" and value < f"{now:%Y-%m-%dT%H:%M}":
        yield "不能早于现在"


def files(field: Field, chosen: list[Any], *, limit: int) -> Iterator[str]:
    """Yield what is wrong with the files of a filepicker; their content is checked elsewhere.

    Args:
        field: the filepicker.
        chosen: anything with `name` and `size` in bytes.
        limit: the largest single file, in bytes.
    """
    if not chosen:
        if field.rules.get("required") is True:
            yield _missing(field)
        return
    most = int(_limit(field.rules, "maxFiles") or 20) if field.spec.get("multiple") is True else 1
    if len(chosen) > most:
        yield f"最多上传 {most} 个文件，现在 {len(chosen)} 个"
    accept = [part.strip().lower() for part in str(field.spec.get("accept") or "").split(",")]
    endings = tuple(part for part in accept if part.startswith("."))
    for file in chosen:
        if endings and not str(file.name).lower().endswith(endings):
            yield f"“{file.name}”的类型不在允许之列（{'、'.join(endings)}）"
        if file.size > limit:
            yield f"“{file.name}”超过 {limit >> 20} MB"
