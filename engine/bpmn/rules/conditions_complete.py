"""An exclusive gateway has a condition on every branch but the default one.

Otherwise an instance can stand at the gateway with no way to go. A branch of an inclusive
gateway without a condition is always taken. A parallel gateway has no conditions: they would
not be looked at. A default flow leaves where it is the default.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.bpmn.definition import Element
from engine.bpmn.rules.diagram import Diagram
from engine.bpmn.xml import ACTIVITIES
from engine.errors import Problem


def check(diagram: Diagram) -> Iterator[Problem]:
    """Look at gateways with more than one way out."""
    for gateway in diagram.of("exclusiveGateway", "inclusiveGateway"):
        flows = diagram.outgoing[gateway.id]
        if len(flows) < 2:
            continue
        if gateway.kind == "exclusiveGateway":
            yield from _exclusive(gateway.default, flows)
    yield from _defaults(diagram)
    for gateway in diagram.of("parallelGateway", "eventBasedGateway"):
        for flow in diagram.outgoing[gateway.id]:
            if flow.condition:
                yield Problem(flow.id, "condition-ignored", "这种网关的分支不看条件，请删除条件。")


def _defaults(diagram: Diagram) -> Iterator[Problem]:
    """Look at defaults that count: where several ways leave, of which some have conditions."""
    for node in diagram.of("exclusiveGateway", "inclusiveGateway", "complexGateway", *ACTIVITIES):
        flows = diagram.outgoing[node.id]
        chosen = node.kind.endswith("Gateway") and len(flows) > 1
        if not chosen and not any(flow.condition for flow in flows):
            continue
        if node.default and node.default not in {flow.id for flow in flows}:
            yield Problem(node.id, "wrong-default", "默认连线不是从这里出去的，请重新设置。")


def _exclusive(default: str, flows: Iterable[Element]) -> Iterator[Problem]:
    for flow in flows:
        if not flow.condition and flow.id != default:
            yield Problem(flow.id, "no-condition", "这条分支要写条件，或者设为默认分支。")
        if flow.condition and flow.id == default:
            yield Problem(flow.id, "default-condition", "默认分支不看条件，请删除条件。")
