"""A BPMN tree, indexed once, so that every rule is a lookup and not a search."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from lxml import etree

from engine.bpmn.xml import (
    ACTIVITIES,
    CHOREOGRAPHY,
    EVENTS,
    FLOW_NODES,
    SUBPROCESSES,
    children,
    elements,
    event_definitions,
    identifier,
    local,
)

#: What holds flow nodes and sequence flows.
SCOPES = SUBPROCESSES | {"process", "choreography", "subChoreography"}
#: Parts of a node that nobody sees by themselves.
PARTS = ("EventDefinition", "LoopCharacteristics", "participantMultiplicity")
#: What a sequence flow may join.
NODES = FLOW_NODES | CHOREOGRAPHY
#: The kind of an event definition that stands in an imported file.
ELSEWHERE = "elsewhere"
Elements = list[etree._Element]


class Model:
    """One file. Elements are lxml elements; pointers are resolved through `find`."""

    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.kinds: dict[str, Elements] = defaultdict(list)
        self.ids: dict[str, etree._Element] = {}
        #: Elements by the names of the pointers they have, as attribute or child.
        self.pointing: dict[str, Elements] = defaultdict(list)
        for element in elements(root):
            self.kinds[local(element)].append(element)
            if identifier(element):
                self.ids.setdefault(identifier(element), element)
            self._pointers(element)
        self.imported = {
            element.get("namespace") for element in self.kinds.get("import", ())
        }  # fmt: skip

    def _pointers(self, element: etree._Element) -> None:
        names = {str(name) for name in element.attrib if str(name).endswith("Ref")}
        names |= {local(child) for child in element if local(child).endswith("Ref")}
        for name in names:
            self.pointing[name].append(element)

    def of(self, *kinds: str) -> Iterator[etree._Element]:
        """Yield every element of these kinds."""
        for kind in kinds:
            yield from self.kinds.get(kind, ())

    def find(self, pointer: str | None, at: etree._Element) -> etree._Element | None:
        """Return what a pointer means: an id, or a qualified name of this file."""
        name = (pointer or "").strip()
        found = self.ids.get(name)
        if found is None and ":" in name and not self.is_external(name, at):
            found = self.ids.get(name.rpartition(":")[2])
        return found

    def is_external(self, pointer: str | None, at: etree._Element) -> bool:
        """Tell whether a pointer leads into a file that this one imports."""
        prefix, colon, _ = (pointer or "").strip().partition(":")
        return bool(colon) and at.nsmap.get(prefix) in self.imported

    # -- flows ------------------------------------------------------------------------------

    @cached_property
    def ends(self) -> dict[etree._Element, tuple[etree._Element | None, etree._Element | None]]:
        """Source and target of every sequence flow; None for what is not there."""
        return {
            flow: (self.find(flow.get("sourceRef"), flow), self.find(flow.get("targetRef"), flow))
            for flow in self.of("sequenceFlow")
        }

    @cached_property
    def outgoing(self) -> dict[etree._Element, Elements]:
        """Sequence flows by the node they leave."""
        found: dict[etree._Element, Elements] = defaultdict(list)
        for flow, (source, _) in self.ends.items():
            if source is not None:
                found[source].append(flow)
        return found

    @cached_property
    def incoming(self) -> dict[etree._Element, Elements]:
        """Sequence flows by the node they enter."""
        found: dict[etree._Element, Elements] = defaultdict(list)
        for flow, (_, target) in self.ends.items():
            if target is not None:
                found[target].append(flow)
        return found

    def leaving(self, node: etree._Element) -> Elements:
        """Return the sequence flows that leave a node."""
        return self.outgoing.get(node, [])

    def entering(self, node: etree._Element) -> Elements:
        """Return the sequence flows that enter a node."""
        return self.incoming.get(node, [])

    @cached_property
    def attached(self) -> dict[etree._Element, Elements]:
        """Boundary events by the activity they sit on."""
        found: dict[etree._Element, Elements] = defaultdict(list)
        for event in self.of("boundaryEvent"):
            host = self.find(event.get("attachedToRef"), event)
            if host is not None:
                found[host].append(event)
        return found

    @cached_property
    def associated(self) -> dict[etree._Element, Elements]:
        """Both directions: what associations join an element to."""
        found: dict[etree._Element, Elements] = defaultdict(list)
        for association in self.of("association"):
            one = self.find(association.get("sourceRef"), association)
            other = self.find(association.get("targetRef"), association)
            if one is not None and other is not None:
                found[one].append(other)
                found[other].append(one)
        return found

    # -- events -----------------------------------------------------------------------------

    def events(self, *kinds: str) -> Iterator[tuple[etree._Element, list[str]]]:
        """Yield events of these kinds with the kinds of their definitions, `message` and so on."""
        for event in self.of(*(kinds or sorted(EVENTS))):
            yield event, self.triggers(event)

    def triggers(self, event: etree._Element) -> list[str]:
        """Return the kinds of an event's definitions, its own and shared ones."""
        kinds = [local(one).removesuffix("EventDefinition") for one in self.definitions(event)]
        pointers = children(event, "eventDefinitionRef")
        return kinds + [ELSEWHERE for ref in pointers if self.is_external(ref.text, ref)]

    def definitions(self, event: etree._Element) -> Elements:
        """Return an event's definitions, its own and shared ones."""
        shared = (self.find(ref.text, ref) for ref in children(event, "eventDefinitionRef"))
        return [*event_definitions(event), *(one for one in shared if one is not None)]

    def defined(self, kind: str) -> Iterator[tuple[etree._Element, etree._Element]]:
        """Yield events with their definitions of one kind, `timer` and so on, shared ones too."""
        for event in self.of(*sorted(EVENTS)):
            for definition in self.definitions(event):
                if local(definition) == f"{kind}EventDefinition":
                    yield event, definition

    # -- places -----------------------------------------------------------------------------

    @cached_property
    def scopes(self) -> Elements:
        """Everything that holds flow nodes."""
        return list(self.of(*sorted(SCOPES)))

    def top(self, element: etree._Element) -> etree._Element | None:
        """Return the process or choreography an element stands in."""
        current: etree._Element | None = element
        while current is not None and local(current) not in ("process", "choreography"):
            current = current.getparent()
        return current

    def runs(self, element: etree._Element) -> bool:
        """Tell whether an element belongs to a process that says it is executable."""
        top = self.top(element)
        return top is not None and top.get("isExecutable") in ("true", "1")

    @cached_property
    def pools(self) -> dict[etree._Element, Elements]:
        """Participants by the process they stand for."""
        found: dict[etree._Element, Elements] = defaultdict(list)
        for participant in self.of("participant"):
            process = self.find(participant.get("processRef"), participant)
            if process is not None:
                found[process].append(participant)
        return found


