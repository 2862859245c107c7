"""What a rule looks at: one described process, its flows, and what it may refer to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from engine.bpmn.definition import Description, Element
from engine.bpmn.xml import FLOW_NODES


@dataclass(frozen=True)
class Known:
    """What a diagram may refer to."""

    processes: set[str]
    decisions: set[str]
    forms: set[str]
    handlers: set[str]


@dataclass(frozen=True)
class Diagram:
    """One process with its surroundings."""

    description: Description
    root: etree._Element
    known: Known

    @cached_property
    def nodes(self) -> list[Element]:
        """Every flow node, sub processes' too."""
        return [e for e in self.description.elements.values() if e.kind in FLOW_NODES]

    @cached_property
    def outgoing(self) -> dict[str, list[Element]]:
        """Sequence flows by their source, in the order of the file."""
        found: dict[str, list[Element]] = {node.id: [] for node in self.nodes}
        for element in self.description.elements.values():
            if element.kind == "sequenceFlow":
                found.setdefault(element.source, []).append(element)
        return found

    @cached_property
    def incoming(self) -> dict[str, list[Element]]:
        """Sequence flows by their target."""
        found: dict[str, list[Element]] = {node.id: [] for node in self.nodes}
        for flows in self.outgoing.values():
            for flow in flows:
                found.setdefault(flow.target, []).append(flow)
        return found

    @cached_property
    def attached(self) -> dict[str, list[Element]]:
        """Boundary events by the activity they sit on."""
        found: dict[str, list[Element]] = {}
        for node in self.nodes:
            if node.attached_to:
                found.setdefault(node.attached_to, []).append(node)
        return found

    def of(self, *kinds: str) -> Iterator[Element]:
        """Yield the nodes of these kinds."""
        return (node for node in self.nodes if node.kind in kinds)

    def scopes(self) -> dict[str, list[Element]]:
        """Return the nodes of the process and of each sub process, by the scope's id."""
        found: dict[str, list[Element]] = {}
        for node in self.nodes:
            found.setdefault(node.parent, []).append(node)
        return found

    def links(self, scope: list[Element]) -> dict[str, list[str]]:
        """Return where each throwing link of a scope leads."""
        targets: dict[str, list[str]] = {}
        for node in scope:
            if node.event == "link" and node.kind == "intermediateCatchEvent":
                targets.setdefault(node.event_name, []).append(node.id)
        return {
            node.id: targets.get(node.event_name, [])
            for node in scope
            if node.event == "link" and node.kind == "intermediateThrowEvent"
        }
