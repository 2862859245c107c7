"""What the engine costs by itself: completions against the naive design, the long loop, sizes."""

from __future__ import annotations

import gc

from sqlalchemy import func, select

from engine import db
from engine.models import (
    HistoryEvent,
    HumanTask,
    HumanTaskCandidate,
    Job,
    ProcessInstance,
    Submission,
    Variable,
)
from tests.bench import models, naive
from tests.bench.figures import WHO, Figure, complete, median
from tests.engine import office

#: Everything that is kept of a finished instance.
KEPT = (HistoryEvent, HumanTask, Job, Submission, Variable)


def publish() -> None:
    """Publish the processes that every part of the bench walks."""
    office.publish(
        models.chain(10, "ten"),
        models.wide(12, "sixty"),
        models.loop("loop"),
        models.timers("timers"),
        models.chain(100, "hundred"),
    )


def _pair(key: str, *, warm: int, rounds: int, **data: object) -> tuple[float, float]:
    """Median cost of a completion, ours and naive, after `warm` completions of each.

    One design after the other: a process runs only one, and the naive one's work would leave
    cold caches to whatever comes after it.
    """
    case = office.start(key, actor=WHO, **data)
    with naive.design():
        rival = office.start(key, actor=WHO, **data)
        for _ in range(warm):
            complete(rival)
    for _ in range(warm):
        complete(case)
    gc.collect()  # what one design leaves behind is not swept in the other's time
    mine = [complete(case) for _ in range(rounds)]
    gc.collect()
    with naive.design():
        naively = [complete(rival) for _ in range(rounds)]
    return median(mine), median(naively)


def completions(figures: list[Figure], database: str) -> None:
    """Complete a human task ÷ naive design."""
    cases = (
        ("10 tasks", "ten", 1, 7, {}, 1.3),
        ("60 elements", "sixty", 3, 15, {"n": 1}, 2.5),
        ("loop round 200", "loop", 400, 20, {"stop": False}, 8.0),
    )
    for name, key, warm, count, data, bound in cases:
        pairs = [_pair(key, warm=warm, rounds=count, **data) for _ in range(1 if warm > 9 else 15)]
        mine = median([pair[0] for pair in pairs])
        naively = median([pair[1] for pair in pairs])
        ratio = median([pair[1] / pair[0] for pair in pairs])  # the disk's mood changes slowly
        note = f"bound ≥ {bound}; ours {mine:.2f} ms, naive {naively:.2f} ms"
        label = f"complete a task, {name}: naive ÷ ours"
        figures.append(Figure(label, round(ratio, 2), "×", database, note))


def long_loop(figures: list[Figure], database: str, rounds: int = 2_000) -> None:
    """Step cost at loop round 2,000 ÷ round 10, in turns: the disk's mood changes slowly."""
    old = office.start("loop", actor=WHO, stop=False)
    for _ in range(2 * rounds):
        complete(old)
    early, late = [], []
    for _ in range(10):
        young = office.start("loop", actor=WHO, stop=False)
        for _ in range(20):
            complete(young)
        for _ in range(20):
            early.append(complete(young))
            late.append(complete(old))
    ratio = median(late) / median(early)
    label = f"step cost, loop round {rounds} ÷ round 10"
    note = f"bound ≤ 1.2; {median(early):.2f} → {median(late):.2f} ms"
    figures.append(Figure(label, round(ratio, 2), "×", database, note))


def sizes(figures: list[Figure], database: str) -> None:
    """State of a 60-element instance, and what is kept of it when it has ended."""
    case = office.start("sixty", actor=WHO, n=1)
    for _ in range(9):
        complete(case)
    with db.reading() as session:
        size = len(session.get_one(ProcessInstance, case).state)
    figures.append(
        Figure(
            "state of a 60-element instance", size, "bytes", database, "bound ≤ 1024 + variables"
        )
    )
    while office.status(case) == "active":
        complete(case)
    note = "aim ≤ 20; all columns of its rows, 24 tasks, full history"
    kept = round(_bytes_of(case) / 1024, 1)
    figures.append(Figure("kept of a finished instance", kept, "KB", database, note))


def _bytes_of(case: str) -> int:
    """Add up what the columns of every row of an instance hold, as text or bytes."""
    with db.reading() as session:
        rows = [
            tuple(row)
            for model in KEPT
            for row in session.execute(
                select(*model.__table__.columns).where(model.instance_id == case)
            )
        ]
        rows += [
            tuple(
                session.execute(
                    select(*ProcessInstance.__table__.columns).where(ProcessInstance.id == case)
                ).one()
            )
        ]
        candidates = session.scalar(
            select(func.count())
            .select_from(HumanTaskCandidate)
            .join(HumanTask, HumanTask.id == HumanTaskCandidate.human_task_id)
            .where(HumanTask.instance_id == case)
        )
    return sum(_width(value) for row in rows for value in row) + 50 * int(candidates or 0)


def _width(value: object) -> int:
    if value is None:
        return 0
    return len(value) if isinstance(value, bytes) else len(str(value).encode())
