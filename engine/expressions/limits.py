"""How much one expression may cost. Everything an author writes is bounded by these figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.errors import ExpressionError

#: Characters of source text.
MAX_SOURCE = 8_000
#: Nested brackets and operators. Also keeps the parser inside Python's own stack.
MAX_DEPTH = 60
#: Work in one evaluation: an iteration costs as many steps as its body has parts.
MAX_STEPS = 50_000
#: The same for somebody who waits for the answer alone, at a command line: some two seconds.
SHOWN_STEPS = 1_000_000
#: Characters of one computed text.
MAX_TEXT = 65_536
#: Items of one computed list or range.
MAX_ITEMS = 10_000
#: Parts of a result, counted through all levels (a small expression can share parts).
MAX_PARTS = 50_000
#: Functions defined in an expression that call each other.
MAX_CALLS = 60
#: The same at a command line, which lets Python's own stack grow.
SHOWN_CALLS = 500
#: Characters of a regular expression (they run on RE2, in linear time).
MAX_PATTERN = 500


class Undefined(ExpressionError):
    """An operation has no result for these values. FEEL makes null of it, JUEL fails."""


class LimitReached(ExpressionError):
    """The expression is too large or costs too much. Never turned into null."""

    code = "expression-limit"


def sized_text(value: str) -> str:
    """Return the text, if it is not too long."""
    if len(value) > MAX_TEXT:
        raise LimitReached(f"计算出的文字超过 {MAX_TEXT} 个字符。")
    return value


def sized_list(value: list[Any]) -> list[Any]:
    """Return the list, if it is not too long."""
    if len(value) > MAX_ITEMS:
        raise LimitReached(f"计算出的列表超过 {MAX_ITEMS} 项。")
    return value


def parts(value: Any) -> Iterator[Any]:
    """Yield the value and everything in it, if it is small enough to be stored.

    Raises:
        LimitReached: it has more than `MAX_PARTS` parts, or is nested too deeply.
    """
    budget = MAX_PARTS
    pending: list[tuple[Any, int]] = [(value, 1)]
    while pending:
        part, depth = pending.pop()
        budget -= 1 + (len(part) // 100 if isinstance(part, str) else 0)
        if budget < 0 or depth > MAX_DEPTH:
            raise LimitReached("计算结果太大或嵌套太深。")
        yield part
        if isinstance(part, list):
            pending.extend((item, depth + 1) for item in part)
        elif isinstance(part, dict):
            pending.extend((item, depth + 1) for item in part.values())
