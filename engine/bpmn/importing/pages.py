"""Which page of a file shows which process: some tools draw each process on a page of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from lxml import etree

from engine.bpmn.drawing import box_of
from engine.bpmn.importing.blocks import HOLDING, nodes_of
from engine.bpmn.importing.page import first
from engine.bpmn.xml import DI, B, children, identifier

SHAPE = DI + "BPMNShape"
#: A process that is drawn on more pages than these is not shown on the rest.
MOST = 30


def main(tree: etree._Element, process: str) -> etree._Element:
    """Return the page that shows a process, the main page of all if none does.

    It becomes the first of the tree, so that whoever reads the tree finds it there.
    """
    shown = _most_of(tree, process) if process else None
    if shown is None:
        return first(tree)
    diagram = shown.getparent()
    before = next(tree.iter(DI + "BPMNDiagram"))
    if diagram is not None and diagram is not before:
        before.addprevious(diagram)
    if diagram is not None:
        diagram.insert(0, shown)
    return shown


def _most_of(tree: etree._Element, process: str) -> etree._Element | None:
    named = (one for one in children(tree, "process") if identifier(one) == process)
    found = next(named, None)
    if found is None:
        return None
    wanted = {identifier(node) for node in nodes_of(found)} - {""}
    counted: Counter[etree._Element] = Counter()
    for plane in tree.iter(DI + "BPMNPlane"):
        for shape in plane.iterchildren(SHAPE):
            counted[plane] += shape.get("bpmnElement") in wanted and box_of(shape) is not None
    best = counted.most_common(1)
    return best[0][0] if best and best[0][1] else None


def beneath(tree: etree._Element, process: str, chosen: etree._Element) -> list[etree._Element]:
    """Return the pages that show steps of a process which its main page does not show.

    Some authors go on drawing on the next page. Pages of closed subprocesses are not meant.
    """
    found = next((one for one in children(tree, "process") if identifier(one) == process), None)
    if found is None:
        return []
    wanted = {identifier(node) for node in nodes_of(found)} - {""} - _shown_on(chosen)
    inner = _inner(tree)
    pages: list[etree._Element] = []
    for plane in tree.iter(DI + "BPMNPlane"):
        if plane is chosen or plane.get("bpmnElement") in inner or len(pages) == MOST:
            continue
        shown = wanted & _shown_on(plane)
        if shown:
            pages.append(plane)
            wanted -= shown
    return pages


def _shown_on(plane: etree._Element) -> set[str]:
    shapes = (shape for shape in plane.iterchildren(SHAPE) if box_of(shape) is not None)
    return {shape.get("bpmnElement") or "" for shape in shapes}


def _inner(tree: etree._Element) -> set[str]:
    return {identifier(scope) for scope in tree.iter(*(B + kind for kind in sorted(HOLDING)))}


def others(tree: etree._Element, chosen: etree._Element) -> Mapping[str, etree._Element]:
    """Return for each element that a page beside the main one shows the first such page.

    Pages of closed subprocesses are not meant: they show what is inside.
    """
    inner = _inner(tree)
    found: dict[str, etree._Element] = {}
    for plane in tree.iter(DI + "BPMNPlane"):
        if plane is chosen or plane.get("bpmnElement") in inner:
            continue
        for shape in plane.iterchildren(SHAPE):
            if box_of(shape) is not None:
                found.setdefault(shape.get("bpmnElement") or "", plane)
    return found
