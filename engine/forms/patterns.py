"""Analysts' regular expressions, on google-re2: linear time, whatever the pattern and the text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import re2

_UNICODE = re.compile(r"\\u([0-9A-Fa-f]{4})")
#: What one compiled pattern may cost; a form's pattern needs a hundredth.
MAX_MEMORY, MAX_LENGTH = 1 << 20, 500


@lru_cache(maxsize=1_024)
def _compiled(pattern: str) -> Any:
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    options.log_errors = False
    # JavaScript, whose patterns analysts know, writes 汉字 as \u4e00; RE2 as \x{4e00}.
    return re2.compile(_UNICODE.sub(r"\\x{\1}", pattern), options=options)


def problem(pattern: str) -> str:
    """Return why a pattern cannot be used; empty if it can."""
    if len(pattern) > MAX_LENGTH:
        return f"超过 {MAX_LENGTH} 个字符"
    try:
        _compiled(pattern)
    except re2.error as error:
        said = error.args[0] if error.args else ""
        return said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return ""


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern occurs in the text, as a browser's `RegExp.test` would say."""
    return _compiled(pattern).search(text) is not None
