"""Events: where each kind may stand, what it needs, what flows it may have."""

from __future__ import annotations

import re

from lxml import etree

from engine.bpmn.standard.model import ELSEWHERE, Model, in_event_subprocess, is_false, is_true
from engine.bpmn.standard.registry import Found, rule
from engine.bpmn.xml import SUBPROCESSES, children, local

ALLOWED = {
    "startEvent": {"message", "timer", "conditional", "signal"},
    "eventStart": {
        "message", "timer", "conditional", "signal", "escalation", "error", "compensate",
    },
    "intermediateCatchEvent": {"message", "timer", "conditional", "signal", "link"},
    "intermediateThrowEvent": {"message", "signal", "escalation", "compensate", "link"},
    "boundaryEvent": {
        "message", "timer", "conditional", "signal", "escalation", "error", "cancel", "compensate",
    },
    "endEvent": {
        "message", "signal", "escalation", "error", "cancel", "compensate", "terminate",
    },
}  # fmt: skip
WORDS = {
    "message": "消息", "timer": "定时", "conditional": "条件", "signal": "信号", "link": "链接",
    "escalation": "升级", "error": "错误", "cancel": "取消", "compensate": "补偿",
    "terminate": "终止",
}  # fmt: skip
#: What is thrown has a name in an executable process: reference, target, the attribute that names.
THROWN = {
    "message": ("messageRef", ""),
    "signal": ("signalRef", ""),
    "error": ("errorRef", "errorCode"),
    "escalation": ("escalationRef", "escalationCode"),
}
#: A time that is written out begins with a number, or as a duration; all else may be computed.
WRITTEN_OUT = re.compile(r"^(?:[+-]?\d[\w\s:.,+/-]*|-?P[\dTYMWDHS.,]+)$", re.A)
NUMBER = r"\d+(?:[.,]\d+)?"
ISO = {
    "timeDate": re.compile(
        r"^[+-]?\d{4,}(?:-?\d\d-?\d\d|-\d\d|-?\d{3}|-?W\d\d(?:-?\d)?)"
        r"(?:T\d\d(?::?\d\d(?::?\d\d)?)?(?:[.,]\d+)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?$",
        re.A,
    ),
    "timeDuration": re.compile(
        rf"^-?P(?=.)(?:{NUMBER}W|(?:{NUMBER}Y)?(?:{NUMBER}M)?(?:{NUMBER}D)?"
        rf"(?:T(?=.)(?:{NUMBER}H)?(?:{NUMBER}M)?(?:{NUMBER}S)?)?)$",
        re.A,
    ),
}
SAMPLES = {"timeDate": "2026-01-31T08:30:00+08:00", "timeDuration": "PT30M"}


@rule("start-entered", "10.5.2", "A start event has no incoming sequence flow.")
def start_entered(model: Model) -> Found:
    for event in model.of("startEvent"):
        if model.entering(event):
            yield event, "开始事件不能有进线。"


@rule("start-left", "10.5.2", "A start event is the source of a sequence flow.")
def start_left(model: Model) -> Found:
    for event in model.of("startEvent"):
        if not model.leaving(event):
            yield event, "开始事件要有出线，请接到第一步。"


@rule("end-left", "10.5.3", "An end event has no outgoing sequence flow.")
def end_left(model: Model) -> Found:
    for event in model.of("endEvent"):
        if model.leaving(event):
            yield event, "结束事件不能有出线。"


@rule("end-entered", "10.5.3", "An end event is the target of a sequence flow.")
def end_entered(model: Model) -> Found:
    for event in model.of("endEvent"):
        if not model.entering(event):
            yield event, "结束事件要有进线，请把最后一步接上。"


@rule(
    "intermediate-left",
    "10.5.4",
    "An intermediate event is the source of a sequence flow, save a throwing link and where "
    "nothing need be joined, in an ad-hoc subprocess.",
)
def intermediate_left(model: Model) -> Found:
    for event, kinds in model.events("intermediateCatchEvent", "intermediateThrowEvent"):
        throws_link = local(event) == "intermediateThrowEvent" and "link" in kinds
        if not (model.leaving(event) or throws_link or _is_loose(event)):
            yield event, "中间事件要有出线，请接到下一步；表示结束请用结束事件。"


@rule(
    "intermediate-entered",
    "10.5.4",
    "An intermediate event is the target of a sequence flow, save a catching link and where "
    "nothing need be joined, in an ad-hoc subprocess.",
)
def intermediate_entered(model: Model) -> Found:
    for event, kinds in model.events("intermediateCatchEvent", "intermediateThrowEvent"):
        catches_link = local(event) == "intermediateCatchEvent" and "link" in kinds
        if not (model.entering(event) or catches_link or _is_loose(event)):
            yield event, "中间事件要有进线，请接上；表示开始请用开始事件。"


def _is_loose(event: etree._Element) -> bool:
    home = event.getparent()
    return home is not None and local(home) == "adHocSubProcess"


@rule(
    "event-kind",
    "10.5.4",
    "Each position has its kinds of event: only ends terminate, only starts of event subprocesses "
    "take errors, escalations and compensation, and so on.",
)
def kind(model: Model) -> Found:
    for event, kinds in model.events():
        place = "eventStart" if _is_event_start(event) else local(event)
        scope = event.getparent()
        if place == "startEvent" and scope is not None and local(scope) in SUBPROCESSES:
            continue  # only none starts here: the rule on subprocesses says so
        for name in kinds:
            if name not in (*ALLOWED[place], ELSEWHERE):
                yield event, f"这个位置不能用{WORDS.get(name, name)}事件，请换一种类型或位置。"


