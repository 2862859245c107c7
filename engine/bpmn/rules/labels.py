"""What a person sees in the diagram has a name: tasks, sub processes, starts, ends, events."""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.rules.diagram import Diagram
from engine.bpmn.xml import ACTIVITIES, EVENTS, is_implied
from engine.errors import Problem


def check(diagram: Diagram) -> Iterator[Problem]:
    """Look at activities and events, and at the process itself."""
    if diagram.description.name == diagram.description.key:
        yield Problem(diagram.description.key, "house-no-name", "请给流程起一个名称。")
    for node in diagram.of(*(ACTIVITIES | EVENTS)):
        if node.name or is_implied(node.id):
            continue
        if node.parent == diagram.description.key:
            yield Problem(node.id, "house-no-name", "请给它起一个名称，让看图的人明白。")
