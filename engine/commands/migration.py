"""Moving running instances to another version of their diagram, on purpose.

A plan maps elements to elements. Human tasks keep their ids, timers their due times, called
processes go on; what has no place in the new diagram is refused, never dropped, except for
events that wait beside an activity (`engine.state.migrate`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from engine.bpmn import pool
from engine.bpmn.blocks import Block, blocks
from engine.bpmn.definition import Element
from engine.bpmn.dialect import Spec
from engine.commands import definitions, instances, waits
from engine.commands.definitions import Definition
from engine.commands.execution import Execution, Loaded, Skips
from engine.commands.host import InstanceHost
from engine.errors import EngineError, NotAllowed
from engine.hooks import Actor
from engine.models import HumanTask, Job, ProcessInstance, Subscription
from engine.state import migrate as frontier
from engine.state.host import Wait
from engine.state.run import Run

#: Where a token can be when nobody works: everything else is passed in one transaction.
STAYS = frozenset({
    "userTask", "serviceTask", "sendTask", "receiveTask", "businessRuleTask", "scriptTask",
    "manualTask", "task", "callActivity", "subProcess", "transaction", "adHocSubProcess",
    "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent", "eventBasedGateway",
    "parallelGateway", "inclusiveGateway", "complexGateway",
})  # fmt: skip


@dataclass(frozen=True)
class Plan:
    """From which version to which, and what becomes of each element."""

    source: int
    target: int
    pairs: Mapping[str, str]
    #: Source events that begin to wait anew instead of keeping their due time.
    update: frozenset[str] = frozenset()
    #: Set on every instance.
    variables: Mapping[str, Any] = field(default_factory=dict)


class Unmigratable(EngineError):
    """An instance cannot follow a plan.

    `failures` are the reasons; `lost` are (element, token) of which the plan says nothing.
    """

    code = "unmigratable"

    def __init__(
        self, instance_id: str, failures: list[str], lost: list[tuple[str, str]] | None = None
    ) -> None:
        self.lost = lost or []
        unplaced = [f"“{element}”没有对应关系" for element, _ in self.lost]
        super().__init__(f"实例 {instance_id} 不能迁移：{'；'.join([*failures, *unplaced])}")
        self.instance_id = instance_id
        self.failures = failures


def generate(session: Session, source: int, target: int) -> Plan:
    """Return the plan that maps every element to the one of the same id, where that is right."""
    old, new = (definitions.by_id(session, number) for number in (source, target))
    same = {
        name: name
        for name, element in old.description.elements.items()
        if name in new.description.elements and _can_stay(element)
    }
    while True:
        wrong = validate(session, Plan(source, target, same))
        if not wrong:
            return Plan(source, target, same)
        # Without a parent its children have no place either: look again.
        same = {name: one for name, one in same.items() if name not in wrong}


def _can_stay(element: Element) -> bool:
    begins = element.kind == "startEvent" and bool(element.event)  # of an event sub process
    return element.kind in STAYS or begins


def validate(session: Session, plan: Plan) -> dict[str, list[str]]:
    """Return what is wrong with a plan, by source element; nothing when it is right."""
    old, new = (definitions.by_id(session, number) for number in (plan.source, plan.target))
    with (
        pool.checkout(old.normalized, old.key) as old_spec,
        pool.checkout(new.normalized, new.key) as new_spec,
    ):
        check = _Check(old, new, old_spec, new_spec, plan.pairs)
        found = {source: check.failures(source, target) for source, target in plan.pairs.items()}
    return {source: failures for source, failures in found.items() if failures}


class _Check:
    """One plan held against both diagrams."""

    def __init__(
        self,
        old: Definition,
        new: Definition,
        old_spec: Spec,
        new_spec: Spec,
        pairs: Mapping[str, str],
    ) -> None:
        self.old, self.new = old.description.elements, new.description.elements
        self.old_key, self.new_key = old.key, new.key
        self.old_spec, self.new_spec, self.pairs = old_spec, new_spec, pairs
        self.old_blocks, self.new_blocks = blocks(old.description), blocks(new.description)

    def failures(self, source: str, target: str) -> list[str]:
        old, new = self.old.get(source), self.new.get(target)
        if old is None or new is None:
            missing = source if old is None else target
            return [f"没有“{missing}”这个元素。"]
        found = [self._kind(source, target), self._place(old, new), self._host(old, new)]
        if self._inside(source) != self.new_blocks.get(target, frozenset()):
            found.append(f"“{source}”和“{target}”不在同样的并行分支里，令牌会等不齐或者走两遍。")
        return [failure for failure in found if failure]

    def _kind(self, source: str, target: str) -> str:
        nodes = [
            frontier.find(spec, name) or frontier.find(spec, f"{name}!")
            for spec, name in ((self.old_spec, source), (self.new_spec, target))
        ]
        if nodes[0] is None or nodes[1] is None:
            return "这个元素上不会停留令牌。"
        return frontier.incompatible(nodes[0], nodes[1])

    def _place(self, old: Element, new: Element) -> str:
        outside = old.parent if old.parent != self.old_key else None
        wanted = self.pairs.get(outside) if outside is not None else self.new_key
        if wanted is None:
            return f"它所在的子流程“{outside}”没有对应关系。"
        if wanted != new.parent:
            return f"目标“{new.id}”不在“{wanted}”里面：不能移进或移出子流程。"
        return ""

    def _host(self, old: Element, new: Element) -> str:
        if not old.attached_to or self.pairs.get(old.attached_to) == new.attached_to:
            return ""
        return f"边界事件“{new.id}”不在“{old.attached_to}”所对应的环节上。"

    def _inside(self, source: str) -> frozenset[Block]:
        found = self.old_blocks.get(source, frozenset())
        return frozenset((self.pairs.get(join, join), arrivals) for join, arrivals in found)


def migrate(
    session: Session, instance_id: str, plan: Plan, *, actor: Actor, skips: Skips | None = None
) -> None:
    """Take one running instance to the target version of a valid plan.

    Raises:
        NotAllowed: it has ended.
        Unmigratable: it is of another version, or stands where the plan says nothing.
    """
    row = instances.lock(session, instance_id)
    if row.status not in ("active", "suspended"):
        raise NotAllowed("这件事项已经结束，不能迁移。")
    if row.definition_id != plan.source:
        raise Unmigratable(instance_id, ["它不是这个计划的源版本。"])
    target = definitions.by_id(session, plan.target)
    with Execution(session, actor) as work:
        loaded = work.open(row)
        lost = loaded.run.unmapped(plan.pairs)
        if lost:
            raise Unmigratable(instance_id, [], lost)
        anew = _reload(work, loaded, target, plan)
        chosen = skips or Skips()
        loaded.run.skip(listeners=chosen.listeners, mappings=chosen.mappings)
        _rename_rows(session, loaded, plan, anew)
        loaded.run.set("", plan.variables)
        row.definition_id, row.process_key, row.bundle = target.id, target.key, target.bundle
        work.note(
            row,
            "migrated",
            source=plan.source,
            target=plan.target,
            version=target.version,
            elements={old: new for old, new in plan.pairs.items() if old != new} or None,
        )
        work.settle()


def _reload(
    work: Execution, loaded: Loaded, target: Definition, plan: Plan
) -> set[tuple[str, str]]:
    """Load the instance again under the new diagram; return what was armed anew."""
    blob = loaded.run.rewrite(plan.pairs)
    host = InstanceHost(work, loaded.row, target)
    run = Run.load(work.spec_of(target), blob, host)
    lost = run.lost_arrivals()
    if lost:
        raise Unmigratable(
            loaded.row.id, [f"“{name}”前等待汇合的令牌，在新图里没有它的来路。" for name in lost]
        )
    anew = run.refresh({plan.pairs[name] for name in plan.update if name in plan.pairs})
    loaded.run, loaded.host, loaded.definition = run, host, target
    return anew


def _rename_rows(
    session: Session, loaded: Loaded, plan: Plan, anew: Collection[tuple[str, str]]
) -> None:
    """Give the rows of waits that go on their new names; the rest is the usual difference."""
    after = loaded.run.waits()
    by_token = {(wait.token, wait.slot, wait.kind): key for key, wait in after.items()}
    before: dict[str, Wait] = {}
    for key, wait in loaded.before.items():
        slot = plan.pairs.get(wait.slot, wait.slot) if wait.slot else ""
        now = by_token.get((wait.token, slot, wait.kind))
        if now is None or (wait.token, slot) in anew:
            # Gone, or armed anew under a name that may be the same: its row goes at once.
            _drop_row(session, loaded.row, key, wait)
            continue
        _rename_row(session, loaded, key, now, after[now])
        before[now] = after[now]
    loaded.before = before


def _drop_row(session: Session, row: ProcessInstance, key: str, wait: Wait) -> None:
    name = waits.wait_id(row.id, key)
    if wait.kind in ("message", "signal", "conditional"):
        session.execute(delete(Subscription).where(Subscription.wait == name))
    else:
        session.execute(delete(Job).where(Job.wait == name, Job.status.in_(("open", "failed"))))


def _rename_row(session: Session, loaded: Loaded, old: str, new: str, wait: Wait) -> None:
    row = loaded.row
    was, name = waits.wait_id(row.id, old), waits.wait_id(row.id, new)
    values: dict[str, Any] = {"wait": name, "element_id": wait.element}
    kind: type[HumanTask | Job | Subscription]
    if wait.kind == "human":
        kind = HumanTask
        values["process_key"] = loaded.definition.key
        values["bundle"] = loaded.definition.bundle
        if "{" not in wait.name:
            values["name"] = wait.name
    elif wait.kind in ("message", "signal", "conditional"):
        kind = Subscription
        values["slot"] = wait.slot
    elif wait.kind == "call":
        session.execute(
            update(ProcessInstance)
            .where(ProcessInstance.parent_id == row.id, ProcessInstance.parent_token == wait.token)
            .values(parent_element=wait.element)
            .execution_options(synchronize_session=False)
        )
        return
    else:
        kind = Job
        values["slot"] = wait.slot
    session.execute(
        update(kind)
        .where(kind.wait == was)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
