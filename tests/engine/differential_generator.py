"""Draws random models out of every kind of block. The same seed gives the same model."""

from __future__ import annotations

import random
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.admit import MAX_FLOW_NODES
from engine.bpmn.xml import FLOW_NODES, B
from tests.engine.bpmn_builder import diagram, end, flow, message, start, xor
from tests.engine.differential import (
    Auto,
    Block,
    Catch,
    FirstEvent,
    Items,
    Loop,
    Sequence,
    Split,
    Task,
)
from tests.engine.differential_events import Beside, CatchingInside, Escalating, Failing
from tests.engine.differential_oracle import Group, Oracle
from tests.engine.differential_paused import Around, HandlerFails, Paused
from tests.engine.differential_rare import Absorbing, AdHoc, Again, FirstItem, Link
from tests.engine.differential_scopes import Handler, Sub, open_scope
from tests.engine.differential_undo import Transaction, Undo, Undoable, UndoableItems


@dataclass
class Model:
    """A whole process with two ways in."""

    body: Block
    handler: Handler | None
    loops: list[str]
    start: str

    def xml(self) -> bytes:
        body, first, last = self.body.draw()
        handler = self.handler.draw() if self.handler else ""
        return diagram(
            start("s0"), start("s1", message("m2")), xor("s_m"), body, end("e0"), handler,
            flow("s0", "s_m"), flow("s1", "s_m"), flow("s_m", first), flow(last, "e0"),
        )  # fmt: skip

    def size(self) -> int:
        """Return how many flow nodes it has."""
        return sum(1 for element in etree.fromstring(self.xml()).iter(*NODES))

    def begin(self, oracle: Oracle) -> None:
        """Start the whole process in the oracle."""
        open_scope(Group(oracle, None, oracle.end), self.body, self.handler, (), "e0")


NODES = [B + kind for kind in FLOW_NODES]
SIMPLE = ("task", "task", "task", "auto", "catch", "catch", "undoable", "link")
NESTED = (
    "split", "split", "split", "loop", "sub", "mi", "mi_sub", "beside", "beside", "beside_sub",
    "failing", "failing", "first", "escalating", "inside", "absorbing", "ad_hoc", "again",
    "transaction", "undo", "undo", "several", "several", "handler_fails",
)  # fmt: skip
CATCHING = ("message", "signal", "timer", "condition", "receive")
BESIDE = ("message", "signal", "timer", "condition", "cycle")


