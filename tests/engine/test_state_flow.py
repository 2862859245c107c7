"""Tokens through gateways, joins and loops; every act is saved and restored."""

from __future__ import annotations

import pytest

from engine.errors import EngineError, NotFound, StepBudgetExceeded
from engine.state.run import Run
from tests.engine.bpmn_builder import (
    camunda,
    catch,
    diagram,
    end,
    event_gateway,
    extension,
    flow,
    inclusive,
    link,
    message,
    parallel,
    script,
    start,
    sub,
    throw,
    timer,
    user,
    xor,
)
from tests.engine.walker import NoteHost, Walk


def test_a_sequence_is_walked_to_its_end():
    walk = Walk(diagram(start(), user("a"), user("b"), end("done"), "s-a-b-done"))
    walk.at("a").complete("a", answer=1).at("b").complete("b").ended("done")
    assert walk.run.variables == {"answer": 1}


def test_the_first_true_branch_is_taken_and_explained():
    xml = diagram(
        start(), xor("gw", default="f_gw_c"), user("a"), user("b"), user("c"), end(),
        "s-gw", flow("gw", "a", "${amount > 100}"), flow("gw", "b", "${amount > 10}", label="大"),
        "gw-c-e", "a-e", "b-e",
    )  # fmt: skip
    walk = Walk(xml, amount=50).at("b")
    chosen = next(trace for trace in walk.host.traces if trace.kind == "chosen")
    assert chosen.detail["flows"] == ["f_gw_b"]
    assert [why["result"] for why in chosen.detail["conditions"]] == [False, True]
    assert chosen.detail["conditions"][1]["values"] == {"amount": 50}
    Walk(xml, amount=5).at("c")


def test_no_way_to_go_is_said_with_the_values_read():
    xml = diagram(
        start(), xor("gw", name="多少"), user("a"), user("b"), end(),
        "s-gw", flow("gw", "a", "${n > 5}"), flow("gw", "b", "${n > 9}"), "a-e", "b-e",
    )  # fmt: skip
    with pytest.raises(EngineError, match=r"多少.*gw.*没有可走的分支.*n=1"):
        Walk(xml, n=1)


def test_a_parallel_join_waits_for_every_branch():
    walk = Walk(
        diagram(
            start(), parallel("g"), user("a"), user("b"), parallel("j"), user("c"), end(),
            "s-g-a-j-c-e", "g-b-j",
        )
    ).at("a", "b")  # fmt: skip
    walk.complete("b").at("a").complete("a").at("c").complete("c").ended("e")


def test_a_parallel_join_in_a_loop_counts_tokens_not_visits():
    """The stock join fires early from the second round on."""
    xml = diagram(
        start(), xor("again_here"), parallel("g"), user("a"), user("b"), parallel("j"),
        xor("gw", default="f_gw_e"), end(),
        "s-again_here-g-a-j-gw-e", "g-b-j", flow("gw", "again_here", "${again}"),
    )  # fmt: skip
    walk = Walk(xml)
    for order in (("a", "b"), ("b", "a"), ("b", "a")):
        walk.at("a", "b").complete(order[0], again=True).at(order[1]).complete(order[1])
    walk.at("a", "b").complete("a", again=False).complete("b").ended("e")


def test_two_tokens_on_one_flow_wait_for_two_on_the_other():
    """A join consumes one token per incoming flow; a second waits for its own partner."""
    xml = diagram(
        start(), parallel("g"), user("a"), user("b"), user("c"), xor("m"), parallel("j"),
        user("after"), end(),
        "s-g-a-m-j-after-e", "g-b-m", "g-c-j",
    )  # fmt: skip
    walk = Walk(xml).complete("a").complete("b").at("c").complete("c").at("after")
    walk.run.complete(walk.wait("after").token)
    walk.run.advance()
    with pytest.raises(EngineError, match="流程卡住了"):
        walk.run.dump()


def test_an_inclusive_join_waits_for_what_can_still_come():
    xml = diagram(
        start(), inclusive("g", default="f_g_c"), user("a"), user("b"), user("c"), inclusive("j"),
        user("z"), end(),
        "s-g", flow("g", "a", "${x}"), flow("g", "b", "${y}"), "g-c-j-z-e", "a-j", "b-j",
    )  # fmt: skip
    Walk(xml, x=True, y=False).at("a").complete("a").at("z").complete("z").ended()
    Walk(xml, x=True, y=True).at("a", "b").complete("a").at("b").complete("b").at("z")
    Walk(xml, x=False, y=False).at("c").complete("c").at("z")


