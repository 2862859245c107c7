"""Complex gateways, and what may stand behind an event gateway."""

from __future__ import annotations

import json

import pytest

from engine.errors import EngineError
from tests.engine.bpmn_builder import (
    boundary,
    catch,
    complex_gateway,
    diagram,
    element,
    end,
    event_gateway,
    flow,
    inclusive,
    message,
    parallel,
    signal,
    start,
    sub,
    timer,
    user,
    xor,
)
from tests.engine.walker import Walk


def three(condition: str, *after: str, join: str = "") -> bytes:
    """Three parallel tasks that meet at a complex gateway."""
    return diagram(
        start(), parallel("g"), user("a"), user("b"), user("c"),
        join or complex_gateway("j", condition), *(after or (user("z"), end(), "j-z-e")),
        "s-g-a-j", "g-b-j", "g-c-j",
    )  # fmt: skip


def test_two_of_three_go_on_and_the_third_is_absorbed():
    walk = Walk(three("${activationCount >= 2}")).at("a", "b", "c")
    walk.complete("b").at("a", "c").complete("a").at("c", "z")
    walk.complete("z").at("c")
    assert not walk.run.ended, "a token can still come"
    walk.complete("c").ended("e")


def test_the_third_may_come_before_the_rest_is_done():
    walk = Walk(three("=activationCount = 2")).complete("a").complete("c").at("b", "z")
    walk.complete("b").at("z").complete("z").ended("e")


def test_it_is_as_new_in_the_next_round_of_a_loop():
    xml = diagram(
        start(), xor("m"), parallel("g"), user("a"), user("b"),
        complex_gateway("j", "${activationCount == 1}"), user("z"), xor("x", default="f_x_m"),
        end(), "s-m-g-a-j-z-x-m", "g-b-j", flow("x", "e", "${stop}"),
    )  # fmt: skip
    walk = Walk(xml, stop=False)
    for first, second in (("a", "b"), ("b", "a"), ("a", "b")):
        walk.complete(first).at(second, "z").complete(second).at("z").complete("z").at("a", "b")
    walk.complete("a").complete("b").complete("z", stop=True).ended("e")


def test_a_flow_that_cannot_get_a_token_any_more_is_not_waited_for():
    xml = diagram(
        start(), parallel("g"), user("a"), xor("x", default="f_x_o"), user("b"), end("o"),
        complex_gateway("j", "${activationCount >= 1}"), user("z"), end(),
        "s-g-a-j-z-e", "g-x", flow("x", "b", "${both}"), flow("x", "o"), "b-j",
    )  # fmt: skip
    walk = Walk(xml, both=False).at("a").complete("a").at("z")
    assert "spent" not in walk.blob.decode()
    walk.complete("z").ended()
    walk = Walk(xml, both=True).complete("a").at("b", "z").complete("z").complete("b").ended()


def test_outgoing_conditions_and_the_second_answer():
    after = (
        user("early"), user("late"), user("rich"), end(),
        flow("j", "early", "${waitingForStart}"), flow("j", "late", "${!waitingForStart}"),
        flow("j", "rich", "${amount > 10}"), "early-e", "late-e", "rich-e",
    )  # fmt: skip
    walk = Walk(three("${activationCount >= 1}", *after), amount=50).complete("a")
    walk.at("b", "c", "early", "rich").complete("b").at("c", "early", "rich")
    walk.complete("c").at("early", "late", "rich")
    assert "activationCount" not in walk.run.variables


def test_nothing_that_holds_needs_a_default():
    def split(**given: str) -> bytes:
        return diagram(
            start(), complex_gateway("j", **given), user("k"), user("d"), end(), "s-j",
            flow("j", "k", "${false}"), flow("j", "d", "${false}" if not given else ""),
            "k-e", "d-e",
        )  # fmt: skip

    Walk(split(default="f_j_d")).at("d")
    with pytest.raises(EngineError, match="没有可走的分支"):
        Walk(split())


def test_what_waits_for_the_rest_goes_with_its_scope():
    inner = sub(
        "sp", start("s1"), parallel("g"), user("a"), user("b"),
        complex_gateway("j", "${activationCount >= 1}"), user("z"), end("e1"),
        "s1-g-a-j-z-e1", "g-b-j",
    )  # fmt: skip
    xml = diagram(start(), inner, boundary("x", "sp", message()), user("h"), end(), "s-sp-e",
                  "x-h-e")  # fmt: skip
    walk = Walk(xml).complete("a").at("b", "z").deliver("x").at("h").complete("h").ended("e")
    assert json.loads(walk.blob).get("t") is None
    assert "j" not in walk.host.seen("cancelled")


def test_receive_tasks_behind_an_event_gateway():
    task = element("receiveTask", "r", messageRef="m2")
    xml = diagram(
        start(), event_gateway("g"), task, catch("t", timer("PT1H")), catch("sg", signal()),
        boundary("b", "r", timer("P1D")), user("a"), user("k"), user("z"), end(),
        "s-g-r-a-e", "g-t-k-e", "g-sg-z-e", "b-e",
    )  # fmt: skip
    Walk(xml).deliver("r", x=1).at("a")
    Walk(xml).fire("t").at("k")
    walk = Walk(xml).deliver("sg").at("z")
    assert walk.events() == []


@pytest.mark.parametrize("make", [inclusive, user], ids=["inclusive", "task"])
def test_a_default_flow_is_left_out_beside_flows_without_a_condition(make):
    xml = diagram(
        start(), make("g", default="f_g_b"), user("a"), user("b"), end(), "s-g-a-e", "g-b-e",
    )  # fmt: skip
    walk = Walk(xml)
    if make is user:
        walk.complete("g")
    walk.at("a").complete("a").ended("e")


def test_a_default_flow_alone_is_taken():
    Walk(diagram(start(), user("g", default="f_g_e"), end(), "s-g-e")).complete("g").ended("e")


def test_an_inclusive_join_waits_although_a_boundary_event_might_come_another_way():
    xml = diagram(
        start(), parallel("g"), user("a"), user("c"), inclusive("i"), inclusive("j"), user("z"),
        boundary("b", "c", message(), interrupting=False), end(), "s-g-a-i-j-z-e", "g-c-j", "b-i",
    )  # fmt: skip
    walk = Walk(xml).complete("a").at("c").deliver("b").at("c")
    walk.complete("c").at("z").complete("z").ended("e")
