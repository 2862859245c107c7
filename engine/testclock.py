"""Moving engine time in test mode: every due moment on the way is visited in order.

The offset is a database row, so that every process of the installation agrees.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from engine import clock, db, settings
from engine.errors import NotAllowed
from engine.models import Job, TestClock

#: Moments that one move may visit; a month of an ordinary office has fewer.
MAX_VISITS = 20_000


def allowed() -> bool:
    """Say whether this installation may move its clock (test mode or demo office)."""
    current = settings.current()
    return current.test_mode or current.demo


def refresh() -> None:
    """Take over the offset that another process may have set."""
    if not allowed():
        return
    with db.reading() as session:
        row = session.get(TestClock, 1)
    clock.move(timedelta(seconds=row.offset_seconds if row else 0))


def advance(target: datetime, *, force: bool = False) -> int:
    """Move engine time to `target`, running what becomes due on the way, in order.

    Returns how many jobs ran. Going back is refused: history would contradict itself.
    `force` is for databases made for one walk (scenarios, demo building).

    Raises:
        NotAllowed: not in test mode, or `target` lies in the past of engine time.
    """
    from engine.jobs.drain import drain  # drain reads this module's clock

    if not (force or allowed()):
        raise NotAllowed("只有测试模式或演示系统可以调整时钟。")
    refresh()
    if target < clock.now():
        raise NotAllowed("时钟只能向前调整。")
    ran = 0
    for _ in range(MAX_VISITS):
        moment = _next_due()
        if moment is None or moment > target:
            break
        if moment > clock.now():
            _set(moment)
        step = drain()
        ran += step
        if step == 0:
            break  # what is due waits for its next attempt in real time
    _set(target)
    while (moment := _next_due()) is not None and moment <= clock.now():
        step = drain()
        ran += step
        if step == 0:
            break
    return ran


def skip(target: datetime) -> None:
    """Move engine time to `target` and run nothing: what became due stays owed.

    Raises:
        NotAllowed: not in test mode, or `target` lies in the past of engine time.
    """
    if not allowed():
        raise NotAllowed("只有测试模式或演示系统可以调整时钟。")
    refresh()
    if target < clock.now():
        raise NotAllowed("时钟只能向前调整。")
    _set(target)


def place(moment: datetime) -> None:
    """Put engine time anywhere, back as well: only where nothing has happened yet."""
    _set(moment)


def release() -> None:
    """Let engine time be real time again."""
    with db.transaction() as session:
        session.execute(delete(TestClock))
    clock.move(timedelta(0))


def _next_due() -> datetime | None:
    from engine.jobs.claim import case_of, owed  # as above

    with db.reading() as session:
        return session.scalar(
            select(func.min(Job.due_at))
            .outerjoin(*case_of())
            .where(*owed(), Job.not_before.is_(None))
        )


def _set(moment: datetime) -> None:
    offset = moment - clock.real()
    with db.transaction() as session:
        row = session.get(TestClock, 1)
        if row is None:
            session.add(TestClock(id=1, offset_seconds=offset.total_seconds()))
        else:
            row.offset_seconds = offset.total_seconds()
    clock.move(offset)