def test_an_inclusive_join_is_not_held_by_a_token_behind_it():
    xml = diagram(
        start(), inclusive("g"), user("a"), user("b"), inclusive("j"), user("z"), end(),
        "s-g", flow("g", "a", "${true}"), flow("g", "b", "${both}"), "a-j-z-e", "b-j",
    )  # fmt: skip
    walk = Walk(xml, both=True).complete("a").at("b").complete("b").at("z")
    assert len([t for t in walk.host.seen("entered") if t == "j"]) == 1


def test_tasks_split_merge_and_choose_without_gateways():
    xml = diagram(
        start(), user("a"), user("b"), user("c"), user("d"), end(),
        "s-a", flow("a", "b", "${n > 3}"), flow("a", "c"), "b-d", "c-d", "d-e",
    )  # fmt: skip
    walk = Walk(xml).complete("a", n=5).at("b", "c").complete("b").at("c", "d")
    walk.complete("c").at("d", "d").complete("d").complete("d").ended("e", "e")
    Walk(xml).complete("a", n=1).at("c")


def test_a_default_flow_of_a_task_is_for_when_nothing_else_holds():
    xml = diagram(
        start(), user("a", default="f_a_c"), user("b"), user("c"), end(),
        "s-a", flow("a", "b", "${n > 3}"), "a-c-e", "b-e",
    )  # fmt: skip
    Walk(xml).complete("a", n=5).at("b")
    Walk(xml).complete("a", n=1).at("c")


def test_a_node_without_a_way_out_ends_its_token():
    Walk(diagram(start(), user("a"), "s-a")).complete("a").ended()


def test_links_are_flows():
    xml = diagram(
        start(), throw("out", link("页二")), catch("in", link("页二")), user("a"), end(),
        "s-out", "in-a-e",
    )  # fmt: skip
    walk = Walk(xml).at("a")
    assert all(not trace.element.startswith("_n_") for trace in walk.host.traces)
    walk.complete("a").ended()


def test_the_ids_the_library_keeps_for_itself_are_free():
    walk = Walk(diagram(start("Start"), user("Root"), end("End"), "Start-Root-End"))
    walk.at("Root").complete("Root").ended("End")


@pytest.mark.parametrize(
    ("event", "act"), [("t1", "fire"), ("t2", "fire"), ("m", "deliver")], ids=str
)
def test_an_event_gateway_goes_behind_the_first_event(event, act):
    xml = diagram(
        start(), event_gateway("g"), catch("t1", timer("PT1H")), catch("t2", timer("PT2H")),
        catch("m", message()), user("after_t1"), user("after_t2"), user("after_m"), end(),
        "s-g-t1-after_t1-e", "g-t2-after_t2-e", "g-m-after_m-e",
    )  # fmt: skip
    walk = Walk(xml)
    assert walk.events() == ["m", "t1", "t2"]
    due = {walk.wait("t1").due, walk.wait("t2").due}
    assert len(due) == 2, "each timer has its own moment"
    getattr(walk, act)(event).at(f"after_{event}")
    assert walk.events() == []
    assert walk.host.seen("entered").count(event) == 1


def test_several_starts_begin_where_they_are_told():
    xml = diagram(
        start("s1"), start("s2", message()), user("a"), user("b"), end(), "s1-a-e", "s2-b-e"
    )
    Walk(xml).at("a")
    Walk(xml, start="s2").at("b")
    with pytest.raises(NotFound):
        Walk(xml, start="nowhere")


def test_async_before_and_after_are_waits_of_their_own():
    xml = diagram(
        start(), user("a", camunda__asyncBefore="true", camunda__asyncAfter="true"), end(), "s-a-e"
    )
    walk = Walk(xml)
    assert walk.wait("a").kind == "async"
    before = walk.wait("a").key
    walk.complete("a")
    assert walk.wait("a").kind == "human"
    walk.complete("a")
    assert walk.wait("a").kind == "async"
    assert walk.wait("a").key != before
    walk.complete("a").ended("e")


def test_async_before_a_join_does_not_count_as_arrived():
    join = '<bpmn:parallelGateway id="j" camunda:asyncBefore="true"/>'
    xml = diagram(
        start(), parallel("g"), user("a"), user("b"), join, user("c"), end(),
        "s-g-a-j-c-e", "g-b-j",
    )  # fmt: skip
    walk = Walk(xml).complete("a").at("b", "j").complete("b").at("j", "j")
    walk.complete("j").at("j").complete("j").at("c")


