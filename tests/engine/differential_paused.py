"""Blocks around other blocks: asynchronous continuations, several events, handlers that fail."""

from __future__ import annotations

from dataclasses import dataclass

from tests.engine.bpmn_builder import boundary, end, error, event_sub, flow, start, sub, user, xor
from tests.engine.differential import DEFINITIONS, Block, act_of
from tests.engine.differential_oracle import Done, Group, Path
from tests.engine.differential_scopes import sub_scope


def paused(xml: str, name: str, when: str) -> str:
    """Let a drawn element wait before or after (`Before`, `After`) for a job."""
    return xml.replace(f'id="{name}"', f'id="{name}" camunda:async{when}="true"', 1)


@dataclass
class Paused(Block):
    """Any block that waits for a job before its first or behind its last element."""

    block: Block
    before: bool
    after: bool

    def draw(self) -> tuple[str, str, str]:
        xml, first, last = self.block.draw()
        if self.before:
            xml = paused(xml, first, "Before")
        if self.after:
            xml = paused(xml, last, "After")
        return xml, first, last

    def run(self, group: Group, path: Path, done: Done) -> None:
        _, first, last = self.block.draw()

        def worked() -> None:
            if self.after:
                group.wait("complete", last, path, done)
            else:
                done()

        def begin() -> None:
            self.block.run(group, path, worked)

        if self.before:
            group.wait("complete", first, path, begin)
        else:
            begin()


@dataclass
class Around(Block):
    """A task or sub process with several boundary events: kind, interrupting, what follows."""

    name: str
    host: Block
    events: list[tuple[str, bool, Block]]

    def draw(self) -> tuple[str, str, str]:
        xml, first, last = self.host.draw()
        leave = f"{self.name}_x"
        xml += xor(leave) + flow(last, leave)
        for kind, interrupting, handler in self.events:
            body, handler_first, handler_last = handler.draw()
            event, finish = f"{self.name}_{kind}", f"{self.name}_{kind}e"
            xml += boundary(event, first, DEFINITIONS[kind], interrupting=interrupting) + body
            xml += flow(event, handler_first)
            xml += flow(handler_last, leave if interrupting else finish)
            xml += "" if interrupting else end(finish)
        return xml, first, leave

    def run(self, group: Group, path: Path, done: Done) -> None:
        inner = Group(group.oracle, group)
        for event in self.events:
            self._wait(event, inner, group, path, done)

        def host_done() -> None:
            inner.cancel()
            done()

        self.host.run(inner, path, host_done)

    def _wait(
        self,
        event: tuple[str, bool, Block],
        inner: Group,
        group: Group,
        path: Path,
        done: Done,
    ) -> None:
        kind, interrupting, handler = event
        oracle, scope, name = group.oracle, group.scope, f"{self.name}_{kind}"

        def interrupt() -> None:
            inner.cancel()
            oracle.ran[name] += 1
            handler.run(group, path, done)

        def beside() -> None:
            oracle.ran[name] += 1
            scope.tokens += 1
            handler.run(scope, path, scope.end_at(f"{name}e"))

        inner.wait(
            act_of(kind),
            name,
            path,
            interrupt if interrupting else beside,
            stays=not interrupting and kind != "timer",
            left=2 if kind == "cycle" else 0,
        )


@dataclass
class HandlerFails(Block):
    """A sub process whose event sub process ends by an error that the boundary catches."""

    name: str
    working: Block
    interrupting: bool
    after: Block

    def draw(self) -> tuple[str, str, str]:
        body, first, last = self.working.draw()
        begin, finish, bad, mend = (f"{self.name}_{x}" for x in ("s", "e", "bad", "m"))
        handler = user(mend) + end(bad, error()) + flow(f"{self.name}_h_s", mend) + flow(mend, bad)
        inner = start(begin) + body + end(finish) + flow(begin, first) + flow(last, finish)
        inner += event_sub(
            f"{self.name}_h", DEFINITIONS["message"], handler, interrupting=self.interrupting
        )
        after, after_first, after_last = self.after.draw()
        event, leave = f"{self.name}_b", f"{self.name}_x"
        xml = sub(self.name, inner) + boundary(event, self.name, error()) + after + xor(leave)
        xml += flow(self.name, leave) + flow(event, after_first) + flow(after_last, leave)
        return xml, self.name, leave

    def run(self, group: Group, path: Path, done: Done) -> None:
        oracle = group.oracle
        scope = sub_scope(group, self.name, done)
        scope.tokens = 1

        def fail() -> None:
            oracle.ran[f"{self.name}_bad"] += 1
            scope.cancel()
            oracle.ran[f"{self.name}_b"] += 1
            self.after.run(group, path, done)

        def come() -> None:
            if self.interrupting:
                scope.clear()
                scope.tokens = 0
            scope.tokens += 1
            oracle.ran[f"{self.name}_h_s"] += 1
            scope.wait("complete", f"{self.name}_m", path, fail)

        scope.wait("deliver", f"{self.name}_h_s", path, come, stays=not self.interrupting)
        self.working.run(scope, path, scope.end_at(f"{self.name}_e"))
