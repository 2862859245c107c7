"""Diagrams without structure do the same saved or not, and never stand still for nothing.

What waits is completed, fired, delivered, thrown out of; an operator starts and cancels where he
likes. `HUIYIN_GRAPHS=5000` walks more.
"""

from __future__ import annotations

import os
import random

import pytest

from engine.bpmn import pool
from engine.bpmn.dialect import Spec
from engine.bpmn.nodes.activities import SubProcess
from engine.bpmn.nodes.base import Node
from engine.bpmn.nodes.loops import Body
from engine.errors import DeploymentRefused, EngineError, StepBudgetExceeded
from engine.state import modify, stepper
from engine.state.host import Wait
from engine.state.run import Run
from engine.state.tokens import Instance, Token
from tests.engine.differential_graphs import Graphs
from tests.engine.walker import NoteHost, prepare

GRAPHS = int(os.environ.get("HUIYIN_GRAPHS", "200"))
BATCHES = 10
MAX_ACTS = 25
BUDGET = 300
Story = tuple[list[object], list[tuple[str, str]]]


def elements(spec: Spec) -> list[str]:
    scopes = (spec.process, *spec.scopes.values())
    return [
        name
        for scope in scopes
        for name, node in scope.task_specs.items()
        if isinstance(node, Node) and node.element == name
    ]


class Walker:
    """Walks one diagram; `saving` is `never`, `acts` or `steps`."""

    def __init__(self, spec: Spec, seed: int, saving: str) -> None:
        self.spec, self.saving = spec, saving
        self.host, self.lots = NoteHost(), random.Random(seed)
        self.run = Run.start(spec, self.host, variables={"xs": [0, 1], "c": 0, "q": 0})

    def story(self) -> Story:
        """Return what was saved after every act, and what happened."""
        saved: list[object] = []
        try:
            self.settle()
            saved.append(self.run.dump())
            for _ in range(MAX_ACTS):
                if self.run.ended:
                    break
                saved.append(self.act())
                self.settle()
                saved.append(self.run.dump())
        except StepBudgetExceeded:
            saved.append("endless")
        except EngineError as error:
            saved.append(str(error))
        return saved, [(trace.kind, trace.element) for trace in self.host.traces]

    def settle(self) -> None:
        if self.saving == "steps":
            self.restore()
            for _ in range(BUDGET + 1):
                if stepper.step(self.run._instance) is None:
                    break
                self.restore()
            else:
                raise StepBudgetExceeded("steps")
        else:
            self.run.advance(budget=BUDGET)
            if self.saving == "acts":
                self.restore()
        assert nobody_inside(self.run._instance) == []

    def restore(self) -> None:
        self.run = Run.load(self.spec, self.run.dump(), self.host)

    def act(self) -> str:
        """Let something happen; return what."""
        lot, run = self.lots.random(), self.run
        wait = self.lots.choice(list(run.waits().values()))
        if lot < 0.06:
            run.set("", {"q": self.lots.randint(0, 3)})
        elif lot < 0.1:
            run.cancel_token(self.lots.choice(run.tokens))
            if run.is_empty:
                run.cancel()
        elif lot < 0.14:
            return self.begin(self.lots.choice(elements(self.spec)))
        elif lot < 0.21 and wait.kind in ("human", "call"):
            self.throw(wait, escalates=lot < 0.17)
        else:
            self.happen(wait)
        return wait.key

    def begin(self, element: str) -> str:
        before = self.run.dump()
        try:
            self.run.start_before(element)
        except EngineError as refusal:  # a command would be taken back
            self.run = Run.load(self.spec, before, self.host)
            return str(refusal)
        return element

    def throw(self, wait: Wait, *, escalates: bool) -> None:
        if escalates:
            self.run.escalate(wait.token, "ESC1")
        elif self.run.catches(wait.token, "error", "E1"):
            self.run.throw_error(wait.token, "E1", "m")
        else:
            self.run.abandon(wait.token)

    def happen(self, wait: Wait) -> None:
        if wait.kind == "timer":
            self.run.fire(wait.token, wait.slot)
        elif wait.kind == "conditional":
            self.run.set(wait.token, {"q": 2})
        elif wait.slot:
            self.run.deliver(wait.token, wait.slot)
        else:
            self.run.complete(wait.token)


def nobody_inside(instance: Instance) -> list[str]:
    """Return sub processes and bodies at work in which there is nothing."""
    return [token.node.name for token in instance.tokens.values() if _is_hollow(instance, token)]


def _is_hollow(instance: Instance, token: Token) -> bool:
    scope = instance.subprocesses.get(token.id)
    if isinstance(token.node, Body):
        at_work = bool(token.data) and not (token.departing or "async" in token.marks)
        return at_work and not token.node.items(token)
    if not isinstance(token.node, SubProcess) or scope is None or "undo" in token.marks:
        return False
    return all(other.node.is_listener for other in scope.here())


def stories(seed: int) -> list[Story]:
    """Walk one diagram in every way; nothing for one that may not be deployed."""
    try:
        spec = pool.parse(prepare(Graphs(seed).model()), "p")
    except DeploymentRefused:
        return []
    return [Walker(spec, seed, saving).story() for saving in ("never", "acts", "steps")]


@pytest.mark.parametrize("batch", range(BATCHES))
def test_saved_or_not_they_do_the_same(batch: int) -> None:
    walked = 0
    for seed in range(batch, GRAPHS, BATCHES):
        found = stories(seed)
        assert all(story == found[0] for story in found), f"seed {seed}"
        walked += bool(found) and len(found[0][0]) > 4
    assert walked >= len(range(batch, GRAPHS, BATCHES)) // 4


def test_a_body_left_behind_by_its_last_item_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(modify, "_take_away", lambda token: token.cancel())
    with pytest.raises(AssertionError):
        for seed in range(400):
            stories(seed)
