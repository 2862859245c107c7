"""Blocks of the rarer kind: event sub processes that catch, ad-hoc, complex gateways, loops."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from tests.engine.bpmn_builder import (
    ad_hoc,
    catch,
    complex_gateway,
    end,
    error,
    escalation,
    flow,
    link,
    loop,
    multi,
    parallel,
    start,
    sub,
    throw,
    user,
)
from tests.engine.differential import Block
from tests.engine.differential_oracle import Done, Group, Path
from tests.engine.differential_scopes import drawn_handler, start_handler, sub_scope


@dataclass
class CatchingInside(Block):
    """A sub process one branch of which ends by an error or escalation, caught inside it."""

    name: str
    before: Block
    working: Block
    handler: Block
    interrupting: bool

    def draw(self) -> tuple[str, str, str]:
        before, b_first, b_last = self.before.draw()
        working, w_first, w_last = self.working.draw()
        begin, split, bad, good = (f"{self.name}_{x}" for x in ("s", "g", "bad", "e"))
        what = error() if self.interrupting else escalation()
        inner = start(begin) + parallel(split) + before + working + end(good) + end(bad, what)
        inner += flow(begin, split) + flow(split, b_first) + flow(split, w_first)
        inner += flow(b_last, bad) + flow(w_last, good)
        caught = error("") if self.interrupting else escalation("")
        inner += drawn_handler(
            f"{self.name}_h", self.handler, caught, interrupting=self.interrupting
        )
        return sub(self.name, inner), self.name, self.name

    def run(self, group: Group, path: Path, done: Done) -> None:
        oracle = group.oracle
        scope = sub_scope(group, self.name, done)
        scope.tokens = 2

        def at_end() -> None:
            oracle.ran[f"{self.name}_e"] += 1
            scope.token_done()

        def fault() -> None:
            oracle.ran[f"{self.name}_bad"] += 1
            if self.interrupting:
                scope.clear()
                scope.tokens = 1
            start_handler(scope, f"{self.name}_h", self.handler, path)
            scope.token_done()

        self.before.run(scope, path, fault)
        self.working.run(scope, path, at_end)


@dataclass
class Absorbing(Block):
    """A parallel split before a complex gateway that goes on with some of the branches."""

    name: str
    branches: list[Block]
    needed: int

    def draw(self) -> tuple[str, str, str]:
        join = f"{self.name}_j"
        xml = parallel(self.name)
        xml += complex_gateway(join, f"${{activationCount >= {self.needed}}}")
        for branch in self.branches:
            body, first, last = branch.draw()
            xml += body + flow(self.name, first) + flow(last, join)
        return xml, self.name, join

    def run(self, group: Group, path: Path, done: Done) -> None:
        scope = group.scope
        arrived, everybody = 0, len(self.branches)

        def arrive() -> None:
            nonlocal arrived
            arrived += 1
            if arrived == self.needed:
                scope.tokens += self.needed < everybody
                done()
            elif arrived == everybody:
                scope.token_done()

        for branch in self.branches:
            branch.run(group, path, arrive)


@dataclass
class AdHoc(Block):
    """Chains of tasks in an ad-hoc sub process; `enough`: after the first, and then what."""

    name: str
    chains: list[list[Block]]
    sequential: bool
    enough: str

    def draw(self) -> tuple[str, str, str]:
        inner = ""
        for chain in self.chains:
            drawn = [block.draw() for block in chain]
            inner += "".join(xml for xml, _, _ in drawn)
            inner += "".join(flow(a[2], b[1]) for a, b in pairwise(drawn))
        given = {"ordering": "Sequential"} if self.sequential else {}
        if self.enough == "finish":
            given["cancelRemainingInstances"] = "false"
        condition = "${true}" if self.enough else ""
        return ad_hoc(self.name, inner, condition=condition, **given), self.name, self.name

    def run(self, group: Group, path: Path, done: Done) -> None:
        scope = sub_scope(group, self.name, done)
        todo = list(self.chains)
        closing = False

        def go_on(chain: list[Block]) -> None:
            nonlocal closing
            if self.enough == "cancel":
                scope.cancel()
                assert scope.done is not None
                scope.done()
                return
            closing = bool(self.enough)
            if chain and not closing:
                begin(chain)
            elif self.sequential and todo and not closing:
                begin(todo.pop(0))
            else:
                scope.token_done()

        def begin(chain: list[Block]) -> None:
            chain[0].run(scope, path, lambda: go_on(chain[1:]))

        if self.sequential:
            scope.tokens = 1
            begin(todo.pop(0))
            return
        scope.tokens = len(todo)
        for chain in todo:
            begin(chain)


@dataclass
class Again(Block):
    """A human task with a standard loop."""

    name: str
    times: int

    def draw(self) -> tuple[str, str, str]:
        return user(self.name, loop(maximum=self.times)), self.name, self.name

    def run(self, group: Group, path: Path, done: Done) -> None:
        self._round(self.times, group, path, done)

    def _round(self, left: int, group: Group, path: Path, done: Done) -> None:
        if left == 0:
            done()
        else:
            group.wait(
                "complete", self.name, path, lambda: self._round(left - 1, group, path, done)
            )


@dataclass
class FirstItem(Block):
    """A human task for each of two, until one of them is done."""

    name: str

    def draw(self) -> tuple[str, str, str]:
        marker = multi("xs", f"it_{self.name}", completion="${nrOfCompletedInstances >= 1}")
        return user(self.name, marker), self.name, self.name

    def run(self, group: Group, path: Path, done: Done) -> None:
        inner = Group(group.oracle, group)

        def first() -> None:
            inner.cancel()
            done()

        for index in (0, 1):
            inner.wait("complete", self.name, (*path, index), first)


@dataclass
class Link(Block):
    """A throwing and a catching link."""

    name: str

    def draw(self) -> tuple[str, str, str]:
        one, other = f"{self.name}_t", f"{self.name}_c"
        return throw(one, link(self.name)) + catch(other, link(self.name)), one, other

    def run(self, group: Group, path: Path, done: Done) -> None:
        done()