def pool_of(model: Model, end: etree._Element | None) -> etree._Element | None:
    """Return the participant that an end of a message flow stands for, if there is just one."""
    if end is None or local(end) == "participant":
        return end
    top = model.top(end)
    pools = [] if top is None else model.pools.get(top, [])
    return pools[0] if len(pools) == 1 else None


def said(element: etree._Element) -> str:
    """Return how a sentence refers to an element: its name, or its id."""
    name = " ".join((element.get("name") or "").split())
    return f"“{name[:40]}”" if name else identifier(element)[:60] or local(element)


def owner(element: etree._Element) -> str:
    """Return the id a finding is reported at: the element's own or that of what it is part of."""
    current: etree._Element | None = element
    while current is not None:
        name, around = identifier(current) or current.get("bpmnElement") or "", current.getparent()
        shared = around is not None and local(around) == "definitions"
        if name and (shared or not local(current).endswith(PARTS)):
            return name[:200]
        current = around
    return "文件"


def is_true(element: etree._Element, attribute: str) -> bool:
    """Read a boolean attribute as XML does."""
    return (element.get(attribute) or "").strip() in ("true", "1")


def is_false(element: etree._Element, attribute: str) -> bool:
    """Tell whether a boolean attribute is there and says no."""
    return (element.get(attribute) or "").strip() in ("false", "0")


def for_compensation(element: etree._Element) -> bool:
    """Tell whether an activity only undoes another."""
    return local(element) in ACTIVITIES and is_true(element, "isForCompensation")


def in_event_subprocess(event: etree._Element) -> bool:
    """Tell whether an event stands directly in a subprocess that an event starts."""
    parent = event.getparent()
    return parent is not None and is_true(parent, "triggeredByEvent")
