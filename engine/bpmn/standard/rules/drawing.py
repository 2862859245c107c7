"""Diagram interchange: what is drawn exists, once a page, with a place."""

from __future__ import annotations

import math
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.standard.model import NODES, Model
from engine.bpmn.standard.registry import Found, rule
from engine.bpmn.xml import CHOREOGRAPHY, DC, DD, DI, local

LINES = frozenset(
    {
        "association",
        "conversationLink",
        "dataInputAssociation",
        "dataOutputAssociation",
        "messageFlow",
        "sequenceFlow",
    }
)
ONCE = NODES | {"lane", "messageFlow", "participant", "sequenceFlow"}
PLANES = frozenset(
    {
        "adHocSubProcess",
        "choreography",
        "collaboration",
        "globalConversation",
        "globalChoreographyTask",
        "process",
        "subChoreography",
        "subConversation",
        "subProcess",
        "transaction",
    }
)


def _items(model: Model, kind: str) -> Iterator[etree._Element]:
    return model.root.iter(DI + kind)


@rule(
    "di-element",
    "12.3",
    "A shape and an edge say what they show; that, and what a plane shows, exists in the file.",
)
def element(model: Model) -> Found:
    for kind in ("BPMNPlane", "BPMNShape", "BPMNEdge"):
        for item in _items(model, kind):
            pointer = item.get("bpmnElement")
            if pointer is None and kind != "BPMNPlane":
                yield item, "图形没有写明画的是什么（bpmnElement），请补上或删除图形。"
            if not pointer or model.is_external(pointer, item):
                continue
            if model.find(pointer, item) is None:
                yield item, f"图形对应的元素 {pointer:.60} 不存在，请删除图形或改正。"


@rule("di-kind", "12.2.3", "Shapes show nodes, edges show flows, planes show what has a page.")
def kind(model: Model) -> Found:
    for name, kinds, wanted, words in (
        ("BPMNShape", LINES, False, "连线要画成 BPMNEdge。"),
        ("BPMNEdge", LINES, True, "节点要画成 BPMNShape。"),
        ("BPMNPlane", PLANES, True, "一页图只能对应流程、协作、编排或子流程。"),
    ):
        for item in _items(model, name):
            found = model.find(item.get("bpmnElement"), item)
            if found is not None and (local(found) in kinds) is not wanted:
                yield item, words


@rule("di-once", "12.2.3", "One plane shows a node, a flow or a pool once.", "warning")
def once(model: Model) -> Found:
    for plane in _items(model, "BPMNPlane"):
        seen: set[etree._Element] = set()
        for item in plane.iterchildren(DI + "BPMNShape", DI + "BPMNEdge"):
            if item.get("participantBandKind"):  # each choreography task shows its participants
                continue
            found = model.find(item.get("bpmnElement"), item)
            if found in seen:
                yield item, "同一页上画了不止一次，请删除多余的图形。"
            if found is not None and local(found) in ONCE:
                seen.add(found)


@rule("di-plane", "12.2.3", "A diagram has one plane.")
def plane(model: Model) -> Found:
    for diagram in _items(model, "BPMNDiagram"):
        if len(diagram.findall(DI + "BPMNPlane")) != 1:
            yield diagram, "一个 BPMNDiagram 里要有且只有一个 BPMNPlane。"


@rule(
    "di-place", "12.2.3", "A shape has bounds with a width and height; an edge has two way points."
)
def place(model: Model) -> Found:
    for shape in _items(model, "BPMNShape"):
        bounds = shape.find(DC + "Bounds")
        if bounds is None:
            yield shape, "图形没有位置（Bounds）。"
        elif not all(_is_number(bounds.get(side)) for side in ("x", "y", "width", "height")):
            yield shape, "图形的位置和大小要写成数字。"
        elif any(float(bounds.get(side, "0")) < 0 for side in ("width", "height")):
            yield shape, "图形的宽和高不能是负数。"
    for edge in _items(model, "BPMNEdge"):
        points = edge.findall(DD + "waypoint")
        if len(points) < 2:
            yield edge, "线条至少要有两个转折点（waypoint）。"
        elif not all(_is_number(point.get(side)) for point in points for side in "xy"):
            yield edge, "转折点要写成数字。"


def _is_number(text: str | None) -> bool:
    try:
        return math.isfinite(float(text or ""))
    except ValueError:
        return False


@rule("di-joins", "12.2.3", "What an edge names as its source or target shape exists.")
def joins(model: Model) -> Found:
    drawn = {item.get("id") for kind in ("BPMNShape", "BPMNEdge") for item in _items(model, kind)}
    for edge in _items(model, "BPMNEdge"):
        for side in ("sourceElement", "targetElement"):
            pointer = edge.get(side)
            if pointer and pointer.rpartition(":")[2] not in drawn and pointer not in drawn:
                yield edge, f"{side} 指向的图形 {pointer:.60} 不存在。"


@rule("di-style", "12.2.3", "The style that a label names exists.")
def di_style(model: Model) -> Found:
    styles = {style.get("id") for style in _items(model, "BPMNLabelStyle")}
    for label in _items(model, "BPMNLabel"):
        pointer = (label.get("labelStyle") or "").strip()
        if pointer and pointer not in styles and pointer.rpartition(":")[2] not in styles:
            yield label, f"labelStyle 指向的 {pointer:.60} 不存在，请改正。"


@rule(
    "di-band",
    "12.2.3",
    "A band shows a participant, on a choreography activity that is drawn.",
)
def di_band(model: Model) -> Found:
    drawn = {item.get("id"): item for item in _items(model, "BPMNShape")}
    for item in _items(model, "BPMNShape"):
        place = item.get("choreographyActivityShape")
        if place is None and item.get("participantBandKind") is None:
            continue
        shown = model.find(item.get("bpmnElement"), item)
        if shown is not None and local(shown) != "participant":
            yield item, "编排活动上的色带要对应一个参与者。"
        host = drawn.get((place or "").rpartition(":")[2])
        act = None if host is None else model.find(host.get("bpmnElement"), host)
        if act is None or local(act) not in CHOREOGRAPHY:
            yield item, "色带要写明在哪个编排活动的图形上（choreographyActivityShape）。"
