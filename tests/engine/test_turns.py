"""Writers queue: first come, first served; nobody waits for himself or for ever."""

from __future__ import annotations

import threading
import time

import pytest

from engine import db
from engine.turns import Turns


def test_the_turn_goes_to_whoever_asked_first() -> None:
    turns, order = Turns(), list[int]()

    def ask(number: int) -> None:
        with turns.taken():
            order.append(number)

    threads = []
    with turns.taken():
        for number in range(8):
            thread = threading.Thread(target=ask, args=(number,))
            thread.start()
            while len(turns._waiting) <= number:
                time.sleep(0.001)
            threads.append(thread)
    for thread in threads:
        thread.join()
    assert order == list(range(8))


def test_who_waited_too_long_goes_on_and_leaves_the_queue_whole() -> None:
    turns, went = Turns(), threading.Event()

    def impatient() -> None:
        with turns.taken(timeout=0.01):
            went.set()

    with turns.taken():
        thread = threading.Thread(target=impatient)
        thread.start()
        assert went.wait(5)
        thread.join()
    with turns.taken():
        pass
    assert turns._holder is None


def test_the_turn_comes_back_after_a_failure() -> None:
    turns = Turns()
    with pytest.raises(ValueError, match="broken"), turns.taken():
        raise ValueError("broken")
    with turns.taken():
        pass


def test_a_transaction_inside_a_transaction_is_refused_at_once(sqlite: str) -> None:
    with db.transaction(), pytest.raises(RuntimeError, match="inside"), db.transaction():
        pass
