"""DMN files for tests, written as Camunda Modeler writes them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

DMN13 = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def definitions(*parts: str, namespace: str = DMN13) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>'
        f'<definitions xmlns="{namespace}" xmlns:camunda="http://camunda.org/schema/1.0/dmn"'
        f' id="defs" name="测试" namespace="http://huiyin">{"".join(parts)}</definitions>'
    ).encode()


def decision(identifier: str, logic: str, *, name: str | None = None, requires: Iterable[str] = (),
             knows: Iterable[str] = (), variable: str | None = None) -> str:  # fmt: skip
    needs = "".join(
        f'<informationRequirement><requiredDecision href="#{one}"/></informationRequirement>'
        for one in requires
    ) + "".join(
        f'<knowledgeRequirement><requiredKnowledge href="#{one}"/></knowledgeRequirement>'
        for one in knows
    )
    named = f"<variable name={quoteattr(variable)}/>" if variable else ""
    shown = quoteattr(name or identifier)
    return f'<decision id="{identifier}" name={shown}>{named}{needs}{logic}</decision>'


def table(
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    *,
    hit: str = "UNIQUE",
    aggregation: str = "",
    identifier: str = "t",
) -> str:
    """Return a table: inputs `expression:type=values`, outputs `name:type=values|default`."""
    parts = [_input(f"{identifier}_i{number}", text) for number, text in enumerate(inputs, start=1)]
    parts += [
        _output(f"{identifier}_o{number}", text) for number, text in enumerate(outputs, start=1)
    ]
    for number, cells in enumerate(rules, start=1):
        entries = ""
        for place, cell in enumerate(cells):
            tag = "inputEntry" if place < len(inputs) else "outputEntry"
            cell_id = f"{identifier}_r{number}c{place}"
            entries += f'<{tag} id="{cell_id}"><text>{escape(cell)}</text></{tag}>'
        parts.append(f'<rule id="{identifier}_r{number}">{entries}</rule>')
    head = f'id="{identifier}" hitPolicy="{hit}"'
    head += f' aggregation="{aggregation}"' if aggregation else ""
    return f"<decisionTable {head}>{''.join(parts)}</decisionTable>"


def _input(identifier: str, text: str) -> str:
    head, _, values = text.partition("=")
    expression, _, type_ref = head.partition(":")
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    allowed = f"<inputValues><text>{escape(values)}</text></inputValues>" if values else ""
    return (
        f'<input id="{identifier}" label={quoteattr(expression)}>'
        f'<inputExpression id="{identifier}e"{typed}><text>{escape(expression)}</text>'
        f"</inputExpression>{allowed}</input>"
    )


def _output(identifier: str, text: str) -> str:
    head, _, default = text.partition("|")
    head, _, values = head.partition("=")
    name, _, type_ref = head.partition(":")
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    allowed = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
    other = (
        f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>"
        if default
        else ""
    )
    return f'<output id="{identifier}" name="{name}"{typed}>{allowed}{other}</output>'


def literal(text: str) -> str:
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"
