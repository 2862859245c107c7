"""A gateway that decides is named as a question: 是否受理？

The question is what a person looks for when asking why a case went this way.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.rules.diagram import Diagram
from engine.errors import Problem


def check(diagram: Diagram) -> Iterator[Problem]:
    """Look at exclusive and inclusive gateways with more than one way out."""
    for gateway in diagram.of("exclusiveGateway", "inclusiveGateway"):
        if len(diagram.outgoing[gateway.id]) > 1 and not gateway.name.endswith(("？", "?")):
            yield Problem(gateway.id, "house-no-question", "请把网关命名为一个问句，以“？”结尾。")
