"""The examples, the table made of them, and where it stands in the README."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from engine.bpmn.admit import admit
from engine.bpmn.normalize import normalize
from engine.errors import DeploymentRefused, Problem
from tests.engine.walker import Walk

README = Path(__file__).parents[3] / "engine" / "README.md"
BEGIN, END = "<!-- support: begin -->", "<!-- support: end -->"
#: Modules of examples, in the order of the table.
SECTIONS = (
    "events",
    "compensation",
    "gateways",
    "activities",
    "attributes",
    "work",
    "listeners",
)


@dataclass(frozen=True)
class Example:
    """One row: a construct, how it is written, and a diagram that shows it."""

    section: str
    what: str
    written: str
    xml: bytes
    #: Walks the running instance and asserts what must happen; None: it must be refused.
    act: Callable[[Walk], object] | None = None
    #: Walks a published diagram (`tests.engine.office`) instead: rows, jobs, several instances.
    office: Callable[[], object] | None = None
    #: Code of the refusal.
    code: str = ""

    @property
    def name(self) -> str:
        return f"{self.section}: {self.what}"

    @property
    def result(self) -> str:
        return f"refused: `{self.code}`" if self.code else "supported"


_examples: list[Example] = []


def works(
    section: str, what: str, written: str, xml: bytes
) -> Callable[[Callable[[Walk], object]], Callable[[Walk], object]]:
    """Register a walk: the function gets the started instance of process `p`.

    A `start` or variables are given by the walk itself: `Walk(walk.xml, x=1)`.
    """

    def register(act: Callable[[Walk], object]) -> Callable[[Walk], object]:
        _examples.append(Example(section, what, written, xml, act=act))
        return act

    return register


def works_in_office(
    section: str, what: str, written: str, xml: bytes
) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Register a scenario on a database; the diagram is published before it begins."""

    def register(act: Callable[[], object]) -> Callable[[], object]:
        _examples.append(Example(section, what, written, xml, office=act))
        return act

    return register


def refused(section: str, what: str, written: str, xml: bytes, code: str) -> None:
    """Register a diagram that deployment must refuse with this code."""
    _examples.append(Example(section, what, written, xml, code=code))


def examples() -> list[Example]:
    """Return every example, section by section."""
    for name in SECTIONS:
        importlib.import_module(f"tests.engine.support.{name}")
    return list(_examples)


def problems(xml: bytes) -> list[Problem]:
    """Return why deployment refuses a diagram; nothing when it does not."""
    try:
        _, found = normalize(admit(xml))
    except DeploymentRefused as refusal:
        return list(refusal.problems)
    return [problem for problem in found if problem.severity == "error"]


def table() -> str:
    """Return the table as it has to stand between the markers."""
    lines = []
    for section, rows in groupby(examples(), key=lambda example: example.section):
        lines += ["", f"### {section}", "", "| What | Written | Result |", "|---|---|---|"]
        lines += [f"| {row.what} | {row.written} | {row.result} |" for row in rows]
    return "\n".join(lines) + "\n\n"


def written() -> str:
    """Return what stands between the markers now."""
    return README.read_text("utf-8").partition(BEGIN)[2].partition(END)[0].lstrip("\n")


def write() -> None:
    """Put the table between the markers."""
    before, _, rest = README.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    README.write_text(before + BEGIN + "\n" + table().lstrip("\n") + END + after, "utf-8")