@rule("catch-defined", "10.5.4", "A catching intermediate event says what it waits for.")
def catch_defined(model: Model) -> Found:
    for event, kinds in model.events("intermediateCatchEvent"):
        if not kinds:
            yield event, "捕获事件没有事件类型，请选择等待什么。"


@rule(
    "parallel-multiple",
    "10.5.1",
    "Only a catching event with several definitions waits for all of them (parallelMultiple).",
    "warning",
)
def parallel_multiple(model: Model) -> Found:
    for event, kinds in model.events("startEvent", "intermediateCatchEvent", "boundaryEvent"):
        if is_true(event, "parallelMultiple") and len(kinds) < 2:
            yield event, "只有一个事件定义时 parallelMultiple 不起作用，请删除或补上其他事件定义。"


@rule(
    "cancel-in-transaction",
    "10.5.5",
    "Cancel ends stand in transactions, cancel boundary events on them.",
)
def cancel_in_transaction(model: Model) -> Found:
    for event, kinds in model.events("endEvent", "boundaryEvent"):
        if "cancel" not in kinds:
            continue
        host = event.getparent()
        if local(event) == "boundaryEvent":
            host = model.find(event.get("attachedToRef"), event)
        if host is None or local(host) != "transaction":
            yield event, "取消事件只能用在事务子流程里或其边界上。"


@rule(
    "event-interrupts",
    "10.5.6",
    "Errors and cancellation always interrupt, on a boundary and in an event subprocess; starts "
    "for compensation too.",
)
def interrupts(model: Model) -> Found:
    for event, kinds in model.events("startEvent", "boundaryEvent"):
        if local(event) == "boundaryEvent":
            bad = is_false(event, "cancelActivity") and {"error", "cancel"} & set(kinds)
        else:
            starts = in_event_subprocess(event) and is_false(event, "isInterrupting")
            bad = starts and {"error", "compensate"} & set(kinds)
        if bad:
            yield event, "错误、取消和补偿总是中断的，请改为中断型。"


# -- what a definition needs ---------------------------------------------------------------------


@rule("timer-one", "10.5.5", "A timer has a date, a duration or a cycle, never two of them.")
def timer_one(model: Model) -> Found:
    for definition in model.of("timerEventDefinition"):
        if len(_times(definition)) > 1:
            yield definition, "定时器只能填写日期、时长、循环中的一种。"


@rule("timer-given", "10.5.5", "In an executable process a timer says when.")
def timer_given(model: Model) -> Found:
    for event, definition in model.defined("timer"):
        given = any((time.text or "").strip() for time in _times(definition))
        if not given and model.runs(event):
            yield event, "定时器要填写日期、时长或循环。"


@rule(
    "timer-form",
    "10.5.5",
    "In an executable process a date or duration that is written out has the form of ISO 8601.",
)
def timer_form(model: Model) -> Found:
    for event, definition in model.defined("timer"):
        for time in _times(definition) if model.runs(event) else ():
            text, form = (time.text or "").strip(), ISO.get(local(time))
            if form is not None and WRITTEN_OUT.match(text) and not form.match(text):
                yield event, f"“{text:.40}”不是 ISO 8601 的写法，例如 {SAMPLES[local(time)]}。"


@rule("condition-given", "10.5.5", "A conditional event has a condition.")
def condition_given(model: Model) -> Found:
    for definition in model.of("conditionalEventDefinition"):
        if next(children(definition, "condition"), None) is None:
            yield definition, "条件事件要写条件。"
    for event, definition in model.defined("conditional"):
        for condition in children(definition, "condition") if model.runs(event) else ():
            if not (condition.text or "").strip() and not len(condition):
                yield event, "条件事件要写条件。"


@rule(
    "event-named",
    "10.5.5",
    "In an executable process an event says which message or signal it means, and which error or "
    "escalation it throws.",
)
def named(model: Model) -> Found:
    for name, (attribute, code) in THROWN.items():
        for event, definition in model.defined(name):
            if not model.runs(event) or _is_implemented(definition):
                continue
            throws = local(event) in ("endEvent", "intermediateThrowEvent")
            if not code and not definition.get(attribute):
                yield event, f"请选择是哪一个{WORDS[name]}（{attribute}）。"
            elif code and throws and not _code(model, definition, attribute, code):
                yield event, f"抛出{WORDS[name]}要指明代码（{code}）。"


def _code(model: Model, definition: etree._Element, attribute: str, code: str) -> bool:
    target = model.find(definition.get(attribute), definition)
    return target is not None and bool((target.get(code) or "").strip())


def _is_implemented(definition: etree._Element) -> bool:
    """Tell whether a vendor's words say how the event is thrown."""
    extended = next(children(definition, "extensionElements"), None) is not None
    return extended or any(str(name).startswith("{") for name in definition.attrib)


def _times(definition: etree._Element) -> list[etree._Element]:
    return list(children(definition, "timeDate", "timeDuration", "timeCycle"))


def _is_event_start(event: etree._Element) -> bool:
    return local(event) == "startEvent" and in_event_subprocess(event)
