"""The saved form stays small, and step 2,000 costs what step 2 costs."""

from __future__ import annotations

import pytest

from tests.engine.bpmn_builder import (
    boundary,
    diagram,
    end,
    flow,
    loop,
    parallel,
    start,
    timer,
    user,
    xor,
)
from tests.engine.walker import Walk


def sixty() -> bytes:
    """Sixty elements: twenty stages of a task with a timer and a gateway."""
    parts, path = [start()], ["s"]
    for stage in range(15):
        task, gate = f"ut_stage_{stage:02}", f"gw_stage_{stage:02}"
        parts += [
            user(task),
            boundary(f"tb_{stage:02}", task, timer("P5D"), interrupting=False),
            xor(gate, default=f"f_{gate}_{f'ut_stage_{stage + 1:02}' if stage < 14 else 'e'}"),
            end(f"ee_{stage:02}"),
            f"tb_{stage:02}-ee_{stage:02}",
            flow(gate, f"ee_{stage:02}", "${stop}"),
        ]
        path += [task, gate]
    return diagram(*parts, end(), "-".join([*path, "e"]))


def test_sixty_elements_fit_into_a_kilobyte():
    walk = Walk(sixty(), stop=False)
    sizes = []
    for stage in range(15):
        sizes.append(len(walk.blob))
        walk.complete(f"ut_stage_{stage:02}")
    walk.ended("e")
    assert max(sizes) < 1024
    assert max(sizes) < 300, "one task with one timer"


def test_a_loop_of_two_thousand_rounds_stays_visible_and_flat():
    xml = diagram(
        start(), xor("m"), parallel("g"), user("a"), user("b"), parallel("j"),
        xor("gw", default="f_gw_m"), end(), "s-m-g-a-j-gw-m", "g-b-j", flow("gw", "e", "${stop}"),
    )  # fmt: skip
    walk = Walk(xml, stop=False)
    sizes, steps, tokens = set(), set(), set()
    for round_number in range(2000):
        first, second = ("a", "b") if round_number % 3 else ("b", "a")
        walk.complete(first).at(second).complete(second).at("a", "b")
        sizes.add(len(walk.blob))
        steps.add(walk.steps)
        tokens.add(len(walk.run._instance.tokens))
    assert max(sizes) - min(sizes) < 16, "only the token counter grows"
    assert steps == {7}, "leaving the task, j, gw, m, g, and the arrivals at a and b"
    assert tokens == {2}
    walk.complete("a").complete("b", stop=True).ended("e")


@pytest.mark.parametrize("test_before", [False, True])
def test_the_counter_of_a_loop_says_how_many_rounds_there_were(test_before: bool) -> None:
    marker = loop("${loopCounter < 3}", test_before=test_before)
    walk = Walk(diagram(start(), user("a", marker), user("z"), end(), "s-a-z-e"))
    for number in range(3):
        assert walk.run.scope(walk.wait("a").token)["loopCounter"] == number
        walk.at("a").complete("a")
    walk.at("z")
