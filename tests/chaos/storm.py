"""Kill -9 at random and at named places, then count: nothing lost, doubled or torn."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import commands, db
from engine.hooks import SYSTEM
from engine.models import HumanTask, Incident, Job, ProcessInstance
from tests.chaos import model
from tests.engine import office

#: Where a worker may kill itself, and how likely at each visit.
PLACES = "before_commit:0.012,after_commit:0.004,after_claim:0.02,between_jobs:0.002"


@dataclass(frozen=True)
class Report:
    """What a storm did and what it left behind."""

    seed: int
    cases: int
    killed: int
    died: int
    lost: int
    doubled: int
    torn: int

    @property
    def faults(self) -> int:
        """Deaths of workers, by the parent's hand or at a named place."""
        return self.killed + self.died


def storm(
    url: str, *, cases: int, seed: int, folder: Path, workers: int = 3, planted: bool = False,
    limit: float = 150.0,
) -> Report:  # fmt: skip
    """Run one storm on a bound, empty database; at most `limit` seconds of killing."""
    dice = random.Random(seed)
    model.ledger.create_all(db.engine())
    office.publish(model.STORM)
    for _ in range(cases):
        office.start("storm", actor=office.Actor("storm"))
    marks = folder / "marks"
    begun: Counter[tuple[str, str]] = Counter()
    environment = {**os.environ, "HUIYIN_FAILPOINTS": PLACES, "HUIYIN_JOB_LEASE_SECONDS": "5"}
    if planted:
        environment["CHAOS_PLANTED"] = str(marks)
        with db.reading() as session:  # the first effect was written by this process
            begun.update(_effects(session))
    db.engine().dispose()
    killed, died = _kill(url, dice, environment, workers, limit, quiet=cases)
    _calm(url, {**environment, "HUIYIN_FAILPOINTS": ""})
    return _count(seed, cases, killed, died, begun, marks if planted else None)


def _effects(session: Session) -> list[tuple[str, str]]:
    return [(row[0], row[1]) for row in session.execute(select(model.effect))]


def _spawn(url: str, seed: int, environment: dict[str, str], seconds: float) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.worker", url, str(seed), str(seconds)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _unfinished() -> int:
    with db.reading() as session:
        return (
            session.scalar(
                select(func.count(ProcessInstance.id)).where(ProcessInstance.status == "active")
            )
            or 0
        )


def _kill(
    url: str, dice: random.Random, environment: dict[str, str], workers: int, limit: float,
    quiet: int,
) -> tuple[int, int]:  # fmt: skip
    """Kill until a tenth of the cases is left; return (killed by us, died by themselves)."""
    until, killed, died, number = time.monotonic() + limit, 0, 0, 0
    alive: list[subprocess.Popen] = []
    try:
        while time.monotonic() < until and _unfinished() > quiet // 10:
            died += sum(1 for one in alive if one.poll() not in (None, 0))
            alive = [one for one in alive if one.poll() is None]
            while len(alive) < workers:
                number += 1
                alive.append(_spawn(url, dice.randrange(10**6), environment, limit))
            time.sleep(dice.uniform(0.5, 2.0))
            victim = dice.choice(alive)
            if victim.poll() is None and dice.random() < 0.5:
                victim.send_signal(signal.SIGKILL)
                victim.wait()
                alive.remove(victim)
                killed += 1
    finally:
        for one in alive:
            one.kill()
            one.wait()
    return killed, died


def _calm(url: str, environment: dict[str, str]) -> None:
    """Let one undisturbed worker finish what is left; leases end by themselves.

    A job whose workers died three times is an incident by design: an operator retries it.
    """
    worker = _spawn(url, 1, environment, 240)
    try:
        until = time.monotonic() + 240
        while time.monotonic() < until and _unfinished():
            _retry_incidents()
            time.sleep(0.5)
    finally:
        worker.kill()
        worker.wait()


def _retry_incidents() -> None:
    with db.reading() as session:
        found = session.scalars(
            select(Incident.id).where(
                Incident.resolved_at.is_(None), Incident.code == "worker-died"
            )
        ).all()
    for incident in found:
        db.unit(lambda session, one=incident: commands.retry(session, one, actor=SYSTEM))


def _count(
    seed: int, cases: int, killed: int, died: int, begun: Counter[tuple[str, str]],
    marks: Path | None,
) -> Report:  # fmt: skip
    with db.reading() as session:
        found = Counter(_effects(session))
        if marks is not None:
            lines = marks.read_text().split("\n")
            found = begun + Counter(tuple(line.split()) for line in lines if line)
        everybody = session.scalars(select(ProcessInstance.id)).all()
        torn = session.scalar(
            select(func.count(ProcessInstance.id)).where(ProcessInstance.status != "completed")
        )
        torn += session.scalar(select(func.count(HumanTask.id)).where(HumanTask.status == "open"))
        torn += session.scalar(select(func.count(Job.id)).where(Job.status == "open"))
    wanted = {(case, place) for case in everybody for place in model.PLACES}
    return Report(
        seed=seed,
        cases=cases,
        killed=killed,
        died=died,
        lost=len(wanted - set(found)),
        doubled=sum(count - 1 for count in found.values()),
        torn=torn,
    )
