"""Rivals on one task over HTTP: one 204, and 409 for everybody else, never a 500."""

from __future__ import annotations

import threading
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import func, select

from engine import db
from engine.models import HistoryEvent
from tests.web.api.conftest import System
from tests.web.api.task_office import deploy, line, start, task

TASKS, RIVALS = 50, 8


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> str:
    """The race on both databases: what is a lock here is a queue there."""
    url: str = request.getfixturevalue(request.param)
    return url


def test_of_eight_rivals_on_each_of_fifty_tasks_one_wins(app: Flask, api: System) -> None:
    deploy(api, line(task("a"), task("b")))
    for _ in range(TASKS):
        start(api)
    wanted = [one["id"] for one in api.get("/task", taskDefinitionKey="a")]
    assert len(wanted) == TASKS
    told: dict[str, Counter[int]] = {one: Counter() for one in wanted}
    turnstile, keep = threading.Barrier(RIVALS), threading.Lock()

    def rival() -> None:
        system = System(app.test_client(), dict(api.headers))
        for one in wanted:
            turnstile.wait()
            status = system.ask("POST", f"/task/{one}/complete", {}).status_code
            with keep:
                told[one][status] += 1

    threads = [threading.Thread(target=rival) for _ in range(RIVALS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(frozenset(one.items()) for one in told.values()) == {
        frozenset({(204, 1), (409, RIVALS - 1)}): TASKS
    }
    assert api.get("/task/count", taskDefinitionKey="b") == {"count": TASKS}
    with db.reading() as session:
        completed = select(func.count(HistoryEvent.id)).where(HistoryEvent.kind == "completed")
        assert session.scalar(completed) == TASKS
