"""Identifiers: given to what has none, made sound for execution where a tool wrote odd ones.

A given id begins with `_n_i_` and is derived from what the element says and where it
stands, never from a counter; only twins that say exactly the same are told apart by order.
Odd ids (spaces, braces, a leading digit, Chinese) stay in the full diagram; only the
executable form uses a sound spelling of them.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from lxml import etree

from engine.bpmn.admit import ID
from engine.bpmn.xml import DI, FLOW_NODES, GIVEN, B, elements, identifier, is_drawn, local
from engine.errors import Problem

#: What others refer to, or what a picture shows, must have an id.
NAMED = FLOW_NODES | {
    "association",
    "callConversation",
    "choreographyTask",
    "collaboration",
    "conversation",
    "dataInput",
    "dataInputAssociation",
    "dataObject",
    "dataObjectReference",
    "dataOutput",
    "dataOutputAssociation",
    "dataStore",
    "dataStoreReference",
    "error",
    "escalation",
    "group",
    "lane",
    "message",
    "messageFlow",
    "participant",
    "process",
    "sequenceFlow",
    "signal",
    "subChoreography",
    "subConversation",
    "textAnnotation",
}
#: Attributes and text elements that hold the id of another element of the file.
POINTERS = frozenset(
    {
        "activityRef",
        "attachedToRef",
        "bpmnElement",
        "calledChoreographyRef",
        "calledCollaborationRef",
        "calledElement",
        "categoryValueRef",
        "choreographyRef",
        "dataInputRefs",
        "dataObjectRef",
        "dataOutputRefs",
        "dataStoreRef",
        "default",
        "errorRef",
        "escalationRef",
        "eventDefinitionRef",
        "flowNodeRef",
        "incoming",
        "initiatingParticipantRef",
        "innerParticipantRef",
        "inputSetRefs",
        "itemSubjectRef",
        "loopDataInputRef",
        "loopDataOutputRef",
        "messageFlowRef",
        "messageRef",
        "operationRef",
        "optionalInputRefs",
        "outerParticipantRef",
        "outgoing",
        "outputSetRefs",
        "participantRef",
        "processRef",
        "signalRef",
        "source",
        "sourceRef",
        "target",
        "targetRef",
    }
)
#: The shape of a choreography activity that a band belongs to.
BAND_OF = "choreographyActivityShape"
WORDS = {
    "sequenceFlow": "连线",
    "messageFlow": "消息流",
    "association": "关联",
    "process": "流程",
    "participant": "泳池",
    "lane": "泳道",
    "dataInputAssociation": "数据关联",
    "dataOutputAssociation": "数据关联",
}


def digest(*parts: str) -> str:
    """Return twelve hex digits that stand for these texts."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def give(root: etree._Element) -> Iterator[Problem]:
    """Give an id to everything that needs one and has none; report each."""
    taken = {identifier(element) for element in root.iter(etree.Element)}
    seen: Counter[str] = Counter()
    for element in elements(root):
        if identifier(element).strip() or local(element) not in NAMED:
            continue
        key = _key(element)
        seen[key] += 1
        made = f"{GIVEN}{digest(key, str(seen[key]))}"
        while made in taken:
            made = f"{GIVEN}{digest(key, made)}"
        taken.add(made)
        element.set("id", made)
        yield Problem(made, "id-given", f"{described(element)}没有标识，已补上。", "warning")


def _key(element: etree._Element) -> str:
    parent = element.getparent()
    home = "" if parent is None else identifier(parent)
    said = [f"{name!s}={value!s}" for name, value in sorted(element.items()) if name != "id"]
    inner = [(child.text or "").strip() for child in element if not len(child)]
    return "\x1f".join([local(element), home, *said, *inner])


def described(element: etree._Element) -> str:
    """Say which element is meant without its id: kind, name, ends."""
    kind = local(element)
    name = (element.get("name") or "").strip()
    said = WORDS.get(kind, f" {kind} ") + (f"“{name[:40]}”" if name else "")
    source, target = element.get("sourceRef"), element.get("targetRef")
    return f"从 {source[:60]} 到 {target[:60]} 的{said}" if source and target else f"有一个{said}"


def nearest(element: etree._Element) -> str:
    """Return the id of an element, or of the nearest one around it that has any; "" for none."""
    known = (identifier(one) for one in (element, *element.iterancestors()))
    return next((name for name in known if name), "")


def resolve(root: etree._Element) -> dict[str, str]:
    """Make every pointer of a tree plain (no blanks, no prefix) and every id sound.

    Returns the original spelling of each id that was changed, by its sound one.
    """
    ids = {identifier(element) for element in elements(root)} - {""}
    sound = spellings(ids)
    shapes = {identifier(shape) for shape in root.iter(DI + "BPMNShape")}
    for element in root.iter(f"{B}*", f"{DI}*"):
        if element.get(BAND_OF) is not None:
            element.set(BAND_OF, _pointed(element.get(BAND_OF) or "", shapes, {}))
        if local(element) and identifier(element) in sound:
            element.set("id", sound[identifier(element)])
        for name in POINTERS & set(map(str, element.attrib)):
            element.set(name, _pointed(element.get(name) or "", ids, sound))
        if local(element) in POINTERS and element.text:
            element.text = _pointed(element.text, ids, sound)
    return {made: name for name, made in sound.items()}


def spelt(root: etree._Element) -> dict[str, str]:
    """Return the original spelling of each id that `resolve` would change, by its sound one."""
    ids = {identifier(element) for element in elements(root)} - {""}
    return {made: name for name, made in spellings(ids).items()}


def _pointed(value: str, ids: set[str], sound: Mapping[str, str]) -> str:
    if value in ids:
        return sound.get(value, value)
    for candidate in (value.strip(), value.strip().rpartition(":")[2]):
        if candidate in ids:
            return sound.get(candidate, candidate)
    return value.strip()


def spellings(ids: set[str]) -> dict[str, str]:
    """Return a sound spelling, the same each time, for each id that is not sound."""
    odd = sorted(name for name in ids if not _is_sound(name))
    made: dict[str, str] = {}
    taken = ids - set(odd)
    for name in odd:
        spelling = re.sub(r"[^A-Za-z0-9_.\-]+", "_", name).strip("_")[:100]
        if not re.search(r"[A-Za-z0-9]", spelling):
            spelling = f"_{digest(name)}"
        if not re.match(r"[A-Za-z]", spelling):
            spelling = f"_{spelling}"
        if spelling in taken or not _is_sound(spelling):
            spelling = f"id_{spelling.strip('_')}_{digest(name)}"
        taken.add(spelling)
        made[name] = spelling
    return made


def _is_sound(name: str) -> bool:
    return bool(ID.match(name)) and is_drawn(name)
