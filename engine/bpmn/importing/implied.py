"""Starts and ends that the standard lets a diagram leave out, written down for execution."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.importing import names
from engine.bpmn.xml import (
    GIVEN,
    B,
    children,
    event_kind,
    flow_nodes,
    identifier,
    is_event_subprocess,
    local,
)
from engine.errors import Problem


def _ends_of(scope: etree._Element, attribute: str) -> set[str]:
    return {flow.get(attribute) or "" for flow in children(scope, "sequenceFlow")}


def _steps(scope: etree._Element) -> Iterator[etree._Element]:
    """Yield the nodes of a scope that a token reaches by flows."""
    for node in flow_nodes(scope):
        if not is_event_subprocess(node) and node.get("isForCompensation") != "true":
            yield node


def starts(scope: etree._Element) -> Iterator[Problem]:
    """Without any start event each node that no flow leads to is a start (BPMN 2.0.2, 10.5.2)."""
    if local(scope) == "adHocSubProcess" or next(children(scope, "startEvent"), None) is not None:
        return
    reached = _ends_of(scope, "targetRef")
    first = [
        node
        for node in _steps(scope)
        if identifier(node) not in reached
        and local(node) != "boundaryEvent"
        and not (local(node) == "intermediateCatchEvent" and event_kind(node) == "link")
    ]
    if not first or any(node.get("instantiate") == "true" for node in first):
        return
    start = f"{GIVEN}start_{identifier(scope)}"[:128]
    etree.SubElement(scope, B + "startEvent", id=start)
    for node in first:
        _flow(scope, start, identifier(node))
    message = "没有开始事件：没有进线的节点都作为开始。"
    yield Problem(identifier(scope), "start-implied", message, "warning")


def ends(scope: etree._Element) -> Iterator[Problem]:
    """Without any end event a path ends where no flow leads on (BPMN 2.0.2, 10.5.3)."""
    if local(scope) == "adHocSubProcess" or next(children(scope, "endEvent"), None) is not None:
        return
    left = _ends_of(scope, "sourceRef")
    last = [
        node for node in _steps(scope) if identifier(node) not in left and not _leads_nowhere(node)
    ]
    for node in last:
        end = f"{GIVEN}end_{identifier(node)}"[:128]
        etree.SubElement(scope, B + "endEvent", id=end)
        _flow(scope, identifier(node), end)
    if last:
        message = "没有结束事件：没有出线的节点都作为结束。"
        yield Problem(identifier(scope), "end-implied", message, "warning")


def _leads_nowhere(node: etree._Element) -> bool:
    kind = event_kind(node)
    if local(node) == "eventBasedGateway":  # it waits for something that is not there
        return True
    if local(node) == "intermediateThrowEvent":
        return kind == "link"
    return local(node) == "boundaryEvent" and kind.startswith("compensat")


def _flow(scope: etree._Element, source: str, target: str) -> None:
    name = f"{GIVEN}{names.digest('flow', source, target)}"
    etree.SubElement(scope, B + "sequenceFlow", id=name, sourceRef=source, targetRef=target)
