"""Plans of migration: what becomes of each element in another version, and what is wrong with it.

Camunda 7's creation time validation, and one rule more: a token may not be moved into or out
of a block between a split and its join, where it would wait for ever or go on twice.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from engine.bpmn import pool
from engine.bpmn.blocks import JOINS, Block, blocks
from engine.bpmn.definition import Element
from engine.bpmn.dialect import Spec
from engine.commands import definitions
from engine.commands.definitions import Definition
from engine.state import migrate as frontier

#: Where a token can be when nobody works: everything else is passed in one transaction.
STAYS = frozenset({
    "userTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask", "scriptTask",
    "manualTask", "task", "callActivity", "subProcess", "transaction", "adHocSubProcess",
    "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "eventBasedGateway",
    "parallelGateway", "inclusiveGateway", "complexGateway",
})  # fmt: skip
#: Events whose wait is kept with the case.
TRIGGERS = frozenset({"message", "timer", "signal", "conditional"})
CATCHING = frozenset({"startEvent", "boundaryEvent", "intermediateCatchEvent", "receiveTask"})


@dataclass(frozen=True)
class Plan:
    """From which version to which, and what becomes of each element."""

    source: int
    target: int
    pairs: Mapping[str, str]
    #: Source events that begin to wait anew instead of keeping their trigger; human tasks
    #: whose `timeout` listeners do.
    update: frozenset[str] = frozenset()
    #: Set on every instance.
    variables: Mapping[str, Any] = field(default_factory=dict)


def triggers(element: Element) -> bool:
    """Tell whether an element waits with something that a plan may let begin anew."""
    if element.kind == "userTask":
        heard = element.attributes.get("@taskListener", ())
        return any(listener.get("event") == "timeout" for listener in heard)
    return element.kind in CATCHING and element.event in TRIGGERS


def generate(session: Session, source: int, target: int) -> Plan:
    """Return the plan that maps every element to the one of the same id, where that is right.

    As in Camunda they must be of the same kind in the same scope.
    """
    old, new = (definitions.by_id(session, number) for number in (source, target))
    before, after = old.description.elements, new.description.elements
    same = {name: name for name, one in before.items() if name in after and _can_stay(one, before)}
    while True:
        plan = Plan(source, target, same, _conditional(before, same))
        wrong = {name for name in same if not _is_equal(before, after, name, same)}
        wrong |= validate(session, plan).keys()
        if not wrong:
            return plan
        # Without a parent its children have no place either: look again.
        same = {name: one for name, one in same.items() if name not in wrong}


def _can_stay(element: Element, elements: Mapping[str, Element]) -> bool:
    around = elements.get(element.parent)
    begins = element.kind == "startEvent" and around is not None and around.event_subprocess
    pauses = "true" in (element.attributes.get(f"async{when}") for when in ("Before", "After"))
    return element.kind in STAYS or begins or (pauses and element.kind != "sequenceFlow")


def _is_equal(
    before: Mapping[str, Element], after: Mapping[str, Element], name: str, same: Mapping[str, str]
) -> bool:
    """Tell whether both are of one kind, with the marker or without, in the same scope."""
    old, new = before[name], after[name]
    if old.parent in before:
        beside = old.parent == new.parent and old.parent in same
    else:
        beside = new.parent not in after
    return beside and (old.kind, old.repeated) == (new.kind, new.repeated)


def _conditional(elements: Mapping[str, Element], pairs: Mapping[str, str]) -> frozenset[str]:
    """Return the conditional events: their conditions are always the new diagram's."""
    return frozenset(name for name in pairs if _is_conditional(elements[name]))


def _is_conditional(element: Element) -> bool:
    return triggers(element) and element.event == "conditional"


def validate(session: Session, plan: Plan) -> dict[str, list[str]]:
    """Return what is wrong with a plan, by source element; nothing when it is right."""
    old, new = (definitions.by_id(session, number) for number in (plan.source, plan.target))
    with (
        pool.checkout(old.normalized, old.key) as old_spec,
        pool.checkout(new.normalized, new.key) as new_spec,
    ):
        check = _Check(old, new, old_spec, new_spec, plan)
        found = {source: check.failures(source, target) for source, target in plan.pairs.items()}
    return {source: failures for source, failures in found.items() if failures}


