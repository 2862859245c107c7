"""What a call activity gives to its child and takes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.bpmn.nodes import mappings
from engine.bpmn.nodes.activities import CallActivity
from engine.errors import NotFound
from engine.state.host import CallInputs

if TYPE_CHECKING:
    from engine.state.tokens import Token


def inputs(token: Token) -> CallInputs:
    """Return what the child process starts with.

    Raises:
        NotFound: the token does not stand on a call activity.
    """
    node = token.node
    if not isinstance(node, CallActivity):
        raise NotFound(f"“{node.label or node.element}”不是调用活动。")
    evaluation = token.instance.evaluation
    given = node.attributes.get("@in", ())
    keys = [entry["businessKey"] for entry in given if "businessKey" in entry]
    key = evaluation.evaluate(token, keys[0]) if keys else None
    return CallInputs(
        called_element=str(evaluation.evaluate(token, node.spec)),
        variables=mappings.mapped(token, given),
        business_key=None if key is None else str(key),
        binding=node.attributes.get("calledElementBinding", "latest"),
        version=node.attributes.get("calledElementVersion")
        or node.attributes.get("calledElementVersionTag"),
    )


def outputs(token: Token, child: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `camunda:out` takes from the variables of the ended child."""
    evaluation = token.instance.evaluation
    return mappings.select(
        token.node.attributes.get("@out", ()),
        child,
        lambda expression: evaluation.over(token, child, expression),
    )
