"""Timers, messages, signals, errors, escalations, conditions; boundary and event sub processes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.errors import BpmnError, EngineError, NotFound
from tests.engine.bpmn_builder import (
    beside,
    boundary,
    call,
    cancel,
    catch,
    diagram,
    element,
    end,
    error,
    escalation,
    event_sub,
    extension,
    message,
    multi,
    parallel,
    parameters,
    properties,
    script,
    service,
    signal,
    start,
    sub,
    terminate,
    throw,
    timer,
    user,
)
from tests.engine.walker import NOON, NoteHost, Walk


def fails(code: str, text: str = "坏了"):
    def handler(*_):
        raise BpmnError(code, text)

    return handler


# boundary events


def test_an_interrupting_timer_takes_the_task_away():
    walk = Walk(beside(timer("PT1H"))).at("a")
    assert walk.wait("b").due == NOON + timedelta(hours=1)
    assert walk.wait("b").attached_to == walk.wait("a").token
    walk.fire("b").at("h").complete("h").ended("e2")
    assert walk.host.seen("cancelled") == ["a"]


def test_a_non_interrupting_timer_leaves_the_task_and_fires_once():
    walk = Walk(beside(timer("PT1H"), interrupting=False)).fire("b").at("a", "h")
    assert walk.events() == []
    walk.complete("a").at("h").complete("h").ended("e1", "e2")


def test_boundary_events_go_when_the_task_is_done():
    walk = Walk(beside(timer("PT1H"))).complete("a").ended("e1")
    assert walk.run.waits() == {}
    assert "b" not in walk.host.seen("cancelled")


def test_a_boundary_event_does_not_wait_for_what_is_done_but_not_yet_gone():
    host = user("a", camunda__asyncBefore="true", camunda__asyncAfter="true")
    walk = Walk(beside(timer("PT1H"), host=host)).at("a")
    assert walk.events() == [], "not yet entered"
    walk.complete("a")
    assert walk.events() == ["b"]
    walk.complete("a").at("a")
    assert walk.events() == []
    assert walk.host.seen("left").count("a") == 1
    walk.complete("a").ended("e1")


def test_a_message_that_does_not_interrupt_can_come_again():
    walk = Walk(beside(message(), interrupting=False))
    walk.deliver("b", text="一").at("a", "h").deliver("b").at("a", "h", "h")
    assert walk.run.variables == {"text": "一"}
    walk.complete("a").at("h", "h").complete("h").complete("h").ended("e1", "e2", "e2")


def test_boundary_events_on_a_sub_process_take_everything_inside_away():
    host = sub("a", start("s1"), parallel("g"), user("i"), user("k"), "s1-g-i", "g-k")
    walk = Walk(beside(message(), host=host)).at("i", "k").deliver("b").at("h")
    assert sorted(walk.host.seen("cancelled")) == ["a", "i", "k"]
    Walk(beside(message(), host=host)).complete("i").at("k").complete("k").ended("e1")


def test_boundary_events_on_a_call_activity():
    host = call("a", "child")
    walk = Walk(beside(timer("PT1H"), host=host)).at("a")
    assert walk.wait("a").kind == "call"
    walk.fire("b").at("h")
    assert Walk(beside(error(), host=host)).run.waits().keys() == {"2"}


def test_boundary_events_on_a_multi_instance_sit_on_the_whole():
    walk = Walk(beside(timer("PT1H"), host=user("a", multi("xs"))), xs=[1, 2, 3]).at("a", "a", "a")
    assert walk.events() == ["b"]
    walk.complete("a").fire("b").at("h").complete("h").ended("e2")


# errors


def test_a_handler_s_error_goes_to_the_boundary_event_of_its_code():
    host = service("a", "x.work")
    xml = diagram(
        start(), host, boundary("b1", "a", error("err2")),
        boundary("b2", "a", error("err1", errorCodeVariable="code", errorMessageVariable="why")),
        boundary("b3", "a", error("")), user("h1"), user("h2"), user("h3"), end(),
        "s-a-e", "b1-h1-e", "b2-h2-e", "b3-h3-e",
    )  # fmt: skip
    walk = Walk(xml, NoteHost(work=fails("E1"))).at("h2")
    assert walk.run.variables == {"code": "E1", "why": "坏了"}
    Walk(xml, NoteHost(work=fails("E2"))).at("h1")
    Walk(xml, NoteHost(work=fails("E9"))).at("h3")


def test_a_listener_s_error_is_thrown_by_its_element():
    bad = extension('<camunda:taskListener event="complete" delegateExpression="${x.work}"/>')
    walk = Walk(beside(error(), host=user("a", bad)), NoteHost(work=fails("E1"))).at("a")
    walk.complete("a").at("h").complete("h").ended("e2")
    late = extension('<camunda:executionListener event="end" delegateExpression="${x.work}"/>')
    task = element("task", "a", late)
    Walk(beside(error(), host=task), NoteHost(work=fails("E1"))).at("h")


def test_an_error_of_one_item_goes_to_the_boundary_of_all():
    host = service("a", "x.work", multi("xs"))
    Walk(beside(error(), host=host), NoteHost(work=fails("E1")), xs=[1, 2]).at("h")


def test_an_error_end_event_climbs_to_the_next_that_catches_it():
    inner = sub("inner", start("s2"), end("bad", error()), "s2-bad")
    outer = sub(
        "outer", start("s1"), parallel("g"), inner, user("u"), end("e1"), "s1-g-inner-e1", "g-u-e1"
    )
    xml = diagram(
        start(), outer, boundary("b", "outer", error()), user("h"), end(), "s-outer-e", "b-h-e"
    )
    walk = Walk(xml).at("h")
    assert "u" in walk.host.seen("cancelled")
    walk.complete("h").ended("e")


def test_an_error_nobody_catches_ends_the_instance_and_is_told():
    xml = diagram(start(), user("a"), end("bad", error()), "s-a-bad")
    host = NoteHost()
    host.caught_above = {"E1"}
    walk = Walk(xml, host).complete("a").ended("bad")
    assert (walk.run.thrown.code, walk.run.thrown.element) == ("E1", "bad")


def test_an_error_end_that_nobody_catches_anywhere_is_an_end_like_any_other():
    xml = diagram(
        start(), parallel("g"), user("a"), end("bad", error()), user("z"), end(), "s-g-a-bad",
        "g-z-e",
    )  # fmt: skip
    walk = Walk(xml).complete("a").at("z").complete("z").ended("bad", "e")
    assert walk.run.thrown is None
    thrown = next(trace for trace in walk.host.traces if trace.kind == "thrown")
    assert thrown.detail["caught"] is False


def test_an_error_of_the_child_reaches_the_caller_s_boundary():
    walk = Walk(beside(error(), host=call("a", "child"))).at("a")
    assert walk.run.throw_error(walk.wait("a").token, "E1", "子流程出错") is True
    walk.go().at("h")
    other = Walk(beside(error(), host=call("a", "child")))
    assert other.run.throw_error(other.wait("a").token, "E2") is False
    assert other.run.ended


# escalations


def escalating(interrupting: bool) -> bytes:
    inner = sub("a", start("s1"), throw("up", escalation()), user("u"), end("e3"), "s1-up-u-e3")
    return beside(escalation(), interrupting=interrupting, host=inner)


def test_escalation_beside_and_instead():
    Walk(escalating(False)).at("h", "u").complete("u").at("h").complete("h").ended("e1", "e2")
    Walk(escalating(True)).at("h").complete("h").ended("e2")


def test_an_escalation_end_that_nobody_catches_leaves_the_instance():
    walk = Walk(diagram(start(), user("a"), end("up", escalation()), "s-a-up")).complete("a")
    walk.ended("up")
    assert walk.host.thrown == [("escalation", "ESC1", {}, None)]


def test_the_child_s_escalation_is_caught_beside_the_call():
    walk = Walk(beside(escalation(), interrupting=False, host=call("a", "child")))
    assert walk.run.escalate(walk.wait("a").token, "ESC1", {"n": 1}) is True
    walk.go().at("a", "h")
    assert walk.run.variables == {"n": 1}


# event sub processes


def with_handler(definition: str, *, interrupting: bool, begin: str = "") -> bytes:
    return diagram(
        begin or start(), user("a"), user("z"), end(),
        event_sub("es", definition, user("h"), end("eh"), "es_s-h-eh", interrupting=interrupting),
        "s-a-z-e",
    )  # fmt: skip


@pytest.mark.parametrize("begin", ["", start("s", message("m2"))], ids=["none", "message"])
@pytest.mark.parametrize("definition", [message(), signal(), timer("PT1H")], ids=str)
def test_an_interrupting_event_sub_process_replaces_everything(definition, begin):
    walk = Walk(with_handler(definition, interrupting=True, begin=begin), start="s").at("a")
    assert walk.events() == ["es_s"]
    act = walk.fire if "timer" in definition else walk.deliver
    act("es_s").at("h")
    assert walk.events() == []
    walk.complete("h").ended("eh")


def test_a_non_interrupting_event_sub_process_runs_beside_and_again():
    walk = Walk(with_handler(message(), interrupting=False)).deliver("es_s", x=1).at("a", "h")
    walk.deliver("es_s", x=2).at("a", "h", "h").complete("h").complete("h").at("a")
    walk.complete("a").complete("z").ended("e")


def test_an_instance_lives_until_its_event_sub_process_is_done():
    walk = Walk(with_handler(message(), interrupting=False)).deliver("es_s")
    walk.complete("a").complete("z").at("h").complete("h").ended("e")


def test_an_error_event_sub_process_catches_what_its_scope_throws():
    xml = diagram(
        start(), user("a"), end("bad", error()), event_sub("es", error(), user("h"), "es_s-h"),
        "s-a-bad",
    )  # fmt: skip
    walk = Walk(xml).at("a")
    assert walk.events() == [], "errors are not waited for"
    walk.complete("a").at("h").complete("h").ended()


def test_what_a_handler_throws_is_not_caught_by_itself():
    inner = sub(
        "sp", start("s1"), user("u"), end("bad1", error()),
        event_sub("es", error(), user("h"), end("bad2", error()), "es_s-h-bad2"), "s1-u-bad1",
    )  # fmt: skip
    xml = diagram(start(), inner, boundary("b", "sp", error()), user("z"), end(), "s-sp-e", "b-z-e")
    Walk(xml).at("u").complete("u").at("h").complete("h").at("z").complete("z").ended("e")


def test_event_sub_processes_nest():
    deep = event_sub(
        "inner", message("m2"), user("k"), end("ek"), "inner_s-k-ek", interrupting=False
    )
    outer = event_sub("es", message(), user("h"), end("eh"), deep, "es_s-h-eh")
    walk = Walk(diagram(start(), user("a"), end(), outer, "s-a-e")).at("a")
    assert walk.events() == ["es_s"]
    walk.deliver("es_s").at("h")
    assert walk.events() == ["inner_s"]
    walk.deliver("inner_s").at("h", "k").complete("h").at("k").complete("k").ended()


def test_a_timer_of_an_event_sub_process_repeats():
    walk = Walk(with_handler(timer("R/PT1H", "Cycle"), interrupting=False))
    walk.fire("es_s").at("a", "h").fire("es_s").at("a", "h", "h")
    assert walk.events() == ["es_s"]


# messages and signals


def test_correlation_is_evaluated_when_the_wait_begins():
    xml = diagram(
        start(), script("x", "no = '甲'"),
        catch("m", properties({"huiyin:correlation": "${no}-1"}) + message()), end(), "s-x-m-e",
    )  # fmt: skip
    walk = Walk(xml)
    assert (walk.wait("m").event, walk.wait("m").correlation) == ("msg_1", "甲-1")
    assert Walk(diagram(start(), catch("m", message()), "s-m")).wait("m").correlation is None
    with pytest.raises(EngineError, match="关联值为空"):
        Walk(
            diagram(start(), catch("m", properties({"huiyin:correlation": "${no}"}) + message()),
                    "s-m"),
            no=None,
        )  # fmt: skip


def test_throwing_sends_inputs_and_correlation_out_of_the_instance():
    given = extension(
        parameters({"answer": "${1 + 1}"}),
        '<camunda:properties><camunda:property name="huiyin:correlation" value="${no}"/>'
        "</camunda:properties>",
    )
    xml = diagram(
        start(), throw("t", given + message()), throw("sg", signal()), end("e", message("m2")),
        "s-t-sg-e",
    )  # fmt: skip
    walk = Walk(xml, no="A7").ended("e")
    assert walk.host.thrown == [
        ("message", "msg_1", {"answer": 2}, "A7"),
        ("signal", "signal_1", {}, None),
        ("message", "msg_2", {}, None),
    ]
    assert "answer" not in walk.run.variables


def test_a_receive_task_waits_with_its_boundary_timer():
    task = element("receiveTask", "a", messageRef="m1")
    walk = Walk(beside(timer("PT1H"), host=task))
    assert walk.events() == ["a", "b"]
    Walk(beside(timer("PT1H"), host=task)).deliver("a").ended("e1")
    walk.fire("b").at("h")
    assert walk.events() == []


def test_an_event_that_is_not_waited_for_is_refused():
    walk = Walk(beside(message()))
    with pytest.raises(NotFound):
        walk.run.deliver(walk.wait("a").token)
    with pytest.raises(NotFound):
        walk.run.fire(walk.wait("b").token, "b")


# ends


def test_terminate_ends_its_scope_only():
    inner = sub(
        "sp", start("s1"), parallel("g"), user("i"), end("stop", terminate()), "s1-g-i", "g-stop"
    )
    walk = Walk(diagram(start(), inner, user("z"), end("e", terminate()), "s-sp-z-e")).at("z")
    assert walk.host.seen("cancelled") == ["i"]
    walk.complete("z").ended("e")


def test_terminate_ends_the_instance_with_all_its_handlers():
    xml = diagram(
        start(), parallel("g"), user("a"), user("z"), end("stop", terminate()),
        event_sub("es", message(), user("h"), "es_s-h", interrupting=False),
        "s-g-a-stop", "g-z",
    )  # fmt: skip
    Walk(xml).deliver("es_s").at("a", "h", "z").complete("a").ended("stop")


def test_a_transaction_is_cancelled_at_its_boundary():
    inner = element(
        "transaction", "t", start("s1"), parallel("g"), user("i"), user("k"),
        end("no", cancel()), "s1-g-i-no", "g-k",
    )  # fmt: skip
    xml = diagram(start(), inner, boundary("b", "t", cancel()), user("z"), end(), "s-t-e", "b-z-e")
    Walk(xml).at("i", "k").complete("i").at("z")