class _Check:
    """One plan held against both diagrams."""

    def __init__(
        self, old: Definition, new: Definition, old_spec: Spec, new_spec: Spec, plan: Plan
    ) -> None:
        self.old, self.new = old.description.elements, new.description.elements
        self.old_spec, self.new_spec = old_spec, new_spec
        self.pairs, self.update = plan.pairs, plan.update
        self.old_blocks, self.new_blocks = blocks(old.description), blocks(new.description)
        self.old_arrivals, self.new_arrivals = _arrivals(self.old), _arrivals(self.new)

    def failures(self, source: str, target: str) -> list[str]:
        old, new = self.old.get(source), self.new.get(target)
        if old is None or new is None:
            missing = source if old is None else target
            return [f"没有“{missing}”这个元素。"]
        found = [
            self._kind(source, target),
            self._place(old, new),
            self._event_scope(old, new),
            self._trigger(old),
            self._gateway(old, new),
        ]
        return [failure for failure in found if failure]

    def _kind(self, source: str, target: str) -> str:
        nodes = [
            frontier.find(spec, name) or frontier.find(spec, f"{name}!")
            for spec, name in ((self.old_spec, source), (self.new_spec, target))
        ]
        if nodes[0] is None or nodes[1] is None:
            return "这个元素上不会停留令牌。"
        return frontier.incompatible(nodes[0], nodes[1], self.old_spec, self.new_spec)

    def _place(self, old: Element, new: Element) -> str:
        """Hierarchy preservation, and what is entered for it; then the blocks on the way."""
        left = _outwards(self.old, old.id)
        kept = next((name for name in left if name in self.pairs), "")
        left = left[: left.index(kept)] if kept else left
        above = _outwards(self.new, new.id)
        if kept and self.pairs[kept] not in above:
            return f"目标“{new.id}”不在“{kept}”所对应的“{self.pairs[kept]}”里面。"
        entered = above[: above.index(self.pairs[kept])] if kept else above
        repeated = next((name for name in entered if self.new[name].repeated), "")
        if repeated:
            return f"要新进入的子流程“{repeated}”带有多实例或循环标记，不能由迁移进入。"
        before = _within(self.old_blocks, [old.id, *left])
        after = _within(self.new_blocks, [new.id, *entered])
        if {(self.pairs.get(join, join), arrivals) for join, arrivals in before} != after:
            return f"“{old.id}”和“{new.id}”不在同样的并行分支里，令牌会等不齐或者走两遍。"
        return ""

    def _event_scope(self, old: Element, new: Element) -> str:
        """What waits beside an activity or in a scope must wait beside or in the same one."""
        if old.attached_to and self.pairs.get(old.attached_to) != new.attached_to:
            return f"边界事件“{new.id}”不在“{old.attached_to}”所对应的环节上。"
        if old.kind != "startEvent" or not self.old.get(old.parent) or not self.new.get(new.parent):
            return ""
        where = self.old[old.parent].parent, self.new[new.parent].parent
        if self.old.get(where[0]):
            fits = self.pairs.get(where[0]) == where[1]
        else:
            fits = self.new.get(where[1]) is None
        return "" if fits else f"开始事件“{new.id}”不在“{where[0]}”所对应的流程里等待。"

    def _trigger(self, old: Element) -> str:
        if old.id in self.update and not triggers(old):
            return "这个元素没有可以更新的触发器（updateEventTrigger）。"
        if _is_conditional(old) and old.id not in self.update:
            return "条件事件迁移时必须更新触发器（updateEventTrigger），以新图的条件为准。"
        return ""

    def _gateway(self, old: Element, new: Element) -> str:
        if old.kind not in JOINS:
            return ""
        if self.new_arrivals[new.id] < self.old_arrivals[old.id]:
            return f"网关“{new.id}”的进线比“{old.id}”少，等待的令牌会没有位置。"
        if sum(target == new.id for target in self.pairs.values()) > 1:
            return f"不能把几个网关都迁移到“{new.id}”。"
        return ""


def _outwards(elements: Mapping[str, Element], name: str) -> list[str]:
    """Return the sub processes around an element, the nearest first."""
    found: list[str] = []
    around = elements[name].parent
    while around in elements:
        found.append(around)
        around = elements[around].parent
    return found


def _within(known: Mapping[str, frozenset[Block]], names: list[str]) -> set[Block]:
    return {block for name in names for block in known.get(name, ())}


def _arrivals(elements: Mapping[str, Element]) -> Counter[str]:
    """Return how many flows come into each element."""
    return Counter(one.target for one in elements.values() if one.kind == "sequenceFlow")
