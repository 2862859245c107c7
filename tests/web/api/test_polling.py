"""Waiting for external tasks: few at once, woken together, no seat lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from engine import settings, wakeup
from web.api import polling

SPARE = 3


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.005)


def test_only_so_many_wait_and_the_rest_is_answered_at_once(database: str) -> None:
    most = settings.current().waiting_polls
    callers = most + SPARE
    work: list[int] = []
    answers: list[list[int]] = []

    def call() -> None:
        answers.append(polling.patient(lambda: list(work), 60_000))

    threads = [threading.Thread(target=call) for _ in range(callers)]
    for thread in threads:
        thread.start()
    _until(lambda: len(answers) == SPARE)
    assert polling.seats.taken == most
    assert answers == [[]] * SPARE
    work.append(1)
    wakeup.stir.stir()
    for thread in threads:
        thread.join(20)
    assert answers.count([1]) == most
    assert polling.seats.taken == 0


def test_a_look_that_fails_gives_its_seat_back(database: str) -> None:
    looks: list[int] = []

    def look() -> list[int]:
        looks.append(1)
        if len(looks) > 1:
            raise RuntimeError("the database is away")
        return []

    with pytest.raises(RuntimeError):
        polling.patient(look, 60_000)
    assert polling.seats.taken == 0


def test_what_happens_between_look_and_wait_is_not_missed(database: str) -> None:
    looks: list[int] = []

    def look() -> list[int]:
        looks.append(1)
        if len(looks) == 1:
            wakeup.stir.stir()  # a commit just after this look
            return []
        return [1]

    seen = wakeup.stir.seen()
    assert polling.patient(look, 600_000) == [1]
    assert len(looks) == 2
    assert wakeup.stir.seen() == seen + 1
