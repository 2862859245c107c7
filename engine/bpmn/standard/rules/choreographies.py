"""Choreographies: who takes part, who begins, what is said, and what may stand in one."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.standard import grammar
from engine.bpmn.standard.model import ELSEWHERE, NODES, Model, pool_of
from engine.bpmn.standard.registry import Found, rule
from engine.bpmn.xml import CHOREOGRAPHY, CONVERSATIONS, EVENTS, GATEWAYS, children, local

#: Through these the choreography tasks before and after a gateway meet.
PASSED = GATEWAYS - {"complexGateway", "eventBasedGateway"}
TALKING = {
    "startEvent": {"timer", "conditional", "signal"},
    "endEvent": {"terminate"},
    "intermediateCatchEvent": {"timer", "conditional", "signal", "link"},
    "intermediateThrowEvent": {"link"},
    "boundaryEvent": {"message", "timer", "conditional", "signal", "cancel", "compensate"},
}  # fmt: skip


@rule(
    "choreography-participants",
    "11.5",
    "A choreography task has exactly two participants, a choreography that is called or stands "
    "inside another two or more; the one that begins is among them.",
)
def choreography_participants(model: Model) -> Found:
    for act in model.of(*sorted(CHOREOGRAPHY)):
        named = participants(act)
        if local(act) == "choreographyTask" and len(named) != 2:
            yield act, "编排任务要有两个参与者。"
        elif len(named) < 2:
            yield act, "子编排和调用编排至少要有两个参与者。"
        first = (act.get("initiatingParticipantRef") or "").strip()
        if first and first not in named:
            yield act, f"发起方 {first:.60} 不在参与者里。"


@rule(
    "choreography-initiator",
    "11.5",
    "Who begins a choreography task took part in every one right before it, across gateways too.",
)
def choreography_initiator(model: Model) -> Found:
    for act in model.of("choreographyTask"):
        first = (act.get("initiatingParticipantRef") or "").strip()
        if first and any(first not in participants(before) for before in _before(model, act)):
            yield act, f"发起方 {first:.60} 没有参与前一个编排任务，不知道何时开始。"


@rule(
    "choreography-inner",
    "11.5",
    "Who takes part inside a choreography that stands inside another is named at its outside.",
    "warning",
)
def choreography_inner(model: Model) -> Found:
    for outer in model.of("subChoreography"):
        named = participants(outer)
        inside = [act for act in outer if local(act) in CHOREOGRAPHY]
        for name in sorted({name for act in inside for name in participants(act)} - named - {""}):
            yield outer, f"里面的参与者 {name:.60} 也要列在子编排上。"


def participants(act: etree._Element) -> set[str]:
    """Return the ids of who takes part in a choreography activity or a conversation."""
    return {(ref.text or "").strip() for ref in children(act, "participantRef")}


def _before(model: Model, act: etree._Element) -> Iterator[etree._Element]:
    """Yield the choreography tasks that lead to one, directly or through gateways."""
    seen = {act}
    waiting = [act]
    while waiting:
        for flow in model.entering(waiting.pop()):
            source = model.ends[flow][0]
            if source is None or source in seen:
                continue
            seen.add(source)
            if local(source) in PASSED:
                waiting.append(source)
            elif local(source) == "choreographyTask":
                yield source


@rule(
    "choreography-event-gateway",
    "11.7.2",
    "What follows an event-based gateway in a choreography has the same sender or the same "
    "receiver.",
)
def choreography_event_gateway(model: Model) -> Found:
    for gateway in model.of("eventBasedGateway"):
        targets = [model.ends[flow][1] for flow in model.leaving(gateway)]
        acts = [act for act in targets if act is not None and local(act) == "choreographyTask"]
        senders = {(act.get("initiatingParticipantRef") or "").strip() for act in acts}
        receivers = {
            name
            for act in acts
            for name in participants(act)
            if name != (act.get("initiatingParticipantRef") or "").strip()
        }
        if len(acts) > 1 and len(senders) > 1 and len(receivers) > 1:
            yield gateway, "编排图中事件网关后面的任务，发起方要相同，或者接收方要相同。"


@rule("choreography-messages", "11.5", "A choreography task has one or two message flows.")
def choreography_messages(model: Model) -> Found:
    for act in model.of("choreographyTask"):
        if len(list(children(act, "messageFlowRef"))) > 2:
            yield act, "编排任务最多有两条消息流。"


@rule("choreography-events", "11.6", "In a choreography only some kinds of event may be used.")
def choreography_events(model: Model) -> Found:
    for event, kinds in model.events(*sorted(EVENTS)):
        top = model.top(event)
        if top is None or local(top) != "choreography":
            continue
        for kind in kinds:
            if kind not in (*TALKING[local(event)], ELSEWHERE):
                yield event, f"编排图的这个位置不能用 {kind} 事件。"


@rule(
    "choreography-message-ends",
    "11.5",
    "The message flows of a choreography task join its participants, and who begins sends one.",
)
def choreography_message_ends(model: Model) -> Found:
    for act in model.of("choreographyTask"):
        flows = [model.find(ref.text, ref) for ref in children(act, "messageFlowRef")]
        here = set(act.iterancestors())
        ends = [
            [model.find(flow.get(side), flow) for side in ("sourceRef", "targetRef")]
            for flow in flows
            if flow is not None and flow.getparent() in here
        ]
        named = {model.find(name, act) for name in participants(act)}
        parties = [[pool_of(model, end) for end in pair] for pair in ends]
        if any(end is not None and end not in named for pair in parties for end in pair):
            yield act, "编排任务的消息流要在它的两个参与者之间。"
        first = model.find(act.get("initiatingParticipantRef"), act)
        if first is not None and parties and not any(pair[0] in (first, None) for pair in parties):
            yield act, "编排任务的消息流里，要有一条由发起方发出。"


@rule(
    "choreography-global",
    "11.5",
    "A global choreography task has participants and message flows, nothing else, and one of its "
    "participants begins.",
)
def choreography_global(model: Model) -> Found:
    flow = grammar.kinds()["process"].order
    for task in model.of("globalChoreographyTask"):
        for part in task:
            if flow.get(local(part), -1) in (flow["task"], flow["group"]) or (
                local(part) in CONVERSATIONS
            ):
                yield part, f"全局编排任务里不能有 {local(part)}，只能有参与者和消息流。"
        first = model.find(task.get("initiatingParticipantRef"), task)
        if first is not None and first.getparent() is not task:
            yield task, "发起方要是这个全局编排任务自己的参与者。"


@rule(
    "choreography-content",
    "11.4",
    "A choreography holds choreography activities, gateways and events; no process holds those "
    "activities.",
)
def choreography_content(model: Model) -> Found:
    for scope in model.scopes:
        talks = local(scope) in ("choreography", "subChoreography")
        for node in scope:
            kind = local(node)
            if talks and (
                kind.startswith("data") or kind in NODES - CHOREOGRAPHY - GATEWAYS - EVENTS
            ):
                yield node, f"编排图里不能有 {kind}，只能有编排活动、网关和事件。"
            if not talks and kind in CHOREOGRAPHY:
                yield node, f"{kind} 只能放在编排图里，不能放在流程里。"
