"""Gateways: their direction, their ways, and what an event-based one may lead to."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.standard.model import ELSEWHERE, Model, is_true
from engine.bpmn.standard.registry import Found, rule
from engine.bpmn.xml import CHOREOGRAPHY, GATEWAYS, XSI_NS, children, identifier, local

#: What an event-based gateway may wait for.
AWAITED = frozenset({"message", "signal", "timer", "conditional", ELSEWHERE})
DECIDING = ("exclusiveGateway", "inclusiveGateway")


def _directed(model: Model, direction: str) -> Iterator[tuple[etree._Element, int, int]]:
    for gateway in model.of(*sorted(GATEWAYS)):
        if gateway.get("gatewayDirection") == direction:
            yield gateway, len(model.entering(gateway)), len(model.leaving(gateway))


@rule(
    "gateway-splits-or-merges",
    "10.6.1",
    "A gateway has several incoming or several outgoing flows.",
)
def splits_or_merges(model: Model) -> Found:
    for gateway in model.of(*sorted(GATEWAYS)):
        if gateway.get("gatewayDirection") in ("Converging", "Diverging", "Mixed"):
            continue  # its own rule says it more exactly
        if local(gateway) == "eventBasedGateway":
            continue
        if len(model.entering(gateway)) < 2 and len(model.leaving(gateway)) < 2:
            yield gateway, "网关既不分支也不合并，请补上连线或删除网关。"


@rule(
    "gateway-converging",
    "10.6.1",
    "A converging gateway has several incoming flows and at most one outgoing flow.",
)
def converging(model: Model) -> Found:
    for gateway, entering, leaving in _directed(model, "Converging"):
        if entering < 2:
            yield gateway, "合并网关（Converging）要有至少两条进线。"
        if leaving > 1:
            yield gateway, "合并网关（Converging）只能有一条出线。"


@rule(
    "gateway-diverging",
    "10.6.1",
    "A diverging gateway has at most one incoming flow and several outgoing flows.",
)
def diverging(model: Model) -> Found:
    for gateway, entering, leaving in _directed(model, "Diverging"):
        if entering > 1:
            yield gateway, "分支网关（Diverging）只能有一条进线。"
        if leaving < 2:
            yield gateway, "分支网关（Diverging）要有至少两条出线。"


@rule("gateway-mixed", "10.6.1", "A mixed gateway has several incoming and several outgoing flows.")
def mixed(model: Model) -> Found:
    for gateway, entering, leaving in _directed(model, "Mixed"):
        if entering < 2 or leaving < 2:
            yield gateway, "混合网关（Mixed）要有至少两条进线和两条出线。"


@rule(
    "gateway-conditions",
    "10.6.2",
    "In an executable process each flow of a deciding gateway but the default has a condition.",
)
def conditions(model: Model) -> Found:
    for gateway in model.of(*DECIDING):
        flows = model.leaving(gateway)
        if len(flows) < 2 or not model.runs(gateway):
            continue
        for flow in flows:
            if not _says_something(flow) and identifier(flow) != gateway.get("default"):
                yield flow, "这条分支没有条件，也不是默认连线，请写条件。"


def _says_something(flow: etree._Element) -> bool:
    """Tell whether a flow has a condition that is not empty; vendors may keep it elsewhere."""
    condition = next(children(flow, "conditionExpression"), None)
    if condition is None:
        return False
    elsewhere = any(str(name).startswith("{") and XSI_NS not in name for name in condition.attrib)
    return bool((condition.text or "").strip() or len(condition) or elsewhere)


# -- event-based gateways ------------------------------------------------------------------------


@rule("event-gateway-ways", "10.6.6", "An event-based gateway has two or more outgoing flows.")
def event_ways(model: Model) -> Found:
    for gateway in model.of("eventBasedGateway"):
        if len(model.leaving(gateway)) < 2:
            yield gateway, "事件网关要有至少两条出线。"


@rule(
    "event-gateway-targets",
    "10.6.6",
    "An event-based gateway leads only to receive tasks and to catching events of kind message, "
    "signal, timer, conditional or multiple; in a choreography to its activities as well.",
)
def event_targets(model: Model) -> Found:
    for gateway, target in _awaited(model):
        if local(target) == "receiveTask" or local(target) in CHOREOGRAPHY:
            continue  # in a choreography the activities themselves are what is waited for
        kinds = model.triggers(target) if local(target) == "intermediateCatchEvent" else []
        if not kinds or not AWAITED.issuperset(kinds):
            words = "后面只能接消息、信号、定时、条件捕获事件或接收任务。"
            yield target, f"事件网关 {identifier(gateway)} {words}"


@rule(
    "event-gateway-sole-entry",
    "10.6.6",
    "What an event-based gateway leads to has no other incoming flow.",
)
def event_sole_entry(model: Model) -> Found:
    for _, target in _awaited(model):
        if len(model.entering(target)) > 1:
            yield target, "事件网关后面的事件只能有来自网关的一条进线。"


@rule(
    "event-gateway-no-mix",
    "10.6.6",
    "Message events and receive tasks are not mixed behind one event-based gateway.",
)
def event_no_mix(model: Model) -> Found:
    for gateway in model.of("eventBasedGateway"):
        targets = [target for owner, target in _awaited(model, gateway) if owner is gateway]
        tasks = any(local(target) == "receiveTask" for target in targets)
        if tasks and any("message" in model.triggers(target) for target in targets):
            yield gateway, "事件网关后面不能同时接消息事件和接收任务，请统一成一种。"


@rule(
    "event-gateway-bare-task",
    "10.6.6",
    "A receive task behind an event-based gateway has no boundary events.",
)
def event_bare_task(model: Model) -> Found:
    for _, target in _awaited(model):
        if local(target) == "receiveTask" and model.attached.get(target):
            yield target, "事件网关后面的接收任务不能附着边界事件。"


@rule(
    "event-gateway-instantiates",
    "10.6.6",
    "An event-based gateway that starts a process has no incoming flow.",
)
def event_instantiates(model: Model) -> Found:
    for gateway in model.of("eventBasedGateway"):
        if is_true(gateway, "instantiate") and model.entering(gateway):
            yield gateway, "启动流程的事件网关不能有进线。"


@rule(
    "event-gateway-parallel",
    "10.6.6",
    "Only an event-based gateway that starts a process may be parallel.",
)
def event_parallel(model: Model) -> Found:
    for gateway in model.of("eventBasedGateway"):
        parallel = gateway.get("eventGatewayType") == "Parallel"
        if parallel and not is_true(gateway, "instantiate"):
            yield gateway, "并行的事件网关只能用来启动流程（instantiate=true）。"


@rule(
    "event-gateway-parallel-messages",
    "10.6.6",
    "A parallel event-based gateway waits for messages only.",
)
def event_parallel_messages(model: Model) -> Found:
    for gateway, target in _awaited(model):
        if gateway.get("eventGatewayType") != "Parallel" or local(target) == "receiveTask":
            continue
        if set(model.triggers(target)) - {ELSEWHERE} - {"message"}:
            yield target, f"并行事件网关 {identifier(gateway)} 后面只能接收消息。"


def _awaited(
    model: Model, only: etree._Element | None = None
) -> Iterator[tuple[etree._Element, etree._Element]]:
    for gateway in model.of("eventBasedGateway") if only is None else [only]:
        for flow in model.leaving(gateway):
            target = model.ends[flow][1]
            if target is not None:
                yield gateway, target
