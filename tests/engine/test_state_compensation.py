"""Compensation: handlers, order, sub processes, items, snapshots, transactions."""

from __future__ import annotations

import json

import pytest

from tests.engine.bpmn_builder import (
    boundary,
    call,
    camunda,
    cancel,
    compensate,
    diagram,
    element,
    end,
    error,
    event_sub,
    extension,
    flow,
    inclusive,
    message,
    multi,
    parallel,
    script,
    service,
    start,
    sub,
    terminate,
    throw,
    undoing,
    user,
    xor,
)
from tests.engine.walker import NoteHost, Walk


def booking(event: str) -> bytes:
    """Two tasks that can be undone, then a throwing or ending event."""
    return diagram(
        start(), user("a"), undoing("a", "ua"), user("b"), undoing("b", "ub"), event, user("z"),
        end(), "s-a-b-t", "t-z-e" if "intermediate" in event else "",
    )  # fmt: skip


def test_handlers_run_in_reverse_order_of_completion_and_the_thrower_waits():
    walk = Walk(booking(throw("t", compensate())))
    walk.complete("a").complete("b").at("ub").complete("ub").at("ua").complete("ua").at("z")
    walk.complete("z").ended("e")
    assert json.loads(walk.blob).get("c") is None


def test_what_has_not_completed_is_not_undone_and_nothing_twice():
    xml = diagram(
        start(), parallel("g"), user("a"), undoing("a", "ua"), user("b"), undoing("b", "ub"),
        throw("t", compensate()), throw("t2", compensate()), end(), end("e2"),
        "s-g-a-t-t2-e", "g-b-e2",
    )  # fmt: skip
    walk = Walk(xml).complete("a").at("b", "ua").complete("ua").at("b").complete("b").ended()
    assert walk.run.outcome == ["e", "e2"]


def test_one_activity_can_be_named():
    walk = Walk(booking(throw("t", compensate("a"))))
    walk.complete("a").complete("b").at("ua").complete("ua").at("z")


def test_an_end_event_undoes_before_it_ends():
    walk = Walk(booking(end("t", compensate()))).complete("a").complete("b").at("ub")
    assert walk.run.outcome == []
    walk.complete("ub").complete("ua").ended("t")


def test_a_thrower_that_does_not_wait_goes_on_beside_the_handlers():
    walk = Walk(booking(throw("t", compensate(wait=False))))
    walk.complete("a").complete("b").at("ub", "z").complete("z").at("ub")
    walk.complete("ub").at("ua").complete("ua").ended("e")


def test_with_nothing_completed_the_thrower_goes_on():
    xml = diagram(
        start(), throw("t", compensate()), user("a"), undoing("a", "ua"), end(), "s-t-a-e"
    )
    Walk(xml).at("a").complete("a").ended("e")


def test_every_completion_in_a_loop_is_undone():
    xml = diagram(
        start(), xor("m"), user("a"), undoing("a", "ua"), xor("g", default="f_g_m"),
        throw("t", compensate()), end(), "s-m-a-g-m", flow("g", "t", "${stop}"), "t-e",
    )  # fmt: skip
    walk = Walk(xml, stop=False).complete("a").complete("a").complete("a", stop=True)
    for _ in range(3):
        walk.at("ua").complete("ua")
    walk.ended("e")


@pytest.mark.parametrize("sequential", [False, True], ids=["parallel", "sequential"])
def test_every_item_is_undone_but_only_when_all_are_done(sequential):
    xml = diagram(
        start(), parallel("g"), user("a", multi("xs", sequential=sequential)),
        undoing("a", "ua"), user("k"), throw("t", compensate()), end(), end("e2"),
        "s-g-k-t-e2", "g-a-e",
    )  # fmt: skip
    walk = Walk(xml, xs=["甲", "乙"]).complete("a")
    walk.complete("k").at("a")
    walk = Walk(xml, xs=["甲", "乙"]).complete("a").complete("a").complete("k")
    walk.at("ua")
    assert dict(walk.run.scope(walk.wait("ua").token))["item"] == "乙"
    walk.complete("ua").at("ua").complete("ua").ended()


def test_a_completed_sub_process_is_undone_from_inside_with_its_own_variables():
    inner = sub(
        "sp", start("s1"), user("a"), undoing("a", "ua"), user("b"), undoing("b", "ub"), end("e1"),
        "<bpmn:extensionElements><camunda:inputOutput><camunda:inputParameter name='no'>甲"
        "</camunda:inputParameter></camunda:inputOutput></bpmn:extensionElements>", "s1-a-b-e1",
    )  # fmt: skip
    xml = diagram(start(), inner, throw("t", compensate()), end(), "s-sp-t-e")
    walk = Walk(xml).complete("a").complete("b").at("ub")
    assert walk.run.scope(walk.wait("ub").token)["no"] == "甲"
    walk.complete("ub").at("ua").complete("ua").ended("e")


