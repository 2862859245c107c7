"""One process of a storm: completes tasks and runs jobs until somebody kills it."""

from __future__ import annotations

import contextlib
import random
import sys
import time

from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from engine import clock, commands, db, jobs
from engine.errors import EngineError
from engine.hooks import Actor
from engine.models import HumanTask
from tests.chaos import model  # noqa: F401 - registers the handler

WHO = Actor("storm", frozenset({"g@x"}))


def act(dice: random.Random) -> bool:
    """Complete one random open task; return whether there was one."""
    with db.reading() as session:
        found = session.scalars(
            select(HumanTask.id).where(HumanTask.status == "open").limit(40)
        ).all()
    if not found:
        return False
    chosen = dice.choice(found)
    # A rival may have been faster; the ledger shows whether anything was lost.
    with contextlib.suppress(EngineError, OperationalError):
        db.unit(lambda session: commands.complete(session, chosen, actor=WHO))
    return True


def main(url: str, seed: int, seconds: float) -> None:
    """Work for so many seconds of wall time."""
    db.bind(url)
    dice = random.Random(seed)
    clock.move(clock.timedelta(minutes=10))  # every timer of the model is due
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        busy = act(dice)
        busy = bool(jobs.drain(dice.choice([1, 5, 50]))) or busy
        if not busy:
            time.sleep(0.05)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
