"""The writers of one process queue for SQLite's one lock, first come, first served.

SQLite itself waits by sleeping, longer each time: of eight threads that write at once, the
unlucky one slept for a second while the others took turns. Other processes still meet at the
database's own lock, which decides.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """A lock that is handed on in the order of asking."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._holder: int | None = None

    @contextmanager
    def taken(self, timeout: float = 30.0) -> Iterator[None]:
        """Hold the turn inside the block; after `timeout` seconds go on without it.

        Raises:
            RuntimeError: this thread has the turn already: a transaction inside a
                transaction would wait for itself.
        """
        mine = self._ask()
        has_it = mine is None or mine.wait(timeout) or not self._give_up(mine)
        if has_it:
            self._holder = threading.get_ident()
        try:
            yield
        finally:
            if has_it:
                self._hand_on()

    def _ask(self) -> threading.Event | None:
        """Return None when the turn was free and is now ours, else what will be set."""
        me = threading.get_ident()
        with self._guard:
            if self._holder is None:
                self._holder = me
                return None
            if self._holder == me:
                raise RuntimeError("a transaction inside a transaction of the same thread")
            mine = threading.Event()
            self._waiting.append(mine)
            return mine

    def _give_up(self, mine: threading.Event) -> bool:
        """Leave the queue; False when the turn was handed over at the last moment."""
        with self._guard:
            if mine.is_set():
                return False
            self._waiting.remove(mine)
            return True

    def _hand_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._holder = 0  # nobody's thread: the next one writes its own
                self._waiting.popleft().set()
            else:
                self._holder = None
