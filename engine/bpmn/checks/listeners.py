"""Listeners say when they are called and what is done; fields go to handlers only."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn import timers
from engine.bpmn.checks.people import computed
from engine.bpmn.nodes.timeouts import timer
from engine.bpmn.xml import C, identifier, is_expression, local, tree
from engine.errors import EngineError, Problem

EXECUTION = ("start", "end")
TASK = ("create", "assignment", "update", "complete", "delete", "timeout")
DOES = ("class", "expression", "delegateExpression")
#: Elements whose own attributes say what is done.
PERFORMED = frozenset({"serviceTask", "sendTask", "businessRuleTask", "messageEventDefinition"})


def check(root: etree._Element) -> Iterator[Problem]:
    """Look at every listener and every field."""
    for element in root.iter(C + "executionListener", C + "taskListener", C + "field"):
        owner = _owner(element)
        if element.tag == C + "field":
            yield from _field(element, owner)
            continue
        yield from _done(element, owner)
        if element.tag == C + "executionListener":
            yield from _execution(element, owner)
        else:
            yield from _task(element, owner)


def _owner(element: etree._Element) -> etree._Element:
    """Return the BPMN element a listener or field is written at."""
    for above in element.iterancestors():
        if local(above) not in ("", "extensionElements"):
            return above
    return element


def _where(owner: etree._Element) -> str:
    named = (identifier(one) for one in (owner, *owner.iterancestors()))
    return next((name for name in named if name), "文件")


def _done(listener: etree._Element, owner: etree._Element) -> Iterator[Problem]:
    says = sum(1 for name in DOES if listener.get(name))
    says += sum(1 for _ in listener.iterchildren(C + "script"))
    if says != 1:
        yield Problem(
            _where(owner),
            "listener-does",
            "监听器要写明做什么，且只写一种：处理程序、表达式或脚本。",
        )


def _execution(listener: etree._Element, owner: etree._Element) -> Iterator[Problem]:
    event = listener.get("event")
    if local(owner) != "sequenceFlow" and event not in EXECUTION:
        yield Problem(
            _where(owner), "listener-event", f"执行监听器的时机“{event or ''}”应是 start 或 end。"
        )


def _task(listener: etree._Element, owner: etree._Element) -> Iterator[Problem]:
    where, event = _where(owner), listener.get("event") or ""
    if local(owner) != "userTask":
        yield Problem(where, "listener-place", "只有人工环节可以有任务监听器。")
    if event not in TASK:
        yield Problem(
            where, "listener-event", f"任务监听器的时机“{event}”应是 {'、'.join(TASK)} 之一。"
        )
    if event == "timeout":
        yield from _timeout(listener, owner)


def _timeout(listener: etree._Element, owner: etree._Element) -> Iterator[Problem]:
    where, name = _where(owner), identifier(listener)
    same = [one for one in owner.iter(C + "taskListener") if name and identifier(one) == name]
    if len(same) != 1:
        yield Problem(where, "listener-id", "超时（timeout）监听器要有自己的标识（id）。")
    kind, text = timer(tree(listener))
    if not text:
        yield Problem(where, "listener-timer", "超时（timeout）监听器要填写定时器。")
    elif not computed(text) and not is_expression(text):
        try:
            timers.check(kind, text)
        except EngineError as error:
            yield Problem(where, "listener-timer", str(error))


def _field(field: etree._Element, owner: etree._Element) -> Iterator[Problem]:
    where, parent = _where(owner), field.getparent()
    holder = owner if parent is None or not parent.tag.startswith(C) else parent
    handler = holder.get("delegateExpression") or holder.get(C + "delegateExpression")
    if not handler:
        yield Problem(
            where,
            "field-alone",
            "字段（camunda:field）只交给处理程序（delegateExpression）；"
            "其他情形请用输入参数（inputParameter）。",
        )
    given = [name for name in ("stringValue", "expression") if field.get(name) is not None]
    given += [child.tag for child in field.iterchildren(C + "string", C + "expression")]
    if not field.get("name") or len(given) != 1:
        yield Problem(where, "field-shape", "字段（camunda:field）要有名称和一个值。")
