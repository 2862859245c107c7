"""Requests that wait for external tasks (long polling) without eating the server's threads.

So many may wait at once in a process, and the server has so many threads more (`web.cli`,
`web.gunicorn`): people never queue behind them. Who comes when the seats are taken is
answered at once with what there is, as if it had not asked to wait. A waiting request holds
no transaction. It is woken by commits of its own process that made an external task, and
looks by itself once a second, which is how it hears of those of other processes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from engine import settings, wakeup

T = TypeVar("T")

#: What Camunda allows a client to ask for: half an hour. The answer may come sooner, empty.
LONGEST_MS = 1_800_000


class Seats:
    """How many requests wait in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.taken = 0

    def take(self, most: int) -> bool:
        """Sit down if there is room."""
        with self._lock:
            if self.taken >= most:
                return False
            self.taken += 1
            return True

    def leave(self) -> None:
        """Stand up."""
        with self._lock:
            self.taken -= 1


seats = Seats()


def patient(look: Callable[[], list[T]], milliseconds: int) -> list[T]:
    """Return what `look` finds, waiting for something as long as was asked and is allowed."""
    seen = wakeup.stir.seen()
    found = look()
    current = settings.current()
    if found or milliseconds <= 0 or not seats.take(current.waiting_polls):
        return found
    until = time.monotonic() + min(milliseconds / 1000, current.waiting_poll_seconds)
    try:
        while not found and (left := until - time.monotonic()) > 0:
            wakeup.stir.wait(seen, min(left, current.job_poll_seconds))
            seen = wakeup.stir.seen()
            found = look()
    finally:
        seats.leave()
    return found
