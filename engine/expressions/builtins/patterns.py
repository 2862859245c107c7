"""Regular expressions on RE2: linear time, whatever the author writes.

Patterns are XPath's (`xpath`). Those with back-references, which RE2 does not know, are searched
step by step (`references`), and their steps are paid for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

import re2

from engine.expressions import limits
from engine.expressions.builtins import referring, xpath
from engine.expressions.builtins.references import Pay, Referring
from engine.expressions.environment import Run
from engine.expressions.limits import Undefined, sized_list, sized_text

_GROUP: Final = re.compile(r"\\([\\$])|\$(\d{1,3})", re.ASCII)
_MEANINGLESS: Final = re.compile(r"[\\$]")


#: Bytes of one compiled pattern: `\\p{L}{1,200}` would take a tenth of a second.
MAX_MEMORY: Final = 1024 * 1024
#: Steps that compiling a pattern costs, if it is not kept from before: some milliseconds.
COMPILING: Final = 1_000


@contextmanager
def paid(run: Run) -> Iterator[Pay]:
    """Pay for the patterns that are compiled inside, also for those that cannot be.

    Gives what pays for the searches of those that RE2 does not know.
    """
    before = compiled.cache_info().misses + javas.cache_info().misses
    try:
        yield run.tick
    finally:
        missed = compiled.cache_info().misses + javas.cache_info().misses - before
        run.tick(COMPILING * max(missed, 0))


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
    if referring.refers(pattern):
        return referring.read(pattern, flags, _compile)
    inline = "".join(sorted(set(flags) - {"x"}))
    return _compile((f"(?{inline})" if inline else "") + xpath.translate(pattern, flags))


@lru_cache(maxsize=256)
def javas(pattern: str) -> Any:
    """Return the compiled pattern as Java writes it, which is RE2's way too.

    Raises:
        Undefined: RE2 cannot read it.
    """
    if len(pattern) > limits.MAX_PATTERN:
        raise limits.LimitReached(f"正则表达式超过 {limits.MAX_PATTERN} 个字符。")
    return _compile(pattern)


def _compile(pattern: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = MAX_MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error:
        raise Undefined(f"正则表达式“{pattern}”不能识别。") from None


def _for(pattern: str, flags: str, pay: Pay) -> Any:
    """Return the compiled pattern, its searches paid for."""
    regex = compiled(pattern, flags)
    return regex.paying(pay) if isinstance(regex, Referring) else regex


def matches(value: str, pattern: str, pay: Pay, flags: str = "") -> bool:
    """Tell whether the pattern occurs in the text."""
    return _for(pattern, flags, pay).search(sized_text(value)) is not None


def matches_whole(value: str, pattern: Any) -> bool:
    """Tell whether the pattern fits the whole text, as Java's `matches` does."""
    if not isinstance(pattern, str):
        raise Undefined("正则表达式应为文字。")
    return javas(pattern).fullmatch(sized_text(value)) is not None


def replace(value: str, pattern: str, replacement: str, pay: Pay, flags: str = "") -> str:
    """Return the text with every match replaced; `$1` is the first group, `$0` the match.

    Raises:
        Undefined: the pattern matches the empty text, or the replacement has a `$` or a
            backslash that means nothing (as XPath's `fn:replace` says).
    """
    regex = _consuming(pattern, flags, pay)
    if _MEANINGLESS.search(_GROUP.sub("", replacement)):
        raise Undefined("替换文字里的“$”后面应为数字，反斜杠写成“\\\\”，“$”写成“\\$”。")
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
        digits, rest = reference[2], ""
        while len(digits) > 1 and int(digits) > groups:  # `$12` is `$1` and a 2 without 12 groups
            digits, rest = digits[:-1], digits[-1] + rest
        wanted = int(digits)
        return ((match.group(wanted) or "") if wanted <= groups else "") + rest

    return (
        _GROUP.sub(part, replacement) if "$" in replacement or "\\" in replacement else replacement
    )


def _consuming(pattern: str, flags: str, pay: Pay) -> Any:
    """Return the compiled pattern, if it takes at least one character."""
    regex = _for(pattern, flags, pay)
    if regex.fullmatch("") is not None:
        raise Undefined("正则表达式不能匹配空文字。")
    return regex


def split(value: str, pattern: str, pay: Pay) -> list[str]:
    """Return the parts of the text between the matches."""
    return _between(_consuming(pattern, "", pay), value)


def split_javas(value: str, pattern: str) -> list[str]:
    """Return the parts of the text between the matches of a pattern as Java writes it."""
    return _between(javas(pattern), value)


def _between(regex: Any, value: str) -> list[str]:
    parts: list[str] = []
    at = 0
    for match in regex.finditer(sized_text(value)):
        if match.end() > match.start():
            parts.append(value[at : match.start()])
            at = match.end()
            sized_list(parts)
    return [*parts, value[at:]]


def extract(value: str, pattern: str, pay: Pay) -> list[str]:
    """Return every match."""
    regex = _for(pattern, "", pay)
    found = [match.group(0) for match in regex.finditer(sized_text(value))]
    return sized_list(found)
