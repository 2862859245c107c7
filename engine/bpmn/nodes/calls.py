"""What a call activity gives to its child and takes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.bpmn.nodes import mappings
from engine.bpmn.nodes.activities import CallActivity
from engine.errors import EngineError, NotFound
from engine.state import variables
from engine.state.host import CallInputs

if TYPE_CHECKING:
    from engine.state.tokens import Token


def inputs(token: Token) -> CallInputs:
    """Return what the child process starts with.

    Raises:
        NotFound: the token does not stand on a call activity.
        EngineError: the called process is computed, and there is none.
    """
    node = token.node
    if not isinstance(node, CallActivity):
        raise NotFound(f"“{node.label or node.element}”不是调用活动。")
    evaluation = token.instance.evaluation
    given = node.attributes.get("@in", ())
    keys = [entry["businessKey"] for entry in given if "businessKey" in entry]
    key = evaluation.evaluate(token, keys[0]) if keys else None
    called = evaluation.evaluate(token, node.spec)
    if called in (None, ""):
        where = f"“{node.label or node.element}”（{node.element}）"
        raise EngineError(f"{where}没有算出要调用的流程，请检查表达式和它的变量。")
    return CallInputs(
        called_element=str(called),
        variables=mappings.mapped(token, given),
        business_key=None if key is None else str(key),
        binding=node.attributes.get("calledElementBinding", "latest"),
        version=_version(token),
    )


def _version(token: Token) -> str | None:
    """Return the version or version tag that is wanted, computed."""
    for name in ("calledElementVersion", "calledElementVersionTag"):
        text = token.node.attributes.get(name)
        if text:
            value = token.instance.evaluation.evaluate(token, text)
            return None if value is None else str(value)
    return None


def take_back(token: Token, child: Mapping[str, Any]) -> None:
    """Set what `camunda:out` takes from the variables of the ended child.

    `local` variables stay with the call activity, for its output parameters.
    """
    evaluation = token.instance.evaluation
    for mapping in token.node.attributes.get("@out", ()):
        values = mappings.select(
            (mapping,), child, lambda expression: evaluation.over(token, child, expression)
        )
        variables.write(
            token.instance, token, values, local=str(mapping.get("local", "")).lower() == "true"
        )
