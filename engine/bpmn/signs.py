"""What a BPMN element shows beside its name: the sign of an event, marks, states, envelopes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from engine.bpmn.xml import B, children, event_definitions, local

Elements = Mapping[str, etree._Element]
#: The standard's own extension for colours, and what bpmn.io wrote before there was one.
INSIDE = (
    "{http://www.omg.org/spec/BPMN/non-normative/color/1.0}background-color",
    "{http://bpmn.io/schema/bpmn/biocolor/1.0}fill",
)
OUTLINE = (
    "{http://www.omg.org/spec/BPMN/non-normative/color/1.0}border-color",
    "{http://bpmn.io/schema/bpmn/biocolor/1.0}stroke",
)
COLOUR = re.compile(r"^#[0-9A-Fa-f]{3}(?:[0-9A-Fa-f]{3})?$", re.A)
#: Loops of choreography activities → marks.
LOOPS = {
    "Standard": "loop",
    "MultiInstanceSequential": "sequential",
    "MultiInstanceParallel": "parallel",
}


def sign(node: etree._Element, semantic: Elements) -> str:
    """Return the sign inside an event or an event-based gateway; "" for none."""
    if local(node) == "eventBasedGateway":
        return _gateway(node)
    definitions = event_definitions(node)
    for pointer in children(node, "eventDefinitionRef"):
        name = (pointer.text or "").strip()
        shared = semantic.get(name, semantic.get(name.rpartition(":")[2]))
        if shared is not None and local(shared).endswith("EventDefinition"):
            definitions.append(shared)
    kinds = [local(definition).removesuffix("EventDefinition") for definition in definitions]
    if len(kinds) > 1:
        return "parallelMultiple" if node.get("parallelMultiple") == "true" else "multiple"
    return kinds[0] if kinds else ""


def _gateway(node: etree._Element) -> str:
    if node.get("instantiate") != "true":
        return ""
    return "parallelStart" if node.get("eventGatewayType") == "Parallel" else "start"


def marks(node: etree._Element, semantic: Elements) -> Iterator[str]:
    """Yield the marks at the foot of an activity, a data object or a pool."""
    if node.find(f"{B}standardLoopCharacteristics") is not None:
        yield "loop"
    multi = node.find(f"{B}multiInstanceLoopCharacteristics")
    if multi is not None:
        yield "sequential" if multi.get("isSequential") == "true" else "parallel"
    if node.get("loopType") in LOOPS:
        yield LOOPS[node.get("loopType", "")]
    if node.get("isForCompensation") == "true":
        yield "compensation"
    if local(node) == "adHocSubProcess":
        yield "adhoc"
    meant = semantic.get(node.get("dataObjectRef") or "", node)
    if "true" in (node.get("isCollection"), meant.get("isCollection")):
        yield "collection"
    many = node.find(f"{B}participantMultiplicity")
    if many is not None and (many.get("maximum") or "").strip() not in ("0", "1"):
        yield "parallel"


def state(node: etree._Element) -> str:
    """Return the state that a data object or store is shown in."""
    found = node.find(f"{B}dataState")
    return "" if found is None else (found.get("name") or "").strip()


def colours(item: etree._Element) -> tuple[str, str]:
    """Return the colours of the inside and the outline that a tool wrote to a shape or an edge."""
    inside, outline = (
        next((said for name in names if COLOUR.match(said := item.get(name) or "")), "")
        for names in (INSIDE, OUTLINE)
    )
    return inside, outline


def sent(act: etree._Element, participant: str, semantic: Elements) -> etree._Element | None:
    """Return the message a participant sends in a choreography activity, or at least its flow."""
    for pointer in children(act, "messageFlowRef"):
        flow = semantic.get((pointer.text or "").strip())
        if flow is not None and (flow.get("sourceRef") or "").strip() == participant:
            return semantic.get(flow.get("messageRef") or "", flow)
    return None


def told_elsewhere(root: etree._Element) -> frozenset[str]:
    """Return the message flows that a conversation or a choreography activity stands for."""
    return frozenset((ref.text or "").strip() for ref in root.iter(f"{B}messageFlowRef"))
