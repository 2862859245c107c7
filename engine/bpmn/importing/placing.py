"""A place on the page for what a file does not draw; what it draws stays where it is.

Whole scopes without any shape are laid out in layers, beneath what is drawn or inside an
open frame with room; single nodes go beside their neighbours. Only a copy is changed.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping

from lxml import etree

from engine.bpmn import signs
from engine.bpmn.figures import Box
from engine.bpmn.importing import avoiding, fitting, names, pages, talking
from engine.bpmn.importing.blocks import (
    BESIDE,
    HEADER,
    HOLDING,
    INNER,
    beside,
    block,
    has_content,
    nodes_of,
    on_border,
    outer_size,
    size_of,
    title_of,
)
from engine.bpmn.importing.page import Drawn, Page, around, shifted
from engine.bpmn.importing.prepare import booleans
from engine.bpmn.importing.routing import route
from engine.bpmn.xml import CONVERSATIONS, DI, B, children, identifier, local, text_of

EDGES = (
    "sequenceFlow",
    "messageFlow",
    "conversationLink",
    "association",
    "dataInputAssociation",
    "dataOutputAssociation",
)
#: Black boxes are this large.
STRIP = (600.0, 60.0)
#: A frame is this much larger than what finds room in it somehow.
SPARE = 3.0


def place(root: etree._Element, *, whole: bool = False, process: str = "") -> etree._Element:
    """Return a copy of a full tree in which everything has a place; ids are as executed.

    Args:
        root: the full tree, which is not changed.
        whole: what a closed subprocess hides is drawn as well, beneath everything.
        process: the page that shows this process is the main one; "" for the first of the file.
    """
    tree = copy.deepcopy(root)
    booleans(tree)
    names.resolve(tree)
    main = pages.main(tree, process)
    drawn = Drawn(tree)
    _other_planes(tree, drawn, main, whole=whole)
    page = Page(drawn, main, whole=whole)
    pools = {
        pool.get("processRef") or "": pool
        for pool in tree.iter(B + "participant")
        if pool.get("processRef")
    }
    elsewhere = pages.others(tree, main)
    turned: dict[etree._Element, Page] = {}
    for scope in children(tree, "process", "choreography"):
        at = page
        plane = _alone_on(page, scope, elsewhere)
        if plane is not None:
            at = turned[plane] = turned.get(plane) or Page(drawn, plane, whole=whole)
        _process(at, scope, pools.get(identifier(scope)))
        if at is not page:
            _edges(at, scope)
    for pool in tree.iter(B + "participant"):
        _black_box(page, pool)
    for collaboration in children(tree, "collaboration", "choreography", "globalConversation"):
        talking.conversations(page, collaboration)
        if local(collaboration) != "choreography":
            _notes(page, collaboration)
    talking.bands(page, tree)
    _edges(page, tree)
    for plane in pages.beneath(tree, process, main):
        _edges(Page(drawn, plane, whole=whole), tree)
    return tree


def _alone_on(
    page: Page, scope: etree._Element, elsewhere: Mapping[str, etree._Element]
) -> etree._Element | None:
    """Return the page beside the main one that alone shows a process; None if there is none."""
    ids = [identifier(node) for node in nodes_of(scope)]
    if any(name in page.boxes for name in ids):
        return None
    return next((elsewhere[name] for name in ids if name in elsewhere), None)


def _other_planes(tree: etree._Element, drawn: Drawn, main: etree._Element, *, whole: bool) -> None:
    """Complete the pages of closed subprocesses."""
    scopes = {
        identifier(scope): scope for scope in tree.iter(*(B + kind for kind in sorted(HOLDING)))
    }
    for plane in list(tree.iter(DI + "BPMNPlane")):
        scope = None if plane is main else scopes.pop(plane.get("bpmnElement") or "", None)
        if scope is None:
            continue
        page = Page(drawn, plane, whole=whole)
        if any(identifier(node) in page.shown for node in _contents(scope)):
            _complete(page, scope, None)
        else:
            made = block(scope)
            _put(page, scope, made.boxes, made.opened, *page.next_place)
        _edges(page, scope)


def _process(page: Page, process: etree._Element, pool: etree._Element | None) -> None:
    nodes = list(_contents(process))
    lanes = next(process.iter(B + "lane"), None) is not None
    if not nodes and (pool is None or not lanes):
        return
    frame = page.boxes.get(identifier(pool)) if pool is not None else None
    if any(identifier(node) in page.shown for node in nodes):
        _complete(page, process, fitting.inner(page, pool))
        _frames(page, process, pool)
        return
    made = block(process)
    if frame is not None and _fits(frame, made.width + HEADER, made.height):
        x, y = frame.x + HEADER, frame.y
    elif pool is not None and frame is None:
        x, y = page.next_place
        if identifier(pool) not in page.shown:
            outline = Box(x, y, made.width + HEADER, made.height)
            page.add_shape(identifier(pool), outline, isHorizontal="true")
        x += HEADER
    elif frame is not None and not lanes and _has_room(frame, nodes):
        _complete(page, process, fitting.inner(page, pool))
        _frames(page, process, pool)
        return
    else:
        x, y = page.next_place
    _put(page, process, made.boxes, made.opened, x, y)


def _contents(scope: etree._Element) -> Iterator[etree._Element]:
    yield from nodes_of(scope)
    yield from beside(scope)


def _fits(frame: Box, width: float, height: float) -> bool:
    return frame.w >= width and frame.h >= height


def _put(
    page: Page,
    scope: etree._Element,
    boxes: dict[str, Box],
    opened: set[str],
    x: float,
    y: float,
) -> None:
    kinds = {identifier(element): element for element in scope.iter(f"{B}*")}
    for name, box in sorted(boxes.items(), key=lambda item: -item[1].w * item[1].h):
        more = {"isExpanded": "true"} if name in opened else {}
        if name in kinds and local(kinds[name]) == "lane":
            more = {"isHorizontal": "true"}
        if name not in page.shown:
            page.add_shape(name, shifted(box, x, y), **more)


def _complete(page: Page, scope: etree._Element, frame: Box | None) -> None:
    """Place what is missing of a scope that is drawn in part, and look into its frames."""
    missing = [node for node in _contents(scope) if identifier(node) not in page.shown]
    near = fitting.neighbours(scope) if missing else {}
    lanes = fitting.lanes(page, scope) if missing else {}
    hung: dict[str, int] = {}
    for node in fitting.nearest_first(page, missing, near):
        name, size = identifier(node), _room_for(page, node)
        host = page.boxes.get(node.get("attachedToRef") or "")
        if host is not None:
            at = node.get("attachedToRef") or ""
            hung[at] = hung.get(at, -1) + 1
            page.add_shape(name, on_border(host, hung[at]))
            continue
        box = fitting.beside(page, near.get(name, ((), ())), lanes.get(name, frame), size)
        page.add_shape(name, box, **_opened(page, node))
    for node in nodes_of(scope):
        if local(node) in HOLDING:
            _subprocess(page, node)


def _room_for(page: Page, node: etree._Element) -> tuple[float, float]:
    """Return the size of a node that is not drawn; a subprocess has room for what is in it."""
    opened = _opened(page, node).get("isExpanded") == "true"
    return outer_size(node, block(node)) if opened else size_of(node)


def _opened(page: Page, node: etree._Element) -> dict[str, str]:
    if identifier(node) in page.drawn.paged:
        return {"isExpanded": "false"}
    return {"isExpanded": "true"} if has_content(node) else {}


def _subprocess(page: Page, node: etree._Element) -> None:
    frame = page.boxes.get(identifier(node))
    inside = list(_contents(node))
    if frame is None or not inside:
        return
    if any(identifier(part) in page.shown for part in inside):
        _complete(page, node, fitting.inner(page, node))
        return
    made = block(node)
    closed = identifier(node) in page.closed
    title = title_of(node)
    if not closed and _fits(frame, made.width + 2 * INNER, made.height + INNER + title):
        _put(page, node, made.boxes, made.opened, frame.x + INNER, frame.y + title)
    elif not closed and _has_room(frame, inside):
        _complete(page, node, fitting.inner(page, node))
    elif page.whole:
        _put(page, node, made.boxes, made.opened, *page.next_place)


def _has_room(frame: Box, nodes: list[etree._Element]) -> bool:
    """Tell whether some nodes find room in a frame that is too small for a proper layout."""
    sizes = (size_of(node) for node in nodes)
    return SPARE * sum(wide * high for wide, high in sizes) < frame.w * frame.h


def _frames(page: Page, process: etree._Element, pool: etree._Element | None) -> None:
    """Draw lanes and the pool around what is drawn, where a file leaves them out."""
    for lane in list(process.iter(B + "lane"))[::-1]:
        inside = [(ref.text or "").strip() for ref in children(lane, "flowNodeRef")]
        inside += [identifier(below) for below in lane.iter(B + "lane") if below is not lane]
        boxes = [page.boxes[name] for name in inside if name in page.boxes]
        if boxes and identifier(lane) not in page.shown:
            page.add_shape(identifier(lane), around(boxes, 20, HEADER), isHorizontal="true")
    if pool is None or identifier(pool) in page.shown:
        return
    parts = [identifier(part) for part in process.iter(f"{B}*") if identifier(part) in page.boxes]
    if parts:
        frame = around((page.boxes[name] for name in parts), 20, HEADER)
        page.add_shape(identifier(pool), frame, isHorizontal="true")


def _black_box(page: Page, pool: etree._Element) -> None:
    parent = pool.getparent()
    if identifier(pool) in page.shown or parent is None or not _shows_pools(parent):
        return
    page.add_shape(identifier(pool), Box(*page.next_place, *STRIP), isHorizontal="true")


def _shows_pools(parent: etree._Element) -> bool:
    """Tell whether participants stand by themselves; a choreography has them in bands."""
    if local(parent) == "globalConversation":
        return any(local(child) in CONVERSATIONS for child in parent)
    return local(parent) == "collaboration"


def _notes(page: Page, collaboration: etree._Element) -> None:
    for child in collaboration:
        if local(child) in BESIDE and identifier(child) not in page.shown:
            page.add_shape(identifier(child), Box(*page.next_place, *size_of(child)))


def _edges(page: Page, tree: etree._Element) -> None:
    hanging = {identifier(event) for event in tree.iter(B + "boundaryEvent")}
    told = signs.told_elsewhere(tree)
    standing = avoiding.Obstacles(
        box for name, box in page.boxes.items() if name not in page.drawn.containers
    )
    for edge in tree.iter(*(B + kind for kind in EDGES)):
        name = identifier(edge)
        if name in page.shown or name in told:
            continue
        first, last = (_end(page, edge, side) for side in ("sourceRef", "targetRef"))
        source, target = page.end(first), page.end(last)
        if source is None or target is None:
            continue
        hangs = first in hanging
        points = route(local(edge), source, target, hangs=hangs)
        if local(edge) == "sequenceFlow":
            points = avoiding.around(points, source, target, standing, hangs=hangs)
        page.add_edge(name, points)


def _end(page: Page, edge: etree._Element, side: str) -> str:
    """Return what an edge begins or ends at; data inside an activity means the activity."""
    named = edge.get(side) or text_of(edge, side)
    owner = edge.getparent()
    if local(edge).startswith("data") and page.end(named) is None and owner is not None:
        return identifier(owner)
    return named
