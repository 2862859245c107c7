"""Redis emptied, killed and away while Celery drives: nothing is lost, the office goes on.

The planted fault is an office that trusts its messages: no pump, no Beat, each hint sent once.
"""

from __future__ import annotations

import time

from tests.chaos import front, storm
from tests.chaos.nursery import Nursery
from tests.chaos.report import Report
from tests.chaos.world import World
from tests.tasks.servers import Redis, Roles

NAME = "broker"
DATABASES = ("postgres",)
#: Those of the short version.
QUICK = ("postgres",)
#: The figure in which its planted fault must show.
SEEN = "torn"
#: A pump that waits longer than the run is none.
NEVER = 3600


def run(world: World) -> Report:
    """Let victims complete tasks while the real Celery roles run every job."""
    started = time.monotonic()
    front.prepare()
    owed = storm.begin(world.pick(20, 300), world.pick(15, 600))
    redis = Redis(world.folder)
    redis.start()
    patience = NEVER if world.planted else 1
    served = front.roles(world, redis.url, "", pump_patience_seconds=patience)
    with Nursery(world.folder / "victims.log", world.variables()) as nursery:
        raging = storm.Storm(world, nursery, ("act",), world.variables())
        try:
            _open(world, served)
            _rage(raging, owed, redis, served)
            _calm(raging, redis, served, world.patience(180))
        finally:
            served.stop()
            redis.kill()
        return storm.count(raging, NAME, owed, started)


def _open(world: World, served: Roles) -> None:
    served.worker("worker", command=front.WORKER)
    if not world.planted:
        for name in ("beat1", "beat2"):
            served.start(name, front.BEAT)


def _rage(
    raging: storm.Storm, owed: dict[str, tuple[str, ...]], redis: Redis, served: Roles
) -> None:
    dice, world = raging.world.dice, raging.world
    faults = ("flush", "kill", "away") * world.pick(1, 20)
    for fault in faults:
        storm.feed(raging, owed)
        raging.tend()
        storm.progress(raging, 2)
        time.sleep(dice.uniform(0.2, 1.0))
        _mind(served)
        if fault == "flush":
            redis.client.flushall()
        else:
            redis.kill()
            time.sleep(dice.uniform(2.0, world.pick(4, 12)) if fault == "away" else 0.0)
            redis.start()
        raging.faults[f"redis {fault}"] += 1
    redis.kill()  # and it does not come back: the office goes on without it
    raging.faults["redis gone"] += 1


def _calm(raging: storm.Storm, redis: Redis, served: Roles, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and storm.unfinished() != 0:
        raging.tend()
        _mind(served)
        storm.retry_incidents()
        time.sleep(0.3)
    raging.nursery.end()


def _mind(served: Roles) -> None:
    """Do a supervisor's work: Celery itself may end when Redis goes while it is busy."""
    for name, process in list(served.processes.items()):
        if process.poll() is not None:
            if name == "worker":
                served.worker(name, front.WORKER)
            else:
                served.start(name, front.BEAT)
