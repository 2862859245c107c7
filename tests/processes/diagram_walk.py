"""Which ends of a process can be reached when some elements are taken out.

Call activities are looked into: one lets a walk through if the called process can end. A
split's `${true}` branch is always taken, so the join behind it waits for that branch; other
branches of an inclusive gateway may stay empty. What does not interrupt (reminders,
supervision) runs beside the walk and ends nothing. Loops need no counting: an end that no walk
reaches once is not reached by walking a loop twice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

FOLDER = Path(__file__).resolve().parents[2] / "processes"
_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"
_NODES = frozenset(
    {
        "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent",
        "boundaryEvent", "task", "userTask", "serviceTask", "scriptTask", "businessRuleTask",
        "sendTask", "receiveTask", "callActivity", "subProcess", "exclusiveGateway",
        "parallelGateway", "inclusiveGateway", "eventBasedGateway",
    }
)  # fmt: skip


@dataclass
class Node:
    """A flow node with what a search needs to know about it."""

    id: str
    kind: str
    scope: str
    called: str = ""
    handler: str = ""
    delivers: str = ""
    attached: str = ""
    event_handler: bool = False
    interrupting: bool = True
    terminate: bool = False


@dataclass
class Diagram:
    """One process: nodes by id, flows as (source, target, always taken)."""

    key: str
    nodes: dict[str, Node] = field(default_factory=dict)
    flows: list[tuple[str, str, bool]] = field(default_factory=list)

    def case_ends(self) -> set[str]:
        """Return the ends of the process itself and of handlers that take it over."""
        return {
            node.id
            for node in self.nodes.values()
            if node.kind == "endEvent" and (node.scope == self.key or self._took_over(node.scope))
        }

    def _took_over(self, scope: str) -> bool:
        owner = self.nodes.get(scope)
        return owner is not None and owner.event_handler and owner.interrupting


Removed = Callable[[Node], bool]


@cache
def diagrams() -> dict[str, Diagram]:
    """Return every process of every bundle, by key."""
    found = {}
    for path in sorted(FOLDER.glob("*/*.bpmn")):
        for process in etree.parse(str(path)).getroot().iter(f"{_BPMN}process"):
            diagram = Diagram(process.get("id"))
            _read(diagram, process, diagram.key)
            found[diagram.key] = diagram
    return found


def reachable(key: str, removed: Removed, known: dict[str, Diagram] | None = None) -> set[str]:
    """Return the elements that a walk through the process can stand on."""
    known = known or diagrams()
    return _search(known[key], removed, known, frozenset())


def ends(key: str, removed: Removed, known: dict[str, Diagram] | None = None) -> set[str]:
    """Return the ends that a case can reach."""
    known = known or diagrams()
    return reachable(key, removed, known) & known[key].case_ends()


def _search(
    diagram: Diagram, removed: Removed, known: dict[str, Diagram], inside: frozenset[str]
) -> set[str]:
    reached: set[str] = set()
    while True:
        grown = reached | _step(diagram, reached, removed, known, inside)
        if grown == reached:
            return reached
        reached = grown


def _step(
    diagram: Diagram,
    reached: set[str],
    removed: Removed,
    known: dict[str, Diagram],
    inside: frozenset[str],
) -> set[str]:
    def passes(node: Node) -> bool:
        return _passes(diagram, node, reached, removed, known, inside)

    return {
        node.id
        for node in diagram.nodes.values()
        if node.id not in reached and not removed(node) and _entered(diagram, node, reached, passes)
    }


def _entered(
    diagram: Diagram, node: Node, reached: set[str], passes: Callable[[Node], bool]
) -> bool:
    if not node.interrupting:
        return False  # a token beside the walk: the walk itself still has to end
    if node.kind == "startEvent" or node.event_handler:
        return node.scope == diagram.key or node.scope in reached
    if node.attached:
        return node.attached in reached
    incoming = [f for f in diagram.flows if f[1] == node.id and not _aside(diagram, f)]
    live = [f for f in incoming if f[0] in reached and passes(diagram.nodes[f[0]])]
    if len(incoming) > 1 and node.kind in ("parallelGateway", "inclusiveGateway"):
        owed = [f for f in incoming if f in live or _always(diagram, f[0])]
        return bool(live) and len(owed) == len(live)
    return bool(live)


def _aside(diagram: Diagram, flow: tuple[str, str, bool]) -> bool:
    """Say whether a branch only adds to one that is always taken: the walk takes that one."""
    split = diagram.nodes[flow[0]]
    return (
        split.kind == "inclusiveGateway"
        and not flow[2]
        and any(always for source, _, always in diagram.flows if source == flow[0])
    )


def _always(diagram: Diagram, source: str) -> bool:
    """Say whether the branch that leads here is taken in every walk."""
    seen: set[str] = set()
    while source not in seen:
        seen.add(source)
        if any(always for _, target, always in diagram.flows if target == source):
            return True
        before = [a for a, target, _ in diagram.flows if target == source]
        if len(before) != 1 or diagram.nodes[before[0]].kind == "inclusiveGateway":
            return False
        source = before[0]
    return False


def _passes(
    diagram: Diagram,
    node: Node,
    reached: set[str],
    removed: Removed,
    known: dict[str, Diagram],
    inside: frozenset[str],
) -> bool:
    if node.kind == "subProcess":
        return any(
            other.kind == "endEvent" and other.scope == node.id and other.id in reached
            for other in diagram.nodes.values()
        )
    if node.called in known and node.called not in inside:
        called = known[node.called]
        through = _search(called, removed, known, inside | {diagram.key})
        return bool(through & called.case_ends())
    return True


def _read(diagram: Diagram, scope: Any, name: str) -> None:
    for element in scope:
        kind = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if kind == "sequenceFlow":
            condition = (element.findtext(f"{_BPMN}conditionExpression") or "").strip()
            parallel = diagram.nodes.get(element.get("sourceRef"))
            always = condition == "${true}" or (
                parallel is not None and parallel.kind == "parallelGateway"
            )
            diagram.flows.append((element.get("sourceRef"), element.get("targetRef"), always))
        elif kind in _NODES:
            diagram.nodes[element.get("id")] = _node(element, kind, name)
            if kind == "subProcess":
                _read(diagram, element, element.get("id"))


def _node(element: Any, kind: str, scope: str) -> Node:
    delivers = [
        item.get("value")
        for item in element.iterfind(f"{_BPMN}extensionElements/{_CAMUNDA}properties/*")
        if item.get("name") == "huiyin:delivers"
    ]
    starts = list(element.iterfind(f"{_BPMN}startEvent"))  # of a sub process, else none
    return Node(
        id=element.get("id"),
        kind=kind,
        scope=scope,
        called=element.get("calledElement", ""),
        handler=element.get(f"{_CAMUNDA}delegateExpression", "").strip("${}"),
        delivers=delivers[0] if delivers else "",
        attached=element.get("attachedToRef", ""),
        event_handler=element.get("triggeredByEvent") == "true",
        interrupting=element.get("cancelActivity") != "false"
        and not any(start.get("isInterrupting") == "false" for start in starts),
        terminate=element.find(f"{_BPMN}terminateEventDefinition") is not None,
    )
