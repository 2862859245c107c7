"""A granted pause stops the level's clock: its timers and its task are due later.

What is left is kept in working days (`engine.calendar.freeze`), because a level's time is counted
in them; the sixty days move by the pause itself.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import calendar
from engine.calendar.deadline import Deadline, freeze, thaw
from engine.models import HumanTask, Job, ProcessInstance

TASK = "ut_handle"
TIMERS = ("tb_sign", "tb_warn", "tb_handle")


def stop_clock(session: Session, root_id: str, now: datetime, until: datetime) -> int:
    """Move what is owed by the level that has the case. Return how many moments moved."""
    family = select(ProcessInstance.id).where(ProcessInstance.root_id == root_id)
    jobs = session.scalars(
        select(Job).where(
            Job.instance_id.in_(family),
            Job.kind == "timer",
            Job.status == "open",
            Job.element_id.in_(TIMERS),
        )
    )
    tasks = session.scalars(
        select(HumanTask).where(
            HumanTask.root_id == root_id,
            HumanTask.element_id == TASK,
            HumanTask.status == "open",
        )
    )
    moved = 0
    for row in (*jobs, *tasks):
        if row.due_at is not None and row.due_at > now:
            row.due_at = later(session, row.due_at, now, until)
            moved += 1
    return moved


def later(session: Session, due: datetime, now: datetime, until: datetime) -> datetime:
    """Return when something is due if the clock stands still from now until then."""
    working = calendar.load(session)
    held = Deadline(base=now.astimezone(UTC), amount=1, unit="W", due_at=due.astimezone(UTC))
    return thaw(working, freeze(working, held, now), until).due_at


def due_of_task(session: Session, instance_id: str) -> datetime | None:
    """Return the deadline of the level's last task, pauses counted."""
    return session.scalar(
        select(HumanTask.due_at)
        .where(HumanTask.instance_id == instance_id, HumanTask.element_id == TASK)
        .order_by(HumanTask.created_at.desc())
        .limit(1)
    )
