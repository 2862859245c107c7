"""XPath's regular expressions (F&O 3.1, 5.6) in RE2's words.

What RE2 has no word for is refused: back-references, and the subtraction of a class that is
not made of single characters and ranges.
"""

from __future__ import annotations

import re
from typing import Final

from engine.expressions.limits import Undefined

#: XML's classes of names: how one begins, and what it is made of.
_START: Final = r":A-Z_a-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{2FF}\x{370}-\x{37D}\x{37F}-\x{1FFF}"
_START_MORE: Final = (
    r"\x{200C}-\x{200D}\x{2070}-\x{218F}\x{2C00}-\x{2FEF}\x{3001}-\x{D7FF}\x{F900}-\x{FDCF}"
    r"\x{FDF0}-\x{FFFD}\x{10000}-\x{EFFFF}"
)
_FIRST: Final = _START + _START_MORE
_FOLLOWING: Final = _FIRST + r"\-.0-9\x{B7}\x{300}-\x{36F}\x{203F}-\x{2040}"
_SPACE: Final = r" \t\n\r"
_DIGIT: Final = r"\p{Nd}"
#: Letter → (class inside brackets, the same negated outside).
_CLASSES: Final = {"i": _FIRST, "c": _FOLLOWING, "s": _SPACE, "d": _DIGIT}
_WORD: Final = r"[^\p{P}\p{Z}\p{C}]"
_NOT_WORD: Final = r"[\p{P}\p{Z}\p{C}]"
_BLOCKS: Final = {
    "BasicLatin": r"\x{0}-\x{7F}", "Latin-1Supplement": r"\x{80}-\x{FF}",
    "LatinExtended-A": r"\x{100}-\x{17F}", "LatinExtended-B": r"\x{180}-\x{24F}",
    "Greek": r"\x{370}-\x{3FF}", "GreekandCoptic": r"\x{370}-\x{3FF}",
    "Cyrillic": r"\x{400}-\x{4FF}", "Hebrew": r"\x{590}-\x{5FF}", "Arabic": r"\x{600}-\x{6FF}",
    "CJKUnifiedIdeographs": r"\x{4E00}-\x{9FFF}", "Hiragana": r"\x{3040}-\x{309F}",
    "Katakana": r"\x{30A0}-\x{30FF}", "HangulSyllables": r"\x{AC00}-\x{D7AF}",
}  # fmt: skip
_BLOCK: Final = re.compile(r"\\([pP])\{Is([A-Za-z0-9-]+)\}")
_SIMPLE_CLASS: Final = re.compile(r"(?:[^\\\[\]^-]|\\[\\\[\]^\-.?*+{}()|nrt])(?:-(?:[^\\\[\]^-]))?")
#: A class, which is kept with its blanks, or blanks; the flag `x` goes before everything else.
_BLANK: Final = re.compile(r"(\[(?:[^\\\]]|\\.)*\]|\\[^ \t\n\r])|[ \t\n\r]+", re.DOTALL)
_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t"}


#: Characters in a class from which others are subtracted.
MAX_CHARACTERS: Final = 512


def translate(pattern: str, flags: str) -> str:
    """Return the pattern as RE2 reads it.

    Raises:
        Undefined: it has something that RE2 cannot do, or that XPath does not know.
    """
    out: list[str] = []
    at = 0
    if "x" in flags:
        pattern = _BLANK.sub(lambda found: found[1] or "", pattern)
    while at < len(pattern):
        if pattern[at] == "[":
            at = _class(pattern, at, out)
        elif pattern[at] == "\\":
            at = _escape(pattern, at, out, inside=False)
        else:
            at = _plain(pattern, at, out)
    return "".join(out)


def _plain(pattern: str, at: int, out: list[str]) -> int:
    if pattern.startswith("(?", at) and not pattern.startswith("(?:", at):
        raise Undefined("正则表达式不能用“(?…)”，除了“(?:…)”。")
    out.append(pattern[at])
    return at + 1