def test_completing_does_not_yet_do_what_follows():
    """The person's act can be saved although the service behind it is down."""
    down = NoteHost(handler=lambda *_: (_ for _ in ()).throw(EngineError("坏了")))
    service = '<bpmn:serviceTask id="x" camunda:delegateExpression="${a.handler}"/>'
    walk = Walk(diagram(start(), user("a"), service, end(), "s-a-x-e"), down)
    walk.run.complete(walk.wait("a").token, {"kept": 1})
    assert walk.run.ready
    saved = walk.run.dump()
    with pytest.raises(EngineError, match="坏了"):
        walk.run.advance()
    later = Run.load(walk.spec, saved, NoteHost())
    assert later.ready
    assert later.waits() == {}
    later.advance()
    assert later.ended
    assert later.variables == {"kept": 1}


def test_a_closed_task_cannot_be_completed_again():
    walk = Walk(diagram(start(), user("a"), user("b"), end(), "s-a-b-e"))
    token = walk.wait("a").token
    walk.complete("a")
    with pytest.raises(NotFound):
        walk.run.complete(token)


def test_a_loop_without_a_wait_is_stopped_by_the_budget():
    xml = diagram(
        start(), xor("m"), script("x", "n = n + 1"), xor("gw", default="f_gw_m"), end(),
        "s-m-x-gw-m", flow("gw", "e", "${n < 0}"),
    )  # fmt: skip
    with pytest.raises(StepBudgetExceeded, match="2000 步"):
        Walk(xml, n=1)


def test_tokens_that_multiply_are_each_counted():
    """Every round doubles the tokens; the loop could end, so it is admitted."""
    xml = diagram(
        start(), user("u"), parallel("g"), xor("m"), xor("gw", default="f_gw_m"), xor("gw2"),
        end(),
        "s-m-u-g-gw-m", "g-gw2", flow("gw", "e", "${n < 0}"),
        flow("gw2", "m", "${n > 0}"), flow("gw2", "e", "${n < 1}"),
    )  # fmt: skip
    walk = Walk(xml, n=1).complete("u").complete("u").complete("u").at("u", "u", "u", "u")
    assert len({wait.token for wait in walk.run.waits().values()}) == 4


def test_cancel_ends_the_instance():
    walk = Walk(
        diagram(start(), parallel("g"), user("a"), user("b"), end(), "s-g-a-e", "g-b-e")
    ).at("a", "b")
    walk.run.cancel()
    walk.go().ended()
    assert sorted(walk.host.seen("cancelled")) == ["a", "b"]
    assert walk.run.waits() == {}


def test_flow_listeners_are_called_when_the_flow_is_taken():
    listener = extension(
        camunda("executionListener", event="take", expression="${execution.setVariable('x', 7)}")
    )
    taken = f'<bpmn:sequenceFlow id="f" sourceRef="s" targetRef="a">{listener}</bpmn:sequenceFlow>'
    assert Walk(diagram(start(), user("a"), end(), taken, "a-e")).run.variables == {"x": 7}


def test_what_entering_the_next_element_does_is_not_part_of_completing():
    """Listeners, input parameters and timers of the follower belong to `advance`."""
    broken = extension(
        camunda("executionListener", event="start", delegateExpression="${a.broken}")
    )
    host = NoteHost(broken=lambda *_: (_ for _ in ()).throw(EngineError("坏了")))
    walk = Walk(diagram(start(), user("a"), user("b", broken), end(), "s-a-b-e"), host)
    walk.run.complete(walk.wait("a").token, {"kept": 1})
    saved = walk.run.dump()
    assert b'[["2","a","d"]]' in saved
    with pytest.raises(EngineError, match="坏了"):
        walk.run.advance()
    later = Run.load(walk.spec, saved, NoteHost())
    assert later.ready
    assert later.waits() == {}
    later.advance()
    assert [wait.element for wait in later.waits().values()] == ["b"]


def test_finding_the_way_on_is_not_part_of_completing():
    xml = diagram(
        start(), sub("sp", start("s1"), user("a"), end("e1"), "s1-a", flow("a", "e1", "${x > 1}")),
        end(), "s-sp-e",
    )  # fmt: skip
    walk = Walk(xml)
    walk.run.complete(walk.wait("a").token, {"x": 1})
    saved = walk.run.dump()
    with pytest.raises(EngineError, match="没有可走的分支"):
        walk.run.advance()
    mended = Run.load(walk.spec, saved, NoteHost())
    mended.set("", {"x": 2})
    mended.advance()
    assert mended.ended
