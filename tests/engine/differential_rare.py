"""Blocks of the rarer kind: ad-hoc sub processes, complex gateways, loops, links."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from tests.engine.bpmn_builder import (
    ad_hoc,
    catch,
    complex_gateway,
    flow,
    link,
    loop,
    multi,
    parallel,
    throw,
    user,
)
from tests.engine.differential import Block
from tests.engine.differential_oracle import Done, Group, Path
from tests.engine.differential_scopes import sub_scope


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
