"""Way points for flows that no tool has drawn: straight lines with right angles."""

from __future__ import annotations

from engine.bpmn.figures import Box, Point

#: How far a way back runs below what it joins.
DETOUR = 30.0


def route(kind: str, source: Box, target: Box, *, hangs: bool = False) -> list[Point]:
    """Return the way points of one edge.

    Args:
        kind: BPMN tag; sequence flows bend at right angles, all else goes straight.
        source: where it begins.
        target: where it ends.
        hangs: the source sits on the lower border of an activity.
    """
    if kind != "sequenceFlow":
        return _straight(source, target)
    if hangs:
        return _downwards(source, target)
    if target.x >= source.right:
        return _onwards(source, target)
    return _back(source, target)


def _straight(source: Box, target: Box) -> list[Point]:
    if source.bottom <= target.y:
        return [(source.cx, source.bottom), (target.cx, target.y)]
    if target.bottom <= source.y:
        return [(source.cx, source.y), (target.cx, target.bottom)]
    if source.right <= target.x:
        return [(source.right, source.cy), (target.x, target.cy)]
    return [(source.x, source.cy), (target.right, target.cy)]


def _onwards(source: Box, target: Box) -> list[Point]:
    begin, end = (source.right, source.cy), (target.x, target.cy)
    if abs(source.cy - target.cy) < 1:
        return [begin, end]
    middle = target.x - min(20.0, (target.x - source.right) / 2)
    return [begin, (middle, source.cy), (middle, target.cy), end]


def _downwards(source: Box, target: Box) -> list[Point]:
    begin = (source.cx, source.bottom)
    if target.x > source.cx and target.cy > source.bottom:
        return [begin, (source.cx, target.cy), (target.x, target.cy)]
    low = max(source.bottom, target.bottom) + DETOUR
    return [begin, (source.cx, low), (target.cx, low), (target.cx, target.bottom)]


def _back(source: Box, target: Box) -> list[Point]:
    low = max(source.bottom, target.bottom) + DETOUR
    begin, end = source.cx, target.cx
    if source == target:
        begin, end = source.cx + source.w / 4, source.cx - source.w / 4
    return [(begin, source.bottom), (begin, low), (end, low), (end, target.bottom)]
