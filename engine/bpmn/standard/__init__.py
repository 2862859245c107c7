"""A linter for BPMN 2.0.2 itself: what is right is left alone, what is wrong is found.

It knows no Camunda and no house rules; `engine.bpmn.rules` are those. The constraints are
listed in `README.md`, which is generated from the register and its examples.
"""

from __future__ import annotations

from lxml import etree

from engine.bpmn import importing
from engine.bpmn.importing import names
from engine.bpmn.standard import rules
from engine.bpmn.standard.model import Model, owner
from engine.bpmn.standard.registry import RULES, Finding, Rule
from engine.bpmn.xml import GIVEN

__all__ = ["RULES", "Finding", "Rule", "lint", "rules"]


#: What reading a file mended that no XML may have.
NOT_XML = frozenset({"characters", "encoding", "namespace"})


def lint(content: bytes) -> list[Finding]:
    """Check a BPMN file against every rule, in the order of the register.

    Raises:
        DeploymentRefused: it is no BPMN, or not harmless.
    """
    read = importing.read(content)
    model = Model(read.root)
    found = [
        Finding(note.code, note.element, note.message, "error", "15.3")
        for note in read.notes
        if note.code in NOT_XML
    ]
    found += [
        Finding(one.code, *_told(model, element, message), one.severity, one.clause)
        for one in RULES.values()
        for element, message in one.check(model)
    ]
    return list(dict.fromkeys(found))


def _told(model: Model, element: etree._Element, message: str) -> tuple[str, str]:
    """Return where a finding is and its sentence, which describes what has no id in the file."""
    name = owner(element)
    known = model.ids.get(name) if name.startswith(GIVEN) else None
    return name, message if known is None else f"{names.described(known).strip()}：{message}"
