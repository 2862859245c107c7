"""Classes of characters in XPath's regular expressions (F&O 3.1, 5.6.1), as RE2 can write them.

RE2 knows no subtraction. `[a-z-[aeiou]]` is what is in neither of two sets: all but `a-z`, and
`aeiou`. For that the first must be turned round: ranges can be, and an escape alone; where both
stand together, the escape is written out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Final, NamedTuple

from engine.expressions.builtins.blocks import BLOCKS
from engine.expressions.limits import Undefined

#: First and last character of each.
Ranges = tuple[tuple[int, int], ...]
_LAST: Final = 0x10FFFF


class Escape(NamedTuple):
    """What an escape stands for inside brackets, and everything else."""

    items: str
    others: str


@dataclass(frozen=True, slots=True)
class Class:
    """A set of characters."""

    ranges: Ranges = ()
    escapes: tuple[Escape, ...] = ()
    negated: bool = False

    def written(self) -> str:
        """Return the class as RE2 reads it."""
        ranges = "".join(rf"\x{{{low:X}}}-\x{{{high:X}}}" for low, high in self.ranges)
        return f"[{'^' * self.negated}{ranges}{''.join(one.items for one in self.escapes)}]"

    def joined(self, other: Class) -> Class:
        """Return the class of what is in one of two that are not negated."""
        return replace(
            self, ranges=self.ranges + other.ranges, escapes=self.escapes + other.escapes
        )

    def minus(self, other: Class) -> Class:
        """Return the class of what is in this one and not in the other."""
        outside = replace(self, negated=not self.negated).positive()
        return replace(outside.joined(other.positive()), negated=True)

    def positive(self) -> Class:
        """Return the same class without a negation."""
        if not self.negated:
            return self
        if not self.escapes:
            return Class(_others(self.ranges))
        if self.ranges or len(self.escapes) > 1:
            written = (span for one in self.escapes for span in _members(one.items))
            return Class(_others((*self.ranges, *written)))
        items, others = self.escapes[0]
        return Class((), (Escape(others, items),))


def _others(ranges: Ranges) -> Ranges:
    """Return the ranges of all other characters."""
    found: list[tuple[int, int]] = []
    free = 0
    for low, high in sorted(ranges):
        if low > free:
            found.append((free, low - 1))
        free = max(free, high + 1)
    if free <= _LAST:
        found.append((free, _LAST))
    return tuple(found)


@lru_cache(maxsize=32)
def _members(items: str) -> Ranges:
    """Return the characters that escapes of categories stand for."""
    found: list[tuple[int, int]] = []
    for negation, category in re.findall(r"\\([pP])\{(\w+)\}", items):
        spans = [span for name, span in _categories() if name.startswith(category)]
        found += _others(tuple(spans)) if negation == "P" else spans
    return tuple(found)


@cache
def _categories() -> tuple[tuple[str, tuple[int, int]], ...]:
    """Return Unicode's categories with the ranges of their characters, in order."""
    found: list[tuple[str, tuple[int, int]]] = []
    start, current = 0, unicodedata.category("\0")
    for code in range(1, _LAST + 2):
        category = unicodedata.category(chr(code)) if code <= _LAST else ""
        if category != current:
            found.append((current, (start, code - 1)))
            start, current = code, category
    return tuple(found)


def _spans(text: str) -> Ranges:
    parts = (part.partition("-") for part in text.split())
    return tuple((int(low, 16), int(high or low, 16)) for low, _, high in parts)


#: XML's classes of names: how one begins, and what it is made of.
_FIRST: Final = _spans(
    "3A 41-5A 5F 61-7A C0-D6 D8-F6 F8-2FF 370-37D 37F-1FFF 200C-200D 2070-218F 2C00-2FEF"
    " 3001-D7FF F900-FDCF FDF0-FFFD 10000-EFFFF"
)
_FOLLOWING: Final = _FIRST + _spans("2D-2E 30-39 B7 300-36F 203F-2040")
#: Letter of an escape → its class; the capital letter stands for all others.
_LETTERS: Final = {
    "i": Class(_FIRST),
    "c": Class(_FOLLOWING),
    "s": Class(_spans("9-A D 20")),
    "d": Class((), (Escape(r"\p{Nd}", r"\P{Nd}"),)),
    "w": Class((), (Escape(r"\p{L}\p{M}\p{N}\p{S}", r"\p{P}\p{Z}\p{C}"),)),
}
_PROPERTY: Final = re.compile(r"\\([pP])\{(?:Is([A-Za-z0-9-]+)|([A-Z][a-z]?))\}")
_CATEGORY: Final = re.compile(
    r"L[ultmo]?|M[nce]?|N[dlo]?|P[cdseifo]?|Z[slp]?|S[mcko]?|C[cfo]?", re.ASCII
)
#: Characters that a backslash takes their meaning from, and the three that it makes.
_ESCAPABLE: Final = "\\|.?*+(){}[]^$-"
_MADE: Final = {"n": "\n", "r": "\r", "t": "\t"}