def test_sub_processes_nest():
    deep = sub("d", start("s2"), user("a"), undoing("a", "ua"), end("e2"), "s2-a-e2")
    inner = sub("sp", start("s1"), deep, user("b"), undoing("b", "ub"), end("e1"), "s1-d-b-e1")
    xml = diagram(start(), inner, throw("t", compensate("sp")), end(), "s-sp-t-e")
    Walk(xml).complete("a").complete("b").at("ub").complete("ub").at("ua").complete("ua").ended("e")


def test_a_running_or_interrupted_sub_process_is_not_undone():
    inner = sub("sp", start("s1"), user("a"), undoing("a", "ua"), user("b"), end("e1"), "s1-a-b-e1")
    xml = diagram(
        start(), inner, boundary("m", "sp", message()), throw("t", compensate()), user("z"),
        end(), "s-sp-e", "m-t-z",
    )  # fmt: skip
    Walk(xml).complete("a").deliver("m").at("z")


def test_a_throw_inside_stays_inside():
    inner = sub(
        "sp", start("s1"), user("b"), undoing("b", "ub"), throw("t", compensate()), end("e1"),
        "s1-b-t-e1",
    )  # fmt: skip
    xml = diagram(start(), user("a"), undoing("a", "ua"), inner, user("z"), end(), "s-a-sp-z-e")
    Walk(xml).complete("a").complete("b").at("ub").complete("ub").at("z")


def test_the_handler_of_a_sub_process_comes_before_what_is_inside():
    inner = sub("sp", start("s1"), user("a"), undoing("a", "ua"), end("e1"), "s1-a-e1")
    xml = diagram(start(), inner, undoing("sp", "us"), throw("t", compensate()), end(), "s-sp-t-e")
    Walk(xml).complete("a").at("us").complete("us").at("ua").complete("ua").ended("e")


def white_box(throws: str) -> bytes:
    handler = event_sub("es", compensate(), user("h"), throws, end("eh"), "es_s-h-t2-eh")
    inner = sub(
        "sp", start("s1"), user("a"), undoing("a", "ua"), user("b"), undoing("b", "ub"), end("e1"),
        handler, "s1-a-b-e1",
    )  # fmt: skip
    return diagram(start(), inner, throw("t", compensate()), user("z"), end(), "s-sp-t-z-e")


def test_a_compensation_event_sub_process_replaces_what_is_inside():
    walk = Walk(white_box(throw("t2"))).complete("a").complete("b")
    walk.at("h").complete("h").at("z")


def test_a_compensation_event_sub_process_may_undo_in_its_own_order():
    walk = Walk(white_box(throw("t2", compensate("a")))).complete("a").complete("b")
    walk.at("h").complete("h").at("ua").complete("ua").at("z")
    walk = Walk(white_box(throw("t2", compensate()))).complete("a").complete("b").complete("h")
    walk.at("ub").complete("ub").at("ua").complete("ua").at("z").complete("z").ended("e")


def test_items_that_are_sub_processes_are_undone_one_by_one():
    inner = sub("sp", multi("xs"), start("s1"), user("a"), undoing("a", "ua"), end("e1"), "s1-a-e1")
    xml = diagram(start(), inner, throw("t", compensate()), end(), "s-sp-t-e")
    walk = Walk(xml, xs=["甲", "乙"]).complete("a").complete("a")
    assert walk.at("ua").run.scope(walk.wait("ua").token)["item"] == "乙"
    walk.complete("ua").at("ua")
    assert walk.run.scope(walk.wait("ua").token)["item"] == "甲"
    walk.complete("ua").ended("e")


def test_an_error_event_sub_process_can_undo_what_its_scope_did():
    xml = diagram(
        start(), user("a"), undoing("a", "ua"), end("bad", error()),
        event_sub("es", error(), throw("t", compensate()), user("h"), end("eh"), "es_s-t-h-eh"),
        "s-a-bad",
    )  # fmt: skip
    Walk(xml).complete("a").at("ua").complete("ua").at("h").complete("h").ended()


