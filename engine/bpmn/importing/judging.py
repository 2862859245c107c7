"""What of an imported diagram cannot be executed, element by element, without an office.

The same path as a deployment's, save what only a bundle knows: forms, tables and other
processes that a diagram names are taken to exist.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn import admit, checks, definition, normalize, pool, rules
from engine.bpmn.definition import Description
from engine.bpmn.importing import Diagram
from engine.bpmn.xml import children, identifier
from engine.errors import DeploymentRefused, Problem

#: What makes a tree unfit for the rules, which look elements up by their ids.
BROKEN = frozenset({"bad-id", "duplicate-id", "no-id", "reserved-id"})


def obstacles(diagram: Diagram) -> list[Problem]:
    """Return everything that a deployment of the diagram would refuse."""
    found: list[Problem] = []
    root = etree.fromstring(diagram.executable(), admit.PARSER)
    if not definition.process_ids(root):
        message = "文件里没有可执行的流程，请勾选“可执行”。"
        found.append(Problem(admit.FILE, "no-process", message))
    try:
        root = admit.admit(diagram.executable())
        sound = True
    except DeploymentRefused as refused:
        found += refused.problems
        sound = next(checks.structure(root), None) is None and not _unsound(refused.problems)
    if sound:
        found += _broken_rules(root)
    if not any(problem.severity == "error" for problem in found):
        found += _unbuilt(root)
    return [
        diagram.in_authors_words(problem)
        for problem in dict.fromkeys(found)
        if problem.severity == "error"
    ]


def _unsound(problems: list[Problem]) -> bool:
    """Tell whether the file itself is wrong, so that no rule could look at it."""
    return any(problem.element == admit.FILE or problem.code in BROKEN for problem in problems)


def _broken_rules(root: etree._Element) -> Iterator[Problem]:
    ids = [identifier(process) for process in children(root, "process")]
    described = [definition.describe(root, key) for key in ids]
    known = _everything(described)
    for one in described:
        yield from (
            problem
            for problem in rules.check(one, root, known)
            if not problem.code.startswith("house-")
        )


def _unbuilt(root: etree._Element) -> Iterator[Problem]:
    normal, problems = normalize.normalize(root)
    yield from problems
    if not any(problem.severity == "error" for problem in problems):
        xml = normalize.to_bytes(normal)
        try:
            for key in definition.process_ids(root):
                pool.parse(xml, key)
        except DeploymentRefused as refused:
            yield from refused.problems


def _everything(described: list[Description]) -> rules.Known:
    return rules.Known(
        processes={name for one in described for name in one.called_processes},
        decisions={name for one in described for name in one.decisions},
        forms={name for one in described for name in one.forms},
        handlers={name for one in described for name in one.handlers},
    )
