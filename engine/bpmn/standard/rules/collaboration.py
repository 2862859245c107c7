"""Pools, message flows, conversations and lanes."""

from __future__ import annotations

from collections import Counter

from lxml import etree

from engine.bpmn.standard.model import ELSEWHERE, NODES, SCOPES, Model, pool_of, said
from engine.bpmn.standard.registry import Found, rule
from engine.bpmn.xml import ACTIVITIES, CONVERSATIONS, B, children, identifier, local, text_of

SENDING = ("endEvent", "intermediateThrowEvent")
#: What a collaboration may have and a global conversation may not.
NOT_GLOBAL = frozenset(
    {
        "association",
        "choreographyRef",
        "conversationAssociation",
        "conversationLink",
        "group",
        "messageFlowAssociation",
        "participantAssociation",
        "textAnnotation",
    }
)
RECEIVING = ("startEvent", "intermediateCatchEvent", "boundaryEvent")


@rule("message-flow-ends", "9.4", "A message flow has a source and a target, and both exist.")
def message_flow_ends(model: Model) -> Found:
    for flow in model.of("messageFlow"):
        for attribute, word in (("sourceRef", "起点"), ("targetRef", "终点")):
            pointer = flow.get(attribute)
            if model.is_external(pointer, flow):
                continue
            if model.find(pointer, flow) is None:
                yield flow, f"消息流的{word} {pointer or '（空）'} 不存在，请接好。"


@rule(
    "message-flow-joins",
    "9.4",
    "A message flow joins pools, activities and message events that send or receive.",
)
def message_flow_joins(model: Model) -> Found:
    for flow in model.of("messageFlow"):
        for attribute, places, word in (
            ("sourceRef", SENDING, "起点"),
            ("targetRef", RECEIVING, "终点"),
        ):
            end = model.find(flow.get(attribute), flow)
            if end is not None and not _may_end(model, end, places):
                yield (
                    flow,
                    f"消息流的{word}不能是 {said(end)}（{local(end)}），要接泳池、任务或消息事件。",
                )


def _may_end(model: Model, end: etree._Element, places: tuple[str, ...]) -> bool:
    kind = local(end)
    if kind in ACTIVITIES or kind in CONVERSATIONS or kind == "participant":
        return True
    if kind not in places:
        return False
    return not {"message", ELSEWHERE}.isdisjoint(model.triggers(end))


@rule("message-flow-pools", "9.4", "A message flow leads from one pool to another.")
def message_flow_pools(model: Model) -> Found:
    for flow in model.of("messageFlow"):
        ends = [model.find(flow.get(side), flow) for side in ("sourceRef", "targetRef")]
        if all(end is not None and local(end) == "participant" for end in ends):
            inside = ends[0] is ends[1]  # several participants may share one process
        else:
            source, target = (_pool(model, end) for end in ends)
            inside = source is not None and source is target
        if inside:
            yield flow, "消息流的两端在同一个泳池里，请改用连线。"


def _pool(model: Model, end: etree._Element | None) -> etree._Element | None:
    """Return the process or black box that an end belongs to."""
    if end is None:
        return None
    if local(end) == "participant":
        process = model.find(end.get("processRef"), end)
        return end if process is None else process
    return model.top(end) if local(end) in NODES else None


@rule("message-flow-outside", "9.4", "What a message flow joins stands in a pool.")
def message_flow_outside(model: Model) -> Found:
    for flow in model.of("messageFlow"):
        for side in ("sourceRef", "targetRef"):
            end = model.find(flow.get(side), flow)
            top = None if end is None or local(end) not in NODES else model.top(end)
            if top is not None and local(top) == "process" and not model.pools.get(top):
                yield flow, f"流程 {identifier(top)} 不属于任何泳池，消息流接不到里面。"


@rule(
    "pool-process",
    "9.3",
    "Within one collaboration a process belongs to one participant.",
    "warning",
)
def pool_process(model: Model) -> Found:
    for pools in model.pools.values():
        homes = Counter(pool.getparent() for pool in pools)
        for pool in pools[1:]:
            if homes[pool.getparent()] > 1:
                yield pool, f"流程 {pool.get('processRef')} 已经属于另一个泳池。"


@rule("process-public", "10.2", "An executable process is private, not public.")
def process_public(model: Model) -> Found:
    for process in model.of("process"):
        if process.get("processType") == "Public" and model.runs(process):
            yield process, "公开流程（Public）只描述对外接口，不能标明可执行。"


@rule(
    "process-collaboration",
    "10.2",
    "A process that names its collaboration is a participant of it.",
)
def process_collaboration(model: Model) -> Found:
    for process in model.of("process"):
        home = model.find(process.get("definitionalCollaborationRef"), process)
        if home is None:
            continue
        if not any(pool.getparent() is home for pool in model.pools.get(process, ())):
            yield process, "流程不是 definitionalCollaborationRef 所指协作的参与者。"


