"""A scope nobody has drawn → one block with a place for everything in it, from the origin on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from engine.bpmn.figures import Box
from engine.bpmn.importing.layering import GAP_Y, arrange
from engine.bpmn.importing.page import shifted
from engine.bpmn.xml import (
    CHOREOGRAPHY,
    EVENTS,
    FLOW_NODES,
    GATEWAYS,
    SUBPROCESSES,
    children,
    identifier,
    local,
)

ACTIVITY, EVENT, GATEWAY = (100.0, 80.0), (36.0, 36.0), (50.0, 50.0)
#: What stands beside the flow: data and notes.
BESIDE = {
    "dataObjectReference": (36.0, 50.0),
    "dataStoreReference": (50.0, 50.0),
    "textAnnotation": (120.0, 50.0),
    "dataInput": (36.0, 50.0),
    "dataOutput": (36.0, 50.0),
    "group": (160.0, 80.0),
}
#: What holds flow nodes and may be drawn open.
HOLDING = SUBPROCESSES | {"subChoreography"}
HEADER = 30.0
#: Room around what stands in an open subprocess, and for its name.
INNER, TITLE = 20.0, 20.0
#: What a boundary event takes of a border.
HUNG = 44.0
#: Lanes without anything in them are this wide.
EMPTY = 600.0
#: The participants of a choreography activity stand in bands of this height.
BAND = 20.0
#: Data and notes in one row.
ROW = 12


@dataclass
class Block:
    """Places relative to the upper left corner."""

    boxes: dict[str, Box] = field(default_factory=dict)
    #: Subprocesses that are drawn open.
    opened: set[str] = field(default_factory=set)
    width: float = 0.0
    height: float = 0.0


def nodes_of(scope: etree._Element) -> Iterator[etree._Element]:
    """Yield what sequence flows may join directly in a process or choreography."""
    for child in scope:
        if local(child) in FLOW_NODES or local(child) in CHOREOGRAPHY:
            yield child


def beside(scope: etree._Element) -> Iterator[etree._Element]:
    """Yield what stands beside the flow: data, notes, groups."""
    for child in scope:
        if local(child) in BESIDE:
            yield child
        elif local(child) == "ioSpecification" and local(scope) == "process":
            yield from children(child, "dataInput", "dataOutput")


def has_content(node: etree._Element) -> bool:
    """Tell whether there is something to draw inside a node."""
    return local(node) in HOLDING and next(nodes_of(node), None) is not None


def title_of(node: etree._Element) -> float:
    """Return the room above what stands in an open node: for its name, and a band."""
    return TITLE + BAND if local(node) == "subChoreography" else TITLE


def outer_size(node: etree._Element, content: Block) -> tuple[float, float]:
    """Return the size of an open node around its content."""
    low = BAND if local(node) == "subChoreography" else 0
    return content.width + 2 * INNER, content.height + 2 * INNER + title_of(node) + low


def size_of(node: etree._Element) -> tuple[float, float]:
    """Return the usual width and height of a node."""
    kind = local(node)
    if kind in BESIDE:
        return BESIDE[kind]
    if kind in EVENTS:
        return EVENT
    return GATEWAY if kind in GATEWAYS else ACTIVITY


def block(scope: etree._Element) -> Block:
    """Lay out a process or subprocess with everything inside it."""
    nodes = {identifier(node): node for node in nodes_of(scope)}
    hosts = {
        name: node.get("attachedToRef") or ""
        for name, node in nodes.items()
        if local(node) == "boundaryEvent" and node.get("attachedToRef") in nodes
    }
    inner = {name: block(node) for name, node in nodes.items() if has_content(node)}
    hung = Counter(hosts.values())
    sizes = {name: _with_room(size_of(node), hung[name]) for name, node in nodes.items()}
    sizes = {name: size for name, size in sizes.items() if name not in hosts}
    for name, content in inner.items():
        sizes[name] = _with_room(outer_size(nodes[name], content), hung[name])
    links = [
        (hosts.get(source, source), target)
        for source, target in map(_ends, children(scope, "sequenceFlow"))
    ]
    lanes = list(_leaves(scope))
    made = Block()
    made.boxes, frames = arrange(sizes, links, _bands(lanes, sizes))
    left = HEADER * max((depth + 1 for _, depth in lanes), default=0)
    made.boxes = {name: shifted(box, left, 0) for name, box in made.boxes.items()}
    made.width = left + max((frame.w for frame in frames), default=0.0)
    made.height = max((frame.bottom for frame in frames), default=0.0)
    if lanes and not nodes:
        made.width = EMPTY
    _lanes(made, scope, lanes, frames)
    _hang(made, hosts)
    for name, content in inner.items():
        frame = made.boxes[name]
        made.opened |= {name, *content.opened}
        for part, box in content.boxes.items():
            made.boxes[part] = shifted(
                box, frame.x + INNER, frame.y + INNER + title_of(nodes[name])
            )
    _beside(made, scope)
    return made


def _with_room(size: tuple[float, float], hung: int) -> tuple[float, float]:
    """Return the size of an activity with room for the events on its lower border."""
    return max(size[0], 16 + HUNG * hung), size[1]


def _ends(flow: etree._Element) -> tuple[str, str]:
    return flow.get("sourceRef") or "", flow.get("targetRef") or ""


def _leaves(scope: etree._Element, depth: int = 0) -> Iterator[tuple[etree._Element, int]]:
    for lane_set in children(scope, "laneSet", "childLaneSet"):
        for lane in children(lane_set, "lane"):
            below = list(_leaves(lane, depth + 1))
            yield from below or [(lane, depth)]


def _bands(
    lanes: list[tuple[etree._Element, int]], sizes: dict[str, tuple[float, float]]
) -> list[list[str]]:
    if not lanes:
        return [list(sizes)]
    free = dict.fromkeys(sizes)
    bands = []
    for lane, _ in lanes:
        named = [(ref.text or "").strip() for ref in children(lane, "flowNodeRef")]
        bands.append([name for name in dict.fromkeys(named) if name in free])
        for name in bands[-1]:
            del free[name]
    bands[0] += free
    return bands


def _lanes(
    made: Block,
    scope: etree._Element,
    lanes: list[tuple[etree._Element, int]],
    frames: list[Box],
) -> None:
    for (lane, depth), frame in zip(lanes, frames, strict=False):
        left = HEADER * depth
        made.boxes[identifier(lane)] = Box(left, frame.y, made.width - left, frame.h)
        above, level = lane.getparent(), depth
        while above is not None and above is not scope:
            if local(above) == "lane":
                level -= 1
                _grow(made, identifier(above), Box(HEADER * level, frame.y, 0, frame.h))
            above = above.getparent()


def _grow(made: Block, name: str, part: Box) -> None:
    known = made.boxes.get(name)
    bottom = part.bottom if known is None else max(known.bottom, part.bottom)
    top = part.y if known is None else min(known.y, part.y)
    made.boxes[name] = Box(part.x, top, made.width - part.x, bottom - top)


def _hang(made: Block, hosts: dict[str, str]) -> None:
    """Put boundary events on the lower border of their hosts, the first at the right."""
    hung: dict[str, int] = {}
    for name, host in hosts.items():
        frame = made.boxes.get(host)
        if frame is None:  # it sits on an event that sits on another
            frame = Box(0, made.height, *EVENT)
        number = hung[host] = hung.get(host, -1) + 1
        made.boxes[name] = on_border(frame, number)


def on_border(host: Box, number: int) -> Box:
    """Return the place of the n-th boundary event: below, then above."""
    room = max(1, int(host.w // HUNG))
    wide, high = EVENT
    right = host.right - 8 - wide - HUNG * (number % room)
    edge = host.y if number // room % 2 else host.bottom
    return Box(right, edge - high / 2, wide, high)


def _beside(made: Block, scope: etree._Element) -> None:
    found = list(beside(scope))
    for start in range(0, len(found), ROW):
        x, tall = HEADER, 0.0
        for child in found[start : start + ROW]:
            wide, high = size_of(child)
            made.boxes[identifier(child)] = Box(x, made.height, wide, high)
            x += wide + HEADER
            tall = max(tall, high)
        made.width, made.height = max(made.width, x), made.height + tall + GAP_Y
