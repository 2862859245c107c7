"""Jobs that fail and jobs that kill: the rest is done, each bad one is an incident after three.

The planted fault is an office that forgets how often it tried.
"""

from __future__ import annotations

import time
from collections import Counter

from sqlalchemy import func, select

from engine import db
from engine.models import Incident, Job, ProcessInstance
from tests.chaos import model, storm
from tests.chaos.nursery import Nursery
from tests.chaos.report import Report
from tests.chaos.world import World
from tests.engine import office

NAME = "poison"
DATABASES = ("sqlite", "postgres")
#: Those of the short version.
QUICK = ("sqlite",)
#: The figure in which its planted fault must show.
SEEN = "problems"
TRIES = 3


def run(world: World) -> Report:
    """Start good and bad cases in any order and drain until only the bad are left."""
    started = time.monotonic()
    total, bad, killers = world.pick(60, 10_000), world.pick(5, 100), world.pick(2, 10)
    kinds = ["kill"] * killers + ["fail"] * (bad - killers) + [""] * (total - bad)
    world.dice.shuffle(kinds)
    office.publish(model.POISON)
    cases = {office.start("poison", poison=kind): kind for kind in kinds}
    variables = world.variables("forgiving")
    with Nursery(world.folder / "victims.log", variables) as nursery:
        raging = storm.Storm(world, nursery, ("drain", "drain", "drain"), variables)
        until = time.monotonic() + world.pick(60 if not world.planted else 25, 600)
        while time.monotonic() < until and not _over(total - bad, bad):
            raging.tend()
            time.sleep(0.2)
        raging.tend()
        nursery.end()
    raging.faults["poison"] = bad - killers
    raging.faults["killer"] = raging.faults.pop("failpoint", 0)
    return _count(world, raging, cases, started)


def _over(good: int, bad: int) -> bool:
    with db.reading() as session:
        done = select(func.count(ProcessInstance.id)).where(ProcessInstance.status == "completed")
        return (
            session.scalar(done) == good and session.scalar(select(func.count(Incident.id))) == bad
        )


def _count(world: World, raging: storm.Storm, cases: dict[str, str], started: float) -> Report:
    tries = Counter(model.lines(world.folder, "tries"))
    with db.reading() as session:
        marks = Counter(session.scalars(select(model.effect.c.case_id)))
        statuses = dict(session.execute(select(ProcessInstance.id, ProcessInstance.status)).all())
        incidents = Counter(session.scalars(select(Incident.instance_id)))
        failed = session.execute(
            select(Job.instance_id, Job.attempts, Incident.code)
            .join(Incident, Incident.job_id == Job.id)
            .where(Job.status == "failed")
        ).all()
    # How often a killer was met stands outside; the others are counted by their jobs. One that
    # was given up at its claim, because it once shared a batch with a killer, was not tried then.
    tries |= Counter(
        {
            case: number - (code == "worker-died")
            for case, number, code in failed
            if cases[case] == "fail"
        }
    )
    good = {case for case, kind in cases.items() if not kind}
    bad = set(cases) - good
    problems = [f"tried {number} times" for case, number in tries.items() if number > TRIES] + [
        "an incident of a good case" for case in incidents if case in good
    ]
    return Report(
        scenario=NAME,
        database=world.database,
        seed=world.seed,
        faults=raging.faults,
        jobs=len(cases),
        lost=len(good - set(marks)) + sum(1 for case in bad if incidents[case] == 0),
        doubled=sum(number - 1 for number in marks.values())
        + sum(1 for case in bad if incidents[case] > 1),
        torn=sum(1 for case in good if statuses[case] != "completed")
        + sum(1 for case in bad if statuses[case] != "active"),
        seconds=time.monotonic() - started,
        problems=problems[:5],
    )
