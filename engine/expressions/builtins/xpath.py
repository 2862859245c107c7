"""XPath's regular expressions (F&O 3.1, 5.6) in RE2's words.

Everything but back-references (`references`).
"""

from __future__ import annotations

import re
from typing import Final

from engine.expressions.builtins.classes import class_at, escape_at
from engine.expressions.limits import Undefined

#: A class, which is kept with its blanks, or blanks; the flag `x` goes before everything else.
_BLANK: Final = re.compile(r"(\[(?:[^\\\]]|\\.)*\]|\\[^ \t\n\r])|[ \t\n\r]+", re.DOTALL)
_TIMES: Final = re.compile(r"\{\d+(?:,\d*)?\}", re.ASCII)


def spaced(pattern: str, flags: str) -> str:
    """Return the pattern without the blanks that the flag `x` takes away."""
    return _BLANK.sub(lambda found: found[1] or "", pattern) if "x" in flags else pattern


def translate(pattern: str, flags: str) -> str:
    """Return the pattern as RE2 reads it.

    Raises:
        Undefined: it has something that RE2 cannot do, or that XPath does not know.
    """
    pattern = spaced(pattern, flags)
    out: list[str] = []
    at = 0
    while at < len(pattern):
        part, at = part_at(pattern, at)
        out.append(part)
    return "".join(out)


def part_at(pattern: str, at: int) -> tuple[str, int]:
    """Return the part of a pattern at a place as RE2 writes it, and the place behind it."""
    character = pattern[at]
    if character in "[\\":
        found, end = (class_at if character == "[" else escape_at)(pattern, at)
        return found.written(), end
    if character == "{" and (times := _TIMES.match(pattern, at)):
        return times[0], times.end()
    if character in "{}]":
        raise Undefined(f"正则表达式里的“{character}”要写成“\\{character}”。")
    if pattern.startswith("(?", at) and not pattern.startswith("(?:", at):
        raise Undefined("正则表达式不能用“(?…)”，除了“(?:…)”。")
    return character, at + 1
