"""Blocks with events that take work away, and the generator of whole models."""

from __future__ import annotations

import random
from dataclasses import dataclass

from tests.engine.bpmn_builder import (
    boundary,
    diagram,
    end,
    error,
    escalation,
    flow,
    message,
    parallel,
    start,
    sub,
    terminate,
    throw,
    timer,
    xor,
)
from tests.engine.differential import (
    Auto,
    Block,
    Catch,
    FirstEvent,
    Handler,
    Items,
    Loop,
    Sequence,
    Split,
    Sub,
    Task,
    open_scope,
)
from tests.engine.differential_oracle import Done, Group, Oracle, Path


@dataclass
class Beside(Block):
    """A host with a boundary event: the interrupting one rejoins behind the host."""

    name: str
    host: Block
    handler: Block
    kind: str
    interrupting: bool

    def draw(self) -> tuple[str, str, str]:
        host, first, last = self.host.draw()
        body, handler_first, handler_last = self.handler.draw()
        what = message() if self.kind == "deliver" else timer("PT1H")
        event, leave = f"{self.name}_b", f"{self.name}_x"
        xml = host + body + boundary(event, first, what, interrupting=self.interrupting)
        xml += xor(leave) + flow(last, leave) + flow(event, handler_first)
        if self.interrupting:
            return xml + flow(handler_last, leave), first, leave
        finish = f"{self.name}_e"
        return xml + end(finish) + flow(handler_last, finish), first, leave

    def run(self, group: Group, path: Path, done: Done) -> None:
        oracle = group.oracle
        inner = Group(oracle, group)
        event = f"{self.name}_b"
        scope = group.scope

        def host_done() -> None:
            inner.cancel()
            done()

        def interrupt() -> None:
            inner.cancel()
            oracle.ran[event] += 1
            self.handler.run(group, path, done)

        def start_beside() -> None:
            oracle.ran[event] += 1
            scope.tokens += 1

            def handled() -> None:
                oracle.ran[f"{self.name}_e"] += 1
                scope.token_done()

            self.handler.run(scope, path, handled)

        go = interrupt if self.interrupting else start_beside
        stays = not self.interrupting and self.kind == "deliver"
        inner.wait(self.kind, event, path, go, stays=stays)
        self.host.run(inner, path, host_done)


@dataclass
class Failing(Block):
    """A sub process in which one branch ends by error or terminate while another works."""

    name: str
    before: Block
    working: Block
    handler: Block
    fault: str

    def draw(self) -> tuple[str, str, str]:
        before, b_first, b_last = self.before.draw()
        working, w_first, w_last = self.working.draw()
        begin, split, bad, good = (f"{self.name}_{x}" for x in ("s", "g", "bad", "e"))
        inner = start(begin) + parallel(split) + before + working + end(good)
        inner += end(bad, error() if self.fault == "error" else terminate())
        inner += flow(begin, split) + flow(split, b_first) + flow(split, w_first)
        inner += flow(b_last, bad) + flow(w_last, good)
        leave = f"{self.name}_x"
        xml = sub(self.name, inner) + xor(leave) + flow(self.name, leave)
        if self.fault == "error":
            body, first, last = self.handler.draw()
            event = f"{self.name}_b"
            xml += boundary(event, self.name, error()) + body
            xml += flow(event, first) + flow(last, leave)
        return xml, self.name, leave

    def run(self, group: Group, path: Path, done: Done) -> None:
        oracle = group.oracle
        scope = Group(oracle, group, done)
        scope.tokens = 2

        def at_end() -> None:
            oracle.ran[f"{self.name}_e"] += 1
            scope.token_done()

        def fault() -> None:
            if not scope.alive:
                return
            oracle.ran[f"{self.name}_bad"] += 1
            scope.cancel()
            if self.fault == "terminate":
                done()
            else:
                oracle.ran[f"{self.name}_b"] += 1
                self.handler.run(group, path, done)

        self.before.run(scope, path, fault)
        if scope.alive:
            self.working.run(scope, path, at_end)


@dataclass
class Escalating(Block):
    """A sub process that escalates on its way; caught beside it or instead of it."""

    name: str
    before: Block
    after: Block
    handler: Block
    interrupting: bool

    def draw(self) -> tuple[str, str, str]:
        before, b_first, b_last = self.before.draw()
        after, a_first, a_last = self.after.draw()
        body, first, last = self.handler.draw()
        begin, up, finish, leave = (f"{self.name}_{x}" for x in ("s", "up", "e", "x"))
        inner = start(begin) + before + throw(up, escalation()) + after + end(finish)
        inner += flow(begin, b_first) + flow(b_last, up) + flow(up, a_first) + flow(a_last, finish)
        event = f"{self.name}_b"
        xml = sub(self.name, inner) + xor(leave) + flow(self.name, leave) + body
        xml += boundary(event, self.name, escalation(), interrupting=self.interrupting)
        xml += flow(event, first)
        if self.interrupting:
            return xml + flow(last, leave), self.name, leave
        return xml + end(f"{event}e") + flow(last, f"{event}e"), self.name, leave

    def run(self, group: Group, path: Path, done: Done) -> None:
        oracle, around = group.oracle, group.scope
        scope = Group(oracle, group, done)
        scope.tokens = 1
        event = f"{self.name}_b"

        def at_end() -> None:
            oracle.ran[f"{self.name}_e"] += 1
            scope.token_done()

        def handled() -> None:
            oracle.ran[f"{event}e"] += 1
            around.token_done()

        def up() -> None:
            oracle.ran[event] += 1
            if self.interrupting:
                scope.cancel()
                self.handler.run(group, path, done)
                return
            around.tokens += 1
            self.handler.run(around, path, handled)
            self.after.run(scope, path, at_end)

        self.before.run(scope, path, up)


