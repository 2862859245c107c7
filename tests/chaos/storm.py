"""Victims at work, faults among them, and the count of what is left when it is calm again."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from engine import commands, db
from engine.hooks import SYSTEM
from engine.models import HumanTask, Incident, Job, ProcessInstance
from tests.chaos import model
from tests.chaos.nursery import Nursery
from tests.chaos.report import Report
from tests.chaos.world import World
from tests.engine import office

#: Where a victim may kill itself, and how likely at each visit.
PLACES = "before_commit:0.004,after_commit:0.002,after_claim:0.01,between_jobs:0.001"
STORM_ACTOR = office.Actor("storm")


@dataclass
class Storm:
    """The victims of one run and what was done to them."""

    world: World
    nursery: Nursery
    duties: Sequence[str]
    environment: dict[str, str]
    faults: Counter[str] = field(default_factory=Counter)
    #: Who was stopped, and when it goes on.
    frozen: dict[int, float] = field(default_factory=dict)
    killed: set[int] = field(default_factory=set)
    #: Victim → what it does.
    staff: dict[int, str] = field(default_factory=dict)
    #: Seconds by which clocks of victims may be wrong.
    skew: float = 0.0

    def tend(self) -> None:
        """Bury the dead, let the frozen go on, and fill every post."""
        for pid in self.nursery.bury():
            self.staff.pop(pid, None)
            self.frozen.pop(pid, None)
            if pid in self.killed:
                continue
            if self.nursery.dead[pid] == -signal.SIGKILL:
                self.faults["failpoint"] += 1
        for pid, until in list(self.frozen.items()):
            if time.monotonic() >= until:
                os.kill(pid, signal.SIGCONT)
                del self.frozen[pid]
        free = list(self.duties)
        for duty in self.staff.values():
            free.remove(duty)
        for duty in free:
            self.staff[self._bear(duty)] = duty

    def _bear(self, duty: str) -> int:
        extra = dict(self.environment)
        if self.skew:
            wrong = self.world.dice.choice((-self.skew, 0.0, self.skew))
            extra["CHAOS_SKEW"] = str(wrong)
            self.faults["wrong clock"] += wrong != 0
        return self.nursery.bear(
            "tests.chaos.worker", self.world.url, self.world.dice.randrange(10**6), 3600, duty,
            **extra,
        )  # fmt: skip

    def kill(self) -> None:
        """kill -9 somebody at random."""
        victim = self.world.dice.choice(list(self.staff))
        self.killed.add(victim)
        self.nursery.kill(victim)
        self.faults["kill"] += 1

    def freeze(self, seconds: float) -> None:
        """Stop somebody for longer than the lease; it then goes on as if nothing had been."""
        victim = self.world.dice.choice(list(self.staff))
        if victim not in self.frozen:
            os.kill(victim, signal.SIGSTOP)
            self.frozen[victim] = time.monotonic() + seconds
            self.faults["freeze"] += 1

    def thaw(self) -> None:
        """Let everybody go on."""
        for pid in self.frozen:
            os.kill(pid, signal.SIGCONT)
        self.frozen.clear()


def progress(storm: Storm, steps: int, seconds: float = 30.0) -> None:
    """Wait until the victims have got some steps further: a fault that meets nobody is none."""
    before = _steps(storm)
    until = time.monotonic() + seconds
    while time.monotonic() < until and unfinished() != 0 and _steps(storm) < before + steps:
        storm.tend()
        time.sleep(0.1)


def _steps(storm: Storm) -> int:
    try:
        with db.reading() as session:
            made = session.scalar(select(func.count()).select_from(model.effect)) or 0
    except SQLAlchemyError:
        return 0
    files = ("acknowledged", "marks")
    return made + sum(len(model.lines(storm.world.folder, file)) for file in files)


def unfinished() -> int | None:
    """Count the cases that are not at their end; None while the database is away."""
    try:
        with db.reading() as session:
            active = ProcessInstance.status == "active"
            return session.scalar(select(func.count(ProcessInstance.id)).where(active)) or 0
    except SQLAlchemyError:
        return None


def calm(storm: Storm, seconds: float) -> None:
    """Let undisturbed victims finish what is left; leases end by themselves.

    A job whose workers died three times is an incident by design: an operator retries it.
    """
    storm.thaw()
    storm.environment = {**storm.environment, "HUIYIN_FAILPOINTS": "", "CHAOS_PLANTED": ""}
    storm.skew = 0.0
    storm.nursery.end()
    storm.staff.clear()
    until = time.monotonic() + seconds
    while time.monotonic() < until and unfinished() != 0:
        storm.tend()
        retry_incidents()
        time.sleep(0.3)
    storm.nursery.end()


def retry_incidents() -> None:
    """Do what an operator does about jobs whose workers died."""
    with db.reading() as session:
        found = session.scalars(
            select(Incident.id).where(
                Incident.resolved_at.is_(None), Incident.code == "worker-died"
            )
        ).all()
    for incident in found:
        db.unit(lambda session, one=incident: commands.retry(session, one, actor=SYSTEM))


def begin(storms: int, chains: int) -> dict[str, tuple[str, ...]]:
    """Start the cases; return each with the places where it owes a mark."""
    office.publish(model.STORM, model.CHAIN)
    owed = {office.start("storm", actor=STORM_ACTOR): model.PLACES for _ in range(storms)}
    links = tuple(f"svc_{number}" for number in range(1, model.LINKS + 1))
    return owed | {office.start("chain", actor=STORM_ACTOR): links for _ in range(chains)}


def feed(storm: Storm, owed: dict[str, tuple[str, ...]]) -> bool:
    """Start more once everything is at its end; False in the short version, which then ends.

    A fast office must not get away with fewer faults: each has to meet somebody at work.
    """
    if unfinished() == 0:
        if not storm.world.long:
            return False
        owed.update(begin(100, 200))
    return True


def count(
    storm: Storm,
    scenario: str,
    owed: dict[str, tuple[str, ...]],
    started: float,
    least: int = 0,
) -> Report:
    """Hold the database and the outside ledgers against what was owed.

    Args:
        least: how many processes had to die for the run to prove what it says.
    """
    folder = storm.world.folder
    with db.reading() as session:
        found = Counter((row[0], row[1]) for row in session.execute(select(model.effect)))
        statuses = dict(session.execute(select(ProcessInstance.id, ProcessInstance.status)).all())
        tasks = dict(session.execute(select(HumanTask.id, HumanTask.status)).all())
        pending = session.scalar(select(func.count(Job.id)).where(Job.status == "open")) or 0
        timers = session.execute(
            select(Job.due_at, Job.done_at).where(Job.kind == "timer", Job.status == "done")
        ).all()
    found += Counter(tuple(line.split()) for line in model.lines(folder, "marks"))  # type: ignore[misc]
    wanted = {(case, place) for case, places in owed.items() for place in places}
    answers = Counter(model.lines(folder, "acknowledged"))
    # An acknowledged completion that is gone is found open, or was done and answered again.
    broken = [task for task in answers if tasks.get(task) != "completed" or answers[task] > 1]
    problems = [f"{len(broken)} acknowledged completions were lost"] if broken else []
    died = sum(storm.faults[kind] for kind in ("kill", "failpoint", "crash"))
    if died < least:
        problems.append(f"only {died} of {least} deaths")
    return Report(
        scenario=scenario,
        database=storm.world.database,
        seed=storm.world.seed,
        faults=storm.faults,
        jobs=len(timers) + len(tasks),
        lost=len(wanted - set(found)) + len(set(owed) - set(statuses)),
        doubled=sum(number - 1 for number in found.values()) + len(set(found) - wanted),
        torn=sum(1 for case in owed if statuses.get(case) != "completed")
        + sum(1 for status in tasks.values() if status == "open")
        + pending,
        lateness=[(row[1] - row[0]).total_seconds() for row in timers],
        seconds=time.monotonic() - started,
        problems=problems,
    )
