"""Pointers: everything a file refers to exists, and is what it should be."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from engine.bpmn.standard.model import Model
from engine.bpmn.standard.registry import Found, rule
from engine.bpmn.xml import CONVERSATIONS, FLOW_NODES, children, local

ITEM_AWARE = frozenset(
    {
        "dataInput",
        "dataObject",
        "dataObjectReference",
        "dataOutput",
        "dataStore",
        "dataStoreReference",
        "inputDataItem",
        "outputDataItem",
        "property",
    }
)
CALLABLE = frozenset(
    {
        "globalBusinessRuleTask",
        "globalManualTask",
        "globalScriptTask",
        "globalTask",
        "globalUserTask",
        "process",
    }
)
COLLABORATIONS = frozenset(
    {"choreography", "collaboration", "globalChoreographyTask", "globalConversation"}
)
DEFINITIONS = frozenset(
    f"{kind}EventDefinition"
    for kind in (
        "cancel",
        "compensate",
        "conditional",
        "error",
        "escalation",
        "link",
        "message",
        "signal",
        "terminate",
        "timer",
    )
)
#: Pointers by family: (kinds that point or "*", attribute or child, what they may point to).
EVENTS = (
    ("*", "messageRef", {"message"}),
    ("*", "signalRef", {"signal"}),
    ("*", "errorRef", {"error"}),
    ("*", "escalationRef", {"escalation"}),
    ("*", "noneBehaviorEventRef", DEFINITIONS),
    ("*", "oneBehaviorEventRef", DEFINITIONS),
    ("*", "eventDefinitionRef", DEFINITIONS),
    ("linkEventDefinition", "source", {"linkEventDefinition"}),
    ("linkEventDefinition", "target", {"linkEventDefinition"}),
)
SERVICES = (
    ("*", "operationRef", {"operation"}),
    ("*", "inMessageRef", {"message"}),
    ("*", "outMessageRef", {"message"}),
    ("*", "interfaceRef", {"interface"}),
    ("*", "supportedInterfaceRef", {"interface"}),
    ("*", "resourceRef", {"resource"}),
    ("*", "parameterRef", {"resourceParameter"}),
)
DATA = (
    ("*", "dataObjectRef", {"dataObject"}),
    ("*", "dataStoreRef", {"dataStore"}),
    ("*", "itemSubjectRef", {"itemDefinition"}),
    ("message", "itemRef", {"itemDefinition"}),
    ("*", "evaluatesToTypeRef", {"itemDefinition"}),
    ("correlationProperty", "type", {"itemDefinition"}),
    ("resourceParameter", "type", {"itemDefinition"}),
    ("signal", "structureRef", {"itemDefinition"}),
    ("error", "structureRef", {"itemDefinition"}),
    ("escalation", "structureRef", {"itemDefinition"}),
    ("multiInstanceLoopCharacteristics", "loopDataInputRef", ITEM_AWARE),
    ("multiInstanceLoopCharacteristics", "loopDataOutputRef", ITEM_AWARE),
    ("dataInputAssociation", "sourceRef", ITEM_AWARE),
    ("dataInputAssociation", "targetRef", ITEM_AWARE),
    ("dataOutputAssociation", "sourceRef", ITEM_AWARE),
    ("dataOutputAssociation", "targetRef", ITEM_AWARE),
    ("inputSet", "dataInputRefs", {"dataInput"}),
    ("inputSet", "optionalInputRefs", {"dataInput"}),
    ("inputSet", "whileExecutingInputRefs", {"dataInput"}),
    ("inputSet", "outputSetRefs", {"outputSet"}),
    ("outputSet", "dataOutputRefs", {"dataOutput"}),
    ("outputSet", "optionalOutputRefs", {"dataOutput"}),
    ("outputSet", "whileExecutingOutputRefs", {"dataOutput"}),
    ("outputSet", "inputSetRefs", {"inputSet"}),
)
COLLABORATING = (
    ("participant", "processRef", {"process"}),
    ("participant", "endPointRef", {"endPoint"}),
    ("*", "participantRef", {"participant"}),
    ("*", "initiatingParticipantRef", {"participant"}),
    ("*", "innerParticipantRef", {"participant"}),
    ("*", "outerParticipantRef", {"participant"}),
    ("*", "messageFlowRef", {"messageFlow"}),
    ("*", "innerMessageFlowRef", {"messageFlow"}),
    ("*", "outerMessageFlowRef", {"messageFlow"}),
    ("*", "innerConversationNodeRef", CONVERSATIONS),
    ("*", "outerConversationNodeRef", CONVERSATIONS),
    ("*", "choreographyRef", {"choreography", "globalChoreographyTask"}),
    ("*", "calledCollaborationRef", {"collaboration", "globalConversation"}),
    ("*", "calledChoreographyRef", {"choreography", "globalChoreographyTask"}),
    ("*", "definitionalCollaborationRef", COLLABORATIONS),
    ("*", "correlationKeyRef", {"correlationKey"}),
    ("*", "correlationPropertyRef", {"correlationProperty"}),
)
REST = (
    ("process", "supports", {"process"}),
    ("relationship", "source", None),
    ("relationship", "target", None),
    ("lane", "partitionElementRef", None),
    ("ioBinding", "inputDataRef", {"dataInput", "inputSet"}),
    ("ioBinding", "outputDataRef", {"dataOutput", "outputSet"}),
    ("*", "flowNodeRef", FLOW_NODES),
    ("*", "categoryValueRef", {"categoryValue"}),
    ("association", "sourceRef", None),
    ("association", "targetRef", None),
)


POINTERS = (EVENTS, SERVICES, DATA, COLLABORATING, REST)
#: What may lead to something that is no BPMN: to types at once, or out of the file.
TYPES = frozenset({"evaluatesToTypeRef", "source", "structureRef", "target", "type"})
#: Pointers by bare ids, and words that mean something else in other elements.
COMMON = frozenset({"source", "sourceRef", "supports", "target", "targetRef"})


def _pointers(
    model: Model, kind: str, name: str
) -> Iterator[tuple[etree._Element, etree._Element, str]]:
    """Yield (element, where the pointer stands, its text)."""
    owners = model.of(kind) if kind != "*" else model.pointing.get(name, ())
    for owner in owners:
        value = owner.get(name)
        if value is not None:
            yield owner, owner, value
        for child in children(owner, name):
            yield owner, child, child.text or ""


def _family(
    model: Model, family: tuple[tuple[str, str, frozenset[str] | set[str] | None], ...]
) -> Found:
    for kind, name, wanted in family:
        for owner, at, pointer in _pointers(model, kind, name):
            if not pointer.strip() or model.is_external(pointer, at):
                continue
            target = model.find(pointer, at)
            if target is None and _is_foreign_type(name, pointer, at):
                continue
            if target is None:
                yield owner, f"{name} 指向的 {pointer.strip():.60} 不存在，请改正。"
            elif wanted is not None and local(target) not in wanted:
                yield owner, f"{name} 不能指向 {local(target)}，请改正。"


def _is_foreign_type(name: str, pointer: str, at: etree._Element) -> bool:
    """Tell whether a pointer means something of another language, such as `xsd:string`."""
    prefix, colon, _ = pointer.strip().partition(":")
    target = at.getroottree().getroot().get("targetNamespace")
    return name in TYPES and bool(colon) and at.nsmap.get(prefix) not in (None, target)


@rule("ref-event", "10.5.5", "Messages, signals, errors and escalations that are named exist.")
def events(model: Model) -> Found:
    return _family(model, EVENTS)


@rule(
    "ref-shared-event",
    "10.5.4",
    "An event definition that is referred to stands at the top of the file, by itself.",
)
def shared_events(model: Model) -> Found:
    for event in model.pointing.get("eventDefinitionRef", ()):
        for ref in children(event, "eventDefinitionRef"):
            definition = model.find(ref.text, ref)
            if definition is None or local(definition) not in DEFINITIONS:
                continue
            if definition.getparent() is not model.root:
                yield event, f"{(ref.text or '').strip():.60} 不在文件最上层，不能共用，请移出来。"


@rule("ref-service", "8.5", "Operations, interfaces and resources that are named exist.")
def services(model: Model) -> Found:
    return _family(model, SERVICES)


@rule("ref-data", "10.4.1", "Data, item definitions and data sets that are named exist.")
def data(model: Model) -> Found:
    return _family(model, DATA)


@rule("ref-collaboration", "9.3", "Processes, participants and message flows that are named exist.")
def collaborating(model: Model) -> Found:
    return _family(model, COLLABORATING)


@rule("ref-other", "8.3.1", "Lane members, categories and ends of associations exist.")
def rest(model: Model) -> Found:
    return _family(model, REST)


@rule(
    "ref-prefix",
    "8.3.1",
    "The prefix of a pointer is declared, for this file's own namespace or an imported one.",
)
def prefixes(model: Model) -> Found:
    own = model.root.get("targetNamespace")
    names = sorted({name for family in POINTERS for _, name, _ in family if name not in COMMON})
    for name in names:
        for owner, at, pointer in _pointers(model, "*", name):
            prefix, colon, _ = pointer.strip().partition(":")
            if not colon or pointer.strip() in model.ids or name in TYPES:
                continue
            namespace = at.nsmap.get(prefix)
            if namespace is None or (namespace != own and namespace not in model.imported):
                yield owner, f"{name} 的前缀 {prefix:.40} 没有声明，或者不是本文件和所导入文件的。"


@rule("association-ends", "8.4.1", "An association has a source and a target.")
def association_ends(model: Model) -> Found:
    for association in model.of("association"):
        if not association.get("sourceRef") or not association.get("targetRef"):
            yield association, "关联线的两端都要接上。"
