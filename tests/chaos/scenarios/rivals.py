"""Eight rivals for each task over HTTP: one is first, the others hear it; a key is one act.

The planted fault is an office that tells every rival that he was first.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from sqlalchemy import select

from engine import db
from engine.models import HumanTask, ProcessInstance
from tests.chaos import front, model
from tests.chaos.report import Report
from tests.chaos.world import World
from tests.engine import office

NAME = "rivals"
DATABASES = ("postgres",)
#: Those of the short version.
QUICK = ("postgres",)
#: The figure in which its planted fault must show.
SEEN = "doubled"
RIVALS = 8


def run(world: World) -> Report:
    """Race for half of the tasks without a key and for the other half with one key each."""
    started = time.monotonic()
    number = world.pick(25, 1_000)
    token = front.prepare()
    office.publish(model.RACE)
    cases = [office.start("race") for _ in range(2 * number)]
    with db.reading() as session:
        found = session.execute(select(HumanTask.instance_id, HumanTask.id)).all()
    tasks = {row[0]: row[1] for row in found}
    raced, keyed = (
        [tasks[case] for case in cases[:number]],
        [tasks[case] for case in cases[number:]],
    )
    port = front.free_port()
    served = front.roles(world, "redis://127.0.0.1:1/0", "polite", port=port)
    try:
        front.open_office(served, port)
        answers = _race(port, token, raced, keyed)
    finally:
        served.stop()
    return _count(world, cases, raced, keyed, answers, started)


def _race(port: int, token: str, raced: list[str], keyed: list[str]) -> dict[str, list[int]]:
    """Let every rival ask for each task at the same moment."""
    answers: dict[str, list[int]] = {task: [] for task in raced + keyed}
    line = threading.Barrier(RIVALS)

    def rival(_: int) -> None:
        client = front.Client(port, token)
        for task in raced:
            line.wait()
            answers[task].append(client.complete(task))
        for task in keyed:
            line.wait()
            answers[task].append(client.insist(task, f"key-{task}", 30))
        client.close()

    with ThreadPoolExecutor(RIVALS) as crowd:
        list(crowd.map(partial(rival), range(RIVALS)))
    return answers


def _count(
    world: World,
    cases: list[str],
    raced: list[str],
    keyed: list[str],
    answers: dict[str, list[int]],
    started: float,
) -> Report:
    with db.reading() as session:
        marks = Counter(session.scalars(select(model.effect.c.case_id)))
        statuses = dict(session.execute(select(ProcessInstance.id, ProcessInstance.status)).all())
    wins = {task: sum(status == 204 for status in answers[task]) for task in answers}
    others = Counter(
        status for task in raced for status in answers[task] if status not in (204, 409)
    ) + Counter(status for task in keyed for status in answers[task] if status != 204)
    return Report(
        scenario=NAME,
        database=world.database,
        seed=world.seed,
        faults={"conflict": sum(answers[task].count(409) for task in raced)
                + sum(max(wins[task] - 1, 0) for task in keyed)},
        jobs=len(answers),
        lost=len(set(cases) - set(marks)) + sum(1 for task in raced if wins[task] == 0),
        doubled=sum(number - 1 for number in marks.values())
        + sum(1 for task in raced if wins[task] > 1),
        torn=sum(1 for case in cases if statuses[case] != "completed"),
        seconds=time.monotonic() - started,
        problems=[f"{number} answers were {status}" for status, number in others.items()],
    )  # fmt: skip
