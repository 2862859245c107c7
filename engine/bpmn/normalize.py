"""Admitted XML → the executable XML that is stored beside it and parsed ever after.

Most of what Camunda users draw (implicit splits and merges, conditional flows from tasks,
event sub processes, missing ends, asynchronous continuations) is stepped as drawn, so the
normaliser has little to do: it removes what execution does not read, turns links into
sequence flows, and refuses what would not run correctly. What it makes has ids that begin
with `_n_` and derive from element ids only, never from counters.

A definition keeps the version it was normalised with; only its stored form is parsed, so
a better normaliser strands no instance.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.xml import (
    HANDLER,
    B,
    event_definitions,
    event_kind,
    flow_nodes,
    identifier,
    local,
    scopes,
)
from engine.errors import Problem

VERSION = 2
PREFIX = "_n_"
#: What is kept of a process; lanes, artifacts and drawings are for people.
KEPT_AT_TOP = frozenset({"process", "message", "signal", "error", "escalation"})
DROPPED = frozenset(
    {
        "incoming",
        "outgoing",
        "laneSet",
        "textAnnotation",
        "association",
        "group",
        "category",
        "documentation",
        "dataObject",
        "dataObjectReference",
        "dataInputAssociation",
        "dataOutputAssociation",
        "ioSpecification",
        "property",
    }
)


def normalize(root: etree._Element) -> tuple[etree._Element, list[Problem]]:
    """Return an executable copy of an admitted tree, and what cannot be made executable.

    The tree given is not changed.
    """
    executable = copy.deepcopy(root)
    for event, handler in compensation_handlers(executable):
        event.set(HANDLER, handler)
    for child in list(executable):
        if local(child) not in KEPT_AT_TOP or child.get("isExecutable") == "false":
            executable.remove(child)
    for element in list(executable.iter()):
        parent = element.getparent()
        if parent is not None and (not isinstance(element.tag, str) or local(element) in DROPPED):
            parent.remove(element)
    problems = [problem for scope in scopes(executable) for problem in _links(scope)]
    return executable, problems


def compensation_handlers(root: etree._Element) -> Iterator[tuple[etree._Element, str]]:
    """Yield each compensation boundary event with the activity its association leads to."""
    ends = {line.get("sourceRef"): line.get("targetRef") for line in root.iter(B + "association")}
    for event in root.iter(B + "boundaryEvent"):
        if event_kind(event) == "compensate":
            yield event, ends.get(identifier(event)) or ""


def to_bytes(root: etree._Element) -> bytes:
    """Return a tree as it is stored."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _links(scope: etree._Element) -> Iterator[Problem]:
    """Draw a flow from each link throw to the one catch of the same name."""
    catches: dict[str, list[etree._Element]] = {}
    throws: list[tuple[etree._Element, str]] = []
    for node in flow_nodes(scope):
        if event_kind(node) != "link":
            continue
        definition = event_definitions(node)[0]
        name = (definition.get("name") or "").strip()
        if local(node) == "intermediateCatchEvent":
            catches.setdefault(name, []).append(node)
            node.tag = B + "intermediateThrowEvent"
        else:
            throws.append((node, name))
        node.remove(definition)
    for node, name in throws:
        targets = catches.get(name, [])
        if len(targets) != 1:
            yield Problem(
                identifier(node), "link-target", f"链接“{name}”要有且只有一个同名的捕获链接。"
            )
            continue
        etree.SubElement(
            scope,
            B + "sequenceFlow",
            id=f"{PREFIX}link_{identifier(node)}",
            sourceRef=identifier(node),
            targetRef=identifier(targets[0]),
        )