@dataclass
class Model:
    """A whole process."""

    body: Block
    handler: Handler | None
    loops: list[str]

    def xml(self) -> bytes:
        body, first, last = self.body.draw()
        handler = self.handler.draw() if self.handler else ""
        return diagram(start("s0"), body, end("e0"), handler, flow("s0", first), flow(last, "e0"))

    def begin(self, oracle: Oracle) -> None:
        """Start the whole process in the oracle."""
        open_scope(Group(oracle, None, oracle.end), self.body, self.handler, (), "e0")


SIMPLE = ("task", "task", "auto", "catch")
NESTED = ("xor", "and", "or", "loop", "sub", "mi", "mi_sub", "beside", "beside_sub", "failing",
          "first", "escalating")  # fmt: skip


class Generator:
    """Draws lots. The same seed gives the same model."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0
        self.loops: list[str] = []

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def model(self) -> Model:
        body = self.sequence(3, loops=True)
        return Model(body, self.handler(0.25), self.loops)

    def handler(self, chance: float) -> Handler | None:
        if self.random.random() > chance:
            return None
        return Handler(self.name("es"), self.plain(), self.random.random() < 0.5)

    def plain(self) -> Block:
        """A few steps that may run several times at once without mixing."""
        return Sequence([self.simple(odd=0) for _ in range(self.random.randint(1, 2))])

    def sequence(self, depth: int, *, loops: bool) -> Block:
        return Sequence([self.block(depth, loops) for _ in range(self.random.randint(1, 3))])

    def simple(self, odd: float = 0.3) -> Block:
        kind = self.random.choice(SIMPLE)
        if kind == "task":
            return self.task(odd)
        if kind == "auto":
            return Auto(self.name("n"))
        return Catch(self.name("c"), self.random.choice(("deliver", "fire")))

    def task(self, odd: float) -> Block:
        name = self.name("u")
        if self.random.random() >= odd:
            return Task(name)
        kind = self.random.choice(("human", "call", "external"))
        return Task(name, kind, self.random.random() < 0.5, self.random.random() < 0.5)

    def block(self, depth: int, loops: bool) -> Block:
        if depth <= 0 or self.random.random() < 0.3:
            return self.simple()
        kind = self.random.choice(NESTED)
        if kind in ("xor", "and", "or"):
            return self.split(kind, depth, loops)
        if kind == "loop":
            return self.loop(depth) if loops else self.simple()
        if kind == "mi":
            return Items(self.name("v"), self.random.random() < 0.5)
        if kind in ("sub", "mi_sub"):
            return self.sub(depth, loops, kind == "mi_sub")
        if kind == "failing":
            return self.failing(depth, loops)
        if kind == "first":
            name = self.name("g")
            one, other = (self.sequence(depth - 1, loops=loops) for _ in range(2))
            return FirstEvent(name, one, other)
        if kind == "escalating":
            return self.escalating(depth, loops)
        return self.beside(depth, loops, kind == "beside_sub")

    def split(self, kind: str, depth: int, loops: bool) -> Block:
        name = self.name(kind)
        branches = [self.sequence(depth - 1, loops=loops) for _ in range(self.random.randint(2, 3))]
        return Split(name, kind, branches, [self.random.random() < 0.5 for _ in branches])

    def loop(self, depth: int) -> Block:
        name = self.name("k")
        self.loops.append(name)
        return Loop(name, self.sequence(depth - 1, loops=True), self.random.randint(2, 3))

    def sub(self, depth: int, loops: bool, many: bool) -> Block:
        name = self.name("sp")
        body = self.sequence(depth - 1, loops=loops and not many)
        sequential = self.random.random() < 0.3
        return Sub(name, body, self.handler(0.2), "xs" if many else "", sequential)

    def failing(self, depth: int, loops: bool) -> Block:
        fault = self.random.choice(("error", "terminate"))
        return Failing(
            self.name("f"),
            Sequence([Task(self.name("u")), self.sequence(depth - 1, loops=loops)]),
            Sequence([Task(self.name("u")), self.sequence(depth - 1, loops=loops)]),
            self.plain(),
            fault,
        )

    def escalating(self, depth: int, loops: bool) -> Block:
        return Escalating(
            self.name("x"),
            self.sequence(depth - 1, loops=loops),
            self.sequence(depth - 1, loops=loops),
            self.plain(),
            self.random.random() < 0.5,
        )

    def beside(self, depth: int, loops: bool, on_sub: bool) -> Block:
        name = self.name("b")
        host: Block = Task(self.name("u"))
        if on_sub:
            host = Sub(self.name("sp"), self.sequence(depth - 1, loops=loops))
        elif self.random.random() < 0.3:
            host = Items(self.name("v"), self.random.random() < 0.5)
        kind = self.random.choice(("deliver", "fire"))
        return Beside(name, host, self.plain(), kind, self.random.random() < 0.5)
