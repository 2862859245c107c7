"""Conditional events: when they look, at which changes, what they interrupt."""

from __future__ import annotations

import json

import pytest

from engine.state.run import Run
from tests.engine.bpmn_builder import (
    beside,
    boundary,
    catch,
    conditional,
    diagram,
    end,
    event_gateway,
    event_sub,
    extension,
    flow,
    message,
    multi,
    parallel,
    parameters,
    script,
    service,
    start,
    sub,
    user,
    xor,
)
from tests.engine.walker import Walk


def put(walk: Walk, **values: object) -> Walk:
    walk.run.set("", values)
    return walk.go()


def test_one_that_does_not_interrupt_happens_at_every_change_while_it_holds():
    walk = Walk(beside(conditional("${level > 3}"), interrupting=False), level=1).at("a")
    put(walk, level=5).at("a", "h")
    put(walk, level=6).at("a", "h", "h")
    put(walk, level=1).at("a", "h", "h")
    put(walk, other=1).at("a", "h", "h")


def test_one_that_interrupts_happens_once():
    walk = Walk(beside(conditional("${level > 3}")), level=1).at("a")
    put(walk, level=5).at("h")
    put(walk, level=6).at("h")


def test_only_the_named_variable_and_change_count():
    watched = conditional("${level > 3}", variable="level", events="update, delete")
    walk = Walk(beside(watched, interrupting=False), other=0).at("a")
    put(walk, level=5).at("a")
    put(walk, other=1).at("a")
    put(walk, level=6).at("a", "h")
    gone = conditional("${kept}", variable="level", events="delete")
    walk = Walk(beside(gone, interrupting=False), kept=False, level=1).at("a")
    put(walk, kept=True).at("a")
    walk.run.remove("", ["level"])
    walk.go().at("a", "h")


def test_what_holds_already_happens_at_once_and_before_the_work_begins():
    Walk(beside(conditional("${go}")), go=True).at("h")
    Walk(diagram(start(), catch("c", conditional("${go}")), end(), "s-c-e"), go=True).ended("e")
    walk = Walk(beside(conditional("${go}"), host=service("a", "t.work")), go=True).at("h")
    assert walk.host.called == []


def test_an_event_sub_process_that_holds_at_the_start_comes_before_the_first_task():
    xml = diagram(
        start(), service("a", "t.work"), end(), "s-a-e",
        event_sub("es", conditional("${go}"), user("h"), end("eh"), "es_s-h-eh"),
    )  # fmt: skip
    walk = Walk(xml, go=True).at("h")
    assert walk.host.called == []
    Walk(xml, go=False).ended("e")


def test_a_condition_without_values_does_not_hold_yet():
    walk = Walk(beside(conditional("${level > 3}"))).at("a")
    put(walk, level=2).at("a")
    put(walk, level=4).at("h")
    put(Walk(beside(conditional("=level > 3"))).at("a"), level=4).at("h")


def test_a_condition_is_seen_after_a_parallel_branch_changes_it():
    xml = diagram(
        start(), parallel("g"), catch("c", conditional("${done}")), user("u"), end(),
        "s-g-c-e", "g-u-e",
    )  # fmt: skip
    Walk(xml, done=False).at("u").complete("u", done=True).ended("e", "e")


def test_a_change_by_a_script_is_seen_before_the_next_step():
    xml = diagram(
        start(), script("x", "go = true"), service("late", "t.work"), end(), "s-x-late-e",
        event_sub("es", conditional("${go}"), user("h"), end("eh"), "es_s-h-eh"),
    )  # fmt: skip
    walk = Walk(xml, go=False).at("h")
    assert walk.host.called == []


@pytest.mark.parametrize("interrupting", [True, False], ids=["instead", "beside"])
def test_event_sub_processes_by_condition(interrupting):
    xml = diagram(
        start(), user("a"), end(), "s-a-e",
        event_sub("es", conditional("${n > 1}", variable="n"), user("h"), end("eh"), "es_s-h-eh",
                  interrupting=interrupting),
    )  # fmt: skip
    walk = put(Walk(xml, n=0).at("a"), n=2)
    walk.at("h") if interrupting else walk.at("a", "h")
    put(walk, n=3)
    walk.at("h") if interrupting else walk.at("a", "h", "h")


