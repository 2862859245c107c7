"""Events and elements that would not run correctly are refused; references must resolve."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn import timers
from engine.bpmn.event_parts import TIMER_KINDS, timer_text
from engine.bpmn.xml import (
    EVENTS,
    B,
    C,
    children,
    event_definitions,
    event_kind,
    identifier,
    is_event_subprocess,
    is_expression,
    local,
    text_of,
)
from engine.errors import EngineError, Problem

UNSUPPORTED = {
    "dataStoreReference": "暂不支持数据存储，请用流程变量或业务台账代替。",
    "callConversation": "暂不支持会话图。",
    "choreographyTask": "暂不支持编排图。",
}
#: Where each kind of event may stand.
CATCHING = {"message", "timer", "signal", "conditional", "link"}
ALLOWED = {
    "startEvent": {"", "message", "timer", "signal", "conditional"},
    "eventStart": {
        "message",
        "timer",
        "signal",
        "conditional",
        "error",
        "escalation",
        "compensate",
    },
    "intermediateCatchEvent": CATCHING,
    "intermediateThrowEvent": {"", "message", "signal", "escalation", "link", "compensate"},
    "boundaryEvent": {
        "message",
        "timer",
        "signal",
        "conditional",
        "error",
        "escalation",
        "cancel",
        "compensate",
    },
    "endEvent": {
        "",
        "message",
        "signal",
        "error",
        "escalation",
        "terminate",
        "cancel",
        "compensate",
    },
}
#: Attributes that say who sends a message instead of the engine.
PERFORMED = ("type", "delegateExpression", "expression")
THROWING = ("endEvent", "intermediateThrowEvent")
REFERENCES = {
    "message": ("message", "name", "消息"),
    "signal": ("signal", "name", "信号"),
    "error": ("error", "errorCode", "错误"),
    "escalation": ("escalation", "escalationCode", "升级"),
}


def check(root: etree._Element) -> Iterator[Problem]:
    """Check every element of every process."""
    known = {
        identifier(element): element
        for element in children(root, "message", "signal", "error", "escalation")
    }
    for process in children(root, "process"):
        for element in process.iter():
            kind = local(element)
            if kind in UNSUPPORTED:
                yield Problem(identifier(element), "unsupported", UNSUPPORTED[kind])
            yield from _instantiates(element)
            if kind in EVENTS:
                yield from _event(element, known)
            elif kind == "receiveTask" or (kind == "sendTask" and element.get("messageRef")):
                yield from _message_task(element, known)


def _instantiates(element: etree._Element) -> Iterator[Problem]:
    """What would start a process in the middle of it, or needs several events at once."""
    name = identifier(element)
    if element.get("instantiate") == "true":
        yield Problem(name, "instantiates", "流程只能从开始事件启动，请改用消息开始事件。")
    if element.get("eventGatewayType") == "Parallel":
        yield Problem(name, "parallel-events", "事件网关只等待第一个事件，请改用并行网关。")
    if local(element) == "eventBasedGateway" and element.get(C + "asyncAfter") == "true":
        yield Problem(
            name, "async-after", "事件网关不能在之后异步（asyncAfter），请改设在它后面的事件上。"
        )


def _event(event: etree._Element, known: dict[str, etree._Element]) -> Iterator[Problem]:
    name, kind = identifier(event), event_kind(event)
    place = local(event)
    parent = event.getparent()
    if place == "startEvent" and parent is not None and is_event_subprocess(parent):
        place = "eventStart"
    if kind == "multiple":
        yield Problem(name, "multiple-events", "一个事件只能有一种类型，请拆成几个事件。")
    elif kind not in ALLOWED[place]:
        yield Problem(name, "event-kind", f"这里不能用“{kind or '空'}”类型的事件，请换一种。")
    if kind == "cancel":
        yield from _cancel(event)
    for definition in event_definitions(event):
        yield from _definition(name, definition, known, catching=place not in THROWING)


def _cancel(event: etree._Element) -> Iterator[Problem]:
    name, parent = identifier(event), event.getparent()
    if parent is None:
        return
    if local(event) == "endEvent":
        if local(parent) != "transaction":
            yield _outside(name)
        elif not _cancel_boundaries(parent.getparent(), identifier(parent)):
            yield Problem(
                name, "cancel-boundary", "事务子流程里有取消结束，请在它的边界上放一个取消事件。"
            )
    else:
        host = event.get("attachedToRef") or ""
        if not any(identifier(child) == host for child in children(parent, "transaction")):
            yield _outside(name)
        elif _cancel_boundaries(parent, host)[:1] != [event]:
            yield Problem(name, "cancel-boundary", "一个事务子流程的边界上只能有一个取消事件。")


def _outside(name: str) -> Problem:
    return Problem(name, "cancel-outside", "取消事件只能用在事务子流程里或其边界上。")


def _cancel_boundaries(scope: etree._Element | None, host: str) -> list[etree._Element]:
    events = children(scope, "boundaryEvent") if scope is not None else ()
    return [e for e in events if e.get("attachedToRef") == host and event_kind(e) == "cancel"]


def _definition(
    name: str, definition: etree._Element, known: dict[str, etree._Element], *, catching: bool
) -> Iterator[Problem]:
    kind = local(definition)[: -len("EventDefinition")]
    if kind == "message" and any(definition.get(C + how) for how in PERFORMED):
        return  # whoever is named there sends it
    if kind == "timer":
        yield from _timer(name, definition)
    elif kind == "conditional" and not text_of(definition, "condition"):
        yield Problem(name, "no-condition", "条件事件没有写条件。")
    elif kind in REFERENCES:
        tag, attribute, word = REFERENCES[kind]
        reference = definition.get(f"{kind}Ref")
        optional = kind in ("error", "escalation") and catching
        if reference is None and optional:
            return
        element = known.get(reference or "")
        if element is None or local(element) != tag:
            yield Problem(name, f"no-{kind}", f"请为这个事件选择一个{word}。")
        elif not (element.get(attribute) or "").strip() and not optional:
            yield Problem(name, f"no-{kind}", f"{word} {reference} 没有填写 {attribute}。")


def _message_task(task: etree._Element, known: dict[str, etree._Element]) -> Iterator[Problem]:
    if task.get("messageRef") is None and not _is_behind_event_gateway(task):
        return  # it waits until a client lets it go on
    message = known.get(task.get("messageRef") or "")
    if message is None or not (message.get("name") or "").strip():
        yield Problem(identifier(task), "no-message", "请为这个任务选择一个有名称的消息。")


def _is_behind_event_gateway(task: etree._Element) -> bool:
    scope = task.getparent()
    if scope is None:
        return False
    gateways = {identifier(one) for one in children(scope, "eventBasedGateway")}
    return any(
        flow.get("targetRef") == identifier(task) and flow.get("sourceRef") in gateways
        for flow in children(scope, "sequenceFlow")
    )


def _timer(name: str, definition: etree._Element) -> Iterator[Problem]:
    given = [tag for tag in TIMER_KINDS if definition.find(B + tag) is not None]
    kind, text = timer_text(definition)
    if len(given) != 1 or not text:
        yield Problem(name, "no-timer", "定时器要填写日期、时长或循环中的一种。")
        return
    if is_expression(text) or "${" in text:
        return
    try:
        timers.check(kind, text)
    except EngineError as error:
        yield Problem(name, "bad-timer", str(error))
