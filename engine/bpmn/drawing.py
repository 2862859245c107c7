"""Diagram interchange of a BPMN file → plain shapes and edges.

Shared by `svg` (draws it) and `layout` (judges it), so that a check judges exactly what a person
sees. Only the main plane is read; what it does not show is listed in `Drawing.hidden`.
"""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from lxml import etree

from engine.bpmn import importing, signs
from engine.bpmn.figures import Box, Drawing, Edge, Point, Shape
from engine.bpmn.importing import names
from engine.bpmn.xml import ACTIVITIES, DC, DD, DI
from engine.bpmn.xml import B as BPMN
from engine.errors import DeploymentRefused

#: What is longer is no name; breaking it into lines would take for ever.
MAX_NAME = 2_000
#: Room between two planes in one picture.
PAGE_GAP = 80.0
#: Width and height of an envelope beside a band, and the room between them.
ENVELOPE, ENVELOPE_GAP = (30.0, 20.0), 10.0


def read(xml: bytes) -> Drawing:
    """Read the main plane of a BPMN file as it was drawn.

    Raises:
        ValueError: the bytes are no well-formed XML, or bring their own entities.
    """
    try:
        root = importing.read(xml).root
    except DeploymentRefused as refused:
        raise ValueError(refused.problems[0].message) from refused
    names.resolve(root)
    return of(root)


def of(
    root: etree._Element, *, whole: bool = False, beneath: Collection[etree._Element] = ()
) -> Drawing:
    """Read the main plane of a BPMN tree with others beneath it: these, or all of them."""
    semantic = {
        str(node.get("id")): node for node in root.iter(f"{BPMN}*") if node.get("id") is not None
    }
    defaults = {node.get("default") for node in semantic.values()}
    planes = list(root.iter(f"{DI}BPMNPlane"))
    main = main_plane(root)
    shapes: list[Shape] = []
    edges: list[Edge] = []
    low: float | None = None
    for plane in planes:
        if plane is main or whole or plane in beneath:
            more, lines = _lowered_plane(*_plane(plane, semantic, defaults), low)
            shapes += more
            edges += lines
            low = max([low or 0.0, *(shape.box.bottom for shape in more)]) if more else low
    drawn = {shape.id for shape in shapes} | {edge.id for edge in edges}
    parents = _without_circles({key: _parent(node) for key, node in semantic.items()})
    anywhere = {node.get("bpmnElement") for plane in planes for node in plane}
    return Drawing(
        shapes=tuple(shapes),
        edges=tuple(edges),
        missing={
            key: _name(node)
            for key, node in semantic.items()
            if _must_be_drawn(node) and key not in anywhere
        },
        hidden=dict(_stand_ins(parents, drawn)),
        parents=parents,
        by_id={shape.id: shape for shape in shapes if not shape.band},
    )


def main_plane(root: etree._Element) -> etree._Element | None:
    """Return the plane a reader sees first: the first that shows anything."""
    planes = list(root.iter(f"{DI}BPMNPlane"))
    full = (plane for plane in planes if plane.find(f"{DI}BPMNShape/{DC}Bounds") is not None)
    return next(full, planes[0] if planes else None)


def box_of(item: etree._Element) -> Box | None:
    """Return the bounds of a shape."""
    bounds = item.find(f"{DC}Bounds")
    return None if bounds is None else _box(bounds)


def points_of(item: etree._Element) -> tuple[Point, ...]:
    """Return the way points of an edge."""
    return tuple(
        (_number(point, "x"), _number(point, "y")) for point in item.iterfind(f"{DD}waypoint")
    )


def _lowered_plane(
    shapes: list[Shape], edges: list[Edge], low: float | None
) -> tuple[list[Shape], list[Edge]]:
    """Move what a plane shows below `low`; the first plane stays where it is."""
    if low is None or not shapes:
        return shapes, edges
    down = low + PAGE_GAP - min(shape.box.y for shape in shapes)
    return (
        [
            replace(
                shape,
                box=_lowered(shape.box, down),
                label=shape.label and _lowered(shape.label, down),
            )
            for shape in shapes
        ],
        [
            replace(
                edge,
                points=tuple((x, y + down) for x, y in edge.points),
                label=edge.label and _lowered(edge.label, down),
            )
            for edge in edges
        ],
    )


def _lowered(box: Box, down: float) -> Box:
    return Box(box.x, box.y + down, box.w, box.h)


def _plane(
    plane: etree._Element, semantic: Mapping[str, etree._Element], defaults: set[str | None]
) -> tuple[list[Shape], list[Edge]]:
    shapes: list[Shape] = []
    edges: list[Edge] = []
    seen: set[str] = set()
    for item in plane.iterchildren(f"{DI}BPMNShape", f"{DI}BPMNEdge"):
        name = item.get("bpmnElement") or ""
        node = semantic.get(name)
        if node is None or name in seen:  # what a tool has drawn twice is shown once
            continue
        box = box_of(item)
        if item.tag == f"{DI}BPMNEdge":
            edge = _edge(item, node, semantic, defaults)
            if len(edge.points) > 1:
                seen.add(name)
                edges.append(edge)
        elif box is not None and item.get("participantBandKind"):
            shapes += _band(item, node, box, plane, semantic)
        elif box is not None:
            seen.add(name)
            shapes.append(_shape(item, node, box, semantic))
    return shapes, edges


