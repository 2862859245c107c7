"""Random cases moved to and fro on a real database: rows and history keep in step with the state.

`HUIYIN_CASES=200` moves more of them.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

import pytest
from sqlalchemy import select

from engine import commands, db, hooks
from engine.commands import definitions, migration, migration_plans
from engine.commands.execution import Execution
from engine.commands.migration import Unmigratable
from engine.commands.migration_plans import Plan
from engine.errors import CorrelationFailed
from engine.models import HumanTask, ProcessInstance
from engine.queries.asked import Asked
from engine.queries.records import activities
from engine.state.tree import Place
from tests.engine import in_step, office
from tests.engine.bpmn_builder import diagram, end, start, user
from tests.engine.differential_generator import Generator
from tests.engine.moving import ALL
from tests.engine.test_migrating_random import wrapped

ACTS = 14
CHILD = diagram(start(), user("work"), end(), "s-work-e", key="child")


class Case:
    """One case of a random model with two versions of its diagram."""

    def __init__(self, seed: int) -> None:
        self.lots = random.Random(seed)
        model = Generator(seed).model()
        self.versions = []
        for xml in (model.xml(), wrapped(model)):
            office.publish(xml, name="t")
            with db.reading() as session:
                self.versions.append(office.definition_id(session))
        with db.transaction() as session:
            self.id = commands.start(
                session, "p", actor=hooks.SYSTEM, business_key="K",
                variables={"xs": [0, 1], **dict.fromkeys(model.loops, 0)},
            ).id  # fmt: skip
        self.inside = True
        self.moved: Counter[str] = Counter()

    @property
    def lives(self) -> bool:
        return office.status(self.id) == "active"

    def act(self) -> None:
        """Do one thing that may happen to it."""
        self.lots.choice((self.work, self.work, self.wait, self.send, self.move, self.move))()

    def work(self) -> None:
        with db.reading() as session:
            found = session.scalars(
                select(HumanTask.id)
                .where(HumanTask.status == "open")
                .order_by(HumanTask.element_id, HumanTask.token)
            ).all()
        if found:
            with db.transaction() as session:
                commands.complete(session, self.lots.choice(found), actor=hooks.SYSTEM)

    def wait(self) -> None:
        office.later(hours=2)
        office.drain()

    def send(self) -> None:
        with suppress(CorrelationFailed), db.transaction() as session:  # several may wait
            commands.correlate(session, self.lots.choice(("msg_1", "msg_2")), correlation="K")
        office.drain()

    def move(self) -> None:
        """Migrate it with a plan that updates some events and forgets others."""
        source, target = self.versions[self.inside], self.versions[not self.inside]
        if self.lots.random() < 0.3:
            target = source
        with db.reading() as session:
            elements = [
                definitions.by_id(session, number).description.elements
                for number in (source, target)
            ]
            pairs = {name: name for name in elements[0] if name in elements[1]}
            for name in list(pairs):
                one = elements[0][name]
                if migration_plans.triggers(one) and self.lots.random() < 0.2:
                    del pairs[name]
            update = frozenset(
                name for name in pairs
                if migration_plans.triggers(elements[0][name])
                and (elements[0][name].event == "conditional" or self.lots.random() < 0.3)
            )  # fmt: skip
            plan = Plan(source, target, pairs, update)
            for name in migration_plans.validate(session, plan):
                del pairs[name]
        try:
            with db.transaction() as session:
                migration.migrate(session, self.id, plan, actor=hooks.SYSTEM)
        except Unmigratable:
            self.moved["refused"] += 1
        else:
            self.inside = self.inside if target == source else not self.inside
            self.moved["moved"] += 1

    def told(self) -> set[tuple[str, str, str]]:
        """Return what the history says is there: token, element, and the token around."""
        with db.reading() as session:
            asked = Asked({"processInstanceId": self.id, "unfinished": True})
            found = activities.activity_instances(session, ALL, asked)
            return {(one.token, one.element, one.parent) for (one,) in found}

    def there(self) -> set[tuple[str, str, str]]:
        """Return the same of the state."""
        with db.reading() as session, Execution(session, hooks.SYSTEM) as work:
            run = work.open(session.get_one(ProcessInstance, self.id)).run
            return set(within(run.places(), ""))

    def open(self) -> set[tuple[str, str]]:
        """Return token and element of its open human tasks."""
        which = (HumanTask.instance_id == self.id, HumanTask.status == "open")
        with db.reading() as session:
            rows = session.scalars(select(HumanTask).where(*which))
            return {(row.token, row.element_id) for row in rows}


def within(places: list[Place], around: str) -> Iterator[tuple[str, str, str]]:
    """Yield what the history calls an activity among places."""
    for place in places:
        if not place.moving:
            yield place.token, place.element, around
        yield from within(place.inside, place.token)


@pytest.mark.parametrize("seed", range(int(os.environ.get("HUIYIN_CASES", "8"))))
def test_rows_and_history_follow(either_database: str, seed: int) -> None:
    office.publish(CHILD, name="c")
    case = Case(seed)
    for _ in range(ACTS):
        if not case.lives:
            break
        case.act()
        assert in_step.torn() == []
        if case.lives:
            assert case.told() - case.there() == set()
            assert case.open() - {one[:2] for one in case.told()} == set()
    assert case.moved["moved"] > 0
