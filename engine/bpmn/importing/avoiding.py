"""Ways around what stands between two nodes, for flows that no tool has drawn.

A way leaves to the right (a boundary event's downwards), runs level above or beneath what is in
between, and comes in from the left: layers leave gaps there. Only right angles, so that each
piece of a way looks at a few squares of the page.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from engine.bpmn.figures import Box, Point

#: Side of the squares that boxes are found by.
SQUARE = 200.0
#: What covers more squares is no node; it is a frame that hardly stands in a way.
SPREAD = 400
#: How far a way keeps from what it goes around, and how far it may leave before it turns: small
#: nodes stand in the middle of a layer as wide as its widest.
MARGIN, TURNS = 12.0, (20.0, 52.0)
#: How far below a boundary event a way turns to get past what stands beneath.
DROP = 8.0
#: Levels tried for one flow, and looks at squares and boxes for a page: no drawing takes for ever.
LEVELS, LOOKS = 24, 3_000_000


class Obstacles:
    """What stands on a page, found by where it stands."""

    def __init__(self, boxes: Iterable[Box]) -> None:
        self._squares: dict[tuple[int, int], list[Box]] = {}
        self._looks = LOOKS
        for box in boxes:
            for square in _squares(box) or ():
                self._squares.setdefault(square, []).append(box)

    def first(self, points: Sequence[Point], source: Box, target: Box) -> Box | None:
        """Return something that a way runs into; its ends and the frames around them do not count.

        What is too far to look at counts as free.
        """
        for start, end in pairwise(points):
            piece = Box(
                min(start[0], end[0]),
                min(start[1], end[1]),
                abs(end[0] - start[0]),
                abs(end[1] - start[1]),
            )
            for square in _squares(piece) or ():
                near = self._squares.get(square, ())
                self._looks -= 1 + len(near)
                if self._looks < 0:
                    return None
                for box in near:
                    if box in (source, target) or box.holds(source) or box.holds(target):
                        continue
                    if _touches(box, piece):
                        return box
        return None


def _squares(box: Box) -> list[tuple[int, int]] | None:
    """Return the squares a box covers; None for one that covers too many."""
    if max(map(abs, (box.x, box.y, box.right, box.bottom))) > 1e9:
        return None
    across = range(int(box.x // SQUARE), int(box.right // SQUARE) + 1)
    down = range(int(box.y // SQUARE), int(box.bottom // SQUARE) + 1)
    if len(across) * len(down) > SPREAD:
        return None
    return [(column, row) for column in across for row in down]


def _touches(box: Box, piece: Box) -> bool:
    """Whether a piece of a way runs through a box, not only along its border."""
    return (
        box.x < piece.right + 1
        and piece.x < box.right + 1
        and box.y < piece.bottom + 1
        and piece.y < box.bottom + 1
    )


def around(
    usual: list[Point], source: Box, target: Box, obstacles: Obstacles, *, hangs: bool
) -> list[Point]:
    """Return the usual way if it is free or there is no other, else the nearest free one."""
    blocked = obstacles.first(usual, source, target)
    if blocked is None:
        return usual
    middle = source.bottom if hangs else source.cy
    waiting: list[tuple[float, float]] = []
    seen: set[float] = set()

    def offer(levels: Iterable[float]) -> None:
        for level in levels:
            if level not in seen and not (hangs and level < middle + MARGIN):
                seen.add(level)
                heapq.heappush(waiting, (abs(level - middle), level))

    offer((middle, target.cy, *_beside(blocked), *_beside(target), *_beside(source)))
    for _ in range(LEVELS):
        if not waiting:
            break
        _, level = heapq.heappop(waiting)
        for way in _ways(source, target, level, hangs=hangs):
            blocked = obstacles.first(way, source, target)
            if blocked is None:
                return way
            offer(_beside(blocked))
    return usual


def _beside(box: Box) -> Iterator[float]:
    yield box.y - MARGIN
    yield box.bottom + MARGIN


def _ways(source: Box, target: Box, level: float, *, hangs: bool) -> Iterator[list[Point]]:
    """Yield the ways that run at one level."""
    out, low = source.right, source.bottom + DROP
    aside = source.right + DROP + TURNS[0]
    begins: list[list[Point]]
    if hangs:
        begins = [
            [(source.cx, source.bottom), (source.cx, level)],
            [(source.cx, source.bottom), (source.cx, low), (aside, low), (aside, level)],
        ]
    else:
        begins = [[(out, source.cy), (out + far, source.cy), (out + far, level)] for far in TURNS]
    for begin in begins:
        for before in (target.x - far for far in TURNS):
            points = [*begin, (before, level), (before, target.cy), (target.x, target.cy)]
            yield [
                point
                for number, point in enumerate(points)
                if number == 0 or point != points[number - 1]
            ]
