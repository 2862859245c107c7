"""Places for single nodes: beside their neighbours, inside the pool, lane or subprocess."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping

from lxml import etree

from engine.bpmn.figures import Box
from engine.bpmn.importing.blocks import HEADER, INNER, title_of
from engine.bpmn.importing.page import Page, shifted
from engine.bpmn.xml import B, children, identifier, local

#: Room around a node.
MARGIN = 10.0
#: Places that are tried in each direction, and how much may stand in the way.
GRID, CROWD = 20, 300
#: Steps down in search of a free place.
TRIES = 40


def inner(page: Page, holder: etree._Element | None) -> Box | None:
    """Return where nodes may stand in a pool, a lane or a subprocess; None if it is not drawn."""
    box = None if holder is None else page.boxes.get(identifier(holder))
    if box is None or holder is None or identifier(holder) in page.closed:
        return None
    if local(holder) not in ("lane", "participant"):
        top = title_of(holder)
        return Box(box.x, box.y + top, box.w, box.h - top)
    if identifier(holder) in page.upright:
        return Box(box.x, box.y + HEADER, box.w, box.h - HEADER)
    return Box(box.x + HEADER, box.y, box.w - HEADER, box.h)


def lanes(page: Page, scope: etree._Element) -> Mapping[str, Box]:
    """Return for each node the innermost lane it is in, where that is drawn."""
    found: dict[str, Box] = {}
    for lane in scope.iter(B + "lane"):  # from the outside in
        box = inner(page, lane)
        if box is not None:
            found |= {(ref.text or "").strip(): box for ref in children(lane, "flowNodeRef")}
    return found


def free(page: Page, frame: Box, wish: Box) -> Box | None:
    """Return the free place in a frame that is nearest to a wish; None if there is none."""
    around = [
        other
        for name, other in page.boxes.items()
        if name not in page.drawn.containers and other.overlaps(frame) and not other.holds(frame, 1)
    ]
    across, down = frame.w - wish.w - 2 * MARGIN, frame.h - wish.h - 2 * MARGIN
    if across < 0 or down < 0 or len(around) > CROWD:
        return None
    places = [wish] if frame.holds(wish) else []
    places += sorted(
        (
            Box(
                frame.x + MARGIN + across * column / GRID,
                frame.y + MARGIN + down * row / GRID,
                wish.w,
                wish.h,
            )
            for column in range(GRID + 1)
            for row in range(GRID + 1)
        ),
        key=lambda box: math.hypot(box.x - wish.x, box.y - wish.y),
    )
    return next((box for box in places if not _hits(box, around)), None)


def _hits(box: Box, others: list[Box]) -> bool:
    wide = Box(box.x - MARGIN, box.y - MARGIN, box.w + 2 * MARGIN, box.h + 2 * MARGIN)
    return any(wide.overlaps(other) for other in others)


def neighbours(scope: etree._Element) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Return for each node what leads to it and what it leads to."""
    found: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
    for flow in children(scope, "sequenceFlow", "association"):
        source, target = flow.get("sourceRef") or "", flow.get("targetRef") or ""
        before, after = found.get(target, ((), ()))
        found[target] = (*before, source), after
        before, after = found.get(source, ((), ()))
        found[source] = before, (*after, target)
    return found


def nearest_first(
    page: Page,
    missing: list[etree._Element],
    near: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]],
) -> list[etree._Element]:
    """Return the nodes in such an order that each comes after a neighbour that leads to it."""
    nodes = {identifier(node): node for node in missing}
    order = dict.fromkeys(name for name in near if name in page.boxes)
    for forward in (True, False):
        waiting = deque(order)
        while waiting:
            before, after = near.get(waiting.popleft(), ((), ()))
            for name in after if forward else before:
                if name not in order:
                    order[name] = None
                    waiting.append(name)
    found = [nodes[name] for name in dict.fromkeys([*order, *nodes]) if name in nodes]
    return sorted(found, key=lambda node: node.get("attachedToRef") in nodes)  # hosts before


def beside(
    page: Page,
    near: tuple[tuple[str, ...], tuple[str, ...]],
    frame: Box | None,
    size: tuple[float, float],
) -> Box:
    """Return a place beside the neighbours of a node, inside its frame if there is room."""
    wide, high = size
    before = next((page.boxes[name] for name in near[0] if name in page.boxes), None)
    after = next((page.boxes[name] for name in near[1] if name in page.boxes), None)
    if before is not None:
        box = Box(before.right + 60, before.cy - high / 2, wide, high)
    elif after is not None:
        box = Box(after.x - 60 - wide, after.cy - high / 2, wide, high)
    elif frame is not None:
        box = Box(frame.x + INNER, frame.y + INNER, wide, high)
    else:
        return Box(*page.next_place, wide, high)
    page.drawn.searches -= 1
    if page.drawn.searches < 0:  # a file that leaves this much out is not drawn in part
        return Box(*page.next_place, wide, high)
    found = None if frame is None else free(page, frame, box)
    return found or _beneath(page, frame, box)


def _beneath(page: Page, frame: Box | None, box: Box) -> Box:
    """Return the first free place from a wish downwards, or one beneath everything."""
    wide, high = box.w, box.h
    below = [  # what a node may run into on its way down; frames around it do not count
        other
        for name, other in page.boxes.items()
        if other.x < box.right
        and other.right > box.x
        and other.bottom > box.y
        and name not in page.drawn.containers
        and not (frame is not None and other.holds(frame, 1))
    ]
    for _ in range(TRIES):
        if not any(box.overlaps(other) for other in below):
            return box
        box = shifted(box, 0, high + 30)
    return Box(*page.next_place, wide, high)
