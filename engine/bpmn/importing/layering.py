"""A layered layout: nodes in columns from left to right, in bands from top to bottom.

Plain geometry that knows no BPMN: sizes and links in, rectangles out. Linear in nodes and
links but for sorting, so that a file of twenty thousand nodes is laid out as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.bpmn.figures import Box

GAP_X, GAP_Y = 60.0, 40.0
#: Room above and below the nodes of a band.
PAD_Y = 30.0
#: Height of what most rows consist of.
LEVEL = 80.0

Links = Sequence[tuple[str, str]]


def arrange(
    sizes: Mapping[str, tuple[float, float]], links: Links, bands: Sequence[Sequence[str]]
) -> tuple[dict[str, Box], list[Box]]:
    """Place nodes from the origin on; return their rectangles and those of the bands.

    Args:
        sizes: width and height of every node.
        links: pairs of source and target; pairs of unknown nodes are ignored.
        bands: nodes by band (lane), each node in exactly one.
    """
    known = [(a, b) for a, b in links if a in sizes and b in sizes and a != b]
    rank = ranks(list(sizes), known)
    columns = _columns(sizes, rank)
    before: dict[str, list[str]] = {}
    for source, target in known:
        if rank[source] < rank[target]:
            before.setdefault(target, []).append(source)
    boxes: dict[str, Box] = {}
    frames: list[Box] = []
    width = max((left + wide + GAP_X / 2 for left, wide in columns.values()), default=0.0)
    top = 0.0
    for band in bands:
        bottom = _stack(band, sizes, rank, columns, before, top + PAD_Y, boxes)
        frames.append(Box(0, top, width, max(bottom + PAD_Y - top, 2 * PAD_Y + 60)))
        top = frames[-1].bottom
    return boxes, frames


def ranks(nodes: Sequence[str], links: Links) -> dict[str, int]:
    """Return the column of every node: one after the latest of those that lead to it."""
    after: dict[str, list[str]] = {node: [] for node in nodes}
    for source, target in links:
        after[source].append(target)
    order = _order(nodes, links, after)
    place = {node: number for number, node in enumerate(order)}
    rank = dict.fromkeys(nodes, 0)
    for node in order:
        for target in after[node]:
            if place[target] > place[node]:  # what leads back does not count
                rank[target] = max(rank[target], rank[node] + 1)
    return rank


def _order(nodes: Sequence[str], links: Links, after: Mapping[str, list[str]]) -> list[str]:
    """Return the nodes so that all links but those of circles lead onwards."""
    entered = {target for _, target in links}
    done: list[str] = []
    seen: set[str] = set()
    for root in [*(node for node in nodes if node not in entered), *nodes]:
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, iter(after[root]))]
        while stack:
            node, rest = stack[-1]
            following = next((target for target in rest if target not in seen), None)
            if following is None:
                done.append(node)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(after[following])))
    return done[::-1]


def _columns(
    sizes: Mapping[str, tuple[float, float]], rank: Mapping[str, int]
) -> dict[int, tuple[float, float]]:
    """Return the left edge and the width of every column."""
    widths: dict[int, float] = {}
    for node, (wide, _) in sizes.items():
        widths[rank[node]] = max(widths.get(rank[node], 0.0), wide)
    columns: dict[int, tuple[float, float]] = {}
    left = GAP_X
    for number in sorted(widths):
        columns[number] = (left, widths[number])
        left += widths[number] + GAP_X
    return columns


def _stack(
    band: Sequence[str],
    sizes: Mapping[str, tuple[float, float]],
    rank: Mapping[str, int],
    columns: Mapping[int, tuple[float, float]],
    before: Mapping[str, list[str]],
    top: float,
    boxes: dict[str, Box],
) -> float:
    """Place one band below `top`, each node near those that lead to it; return its bottom."""
    floor: dict[int, float] = {}
    bottom = top
    for node in sorted(band, key=lambda name: rank[name]):
        wide, high = sizes[node]
        left, room = columns[rank[node]]
        leading = [boxes[name].cy for name in before.get(node, ()) if name in boxes]
        level = top + max(0.0, (LEVEL - high) / 2)  # what comes first stands level with a task
        wish = sum(leading) / len(leading) - high / 2 if leading else level
        y = max(wish, floor.get(rank[node], top), top)
        boxes[node] = Box(left + (room - wide) / 2, y, wide, high)
        floor[rank[node]] = y + high + GAP_Y
        bottom = max(bottom, y + high)
    return bottom
