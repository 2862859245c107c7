"""Where the time of one completion goes: statements, commit, and our own code by room."""

from __future__ import annotations

import cProfile
import pstats
import time
from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import event

from engine import commands, db
from tests.bench.figures import WHO, Figure, next_task
from tests.engine import office

TARGET = Path("build/profile.txt")
ROUNDS = 150
#: Own time by where the code lies, the first that fits.
ROOMS = (
    ("/engine/state/", "stepping"),
    ("/engine/bpmn/", "stepping"),
    ("/SpiffWorkflow/", "stepping"),
    ("/engine/commands/", "commands"),
    ("/engine/", "rest of the engine"),
    ("/sqlalchemy/", "SQLAlchemy"),
    ("/psycopg", "driver"),
)


def completion(figures: list[Figure], database: str) -> None:
    """Say what share of a completion the database, the library and the engine take."""
    waited: Counter[str] = Counter()
    with _watched(waited):
        spent = _run(lambda work: work())
    profile = cProfile.Profile()
    _run(lambda work: profile.runcall(work))
    shares = _shares(profile, spent, waited)
    note = ", ".join(f"{name} {share:.0%}" for name, share in shares.most_common())
    label = "one completion, 60 elements"
    figures.append(Figure(label, round(spent / ROUNDS * 1000, 2), "ms", database, note))
    _keep(profile, database)


def _run(around: Any) -> float:
    """Complete tasks; return the seconds the commands took."""
    spent = 0.0
    for _ in range(ROUNDS // 15):
        case = office.start("sixty", actor=WHO, n=1)
        for _ in range(15):
            task = next_task(case)

            def work(task: str = task) -> None:
                with db.transaction() as session:
                    commands.complete(session, task, actor=WHO)

            begun = time.perf_counter()
            around(work)
            spent += time.perf_counter() - begun
    return spent


class _watched:  # noqa: N801 - reads like the context manager it is
    """Add up the seconds of statements and commits inside the block."""

    def __init__(self, waited: Counter[str]) -> None:
        self.waited = waited
        self.began = 0.0

    def __enter__(self) -> None:
        bound = db.engine()
        self.commit = bound.dialect.do_commit

        def commit(connection: Any) -> None:
            begun = time.perf_counter()
            self.commit(connection)
            self.waited["commit"] += time.perf_counter() - begun  # type: ignore[assignment]

        bound.dialect.do_commit = commit  # type: ignore[method-assign]
        event.listen(bound, "before_cursor_execute", self._before)
        event.listen(bound, "after_cursor_execute", self._after)

    def __exit__(self, *_: object) -> None:
        bound = db.engine()
        bound.dialect.do_commit = self.commit  # type: ignore[method-assign]
        event.remove(bound, "before_cursor_execute", self._before)
        event.remove(bound, "after_cursor_execute", self._after)

    def _before(self, *_: object) -> None:
        self.began = time.perf_counter()

    def _after(self, _: object, __: object, statement: str, *___: object) -> None:
        if not statement.startswith("SELECT human_task.id \n"):  # the look-up before the command
            self.waited["statements"] += time.perf_counter() - self.began  # type: ignore[assignment]


def _shares(profile: cProfile.Profile, spent: float, waited: Counter[str]) -> Counter[str]:
    """Split what is not waiting for the database by the own time of each room."""
    own: Counter[str] = Counter()
    for (file, _, name), entry in pstats.Stats(profile).stats.items():  # type: ignore[attr-defined]
        if name.startswith(("<method 'commit'", "<method 'execute")):
            continue
        room = next((room for part, room in ROOMS if part in file), "Python")
        own[room] += entry[2]
    total = sum(own.values())
    rest = max(0.0, spent - sum(waited.values()))
    shares: Counter[str] = Counter()
    for name, seconds in waited.items():
        shares[name] = seconds / spent  # type: ignore[assignment]
    for name, seconds in own.items():
        shares[name] = seconds / total * rest / spent  # type: ignore[assignment]
    return shares


def _keep(profile: cProfile.Profile, database: str) -> None:
    TARGET.parent.mkdir(exist_ok=True)
    mode = "a" if "PostgreSQL" in database and TARGET.exists() else "w"
    with TARGET.open(mode, encoding="utf-8") as file:
        file.write(f"==== {ROUNDS} completions, {database}\n")
        pstats.Stats(profile, stream=file).sort_stats("cumulative").print_stats(60)
