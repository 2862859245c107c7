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
    event_gateway,
    flow,
    inclusive,
    message,
    multi,
    parallel,
    signal,
    throw,
    timer,
    user,
    xor,
)
from tests.engine.differential_oracle import Done, Group, Path


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
    """Exclusive, parallel, inclusive, or a task with several ways out.

    `holds` says which conditions are true; None is a flow without a condition.
    """

    name: str
    kind: str
    branches: list[Block]
    holds: list[bool | None]
    #: Whether every token waits for a job before the join.
    held: bool = False

    def draw(self) -> tuple[str, str, str]:
        make = {"xor": xor, "and": parallel, "or": inclusive, "task": _task}[self.kind]
        join = f"{self.name}_j"
        default = {} if self.kind == "and" else {"default": f"fd_{self.name}"}
        waits = {"camunda__asyncBefore": "true"} if self.held else {}
        xml = make(self.name, **default)
        xml += (inclusive if self.kind == "task" else make)(join, **waits)
        for index, branch in enumerate(self.branches):
            body, first, last = branch.draw()
            is_default = self.kind != "and" and index == len(self.branches) - 1
            holds = self.holds[index]
            free = self.kind == "and" or is_default or holds is None
            condition = "" if free else f"${{{str(holds).lower()}}}"
            name = f"fd_{self.name}" if is_default else ""
            xml += body + flow(self.name, first, condition, name) + flow(last, join)
        return xml, self.name, join

    def taken(self) -> list[Block]:
        if self.kind == "and":
            return self.branches
        chosen = [
            branch
            for branch, holds in zip(self.branches[:-1], self.holds, strict=False)
            if holds is not False
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

        def came() -> None:
            if self.held:
                group.wait("complete", f"{self.name}_j", path, arrived)
            else:
                arrived()

        group.oracle.ran[self.name] += self.kind == "task"
        for branch in taken:
            branch.run(group, path, came)


def _task(name: str, **given: str) -> str:
    return element("task", name, **given)


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
    #: Whether each item waits for a job before and behind its work.
    paused: bool = False

    def draw(self) -> tuple[str, str, str]:
        marker = multi("xs", f"it_{self.name}", sequential=self.sequential)
        if self.paused:
            given = ' camunda:asyncBefore="true" camunda:asyncAfter="true"'
            marker = marker.replace(" isSequential", f"{given} isSequential", 1)
        if self.kind == "call":
            return call(self.name, "child", marker), self.name, self.name
        return user(self.name, marker), self.name, self.name

    def run(self, group: Group, path: Path, done: Done) -> None:
        run_items(
            self.sequential,
            lambda index, finished: self._work(
                3 if self.paused else 1, group, (*path, index), finished
            ),
            done,
        )

    def _work(self, times: int, group: Group, path: Path, done: Done) -> None:
        if times == 0:
            done()
        else:
            group.wait(
                "complete", self.name, path, lambda: self._work(times - 1, group, path, done)
            )
