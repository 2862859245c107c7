"""Moving running instances to another version of their diagram, on purpose.

A plan (`migration_plans`) maps elements to elements. Human tasks keep their ids and all that was
said of them, events their triggers, called processes go on; what has no place in the new diagram
is refused, never dropped, except for events that wait beside an activity. Sub processes
end and begin as the tokens inside need it (`engine.state.rescope`).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine.commands import definitions, instances, rows, trail, waits
from engine.commands.definitions import Definition
from engine.commands.execution import Execution, Loaded, Skips
from engine.commands.host import InstanceHost
from engine.commands.migration_plans import Plan
from engine.errors import EngineError, NotAllowed
from engine.hooks import Actor
from engine.models import HumanTask, Incident, Job, ProcessInstance, Subscription
from engine.state.host import Wait
from engine.state.run import Run

#: Behind the name of a wait whose name another one gets.
ASIDE = "~"


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


def migrate(
    session: Session, instance_id: str, plan: Plan, *, actor: Actor, skips: Skips | None = None
) -> None:
    """Take one running instance to the target version of a valid plan.

    Raises:
        NotAllowed: it has ended.
        Unmigratable: it is of another version, or stands where the plan says nothing.
        EngineError: a listener or parameter of a scope that ends or begins fails.
    """
    row = instances.lock(session, instance_id)
    if row.status not in ("active", "suspended"):
        raise NotAllowed("这件事项已经结束，不能迁移。")
    if row.definition_id != plan.source:
        raise Unmigratable(instance_id, ["它不是这个计划的源版本。"])
    target = definitions.by_id(session, plan.target)
    with Execution(session, actor) as work:
        loaded = work.open(row)
        anew = _reload(work, loaded, target, plan, skips or Skips())
        _rename_rows(work, loaded, plan, anew)
        row.definition_id, row.process_key, row.bundle = target.id, target.key, target.bundle
        work.settle()


def _reload(
    work: Execution, loaded: Loaded, target: Definition, plan: Plan, skips: Skips
) -> set[tuple[str, str]]:
    """Load the instance again under the new diagram; return what was armed anew.

    What ends is told in a line of history of its own, before the move: it is the old diagram's.
    """
    old, row, spec = loaded.run, loaded.row, work.spec_of(target)
    found = old.rescoping(spec, plan.pairs)
    if found.lost or found.failures:
        raise Unmigratable(row.id, list(dict.fromkeys(found.failures)), found.lost)
    old.skip(listeners=skips.listeners, mappings=skips.mappings)
    found.leave()
    ended = loaded.host.trail.packed(old.writes)
    if ended:
        work.note(row, trail.KIND, detail=ended)
    host = InstanceHost(work, row, target)
    run = Run.load(spec, found.saved(), host)
    lost = run.lost_arrivals()
    if lost:
        raise Unmigratable(
            row.id, [f"“{name}”前等待汇合的令牌，在新图里没有它的来路。" for name in lost]
        )
    work.note(
        row,
        "migrated",
        source=plan.source,
        target=plan.target,
        version=target.version,
        elements={old: new for old, new in plan.pairs.items() if old != new} or None,
        around=found.around or None,
    )
    run.skip(listeners=skips.listeners, mappings=skips.mappings)
    run.set("", plan.variables)  # input parameters of what is entered may read them
    run.enter(found.made)
    loaded.run, loaded.host, loaded.definition = run, host, target
    anew = {plan.pairs[name] for name in plan.update if name in plan.pairs}
    return run.refresh(anew, found.known)


def _rename_rows(
    work: Execution, loaded: Loaded, plan: Plan, anew: Collection[tuple[str, str]]
) -> None:
    """Give the rows of waits that go on their new names; the rest is the usual difference."""
    session, after = work.session, loaded.run.waits()
    by_token: dict[tuple[str, str | None, str], str] = {
        (wait.token, wait.slot, wait.kind): key for key, wait in after.items()
    }
    before: dict[str, Wait] = {}
    renamed: dict[str, str] = {}
    for key, wait in loaded.before.items():
        # Activities have no slot; timers of a task's listeners are known by the listener's id.
        slot = plan.pairs.get(wait.slot) if wait.slot == wait.element else wait.slot
        now = by_token.get((wait.token, slot, wait.kind))
        if now is not None and (wait.token, slot) not in anew:
            renamed[key], before[now] = now, after[now]
        elif key in after:  # another wait has the name now: this one's row is closed at once
            _close_row(work, loaded.row, key, wait)
        else:
            before[key] = wait
    wanted = {now for key, now in renamed.items() if now != key}
    for key, now in renamed.items():
        if key in wanted and now != key:
            _step_aside(session, loaded.row, key, loaded.before[key])
    for key, now in renamed.items():
        was = key + ASIDE if key in wanted and now != key else key
        _rename_row(session, loaded, was, now, after[now])
    loaded.before = before
    _rename_owed(session, loaded.row, plan)


def _step_aside(session: Session, row: ProcessInstance, key: str, wait: Wait) -> None:
    """Leave a name to another wait of the same token: events that change places."""
    kind = Subscription if wait.kind in rows.SUBSCRIPTIONS else Job
    name = waits.wait_id(row.id, key)
    session.execute(
        update(kind)
        .where(kind.wait == name)
        .values(wait=name + ASIDE)
        .execution_options(synchronize_session=False)
    )


def _rename_owed(session: Session, row: ProcessInstance, plan: Plan) -> None:
    """Let steps that are owed without a wait, and open incidents, name the new elements."""
    owed = select(Job).where(
        Job.instance_id == row.id, Job.wait.is_(None), Job.status.in_(("open", "failed"))
    )
    unmended = select(Incident).where(
        Incident.instance_id == row.id, Incident.resolved_at.is_(None)
    )
    named: list[Job | Incident] = [*session.scalars(owed), *session.scalars(unmended)]
    for one in named:
        one.element_id = plan.pairs.get(one.element_id or "", one.element_id)


def _close_row(work: Execution, row: ProcessInstance, key: str, wait: Wait) -> None:
    """End a wait whose name another one gets; its job stays for the log, without the name."""
    name = waits.wait_id(row.id, key)
    if wait.kind in rows.SUBSCRIPTIONS:
        work.session.execute(delete(Subscription).where(Subscription.wait == name))
        return
    rows.cancel_jobs(work, [name])
    work.session.execute(
        update(Job)
        .where(Job.wait == name)
        .values(wait=None)
        .execution_options(synchronize_session=False)
    )


def _rename_row(session: Session, loaded: Loaded, old: str, new: str, wait: Wait) -> None:
    row = loaded.row
    was, name = waits.wait_id(row.id, old), waits.wait_id(row.id, new)
    values: dict[str, Any] = {"wait": name, "element_id": wait.element}
    kind: type[HumanTask | Job | Subscription]
    if wait.kind == "human":
        kind = HumanTask
        values["process_key"] = loaded.definition.key
        values["bundle"] = loaded.definition.bundle
    elif wait.kind in rows.SUBSCRIPTIONS:
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