def escape_at(pattern: str, at: int) -> tuple[Class, int]:
    """Return the class of the escape at a place, and the place behind it.

    Raises:
        Undefined: XPath knows no such escape.
    """
    letter = pattern[at + 1 : at + 2]
    if letter and letter.lower() in _LETTERS:
        found = _LETTERS[letter.lower()]
        return replace(found, negated=letter.isupper()).positive(), at + 2
    if letter in ("p", "P"):
        return _property(pattern, at)
    if not letter or (letter not in _ESCAPABLE and letter not in _MADE):
        raise Undefined(f"正则表达式不能用“\\{letter}”。")
    code = ord(_MADE.get(letter, letter))
    return Class(((code, code),)), at + 2


def _property(pattern: str, at: int) -> tuple[Class, int]:
    match = _PROPERTY.match(pattern, at)
    if match is None:
        raise Undefined("正则表达式里的 \\p 后面应为“{…}”。")
    negation, block, category = match.groups()
    if block in BLOCKS:
        found = Class((BLOCKS[block],))
    elif category and _CATEGORY.fullmatch(category):
        found = Class((), (Escape(rf"\p{{{category}}}", rf"\P{{{category}}}"),))
    else:
        raise Undefined(f"正则表达式不认识“{match[0]}”。")
    return replace(found, negated=negation == "P").positive(), match.end()


def class_at(pattern: str, at: int, depth: int = 0) -> tuple[Class, int]:
    """Return the class in brackets at a place, and the place behind it.

    Raises:
        Undefined: it is not one.
    """
    if depth > 20:
        raise Undefined("正则表达式的方括号嵌套太深。")
    negated = pattern.startswith("^", at + 1)
    first = at = at + 1 + negated
    found = Class()
    while at < len(pattern) and pattern[at] != "]":
        if pattern.startswith("-[", at) and at > first:
            other, at = class_at(pattern, at + 1, depth + 1)
            if not pattern.startswith("]", at):
                raise Undefined("方括号相减应写在最后。")
            return replace(found, negated=negated).minus(other), at + 1
        part, at = _part(pattern, at, first)
        found = found.joined(part)
    if at >= len(pattern) or at == first:
        raise Undefined("正则表达式的方括号没有结束，或是空的。")
    return replace(found, negated=negated), at + 1


def _part(pattern: str, at: int, first: int) -> tuple[Class, int]:
    """Return one character, range or escape of a class, and the place behind it."""
    low, end = _one(pattern, at)
    if pattern[at] == "-" and at > first and not pattern.startswith(("]", "-["), end):
        if not re.match(r"\\[dDsSiIcCwWpP]", pattern[at - 2 : at]):
            raise Undefined("方括号里的“-”应写在开头、结尾或“\\-”。")
        return low, end
    closes = pattern.startswith(("-]", "-["), end)
    if not pattern.startswith("-", end) or closes or _code(low) is None:
        return low, end
    high, end = _one(pattern, end + 1)
    start, stop = _code(low), _code(high)
    if start is None or stop is None or stop < start:
        raise Undefined("正则表达式的区间两端颠倒，或不是字符。")
    return Class(((start, stop),)), end


def _one(pattern: str, at: int) -> tuple[Class, int]:
    if at >= len(pattern) or pattern[at] == "[":
        raise Undefined("方括号里的“[”要写成“\\[”。")
    if pattern[at] == "\\":
        return escape_at(pattern, at)
    code = ord(pattern[at])
    return Class(((code, code),)), at + 1


def _code(found: Class) -> int | None:
    """Return the only character of a class."""
    if found.escapes or len(found.ranges) != 1 or found.ranges[0][0] != found.ranges[0][1]:
        return None
    return found.ranges[0][0]
