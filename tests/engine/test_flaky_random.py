"""Random cases whose services fail now and then: each service counts once, every case ends.

What a person did stands, what failed behind it is tried again (`engine.commands.postponing`).
`HUIYIN_MODELS=200` walks more of them.
"""

from __future__ import annotations

import os
import random

import pytest
from sqlalchemy import delete, select

from engine import commands, db, services
from engine.models import HistoryEvent, HumanTask, Incident, Job, ProcessInstance
from engine.services import ServiceCall
from tests.engine import office
from tests.engine.bpmn_builder import (
    boundary,
    call,
    camunda,
    diagram,
    end,
    extension,
    inclusive,
    message,
    multi,
    parallel,
    service,
    start,
    sub,
    user,
)

MODELS = int(os.environ.get("HUIYIN_MODELS", "12"))
#: How often a service fails.
FAILS = 0.4
MOST_ACTS = 500
dice = random.Random()

#: Elements, the first and the last of them, and how often services are called in them.
Block = tuple[list[str], str, str, int]


@services.service("flaky.work")
def work(ask: ServiceCall) -> None:
    """Fail now and then; note in the history when it did not."""
    if dice.random() < FAILS:
        raise RuntimeError("down")
    ask.record("flaky")


class Drawing:
    """Draws one model."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.used = 0
        self.called: list[bytes] = []

    def name(self, kind: str) -> str:
        self.used += 1
        return f"{kind}{self.used}"

    def block(self, depth: int) -> Block:
        plain, deep = [self.task, self.work], [self.row, self.split, self.inside, self.calling]
        draw = self.dice.choice(plain if depth <= 0 else [*plain, *deep, self.row])
        return draw(depth - 1)

    def task(self, depth: int) -> Block:
        name = self.name("u")
        return [user(name, camunda__candidateUsers="ann")], name, name, 0

    def work(self, depth: int) -> Block:
        name = self.name("x")
        later = {"camunda__asyncBefore": "true"} if self.dice.random() < 0.2 else {}
        return [service(name, "flaky.work", **later)], name, name, 1

    def row(self, depth: int) -> Block:
        parts, first, between, some = self.block(depth)
        more, then, last, others = self.block(depth)
        return [*parts, *more, f"{between}-{then}"], first, last, some + others

    def split(self, depth: int) -> Block:
        fork, join = self.name("g"), self.name("j")
        gateway = self.dice.choice([parallel, inclusive])
        parts, count = [gateway(fork), gateway(join)], 0
        for _ in range(2):
            branch, first, last, some = self.block(depth)
            parts += [*branch, f"{fork}-{first}", f"{last}-{join}"]
            count += some
        return parts, fork, join, count

    def inside(self, depth: int) -> Block:
        name, begin, over = self.name("o"), self.name("s"), self.name("e")
        parts, first, last, count = self.block(depth)
        marker = self.dice.choice(["", multi("xs"), multi("xs", sequential=True)])
        made = sub(
            name, marker, start(begin), *parts, end(over), f"{begin}-{first}", f"{last}-{over}"
        )
        beside, aside = self.name("b"), self.name("e")
        watched = [boundary(beside, name, message("m2")), end(aside), f"{beside}-{aside}"]
        extra = watched if self.dice.random() < 0.3 else []
        return [made, *extra], name, name, count * (2 if marker else 1)

    def calling(self, depth: int) -> Block:
        name, key = self.name("k"), self.name("q")
        parts, first, last, count = self.block(depth)
        self.called.append(diagram(start(), *parts, end(), f"s-{first}", f"{last}-e", key=key))
        given = extension(camunda("in", variables="all"))
        return [call(name, key, given)], name, name, count


def act(case: str) -> None:
    """Complete some open task, or try again what is owed."""
    which = (HumanTask.root_id == case, HumanTask.status == "open")
    with db.reading() as session:
        tasks = sorted(session.execute(select(HumanTask.element_id, HumanTask.id).where(*which)))
    if tasks and dice.random() < 0.7:
        with db.transaction() as session:
            commands.complete(session, dice.choice(tasks)[1], actor=office.ANN)
        return
    with db.transaction() as session:
        owed = session.scalars(select(Job).where(Job.status.in_(("open", "failed")))).all()
        assert tasks or owed, "nobody can go on"
        for job in owed:
            job.status, job.attempts, job.not_before = "open", 0, None
        session.execute(delete(Incident))
    office.drain()


@pytest.mark.parametrize("seed", range(MODELS))
def test_every_service_counts_once_and_every_case_ends(database: str, seed: int) -> None:
    drawing = Drawing(seed)
    parts, first, last, count = drawing.block(4)
    office.publish(
        diagram(
            start(), user("first", camunda__candidateUsers="ann"), *parts, end(),
            f"s-first-{first}", f"{last}-e",
        ),
        *drawing.called,
    )  # fmt: skip
    dice.seed(seed)
    case = office.start(xs=[1, 2])
    acts = 0
    while office.status(case) == "active":
        acts += 1
        assert acts < MOST_ACTS
        act(case)
    with db.reading() as session:
        counted = session.scalars(select(HistoryEvent.id).where(HistoryEvent.kind == "flaky"))
        assert len(counted.all()) == count
        assert set(session.scalars(select(ProcessInstance.status))) == {"completed"}
        assert set(session.scalars(select(Job.status))) <= {"done", "cancelled"}
