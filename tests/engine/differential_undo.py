"""Blocks that are undone, and blocks that undo: compensation and transactions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.engine.bpmn_builder import (
    association,
    boundary,
    cancel,
    compensate,
    element,
    flow,
    message,
    multi,
    throw,
    user,
    xor,
)
from tests.engine.differential import Block, Task, run_items
from tests.engine.differential_oracle import Done, Group, Path, Record
from tests.engine.differential_scopes import two_branches, undo


def drawn_handler(host: str, by: str, *, automatic: bool) -> str:
    """Draw what undoes an activity; a person's handler can be interrupted by a message."""
    made = (
        element("task", by, isForCompensation="true")
        if automatic
        else user(by, isForCompensation="true")
    )
    made += boundary(f"{by}_c", host, compensate()) + association(f"{by}_c", by)
    if automatic:
        return made
    return made + boundary(f"{by}_b", by, message())


def undoing(by: str, path: Path, *, automatic: bool) -> Callable[[Group, Done], None]:
    """Return what runs the handler of one completed activity."""

    def run(group: Group, done: Done) -> None:
        if automatic:
            group.oracle.ran[by] += 1
            done()
            return
        inner = Group(group.oracle, group)

        def finished() -> None:
            inner.cancel()
            done()

        def broken() -> None:
            group.oracle.ran[f"{by}_b"] += 1
            finished()

        inner.wait("complete", by, path, finished)
        inner.wait("deliver", f"{by}_b", path, broken)

    return run


@dataclass
class Undoable(Block):
    """A task with a handler."""

    task: Task
    automatic: bool

    @property
    def by(self) -> str:
        return f"{self.task.name}_u"

    def draw(self) -> tuple[str, str, str]:
        xml, first, last = self.task.draw()
        return xml + drawn_handler(first, self.by, automatic=self.automatic), first, last

    def run(self, group: Group, path: Path, done: Done) -> None:
        def completed() -> None:
            run = undoing(self.by, path, automatic=self.automatic)
            group.scope.records.append(Record(self.task.name, run))
            done()

        self.task.run(group, path, completed)


@dataclass
class UndoableItems(Block):
    """A human task for each of two, with a handler for each."""

    name: str
    sequential: bool
    automatic: bool

    def draw(self) -> tuple[str, str, str]:
        marker = multi("xs", f"it_{self.name}", sequential=self.sequential)
        xml = user(self.name, marker)
        xml += drawn_handler(self.name, f"{self.name}_u", automatic=self.automatic)
        return xml, self.name, self.name

    def run(self, group: Group, path: Path, done: Done) -> None:
        records: list[Record] = []

        def one(index: int, finished: Done) -> None:
            at = (*path, index)

            def completed() -> None:
                run = undoing(f"{self.name}_u", at, automatic=self.automatic)
                records.append(Record(self.name, run))
                finished()

            group.wait("complete", self.name, at, completed)

        def all_done() -> None:
            group.scope.records.extend(records)
            done()

        run_items(self.sequential, one, all_done)


def taken(scope: Group, name: str = "") -> list[Record]:
    """Take the records that a thrower in a scope means out of it."""
    found: list[Record] = []
    at: Group | None = scope
    while at is not None:
        found[:0] = [record for record in at.records if name in ("", record.name)]
        at.records[:] = [record for record in at.records if name not in ("", record.name)]
        if not at.is_handler or at.parent is None:
            break
        at = at.parent.scope
    return found


@dataclass
class Undo(Block):
    """A throwing event that undoes what its scope has completed, perhaps without waiting."""

    name: str
    wait: bool
    #: Only this activity, which lies in the same scope.
    only: str = ""

    def draw(self) -> tuple[str, str, str]:
        return throw(self.name, compensate(self.only, wait=self.wait)), self.name, self.name

    def run(self, group: Group, path: Path, done: Done) -> None:
        scope = group.scope
        records = taken(scope, self.only)
        if self.wait or not records:
            undo(records, Group(group.oracle, scope), done)
            return
        scope.tokens += 1
        undo(records, Group(group.oracle, scope), scope.token_done)
        done()


@dataclass
class Transaction(Block):
    """Two branches; one ends by cancelling: what was done is undone, then the handler runs."""

    name: str
    before: Block
    working: Block
    handler: Block

    def draw(self) -> tuple[str, str, str]:
        body, first, last = self.handler.draw()
        inner = two_branches(self.name, self.before, self.working, f"{self.name}_no", cancel())
        event, leave = f"{self.name}_b", f"{self.name}_x"
        xml = element("transaction", self.name, inner) + xor(leave) + body
        xml += boundary(event, self.name, cancel()) + flow(self.name, leave)
        return xml + flow(event, first) + flow(last, leave), self.name, leave

    def run(self, group: Group, path: Path, done: Done) -> None:
        oracle = group.oracle
        scope = Group(oracle, group, done)
        scope.tokens = 2

        def leave() -> None:
            scope.cancel()
            oracle.ran[f"{self.name}_b"] += 1
            self.handler.run(group, path, done)

        def no() -> None:
            if not scope.alive:
                return
            oracle.ran[f"{self.name}_no"] += 1
            scope.clear()
            scope.tokens = 1
            undo(taken(scope), Group(oracle, scope), leave)

        self.before.run(scope, path, no)
        if scope.alive:
            self.working.run(scope, path, scope.end_at(f"{self.name}_e"))
