"""A form's file: JSON text → a schema as it was written, or a sentence that says what it is not."""

from __future__ import annotations

import json
from typing import Any

from engine.writable import is_writable


def load(content: bytes) -> dict[str, Any]:
    """Return the object that a file holds.

    Raises:
        ValueError: it is none, or its id is no name that can be kept.
    """
    try:
        schema = json.loads(content)
    except (ValueError, RecursionError) as error:  # also: groups in groups without end
        raise ValueError(f"不是有效的 JSON：{error}") from None
    if not isinstance(schema, dict):
        raise ValueError("应当是一个 JSON 对象。")  # noqa: TRY004 - told as one kind of refusal
    name = schema.get("id")
    if isinstance(name, str) and not (name and is_writable(name)):
        raise ValueError("的 id 是空的，或含有不能保存的字符。")
    return schema
