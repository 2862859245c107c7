"""Blocks with events that take work away, at the boundary or inside."""

from __future__ import annotations

from dataclasses import dataclass

from tests.engine.bpmn_builder import (
    boundary,
    end,
    error,
    escalation,
    flow,
    start,
    sub,
    terminate,
    throw,
    xor,
)
from tests.engine.differential import DEFINITIONS, Block, act_of
from tests.engine.differential_oracle import Done, Group, Path
from tests.engine.differential_scopes import drawn_handler, start_handler, sub_scope, two_branches


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
        what = DEFINITIONS[self.kind]
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
        stays = not self.interrupting and self.kind != "timer"
        left = 2 if self.kind == "cycle" else 0
        inner.wait(act_of(self.kind), event, path, go, stays=stays, left=left)
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
        what = error() if self.fault == "error" else terminate()
        inner = two_branches(self.name, self.before, self.working, f"{self.name}_bad", what)
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
        scope = sub_scope(group, self.name, done)
        scope.tokens = 2

        def fault() -> None:
            if not scope.alive:
                return
            oracle.ran[f"{self.name}_bad"] += 1
            scope.cancel()
            if self.fault == "terminate":
                assert scope.done is not None
                scope.done()
            else:
                oracle.ran[f"{self.name}_b"] += 1
                self.handler.run(group, path, done)

        self.before.run(scope, path, fault)
        if scope.alive:
            self.working.run(scope, path, scope.end_at(f"{self.name}_e"))


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
        scope = sub_scope(group, self.name, done)
        scope.tokens = 1
        event = f"{self.name}_b"

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
            self.after.run(scope, path, scope.end_at(f"{self.name}_e"))

        self.before.run(scope, path, up)


@dataclass
class CatchingInside(Block):
    """A sub process one branch of which ends by an error or escalation, caught inside it."""

    name: str
    before: Block
    working: Block
    handler: Block
    interrupting: bool

    def draw(self) -> tuple[str, str, str]:
        what = error() if self.interrupting else escalation()
        inner = two_branches(self.name, self.before, self.working, f"{self.name}_bad", what)
        caught = error("") if self.interrupting else escalation("")
        inner += drawn_handler(
            f"{self.name}_h", self.handler, caught, interrupting=self.interrupting
        )
        return sub(self.name, inner), self.name, self.name

    def run(self, group: Group, path: Path, done: Done) -> None:
        oracle = group.oracle
        scope = sub_scope(group, self.name, done)
        scope.tokens = 2

        def fault() -> None:
            oracle.ran[f"{self.name}_bad"] += 1
            if self.interrupting:
                scope.clear()
                scope.tokens = 1
            start_handler(scope, f"{self.name}_h", self.handler, path)
            scope.token_done()

        self.before.run(scope, path, fault)
        self.working.run(scope, path, scope.end_at(f"{self.name}_e"))
