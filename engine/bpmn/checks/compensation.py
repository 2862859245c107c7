"""Compensation is drawn so that it is clear what undoes what, and what may be undone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.normalize import compensation_handlers
from engine.bpmn.xml import (
    ACTIVITIES,
    SUBPROCESSES,
    B,
    children,
    event_definitions,
    event_kind,
    flow_nodes,
    identifier,
    is_event_subprocess,
    local,
    scopes,
)
from engine.errors import Problem

KIND = "compensate"


def check(root: etree._Element) -> Iterator[Problem]:
    """Check every process and sub process."""
    handlers = {identifier(event): target for event, target in compensation_handlers(root)}
    for scope in scopes(root):
        yield from _boundaries(scope, handlers)
        yield from _handlers(scope, set(handlers.values()))
        yield from _starts(scope)
        yield from _throws(scope)


def _boundaries(scope: etree._Element, handlers: dict[str, str]) -> Iterator[Problem]:
    nodes = {identifier(node): node for node in flow_nodes(scope)}
    undone: Counter[str] = Counter()
    sources = {flow.get("sourceRef") for flow in children(scope, "sequenceFlow")}
    for event in children(scope, "boundaryEvent"):
        if event_kind(event) != KIND:
            continue
        name = identifier(event)
        handler = nodes.get(handlers.get(name, ""))
        if handler is None or local(handler) not in ACTIVITIES or not _undoes(handler):
            yield Problem(
                name,
                "compensation-handler",
                "补偿边界事件要用一条关联线指向同一层的一个补偿活动（勾选“用于补偿”）。",
            )
        if name in sources:
            yield Problem(
                name, "compensation-flow", "补偿边界事件不能接出线，请用关联线连接补偿活动。"
            )
        host = event.get("attachedToRef") or ""
        undone[host] += 1
        inside = nodes.get(host)
        both = inside is not None and any(_start_of(sub) is not None for sub in inside)
        if undone[host] > 1 or both:
            yield Problem(
                name, "compensation-twice", "一个活动只能有一种补偿办法，请去掉多余的补偿事件。"
            )


def _undoes(node: etree._Element) -> bool:
    return node.get("isForCompensation") == "true"


def _handlers(scope: etree._Element, used: set[str]) -> Iterator[Problem]:
    connected = {
        flow.get(end)
        for flow in children(scope, "sequenceFlow")
        for end in ("sourceRef", "targetRef")
    }
    for node in flow_nodes(scope):
        if not _undoes(node):
            continue
        name = identifier(node)
        if name in connected:
            yield Problem(
                name, "compensation-flow", "补偿活动由补偿事件启动，不能接连线，请去掉连线。"
            )
        if name not in used or is_event_subprocess(node):
            yield Problem(
                name,
                "compensation-unused",
                "没有补偿边界事件指向这个补偿活动，请用关联线连上，或取消“用于补偿”。",
            )


def _start_of(element: etree._Element) -> etree._Element | None:
    """Return the compensation start of an event sub process."""
    if not is_event_subprocess(element):
        return None
    return next((s for s in children(element, "startEvent") if event_kind(s) == KIND), None)


def _starts(scope: etree._Element) -> Iterator[Problem]:
    starts = [found for sub in scope if (found := _start_of(sub)) is not None]
    inside = local(scope) in SUBPROCESSES and not is_event_subprocess(scope)
    for number, start in enumerate(starts):
        if not inside:
            yield Problem(
                identifier(start), "compensation-start", "补偿事件子流程只能放在子流程里。"
            )
        elif number:
            yield Problem(
                identifier(start), "compensation-twice", "一个子流程只能有一个补偿事件子流程。"
            )


def _throws(scope: etree._Element) -> Iterator[Problem]:
    for event in children(scope, "intermediateThrowEvent", "endEvent"):
        if event_kind(event) != KIND:
            continue
        wanted = event_definitions(event)[0].get("activityRef")
        if wanted and wanted not in set(_visible(scope)):
            yield Problem(
                identifier(event),
                "compensation-target",
                f"要补偿的“{wanted:.60}”不在同一层，或者没有可以补偿的内容，请重新选择。",
            )


def _visible(scope: etree._Element) -> Iterator[str]:
    """Yield what a throwing event in this scope may undo."""
    for event in children(scope, "boundaryEvent"):
        if event_kind(event) == KIND:
            yield event.get("attachedToRef") or ""
    for sub in children(scope, *SUBPROCESSES):
        if not is_event_subprocess(sub) and any(map(_can_be_undone, sub.iter(B + "*"))):
            yield identifier(sub)
    parent = scope.getparent()
    if is_event_subprocess(scope) and parent is not None:
        yield from _visible(parent)


def _can_be_undone(element: etree._Element) -> bool:
    return local(element) in ("boundaryEvent", "startEvent") and event_kind(element) == KIND
