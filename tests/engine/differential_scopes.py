"""Scopes of random models: the process, sub processes, event sub processes, and undoing them."""

from __future__ import annotations

from dataclasses import dataclass

from tests.engine.bpmn_builder import end, event_sub, flow, multi, parallel, start, sub
from tests.engine.differential import DEFINITIONS, Block, act_of, run_items
from tests.engine.differential_oracle import Done, Group, Path, Record


def drawn_handler(
    name: str, body: Block, definition: str, more: str = "", *, interrupting: bool
) -> str:
    """Draw an event sub process."""
    xml, first, last = body.draw()
    finish = f"{name}_e"
    inner = xml + end(finish) + flow(f"{name}_s", first) + flow(last, finish)
    return event_sub(name, definition, inner, more, interrupting=interrupting)


def start_handler(
    scope: Group, name: str, body: Block, path: Path, nested: Handler | None = None
) -> None:
    """Run an event sub process in its scope."""
    oracle = scope.oracle
    scope.tokens += 1
    inner = sub_scope(scope, name, scope.token_done)
    inner.is_handler = True
    inner.tokens = 1
    oracle.ran[f"{name}_s"] += 1
    if nested is not None:
        nested.listen(inner, path)

    body.run(inner, path, inner.end_at(f"{name}_e"))


def two_branches(name: str, before: Block, working: Block, bad: str, what: str) -> str:
    """Draw the inside of a sub process: one branch ends with `what`, at `bad`, the other well."""
    one, one_first, one_last = before.draw()
    other, other_first, other_last = working.draw()
    begin, split, good = (f"{name}_{part}" for part in ("s", "g", "e"))
    inner = start(begin) + parallel(split) + one + other + end(good) + end(bad, what)
    inner += flow(begin, split) + flow(split, one_first) + flow(split, other_first)
    return inner + flow(one_last, bad) + flow(other_last, good)


def sub_scope(group: Group, name: str, done: Done, records: list[Record] | None = None) -> Group:
    """Open a sub process; when it completes, what it did can be undone from inside."""

    def completed() -> None:
        if scope.records:
            kept = list(scope.records)
            record = Record(name, lambda at, after: undo(kept, Group(at.oracle, at), after))
            (group.scope.records if records is None else records).append(record)
        done()

    scope = Group(group.oracle, group, completed)
    return scope


def undo(records: list[Record], group: Group, done: Done) -> None:
    """Undo one record after the other, the last first."""

    def following() -> None:
        if not records:
            done()
            return
        records.pop().run(group, following)

    following()


@dataclass
class Handler:
    """An event sub process with a plain body."""

    name: str
    body: Block
    interrupting: bool
    kind: str
    #: An event sub process inside it.
    nested: Handler | None = None

    def draw(self) -> str:
        return drawn_handler(
            self.name,
            self.body,
            DEFINITIONS[self.kind],
            self.nested.draw() if self.nested else "",
            interrupting=self.interrupting,
        )

    def listen(self, scope: Group, path: Path) -> None:
        def come() -> None:
            if self.interrupting:
                scope.clear()
                scope.tokens = 0
            start_handler(scope, self.name, self.body, path, self.nested)

        stays = not self.interrupting and self.kind != "timer"
        left = 2 if self.kind == "cycle" else 0
        scope.wait(act_of(self.kind), f"{self.name}_s", path, come, stays=stays, left=left)


def open_scope(
    scope: Group,
    body: Block,
    handler: Handler | None,
    path: Path,
    last: str,
    *,
    paused: str = "",
) -> None:
    """Start a process or sub process: its handler listens, its body runs to the end event.

    `paused` names the start event when it and the end event wait for a job.
    """
    scope.tokens = 1
    if handler is not None:
        handler.listen(scope, path)

    def begin() -> None:
        body.run(scope, path, leave if paused else scope.end_at(last))

    def leave() -> None:
        scope.oracle.ran[last] += 1
        scope.wait("complete", last, path, scope.token_done)

    if paused:
        scope.wait("complete", paused, path, begin)
    else:
        begin()


@dataclass
class Sub(Block):
    """An embedded sub process, perhaps with an event sub process inside."""

    name: str
    body: Block
    handler: Handler | None = None
    items: str = ""
    sequential: bool = False
    #: Its start event waits for a job before, its end event for one behind it.
    paused: bool = False
    #: The first item that is done is enough.
    until_first: bool = False

    def draw(self) -> tuple[str, str, str]:
        body, first, last = self.body.draw()
        begin, finish = f"{self.name}_s", f"{self.name}_e"
        given = ({"camunda__asyncBefore": "true"}, {"camunda__asyncAfter": "true"})
        before, after = given if self.paused else ({}, {})
        inner = start(begin, **before) + body + end(finish, **after)
        inner += flow(begin, first) + flow(last, finish)
        inner += self.handler.draw() if self.handler else ""
        enough = "${nrOfCompletedInstances >= 1}" if self.until_first else ""
        marker = (
            multi(self.items, f"it_{self.name}", sequential=self.sequential, completion=enough)
            if self.items
            else ""
        )
        return sub(self.name, inner + marker), self.name, self.name

    def run(self, group: Group, path: Path, done: Done) -> None:
        if not self.items:
            self.run_one(group, path, done, group.scope.records)
            return
        records: list[Record] = []
        items = Group(group.oracle, group)

        def all_done() -> None:
            items.cancel()
            group.scope.records.extend(records)
            done()

        run_items(
            self.sequential,
            lambda index, finished: self.run_one(
                items, (*path, index), all_done if self.until_first else finished, records
            ),
            all_done,
        )

    def run_one(self, group: Group, path: Path, done: Done, records: list[Record]) -> None:
        scope = sub_scope(group, self.name, done, records)
        paused = f"{self.name}_s" if self.paused else ""
        open_scope(scope, self.body, self.handler, path, f"{self.name}_e", paused=paused)
