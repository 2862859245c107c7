"""Events by where they stand: in and on subprocesses, on activities, and links between places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.standard.model import Model, is_false, is_true
from engine.bpmn.standard.registry import Found, rule
from engine.bpmn.xml import ACTIVITIES, CHOREOGRAPHY, SUBPROCESSES, children, local

#: What interrupting event subprocesses handle, and whether without a name they handle all of it.
HANDLED = {"error": True, "escalation": True, "message": False, "signal": False}

# -- subprocesses and their starts ---------------------------------------------------------------


@rule(
    "event-subprocess-start",
    "10.3.5",
    "An event subprocess has exactly one start event, and that one has a trigger.",
)
def event_subprocess_start(model: Model) -> Found:
    for scope in _event_subprocesses(model):
        starts = list(children(scope, "startEvent"))
        if len(starts) != 1:
            yield scope, f"事件子流程要有且只有一个开始事件，现在有 {len(starts)} 个。"
        for start in starts:
            if not model.triggers(start):
                yield start, "事件子流程的开始事件要选择触发类型。"


@rule(
    "event-subprocess-flows",
    "10.3.5",
    "An event subprocess has neither incoming nor outgoing sequence flows.",
)
def event_subprocess_flows(model: Model) -> Found:
    for scope in _event_subprocesses(model):
        if model.entering(scope) or model.leaving(scope):
            yield scope, "事件子流程由事件启动，不能接连线。"


@rule(
    "event-subprocess-twice",
    "10.5.6",
    "At one level one interrupting event subprocess handles an error, escalation, message or "
    "signal.",
)
def event_subprocess_twice(model: Model) -> Found:
    seen: set[tuple[etree._Element | None, str, etree._Element | None]] = set()
    for scope in _event_subprocesses(model):
        for start in children(scope, "startEvent"):
            if is_false(start, "isInterrupting"):
                continue
            for definition in model.definitions(start):
                kind = local(definition).removesuffix("EventDefinition")
                named = model.find(definition.get(f"{kind}Ref"), definition)
                # Without a name the first two take whatever comes, the others are not finished.
                if kind not in HANDLED or (named is None and not HANDLED[kind]):
                    continue
                handled = scope.getparent(), kind, named
                if handled in seen:
                    yield start, "这一层已有一个中断型事件子流程处理同一个事件，请合并。"
                seen.add(handled)


@rule("subprocess-start", "10.3.5", "The start events of an ordinary subprocess have no trigger.")
def subprocess_start(model: Model) -> Found:
    for scope in model.of(*sorted(SUBPROCESSES)):
        if is_true(scope, "triggeredByEvent"):
            continue
        for start in children(scope, "startEvent"):
            if model.triggers(start):
                yield start, "子流程由连线启动，开始事件不能有触发类型。"


def _event_subprocesses(model: Model) -> Iterator[etree._Element]:
    return (
        scope for scope in model.of(*sorted(SUBPROCESSES)) if is_true(scope, "triggeredByEvent")
    )


# -- boundary events -----------------------------------------------------------------------------


@rule("boundary-host", "10.5.4", "A boundary event sits on an activity of its own level.")
def boundary_host(model: Model) -> Found:
    for event in model.of("boundaryEvent"):
        host = model.find(event.get("attachedToRef"), event)
        if host is None or local(host) not in ACTIVITIES | CHOREOGRAPHY:
            yield event, "边界事件要附着在一个任务、子流程或调用活动上。"
        elif host.getparent() is not event.getparent():
            yield event, "边界事件要和它附着的任务在同一层。"
        elif is_true(host, "triggeredByEvent"):
            yield event, "事件子流程上不能附着边界事件。"


@rule("boundary-entered", "10.5.4", "A boundary event has no incoming sequence flow.")
def boundary_entered(model: Model) -> Found:
    for event in model.of("boundaryEvent"):
        if model.entering(event):
            yield event, "边界事件不能有进线。"


@rule("boundary-defined", "10.5.4", "A boundary event says what it waits for.")
def boundary_defined(model: Model) -> Found:
    for event, kinds in model.events("boundaryEvent"):
        if not kinds:
            yield event, "边界事件要选择一种事件类型。"


@rule(
    "boundary-left",
    "10.5.4",
    "A boundary event is the source of a sequence flow, save one for compensation.",
)
def boundary_left(model: Model) -> Found:
    for event, kinds in model.events("boundaryEvent"):
        if "compensate" not in kinds and not model.leaving(event):
            yield event, "边界事件要有出线，请画出发生后做什么。"


# -- links ---------------------------------------------------------------------------------------


@rule("link-flows", "10.5.4", "A throwing link has no outgoing flow, a catching one no incoming.")
def link_flows(model: Model) -> Found:
    for event, kinds in model.events("intermediateCatchEvent", "intermediateThrowEvent"):
        if "link" not in kinds:
            continue
        if local(event) == "intermediateThrowEvent" and model.leaving(event):
            yield event, "抛出链接不能有出线，它跳到同名的捕获链接。"
        if local(event) == "intermediateCatchEvent" and model.entering(event):
            yield event, "捕获链接不能有进线，它从同名的抛出链接来。"


@rule(
    "link-pairs",
    "10.5.5",
    "Links have names; in one level a name has one catching link and at least one throwing link.",
)
def link_pairs(model: Model) -> Found:
    for scope in model.scopes:
        catches = _links(model, scope, "intermediateCatchEvent")
        throws = _links(model, scope, "intermediateThrowEvent")
        for event, name in [*catches, *throws]:
            if not name:
                yield event, "链接事件要有链接名称。"
        names = Counter(name for _, name in catches)
        thrown = {name for _, name in throws}
        for event, name in catches:
            if name and names[name] > 1:
                yield event, f"捕获链接“{name:.40}”在这一层不止一个，请改名。"
            if name and name not in thrown:
                yield event, f"没有名为“{name:.40}”的抛出链接通到这里。"
        for event, name in throws:
            if name and name not in names:
                yield event, f"这一层没有名为“{name:.40}”的捕获链接。"


def _links(model: Model, scope: etree._Element, position: str) -> list[tuple[etree._Element, str]]:
    return [
        (event, (definition.get("name") or "").strip())
        for event in children(scope, position)
        for definition in model.definitions(event)
        if local(definition) == "linkEventDefinition"
    ]
