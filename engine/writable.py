"""What a database can write down: no NUL in a text, no half of a character, no text too long.

PostgreSQL refuses such a row with everything else of its transaction, and a statement that broke
cannot be taken back alone. So it is asked before anything is written, on every database alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import String, Table

from engine.errors import EngineError, Problem

#: U+0000, and surrogates: halves of characters, which UTF-8 does not have.
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
#: What stands for them, as everywhere where a text came through broken.
_BROKEN = "\ufffd"
#: The longest id and the longest name of what is published.
LONGEST_ID, LONGEST_NAME = 120, 255
#: Columns as people know them.
_LABELS = {
    "assignee": "办理人",
    "correlation": "关联值",
    "element_id": "编号",
    "form_key": "表单",
    "name": "名称",
    "topic": "主题",
    "who": "候选人或候选组",
}


def is_writable(text: str) -> bool:
    """Say whether every database can keep a text as it is."""
    if "\0" in text:
        return False
    try:  # faster than the expression, and asked of every row
        return text.isascii() or bool(text.encode())
    except UnicodeEncodeError:
        return False


def cleaned(text: str) -> str:
    """Return a text that others wrote (an error, an explanation) so that it can be kept."""
    return _UNWRITABLE.sub(_BROKEN, text)


def cleaned_data(data: Any) -> Any:
    """Return JSON-able data with every text in it cleaned."""
    if isinstance(data, str):
        return cleaned(data)
    if isinstance(data, Mapping):
        return {cleaned_data(key): cleaned_data(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [cleaned_data(item) for item in data]
    return data


def check(table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Refuse rows with a text that the table cannot hold.

    Raises:
        EngineError: it is too long or unwritable; the element, the column and the text's
            beginning are named.
    """
    texts = _texts(table)
    for row in rows:
        for name, most in texts:
            text = row.get(name)
            if text is not None and (len(text) > most or not is_writable(text)):
                raise EngineError(_reason(row.get("element_id") or "", name, text, most))


def too_long(key: str, name: str = "") -> Iterator[Problem]:
    """Yield what is too long about the id and the name of something that is to be published."""
    if len(key) > LONGEST_ID:
        told = f"编号有 {len(key)} 个字，最多 {LONGEST_ID} 个，请缩短。"
        yield Problem(key, "too-long", told)
    if len(name) > LONGEST_NAME:
        told = f"名称“{name:.40}…”有 {len(name)} 个字，最多 {LONGEST_NAME} 个，请缩短。"
        yield Problem(key, "too-long", told)


@lru_cache
def _texts(table: Table) -> tuple[tuple[str, int], ...]:
    return tuple(
        (column.name, column.type.length or 1_000_000)
        for column in table.columns
        if isinstance(column.type, String)
    )


def _reason(element: str, name: str, text: str, most: int) -> str:
    what = f"{f'“{element:.40}”的' if element else ''}{_LABELS.get(name, name)}"
    if len(text) > most:
        return f"{what}“{cleaned(text):.40}…”有 {len(text)} 个字，最多 {most} 个，请缩短。"
    return f"{what}“{cleaned(text):.40}”含有不能保存的字符，请去掉。"
