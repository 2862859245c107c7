"""The executable form of an imported diagram: only what is executed, in plain spelling.

What the standard lets a tool leave out is written down (starts, ends, definitions shared by
reference), what only a picture or another notation needs is left out. Nothing is guessed
that would change what the author drew: the strict path that follows names it instead.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.admit import GIVEN, MAX_BYTES
from engine.bpmn.importing import names, vendors
from engine.bpmn.xml import (
    ACTIVITIES,
    BPMN_NS,
    CAMUNDA_NS,
    FLOW_NODES,
    SUBPROCESSES,
    XSI_NS,
    B,
    C,
    children,
    event_kind,
    flow_nodes,
    identifier,
    is_event_subprocess,
    local,
)
from engine.errors import Problem

#: What execution reads of a file; the rest is drawn and kept, and nothing else.
EXECUTED = frozenset(
    {"process", "message", "signal", "error", "escalation", "collaboration", "itemDefinition"}
)
DATA_STORES = frozenset({"dataStoreReference"})
KEPT_NAMESPACES = (B, C)
#: Their prefixes may stand in values (`xsi:type="bpmn:tFormalExpression"`).
KEPT_PREFIXES = (BPMN_NS, CAMUNDA_NS)
XML_NAMES = (f"{{{XSI_NS}}}", "{http://www.w3.org/XML/1998/namespace}")


def prepare(root: etree._Element) -> tuple[etree._Element, list[Problem], dict[str, str]]:
    """Return the executable copy of a full tree, what was done to it, and renamed ids.

    The mapping leads from each id of the executable form that differs to the author's.
    """
    tree = copy.deepcopy(root)
    notes = list(vendors.translate(tree))
    renamed = names.resolve(tree)
    notes += [
        Problem(old[:128], "id-renamed", f"标识 {old:.60} 不规范，执行时写作 {new}。", "warning")
        for new, old in renamed.items()
    ]
    notes += _shared_definitions(tree)
    notes += _left_out(tree)
    _strip(tree)
    notes += _flows(tree)
    _compensation(tree)
    for scope in _scopes(tree):
        notes += _starts(scope)
        notes += _ends(scope)
    return tree, notes, renamed


def _scopes(root: etree._Element) -> list[etree._Element]:
    return [
        scope
        for process in children(root, "process")
        for scope in process.iter(f"{B}*")
        if local(scope) == "process" or local(scope) in SUBPROCESSES
    ]


def _shared_definitions(root: etree._Element) -> Iterator[Problem]:
    """Write an event definition that stands at the top into each event that refers to it."""
    shared = {identifier(child): child for child in root if local(child).endswith("Definition")}
    room = MAX_BYTES  # copies of one large definition could fill any memory
    for pointer in list(root.iter(B + "eventDefinitionRef")):
        named = (pointer.text or "").strip().rpartition(":")[2]
        event, definition = pointer.getparent(), shared.get(named)
        if event is None or definition is None or local(event) not in FLOW_NODES:
            continue
        room -= len(etree.tostring(definition))
        if room < 0:
            return
        written = copy.deepcopy(definition)
        if "id" in written.attrib:
            del written.attrib["id"]
        event.replace(pointer, written)
        yield Problem(identifier(event), "definition-shared", "共用的事件定义已写入。", "warning")


def _left_out(root: etree._Element) -> Iterator[Problem]:
    """Remove what is no process, and processes that are only drawn beside one that runs."""
    full = [process for process in children(root, "process") if _has_content(process)]
    runs = [process for process in full if process.get("isExecutable") not in ("false", "0")]
    runs = runs or full
    for process in list(children(root, "process")) if runs else ():
        if process in runs:
            continue
        root.remove(process)
        shown = process.get("name") or identifier(process)
        message = f"流程“{shown:.40}”没有勾选“可执行”或没有内容，只画不执行。"
        yield Problem(identifier(process), "process-drawn-only", message, "warning")
    for child in list(root):
        kind = local(child)
        if kind in ("choreography", "conversation") or kind.startswith("global"):
            message = f"{kind} 只画不执行。"
            yield Problem(identifier(child) or kind, "drawn-only", message, "warning")
        if kind not in EXECUTED:
            root.remove(child)
    for element in list(root.iter(*(B + name for name in DATA_STORES))):
        _drop(element)
        message = "数据存储只画不执行，数据请用流程变量或业务台账。"
        yield Problem(identifier(element), "drawn-only", message, "warning")


def _has_content(process: etree._Element) -> bool:
    return next(flow_nodes(process), None) is not None


def _strip(root: etree._Element) -> None:
    """Remove comments, foreign elements and foreign attributes."""
    for element in list(root.iter()):
        parent = element.getparent()
        tag = element.tag
        if parent is not None and not (isinstance(tag, str) and tag.startswith(KEPT_NAMESPACES)):
            _remove(parent, element)
            continue
        for name in [str(name) for name in element.attrib]:
            foreign = name.startswith("{") or ":" in name
            if foreign and not name.startswith((*KEPT_NAMESPACES, *XML_NAMES)):
                del element.attrib[name]
    kept = [prefix for prefix, name in root.nsmap.items() if prefix and name in KEPT_PREFIXES]
    etree.cleanup_namespaces(root, keep_ns_prefixes=kept)


def _remove(parent: etree._Element, element: etree._Element) -> None:
    """Remove an element, but not the text that follows it."""
    tail, before = element.tail or "", element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + tail
    else:
        parent.text = (parent.text or "") + tail
    parent.remove(element)


def _flows(root: etree._Element) -> Iterator[Problem]:
    """Give each flow the ends its nodes name, and put it where its ends are."""
    nodes = {identifier(node): node for node in root.iter(*(B + name for name in FLOW_NODES))}
    said = {
        (side, (pointer.text or "").strip()): identifier(node)
        for node in nodes.values()
        for side in ("outgoing", "incoming")
        for pointer in children(node, side)
    }
    for flow in list(root.iter(B + "sequenceFlow")):
        name = identifier(flow)
        for attribute, side in (("sourceRef", "outgoing"), ("targetRef", "incoming")):
            if flow.get(attribute) not in nodes and (side, name) in said:
                flow.set(attribute, said[side, name])
                yield Problem(name, "flow-end", "连线的一端按节点所写补上。", "warning")
        _without_empty_condition(flow)
        source = nodes.get(flow.get("sourceRef") or "")
        target = nodes.get(flow.get("targetRef") or "")
        if source is None or target is None:
            continue
        home = source.getparent()
        if home is not None and home is target.getparent() and home is not flow.getparent():
            home.append(flow)
            yield Problem(name, "flow-moved", "连线已归到它两端所在的子流程。", "warning")


def _without_empty_condition(flow: etree._Element) -> None:
    for condition in list(children(flow, "conditionExpression")):
        if not (condition.text or "").strip() and not len(condition):
            flow.remove(condition)


def _compensation(root: etree._Element) -> None:
    """Let associations lead from compensation events to their handlers, however they are drawn."""
    events = {
        identifier(event)
        for event in root.iter(B + "boundaryEvent")
        if event_kind(event) == "compensate"
    }
    handlers = {
        identifier(node)
        for node in root.iter(*(B + name for name in ACTIVITIES))
        if node.get("isForCompensation") == "true"
    }
    for line in list(root.iter(B + "association")):
        source, target = line.get("sourceRef") or "", line.get("targetRef") or ""
        if source in handlers and target in events:
            line.set("sourceRef", target)
            line.set("targetRef", source)
        elif source in events and target not in handlers:
            _drop(line)  # a note beside the event


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        _remove(parent, element)


def _ends_of(scope: etree._Element, attribute: str) -> set[str]:
    return {flow.get(attribute) or "" for flow in children(scope, "sequenceFlow")}


def _steps(scope: etree._Element) -> Iterator[etree._Element]:
    """Yield the nodes of a scope that a token reaches by flows."""
    for node in flow_nodes(scope):
        if not is_event_subprocess(node) and node.get("isForCompensation") != "true":
            yield node


def _starts(scope: etree._Element) -> Iterator[Problem]:
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


def _ends(scope: etree._Element) -> Iterator[Problem]:
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
    if local(node) == "intermediateThrowEvent":
        return kind == "link"
    return local(node) == "boundaryEvent" and kind.startswith("compensat")


def _flow(scope: etree._Element, source: str, target: str) -> None:
    name = f"{GIVEN}{names.digest('flow', source, target)}"
    etree.SubElement(scope, B + "sequenceFlow", id=name, sourceRef=source, targetRef=target)
