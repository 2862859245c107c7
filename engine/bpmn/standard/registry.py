"""How a rule of the standard is written down: what it demands, where that is said, its check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from engine.bpmn.standard.model import Model

#: What a rule yields: the element to look at, and a sentence that says what to do.
Found = Iterator[tuple[etree._Element, str]]
Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Finding:
    """One place where a file departs from the standard."""

    code: str
    element: str
    message: str
    severity: Severity
    #: Clause of BPMN 2.0.2 (ISO/IEC 19510).
    clause: str

    def __str__(self) -> str:
        return f"{self.element}：{self.message}［{self.code}，{self.clause}］"


@dataclass(frozen=True)
class Rule:
    """One constraint. Its examples stand in `examples/` under the same code."""

    code: str
    clause: str
    #: The constraint in one sentence of our own.
    demand: str
    severity: Severity
    check: Callable[[Model], Found]


#: Every rule by its code, in the order of the modules.
RULES: dict[str, Rule] = {}


def rule(
    code: str, clause: str, demand: str, severity: Severity = "error"
) -> Callable[[Callable[[Model], Found]], Callable[[Model], Found]]:
    """Enter a check into the register."""

    def enter(check: Callable[[Model], Found]) -> Callable[[Model], Found]:
        RULES[code] = Rule(code, clause, demand, severity, check)
        return check

    return enter
