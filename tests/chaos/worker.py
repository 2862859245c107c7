"""One victim: completes tasks, runs jobs, or both, until somebody kills it."""

from __future__ import annotations

import contextlib
import os
import random
import time
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from engine import clock, commands, db, jobs
from engine.errors import EngineError
from engine.hooks import Actor
from engine.models import HumanTask, Job
from tests.chaos import model

WHO = Actor("storm", frozenset({"g@x"}))


def act(dice: random.Random) -> bool:
    """Complete one random open task and note that it was acknowledged."""
    with db.reading() as session:
        found = session.scalars(
            select(HumanTask.id).where(HumanTask.status == "open").limit(40)
        ).all()
    if not found:
        return False
    chosen = dice.choice(found)

    def complete(session: Session) -> None:
        commands.complete(session, chosen, actor=WHO)
        if model.planted("early"):  # the fault: an answer before it is true
            model.note("acknowledged", chosen)
            time.sleep(0.3)

    # A rival may have been faster; the ledger shows whether anything was lost.
    with contextlib.suppress(EngineError):
        db.unit(complete)
        if not model.planted("early"):
            model.note("acknowledged", chosen)
    return True


def drain(dice: random.Random) -> bool:
    """Run a batch of due jobs."""
    if model.planted("forgiving"):  # the fault: nobody counts how often a job was tried
        with db.transaction() as session:
            session.execute(update(Job).values(attempts=0))
    return bool(jobs.drain(dice.choice([1, 5, 50])))


def main(url: str, seed: int, seconds: float, duties: str = "act drain") -> None:
    """Work for so many seconds of wall time."""
    db.bind(url)
    time.tzset()  # as the environment says: servers stand anywhere
    clock.move(timedelta(seconds=float(os.environ.get("CHAOS_AHEAD", "0"))))
    dice = random.Random(seed)
    if skew := float(os.environ.get("CHAOS_SKEW", "0")):
        _skew(skew)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        busy = False
        try:
            if "act" in duties:
                busy = act(dice)
            if "drain" in duties:
                busy = drain(dice) or busy
        except SQLAlchemyError:  # the database is away
            time.sleep(0.1)
        if not busy:
            time.sleep(0.05)


def _skew(seconds: float) -> None:
    """Let this process's clock be wrong, as that of a machine nobody looks after."""
    true = clock.real
    clock.real = lambda: true() + timedelta(seconds=seconds)