@rule(
    "participant-multiplicity",
    "9.3",
    "The maximum of a multiplicity is one or more and not below its minimum.",
)
def multiplicity(model: Model) -> Found:
    for one in model.of("participantMultiplicity"):
        least, most = (_whole(one.get(name), usual) for name, usual in _BOUNDS)
        if least is None or most is None or least < 0 or most < 1 or most < least:
            yield one, "参与者数量的上限要不小于 1，也不小于下限。"


_BOUNDS = (("minimum", 0), ("maximum", 1))


def _whole(text: str | None, usual: int) -> int | None:
    if text is None:
        return usual
    text = text.strip()
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 10 else None


@rule(
    "conversation-participants",
    "9.5",
    "A conversation has two participants or more, named in it or linked to it.",
)
def conversation_participants(model: Model) -> Found:
    linked: dict[etree._Element | None, set[etree._Element | None]] = {}
    for link in model.of("conversationLink"):
        source, target = (model.find(link.get(side), link) for side in ("sourceRef", "targetRef"))
        linked.setdefault(source, set()).add(target)
        linked.setdefault(target, set()).add(source)
    for conversation in model.of(*sorted(CONVERSATIONS)):
        refs = list(children(conversation, "participantRef"))
        if any(model.is_external(ref.text, ref) for ref in refs):
            continue
        named = {model.find(ref.text, ref) for ref in refs}
        if len((named | linked.get(conversation, set())) - {None}) < 2:
            yield conversation, "会话至少要有两个参与者。"


@rule("conversation-link", "9.5", "A conversation link joins a participant and a conversation.")
def conversation_link(model: Model) -> Found:
    for link in model.of("conversationLink"):
        ends = [model.find(link.get(name), link) for name in ("sourceRef", "targetRef")]
        kinds = [local(end) for end in ends if end is not None]
        talks = [kind for kind in kinds if kind in CONVERSATIONS]
        others = [kind for kind in kinds if kind in ("participant", *NODES)]
        if len(talks) != 1 or len(others) != 1:
            yield link, "会话连线的一端要接会话，另一端接参与者。"


@rule(
    "conversation-messages",
    "9.5",
    "The message flows of a conversation join its participants.",
)
def conversation_messages(model: Model) -> Found:
    for conversation in model.of(*sorted(CONVERSATIONS)):
        named = {model.find(ref.text, ref) for ref in children(conversation, "participantRef")}
        flows = (model.find(ref.text, ref) for ref in children(conversation, "messageFlowRef"))
        ends = (
            pool_of(model, model.find(flow.get(side), flow))
            for flow in flows
            if flow is not None
            for side in ("sourceRef", "targetRef")
        )
        if named and any(end is not None and end not in named for end in ends):
            yield conversation, "会话的消息流要在它的参与者之间。"


@rule(
    "conversation-global",
    "9.5",
    "A global conversation has participants, message flows and correlation keys, nothing else.",
)
def conversation_global(model: Model) -> Found:
    for conversation in model.of("globalConversation"):
        for part in conversation:
            if local(part) in CONVERSATIONS or local(part) in NOT_GLOBAL:
                yield part, f"全局会话里不能有 {local(part)}，只能有参与者、消息流和关联键。"


@rule(
    "participant-association",
    "9.3",
    "A participant association joins a participant of what is called to one of who calls.",
)
def participant_association(model: Model) -> Found:
    for association in model.of("participantAssociation"):
        caller = association.getparent()
        if caller is None:
            continue
        named = caller.get("calledChoreographyRef") or caller.get("calledCollaborationRef")
        called = model.find(named, caller)
        inner, outer = (
            model.find(text_of(association, pointer), association)
            for pointer in ("innerParticipantRef", "outerParticipantRef")
        )
        if called is not None and inner is not None and inner.getparent() is not called:
            yield caller, f"innerParticipantRef 要指向 {identifier(called)} 里的参与者。"
        if outer is not None and called is not None and outer.getparent() is called:
            yield caller, "outerParticipantRef 要指向调用方的参与者。"


# -- lanes ---------------------------------------------------------------------------------------


@rule("lane-once", "10.8", "A node is in at most one lane of a lane set.")
def lane_once(model: Model) -> Found:
    for lane_set in model.of("laneSet", "childLaneSet"):
        seen: dict[etree._Element, etree._Element] = {}
        for lane in children(lane_set, "lane"):
            for ref in lane.iter(B + "flowNodeRef"):  # what is in an inner lane is in this one too
                node = model.find(ref.text, ref)
                if node is not None and seen.setdefault(node, lane) is not lane:
                    yield node, f"这个节点在同一组里属于不止一个泳道，又在 {said(lane)}。"


@rule("lane-member", "10.8", "A lane holds nodes of its own process or subprocess.")
def lane_member(model: Model) -> Found:
    for lane in model.of("lane"):
        home = lane.getparent()
        while home is not None and local(home) not in SCOPES:
            home = home.getparent()
        if home is None:
            continue
        for ref in children(lane, "flowNodeRef"):
            node = model.find(ref.text, ref)
            if node is not None and local(node) in NODES and home not in node.iterancestors():
                yield lane, f"泳道里的 {identifier(node)} 不属于这个流程。"
