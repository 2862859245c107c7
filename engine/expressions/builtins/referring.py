r"""Reading patterns with back-references into programs that `references` can search with."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

from engine.expressions.builtins import xpath
from engine.expressions.builtins.references import Referring, Step
from engine.expressions.limits import LimitReached, Undefined

#: What compiles a pattern of RE2.
Compile = Callable[[str], Any]
Code = list[Step]
_REFERENCE: Final = re.compile(r"(?<!\\)(?:\\\\)*\\[1-9]")
_TIMES: Final = re.compile(r"(?:([*+?])|\{(\d{1,4})(?:(,)(\d{0,4}))?\})(\??)", re.ASCII)
_SIGNS: Final = {"*": (0, None), "+": (1, None), "?": (0, 1)}
#: Steps of one program: repetitions are written out.
MAX_PROGRAM: Final = 2_000
MAX_GROUPS: Final = 40
#: Characters whose test is remembered.
CHARACTERS: Final = 1_024


def refers(pattern: str) -> bool:
    """Tell whether a pattern has a back-reference."""
    return _REFERENCE.search(pattern) is not None


def read(pattern: str, flags: str, compile_: Compile) -> Referring:
    """Return the compiled pattern; single characters are RE2's business.

    Raises:
        Undefined: XPath does not know it so.
        LimitReached: it is too large.
    """
    reader = _Reader(xpath.spaced(pattern, flags), flags, compile_)
    code = [*reader.alternatives(), Step("match")]
    if reader.at < len(reader.pattern):
        raise Undefined("正则表达式的括号不成对。")
    first = 2 * reader.groups + 2
    placed = tuple(
        step._replace(one=first - 1 - step.one)
        if step.what in ("mark", "again") and step.one < 0
        else step
        for step in code
    )
    return Referring(placed, reader.groups, first + reader.loops, flags)


class _Reader:
    """The state of reading one pattern. Jumps are counted from where they stand."""

    def __init__(self, pattern: str, flags: str, compile_: Compile) -> None:
        self.pattern, self.flags, self.compile = pattern, flags, compile_
        self.at = self.groups = self.loops = 0
        self.closed: set[int] = set()

    def alternatives(self) -> Code:
        code = self._branch()
        if not self.pattern.startswith("|", self.at):
            return code
        self.at += 1
        others = self.alternatives()
        return [Step("split", 1, len(code) + 2), *code, Step("jump", len(others) + 1), *others]

    def _branch(self) -> Code:
        code: Code = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            code += self._repeated(self._atom())
            if len(code) > MAX_PROGRAM:
                raise LimitReached("正则表达式太大。")
        return code

    def _repeated(self, code: Code) -> Code:
        found = _TIMES.match(self.pattern, self.at)
        if found is None:
            return code
        self.at = found.end()
        sign, least, comma, most, lazy = found.groups()
        low = _SIGNS[sign][0] if sign else int(least)
        high = _SIGNS[sign][1] if sign else int(most) if most else None if comma else low
        if (high is not None and high < low) or len(code) * max(low, high or 0) > MAX_PROGRAM:
            raise Undefined("正则表达式的次数颠倒或太大。")
        rest = (
            self._endless(code, bool(lazy))
            if high is None
            else _optional(code, high - low, bool(lazy))
        )
        return code * low + rest

    def _endless(self, code: Code, lazy: bool) -> Code:
        self.loops += 1
        body = [Step("mark", -self.loops), *code, Step("again", -self.loops)]
        return [_choice(len(body) + 2, lazy), *body, Step("jump", -len(body) - 1)]

    def _atom(self) -> Code:
        character = self.pattern[self.at]
        if character == "(":
            return self._group()
        if character in "*+?{":
            raise Undefined(f"正则表达式里的“{character}”前面没有可重复的内容。")
        if character == "\\" and self.pattern[self.at + 1 : self.at + 2].isdigit():
            return [Step("back", 2 * self._reference())]
        part, self.at = xpath.part_at(self.pattern, self.at)
        return [Step(part)] if part in "^$" else [Step("one", self._single(part))]

    def _group(self) -> Code:
        _, self.at = xpath.part_at(self.pattern, self.at)  # it refuses `(?=`
        number = 0
        if self.pattern.startswith("?:", self.at):
            self.at += 2
        else:
            self.groups += 1
            number = self.groups
        if self.groups > MAX_GROUPS:
            raise LimitReached("正则表达式的括号太多。")
        code = self.alternatives()
        if not self.pattern.startswith(")", self.at):
            raise Undefined("正则表达式的括号不成对。")
        self.at += 1
        if not number:
            return code
        self.closed.add(number)
        return [Step("mark", 2 * number), *code, Step("mark", 2 * number + 1)]

    def _reference(self) -> int:
        """Return the group of a reference; of `12` only the 1, if there are not twelve groups."""
        end = self.at + 2
        while self.pattern[end : end + 1].isdigit() and (
            int(self.pattern[self.at + 1 : end + 1]) in self.closed
        ):
            end += 1
        number = int(self.pattern[self.at + 1 : end])
        if number not in self.closed:
            raise Undefined(f"正则表达式的“\\{number}”前面没有第 {number} 个括号。")
        self.at = end
        return number

    def _single(self, part: str) -> Callable[[str], bool]:
        inline = "".join(flag for flag in "is" if flag in self.flags)
        regex = self.compile((f"(?{inline})" if inline else "") + part)
        keep = lru_cache(maxsize=CHARACTERS)
        return keep(lambda character: regex.fullmatch(character) is not None)


def _choice(other: int, lazy: bool) -> Step:
    return Step("split", other, 1) if lazy else Step("split", 1, other)


def _optional(code: Code, times: int, lazy: bool) -> Code:
    found: Code = []
    for _ in range(times):
        found = [_choice(len(code) + len(found) + 1, lazy), *code, *found]
    return found