def _escape(pattern: str, at: int, out: list[str], *, inside: bool) -> int:
    """Translate the escape at a place; return the place behind it."""
    if block := _BLOCK.match(pattern, at):
        out.append(_block(block, inside))
        return block.end()
    letter = pattern[at + 1 : at + 2]
    lower = letter.lower()
    if lower in _CLASSES:
        out.append(_of_class(letter, _CLASSES[lower], inside))
    elif lower == "w":
        out.append(_word(letter, inside))
    elif lower == "p":
        close = pattern.find("}", at)
        if not pattern.startswith("{", at + 2) or close < 0:
            raise Undefined("正则表达式里的 \\p 后面应为“{…}”。")
        out.append(pattern[at : close + 1])
        return close + 1
    elif letter and letter in "nrt\\|.?*+(){}[]^$-":
        out.append("\\" + letter)
    else:
        raise Undefined(f"正则表达式不能用“\\{letter}”。")
    return at + 2


def _of_class(letter: str, characters: str, inside: bool) -> str:
    if not inside:
        return f"[{'^' if letter.isupper() else ''}{characters}]"
    if letter == "D":
        return r"\P{Nd}"
    if letter == "S":
        return r"\S\f\v"
    if letter.isupper():
        raise Undefined(f"方括号里不能用“\\{letter}”。")
    return characters


def _word(letter: str, inside: bool) -> str:
    if not inside:
        return _WORD if letter == "w" else _NOT_WORD
    return r"\p{L}\p{M}\p{N}\p{S}" if letter == "w" else r"\p{P}\p{Z}\p{C}"


def _block(match: re.Match[str], inside: bool) -> str:
    characters = _BLOCKS.get(match[2])
    if characters is None or (inside and match[1] == "P"):
        raise Undefined(f"正则表达式不认识“{match[0]}”。")
    if inside:
        return characters
    return f"[{'^' if match[1] == 'P' else ''}{characters}]"


def _class(pattern: str, at: int, out: list[str]) -> int:
    """Translate a class in brackets; return the place behind it."""
    begun, parts = at, ["["]
    at += 1
    if pattern.startswith("^", at):
        parts.append("^")
        at += 1
    while at < len(pattern) and pattern[at] != "]":
        if pattern.startswith("-[", at):
            return _subtraction(pattern, begun, at, out)
        if pattern[at] == "\\":
            at = _escape(pattern, at, parts, inside=True)
        elif pattern[at] == "[":
            raise Undefined("方括号里的“[”要写成“\\[”。")
        else:
            parts.append(pattern[at])
            at += 1
    if at >= len(pattern) or len(parts) == 1 or parts[1:] == ["^"]:
        raise Undefined("正则表达式的方括号没有结束，或是空的。")
    out.append("".join(parts) + "]")
    return at + 1


def _subtraction(pattern: str, begun: int, dash: int, out: list[str]) -> int:
    """Translate `[a-z-[aeiou]]`: the characters are counted out."""
    close = pattern.find("]]", dash)
    if close < 0:
        raise Undefined("正则表达式的方括号没有结束。")
    kept = _characters(pattern[begun + 1 : dash]) - _characters(pattern[dash + 2 : close])
    if not kept:
        raise Undefined("正则表达式的方括号里没有剩下字符。")
    out.append("[" + "".join(rf"\x{{{code:X}}}" for code in sorted(kept)) + "]")
    return close + 2


def _characters(body: str) -> set[int]:
    codes: set[int] = set()
    at = 0
    while at < len(body):
        part = _SIMPLE_CLASS.match(body, at)
        if part is None:
            raise Undefined("方括号相减只能用单个字符和区间。")
        first = part[0][0] if part[0][0] != "\\" else _ESCAPED.get(part[0][1], part[0][1])
        ranged = len(part[0]) - (2 if part[0][0] == "\\" else 1) == 2
        last = part[0][-1] if ranged else first
        if not 0 <= ord(last) - ord(first) <= MAX_CHARACTERS:
            raise Undefined("方括号相减的区间太大。")
        codes.update(range(ord(first), ord(last) + 1))
        if len(codes) > MAX_CHARACTERS:
            raise Undefined("方括号相减的字符太多。")
        at = part.end()
    return codes
