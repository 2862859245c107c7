"""Every expression in a diagram can be read. Nothing is computed here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from lxml import etree

from engine import calendar, expressions
from engine.bpmn.event_parts import TIMER_KINDS
from engine.bpmn.xml import FLOW_NODES, C, identifier, is_expression, local
from engine.errors import ExpressionError, Problem
from engine.expressions.context import EFFECT
from engine.state.evaluation import as_expression, as_value

#: `camunda:` attributes that may hold an expression.
ATTRIBUTES = (
    "assignee",
    "candidateUsers",
    "candidateGroups",
    "dueDate",
    "followUpDate",
    "priority",
    "formRef",
    "formKey",
    "formRefVersion",
    "calledElementVersion",
    "calledElementVersionTag",
    "decisionRefVersion",
    "decisionRefVersionTag",
    "jobPriority",
    "topic",
    "decisionRef",
    "taskPriority",
    "errorMessage",
)
#: Attributes of `camunda:` child elements that hold one.
INNER = ("sourceExpression", "businessKey", "key")
CONDITIONS = frozenset(
    {
        "conditionExpression",
        "condition",
        "completionCondition",
        "loopCondition",
        "activationCondition",
    }
)

#: Elements whose text is a value, a text or an expression.
PARAMETERS = frozenset(
    C + name for name in ("inputParameter", "outputParameter", "value", "entry", "expression")
)
#: BPMN's own words for who does a human task.
ROLES = frozenset({"humanPerformer", "performer", "potentialOwner"})
#: Where an expression may change something; everywhere else it only says something.
ACTING = frozenset({"表达式", "脚本"})
ONLY = "不能改变变量或待办；只有监听器、服务任务的表达式和脚本可以。"

#: What a running instance gives to its expressions (`commands.host`).
FUNCTIONS = frozenset({*calendar.NAMES, "currentUser", "currentUserGroups"})

Check = Callable[[str], object]


def check(root: etree._Element) -> Iterator[Problem]:
    """Read every expression; a problem names the element it belongs to."""
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        for what, text, read in _texts(element):
            if EFFECT.search(text) and what not in ACTING:
                yield Problem(_owner(element), "effect-place", f"{what}“{text.strip()[:60]}”{ONLY}")
            try:
                read(text)
            except ExpressionError as error:
                shown = text.strip()[:60]
                yield Problem(
                    _owner(element), "bad-expression", f"{what}“{shown}”不能识别：{error}"
                )
                continue
            for name in sorted(_called(text, read) - FUNCTIONS):
                told = f"{what}“{text.strip()[:60]}”里没有名为“{name}”的函数，请改名或删去。"
                yield Problem(_owner(element), "unknown-function", told)


def _called(text: str, read: Check) -> frozenset[str]:
    if read is expressions.script:
        return frozenset().union(*(expressions.calls(one) for _, one in expressions.script(text)))
    return expressions.calls(text, condition=read is expressions.check_condition)


def _texts(element: etree._Element) -> Iterator[tuple[str, str, Check]]:
    text = (element.text or "").strip()
    kind = local(element)
    if kind in CONDITIONS:
        feel = (element.get("language") or "").lower() == "feel" and not text.startswith("=")
        yield "条件", "=" + text if feel else text, expressions.check_condition
    elif kind == "script" or element.tag == C + "script":
        yield _script(element, text)
    elif kind in TIMER_KINDS and ("${" in text or is_expression(text)):
        yield "定时器", text, expressions.check
    elif kind == "formalExpression" and _is_of_role(element):
        yield "办理人", text, expressions.check
    elif kind == "documentation" and "${" in text and _is_of_task(element):
        yield "说明", text, expressions.check
    elif kind == "loopCardinality":
        yield "次数", as_expression(text), expressions.check
    elif element.tag in PARAMETERS:
        yield "参数", text, expressions.check
    if kind in FLOW_NODES and "{" in (element.get("name") or ""):
        yield "名称", element.get("name") or "", expressions.check
    yield from _attributes(element)


def _attributes(element: etree._Element) -> Iterator[tuple[str, str, Check]]:
    for name in ATTRIBUTES:
        value = element.get(C + name)
        if value:
            yield name, value, expressions.check
    collection = element.get(C + "collection")
    if collection:
        yield "集合", as_expression(collection), expressions.check
    if local(element) == "callActivity" and element.get("calledElement"):
        yield "被调用流程", element.get("calledElement") or "", expressions.check
    expression = element.get(C + "expression") or (
        element.get("expression") if _is_camunda(element) else None
    )
    if expression:
        is_error = element.tag == C + "errorEventDefinition"
        yield "错误条件" if is_error else "表达式", expression, expressions.check
    if _is_camunda(element):
        yield from _extension(element)


def _extension(element: etree._Element) -> Iterator[tuple[str, str, Check]]:
    names = ("label", "defaultValue") if element.tag == C + "formField" else INNER
    for name in names:
        value = element.get(name)
        if value:
            yield name, value, expressions.check
    if element.tag == C + "property" and (element.get("name") or "").startswith("huiyin:"):
        yield element.get("name") or "", element.get("value") or "", expressions.check


def _is_of_role(element: etree._Element) -> bool:
    return any(local(above) in ROLES for above in element.iterancestors())


def _is_of_task(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and local(parent) == "userTask"


def _is_value(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and parent.tag in {*PARAMETERS, C + "list"}


def _script(element: etree._Element, text: str) -> tuple[str, str, Check]:
    """Return a script: assignments, or one expression where its value is wanted."""
    task = element.getparent()
    if _is_value(element):
        return "参数脚本", as_value(text, element.get("scriptFormat") or ""), expressions.check
    if task is not None and task.get(C + "resultVariable"):
        return "脚本", as_value(text, task.get("scriptFormat") or ""), expressions.check
    return "脚本", text, expressions.script


def _is_camunda(element: etree._Element) -> bool:
    return isinstance(element.tag, str) and element.tag.startswith(C)


def _owner(element: etree._Element) -> str:
    """Return the id of the node, flow or process an element is part of."""
    current: etree._Element | None = element
    while current is not None:
        parent = current.getparent()
        name = identifier(current)
        if name and (parent is None or local(current).endswith(OWNERS)):
            return name
        current = parent
    return "文件"


OWNERS = (
    "Task",
    "task",
    "Event",
    "Gateway",
    "Process",
    "process",
    "Flow",
    "Activity",
    "transaction",
)
