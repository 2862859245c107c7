"""Starts and ends that the standard lets a diagram leave out, written down for execution."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.importing import names
from engine.bpmn.xml import (
    IMPLIED_END,
    IMPLIED_START,
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
    start = f"{IMPLIED_START}{identifier(scope)}"[:128]
    etree.SubElement(scope, B + "startEvent", id=start)
    for node in first:
        _flow(scope, start, identifier(node), IMPLIED_START)
    message = "没有开始事件：没有进线的节点都作为开始。"
    yield Problem(identifier(scope), "start-implied", message, "warning")


def ends(scope: etree._Element) -> Iterator[Problem]:
    """A path ends where no flow leads on, whether or not others end in end events.

    BPMN 2.0.2, 10.5.3, gives that meaning to nodes without outgoing flows where there is no end
    event at all; Camunda 7 gives it to them everywhere. What the author left so is reported.
    """
    if local(scope) == "adHocSubProcess":
        return
    drawn = next(children(scope, "endEvent"), None) is not None
    left = _ends_of(scope, "sourceRef")
    last = [
        node
        for node in _steps(scope)
        if local(node) != "endEvent" and identifier(node) not in left and not _leads_nowhere(node)
    ]
    for node in last:
        end = f"{IMPLIED_END}{identifier(node)}"[:128]
        etree.SubElement(scope, B + "endEvent", id=end)
        _flow(scope, identifier(node), end, IMPLIED_END)
        if drawn:
            message = "从这里没有连线出去，走到这里就算结束；最好接到结束事件。"
            yield Problem(identifier(node), "end-implied", message, "warning")
    if last and not drawn:
        message = "没有结束事件：没有出线的节点都作为结束。"
        yield Problem(identifier(scope), "end-implied", message, "warning")


def _leads_nowhere(node: etree._Element) -> bool:
    kind = event_kind(node)
    if local(node) == "eventBasedGateway":  # it waits for something that is not there
        return True
    if local(node) == "intermediateThrowEvent":
        return kind == "link"
    return local(node) == "boundaryEvent" and kind.startswith("compensat")


def _flow(scope: etree._Element, source: str, target: str, kind: str) -> None:
    name = f"{kind}{names.digest('flow', source, target)}"
    etree.SubElement(scope, B + "sequenceFlow", id=name, sourceRef=source, targetRef=target)
