"""New versions published all the time while cases run: each ends on the version it began with.

The planted fault is an office that runs every case on the newest version.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import func, select

from engine import commands, db, hooks
from engine.bundles import Bundle
from engine.models import Job, ProcessDefinition, ProcessInstance
from tests.chaos import model, storm
from tests.chaos.nursery import Nursery
from tests.chaos.report import Report
from tests.chaos.world import World
from tests.engine import office

NAME = "deploys"
DATABASES = ("sqlite", "postgres")
#: Those of the short version.
QUICK = ("postgres",)
#: The figure in which its planted fault must show.
SEEN = "torn"


@dataclass
class Publisher:
    """Publishes one version after the other; two of them do it at the same time."""

    every: float
    over: threading.Event = field(default_factory=threading.Event)
    count: int = 0
    failures: list[str] = field(default_factory=list)
    #: Definition → the mark its diagram leaves.
    marks: dict[int, str] = field(default_factory=dict)
    _numbers: threading.Lock = field(default_factory=threading.Lock)

    def publish(self) -> None:
        with self._numbers:
            self.count += 1
            number = self.count
        content = {
            "d.bpmn": model.versioned(number),
            "bundle.toml": b'[bundle]\ntitle = "versioned"\n',
        }

        def deploy(session: db.Session) -> int:
            made = commands.deploy(
                session, Bundle("versioned", content), actor=hooks.SYSTEM, house=False
            )
            return session.scalars(
                select(ProcessDefinition.id).where(ProcessDefinition.deployment_id == made.id)
            ).one()

        self.marks[db.unit(deploy)] = f"svc_v{number}"

    def run(self) -> None:
        while not self.over.wait(self.every):
            try:
                self.publish()
            except Exception as failure:
                self.failures.append(f"{type(failure).__name__}: {failure}"[:200])


def run(world: World) -> Report:
    """Start cases on whatever is newest while two publishers go on, then let all of them end."""
    started = time.monotonic()
    publisher = Publisher(every=world.pick(1, 4))  # two of them: every half of that
    publisher.publish()
    variables = world.variables("newest")
    threads = [threading.Thread(target=publisher.run, daemon=True) for _ in range(2)]
    cases: list[str] = []
    with Nursery(world.folder / "victims.log", variables) as nursery:
        raging = storm.Storm(world, nursery, ("act drain", "drain"), variables)
        for thread in threads:
            thread.start()
        for _ in range(world.pick(40, 200)):
            cases.append(office.start("versioned"))
            raging.tend()
            time.sleep(world.pick(10, 100) / 100 * world.dice.random())
        until = time.monotonic() + world.pick(40, 120)
        while time.monotonic() < until and storm.unfinished() != 0:
            raging.tend()
            time.sleep(0.3)
        publisher.over.set()
        for thread in threads:
            thread.join()
        nursery.end()
    return _count(world, publisher, cases, started)


def _count(world: World, publisher: Publisher, cases: list[str], started: float) -> Report:
    with db.reading() as session:
        rows = session.execute(
            select(ProcessInstance.id, ProcessInstance.definition_id, ProcessInstance.status)
        ).all()
        found = Counter((row[0], row[1]) for row in session.execute(select(model.effect)))
        pending = session.scalar(select(func.count(Job.id)).where(Job.status == "open")) or 0
    wanted = {(row[0], publisher.marks[row[1]]) for row in rows}
    versions = len({row[1] for row in rows})
    return Report(
        scenario=NAME,
        database=world.database,
        seed=world.seed,
        faults={"deployment": publisher.count, "version run": versions if versions > 1 else 0},
        jobs=len(cases),
        lost=len(wanted - set(found)) + len(cases) - len(rows),
        doubled=sum(number - 1 for number in found.values()),
        torn=len(set(found) - wanted) + sum(1 for row in rows if row[2] != "completed") + pending,
        seconds=time.monotonic() - started,
        problems=publisher.failures[:5],
    )