def test_a_condition_behind_an_event_gateway():
    xml = diagram(
        start(), event_gateway("g"), catch("c", conditional("${ok}")), catch("m", message()),
        user("a"), user("k"), end(), "s-g-c-a-e", "g-m-k-e",
    )  # fmt: skip
    put(Walk(xml, ok=False), ok=True).at("a")
    Walk(xml, ok=False).deliver("m").at("k")
    Walk(xml, ok=True).at("a")


def test_the_outer_event_comes_first_and_takes_the_inner_one_away():
    inner = sub("sp", start("s1"), user("a"), boundary("b", "a", conditional("${x}")), user("i"),
                end("e1"), "s1-a-e1", "b-i-e1")  # fmt: skip
    xml = diagram(start(), inner, boundary("o", "sp", conditional("${x}")), user("h"), end(),
                  "s-sp-e", "o-h-e")  # fmt: skip
    put(Walk(xml, x=False).at("a"), x=True).at("h")


def test_a_change_that_an_event_cannot_see_does_not_concern_it():
    given = extension(parameters({"seen": "${1}"}))
    xml = diagram(
        start(), parallel("g"), user("a"), boundary("b", "a", conditional("${x}"),
                                                    interrupting=False),
        user("h"), end("eb"), user("k", given), end(), end("e2"), "s-g-a-e", "g-k-e2", "b-h-eb",
    )  # fmt: skip
    walk = Walk(xml, x=True).at("a", "h", "k")
    walk.run.set(walk.wait("k").token, {"seen": 2})
    walk.go().at("a", "h", "k")
    put(walk, y=1).at("a", "h", "h", "k")


def test_changes_nobody_has_looked_at_are_saved():
    walk = Walk(beside(conditional("${go}")), go=False)
    walk.run.set("", {"go": True})
    blob = walk.run.dump()
    assert json.loads(blob)["h"] == [["go", "update", ""]]
    again = Run.load(walk.spec, blob, walk.host)
    assert again.ready
    again.advance()
    assert [wait.element for wait in again.waits().values()] == ["h"]
    assert "h" not in json.loads(again.dump())


def test_a_condition_in_a_loop_is_left_clean():
    xml = diagram(
        start(), xor("m"), user("a"), boundary("b", "a", conditional("${x}", variable="x")),
        xor("g", default="f_g_m"), end(), "s-m-a-g-m", flow("g", "e", "${stop}"), "b-m",
    )  # fmt: skip
    walk = Walk(xml, x=False, stop=False)
    for _ in range(5):
        walk.complete("a").at("a")
        assert list(walk.run._instance.watching) == [walk.wait("b").token]


@pytest.mark.parametrize("sequential", [False, True])
def test_a_condition_over_the_counters_of_a_multi_instance(sequential):
    xml = diagram(
        start(), user("a", multi("xs", sequential=sequential)),
        boundary("b", "a", conditional("${nrOfCompletedInstances >= 2}")), user("h"), user("z"),
        end(), "s-a-z-e", "b-h-e",
    )  # fmt: skip
    walk = Walk(xml, xs=[1, 2, 3]).complete("a")
    assert walk.events() == ["b"]
    walk.complete("a").at("h")


def test_a_condition_holds_as_soon_as_a_multi_instance_has_counted_its_items():
    xml = diagram(
        start(), user("a", multi("xs")), user("h"), user("z"), end(), "s-a-z-e", "b-h-e",
        boundary("b", "a", conditional("${nrOfInstances > 2}"), interrupting=False),
    )  # fmt: skip
    Walk(xml, xs=[1, 2, 3]).at("a", "a", "a", "h")
    Walk(xml, xs=[1, 2]).at("a", "a")
