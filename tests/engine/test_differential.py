"""The engine does what BPMN says, and the same whether it is saved or not.

Each model is walked four ways with the same choices: by the oracle; in memory, never
saved; saved and restored after every act; saved and restored after every single automatic
step. What waits and what ran must agree at every point. `HUIYIN_MODELS=2000` walks more.
"""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from engine.bpmn import pool
from engine.bpmn.dialect import Spec
from engine.bpmn.nodes import compensation, gateways
from engine.errors import EngineError
from engine.state import codec, stepper
from engine.state.host import Wait
from engine.state.run import Run
from engine.state.tokens import Instance
from tests.engine.differential_generator import Generator, Model
from tests.engine.differential_oracle import Oracle
from tests.engine.walker import NoteHost, prepare

MODELS = int(os.environ.get("HUIYIN_MODELS", "300"))
BATCHES = 20
MAX_ACTS = 40
OUTSIDE = dict.fromkeys(("human", "call", "external", "async"), "complete")
EVENTS = {"message": "deliver", "signal": "deliver", "timer": "fire", "conditional": "hold"}
KINDS = OUTSIDE | EVENTS
Key = tuple[str, str, tuple[int, ...]]
#: Element kinds whose passing the oracle records.
RECORDED = ("task", "endEvent", "boundaryEvent", "startEvent")


class Engine:
    """Walks a model with the engine; `saving` is `never`, `acts` or `steps`."""

    def __init__(self, spec: Spec, model: Model, saving: str) -> None:
        self.spec, self.saving = spec, saving
        self.host = NoteHost()
        variables = {"xs": [0, 1], **dict.fromkeys(model.loops, 0)}
        self.run = Run.start(spec, self.host, start_element=model.start, variables=variables)
        self.largest = 0
        self.settle()

    def settle(self) -> None:
        if self.saving == "steps":
            self.restore()
            while stepper.step(self.run._instance) is not None:
                self.restore()
        else:
            self.run.advance()
            if self.saving == "acts":
                self.restore()

    def restore(self) -> None:
        blob = self.run.dump()
        self.largest = max(self.largest, len(self.run._instance.tokens))
        self.run = Run.load(self.spec, blob, self.host)

    def waits(self) -> list[tuple[Key, Wait]]:
        """Return what waits, by kind, element and item path, the oldest token first."""
        found = []
        for wait in self.run.waits().values():
            scope = dict(self.run.scope(wait.token))
            path = tuple(scope[name] for name in self.paths(wait.element, scope))
            found.append(((KINDS[wait.kind], wait.element, path), wait))
        return found

    def frontier(self) -> list[Key]:
        return sorted(key for key, _ in self.waits())

    def paths(self, element: str, scope: dict[str, object]) -> list[str]:
        """Return the item variables a token sees, outermost first."""
        names = [name for name in scope if name.startswith("it_")]
        order = {name: index for index, name in enumerate(self.nesting(element))}
        return sorted(names, key=lambda name: order.get(name, len(order)))

    def nesting(self, element: str) -> list[str]:
        inside = []
        for name, spec in self.spec.scopes.items():
            if element in spec.task_specs or f"{element}!" in spec.task_specs:
                inside = [*self.nesting(name), f"it_{name}"]
        return [*inside, f"it_{element}"]

    def act(self, key: Key) -> None:
        wait = next(wait for found, wait in self.waits() if found == key)
        if wait.kind in OUTSIDE:
            self.run.complete(wait.token)
        elif wait.kind == "timer":
            self.run.fire(wait.token, wait.slot)
        elif wait.kind == "conditional":
            self.run.set(wait.token, {"q": True}, local=True)
        else:
            self.run.deliver(wait.token, wait.slot)
        self.settle()

    def ran(self) -> Counter[str]:
        starts = {
            listener.element
            for spec in (self.spec.process, *self.spec.scopes.values())
            for listener in spec.listeners
        }
        return Counter(
            trace.element
            for trace in self.host.traces
            if trace.kind == "entered"
            and trace.type in RECORDED
            and (trace.type != "startEvent" or trace.element in starts)
        )


