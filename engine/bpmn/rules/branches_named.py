"""Every branch of a deciding gateway is named by its answer: 是、否、越级。"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.rules.diagram import Diagram
from engine.errors import Problem


def check(diagram: Diagram) -> Iterator[Problem]:
    """Look at exclusive and inclusive gateways with more than one way out."""
    for gateway in diagram.of("exclusiveGateway", "inclusiveGateway"):
        flows = diagram.outgoing[gateway.id]
        for flow in flows if len(flows) > 1 else ():
            if not flow.name:
                yield Problem(flow.id, "house-no-answer", "请给这条分支写上答案，例如“是”。")
