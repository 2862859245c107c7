"""Regular expressions on RE2: linear time, whatever the author writes.

Patterns are XPath's as far as RE2 knows them; back-references and look-around are not.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Final

import re2

from engine.expressions import limits
from engine.expressions.limits import Undefined, sized_list, sized_text

_GROUP: Final = re.compile(r"\\(.)|\$(\d)")


@lru_cache(maxsize=256)
def compiled(pattern: str, flags: str = "") -> Any:
    """Return the compiled pattern.

    Raises:
        Undefined: RE2 cannot read it, or a flag is not one of `imsx`.
    """
    if len(pattern) > limits.MAX_PATTERN:
        raise limits.LimitReached(f"正则表达式超过 {limits.MAX_PATTERN} 个字符。")
    if set(flags) - set("imsx"):
        raise Undefined(f"正则表达式没有标志“{flags}”。")
    if "x" in flags:
        pattern = "".join(pattern.split())
    inline = "".join(sorted(set(flags) - {"x"}))
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(f"(?{inline}){pattern}" if inline else pattern, options)
    except re2.error:
        raise Undefined(f"正则表达式“{pattern}”不能识别。") from None


def matches(value: str, pattern: str, flags: str = "") -> bool:
    """Tell whether the pattern occurs in the text."""
    return compiled(pattern, flags).search(sized_text(value)) is not None


def matches_whole(value: str, pattern: Any) -> bool:
    """Tell whether the pattern fits the whole text, as Java's `matches` does."""
    if not isinstance(pattern, str):
        raise Undefined("正则表达式应为文字。")
    return compiled(pattern).fullmatch(sized_text(value)) is not None


def replace(value: str, pattern: str, replacement: str, flags: str = "") -> str:
    """Return the text with every match replaced; `$1` is the first group."""
    regex = compiled(pattern, flags)
    parts: list[str] = []
    size = at = 0
    for match in regex.finditer(sized_text(value)):
        new = _expand(match, replacement, regex.groups)
        parts += [value[at : match.start()], new]
        at = match.end()
        size += len(new)
        if size > limits.MAX_TEXT:
            raise limits.LimitReached(f"计算出的文字超过 {limits.MAX_TEXT} 个字符。")
    return sized_text("".join([*parts, value[at:]]))


def _expand(match: Any, replacement: str, groups: int) -> str:
    def part(reference: re.Match[str]) -> str:
        if reference[1] is not None:
            return reference[1]
        wanted = int(reference[2])
        return (match.group(wanted) or "") if wanted <= groups else ""

    return (
        _GROUP.sub(part, replacement) if "$" in replacement or "\\" in replacement else replacement
    )


def split(value: str, pattern: str) -> list[str]:
    """Return the parts of the text between the matches."""
    parts: list[str] = []
    at = 0
    for match in compiled(pattern).finditer(sized_text(value)):
        if match.end() > match.start():
            parts.append(value[at : match.start()])
            at = match.end()
            sized_list(parts)
    return [*parts, value[at:]]


def extract(value: str, pattern: str) -> list[str]:
    """Return every match."""
    found = [match.group(0) for match in compiled(pattern).finditer(sized_text(value))]
    return sized_list(found)
