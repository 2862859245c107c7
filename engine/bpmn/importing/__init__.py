"""Import is generous, execution is strict: any tool's file, whole, beside what of it can run.

`read` gives every element an id and reports what was odd; `write` gives the file back with
nothing lost; `executable` is what the strict path (`admit`, `normalize`, the rules) judges.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from engine.bpmn.importing import names, prepare, source
from engine.errors import Problem

__all__ = ["Diagram", "read"]


@dataclass
class Diagram:
    """A file of any tool: the full model, and what was repaired to read it."""

    root: etree._Element
    #: What was odd about the file and what was done about it; each a warning.
    notes: list[Problem] = field(default_factory=list)

    @property
    def findings(self) -> list[Problem]:
        """Everything that was repaired, in the file or only in its executable form."""
        return [*self.notes, *map(self.in_authors_words, self._prepared[1])]

    @cached_property
    def _prepared(self) -> tuple[bytes, list[Problem], dict[str, str]]:
        tree, notes, renamed = prepare.prepare(self.root)
        return etree.tostring(tree, xml_declaration=True, encoding="UTF-8"), notes, renamed

    def write(self) -> bytes:
        """Return the whole file in UTF-8: every element, comment and extension, ids added."""
        return etree.tostring(self.root.getroottree(), xml_declaration=True, encoding="UTF-8")

    def executable(self) -> bytes:
        """Return the form that is admitted, normalised and executed."""
        return self._prepared[0]

    def in_authors_words(self, problem: Problem) -> Problem:
        """Return a problem of the executable form under the id that the author knows."""
        known = self._prepared[2].get(problem.element)
        if known is None:
            return problem
        return Problem(known, problem.code, problem.message, problem.severity)


def read(content: bytes) -> Diagram:
    """Read a BPMN file as any tool may have written it.

    Raises:
        DeploymentRefused: it is no BPMN, or not harmless; never because of what it says.
    """
    found = source.parse(content)
    return Diagram(found.root, [*found.notes, *names.give(found.root)])
