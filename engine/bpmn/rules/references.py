"""What a diagram refers to exists: handlers, decisions, forms, called processes.

References that are computed (`${…}`) can only be checked when they are used.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.definition import Element
from engine.bpmn.nodes.listeners import handler_name
from engine.bpmn.rules.diagram import Diagram
from engine.errors import Problem


def check(diagram: Diagram) -> Iterator[Problem]:
    """Look at every reference of every node."""
    known, description = diagram.known, diagram.description
    used = set[str]()
    for node in description.elements.values():
        for handler in _handlers(node):
            used.add(handler)
            if handler not in known.handlers:
                yield Problem(node.id, "unknown-handler", f"没有处理程序 {handler}，请检查名称。")
        yield from _named(node, "decisionRef", known.decisions, "unknown-decision", "决策")
        yield from _named(node, "formRef", known.forms, "unknown-form", "表单")
    for handler in description.handlers:  # what is left listens to the process itself
        if handler not in used and handler not in known.handlers:
            yield Problem(
                description.key, "unknown-handler", f"没有处理程序 {handler}，请检查名称。"
            )
    for call in diagram.of("callActivity"):
        called = str(diagram.root.xpath("string(//*[@id=$id]/@calledElement)", id=call.id))
        if called and "{" not in called and called not in known.processes:
            yield Problem(call.id, "unknown-process", f"没有流程 {called}，请检查被调用的流程。")


def _named(
    node: Element, attribute: str, known: set[str], code: str, word: str
) -> Iterator[Problem]:
    name = node.attributes.get(attribute, "")
    if name and "{" not in name and name not in known:
        yield Problem(node.id, code, f"没有{word} {name}，请检查名称或一并发布。")


def _handlers(node: Element) -> Iterator[str]:
    given = node.attributes
    if given.get("delegateExpression"):
        yield handler_name(given["delegateExpression"])
    for kind in ("@executionListener", "@taskListener"):
        for listener in given.get(kind, ()):
            if listener.get("delegateExpression"):
                yield handler_name(listener["delegateExpression"])
