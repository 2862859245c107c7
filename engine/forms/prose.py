"""The text blocks of a form: Markdown with `{{expression}}`, cleaned before it reaches a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import nh3
from markdown_it import MarkdownIt

from engine import expressions
from engine.errors import ExpressionError

_HOLE: Final = re.compile(r"\{\{(.{1,500}?)\}\}", re.DOTALL)
_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!<>|&~=:])")
_TAGS: Final = {"p", "br", "strong", "em", "ul", "ol", "li", "h1", "h2", "h3", "h4", "a", "hr"} | {
    "blockquote", "code", "pre", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


class Html(str):
    """Clean HTML; templates need not escape it again."""

    __slots__ = ()

    def __html__(self) -> str:
        return self


def render(text: str, scope: Mapping[str, Any]) -> Html:
    """Return a text block as HTML; `=…` is FEEL, `{{…}}` is FEEL inside Markdown."""
    if text.lstrip().startswith("="):
        text = _value(text.lstrip()[1:], scope)
    else:
        text = _HOLE.sub(lambda hole: _SPECIAL.sub(r"\\\1", _value(hole[1], scope)), text)
    return _html(text)


def _value(text: str, scope: Mapping[str, Any]) -> str:
    try:
        found = expressions.feel(text.strip(), scope)
    except ExpressionError:
        return ""
    return "" if found is None else str(found)[:2_000]


@lru_cache(maxsize=512)
def _html(text: str) -> Html:
    written = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").render(text)
    return Html(
        nh3.clean(
            written,
            tags=_TAGS,
            attributes={"a": {"href"}},
            url_schemes={"https", "http", "tel", "mailto"},
            link_rel="noopener noreferrer",
        )
    )
