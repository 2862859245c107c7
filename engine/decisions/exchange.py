"""Values of decisions as JSON and back: numbers keep every digit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.errors import ExpressionError
from engine.expressions.arithmetic import is_number
from engine.expressions.limits import MAX_DEPTH
from engine.expressions.values import adopt, number_text, text

MAX_CHARACTERS = 2_000_000


def to_json(value: Any) -> str:
    """Return a value as JSON: dates, times, durations, ranges and functions as FEEL writes them.

    Raises:
        ExpressionError: it is nested too deeply.
    """
    return _written(value, 0)


def _written(value: Any, depth: int) -> str:
    value = adopt(value)
    if depth > MAX_DEPTH:
        raise ExpressionError("结果嵌套太深，不能写成 JSON。")
    if value is None or isinstance(value, bool | str):
        return json.dumps(value, ensure_ascii=False)
    if is_number(value):
        return number_text(Decimal(value))
    if isinstance(value, list):
        return f"[{', '.join(_written(item, depth + 1) for item in value)}]"
    if isinstance(value, Mapping):
        entries = (
            f"{json.dumps(str(key), ensure_ascii=False)}: {_written(item, depth + 1)}"
            for key, item in value.items()
        )
        return f"{{{', '.join(entries)}}}"
    return json.dumps(text(value), ensure_ascii=False)


def from_json(source: str) -> Mapping[str, Any]:
    """Return the inputs that a JSON object names, with exact numbers; blanks in names may be any.

    Raises:
        ExpressionError: it is not a JSON object.
    """
    if len(source) > MAX_CHARACTERS:
        raise ExpressionError("输入太大。")
    try:
        read = json.loads(source, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as why:
        raise ExpressionError(f"输入不是有效的 JSON：{why}") from None
    if not isinstance(read, dict):
        raise ExpressionError('输入应为 JSON 对象，例如 {"金额": 100}。')
    return {" ".join(name.split()): value for name, value in read.items()}


def _no_number(constant: str) -> Any:
    raise ValueError(f"{constant} 不是数字")
