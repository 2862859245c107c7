"""Ids, names and messages are no longer than what the tables keep of them."""

from __future__ import annotations

from collections.abc import Iterator

from engine import writable
from engine.bpmn.definition import Element
from engine.bpmn.rules.diagram import Diagram
from engine.errors import Problem


def check(diagram: Diagram) -> Iterator[Problem]:
    """Look at the process, at every node, and at what is thrown and waited for."""
    yield from writable.too_long(diagram.description.key, diagram.description.name)
    for node in diagram.nodes:
        # Only a task's name is kept by itself; what an expression gives is known later.
        kept = node.name if node.kind == "userTask" and "{" not in node.name else ""
        yield from writable.too_long(node.id, kept)
        yield from _event(node)


def _event(node: Element) -> Iterator[Problem]:
    name = node.event_name if node.event in ("message", "signal") else ""
    is_thrown = node.kind in ("intermediateThrowEvent", "endEvent")
    most = writable.LONGEST_ID if is_thrown else writable.LONGEST_NAME
    if len(name) > most and "{" not in name:
        yield Problem(
            node.id, "too-long", f"消息或信号“{name:.40}…”有 {len(name)} 个字，最多 {most} 个。"
        )