class Generator:
    """Draws lots."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.count = 0
        self.loops: list[str] = []
        #: Loops of this scope around what is drawn now.
        self.around = 0

    def name(self, kind: str) -> str:
        self.count += 1
        return f"{kind}{self.count}"

    def odds(self, chance: float) -> bool:
        return self.random.random() < chance

    def model(self) -> Model:
        """Draw a model that is admitted; in the rare case that one is too large, another."""
        while True:
            self.loops, self.around = [], 0
            body = self.sequence(3, loops=True)
            made = Model(body, self.handler(0.25), self.loops, "s1" if self.odds(0.3) else "s0")
            if made.size() <= MAX_FLOW_NODES:
                return made

    def handler(self, chance: float) -> Handler | None:
        if not self.odds(chance):
            return None
        interrupting = self.odds(0.5)
        kind = self.random.choice(BESIDE[: 4 if interrupting else 5])
        nested = self.handler(chance / 2)
        return Handler(self.name("es"), self.plain(), interrupting, kind, nested)

    def plain(self) -> Block:
        """A few steps that may run several times at once without mixing."""
        steps: list[Block] = [self.simple(odd=0) for _ in range(self.random.randint(1, 2))]
        if self.odds(0.3):
            steps += self.undoing()
        return Sequence(steps)

    def undoing(self, only: str = "") -> list[Block]:
        """Draw what undoes; where it does not wait, somebody's work follows.

        Otherwise what follows could interrupt handlers that run by themselves, and BPMN does
        not say how far they have come.
        """
        if self.odds(0.7):
            return [Undo(self.name("t"), wait=True, only=only)]
        return [Undo(self.name("t"), wait=False, only=only), Task(self.name("u"))]

    def sequence(self, depth: int, *, loops: bool) -> Sequence:
        return Sequence([self.block(depth, loops) for _ in range(self.random.randint(1, 3))])

    def inner(self, depth: int, *, loops: bool) -> Sequence:
        """Draw what is in a scope of its own: loops around it do not matter there."""
        around, self.around = self.around, 0
        made = self.sequence(depth, loops=loops)
        self.around = around
        return made

    def simple(self, odd: float = 0.3) -> Block:
        kind = self.random.choice(SIMPLE)
        if kind == "task":
            return self.task(odd)
        if kind == "undoable":
            return Undoable(Task(self.name("u")), self.odds(0.3))
        if kind == "link":
            return Link(self.name("l"))
        if kind == "auto":
            return Auto(self.name("n"))
        return Catch(self.name("c"), self.random.choice(CATCHING))

    def task(self, odd: float) -> Task:
        name = self.name("u")
        if not self.odds(odd):
            return Task(name)
        kind = self.random.choice(("human", "call", "external", "throw"))
        return Task(name, kind, self.odds(0.5), self.odds(0.5))

    def block(self, depth: int, loops: bool) -> Block:
        if depth <= 0 or self.odds(0.3):
            return self.paused(self.simple())
        kind: str = self.random.choice(NESTED)
        make = getattr(self, kind)
        made: Block = make(depth, loops)
        return self.paused(made)

    def paused(self, made: Block) -> Block:
        """Let some wait for jobs; tasks do so by themselves, loops come back to their first."""
        if isinstance(made, Loop | Sequence | Task) or self.odds(0.85):
            return made
        return Paused(made, self.odds(0.6), self.odds(0.6))

    def split(self, depth: int, loops: bool) -> Block:
        kind = self.random.choice(("xor", "and", "or", "task"))
        name = self.name(kind)
        branches: list[Block] = [
            self.sequence(depth - 1, loops=loops) for _ in range(self.random.randint(2, 3))
        ]
        ways = (True, False, None) if kind in ("or", "task") else (True, False)
        holds = [self.random.choice(ways) for _ in branches]
        return Split(name, kind, branches, holds, self.odds(0.15))

    def absorbing(self, depth: int, loops: bool) -> Block:
        if self.around:
            return self.split(depth, loops)
        branches: list[Block] = [
            Sequence([Task(self.name("u")), self.sequence(depth - 1, loops=False)])
            for _ in range(self.random.randint(2, 3))
        ]
        return Absorbing(self.name("cg"), branches, self.random.randint(1, len(branches)))

    def loop(self, depth: int, loops: bool) -> Block:
        if not loops:
            return self.simple()
        name = self.name("k")
        self.loops.append(name)
        self.around += 1
        body = self.sequence(depth - 1, loops=True)
        self.around -= 1
        return Loop(name, body, self.random.randint(2, 3))

    def mi(self, depth: int, loops: bool) -> Block:
        name, sequential = self.name("v"), self.odds(0.5)
        kind = self.random.choice(("plain", "plain", "call", "undo", "first"))
        if kind == "undo":
            return UndoableItems(name, sequential, self.odds(0.3))
        if kind == "first":
            return FirstItem(name)
        return Items(name, sequential, "call" if kind == "call" else "human", self.odds(0.2))

    def sub(self, depth: int, loops: bool) -> Block:
        body = self.inner(depth - 1, loops=loops)
        return Sub(self.name("sp"), body, self.handler(0.3), paused=self.odds(0.2))

    def mi_sub(self, depth: int, loops: bool) -> Block:
        first = self.odds(0.2)  # of the two, one must be first: they wait for somebody
        body = self.working(depth, loops=False) if first else self.inner(depth - 1, loops=False)
        name, sequential = self.name("sp"), self.odds(0.3)
        return Sub(name, body, self.handler(0.2), "xs", sequential, until_first=first)

    def ad_hoc(self, depth: int, loops: bool) -> Block:
        def task() -> Block:
            made = Task(self.name("u"))
            return Undoable(made, automatic=False) if self.odds(0.3) else made

        chains = [
            [task() for _ in range(self.random.randint(1, 2))]
            for _ in range(self.random.randint(2, 3))
        ]
        enough = self.random.choice(("", "", "cancel", "finish"))
        return AdHoc(self.name("ah"), chains, self.odds(0.3), enough)

    def again(self, depth: int, loops: bool) -> Block:
        return Again(self.name("lo"), self.random.randint(1, 3))

    def working(self, depth: int, loops: bool) -> Block:
        """Draw a branch that begins with somebody's work."""
        return Sequence([Task(self.name("u")), self.inner(depth - 1, loops=loops)])

    def failing(self, depth: int, loops: bool) -> Block:
        fault = self.random.choice(("error", "terminate"))
        one, other = self.working(depth, loops), self.working(depth, loops)
        return Failing(self.name("f"), one, other, self.plain(), fault)

    def inside(self, depth: int, loops: bool) -> Block:
        one, other = self.working(depth, loops), self.working(depth, loops)
        return CatchingInside(self.name("ci"), one, other, self.plain(), self.odds(0.5))

    def transaction(self, depth: int, loops: bool) -> Block:
        done = Undoable(Task(self.name("u")), self.odds(0.3))
        one = Sequence([done, self.working(depth, loops)])
        return Transaction(self.name("tx"), one, self.working(depth, loops), self.plain())

    def first(self, depth: int, loops: bool) -> Block:
        kinds = self.random.sample(CATCHING, self.random.randint(2, 3))
        ways = [(kind, self.sequence(depth - 1, loops=loops)) for kind in kinds]
        return FirstEvent(self.name("g"), [(kind, block) for kind, block in ways])

    def escalating(self, depth: int, loops: bool) -> Block:
        one, other = self.inner(depth - 1, loops=loops), self.inner(depth - 1, loops=loops)
        return Escalating(self.name("x"), one, other, self.plain(), self.odds(0.5))

    def undo(self, depth: int, loops: bool) -> Block:
        """Draw something that can be undone, more steps, and what undoes it."""
        done = Undoable(Task(self.name("u")), self.odds(0.3))
        more = self.sequence(depth - 1, loops=loops)
        only = done.task.name if self.odds(0.3) else ""
        return Sequence([done, more, *self.undoing(only)])

    def beside(self, depth: int, loops: bool) -> Block:
        host: Block = Task(self.name("u"))
        if self.odds(0.3):
            host = Items(self.name("v"), self.odds(0.5))
        return self.with_boundary(host)

    def beside_sub(self, depth: int, loops: bool) -> Block:
        if self.odds(0.3):
            return self.with_boundary(self.mi_sub(depth, loops))
        return self.with_boundary(Sub(self.name("sp"), self.inner(depth - 1, loops=loops)))

    def several_host(self, depth: int, loops: bool) -> Block:
        if self.odds(0.5):
            return Task(self.name("u"))
        return self.mi_sub(depth, loops) if self.odds(0.3) else self.sub(depth, loops)

    def several(self, depth: int, loops: bool) -> Block:
        kinds = self.random.sample(BESIDE, self.random.randint(2, 3))
        stops = [kind != "cycle" and self.odds(0.5) for kind in kinds]
        events = [(kind, stop, self.plain()) for kind, stop in zip(kinds, stops, strict=True)]
        return Around(self.name("ar"), self.several_host(depth, loops), events)

    def handler_fails(self, depth: int, loops: bool) -> Block:
        one = self.working(depth, loops)
        return HandlerFails(self.name("hf"), one, self.odds(0.5), self.plain())

    def with_boundary(self, host: Block) -> Block:
        interrupting = self.odds(0.5)
        kind = self.random.choice(BESIDE[: 4 if interrupting else 5])
        return Beside(self.name("b"), host, self.plain(), kind, interrupting)
