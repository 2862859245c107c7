"""One figure, how it is printed and kept, and the small things every measurement needs."""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select

from engine import commands, db
from engine.hooks import Actor
from engine.models import HumanTask

WHO = Actor("bench", frozenset({"g@x"}))
TARGET = Path("build/bench.json")


@dataclass(frozen=True)
class Figure:
    """What was measured, in which unit, on which database, and what it is held against."""

    figure: str
    value: float
    unit: str
    database: str
    note: str


def timed(work: Callable[[], object]) -> float:
    """Return how long a piece of work took, in milliseconds."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def quantile(values: Sequence[float], share: float) -> float:
    """Return the value below which this share of all lies."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def next_task(case: str) -> str:
    """Return the open task of a case."""
    with db.reading() as session:
        return session.scalars(
            select(HumanTask.id).where(HumanTask.root_id == case, HumanTask.status == "open")
        ).one()


def complete(case: str) -> float:
    """Complete the open task of a case; milliseconds."""
    task = next_task(case)

    def act() -> None:
        with db.transaction() as session:
            commands.complete(session, task, actor=WHO)

    return timed(act)


def report(figures: Sequence[Figure]) -> None:
    """Print the table and write the file."""
    width = max(len(figure.figure) for figure in figures)
    for figure in figures:
        print(
            f"{figure.figure:<{width}}  {figure.value:>8} {figure.unit:<5} "
            f"{figure.database:<34} {figure.note}"
        )
    TARGET.parent.mkdir(exist_ok=True)
    rows = [asdict(figure) for figure in figures]
    TARGET.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"\nload {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; written to {TARGET}")


def median(values: Sequence[float]) -> float:
    """Return the middle one."""
    return statistics.median(values)
