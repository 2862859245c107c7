"""What BPMN says a block-structured model does, without tokens.

The oracle is written as continuations, block by block, so it cannot share a fault with
the engine. It keeps what waits, what ran, and what is cancelled together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

Done = Callable[[], None]
#: Which multi-instance item we are in, outermost first.
Path = tuple[int, ...]


@dataclass
class Wait:
    """Something the oracle waits for: the same triple the engine shows."""

    kind: str
    node: str
    path: Path
    go: Done
    #: It stays when it has happened (events that do not interrupt), so many times; 0: always.
    stays: bool = False
    left: int = 0

    def spend(self) -> bool:
        """It happens once; tell whether it cannot happen again."""
        self.left -= 1
        return not self.stays or self.left == 0


@dataclass
class Record:
    """Something completed that can be undone: the group it is undone in, and what follows."""

    name: str
    run: Callable[[Group, Done], None]


class Group:
    """What is cancelled together. A scope also counts its tokens and ends with the last."""

    #: An event sub process: it undoes what the scope around it has done, too.
    is_handler = False

    def __init__(self, oracle: Oracle, parent: Group | None, done: Done | None = None) -> None:
        self.oracle, self.parent, self.done = oracle, parent, done
        #: What this scope has completed and can undo, oldest first.
        self.records: list[Record] = []
        self.waits: list[Wait] = []
        self.groups: list[Group] = []
        self.alive = True
        self.tokens = 0
        if parent is not None:
            parent.groups.append(self)

    @property
    def scope(self) -> Group:
        """The nearest group that is a scope."""
        group = self
        while group.done is None:
            assert group.parent is not None
            group = group.parent
        return group

    def wait(
        self, kind: str, node: str, path: Path, go: Done, *, stays: bool = False, left: int = 0
    ) -> Wait:
        wait = Wait(kind, node, path, go, stays, left)
        self.waits.append(wait)
        self.oracle.waits.append(wait)
        return wait

    def forget(self, wait: Wait) -> None:
        if wait in self.oracle.waits:
            self.oracle.waits.remove(wait)

    def clear(self) -> None:
        """Take away everything in it; the group itself lives on."""
        for wait in self.waits:
            self.forget(wait)
        for group in self.groups:
            group.cancel()

    def cancel(self) -> None:
        self.alive = False
        for wait in self.waits:
            self.forget(wait)
        for group in self.groups:
            group.cancel()

    def token_done(self) -> None:
        """One token of this scope has ended."""
        self.tokens -= 1
        if self.tokens == 0 and self.alive:
            self.cancel()
            assert self.done is not None
            self.done()

    def end_at(self, node: str) -> Done:
        """Return what happens when a token of this scope reaches one of its end events."""

        def ended() -> None:
            self.oracle.ran[node] += 1
            self.token_done()

        return ended


@dataclass
class Oracle:
    """One run of a model by the rules."""

    waits: list[Wait] = field(default_factory=list)
    counters: Counter[str] = field(default_factory=Counter)
    ran: Counter[str] = field(default_factory=Counter)
    ended: bool = False

    def end(self) -> None:
        self.ended = True

    def frontier(self) -> list[tuple[str, str, Path]]:
        return sorted((wait.kind, wait.node, wait.path) for wait in self.waits)

    def act(self, chosen: tuple[str, str, Path]) -> None:
        wait = next(w for w in self.waits if (w.kind, w.node, w.path) == chosen)
        if wait.spend():
            self.waits.remove(wait)
        wait.go()
