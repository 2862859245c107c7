"""What of an imported diagram cannot be executed, element by element, without an office.

The same path as a deployment's, save what only a bundle knows: forms, tables and other
processes that a diagram names are taken to exist.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn import admit, definition, normalize, pool, rules
from engine.bpmn.definition import Description
from engine.bpmn.importing import Diagram
from engine.bpmn.xml import children, identifier
from engine.errors import DeploymentRefused, Problem


def obstacles(diagram: Diagram) -> list[Problem]:
    """Return everything that a deployment of the diagram would refuse."""
    found: list[Problem] = []
    root = etree.fromstring(diagram.executable(), admit.PARSER)
    if not definition.process_ids(root):
        message = "文件里没有可执行的流程，请勾选“可执行”。"
        found.append(Problem(admit.FILE, "no-process", message))
    try:
        found += _judged(admit.admit(diagram.executable()))
    except DeploymentRefused as refused:
        found += refused.problems
    return [
        diagram.in_authors_words(problem)
        for problem in dict.fromkeys(found)
        if problem.severity == "error"
    ]


def _judged(root: etree._Element) -> Iterator[Problem]:
    ids = [identifier(process) for process in children(root, "process")]
    described = [definition.describe(root, key) for key in ids]
    known = _everything(described)
    for one in described:
        yield from (
            problem
            for problem in rules.check(one, root, known)
            if not problem.code.startswith("house-")
        )
    normal, problems = normalize.normalize(root)
    yield from problems
    if not any(problem.severity == "error" for problem in problems):
        xml = normalize.to_bytes(normal)
        for key in definition.process_ids(root):
            pool.parse(xml, key)


def _everything(described: list[Description]) -> rules.Known:
    return rules.Known(
        processes={name for one in described for name in one.called_processes},
        decisions={name for one in described for name in one.decisions},
        forms={name for one in described for name in one.forms},
        handlers={name for one in described for name in one.handlers},
    )
