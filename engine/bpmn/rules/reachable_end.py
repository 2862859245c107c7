"""Every node can be reached from a start, and an end can be reached from every node.

A node that no flow leads to will never be done. That harms nobody, so it is a rule of the house
only; a path that goes round for ever does.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.definition import Element
from engine.bpmn.rules.diagram import Diagram
from engine.errors import Problem


def check(diagram: Diagram) -> Iterator[Problem]:
    """Look at every scope by itself."""
    for parent, nodes in diagram.scopes().items():
        around = diagram.description.elements.get(parent)
        if around is None or around.kind != "adHocSubProcess":  # there, nothing leads anywhere
            yield from _scope(diagram, nodes)


def _scope(diagram: Diagram, nodes: list[Element]) -> Iterator[Problem]:
    links = diagram.links(nodes)
    after = {
        node.id: [flow.target for flow in diagram.outgoing[node.id]]
        + [event.id for event in diagram.attached.get(node.id, ())]
        + links.get(node.id, [])
        + ([node.handler] if node.handler else [])
        for node in nodes
    }
    begun = _spread(after, [n.id for n in nodes if n.kind == "startEvent" or n.event_subprocess])
    before: dict[str, list[str]] = {}
    for name, targets in after.items():
        for target in targets:
            before.setdefault(target, []).append(name)
    ends = [node.id for node in nodes if node.kind == "endEvent" or _ends_itself(node)]
    ending = _spread(before, ends)
    for node in nodes:
        if node.id not in begun:
            yield Problem(node.id, "house-unreachable", "从开始事件走不到这里，请连上或删除。")
    endless = [node.id for node in nodes if node.id in begun and node.id not in ending]
    # Where a path breaks off is what must be mended; without such a place it is a circle.
    for name in [name for name in endless if not after[name]] or endless:
        yield Problem(name, "no-way-to-end", "从这里走不到结束事件，请补上结束。")


def _ends_itself(node: Element) -> bool:
    return node.event_subprocess or node.for_compensation


def _spread(edges: dict[str, list[str]], start: list[str]) -> set[str]:
    seen: set[str] = set()
    todo = list(start)
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo.extend(edges.get(name, ()))
    return seen
