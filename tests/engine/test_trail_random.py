"""Over random models: the trails tell every visit once, each inside the visit around it."""

from __future__ import annotations

import itertools
import random
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from engine.bpmn import pool
from engine.commands.trail import Trail
from engine.queries.records.activities import Activity, visits
from engine.queries.records.cases import Case
from engine.state.host import Trace
from tests.engine.differential_generator import Generator
from tests.engine.test_differential import MAX_ACTS, Engine
from tests.engine.walker import prepare

MODELS = 120
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
CASE = Case("c", "c", None, 1, "p", 1, None, "active", NOON, None)


def walked(seed: int) -> Engine:
    """Walk a model to its end, or as far as the acts go."""
    model = Generator(seed).model()
    engine = Engine(pool.parse(prepare(model.xml()), "p"), model, "never")
    lots = random.Random(seed)
    for _ in range(MAX_ACTS):
        frontier = engine.frontier()
        if not frontier:
            break
        engine.act(lots.choice(frontier))
    return engine


def told(traces: list[Trace], lots: random.Random | None) -> list[Activity]:
    """Put the visits together, packed as one command or as several, cut anywhere."""
    cuts = sorted(lots.sample(range(len(traces)), min(4, len(traces)))) if lots else []
    lines = []
    edges = [0, *cuts, len(traces)]
    for number, (begun, ended) in enumerate(itertools.pairwise(edges)):
        trail = Trail()
        for trace in traces[begun:ended]:
            trail.add(trace)
        at = NOON + timedelta(minutes=number)
        lines.append(SimpleNamespace(kind="trail", at=at, data=trail.packed([])))
    return visits(CASE, lines, lambda _: {})


def shape(found: list[Activity]) -> list[tuple[str, str, str, bool, bool]]:
    return [
        (one.element, one.token, one.parent, one.ended_at is None, one.is_cancelled)
        for one in found
    ]


@pytest.mark.parametrize("batch", range(6))
def test_every_visit_is_told_once_and_inside_another(batch: int) -> None:
    for seed in range(batch, MODELS, 6):
        engine = walked(seed)
        found = told(engine.host.traces, random.Random(seed))
        tokens = {one.token: one for one in found}
        assert len(tokens) == len(found), f"seed {seed}: a token came twice"
        entered = [trace.token for trace in engine.host.traces if trace.kind == "entered"]
        assert [one.token for one in found] == entered, f"seed {seed}"
        for one in found:
            if engine.run.ended:
                assert one.ended_at is not None, f"seed {seed}: {one.element} never ended"
            if one.parent:
                above = tokens[one.parent]
                assert above.sequence < one.sequence, f"seed {seed}: {one.element}"
                ended = above.ended_at
                if ended is not None:
                    assert one.ended_at is not None, f"seed {seed}: {one.element}"
                    assert one.ended_at <= ended, f"seed {seed}: {one.element}"


def test_where_commands_end_makes_no_difference() -> None:
    for seed in range(60):
        traces = walked(seed).host.traces
        assert shape(told(traces, None)) == shape(told(traces, random.Random(seed))), seed
