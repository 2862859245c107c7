"""Every automatic task says who or what performs it.

A service task names a registered handler, an expression or an external topic; a business
rule task a decision; a script task has assignments; a send task a message or a handler; a
receive task a message, since nobody in the office could let it go on without one.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.bpmn.definition import Element
from engine.bpmn.rules.diagram import Diagram
from engine.bpmn.xml import B
from engine.errors import Problem


def check(diagram: Diagram) -> Iterator[Problem]:
    """Look at service, business rule, send, receive and script tasks."""
    for task in diagram.of("serviceTask", "businessRuleTask", "sendTask"):
        if not _performed(task):
            yield Problem(task.id, "no-performer", "请选择由哪个处理程序、决策或外部主题执行。")
        if task.attributes.get("type") == "external" and not task.attributes.get("topic"):
            yield Problem(task.id, "no-topic", "外部任务要填写主题（topic）。")
    for task in diagram.of("receiveTask"):
        if not task.event:
            yield Problem(task.id, "house-no-message", "请为这个任务选择一个有名称的消息。")
    for event in diagram.of("intermediateThrowEvent", "endEvent"):
        if event.attributes.get("type") == "external" and not event.attributes.get("topic"):
            yield Problem(event.id, "no-topic", "由外部程序发送的消息要填写主题（topic）。")
    for task in diagram.of("scriptTask"):
        path = f".//{B}scriptTask[@id='{task.id}']/{B}script"
        if not (diagram.root.findtext(path) or "").strip():
            yield Problem(task.id, "empty-script", "脚本任务没有内容，请写赋值或删除。")


def _performed(task: Element) -> bool:
    given = task.attributes
    if task.kind == "businessRuleTask" and given.get("decisionRef"):
        return True
    if task.kind == "sendTask" and task.event == "message":
        return True
    return any(given.get(name) for name in ("delegateExpression", "expression", "type"))
