"""Having read a task: the one small thing a page view writes."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import clock
from engine.models import HumanTask


def mark_read(session: Session, human_task_id: str) -> None:
    """Note that a person opened an open task; unread ones carry a dot in the inbox."""
    session.execute(
        update(HumanTask)
        .where(
            HumanTask.id == human_task_id,
            HumanTask.opened_at.is_(None),
            HumanTask.status == "open",
        )
        .values(opened_at=clock.now())
        .execution_options(synchronize_session=False)
    )