def test_handlers_of_every_kind():
    box = sub("ub", start("s1"), user("i"), end("e1"), "s1-i-e1", isForCompensation="true")
    xml = diagram(
        start(), user("a"), undoing("a", "ua", service("ua", "t.undo", isForCompensation="true")),
        user("b"), undoing("b", "ub", box), user("c"),
        undoing("c", "uc", user("uc", multi("xs"), isForCompensation="true")), user("d"),
        undoing("d", "ud", call("ud", "child", isForCompensation="true")), call("f", "child"),
        undoing("f", "uf", script("uf", "undone = true", isForCompensation="true")),
        throw("t", compensate()), end(), "s-a-b-c-d-f-t-e",
    )  # fmt: skip
    walk = Walk(xml, NoteHost(), xs=[1, 2])
    for name in "abcdf":
        walk.complete(name)
    assert walk.run.variables["undone"] is True
    walk.at("ud").complete("ud").at("uc", "uc").complete("uc").complete("uc").at("i")
    assert walk.host.called == []
    walk.complete("i").ended("e")
    assert [name for name, _ in walk.host.called] == ["t.undo"]


def test_an_error_of_a_handler_reaches_the_scope():
    inner = sub(
        "sp", start("s1"), user("a"), undoing("a", "ua"), throw("t", compensate()), end("e1"),
        "s1-a-t-e1",
    )  # fmt: skip
    xml = diagram(start(), inner, boundary("b", "sp", error()), user("h"), end(), "s-sp-e", "b-h-e")
    walk = Walk(xml).complete("a")
    assert walk.run.throw_error(walk.wait("ua").token, "E1")
    walk.go().at("h").complete("h").ended("e")


def interrupted(event: str) -> bytes:
    """Two tasks with handlers; the later handler can be interrupted."""
    return diagram(
        start(), user("a"), undoing("a", "ua"), user("b"), undoing("b", "ub"),
        boundary("x", "ub", event), user("h"), end("eh"), throw("t", compensate()), user("z"),
        end(), "s-a-b-t-z-e", "x-h-eh",
    )  # fmt: skip


def test_an_interrupted_handler_makes_room_for_the_next():
    walk = Walk(interrupted(message())).complete("a").complete("b").at("ub")
    walk.deliver("x").at("h", "ua").complete("ua").at("h", "z").complete("z").complete("h")
    walk.ended()
    walk = Walk(interrupted(error())).complete("a").complete("b")
    assert walk.run.throw_error(walk.wait("ub").token, "E1")
    walk.go().at("h", "ua").complete("h").complete("ua").at("z")


def test_what_interrupts_a_handler_inside_a_sub_process_is_waited_for():
    inner = sub(
        "sp", start("s1"), user("a"), undoing("a", "ua"), boundary("x", "ua", message()), user("h"),
        end("e1"), end("eh"), "s1-a-e1", "x-h-eh",
    )  # fmt: skip
    xml = diagram(start(), inner, throw("t", compensate()), user("z"), end(), "s-sp-t-z-e")
    Walk(xml).complete("a").at("ua").deliver("x").at("h").complete("h").at("z")


def test_a_handler_that_an_operator_takes_away_makes_room_for_the_next():
    for act in ("cancel_token", "abandon"):
        walk = Walk(booking(throw("t", compensate()))).complete("a").complete("b").at("ub")
        getattr(walk.run, act)(walk.wait("ub").token)
        walk.go().at("ua").complete("ua").at("z")
    walk = Walk(booking(throw("t", compensate()))).complete("a").complete("b")
    walk.run.start_before("z")
    walk.run.cancel_token(walk.wait("ub").token)
    walk.go().at("ua", "z")


def test_terminating_a_handler_sub_process_takes_its_compensation_away():
    xml = diagram(
        start(), user("a"), undoing("a", "ua"), user("z"), end(),
        event_sub("es", message(), parallel("g"), end("t", compensate()), user("h"),
                  end("stop", terminate()), "es_s-g-t", "g-h-stop", interrupting=False),
        "s-a-z-e",
    )  # fmt: skip
    walk = Walk(xml).complete("a").deliver("es_s").at("h", "ua", "z").complete("h").at("z")
    walk.complete("z").ended("e")


def transaction(inside: str = "") -> bytes:
    box = element(
        "transaction", "t", start("s1"), user("a"), undoing("a", "ua"), parallel("g"), user("b"),
        undoing("b", "ub"), user("k"), undoing("k", "uk"), end("no", cancel()), inside,
        "s1-a-g-b-no", "g-k",
    )  # fmt: skip
    return diagram(start(), box, boundary("c", "t", cancel()), user("z"), end(), "s-t-e", "c-z-e")


def test_a_cancelled_transaction_undoes_what_completed_then_leaves_by_its_boundary():
    walk = Walk(transaction()).complete("a").at("b", "k").complete("b")
    assert walk.host.seen("cancelled") == ["k"]
    walk.at("ub").complete("ub").at("ua").complete("ua").at("z").complete("z").ended("e")


