"""The executable form of an imported diagram: only what is executed, in plain spelling.

What the standard lets a tool leave out is written down (starts, ends, definitions shared by
reference), what only a picture or another notation needs is left out. Nothing is guessed
that would change what the author drew: the strict path that follows names it instead.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.admit import MAX_BYTES
from engine.bpmn.importing import implied, names, unheard, vendors
from engine.bpmn.xml import (
    ACTIVITIES,
    BPMN_NS,
    CAMUNDA_NS,
    FLOW_NODES,
    XSI_NS,
    B,
    C,
    children,
    event_kind,
    flow_nodes,
    identifier,
    local,
    scopes,
)
from engine.errors import Problem

#: What execution reads of a file; the rest is drawn and kept, and nothing else.
EXECUTED = frozenset(
    {"process", "message", "signal", "error", "escalation", "collaboration", "itemDefinition"}
)
#: Attributes that are true or false.
BOOLEANS = frozenset(
    {
        "cancelActivity",
        "cancelRemainingInstances",
        "instantiate",
        "isCollection",
        "isExecutable",
        "isForCompensation",
        "isInterrupting",
        "isSequential",
        "parallelMultiple",
        "testBefore",
        "triggeredByEvent",
        "waitForCompletion",
    }
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
    booleans(tree)
    renamed = names.resolve(tree)
    notes += [
        Problem(old[:128], "id-renamed", f"标识 {old:.60} 不规范，执行时写作 {new}。", "warning")
        for new, old in renamed.items()
    ]
    notes += _shared_definitions(tree)
    notes += _left_out(tree)
    notes += unheard.name_all(tree)
    _strip(tree)
    notes += _flows(tree)
    _compensation(tree)
    for scope in list(scopes(tree)):
        notes += implied.starts(scope)
        notes += implied.ends(scope)
    return tree, notes, renamed


def booleans(root: etree._Element) -> None:
    """Write `1` and `0`, which XML allows as well, as `true` and `false`."""
    for element in root.iter(f"{B}*"):
        for name in BOOLEANS & set(map(str, element.attrib)):
            said = (element.get(name) or "").strip().lower()
            element.set(name, {"1": "true", "0": "false"}.get(said, said))


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
    runs = [process for process in full if process.get("isExecutable") != "false"]
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
            # What points to something that is not there is the author's to mend.
            if not flow.get(attribute) and (side, name) in said:
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
