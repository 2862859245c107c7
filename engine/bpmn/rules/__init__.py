"""Deployment rules: one question per module, whose docstring is the rule's documentation.

Correctness rules (unknown references, no reachable end, a gateway without a way) refuse
everywhere. House rules, whose codes begin with `house-`, refuse bundles and studio
publications and only warn over REST. To add one: a module with `check(diagram)`, a line
in `RULES`, a right and a wrong diagram in `tests/engine/test_rules.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from engine.bpmn.definition import Description
from engine.bpmn.rules import (
    branches_named,
    conditions_complete,
    ends_drawn,
    forms_and_candidates,
    labels,
    lengths,
    performers,
    questions,
    reachable_end,
    references,
    results_named,
)
from engine.bpmn.rules.diagram import Diagram, Known
from engine.errors import Problem

__all__ = ["RULES", "Diagram", "Known", "check"]

Rule = Callable[[Diagram], Iterator[Problem]]

RULES: tuple[Rule, ...] = (
    reachable_end.check,
    ends_drawn.check,
    conditions_complete.check,
    performers.check,
    references.check,
    results_named.check,
    forms_and_candidates.check,
    labels.check,
    lengths.check,
    questions.check,
    branches_named.check,
)


def check(description: Description, root: etree._Element, known: Known) -> Iterator[Problem]:
    """Check one process of a file against every rule."""
    diagram = Diagram(description, root, known)
    for rule in RULES:
        yield from rule(diagram)
