"""Ad-hoc sub processes: what is enabled, when it is enough, what happens to the rest."""

from __future__ import annotations

import pytest

from tests.engine.bpmn_builder import (
    ad_hoc,
    boundary,
    compensate,
    diagram,
    end,
    event_sub,
    flow,
    message,
    multi,
    start,
    throw,
    undoing,
    user,
    xor,
)
from tests.engine.walker import Walk


def around(box: str, *more: str) -> bytes:
    return diagram(start(), box, user("z"), end(), "s-x-z-e", *more)


def test_everything_without_a_flow_is_enabled_at_once():
    box = ad_hoc("x", user("a"), user("b"), user("c"), "b-c")
    walk = Walk(around(box)).at("a", "b").complete("b").at("a", "c")
    walk.complete("a").complete("c").at("z")


def test_it_is_enough_when_the_condition_holds_and_the_rest_is_taken_away():
    box = ad_hoc("x", user("a"), user("b"), user("c"), "a-c", condition="${found}")
    walk = Walk(around(box)).complete("a").at("b", "c").complete("c", found=True).at("z")
    assert walk.host.seen("cancelled") == ["b"]
    Walk(around(box)).complete("b").complete("a").complete("c").at("z")


def test_what_is_at_work_may_be_finished():
    box = ad_hoc(
        "x", user("a"), user("b"), user("c"), "b-c", condition="${found}",
        cancelRemainingInstances="false",
    )  # fmt: skip
    walk = Walk(around(box)).complete("a", found=True).at("b")
    walk.complete("b").at("z"), "nothing new begins"


def test_one_after_the_other_in_the_order_of_the_file():
    box = ad_hoc("x", user("a"), user("b"), user("c"), "a-c", ordering="Sequential")
    Walk(around(box)).at("a").complete("a").at("c").complete("c").at("b").complete("b").at("z")
    box = ad_hoc("x", user("a"), user("b"), user("c"), ordering="Sequential",
                 condition="${found}")  # fmt: skip
    Walk(around(box)).complete("a").at("b").complete("b", found=True).at("z")


def test_gateways_boundary_events_and_event_sub_processes_inside():
    box = ad_hoc(
        "x", user("a"), xor("g", default="f_g_d"), user("c"), user("d"), "a-g",
        flow("g", "c", "${yes}"), flow("g", "d"), boundary("m", "a", message()), user("h"), "m-h",
        event_sub("es", message("m2"), user("k"), end("ek"), "es_s-k-ek", interrupting=False),
    )  # fmt: skip
    Walk(around(box), yes=True).at("a").complete("a").at("c").complete("c").at("z")
    Walk(around(box), yes=True).deliver("m").at("h").complete("h").at("z")
    walk = Walk(around(box), yes=False).deliver("es_s").at("a", "k").complete("a").complete("d")
    walk.at("k").complete("k").at("z")


@pytest.mark.parametrize("sequential", [False, True], ids=["parallel", "sequential"])
def test_with_a_marker_each_item_has_its_own(sequential):
    box = ad_hoc("x", user("a"), user("b"), multi("xs", sequential=sequential),
                 condition="${found}")  # fmt: skip
    walk = Walk(around(box), xs=[1, 2]).complete("a").complete("b")
    walk.complete("a").complete("b").at("z")


def test_what_it_completed_can_be_undone():
    box = ad_hoc("x", user("a"), user("b"), undoing("a", "ua"), undoing("b", "ub"))
    xml = around(box, boundary("m", "z", message()), throw("t", compensate()), "m-t", "t-e2",
                 end("e2"))  # fmt: skip
    walk = Walk(xml).complete("b").complete("a").at("z").deliver("m")
    walk.at("ua").complete("ua").at("ub").complete("ub").ended("e2")


def test_an_interrupting_handler_inside_replaces_all_of_it():
    box = ad_hoc(
        "x", user("a"), user("b"), event_sub("es", message(), user("k"), end("ek"), "es_s-k-ek"),
        ordering="Sequential",
    )  # fmt: skip
    Walk(around(box)).at("a").deliver("es_s").at("k").complete("k").at("z")


def test_an_operator_who_starts_an_interrupting_handler_ends_the_list_too():
    handler = event_sub("es", message(), user("h"), end("he"), "es_s-h-he")
    walk = Walk(around(ad_hoc("x", user("a"), user("b"), handler, ordering="Sequential")))
    walk.run.start_before("h")
    walk.go().at("h").complete("h").at("z")


def test_a_boundary_event_takes_all_of_it_away():
    xml = around(ad_hoc("x", user("a"), user("b")), boundary("m", "x", message()), "m-e")
    Walk(xml).complete("a").deliver("m").ended("e")
