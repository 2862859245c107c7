"""Where a process starts and where its paths end is drawn, not left to be understood.

The importer writes down what a diagram of another tool leaves out, as Camunda executes it; in a
diagram of the house a path that just breaks off is more likely to be a mistake.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.rules.diagram import Diagram
from engine.bpmn.xml import IMPLIED_END, IMPLIED_START
from engine.errors import Problem


def check(diagram: Diagram) -> Iterator[Problem]:
    """Look at the process itself, and at sub processes that have end events besides."""
    process = diagram.description.key
    for parent, nodes in diagram.scopes().items():
        ends = [node.id for node in nodes if node.kind == "endEvent"]
        implied = [name for name in ends if name.startswith(IMPLIED_END)]
        if parent == process and any(node.id.startswith(IMPLIED_START) for node in nodes):
            yield Problem(process, "house-no-start", "请画出开始事件。")
        if parent != process and len(implied) == len(ends):
            continue  # a box of tasks, without any event: nothing is missing there
        for name in implied:
            for flow in diagram.incoming[name]:
                message = "从这里没有连线出去，请接到下一步或结束事件。"
                yield Problem(flow.source, "house-no-end", message)