def test_what_interrupts_the_last_handler_of_a_cancelled_transaction_ends_with_it():
    box = element(
        "transaction", "t", start("s1"), user("a"), undoing("a", "ua"), user("b"),
        boundary("x", "ua", message()), user("h"), end("eh"), end("no", cancel()), "s1-a-b-no",
        "x-h-eh",
    )  # fmt: skip
    xml = diagram(start(), box, boundary("c", "t", cancel()), user("z"), end(), "s-t-e", "c-z-e")
    walk = Walk(xml).complete("a").complete("b").at("ua").deliver("x").at("z")
    assert "x" in walk.host.seen("caught")
    assert "x" in walk.host.seen("cancelled")
    walk.complete("z").ended("e")


def test_one_instance_that_cancels_takes_the_others_away():
    box = element(
        "transaction", "t", multi("xs"), start("s1"), user("a"), undoing("a", "ua"), user("b"),
        end("no", cancel()), "s1-a-b-no",
    )  # fmt: skip
    xml = diagram(start(), box, boundary("c", "t", cancel()), user("z"), end(), "s-t-e", "c-z-e")
    walk = Walk(xml, xs=["甲", "乙"]).complete("a").complete("a").complete("b").at("b", "ua")
    assert walk.run.scope(walk.wait("ua").token)["item"] == "甲"
    walk.complete("ua").at("z").complete("z").ended("e")


def test_a_token_that_an_operator_puts_on_a_handler_ends_there():
    walk = Walk(booking(throw("t", compensate())))
    walk.run.start_before("ua")
    walk.go().at("a", "ua").complete("ua").at("a")


def test_a_transaction_that_succeeded_can_be_undone_later():
    box = element("transaction", "tx", start("s1"), user("a"), undoing("a", "ua"), end("e1"),
                  "s1-a-e1")  # fmt: skip
    xml = diagram(start(), box, user("b"), throw("t", compensate("tx")), end(), "s-tx-b-t-e")
    Walk(xml).complete("a").complete("b").at("ua").complete("ua").ended("e")


def test_an_inclusive_join_does_not_wait_for_handlers():
    xml = diagram(
        start(), user("a"), undoing("a", "ua"), parallel("g"), throw("t", compensate(wait=False)),
        user("b"), inclusive("j"), user("z"), end(), "s-a-g-t-j-z-e", "g-b-j",
    )  # fmt: skip
    Walk(xml).complete("a").at("b", "ua").complete("b").at("ua", "z")


def test_records_are_small():
    walk = Walk(booking(throw("t", compensate())))
    before = len(walk.blob)
    walk.complete("a")
    assert len(walk.blob) - before < 24
    assert json.loads(walk.blob)["c"] == [["a", {}]]


def test_an_inclusive_join_does_not_wait_for_a_thrower_that_went_on_elsewhere():
    xml = diagram(
        start(), user("a"), undoing("a", "ua"), parallel("g"), throw("t", compensate(wait=False)),
        xor("k", default="f_k_e2"), user("b"), user("c"), inclusive("j"), user("z"), end(),
        end("e2"), "s-a-g-t-k-e2", flow("k", "j", "${false}"), "g-b-j-z-e", "g-c-j",
    )  # fmt: skip
    Walk(xml).complete("a").complete("b").complete("c").at("ua", "z")


def test_an_inclusive_join_does_not_wait_for_what_is_opened_to_be_undone():
    box = sub("sp", start("s1"), user("a"), undoing("a", "ua"), end("e1"), "s1-a-e1")
    xml = diagram(
        start(), parallel("g"), box, xor("k", default="f_k_t"), throw("t", compensate()), end("e2"),
        user("b"), user("c"), inclusive("j"), user("z"), end(), "s-g-sp-k-t-e2", "g-b-j-z-e",
        "g-c-j", flow("k", "j", "${false}"),
    )  # fmt: skip
    walk = Walk(xml).complete("a").complete("b").at("c", "ua")
    walk.complete("c").at("ua", "z")


@pytest.mark.parametrize("inside", [True, False])
def test_the_end_of_the_last_handler_beside_the_flow_ends_its_scope_once(inside):
    work = element("serviceTask", "ua", isForCompensation="true", camunda__type="external",
                   camunda__topic="t")  # fmt: skip
    parts = (start("s1"), user("a"), undoing("a", "ua", work), throw("t", compensate(wait=False)),
             end("e1"), "s1-a-t-e1")  # fmt: skip
    bye = extension(camunda("executionListener", event="end", delegateExpression="${x.bye}"))
    body = parts if not inside else (start(), sub("sp", *parts), end(), "s-sp-e")
    host = NoteHost()
    walk = Walk(diagram(bye, *body), host).complete("a").at("ua")
    walk.run.abandon(walk.wait("ua").token)
    walk.go().ended()
    assert host.called == [("x.bye", {})]
