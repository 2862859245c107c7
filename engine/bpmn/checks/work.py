"""Who does a task, how it is tried again, how urgent it is: written so that it can be done."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn import retry_cycle
from engine.bpmn.checks.people import NUMBER, computed
from engine.bpmn.xml import ACTIVITIES, EVENTS, GATEWAYS, C, children, identifier, local
from engine.errors import EngineError, Problem

SWITCHES = ("asyncBefore", "asyncAfter", "async", "exclusive", "isStartableInTasklist")
HOLDERS = ACTIVITIES | EVENTS | GATEWAYS | {"process", "multiInstanceLoopCharacteristics"}
NAMED = ACTIVITIES | EVENTS | GATEWAYS | {"process"}
PERFORMED = frozenset({"serviceTask", "sendTask", "businessRuleTask", "messageEventDefinition"})
WAYS = ("class", "delegateExpression", "expression", "type", "decisionRef")


def check(root: etree._Element) -> Iterator[Problem]:
    """Look at every element that has work, jobs or a priority."""
    codes = {identifier(error): error.get("errorCode") or "" for error in children(root, "error")}
    for element in root.iter():
        kind = local(element)
        if kind in HOLDERS:
            yield from _jobs(element)
        if kind in PERFORMED:
            yield from _performer(element)
        if kind == "process":
            yield from _process(element)
        if element.tag == C + "errorEventDefinition":
            yield from _error_event(element, codes)


def _where(element: etree._Element) -> str:
    named = (identifier(one) for one in (element, *element.iterancestors()) if local(one) in NAMED)
    return next((name for name in named if name), "文件")


def _jobs(element: etree._Element) -> Iterator[Problem]:
    where = _where(element)
    for name in SWITCHES:
        if element.get(C + name) not in (None, "true", "false"):
            yield Problem(where, "bad-switch", f"{name} 应是 true 或 false。")
    for name in ("jobPriority", "taskPriority"):
        text = (element.get(C + name) or "").strip()
        if text and not computed(text) and not NUMBER.fullmatch(text):
            yield Problem(where, "bad-priority", f"{name}“{text:.20}”要写成整数或表达式。")
    text = (element.get(C + "failedJobRetryTimeCycle") or "").strip()
    for cycle in element.iterfind(f"{{*}}extensionElements/{C}failedJobRetryTimeCycle"):
        text = (cycle.text or "").strip() or text
    if text and not computed(text):
        try:
            retry_cycle.parse(text)
        except EngineError:
            yield Problem(
                where, "retry-cycle", f"重试周期“{text:.40}”应写成 R3/PT10M 或 PT1M,PT10M。"
            )


def _performer(element: etree._Element) -> Iterator[Problem]:
    where = _where(element)
    ways = [name for name in WAYS if element.get(C + name)]
    if len(ways) > 1:
        yield Problem(where, "performer-twice", f"只能写一种执行方式，现在有 {'、'.join(ways)}。")
    kind = element.get(C + "type")
    if kind is not None and kind != "external":
        yield Problem(
            where,
            "performer-type",
            f"不支持类型“{kind:.20}”，请用外部任务（external）或处理程序（delegateExpression）。",
        )
    if kind != "external" and element.get(C + "topic"):
        yield Problem(where, "topic-alone", "填写了主题（topic），类型（type）要写 external。")


def _error_event(definition: etree._Element, codes: dict[str, str]) -> Iterator[Problem]:
    where, holder = _where(definition), definition.getparent()
    task = holder.getparent() if holder is not None else None
    kinds = [] if task is None else [task, *children(task, "messageEventDefinition")]
    if not any(one.get(C + "type") == "external" for one in kinds):
        yield Problem(
            where, "error-event-place", "错误定义（camunda:errorEventDefinition）只用于外部任务。"
        )
    if not codes.get(definition.get("errorRef") or ""):
        yield Problem(where, "error-event-code", "外部任务的错误定义要引用一个有代码的错误。")
    if not definition.get("expression"):
        yield Problem(where, "error-event-when", "外部任务的错误定义要写明何时抛出（expression）。")


def _process(process: etree._Element) -> Iterator[Problem]:
    text = (process.get(C + "historyTimeToLive") or "").strip()
    if text and not text.isdecimal() and not _is_period(text):
        yield Problem(
            identifier(process),
            "history-ttl",
            f"历史保留期“{text:.20}”要写成天数（180）或时长（P180D、P10Y）。",
        )


def _is_period(text: str) -> bool:
    try:
        retry_cycle.parse(text)
    except EngineError:
        return False
    return "," not in text and "T" not in text and text.startswith("P")
