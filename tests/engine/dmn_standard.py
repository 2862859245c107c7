"""DMN files of the standard for tests: no vendor's namespace, typed inputs, imports, services."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine import decisions
from engine.decisions import DecisionModel
from tests.engine.dmn import DMN13


def model(*parts: str, namespace: str = "http://test/main", dmn: str = DMN13) -> bytes:
    """Return a file with these elements."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="{dmn}" id="defs" name="m" '
        f'namespace="{namespace}">{"".join(parts)}</definitions>'
    ).encode()


def read(*parts: str) -> DecisionModel:
    """Return the model of a file in which nothing is wrong."""
    found = decisions.parse(model(*parts))
    assert [problem for problem in decisions.check(found) if problem.severity == "error"] == []
    return found


def answer(logic: str, scope: dict[str, Any] | None = None, *parts: str, **kept: Any) -> Any:
    """Return the value of the decision `d` with this logic."""
    return read(*parts, decision("d", logic, **kept)).decisions["d"].evaluate(scope or {}).value


def attributes(**given: str) -> str:
    return "".join(f" {key}={quoteattr(value)}" for key, value in given.items() if value)


def literal(text: str, type_ref: str = "") -> str:
    return (
        f"<literalExpression{attributes(typeRef=type_ref)}><text>{escape(text)}</text>"
        "</literalExpression>"
    )


def variable(name: str, type_ref: str = "") -> str:
    return f"<variable{attributes(name=name, typeRef=type_ref)}/>"


def decision(
    name: str, logic: str, *, type_ref: str = "", needs: tuple[str, ...] = (),
    inputs: tuple[str, ...] = (), knows: tuple[str, ...] = (),
) -> str:  # fmt: skip
    """Return a decision; its id is its name without blanks."""
    links = "".join(
        f'<informationRequirement><requiredDecision href="{href(one)}"/></informationRequirement>'
        for one in needs
    )
    links += "".join(
        f'<informationRequirement><requiredInput href="{href(one)}"/></informationRequirement>'
        for one in inputs
    )
    links += "".join(
        f'<knowledgeRequirement><requiredKnowledge href="{href(one)}"/></knowledgeRequirement>'
        for one in knows
    )
    return (
        f"<decision{attributes(id=ident(name), name=name)}>{variable(name, type_ref)}"
        f"{links}{logic}</decision>"
    )


def ident(name: str) -> str:
    return name.replace(" ", "_")


def href(target: str) -> str:
    return target if "#" in target else f"#{ident(target)}"


def input_data(name: str, type_ref: str = "") -> str:
    return (
        f"<inputData{attributes(id=ident(name), name=name)}>{variable(name, type_ref)}</inputData>"
    )


def item(
    name: str, base: str = "", /, *, allowed: str = "", many: bool = False, **fields: str
) -> str:
    """Return a type: of a base type, or of fields (`a=number`, `b=string*` for a collection)."""
    return f"<itemDefinition{_item(name, base, allowed, many, fields)}</itemDefinition>"


def _item(name: str, base: str, allowed: str, many: bool, fields: dict[str, str]) -> str:
    head = attributes(name=name) + (' isCollection="true"' if many else "")
    body = f"<typeRef>{base}</typeRef>" if base else ""
    if allowed:
        body += f"<allowedValues><text>{escape(allowed)}</text></allowedValues>"
    for key, type_ref in fields.items():
        inner = _item(key.replace("_", " "), type_ref.rstrip("*"), "", type_ref.endswith("*"), {})
        body += f"<itemComponent{inner}</itemComponent>"
    return f"{head}>{body}"


def knowledge(
    name: str, params: str, logic: str, *, type_ref: str = "", knows: tuple[str, ...] = ()
) -> str:
    """Return a knowledge model; `params` are `a:number,b`."""
    formal = "".join(
        f"<formalParameter{attributes(name=one.partition(':')[0], typeRef=one.partition(':')[2])}/>"
        for one in params.split(",")
        if one
    )
    links = "".join(
        f'<knowledgeRequirement><requiredKnowledge href="{href(one)}"/></knowledgeRequirement>'
        for one in knows
    )
    return (
        f"<businessKnowledgeModel{attributes(id=ident(name), name=name)}>{variable(name, type_ref)}"
        f"<encapsulatedLogic>{formal}{logic}</encapsulatedLogic>{links}</businessKnowledgeModel>"
    )


def service(
    name: str, outputs: tuple[str, ...], *, inside: tuple[str, ...] = (),
    inputs: tuple[str, ...] = (), given: tuple[str, ...] = (), type_ref: str = "",
) -> str:  # fmt: skip
    """Return a decision service; `given` are the decisions whose values it is given."""
    parts = [("outputDecision", outputs), ("encapsulatedDecision", inside)]
    parts += [("inputDecision", given), ("inputData", inputs)]
    links = "".join(f'<{tag} href="{href(one)}"/>' for tag, names in parts for one in names)
    return (
        f"<decisionService{attributes(id=ident(name), name=name)}>{variable(name, type_ref)}"
        f"{links}</decisionService>"
    )


def invocation(callee: str, **given: str) -> str:
    bindings = "".join(
        f"<binding><parameter{attributes(name=key.replace('_', ' '))}/>{literal(text)}</binding>"
        for key, text in given.items()
    )
    return f"<invocation>{literal(callee)}{bindings}</invocation>"


def context(result: str = "", **entries: str) -> str:
    """Return a boxed context; a key `a__number` has a type."""
    parts = ""
    for key, logic in entries.items():
        name, _, type_ref = key.partition("__")
        held = variable(name.replace("_", " "), type_ref)
        parts += f"<contextEntry>{held}{logic}</contextEntry>"
    tail = f"<contextEntry>{result}</contextEntry>" if result else ""
    return f"<context>{parts}{tail}</context>"


#: A small graph: two inputs, a decision, and two that need it.
PARTS = (
    input_data("amount", "number"),
    input_data("kind", "string"),
    decision("net", literal("amount * 2"), type_ref="number", inputs=("amount",)),
    decision("text", literal("kind + string(net)"), needs=("net",), inputs=("kind",)),
    decision("other", literal("net + 1"), needs=("net",)),
)

#: A file for others to import, and the element that imports it as `lib`.
LIBRARY = model(
    item("tLevel", "string", allowed='"low","high"'),
    input_data("base", "number"),
    decision("Rate", literal("base * 2"), inputs=("base",)),
    knowledge("twice", "n:number", literal("n * 2")),
    service("svc", ("Rate",), inputs=("base",)),
    namespace="http://test/lib",
)
IMPORT = (
    '<import name="lib" namespace="http://test/lib" locationURI="lib.dmn" '
    'importType="https://www.omg.org/spec/DMN/20191111/MODEL/"/>'
)
