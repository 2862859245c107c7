"""A loop that never waits and that nothing leaves would run until the budget stops it.

A node can come to rest if it waits or ends; a choice can if one of its ways can; a split
only if all of its ways can. What cannot come to rest is refused. A loop that *may* end is
accepted: whether it does depends on values, and the step budget guards it.

A throwing event leads on to the start events of its own process that wait for the same
message or signal: what only sends its own beginning would begin for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lxml import etree

from engine.bpmn.xml import (
    GATEWAYS,
    SUBPROCESSES,
    B,
    C,
    children,
    event_kind,
    flow_nodes,
    identifier,
    is_event_subprocess,
    local,
    scopes,
)
from engine.errors import Problem

WAITING = frozenset({"userTask", "receiveTask", "eventBasedGateway", "callActivity"})
THROWING = frozenset({"intermediateThrowEvent", "endEvent", "sendTask"})
CHOICES = frozenset({"exclusiveGateway", "inclusiveGateway"})


def check(root: etree._Element) -> Iterator[Problem]:
    """Check every process and sub process."""
    for scope in scopes(root):
        again = _again(scope) if local(scope) == "process" else ()
        yield from _scope(scope, again)


def _again(process: etree._Element) -> Iterator[etree._Element]:
    """Yield a flow from everything that throws to every start that waits for just that."""
    starts = [(_thrown(one), one) for one in children(process, "startEvent")]
    for node in flow_nodes(process):
        wanted = _thrown(node) if local(node) in THROWING and not waits(node) else None
        for name, begun in starts:
            if wanted is not None and name == wanted:
                ends = {"sourceRef": identifier(node), "targetRef": identifier(begun)}
                yield etree.Element(B + "sequenceFlow", ends)


def _thrown(event: etree._Element) -> tuple[str, str] | None:
    """Return the kind and the name of a message or signal that an event throws or waits for."""
    for kind in ("message", "signal"):
        holder = event.find(f"{B}{kind}EventDefinition")
        reference = (event if holder is None else holder).get(f"{kind}Ref")
        found = event.getroottree().getroot().findall(B + kind)
        named = [one.get("name") for one in found if reference and one.get("id") == reference]
        if named and named[0]:
            return kind, named[0]
    return None


def _scope(scope: etree._Element, again: Iterable[etree._Element] = ()) -> Iterator[Problem]:
    nodes = {identifier(node): node for node in flow_nodes(scope)}
    out: dict[str, list[etree._Element]] = {name: [] for name in nodes}
    for flow in (*children(scope, "sequenceFlow"), *again):
        out[flow.get("sourceRef") or ""].append(flow)
    at_rest = {name for name, node in nodes.items() if waits(node) or not out[name]}
    before: dict[str, set[str]] = {}
    for name, flows in out.items():
        for flow in flows:
            before.setdefault(flow.get("targetRef") or "", set()).add(name)
    todo = list(at_rest)
    while todo:
        for name in before.get(todo.pop(), ()):
            if name not in at_rest and _can_rest(nodes[name], out[name], at_rest):
                at_rest.add(name)
                todo.append(name)
    stuck = [name for name in nodes if name not in at_rest and _in_cycle(name, out)]
    for name in stuck[:5]:
        yield Problem(
            name, "endless-cycle", "从这里开始的自动循环没有出口，也没有等待，请加出口或人工环节。"
        )


def _can_rest(node: etree._Element, flows: list[etree._Element], at_rest: set[str]) -> bool:
    ways = [(flow.get("targetRef") or "") in at_rest for flow in flows]
    conditional = any(flow.find(B + "conditionExpression") is not None for flow in flows)
    is_choice = local(node) in CHOICES or (conditional and local(node) not in GATEWAYS)
    return any(ways) if is_choice else all(ways)


def waits(element: etree._Element) -> bool:
    """Tell whether a token rests at an element, or somewhere inside it."""
    kind = local(element)
    if kind in WAITING or "true" in (element.get(C + "asyncBefore"), element.get(C + "asyncAfter")):
        return True
    if kind == "intermediateCatchEvent":
        return event_kind(element) != "link"
    if element.get(C + "type") == "external":
        return True
    if kind in SUBPROCESSES:
        return is_event_subprocess(element) or any(waits(node) for node in flow_nodes(element))
    return False


def _in_cycle(start: str, out: dict[str, list[etree._Element]]) -> bool:
    seen: set[str] = set()
    todo = [flow.get("targetRef") or "" for flow in out[start]]
    while todo:
        name = todo.pop()
        if name == start:
            return True
        if name not in seen:
            seen.add(name)
            todo.extend(flow.get("targetRef") or "" for flow in out.get(name, ()))
    return False
