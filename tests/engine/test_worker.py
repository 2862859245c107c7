"""The worker thread, its hints, its pulse: who is woken, by what, and who does what for all."""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from sqlalchemy import select, text, update

from engine import clock, commands, db, settings, wakeup
from engine.jobs.heartbeat import Pulse, take_turn
from engine.jobs.worker import Worker
from engine.models import Heartbeat, Job, Turn
from tests.engine import office
from tests.engine.office import diagram, flows, user


def timer(duration: str) -> bytes:
    return diagram(
        '<bpmn:startEvent id="s"/><bpmn:intermediateCatchEvent id="t"><bpmn:timerEventDefinition>'
        f"<bpmn:timeDuration>{duration}</bpmn:timeDuration></bpmn:timerEventDefinition>"
        '</bpmn:intermediateCatchEvent><bpmn:endEvent id="e"/>' + flows("s>t", "t>e")
    )


#: After `a` a step follows that runs in a job of its own, at once.
GOES_ON = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("a")
    + user("b", extra='camunda:asyncBefore="true"')
    + '<bpmn:endEvent id="e"/>'
    + flows("s>a", "a>b", "b>e")
)


def until(seen: Callable[[], Any], seconds: float = 20) -> bool:
    """Wait for something that another thread does."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if seen():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def slow_poll(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a worker look by itself so rarely that only hints and due moments move it."""
    monkeypatch.setenv("HUIYIN_JOB_POLL_SECONDS", "60")
    settings.current.cache_clear()
    yield
    monkeypatch.undo()
    settings.current.cache_clear()


@pytest.fixture
def worker() -> Iterator[Callable[..., Worker]]:
    made: list[Worker] = []

    def run(**options: Any) -> Worker:
        one = Worker(**options)
        one.start()
        made.append(one)
        return one

    yield run
    for one in made:
        one.stop()


@pytest.fixture
def heard(postgres: str) -> Iterator[Callable[[], int]]:
    """Listen as another process would; return how many hints came since."""
    plain = postgres.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"LISTEN {wakeup.CHANNEL}")
        yield lambda: len(list(connection.notifies(timeout=0.5)))


def test_a_timer_fires_when_it_is_due_and_not_at_the_next_poll(
    either_database: str, slow_poll: None, worker: Callable[..., Worker]
) -> None:
    office.publish(timer("PT1S"))
    worker()
    case = office.start()
    assert until(lambda: office.status(case) == "completed")


def test_what_becomes_due_is_told_to_other_processes(heard: Callable[[], int]) -> None:
    office.publish(GOES_ON)
    case = office.start()
    assert heard() == 0, "nothing was due"
    office.complete(case, "a")
    assert heard() == 1
    assert office.drain() == 1
    assert office.waiting(case) == ["b"]


def test_a_timer_of_next_week_tells_nobody(heard: Callable[[], int]) -> None:
    office.publish(timer("P7D"))
    office.start()
    assert heard() == 0


def test_what_was_rolled_back_tells_nobody(heard: Callable[[], int]) -> None:
    office.publish(GOES_ON)
    case = office.start()
    task = office.task_id(case, "a")
    with pytest.raises(RuntimeError), db.transaction() as session:
        commands.complete(session, task, actor=office.ANN)
        raise RuntimeError
    assert heard() == 0


def test_a_listener_hears_another_process_and_survives_a_cut_connection(postgres: str) -> None:
    ear = wakeup.Ear(db.engine())
    ear.start()
    try:
        assert until(wakeup.wake.is_set), "a new listener looks once"
        for _ in range(2):
            wakeup.wake.clear()
            # The cut may have hit the connection that the pool gives out next: a unit goes again.
            db.unit(lambda session: session.execute(text(f"NOTIFY {wakeup.CHANNEL}")))
            assert until(wakeup.wake.is_set)
            wakeup.wake.clear()
            with db.transaction() as session:
                session.connection().exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            assert until(wakeup.wake.is_set), "it connects again and looks once"
    finally:
        ear.close()


def test_a_pump_leaves_punctual_jobs_to_the_hints(
    either_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.publish(timer("PT1S"))
    case = office.start()
    pump = Worker(patience=timedelta(seconds=3))
    office.later(seconds=2)
    pump._turn(rung=False, poll=1.0)
    assert office.status(case) == "active"
    office.later(seconds=3)
    pump._turn(rung=False, poll=1.0)
    assert office.status(case) == "completed"


def test_a_pump_that_was_rung_does_not_wait(either_database: str) -> None:
    office.publish(timer("PT1S"))
    case = office.start()
    office.later(seconds=2)
    Worker(patience=timedelta(seconds=3))._turn(rung=True, poll=1.0)
    assert office.status(case) == "completed"


def test_a_worker_tells_that_it_lives_and_takes_its_leave(
    either_database: str, worker: Callable[..., Worker]
) -> None:
    def rows() -> list[Heartbeat]:
        with db.reading() as session:
            return list(session.scalars(select(Heartbeat)))

    one = worker(pulse=Pulse("worker"))
    assert until(rows)
    assert (rows()[0].role, rows()[0].drained) == ("worker", 0)
    assert rows()[0].started_at is not None
    one.stop()
    assert rows() == []


def test_one_of_many_does_what_is_due_once_a_minute(either_database: str) -> None:
    minute = timedelta(seconds=60)
    with ThreadPoolExecutor(8) as rivals:
        assert sum(rivals.map(lambda _: take_turn("sweep", minute), range(24))) == 1
    with db.transaction() as session:
        session.execute(update(Turn).values(at=clock.real() - minute))
    with ThreadPoolExecutor(8) as rivals:
        assert sum(rivals.map(lambda _: take_turn("sweep", minute), range(24))) == 1


def test_a_batch_under_way_is_finished_before_the_worker_ends(
    either_database: str, worker: Callable[..., Worker]
) -> None:
    office.publish(timer("PT1S"))
    cases = [office.start() for _ in range(30)]
    office.later(seconds=2)
    one = worker()
    assert until(lambda: office.status(cases[0]) == "completed")
    one.stop()
    assert not one.is_alive()
    with db.reading() as session:
        torn = session.scalars(select(Job).where(Job.status == "open", Job.lease.is_not(None)))
        assert not list(torn)


def test_a_worker_that_stumbles_over_a_folder_goes_on(
    sqlite: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = importlib.import_module("engine.jobs.reconcile")
    monkeypatch.setattr(module, "_swept_at", clock.real() - timedelta(days=1))
    stray = settings.current().attachments / "staged" / "stray"
    stray.mkdir(parents=True)
    os.utime(stray, (0, 0))
    office.publish(timer("PT1S"))
    worker = Worker()
    worker.start()
    try:
        assert until(lambda: module._swept_at > clock.real() - timedelta(hours=1))
        case = office.start()
        assert until(lambda: office.status(case) == "completed")
    finally:
        worker.stop()
        stray.rmdir()
