"""Two versions of a diagram, and cases taken from the one to the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine import db, hooks
from engine.commands import migration, migration_plans
from engine.commands.execution import Skips
from engine.commands.migration_plans import Plan
from engine.models import HumanTask, Job, Subscription
from engine.queries.access import Viewer
from engine.queries.asked import Asked
from engine.queries.records import activities
from tests.engine import office
from tests.engine.bpmn_builder import diagram, end, parallel, start, sub, user


def task(name: str, *inner: str, **more: str) -> str:
    """Write a human task that Ann may do."""
    return user(name, *inner, camunda__candidateUsers="ann", **more)


#: `a`, then `z`.
FLAT = diagram(start(), task("a"), task("z"), end(), "s-a-z-e")
#: `a` and `b` between a split and its join.
FORK = (parallel("g"), task("a"), task("b"), parallel("j"), "g-a-j", "g-b-j")


def inside(*around: str, body: str = "", more: str = "") -> bytes:
    """`a` in a sub process `o` with something around it, then `z`."""
    return diagram(
        start(), sub("o", *around, start("os"), body or task("a"), end("oe"), "os-a-oe"), more,
        task("z"), end(), "s-o-z-e",
    )  # fmt: skip


#: From which element to which; names alone stay what they are.
Pairs = Mapping[str, str] | Sequence[str]
ALL = Viewer("auditor", scope="all")


@dataclass(frozen=True)
class Versions:
    """A process in two versions; cases are started on the first."""

    source: int
    target: int
    case: str = ""

    def plan(
        self,
        pairs: Pairs,
        update: Collection[str] = (),
        variables: Mapping[str, Any] | None = None,
    ) -> Plan:
        """Return a plan; names alone stay what they are."""
        given = pairs if isinstance(pairs, Mapping) else {name: name for name in pairs}
        return Plan(self.source, self.target, given, frozenset(update), variables or {})

    def failures(self, pairs: Pairs, **more: Any) -> dict[str, list[str]]:
        """Return what is wrong with a plan."""
        with db.reading() as session:
            return migration_plans.validate(session, self.plan(pairs, **more))

    def proposed(self) -> Plan:
        with db.reading() as session:
            return migration_plans.generate(session, self.source, self.target)

    def migrate(
        self,
        pairs: Pairs,
        *,
        skips: Skips | None = None,
        case: str = "",
        **more: Any,
    ) -> None:
        """Take the case to the second version by a plan that must be right."""
        assert self.failures(pairs, **more) == {}
        plan = self.plan(pairs, **more)
        with db.transaction() as session:
            migration.migrate(session, case or self.case, plan, actor=hooks.SYSTEM, skips=skips)


def versions(old: bytes, new: bytes, **variables: Any) -> Versions:
    """Publish two versions and start a case on the first."""
    office.publish(old)
    with db.reading() as session:
        source = office.definition_id(session)
    case = office.start(bk="K", **variables)
    office.publish(new)
    with db.reading() as session:
        return Versions(source, office.definition_id(session), case)


def tasks(case: str) -> dict[str, str]:
    """Return the ids of the open human tasks by element."""
    which = (HumanTask.instance_id == case, HumanTask.status == "open")
    with db.reading() as session:
        return {one.element_id: one.id for one in session.scalars(select(HumanTask).where(*which))}


def jobs(kind: str = "timer", status: str = "open") -> list[str]:
    """Return the elements of the jobs of a kind."""
    with db.reading() as session:
        return sorted(
            session.scalars(select(Job.element_id).where(Job.status == status, Job.kind == kind))
        )


def subscriptions(case: str) -> list[tuple[str, str]]:
    """Return element and name of what a case waits for."""
    with db.reading() as session:
        rows = session.scalars(select(Subscription).where(Subscription.instance_id == case))
        return sorted((row.element_id, row.name) for row in rows)


def visits(case: str) -> list[tuple[str, str, str]]:
    """Return every activity instance of a case: element, the one around, how it ended."""
    asked = Asked({"processInstanceId": case})
    with db.reading() as session:
        found = [one for (one,) in activities.activity_instances(session, ALL, asked)]
    ends = {None: "there"}
    return [
        (
            one.activity_id,
            one.parent_element,
            "cancelled" if one.is_cancelled else ends.get(one.ended_at, "done"),
        )
        for one in sorted(found, key=lambda one: one.sequence)
    ]
