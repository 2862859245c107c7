"""Taking the frontier of an instance to another version of its diagram.

The state names nodes, so migration is a change of names (`rewrite`), and then a look at what the
new diagram expects beside the tokens (`refresh`): boundary events, events behind a gateway,
listeners of event sub processes.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.dialect import Spec
from engine.bpmn.nodes.base import Node
from engine.bpmn.nodes.events import Armed, BoundaryEvent, Listener
from engine.bpmn.nodes.loops import MultiInstance
from engine.state import codec
from engine.state.tokens import AnyScope, Instance, Token

SUFFIXES = ("[]", "!")


def split(name: str) -> tuple[str, str]:
    """Return element and suffix of a node's name: items end in `[]`, listeners in `!`."""
    for suffix in SUFFIXES:
        if name.endswith(suffix):
            return name.removesuffix(suffix), suffix
    return name, ""


def find(spec: Spec, element: str) -> Node | None:
    """Return the node of an element; of a multi-instance its body."""
    for scope in (spec.process, *spec.scopes.values()):
        node = scope.task_specs.get(element)
        if isinstance(node, Node):
            return node
    return None


def incompatible(old: Node, new: Node) -> str:
    """Say why a token of one node cannot stand on the other; "" when it can."""
    if type(old) is not type(new) or old.kind != new.kind:
        return f"类型不同：{old.kind} 不能变成 {new.kind}。"
    events = [getattr(getattr(node, "event", None), "kind", None) for node in (old, new)]
    if events[0] != events[1]:
        return f"等待的事件不同：{events[0]} 不能变成 {events[1]}。"
    both = isinstance(old, MultiInstance) and isinstance(new, MultiInstance)
    if both and old.sequential != new.sequential:
        return "多实例的方式不同：并行和顺序不能互换。"
    return ""


def unmapped(instance: Instance, pairs: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return (element, token) of the tokens of whose place the plan says nothing."""
    return [
        (token.node.element, token.id)
        for token in instance.tokens.values()
        if not _waits_aside(token) and split(token.node.name)[0] not in pairs
    ]


def rewrite(instance: Instance, pairs: Mapping[str, str]) -> bytes:
    """Return the saved form of an instance with every element renamed.

    Events that wait beside an activity or a scope are left out where the plan has no place
    for them. Call `unmapped` before.
    """
    data = json.loads(codec.dump(instance))
    kept = []
    for row in data.get("t", ()):
        token = instance.tokens[row[0]]
        element, suffix = split(row[1])
        if element not in pairs and _waits_aside(token):
            continue
        row[1] = pairs[element] + suffix
        if len(row) > 5:
            row[5] = _marks(row[5], pairs)
        kept.append(row)
    if kept:
        data["t"] = kept
    if "c" in data:
        data["c"] = _records(data["c"], pairs)
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def refresh(instance: Instance, update: Collection[str]) -> set[tuple[str, str]]:
    """Arm what the new diagram waits for besides; return (token, event) of what is armed anew.

    Args:
        update: events that begin to wait anew instead of keeping their due time.
    """
    anew: set[tuple[str, str]] = set()
    for token in list(instance.tokens.values()):
        node = token.node
        if isinstance(node, Armed) and "arms" in token.marks:
            anew |= {(token.id, name) for name in _rearm(token, node, update)}
        elif node.was_entered(token) and token._state in (TaskState.READY, TaskState.STARTED):
            there = {other.node.name for other in token.attached}
            for event in node.boundary:
                if event.name not in there:
                    event.attach(token)
    scopes: list[AnyScope] = [instance, *instance.subprocesses.values()]
    for scope in scopes:
        _listen(scope)
    return anew


def lost_arrivals(instance: Instance) -> list[str]:
    """Return joins at which a token waits that came by a flow the new diagram has not."""
    return sorted(
        {
            token.node.element
            for token in instance.tokens.values()
            if token.marks.get("in") and token.marks["in"] not in token.node.arrivals
        }
    )


def _waits_aside(token: Token) -> bool:
    return isinstance(token.node, BoundaryEvent | Listener) and "arms" in token.marks


def _marks(marks: dict[str, Any], pairs: Mapping[str, str]) -> dict[str, Any]:
    found = dict(marks)
    if "arms" in found:
        found["arms"] = {pairs.get(name, name): arm for name, arm in found["arms"].items()}
    if "start" in found:
        found["start"] = pairs.get(found["start"], found["start"])
    if "todo" in found:
        found["todo"] = [pairs[name] for name in found["todo"] if name in pairs]
    if "done" in found:
        found["done"] = _records(found["done"], pairs)
    if "undo" in found:
        found["undo"] = [
            [owner, *_records([record], pairs)]
            for owner, record in found["undo"]
            if record[0] in pairs
        ]
    return found


def _records(records: list[Any], pairs: Mapping[str, str]) -> list[Any]:
    """Rename what can be undone; what the new diagram has not cannot be undone any more."""
    return list(_renamed(records, pairs))


def _renamed(records: list[Any], pairs: Mapping[str, str]) -> Iterator[list[Any]]:
    for record in records:
        element, suffix = split(record[0])
        if element in pairs:
            inside = [_records(part, pairs) for part in record[2:]]
            yield [pairs[element] + suffix, record[1], *inside]


def _rearm(token: Token, node: Armed, update: Collection[str]) -> Iterator[str]:
    arms = token.marks["arms"]
    wanted = {event.element: event for event in node.armed_events()}
    for name in set(arms) - set(wanted):
        del arms[name]
    for name, event in wanted.items():
        if name not in arms or name in update:
            arms[name] = event.event.arm(token, event)
            yield name


def _listen(scope: AnyScope) -> None:
    here = scope.here()
    if any(token.node.handles_events for token in here):
        return  # an event sub process runs: what it interrupted does not listen again
    there = {token.node.name for token in here if token.node.is_listener}
    for listener in scope.spec.listeners:
        if listener.name not in there:
            scope.listen(listener)
