"""Input and output parameters (`camunda:inputOutput`), `camunda:in` and `camunda:out`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from engine.bpmn.xml import inner
from engine.expressions.values import text as as_text
from engine.state import variables
from engine.state.evaluation import as_value

if TYPE_CHECKING:
    from engine.state.tokens import Token


def parameters(attributes: Mapping[str, Any], which: str) -> list[Mapping[str, Any]]:
    """Return the `inputParameter` or `outputParameter` elements of an element."""
    return [
        parameter
        for group in attributes.get("@inputOutput", ())
        for parameter in inner(group, which)
    ]


def evaluate_parameter(token: Token, parameter: Mapping[str, Any]) -> Any:
    """Return the value of a parameter: text, expression, script, list or map, also nested."""
    for listed in inner(parameter, "list"):
        return [_item(token, item) for item in inner(listed, "items")]
    for entries in inner(parameter, "map"):
        return {
            as_text(_text(token, entry.get("key", ""))): evaluate_parameter(token, entry)
            for entry in inner(entries, "entry")
        }
    for script in inner(parameter, "script"):
        return _script(token, script)
    return _text(token, parameter.get("text", ""))


def _item(token: Token, item: Mapping[str, Any]) -> Any:
    if item["kind"] == "value":
        return _text(token, item.get("text", ""))
    if item["kind"] == "script":
        return _script(token, item)
    return evaluate_parameter(token, {item["kind"]: [item]})


def _script(token: Token, script: Mapping[str, Any]) -> Any:
    text = script.get("text", "")
    if not text:
        return None
    value = as_value(text, script.get("scriptFormat", ""))
    return token.instance.evaluation.evaluate(token, value)


def _text(token: Token, text: str) -> Any:
    return token.instance.evaluation.evaluate(token, text) if text else None


def inputs(token: Token) -> dict[str, Any]:
    """Return the input parameters of an element that was entered, as they are now."""
    return {
        parameter["name"]: token.data.get(parameter["name"])
        for parameter in parameters(token.node.attributes, "inputParameter")
    }


def fields(token: Token, given: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what `camunda:field` gives to a handler: texts as they are, expressions computed."""
    found: dict[str, Any] = {}
    for field in given:
        texts = [field["stringValue"]] if "stringValue" in field else []
        texts += [string.get("text", "") for string in inner(field, "string")]
        computed = field.get("expression")
        formulas = [computed] if isinstance(computed, str) else []
        formulas += [formula.get("text", "") for formula in inner(field, "expression")]
        if texts:
            found[field["name"]] = texts[0]
        elif formulas:
            found[field["name"]] = _text(token, formulas[0])
    return found


def apply_inputs(token: Token) -> None:
    """Make the input parameters local variables of the activity, each seeing the earlier."""
    if token.instance.skips_mappings:
        return
    for parameter in parameters(token.node.attributes, "inputParameter"):
        value = evaluate_parameter(token, parameter)
        variables.write(token.instance, token, {parameter["name"]: value}, local=True)


def apply_outputs(token: Token) -> None:
    """Evaluate the output parameters inside the activity, set them around it."""
    if token.instance.skips_mappings:
        return
    for parameter in parameters(token.node.attributes, "outputParameter"):
        value = evaluate_parameter(token, parameter)
        around = token.hangs_on or token.scope.owner
        variables.write(token.instance, around, {parameter["name"]: value})


def payload(token: Token) -> dict[str, Any]:
    """Return what a throwing event sends: its input parameters and `camunda:in` mappings."""
    sent = inputs(token)
    sent.update(mapped(token, token.node.attributes.get("@in", ())))
    return sent


def mapped(token: Token, mappings: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what `camunda:in` mappings select; `local` looks at the token's own variables."""
    evaluation = token.instance.evaluation
    found: dict[str, Any] = {}
    for mapping in mappings:
        is_local = str(mapping.get("local", "")).lower() == "true"
        seen = token.data if is_local else variables.visible(token.instance, token)
        found |= select((mapping,), seen, lambda expression: evaluation.evaluate(token, expression))
    return found


def select(mappings: Any, source: Mapping[str, Any], evaluate: Any) -> dict[str, Any]:
    """Return what `camunda:in` or `camunda:out` mappings select from a mapping."""
    found: dict[str, Any] = {}
    for mapping in mappings:
        if mapping.get("variables") == "all":
            found.update(source)
        elif "sourceExpression" in mapping:
            found[mapping["target"]] = evaluate(mapping["sourceExpression"])
        elif "source" in mapping:
            found[mapping["target"]] = source.get(mapping["source"])
    return found
