"""The two messages there are: `kick` asks how much is due, `drain` runs it.

Neither has content. Whatever either needs to know stands in the database.
"""

from __future__ import annotations

import math
import time

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError
from sqlalchemy import func, or_, select
from sqlalchemy.exc import SQLAlchemyError

from engine import clock, db, jobs, testclock
from engine.jobs.claim import case_of, owed
from engine.jobs.drain import BATCH
from engine.models import Job
from tasks.app import WORTH
from tasks.pump import pulse, stopping

log = structlog.get_logger()

#: Seconds one drain works before it makes room and asks for another.
BUDGET = 20.0
#: Most hints of one kick: with more worker processes the rest is asked for a second later.
FANOUT = 16


@shared_task(name="huiyin.drain", ignore_result=True)
def drain() -> None:
    """Run what is due until nothing is, or the time is up and somebody else goes on."""
    until = time.monotonic() + BUDGET
    try:
        while not stopping():
            count = jobs.drain()
            pulse().count(count)
            if not count:
                return
            if time.monotonic() > until:
                hint()
                return
    except SQLAlchemyError as failure:
        # The database is away. The next kick comes in a second, the jobs stand where they stood.
        log.warning("drain cannot reach the database", error=type(failure).__name__)


@shared_task(name="huiyin.kick", ignore_result=True)
def kick() -> None:
    """Send as many hints as there are batches due, none when there is nothing."""
    try:
        count = due(FANOUT * BATCH)
    except SQLAlchemyError as failure:
        log.warning("kick cannot reach the database", error=type(failure).__name__)
        return
    for _ in range(math.ceil(count / BATCH)):
        hint()


def due(most: int) -> int:
    """Count the jobs that could be claimed now, up to `most`."""
    testclock.refresh()
    with db.reading() as session:
        found = (
            select(Job.id)
            .outerjoin(*case_of())
            .where(
                *owed(),
                Job.due_at <= clock.now(),
                or_(Job.not_before.is_(None), Job.not_before <= clock.real()),
            )
            .limit(most)
        )
        return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def hint() -> None:
    """Ask some worker to drain. Without Redis nothing is lost: the pump looks each second."""
    try:
        drain.apply_async(expires=WORTH, retry=False)
    except OperationalError:
        log.info("hint was lost")
