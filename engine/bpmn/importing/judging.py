"""What of an imported diagram cannot be executed, element by element, without an office.

The same path as a deployment's, save what only a bundle knows: forms, tables and other
processes that a diagram names are taken to exist.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator

from lxml import etree

from engine.bpmn import admit, checks, definition, normalize, pool, rules
from engine.bpmn.definition import Description
from engine.bpmn.importing import Diagram
from engine.bpmn.xml import B, children, identifier, local
from engine.errors import DeploymentRefused, Problem

#: What is taken away to look past it, and what is said of flows and may come of that.
LOOSE = ("sequenceFlow", "boundaryEvent")
ABOUT_FLOWS = frozenset({"no-way-to-end", "wrong-default"})
#: What a call activity may name by the standard.
CALLED = frozenset(
    {
        "choreography",
        "globalBusinessRuleTask",
        "globalManualTask",
        "globalScriptTask",
        "globalTask",
        "globalUserTask",
        "process",
    }
)
#: What makes a tree unfit for the rules, which look elements up by their ids.
BROKEN = frozenset({"bad-id", "duplicate-id", "no-id", "reserved-id"})


def obstacles(diagram: Diagram) -> list[Problem]:
    """Return everything that a deployment of the diagram would refuse."""
    found: list[Problem] = []
    content = diagram.executable()
    root = etree.fromstring(content, admit.PARSER)
    if not definition.process_ids(root):
        message = "文件里没有可执行的流程，请勾选“可执行”。"
        found.append(Problem(admit.FILE, "no-process", message))
        for process in children(root, "process"):  # what would stand in the way if it were
            process.set("isExecutable", "true")
        content = etree.tostring(root)
    try:
        root = admit.admit(content)
        sound = True
    except DeploymentRefused as refused:
        known = {problem.code for problem in found}
        found += [problem for problem in refused.problems if problem.code not in known]
        sound = not _unsound(refused.problems)
        if sound and next(checks.structure(root), None) is not None:
            found += _beyond(root, {problem.element for problem in found})
            sound = False
    found += _called(diagram, root)
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


def _beyond(root: etree._Element, loose: set[str]) -> Iterator[Problem]:
    """Look past what is wrong with the flows, so that an author sees the rest as well.

    What is named already is taken away in a copy; what that itself would bring about is left out.
    """
    copied = copy.deepcopy(root)
    for element in list(copied.iter(*(B + kind for kind in LOOSE))):
        parent = element.getparent()
        if parent is not None and identifier(element) in loose:
            parent.remove(element)
    for flow in list(copied.iter(B + "sequenceFlow")):
        parent = flow.getparent()
        if parent is not None and {flow.get("sourceRef"), flow.get("targetRef")} & loose:
            parent.remove(flow)
    if next(children(copied, "process"), None) is None:
        return
    for problem in (*checks.content(copied), *_broken_rules(copied)):
        if problem.code not in ABOUT_FLOWS:
            yield problem


def _called(diagram: Diagram, root: etree._Element) -> Iterator[Problem]:
    """Name the calls of what this very file has, but not as something that runs."""
    here = {identifier(child) for child in diagram.root if local(child) in CALLED} - {""}
    here -= set(definition.process_ids(root))
    for call in root.iter(B + "callActivity"):
        if call.get("calledElement") in here:
            message = f"被调用的 {call.get('calledElement')} 只画不执行，请改成可执行的流程。"
            yield Problem(identifier(call), "unknown-process", message)


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