def walk(seed: int) -> Iterator[tuple[str, object, object]]:
    """Walk one model in every way; yield what must be equal."""
    model = Generator(seed).model()
    spec = pool.parse(prepare(model.xml()), "p")
    oracle = Oracle()
    model.begin(oracle)
    engines = [Engine(spec, model, saving) for saving in ("never", "acts", "steps")]
    lots = random.Random(seed * 7 + 1)
    for act in range(MAX_ACTS):
        frontier = oracle.frontier()
        for engine in engines:
            at = f"seed {seed}, act {act}, saved {engine.saving}"
            yield f"{at}: waits", frontier, engine.frontier()
            yield f"{at}: ran", +oracle.ran, engine.ran()
            yield f"{at}: ended", oracle.ended, engine.run.ended
        if not frontier:
            return
        chosen = lots.choice(frontier)
        oracle.act(chosen)
        for engine in engines:
            engine.act(chosen)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_random_models_do_what_bpmn_says(batch):
    walked = 0
    for seed in range(batch, MODELS, BATCHES):
        for what, expected, found in walk(seed):
            assert found == expected, what
        walked += 1
    assert walked == len(range(batch, MODELS, BATCHES))


def _first_token_through(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gateways.ParallelGateway, "admit", lambda self, token: True)


def _oldest_first(patch: pytest.MonkeyPatch) -> None:
    taken = compensation._take
    patch.setattr(compensation, "_take", lambda *given: taken(*given)[::-1])


def _forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(compensation, "hand_up", lambda body: body.marks.pop("done", None))


def _never_absorbed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gateways.ComplexGateway, "may_join", lambda self, token: False)


def _deaf(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stepper, "_may_look", lambda instance: False)


def _not_saved(patch: pytest.MonkeyPatch) -> None:
    restored = codec.restore

    def restore(instance: Instance, blob: bytes) -> None:
        restored(instance, blob)
        instance.done.clear()

    patch.setattr(codec, "restore", restore)


FAULTS = (_first_token_through, _oldest_first, _forgotten, _never_absorbed, _deaf, _not_saved)


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__.strip("_"))
def test_a_planted_fault_is_found(plant, monkeypatch):
    plant(monkeypatch)
    differences = 0
    for seed in range(400):
        try:
            differences += any(found != expected for _, expected, found in walk(seed))
        except (KeyError, StopIteration, EngineError):
            differences += 1
        if differences > 2:
            return
    pytest.fail(f"only {differences} models show it")


def test_models_contain_every_kind_of_block():
    drawn = b"".join(Generator(seed).model().xml() for seed in range(100))
    for mark in (
        b"exclusiveGateway", b"parallelGateway", b"inclusiveGateway", b"subProcess",
        b"multiInstance", b'isSequential="true"', b"boundaryEvent", b'cancelActivity="false"',
        b"triggeredByEvent", b'isInterrupting="false"', b"errorEvent", b"terminateEvent",
        b"timerEvent", b"intermediateCatchEvent", b"scriptTask", b"eventBasedGateway",
        b"escalationEvent", b"callActivity", b"external", b"asyncBefore", b"asyncAfter",
        b"compensateEvent", b"isForCompensation", b'waitForCompletion="false"', b"activityRef",
        b"cancelEvent", b"transaction", b"conditionalEvent", b"signalEvent", b"receiveTask",
        b"timeCycle", b"complexGateway", b"adHocSubProcess", b"Sequential", b"linkEvent",
        b"standardLoop", b"completionCondition", b"messageEvent",
    ):  # fmt: skip
        assert drawn.count(mark) > 5, mark


@pytest.mark.parametrize(
    "tag",
    [
        "parallelGateway", "inclusiveGateway", "exclusiveGateway", "eventBasedGateway",
        "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent",
        "subProcess", "adHocSubProcess", "transaction", "callActivity", "userTask",
        "multiInstanceLoopCharacteristics",
    ],
)  # fmt: skip
def test_every_kind_of_element_waits_for_jobs_somewhere(tag):
    drawn = b"".join(Generator(seed).model().xml() for seed in range(300))
    found = re.findall(rf"<bpmn:{tag} [^>]*camunda:async".encode(), drawn)
    assert len(found) > 2, tag


def test_models_have_several_events_at_one_activity_and_defaults_beside_free_flows():
    models = [Generator(seed).model().xml() for seed in range(100)]
    hosts = [Counter(re.findall(rb'attachedToRef="(\w+)"', xml)) for xml in models]
    assert sum(max(found.values(), default=0) > 1 for found in hosts) > 5
    assert sum(b"<bpmn:task" in xml and b"default=" in xml for xml in models) > 5
