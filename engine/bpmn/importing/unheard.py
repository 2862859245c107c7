"""What a diagram says besides that execution does not do, named so that nobody relies on it.

Camunda passes these over in silence; here their author hears of it. None of them stops a
deployment, and the full diagram keeps them all.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.xml import ACTIVITIES, FLOW_NODES, B, children, identifier, text_of
from engine.errors import Problem

#: What says how data gets into a node or out of it.
MAPPED = ("assignment", "transformation", "dataInput", "dataOutput")
DATA = ("ioSpecification", "dataInputAssociation", "dataOutputAssociation")
ROLES = ("humanPerformer", "performer", "potentialOwner")
#: Multi-instance that throws events as its instances end.
THROWING = frozenset({"None", "One", "Complex"})


def name_all(root: etree._Element) -> Iterator[Problem]:
    """Name everything in what remains to be executed that is not, element by element."""
    for node in root.iter(*(B + name for name in sorted(FLOW_NODES))):
        for message in _of(node):
            yield Problem(identifier(node), "not-executed", message, "warning")
    for subscription in root.iter(B + "correlationSubscription"):
        home = subscription.getparent()
        if home is not None:
            message = "关联订阅不执行，请用业务编号或关联变量来接收消息。"
            yield Problem(identifier(home), "not-executed", message, "warning")


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
