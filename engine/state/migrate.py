"""Names of a diagram in another version of it, and what that expects beside the tokens.

The state names nodes, so migration is a change of names, and of the scopes around
(`engine.state.rescope`); then a look at what the new diagram waits for (`refresh`): boundary
events, events behind a gateway, listeners of event sub processes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from SpiffWorkflow.util.task import TaskState

from engine.bpmn.dialect import Spec
from engine.bpmn.nodes.activities import SubProcess
from engine.bpmn.nodes.base import Node
from engine.bpmn.nodes.events import Armed
from engine.bpmn.nodes.loops import Body, MultiInstance
from engine.state import scopes
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
    found = scopes.place(spec, element)
    return found[1] if found is not None else None


def incompatible(old: Node, new: Node, old_spec: Spec, new_spec: Spec) -> str:
    """Say why a token of one element cannot stand on the other; "" when it can.

    As in Camunda 7: a multi-instance marker may stay as it is or go away, never come; sub
    processes that are embedded, of an event or a transaction are alike; so is everything that
    an outside worker does.
    """
    if isinstance(new, Body):
        return _other_marker(old, new) or _other_work(_item(old, old_spec), _item(new, new_spec))
    return _other_work(_item(old, old_spec), new)


def _item(node: Node, spec: Spec) -> Node:
    """Return what is repeated by a body; else the node itself."""
    return (find(spec, node.item_name) or node) if isinstance(node, Body) else node


def _other_marker(old: Node, new: Body) -> str:
    if type(old) is not type(new):
        return "目标带有多实例或循环标记，正在进行的环节不能改成这样的。"
    both = isinstance(old, MultiInstance) and isinstance(new, MultiInstance)
    if both and old.sequential != new.sequential:
        return "多实例的方式不同：并行和顺序不能互换。"
    return ""


def _other_work(old: Node, new: Node) -> str:
    outside = [node.attributes.get("type") == "external" for node in (old, new)]
    if all(outside) or (type(old) is type(new) is SubProcess):
        return ""
    if type(old) is not type(new) or old.kind != new.kind:
        return f"类型不同：{old.kind} 不能变成 {new.kind}。"
    if any(outside):
        return "一个由外部程序办理，另一个不是。"
    events = [getattr(getattr(node, "event", None), "kind", None) for node in (old, new)]
    if events[0] != events[1]:
        return f"等待的事件不同：{events[0]} 不能变成 {events[1]}。"
    return ""


def refresh(
    instance: Instance, update: Collection[str], known: Collection[tuple[str, str]] = ()
) -> set[tuple[str, str]]:
    """Arm what the new diagram waits for besides; return (token, event) of what is armed anew.

    Args:
        known: (token or "", event) that are not new: what of them does not wait has happened.
        update: events that begin to wait anew instead of keeping their trigger; a human task
            stands for the timers of its listeners.
    """
    anew: set[tuple[str, str]] = set()
    for token in list(instance.tokens.values()):
        node = token.node
        if isinstance(node, Armed) and "arms" in token.marks:
            anew |= {(token.id, name) for name in _rearm(token, node, update)}
        elif node.was_entered(token) and token._state in (TaskState.READY, TaskState.STARTED):
            there = {other.node.name for other in token.attached}
            for event in node.boundary:
                if event.name not in there and (token.id, event.name) not in known:
                    event.attach(token)
    every: list[AnyScope] = [instance, *instance.subprocesses.values()]
    for scope in every:
        _listen(scope, known)
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


def _rearm(token: Token, node: Armed, update: Collection[str]) -> Iterator[str]:
    arms = token.marks["arms"]
    wanted = {event.element: event for event in node.armed_events()}
    for name in set(arms) - set(wanted):
        del arms[name]
    for name, event in wanted.items():
        if name not in arms or event.asked_for in update:
            before = arms.get(name)
            arms[name] = event.event.arm(token, event)
            if before is not None:  # another wait: its key was never used
                arms[name]["n"] = before.get("n", 0) + 1
            yield name


def _listen(scope: AnyScope, known: Collection[tuple[str, str]]) -> None:
    here, where = scope.here(), scope.owner.id if scope.owner else ""
    handlers = {listener.handler for listener in scope.spec.listeners if listener.interrupting}
    if any(token.node.name in handlers for token in here):
        return  # an event sub process runs that interrupted this: nothing listens again
    there = {token.node.name for token in here if token.node.is_listener}
    for listener in scope.spec.listeners:
        if listener.name not in there and (where, listener.name) not in known:
            scope.listen(listener)
