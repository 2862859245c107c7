"""A linter for BPMN 2.0.2 itself: what is right is left alone, what is wrong is found.

It knows no Camunda and no house rules; `engine.bpmn.rules` are those. The constraints are
listed in `README.md`, which is generated from the register and its examples.
"""

from __future__ import annotations

from engine.bpmn import importing
from engine.bpmn.standard import rules
from engine.bpmn.standard.model import Model, owner
from engine.bpmn.standard.registry import RULES, Finding, Rule

__all__ = ["RULES", "Finding", "Rule", "lint", "rules"]


def lint(content: bytes) -> list[Finding]:
    """Check a BPMN file against every rule, in the order of the register.

    Raises:
        DeploymentRefused: it is no BPMN, or not harmless.
    """
    model = Model(importing.read(content).root)
    found = [
        Finding(one.code, owner(element), message, one.severity, one.clause)
        for one in RULES.values()
        for element, message in one.check(model)
    ]
    return list(dict.fromkeys(found))
