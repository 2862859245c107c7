r"""Patterns with back-references, `(.)\1`, which RE2 does not know: they are searched step by step.

A search may go back, so that its time has no bound by itself: every few steps are paid for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

#: Takes the price of some steps, or stops the evaluation.
Pay = Callable[[int], None]
#: Steps of a search for one step of the evaluation.
STEPS: Final = 4
_BATCH: Final = 16


def _free(_steps: int) -> None:
    """Take nothing."""


class Match(NamedTuple):
    """Where a pattern was found: start and end of the whole, then of each group, or -1."""

    value: str
    marks: tuple[int, ...]

    def start(self) -> int:
        return self.marks[0]

    def end(self) -> int:
        return self.marks[1]

    def group(self, number: int) -> str | None:
        start, end = self.marks[2 * number : 2 * number + 2]
        return None if end < 0 else self.value[start:end]


class Step(NamedTuple):
    """One instruction: `one` is what a character must be, a line or the place of a mark."""

    what: str
    one: Any = None
    other: int = 0


Pending = list[tuple[int, int, tuple[int, ...]]]


@dataclass(frozen=True, slots=True)
class Referring:
    """A compiled pattern; it is asked as RE2's are."""

    program: tuple[Step, ...]
    groups: int
    #: How many places are remembered: of the groups, and where repetitions began.
    marks: int
    flags: str
    pay: Pay = _free

    def paying(self, pay: Pay) -> Referring:
        """Return the same pattern, whose searches are paid for."""
        return replace(self, pay=pay)

    def search(self, value: str) -> Match | None:
        """Return the first match."""
        return next(self.finditer(value), None)

    def fullmatch(self, value: str) -> Match | None:
        """Return the match of the whole value; asked of the empty one only."""
        found = self._from(value, 0)
        return found if found is not None and found.end() == len(value) else None

    def finditer(self, value: str) -> Iterator[Match]:
        """Yield the matches that do not overlap."""
        at = 0
        while at <= len(value):
            found = self._from(value, at)
            if found is None:
                at += 1
                continue
            yield found
            at = max(found.end(), at + 1)

    def _from(self, value: str, start: int) -> Match | None:
        """Return the match that begins at a place."""
        self.pay(1)
        pending: Pending = [(0, start, (-1,) * self.marks)]
        count = 0
        while pending:
            line, at, marks = pending.pop()
            while line >= 0:
                count += 1
                if count % _BATCH == 0:
                    self.pay(_BATCH // STEPS)
                step = self.program[line]
                if step.what == "match":
                    return Match(value, (start, at, *marks[2:]))
                line, at, marks = self._take(step, line, at, marks, value, pending)
        return None

    def _take(
        self, step: Step, line: int, at: int, marks: tuple[int, ...], value: str, pending: Pending
    ) -> tuple[int, int, tuple[int, ...]]:
        """Take one step; the next line is negative where it leads nowhere."""
        match step.what:
            case "one":
                return (line + 1 if at < len(value) and step.one(value[at]) else -1), at + 1, marks
            case "split":
                pending.append((line + step.other, at, marks))
                return line + step.one, at, marks
            case "jump":
                return line + step.one, at, marks
            case "mark":
                return line + 1, at, (*marks[: step.one], at, *marks[step.one + 1 :])
            case "again":  # a repetition of nothing is the last: the jump back is left out
                return (line + 1 if marks[step.one] != at else line + 2), at, marks
            case "back":
                return self._back(step.one, line, at, marks, value)
        return (line + 1 if self._edge(step.what, at, value) else -1), at, marks

    def _back(
        self, mark: int, line: int, at: int, marks: tuple[int, ...], value: str
    ) -> tuple[int, int, tuple[int, ...]]:
        """Take what a group took; a group that took no part is empty."""
        text = value[marks[mark] : marks[mark + 1]] if marks[mark + 1] >= 0 else ""
        there = value[at : at + len(text)]
        same = there.lower() == text.lower() if "i" in self.flags else there == text
        return (line + 1 if same else -1), at + len(text), marks

    def _edge(self, what: str, at: int, value: str) -> bool:
        lines = "m" in self.flags
        if what == "^":
            return at == 0 or (lines and value[at - 1] == "\n")
        return at == len(value) or (lines and value[at] == "\n")
