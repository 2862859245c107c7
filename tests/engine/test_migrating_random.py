"""Random models, moved into a sub process and out of it while they run, do what they did before.

Camunda 7, “Process Instance Migration”: migration “interferes with activity instance state as
little as possible”. The oracle knows nothing of it: what waits and what ran must stay what
BPMN says of the model, with its body in the process or in a sub process.
`HUIYIN_MODELS=2000` walks more.
"""

from __future__ import annotations

import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from engine.bpmn import pool
from engine.bpmn.dialect import Spec
from engine.bpmn.nodes.base import activities_of
from engine.errors import DeploymentRefused
from engine.state import scopes
from engine.state.run import Run
from tests.engine.bpmn_builder import diagram, end, flow, message, start, sub, xor
from tests.engine.differential_generator import Generator, Model
from tests.engine.differential_oracle import Oracle
from tests.engine.test_differential import MAX_ACTS, Engine
from tests.engine.walker import prepare

MODELS = int(os.environ.get("HUIYIN_MODELS", "120"))
#: The sub process around the body, its start and what is behind it.
AROUND, BEGIN, BEHIND = "around_", "begin_", "behind_"


def wrapped(model: Model) -> bytes:
    """Draw a model with its body in a sub process; its event sub process stays outside."""
    body, first, last = model.body.draw()
    inside = sub(AROUND, start(BEGIN), body, end("e0"), flow(BEGIN, first), flow(last, "e0"))
    handler = model.handler.draw() if model.handler else ""
    return diagram(
        start("s0"), start("s1", message("m2")), xor("s_m"), inside, end(BEHIND), handler,
        flow("s0", "s_m"), flow("s1", "s_m"), flow("s_m", AROUND), flow(AROUND, BEHIND),
    )  # fmt: skip


def same(old: Spec, new: Spec) -> dict[str, str]:
    """Return the plan that keeps every name both have."""
    names = [
        {node.element for scope in scopes.every(spec) for node in activities_of(scope.task_specs)}
        for spec in (old, new)
    ]
    return {name: name for name in names[0] & names[1]}


def move(engine: Engine, spec: Spec) -> bool:
    """Take a running model to the other diagram; False: it must not be moved now.

    What was done in the process is undone from there, also when it now lies in a sub process:
    then a model differs that undoes it from inside.
    """
    found = engine.run.rescoping(spec, same(engine.spec, spec))
    if found.failures == ["正在补偿，这时不能增加或去掉子流程，请等补偿做完。"]:
        return False
    assert (found.lost, found.failures) == ([], [])
    if found.made and engine.run._instance.done:
        return False
    found.leave()
    blob = found.saved()
    engine.run = Run.load(spec, blob, engine.host)
    engine.spec = spec
    engine.run.enter(found.made)
    engine.run.refresh((), found.known)
    engine.settle()
    return True


def ran(engine: Engine) -> Counter[str]:
    found = engine.ran()
    del found[BEHIND]
    return found


def walk(seed: int, moved: Counter[str]) -> Iterator[tuple[str, object, object]]:
    """Walk a model, moving it to and fro; yield what must be equal."""
    model = Generator(seed).model()
    specs = [pool.parse(prepare(xml), "p") for xml in (model.xml(), wrapped(model))]
    oracle = Oracle()
    model.begin(oracle)
    lots = random.Random(seed * 11 + 5)
    inside = lots.random() < 0.5
    engine = Engine(specs[inside], model, "acts")
    for act in range(MAX_ACTS):
        frontier = oracle.frontier()
        if frontier and lots.random() < 0.4 and move(engine, specs[not inside]):
            inside = not inside
            moved["in" if inside else "out"] += 1
        at = f"seed {seed}, act {act}, {'in a sub process' if inside else 'in the process'}"
        yield f"{at}: waits", frontier, engine.frontier()
        yield f"{at}: ran", +oracle.ran, ran(engine)
        yield f"{at}: ended", oracle.ended, engine.run.ended
        if not frontier:
            return
        chosen = lots.choice(frontier)
        oracle.act(chosen)
        engine.act(chosen)


def speaks_for_both(model: Model) -> bool:
    """Tell whether an event sub process undoes: it speaks for the scope that it stands in."""
    return model.handler is not None and "compensateEvent" in model.handler.draw()


def test_random_models_go_into_a_sub_process_and_out_of_it():
    moved: Counter[str] = Counter()
    for seed in range(MODELS):
        if speaks_for_both(Generator(seed).model()):
            continue
        with suppress(DeploymentRefused):  # with its sub process it is larger than may be
            for what, expected, found in walk(seed, moved):
                assert found == expected, what
    assert min(moved["in"], moved["out"]) > MODELS / 2, moved


def test_moving_to_the_same_diagram_changes_nothing():
    kept = 0
    for seed in range(MODELS):
        model = Generator(seed).model()
        spec = pool.parse(prepare(model.xml()), "p")
        engine = Engine(spec, model, "acts")
        lots = random.Random(seed)
        for _ in range(MAX_ACTS):
            found = engine.run.rescoping(spec, same(spec, spec))
            assert (found.lost, found.failures, found.made, found.around) == ([], [], [], {})
            before, after = (json.loads(one) for one in (engine.run.dump(), found.saved()))
            assert after == {"t": [], **before}, f"seed {seed}"
            kept += 1
            waits = engine.waits()
            if not waits:
                break
            engine.act(lots.choice(waits)[0])
    assert kept > MODELS
