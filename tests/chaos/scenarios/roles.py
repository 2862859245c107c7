"""Web, worker and Beat killed and frozen while clients complete tasks over HTTP.

A client that got no answer asks again with the same key, as the stock clients do. The planted
fault is an effect outside the engine's transaction.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from engine import db
from engine.models import HumanTask
from tasks import cluster
from tests.chaos import front, model, storm
from tests.chaos.nursery import Nursery
from tests.chaos.report import Report
from tests.chaos.world import World
from tests.tasks.servers import Redis, Roles

NAME = "roles"
DATABASES = ("postgres",)
#: Those of the short version.
QUICK = ("postgres",)
#: The figure in which its planted fault must show.
SEEN = "doubled"
COMMANDS: dict[str, cluster.Command] = {
    "web": front.WEB,
    "worker1": front.WORKER,
    "worker2": front.WORKER,
    "beat1": front.BEAT,
    "beat2": front.BEAT,
}
#: Seconds a role is frozen: more than the lease of five.
FROZEN = 6.5


@dataclass
class Crowd:
    """Clients that complete whatever is open until they are told to go home."""

    port: int
    token: str
    clients: int
    over: threading.Event = field(default_factory=threading.Event)
    threads: list[threading.Thread] = field(default_factory=list)

    def come(self) -> None:
        for number in range(self.clients):
            thread = threading.Thread(target=self._be, args=(number,), daemon=True)
            thread.start()
            self.threads.append(thread)

    def go(self) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _be(self, number: int) -> None:
        client = front.Client(self.port, self.token)
        while not self.over.is_set():
            try:
                with db.reading() as session:
                    waiting = session.scalars(
                        select(HumanTask.id).where(HumanTask.status == "open").limit(40)
                    ).all()
            except SQLAlchemyError:
                waiting = []
            mine = [task for task in waiting if int(task, 16) % self.clients == number]
            for task in mine[:5]:
                if client.insist(task, f"key-{task}", 60) == 204:
                    model.note("acknowledged", task)
            if not mine:
                self.over.wait(0.2)
        client.close()


def run(world: World) -> Report:
    """Kill and freeze one role after the other; a supervisor brings each back."""
    started = time.monotonic()
    token = front.prepare()
    owed = storm.begin(world.pick(40, 600), world.pick(20, 400))
    redis = Redis(world.folder)
    redis.start()
    port = front.free_port()
    served = front.roles(world, redis.url, "outside", port=port, pump_patience_seconds=1)
    os.environ["CHAOS_FOLDER"] = str(world.folder)
    crowd = Crowd(port, token, clients=4)
    with Nursery(world.folder / "victims.log") as nursery:
        raging = storm.Storm(world, nursery, (), {})
        try:
            _mind(served, *COMMANDS)
            crowd.come()
            _rage(raging, owed, served)
            _calm(served, world.patience(240))
        finally:
            crowd.go()
            served.stop()
            redis.kill()
        return storm.count(raging, NAME, owed, started)


def _rage(raging: storm.Storm, owed: dict[str, tuple[str, ...]], served: Roles) -> None:
    dice = raging.world.dice
    for round_ in range(raging.world.pick(6, 70)):
        storm.progress(raging, 2)
        time.sleep(dice.uniform(0.2, 2.0))
        _mind(served)
        name = ("worker1", "web", "beat1", "worker2")[round_ % 4]
        if round_ % 5 == 4:
            _signal(served, name, signal.SIGSTOP)
            time.sleep(FROZEN)
            _signal(served, name, signal.SIGCONT)
            raging.faults[f"{name.rstrip('12')} freeze"] += 1
        else:
            served.kill(name, family=True)
            raging.faults[f"{name.rstrip('12')} kill"] += 1
            _mind(served, name)
        if not storm.feed(raging, owed):
            return


def _signal(served: Roles, name: str, number: signal.Signals) -> None:
    process = served.processes[name]
    if process.poll() is None:
        os.killpg(process.pid, number)


def _calm(served: Roles, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and storm.unfinished() != 0:
        _mind(served)
        storm.retry_incidents()
        time.sleep(0.3)


def _mind(served: Roles, *also: str) -> None:
    """Do a supervisor's work: bring back what ended."""
    ended = [name for name, process in served.processes.items() if process.poll() is not None]
    for name in (*ended, *also):
        if COMMANDS[name] is front.WORKER:
            served.worker(name, front.WORKER)
        else:
            served.start(name, COMMANDS[name])
