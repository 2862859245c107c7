"""Blocks of random models: each can draw itself as BPMN and run itself in the oracle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from tests.engine.bpmn_builder import (
    call,
    catch,
    conditional,
    element,
    end,
    event_gateway,
    event_sub,
    flow,
    inclusive,
    message,
    multi,
    parallel,
    signal,
    start,
    sub,
    throw,
    timer,
    user,
    xor,
)
from tests.engine.differential_oracle import Done, Group, Path, Record


class Block:
    """A piece of a model with one way in and one way out."""

    def draw(self) -> tuple[str, str, str]:
        """Return (XML, first node, last node)."""
        raise NotImplementedError

    def run(self, group: Group, path: Path, done: Done) -> None:
        raise NotImplementedError


@dataclass
class Task(Block):
    """Done by somebody outside: a person, a called process, a worker; perhaps asynchronous."""

    name: str
    kind: str = "human"
    before: bool = False
    after: bool = False

    def draw(self) -> tuple[str, str, str]:
        given = {"camunda__asyncBefore": "true"} if self.before else {}
        given |= {"camunda__asyncAfter": "true"} if self.after else {}
        if self.kind == "call":
            return call(self.name, "child", **given), self.name, self.name
        if self.kind == "throw":
            sent = '<bpmn:messageEventDefinition camunda:type="external" camunda:topic="t"/>'
            return throw(self.name, sent, **given), self.name, self.name
        if self.kind == "external":
            given |= {"camunda__type": "external", "camunda__topic": "t"}
            return element("serviceTask", self.name, **given), self.name, self.name
        return user(self.name, **given), self.name, self.name

    def run(self, group: Group, path: Path, done: Done) -> None:
        self._wait(1 + self.before + self.after, group, path, done)

    def _wait(self, times: int, group: Group, path: Path, done: Done) -> None:
        if times == 0:
            done()
        else:
            group.wait(
                "complete", self.name, path, lambda: self._wait(times - 1, group, path, done)
            )


#: How an event is drawn, and what makes it happen.
DEFINITIONS = {
    "message": message(),
    "receive": "",
    "signal": signal(),
    "timer": timer("PT1H"),
    "cycle": timer("R2/PT1H", "Cycle"),
    "condition": conditional("${q}", variable="q"),
}
ACTS = {"timer": "fire", "cycle": "fire", "condition": "hold"}


def act_of(kind: str) -> str:
    """Return what makes an event of a kind happen."""
    return ACTS.get(kind, "deliver")


@dataclass
class Catch(Block):
    name: str
    kind: str

    def draw(self) -> tuple[str, str, str]:
        if self.kind == "receive":
            return element("receiveTask", self.name, messageRef="m2"), self.name, self.name
        return catch(self.name, DEFINITIONS[self.kind]), self.name, self.name

    def run(self, group: Group, path: Path, done: Done) -> None:
        group.wait(act_of(self.kind), self.name, path, done)


@dataclass
class FirstEvent(Block):
    """An event-based gateway before two or three events."""

    name: str
    #: Kind of event and what follows it.
    ways: list[tuple[str, Block]]

    def draw(self) -> tuple[str, str, str]:
        leave = f"{self.name}_x"
        xml = event_gateway(self.name) + xor(leave)
        for kind, block in self.ways:
            body, first, last = block.draw()
            event = f"{self.name}_{kind}"
            xml += Catch(event, kind).draw()[0] + body + flow(self.name, event)
            xml += flow(event, first) + flow(last, leave)
        return xml, self.name, leave

    def run(self, group: Group, path: Path, done: Done) -> None:
        inner = Group(group.oracle, group)

        def happened(block: Block) -> Done:
            def go() -> None:
                inner.cancel()
                block.run(group, path, done)

            return go

        for kind, block in self.ways:
            inner.wait(act_of(kind), f"{self.name}_{kind}", path, happened(block))


@dataclass
class Auto(Block):
    name: str

    def draw(self) -> tuple[str, str, str]:
        return element("task", self.name), self.name, self.name

    def run(self, group: Group, path: Path, done: Done) -> None:
        group.oracle.ran[self.name] += 1
        done()


@dataclass
class Sequence(Block):
    blocks: list[Block]

    def draw(self) -> tuple[str, str, str]:
        drawn = [block.draw() for block in self.blocks]
        flows = "".join(flow(a[2], b[1]) for a, b in pairwise(drawn))
        return "".join(xml for xml, _, _ in drawn) + flows, drawn[0][1], drawn[-1][2]

    def run(self, group: Group, path: Path, done: Done) -> None:
        self._from(0, group, path, done)

    def _from(self, index: int, group: Group, path: Path, done: Done) -> None:
        if index == len(self.blocks):
            done()
        else:
            self.blocks[index].run(group, path, lambda: self._from(index + 1, group, path, done))


@dataclass
class Split(Block):
    """Exclusive, parallel or inclusive: `holds` says which conditions are true."""

    name: str
    kind: str
    branches: list[Block]
    holds: list[bool]

    def draw(self) -> tuple[str, str, str]:
        make = {"xor": xor, "and": parallel, "or": inclusive}[self.kind]
        join = f"{self.name}_j"
        default = {} if self.kind == "and" else {"default": f"fd_{self.name}"}
        xml = make(self.name, **default) + make(join)
        for index, branch in enumerate(self.branches):
            body, first, last = branch.draw()
            is_default = self.kind != "and" and index == len(self.branches) - 1
            holds = str(self.holds[index]).lower()
            condition = "" if self.kind == "and" or is_default else f"${{{holds}}}"
            name = f"fd_{self.name}" if is_default else ""
            xml += body + flow(self.name, first, condition, name) + flow(last, join)
        return xml, self.name, join

    def taken(self) -> list[Block]:
        if self.kind == "and":
            return self.branches
        chosen = [
            branch for branch, holds in zip(self.branches[:-1], self.holds, strict=False) if holds
        ]
        if self.kind == "xor":
            chosen = chosen[:1]
        return chosen or [self.branches[-1]]

    def run(self, group: Group, path: Path, done: Done) -> None:
        taken = self.taken()
        left = len(taken)

        def arrived() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                done()

        for branch in taken:
            branch.run(group, path, arrived)


@dataclass
class Loop(Block):
    """Repeats while a counter, shared by all rounds of all outer loops, is no multiple."""

    name: str
    body: Block
    every: int

    def draw(self) -> tuple[str, str, str]:
        merge, count, gate = f"{self.name}_m", f"{self.name}_k", self.name
        leave = f"{self.name}_o"
        body, first, last = self.body.draw()
        assign = f"<bpmn:script>{self.name} = {self.name} + 1</bpmn:script>"
        xml = (
            xor(merge)
            + element("scriptTask", count, assign)
            + xor(gate, default=f"fd_{gate}")
            + xor(leave)
            + body
            + flow(merge, first)
            + flow(last, count)
            + flow(count, gate)
            + flow(gate, merge, f"${{{self.name} % {self.every} != 0}}")
            + flow(gate, leave, name=f"fd_{gate}")
        )
        return xml, merge, leave

    def run(self, group: Group, path: Path, done: Done) -> None:
        def after_body() -> None:
            group.oracle.counters[self.name] += 1
            if group.oracle.counters[self.name] % self.every:
                self.body.run(group, path, after_body)
            else:
                done()

        self.body.run(group, path, after_body)


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

    def at_end() -> None:
        oracle.ran[f"{name}_e"] += 1
        inner.token_done()

    body.run(inner, path, at_end)


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


def open_scope(scope: Group, body: Block, handler: Handler | None, path: Path, last: str) -> None:
    """Start a process or sub process: its handler listens, its body runs to the end event."""
    scope.tokens = 1
    if handler is not None:
        handler.listen(scope, path)

    def at_end() -> None:
        scope.oracle.ran[last] += 1
        scope.token_done()

    body.run(scope, path, at_end)


@dataclass
class Sub(Block):
    """An embedded sub process, perhaps with an event sub process inside."""

    name: str
    body: Block
    handler: Handler | None = None
    items: str = ""
    sequential: bool = False

    def draw(self) -> tuple[str, str, str]:
        body, first, last = self.body.draw()
        begin, finish = f"{self.name}_s", f"{self.name}_e"
        inner = start(begin) + body + end(finish) + flow(begin, first) + flow(last, finish)
        inner += self.handler.draw() if self.handler else ""
        marker = (
            multi(self.items, f"it_{self.name}", sequential=self.sequential) if self.items else ""
        )
        return sub(self.name, inner + marker), self.name, self.name

    def run(self, group: Group, path: Path, done: Done) -> None:
        if not self.items:
            self.run_one(group, path, done, group.scope.records)
            return
        records: list[Record] = []

        def all_done() -> None:
            group.scope.records.extend(records)
            done()

        run_items(
            self.sequential,
            lambda index, finished: self.run_one(group, (*path, index), finished, records),
            all_done,
        )

    def run_one(self, group: Group, path: Path, done: Done, records: list[Record]) -> None:
        scope = sub_scope(group, self.name, done, records)
        open_scope(scope, self.body, self.handler, path, f"{self.name}_e")


def run_items(sequential: bool, run: Callable[[int, Done], None], done: Done) -> None:
    """Run the two items of a multi-instance."""
    left = 2

    def finished() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            done()
        elif sequential:
            run(1, finished)

    run(0, finished)
    if not sequential:
        run(1, finished)


@dataclass
class Items(Block):
    """A human task for each of two."""

    name: str
    sequential: bool
    kind: str = "human"

    def draw(self) -> tuple[str, str, str]:
        marker = multi("xs", f"it_{self.name}", sequential=self.sequential)
        if self.kind == "call":
            return call(self.name, "child", marker), self.name, self.name
        return user(self.name, marker), self.name, self.name

    def run(self, group: Group, path: Path, done: Done) -> None:
        run_items(
            self.sequential,
            lambda index, finished: _ignore(
                group.wait("complete", self.name, (*path, index), finished)
            ),
            done,
        )


def _ignore(_: object) -> None:
    return None
