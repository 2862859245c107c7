"""Workers killed and frozen beyond their lease, at random and at named places.

The planted fault is an effect outside the engine's transaction.
"""

from __future__ import annotations

import time

from tests.chaos import storm
from tests.chaos.nursery import Nursery
from tests.chaos.report import Report
from tests.chaos.world import World

NAME = "kills"
DATABASES = ("sqlite", "postgres")
#: Those of the short version.
QUICK = ("sqlite", "postgres")
#: The figure in which its planted fault must show.
SEEN = "doubled"
#: Seconds somebody is frozen: more than the lease of five.
FROZEN = 6.5


def run(world: World) -> Report:
    """Kill until enough have died and little is left."""
    started = time.monotonic()
    owed = storm.begin(world.pick(40, 1_000), world.pick(30, 1_900))
    variables = world.variables("outside") | {"HUIYIN_FAILPOINTS": storm.PLACES}
    wanted = world.pick(7, 220)
    with Nursery(world.folder / "victims.log", variables) as nursery:
        raging = storm.Storm(world, nursery, ("act drain", "act drain", "drain"), variables)
        _rage(raging, owed, wanted, time.monotonic() + world.pick(15, 600))
        storm.calm(raging, world.patience(240))
        return storm.count(raging, NAME, owed, started, least=world.pick(0, 200))


def _rage(raging: storm.Storm, owed: dict[str, tuple[str, ...]], wanted: int, until: float) -> None:
    dice = raging.world.dice
    while time.monotonic() < until and storm.feed(raging, owed):
        raging.tend()
        storm.progress(raging, 2)
        time.sleep(dice.uniform(0.1, 1.0))
        raging.tend()
        if raging.faults["kill"] + raging.faults["failpoint"] >= wanted:
            return
        if dice.random() < 0.08 or not raging.faults["freeze"]:
            raging.freeze(FROZEN)
        elif dice.random() < 0.8:
            raging.kill()