def _band(
    item: etree._Element,
    node: etree._Element,
    box: Box,
    plane: etree._Element,
    semantic: Mapping[str, etree._Element],
) -> Iterator[Shape]:
    """Yield the band of a choreography activity, and the envelope of what its participant sends."""
    band = item.get("participantBandKind") or ""
    marks = tuple(signs.marks(node, semantic))
    key = str(node.get("id"))
    yield Shape(id=key, kind="participant", name=_name(node), box=box, markers=marks, band=band)
    if item.get("isMessageVisible") != "true":
        return
    place = item.get("choreographyActivityShape")
    shown = (shape for shape in plane if isinstance(shape.tag, str) and shape.get("id") == place)
    act = semantic.get(next((shape.get("bpmnElement") or "" for shape in shown), ""))
    message = None if act is None else signs.sent(act, key, semantic)
    top = box.y - ENVELOPE_GAP - ENVELOPE[1] if band.startswith("top") else box.bottom
    top += 0 if band.startswith("top") else ENVELOPE_GAP
    yield Shape(
        id=key if message is None else str(message.get("id")),
        kind="message",
        name="" if message is None else _name(message),
        box=Box(box.cx - ENVELOPE[0] / 2, top, *ENVELOPE),
        band=band,
    )


def _shape(
    item: etree._Element,
    node: etree._Element,
    box: Box,
    semantic: Mapping[str, etree._Element],
) -> Shape:
    kind = _kind(node)
    return Shape(
        id=str(node.get("id")),
        kind=kind,
        name=_shown_name(node, semantic),
        box=box,
        label=_label(item),
        event=signs.sign(node, semantic),
        throws=kind in {"endEvent", "intermediateThrowEvent"},
        interrupting="false" not in (node.get("cancelActivity"), node.get("isInterrupting")),
        # A subprocess without the attribute is expanded if it is large enough to hold something.
        expanded=item.get("isExpanded", "true" if box.w > 150 else "false") == "true",
        horizontal=item.get("isHorizontal", "true") != "false",
        by_event=node.get("triggeredByEvent") == "true",
        attached_to=node.get("attachedToRef") or "",
        markers=tuple(signs.marks(node, semantic)),
        bare=item.get("isMarkerVisible") == "false",
        colours=signs.colours(item),
    )


def _edge(
    item: etree._Element,
    node: etree._Element,
    semantic: Mapping[str, etree._Element],
    defaults: set[str | None],
) -> Edge:
    kind = _kind(node)
    source = semantic.get(node.get("sourceRef") or "")
    return Edge(
        id=str(node.get("id")),
        kind=kind,
        name=_name(node),
        points=points_of(item),
        source=node.get("sourceRef") or _inner(node, "sourceRef"),
        target=node.get("targetRef") or _inner(node, "targetRef"),
        label=_label(item),
        default=node.get("id") in defaults,
        # Only an activity's condition is drawn; a gateway says it by itself.
        conditional=node.find(f"{BPMN}conditionExpression") is not None
        and source is not None
        and _kind(source) in ACTIVITIES,
        directed=kind != "association" or node.get("associationDirection", "None") != "None",
        both=node.get("associationDirection") == "Both",
        message=item.get("messageVisibleKind") or "",
        colours=signs.colours(item),
    )


def _number(node: etree._Element, key: str) -> float:
    try:
        value = float(node.get(key, "0").replace(",", "."))  # some tools write as their users do
    except ValueError:
        return 0.0
    return value if math.isfinite(value) else 0.0


def _box(bounds: etree._Element) -> Box:
    return Box(*(_number(bounds, key) for key in ("x", "y", "width", "height")))


def _label(item: etree._Element) -> Box | None:
    bounds = item.find(f"{DI}BPMNLabel/{DC}Bounds")
    box = None if bounds is None else _box(bounds)
    # Some tools write a place of no size, mostly the page's corner, for “where it usually is”.
    return box if box is not None and (box.w > 0 or box.h > 0) else None


def _kind(node: etree._Element) -> str:
    return etree.QName(node).localname


def _inner(node: etree._Element, tag: str) -> str:
    return (node.findtext(f"{BPMN}{tag}") or "").strip()


def _name(node: etree._Element) -> str:
    return (node.get("name") or node.findtext(f"{BPMN}text") or "")[:MAX_NAME].strip()


def _parent(node: etree._Element) -> str:
    parent = node.getparent()
    while parent is not None and parent.get("id") is None:
        parent = parent.getparent()
    return "" if parent is None else str(parent.get("id"))


def _without_circles(parents: dict[str, str]) -> dict[str, str]:
    """Break what leads back to itself: an id that occurs again inside its own element."""
    sound: set[str] = set()
    for key in parents:
        path: set[str] = set()
        at = key
        while at and at not in sound:
            path.add(at)
            above = parents.get(at, "")
            if above in path:
                parents[at] = above = ""
            at = above
        sound |= path
    return parents


def _shown_name(node: etree._Element, semantic: Mapping[str, etree._Element]) -> str:
    """Return the name of a shape: a group is called as its category, data bears its state."""
    name, state = _name(node), signs.state(node)
    value = semantic.get(node.get("categoryValueRef") or "")
    if value is not None and not name:
        return value.get("value") or ""
    return f"{name}\n[{state}]" if state else name


def _must_be_drawn(node: etree._Element) -> bool:
    kind = _kind(node)
    return kind == "sequenceFlow" or kind in ACTIVITIES or kind.endswith(("Event", "Gateway"))


def _stand_ins(parents: Mapping[str, str], drawn: set[str]) -> Iterator[tuple[str, str]]:
    for key in parents:
        if key in drawn:
            continue
        above = parents[key]
        while above and above not in drawn:
            above = parents.get(above, "")
        if above:
            yield key, above
