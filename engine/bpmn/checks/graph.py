"""Flows connect nodes of one scope; starts, ends and boundary events stand where they may."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from engine.bpmn.xml import (
    ACTIVITIES,
    FLOW_NODES,
    SUBPROCESSES,
    children,
    event_kind,
    flow_nodes,
    identifier,
    is_event_subprocess,
    local,
    scopes,
    text_of,
)
from engine.errors import Problem


def check(root: etree._Element) -> Iterator[Problem]:
    """Check every process and sub process."""
    for scope in scopes(root):
        yield from _scope(scope)


def _scope(scope: etree._Element) -> Iterator[Problem]:
    nodes = {identifier(node): node for node in flow_nodes(scope)}
    yield from _starts(scope, list(children(scope, "startEvent")))
    strange = dict(_strange(scope))
    for name, kind in strange.items():
        message = f"连线接在 {kind:.40} 上，它不是能执行的任务、网关或事件，请替换或删除。"
        yield Problem(name, "no-node", message)
    for flow in children(scope, "sequenceFlow"):
        if not {flow.get("sourceRef"), flow.get("targetRef")} & strange.keys():
            yield from _flow(flow, nodes)
    yield from _waited_for(scope)
    arrivals = Counter(flow.get("targetRef") for flow in children(scope, "sequenceFlow"))
    for gateway in children(scope, "complexGateway"):
        if arrivals[identifier(gateway)] > 1 and not text_of(gateway, "activationCondition"):
            yield Problem(
                identifier(gateway),
                "no-activation",
                "复杂网关汇合时要填写激活条件，例如 ${activationCount >= 2}。",
            )
    for event in children(scope, "boundaryEvent"):
        host = nodes.get(event.get("attachedToRef") or "")
        if host is None or local(host) not in ACTIVITIES:
            yield Problem(
                identifier(event), "boundary-host", "边界事件要附着在同一层的一个任务或子流程上。"
            )
        elif is_event_subprocess(host):
            yield Problem(identifier(event), "boundary-host", "事件子流程上不能附着边界事件。")
        if event_kind(event) == "":
            yield Problem(identifier(event), "boundary-kind", "边界事件要选择一种事件类型。")


def _strange(scope: etree._Element) -> Iterator[tuple[str, str]]:
    """Yield the id and kind of what flows join in a scope though it is no node."""
    flows = list(children(scope, "sequenceFlow"))
    joined = {flow.get(side) for flow in flows for side in ("sourceRef", "targetRef")} - {""}
    for child in scope:
        if local(child) and local(child) not in FLOW_NODES and identifier(child) in joined:
            yield identifier(child), local(child)


def _starts(scope: etree._Element, starts: list[etree._Element]) -> Iterator[Problem]:
    name = identifier(scope)
    if local(scope) == "adHocSubProcess":
        yield from _ad_hoc(scope)
    elif not starts:
        yield Problem(name, "no-start", "没有开始事件，请加一个。")
    elif is_event_subprocess(scope):
        if len(starts) != 1 or not event_kind(starts[0]):
            yield Problem(name, "event-start", "事件子流程要有且只有一个带事件类型的开始事件。")
    elif local(scope) in SUBPROCESSES and (len(starts) != 1 or event_kind(starts[0])):
        yield Problem(name, "plain-start", "子流程要有且只有一个普通开始事件。")
    elif sum(1 for start in starts if not event_kind(start)) > 1:
        yield Problem(
            name, "two-starts", "流程最多有一个普通开始事件，其余应是消息、信号或定时开始。"
        )


def _ad_hoc(scope: etree._Element) -> Iterator[Problem]:
    for event in children(scope, "startEvent", "endEvent"):
        yield Problem(
            identifier(event), "ad-hoc-event", "自由子流程里不能有开始和结束事件，请删除。"
        )
    if is_event_subprocess(scope):
        yield Problem(identifier(scope), "ad-hoc-event", "自由子流程不能由事件启动。")
    into = {flow.get("targetRef") for flow in children(scope, "sequenceFlow")}
    first = [n for n in flow_nodes(scope) if local(n) in ACTIVITIES and identifier(n) not in into]
    if not first:
        yield Problem(identifier(scope), "ad-hoc-empty", "自由子流程里至少要有一个没有进线的活动。")


def _flow(flow: etree._Element, nodes: dict[str, etree._Element]) -> Iterator[Problem]:
    name = identifier(flow)
    source = nodes.get(flow.get("sourceRef") or "")
    target = nodes.get(flow.get("targetRef") or "")
    if source is None or target is None:
        yield Problem(name, "loose-flow", "连线的两端要接在同一层的节点上，不能跨越子流程边界。")
        return
    if local(source) == "endEvent":
        yield Problem(name, "flow-from-end", "结束事件不能再有出线。")
    if local(target) in ("startEvent", "boundaryEvent"):
        yield Problem(name, "flow-into-start", "开始事件和边界事件不能有进线。")
    if is_event_subprocess(source) or is_event_subprocess(target):
        yield Problem(name, "flow-event-subprocess", "事件子流程由事件启动，不能接连线。")
    if local(source) == "eventBasedGateway" and local(target) not in (
        "intermediateCatchEvent",
        "receiveTask",
    ):
        yield Problem(name, "event-gateway", "事件网关后面只能接捕获事件或接收任务。")


def _waited_for(scope: etree._Element) -> Iterator[Problem]:
    """What stands behind an event-based gateway is waited for there, and only there."""
    flows = list(children(scope, "sequenceFlow"))
    gateways = {identifier(gateway) for gateway in children(scope, "eventBasedGateway")}
    waited_for = {flow.get("targetRef") for flow in flows if flow.get("sourceRef") in gateways}
    for flow in flows:
        if flow.get("targetRef") in waited_for and flow.get("sourceRef") not in gateways:
            yield Problem(identifier(flow), "event-gateway", "事件网关后面的事件不能再有别的进线。")
