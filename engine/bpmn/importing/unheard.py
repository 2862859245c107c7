"""What a diagram says besides that execution does not do, named so that nobody relies on it.

Camunda passes these over in silence; here their author hears of it. None of them stops a
deployment, and the full diagram keeps them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from engine.bpmn.importing import names
from engine.bpmn.xml import ACTIVITIES, FLOW_NODES, B, children, identifier, text_of
from engine.errors import Problem

#: What says how data gets into a node or out of it.
MAPPED = ("assignment", "transformation", "dataInput", "dataOutput")
DATA = ("ioSpecification", "dataInputAssociation", "dataOutputAssociation")
ROLES = ("humanPerformer", "performer", "potentialOwner")
#: What other engines execute: namespace → whose, and which words; None for all of them.
OTHERS: Mapping[str, tuple[str, frozenset[str] | None]] = {
    "http://camunda.org/schema/zeebe/1.0": ("Camunda 8", None),
    "http://www.jboss.org/drools": (
        "jBPM",
        frozenset({"onEntry-script", "onExit-script", "ruleFlowGroup", "taskName"}),
    ),
}
#: Multi-instance that throws events as its instances end.
THROWING = frozenset({"None", "One", "Complex"})


def name_all(root: etree._Element) -> Iterator[Problem]:
    """Name everything in what remains to be executed that is not, element by element."""
    for node in root.iter(*(B + name for name in sorted(FLOW_NODES))):
        for message in _of(node):
            yield Problem(identifier(node), "not-executed", message, "warning")
    yield from _words_of_others(root)
    for subscription in root.iter(B + "correlationSubscription"):
        home = subscription.getparent()
        if home is not None:
            message = "关联订阅不执行，请用业务编号或关联变量来接收消息。"
            yield Problem(identifier(home), "not-executed", message, "warning")


def _words_of_others(root: etree._Element) -> Iterator[Problem]:
    said: dict[tuple[str, str], set[str]] = {}
    for process in children(root, "process"):
        for element in process.iter(f"{B}*"):
            for vendor, word in _foreign(element):
                said.setdefault((names.nearest(element), vendor), set()).add(word)
    for (home, vendor), words in said.items():
        listed = "、".join(word[:40] for word in sorted(words)[:5])
        message = f"{vendor} 的扩展 {listed} 这里不起作用，只原样保留。"
        yield Problem(home, "vendor-unused", message, "warning")


def _foreign(element: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield the words of other engines in an element's attributes and extensions."""
    extended = (child for one in children(element, "extensionElements") for child in one)
    for name in (*map(str, element.attrib), *(str(child.tag) for child in extended)):
        namespace, _, word = name.removeprefix("{").rpartition("}")
        vendor, words = OTHERS.get(namespace, ("", None))
        if vendor and (words is None or word in words):
            yield vendor, word


def _of(node: etree._Element) -> Iterator[str]:
    for attribute in ("startQuantity", "completionQuantity"):
        if (node.get(attribute) or "1").strip() != "1":
            yield f"{attribute} 不执行：每到一次就开始一次，结束后只走一次。"
    for marker in children(node, "multiInstanceLoopCharacteristics"):
        if marker.get("behavior") in THROWING:
            yield f"多实例的 behavior={marker.get('behavior')} 不执行：不抛出事件。"
    roles = children(node, *ROLES) if node.tag.removeprefix(B) in ACTIVITIES else ()
    if any(text_of(role, "resourceRef") for role in roles):
        yield "角色所指的资源（resourceRef）不执行，请填写办理人或候选组。"
    said = (inner for part in children(node, *DATA) for inner in children(part, *MAPPED))
    # An association that only draws a line to a data object says nothing of that kind.
    if next(said, None) is not None:
        yield "数据的输入输出和赋值只画不执行，请改用流程变量或 camunda:inputOutput。"
