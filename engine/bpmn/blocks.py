"""Between which split and join an element lies: what a token there still has to wait for.

An element lies inside the block of a join when it reaches some of the join's incoming flows and
not the others: the others need tokens of their own. A token that were moved into a block would
wait at the join for ever; one that were moved out would go on twice.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.bpmn.definition import Description, Element

JOINS = ("parallelGateway", "inclusiveGateway")
#: (id of the join, how many flows come in).
Block = tuple[str, int]


def blocks(description: Description) -> dict[str, frozenset[Block]]:
    """Return, for every flow node, the blocks it lies in."""
    elements = description.elements
    flows = [one for one in elements.values() if one.kind == "sequenceFlow"]
    following: dict[str, list[str]] = {}
    for flow in flows:
        following.setdefault(flow.source, []).append(flow.target)
    for one in elements.values():
        if one.attached_to:
            following.setdefault(one.attached_to, []).append(one.id)
    found: dict[str, set[Block]] = {
        name: set() for name, one in elements.items() if one.kind != "sequenceFlow"
    }
    for join in elements.values():
        arrivals = [flow.source for flow in flows if flow.target == join.id]
        if join.kind not in JOINS or len(arrivals) < 2:
            continue
        for name in found:
            reached = _reached(name, join, following, elements)
            met = sum(source in reached for source in arrivals)
            if name != join.id and 0 < met < len(arrivals):
                found[name].add((join.id, len(arrivals)))
    return {name: frozenset(inside) for name, inside in found.items()}


def _reached(
    start: str, join: Element, following: Mapping[str, list[str]], elements: Mapping[str, Element]
) -> set[str]:
    """Return what can be reached without passing the join, the start included."""
    if start == join.id or elements[start].parent != join.parent:
        return set()
    seen, left = {start}, [start]
    while left:
        for target in following.get(left.pop(), ()):
            if target not in seen and target != join.id:
                seen.add(target)
                left.append(target)
    return seen
