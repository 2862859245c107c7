"""PostgreSQL crashes and recovers under load: nothing that was acknowledged is lost.

The planted fault is an office that answers before its commit.
"""

from __future__ import annotations

import time

from engine import db
from tests.chaos import storm
from tests.chaos.nursery import Nursery
from tests.chaos.report import Report
from tests.chaos.world import World

NAME = "crashes"
DATABASES = ("postgres",)
#: Those of the short version.
QUICK = ("postgres",)
#: The figure in which its planted fault must show.
SEEN = "problems"


def run(world: World) -> Report:
    """Pull the plug again and again while victims work; they stay alive and go on."""
    started = time.monotonic()
    owed = storm.begin(world.pick(60, 1_500), world.pick(10, 300))
    variables = world.variables("early")
    with Nursery(world.folder / "victims.log", variables) as nursery:
        raging = storm.Storm(world, nursery, ("act", "act", "drain", "drain"), variables)
        for _ in range(world.pick(2, 12)):
            if not storm.feed(raging, owed):
                break
            raging.tend()
            storm.progress(raging, 4)
            time.sleep(world.dice.uniform(0.2, world.pick(1, 4)))
            _crash(world)
            raging.faults["crash"] += 1
            raging.tend()
        died = list(raging.nursery.dead)
        storm.calm(raging, world.patience(240))
        report = storm.count(raging, NAME, owed, started, least=world.pick(0, 10))
    problems = [*report.problems, *(["a worker ended with its database"] if died else [])]
    return Report(**{**vars(report), "problems": problems})


def _crash(world: World) -> None:
    assert world.server is not None
    db.engine().dispose()
    world.server.crash()
    time.sleep(world.dice.uniform(0.0, 0.5))
    world.server.start()
