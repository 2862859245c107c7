"""Timers: how many a worker drains, how many two do beside one another, and how late they are."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import timedelta

from sqlalchemy import func, select

from engine import clock, db, jobs
from engine.models import Job
from tests.bench.figures import WHO, Figure, quantile
from tests.engine import office

#: What the second and third process run: drain until nothing is due, print how many.
DRAIN = """
import sys
from datetime import timedelta
from engine import bundles, clock, db, jobs
bundles.load_all()
db.bind(sys.argv[1])
clock.move(timedelta(hours=float(sys.argv[2])))
jobs.drain(0)
print("ready", flush=True)
sys.stdin.readline()
done = 0
while step := jobs.drain():
    done += step
print(done)
"""


def batches(figures: list[Figure], database: str, count: int = 400) -> None:
    """Drain of due timers, batch 50 ÷ batch 1."""
    rates: dict[int, list[float]] = {}
    for batch in (1, 50, 1, 50):
        _owe(count)
        begun, done = time.perf_counter(), 0
        while step := jobs.drain(batch):
            done += step
        rates.setdefault(batch, []).append(done / (time.perf_counter() - begun))
    single, fifty = max(rates[1]), max(rates[50])
    note = f"bound ≥ 1.7; {single:.0f}/s → {fifty:.0f}/s, one worker"
    label = "drain of due timers, batch 50 ÷ batch 1"
    figures.append(Figure(label, round(fifty / single, 2), "×", database, note))


def two_workers(figures: list[Figure], database: str, url: str, count: int = 4_000) -> None:
    """Timers drained per second by two processes."""
    _owe(count)
    hours = str(clock.offset() / timedelta(hours=1))
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", DRAIN, url, hours],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    begun = time.perf_counter()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    answers = [worker.communicate(timeout=120)[0] for worker in workers]
    spent = time.perf_counter() - begun
    done = [int(answer.split()[-1]) for answer in answers]
    assert sum(done) >= count, done
    note = f"aim ≥ 1,500 on PostgreSQL; shares {done[0]} and {done[1]}"
    label = "timers drained by two workers"
    figures.append(Figure(label, round(sum(done) / spent), "/s", database, note))


def lateness(figures: list[Figure], database: str, count: int = 200, every: float = 0.02) -> None:
    """How late a timer is that falls due while the worker has nothing else to do."""
    ids = _arm(count, every)
    worker = jobs.Worker()
    worker.start()
    deadline = time.monotonic() + count * every + 20
    while time.monotonic() < deadline:
        time.sleep(0.2)
        with db.reading() as session:
            left = session.scalar(
                select(func.count()).select_from(Job).where(Job.id.in_(ids), Job.status == "open")
            )
        if not left:
            break
    worker.stop()
    with db.reading() as session:
        rows = session.execute(select(Job.due_at, Job.done_at).where(Job.id.in_(ids))).all()
    late = [(row.done_at - row.due_at).total_seconds() * 1000 for row in rows if row.done_at]
    assert len(late) == count, f"{count - len(late)} timers were not fired"
    note = f"p50 {quantile(late, 0.5):.0f} ms, p99; one due each {every * 1000:.0f} ms"
    label = "lateness of a timer, p99"
    figures.append(Figure(label, round(quantile(late, 0.99)), "ms", database, note))


def _owe(count: int) -> None:
    """Start so many instances and let their timers fall due."""
    for _ in range(count):
        office.start("timers", actor=WHO)
    office.later(hours=2)


def _arm(count: int, every: float) -> list[int]:
    """Start instances whose timers fall due one after the other, beginning in a second."""
    known = set(_timers())
    for _ in range(count):
        office.start("timers", actor=WHO)
    fresh = sorted(set(_timers()) - known)
    begin = clock.now() + timedelta(seconds=1)
    with db.transaction() as session:
        for number, job_id in enumerate(fresh):
            session.get_one(Job, job_id).due_at = begin + timedelta(seconds=number * every)
    return fresh


def _timers() -> list[int]:
    with db.reading() as session:
        return list(session.scalars(select(Job.id).where(Job.kind == "timer")))
