"""Sequence flows: what they join, where they run, when they have a condition."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.standard.model import (
    NODES,
    Model,
    for_compensation,
    is_false,
    is_true,
    said,
)
from engine.bpmn.standard.registry import Found, rule
from engine.bpmn.xml import ACTIVITIES, EVENTS, GATEWAYS, GIVEN, children, identifier, local


@rule("flow-ends", "8.4.13", "A sequence flow has a source and a target, and both exist.")
def ends(model: Model) -> Found:
    for flow, (source, target) in model.ends.items():
        for attribute, found, word in (
            ("sourceRef", source, "起点"),
            ("targetRef", target, "终点"),
        ):
            if found is None:
                yield flow, f"连线的{word} {flow.get(attribute) or '（空）'} 不存在，请接好。"


@rule("flow-joins-nodes", "7.6.1", "A sequence flow joins activities, gateways and events only.")
def joins_nodes(model: Model) -> Found:
    for flow, pair in model.ends.items():
        for end in pair:
            if end is not None and local(end) not in NODES:
                yield flow, f"连线不能接在 {local(end)} 上，只能接任务、网关和事件。"


@rule(
    "flow-same-scope",
    "7.6.1",
    "A sequence flow stays inside one pool and one level: both ends and the flow itself belong to "
    "the same process or subprocess.",
)
def same_scope(model: Model) -> Found:
    for flow, (source, target) in model.ends.items():
        if source is None or target is None:
            continue
        if local(source) not in NODES or local(target) not in NODES:
            continue
        if source.getparent() is not target.getparent():
            yield flow, "连线跨越了流程或子流程的边界，请改用消息流、信号或在同一层连接。"
        elif flow.getparent() is not source.getparent():
            yield flow, "连线要和它的两端写在同一个流程或子流程里。"


@rule(
    "flow-mirrored",
    "8.4.7",
    "Where nodes list their flows, `incoming` and `outgoing` agree with sourceRef and targetRef.",
)
def mirrored(model: Model) -> Found:
    for scope in model.scopes:
        nodes = [node for node in scope if local(node) in NODES]
        listed = {
            (node, side): [model.find(ref.text, ref) for ref in children(node, side)]
            for node in nodes
            for side in ("incoming", "outgoing")
        }
        if not any(listed.values()):
            continue
        for (node, side), names in listed.items():
            real = model.entering(node) if side == "incoming" else model.leaving(node)
            yield from _compare(node, side, names, real)


def _compare(
    node: etree._Element,
    side: str,
    names: list[etree._Element | None],
    real: list[etree._Element],
) -> Found:
    joined, listed = set(real), set(names)
    for flow in names:
        if flow is None or flow not in joined:
            what = "不存在的连线" if flow is None else f"{said(flow)}"
            yield node, f"{side} 里写了{what}，但它不接在这里，请改一致。"
    for flow in real:
        if flow not in listed and not identifier(flow).startswith(GIVEN):
            yield node, f"连线 {said(flow)} 接在这里，但 {side} 里没有写，请补上。"


@rule(
    "condition-source",
    "8.4.13",
    "Only flows that leave an activity or an exclusive, inclusive or complex gateway have one.",
)
def condition_source(model: Model) -> Found:
    for flow in model.of("sequenceFlow"):
        source = model.ends[flow][0]
        if source is None or not _condition(flow):
            continue
        kind = local(source)
        if kind in EVENTS or kind in ("parallelGateway", "eventBasedGateway"):
            yield flow, f"从 {kind} 出来的连线不能有条件，请删除条件或换成排他网关。"


@rule(
    "condition-alone",
    "8.4.13",
    "An activity with a conditional flow has at least one other outgoing flow.",
)
def condition_alone(model: Model) -> Found:
    for node in model.of(*sorted(ACTIVITIES)):
        flows = model.leaving(node)
        if len(flows) == 1 and _condition(flows[0]):
            yield flows[0], "任务只有这一条出线，不能带条件，请再加一条出线或删除条件。"


def _condition(flow: etree._Element) -> bool:
    """Tell whether a flow has a condition that says something; empty ones are habit of tools."""
    found = next(children(flow, "conditionExpression"), None)
    return found is not None and bool((found.text or "").strip() or len(found))


@rule(
    "default-source",
    "10.3",
    "A default flow leaves the activity or exclusive, inclusive or complex gateway that names it.",
)
def default_source(model: Model) -> Found:
    for node in model.of(*sorted(ACTIVITIES | GATEWAYS)):
        name = node.get("default")
        if name is None:
            continue
        if local(node) in ("parallelGateway", "eventBasedGateway"):
            yield node, "并行网关和事件网关没有默认连线，请删除 default。"
        elif model.find(name, node) not in model.leaving(node):
            yield node, f"默认连线 {name} 不是从这里出去的，请改成自己的出线。"


@rule(
    "default-condition", "10.3", "A default flow has no condition: it would be ignored.", "warning"
)
def default_condition(model: Model) -> Found:
    for node in model.of(*sorted(ACTIVITIES | GATEWAYS)):
        flow = model.find(node.get("default"), node)
        if flow is not None and local(flow) == "sequenceFlow" and _condition(flow):
            yield flow, "默认连线的条件不起作用，请删除。"


@rule(
    "flow-immediate",
    "8.4.13",
    "In an executable process `isImmediate` is not false.",
)
def immediate(model: Model) -> Found:
    for flow in model.of("sequenceFlow"):
        if is_false(flow, "isImmediate") and model.runs(flow):
            yield flow, "可执行流程里连线的 isImmediate 不能是 false。"


@rule(
    "start-needs-end",
    "10.5.3",
    "A process or subprocess with a start event has an end event too.",
)
def start_needs_end(model: Model) -> Found:
    for scope in model.scopes:
        starts = list(children(scope, "startEvent"))
        if starts and next(children(scope, "endEvent"), None) is None:
            yield starts[0], "这一层有开始事件，也要有结束事件，请补上。"


@rule(
    "end-needs-start",
    "10.5.2",
    "A process or subprocess with an end event has a start event too.",
)
def end_needs_start(model: Model) -> Found:
    for scope in model.scopes:
        finish = next(children(scope, "endEvent"), None)
        if finish is None or next(children(scope, "startEvent"), None) is not None:
            continue
        if not any(is_true(node, "instantiate") for node in scope):
            yield finish, "这一层有结束事件，也要有开始事件，请补上。"


@rule(
    "node-entered",
    "10.5.2",
    "Where there is a start event, every other node is the target of a flow (save compensation "
    "activities, event subprocesses, boundary events, catching links, instantiating receivers).",
)
def entered(model: Model) -> Found:
    for scope in model.scopes:
        if next(children(scope, "startEvent"), None) is None:
            continue
        for node in scope:
            if local(node) not in NODES or local(node) in ("startEvent", "boundaryEvent"):
                continue
            if not model.entering(node) and not _aside(model, node, "intermediateCatchEvent"):
                yield node, "没有连线通到这里，请连上或删除。"


@rule(
    "node-left",
    "10.5.3",
    "Where there is an end event, every other node is the source of a flow (save compensation "
    "activities and boundary events, event subprocesses, throwing links).",
)
def left(model: Model) -> Found:
    for scope in model.scopes:
        if next(children(scope, "endEvent"), None) is None:
            continue
        for node in scope:
            if local(node) not in NODES or local(node) in ("endEvent", "boundaryEvent"):
                continue
            if not model.leaving(node) and not _aside(model, node, "intermediateThrowEvent"):
                yield node, "从这里没有连线出去，请接到下一步或结束事件。"


def _aside(model: Model, node: etree._Element, link: str) -> bool:
    """Tell whether a node stands outside the flow, so that nothing need lead to or from it."""
    if for_compensation(node) or is_true(node, "triggeredByEvent"):
        return True
    if local(node) == link and "link" in model.triggers(node):
        return True
    return link == "intermediateCatchEvent" and is_true(node, "instantiate")
