"""Services, scripts, decisions, calls, listeners, parameters, multi-instance and loops."""

from __future__ import annotations

import pytest

from engine.errors import EngineError
from tests.engine.bpmn_builder import (
    boundary,
    call,
    camunda,
    diagram,
    element,
    end,
    extension,
    loop,
    message,
    multi,
    parameters,
    script,
    service,
    start,
    sub,
    user,
)
from tests.engine.walker import NoteHost, Walk


def one(activity: str) -> bytes:
    """A process with one activity `a` and a human task `z` behind it."""
    return diagram(start(), activity, user("z"), end(), "s-a-z-e")


# services


def test_a_handler_gets_inputs_and_its_answer_becomes_variables():
    host = NoteHost(work=lambda run, token, inputs: {"answer": inputs["n"] * 2})
    given = extension(parameters({"n": "${base + 1}"}))
    walk = Walk(one(service("a", "area.work", given)), host, base=4).at("z")
    assert host.called == [("area.work", {"n": 5})]
    assert walk.run.variables == {"base": 4, "answer": 10}


def test_a_result_variable_holds_the_whole_answer():
    host = NoteHost(work=lambda *_: {"no": 1})
    walk = Walk(one(service("a", "x.work", camunda__resultVariable="r")), host)
    assert walk.run.variables == {"r": {"no": 1}}


def test_a_handler_sees_what_its_token_sees():
    host = NoteHost(work=lambda run, token, _: {"seen": run.scope(token)["item"]})
    Walk(one(service("a", "x.work", multi("xs"))), host, xs=["k"]).at("z")
    assert host.called == [("x.work", {})]


def test_an_expression_service_and_an_external_one():
    walk = Walk(
        one(
            element(
                "serviceTask",
                "a",
                camunda__expression="${n * 3}",
                camunda__resultVariable="r",
            )
        ),
        n=2,
    )
    assert walk.run.variables["r"] == 6
    external = element("serviceTask", "a", camunda__type="external", camunda__topic="mail")
    walk = Walk(one(external)).at("a")
    wait = walk.wait("a")
    assert (wait.kind, wait.attributes["topic"]) == ("external", "mail")
    walk.complete("a", sent=True).at("z")
    assert walk.run.variables == {"sent": True}


def test_a_task_nobody_performs_goes_on_at_once():
    Walk(one(element("task", "a"))).at("z")
    Walk(one(element("manualTask", "a"))).at("z")


# scripts and decisions


def test_a_script_is_assignments_in_order():
    walk = Walk(one(script("a", "x = 1\n// nothing\ny = x + 1\nt = 第${y}步")))
    assert walk.run.variables == {"x": 1, "y": 2, "t": "第2步"}


@pytest.mark.parametrize(
    ("shape", "rows", "value"),
    [
        ("singleEntry", [{"level": "L2"}], "L2"),
        ("singleEntry", [], None),
        ("singleResult", [{"a": 1, "b": 2}], {"a": 1, "b": 2}),
        ("collectEntries", [{"a": 1}, {"a": 2}], [1, 2]),
        ("resultList", [{"a": 1}, {"a": 2}], [{"a": 1}, {"a": 2}]),
    ],
    ids=str,
)
def test_a_decision_s_answer_has_the_wanted_shape(shape, rows, value):
    host = NoteHost()
    host.rows["dmn_x"] = rows
    rule = element(
        "businessRuleTask",
        "a",
        camunda__decisionRef="dmn_x",
        camunda__resultVariable="r",
        camunda__mapDecisionResult=shape,
    )
    walk = Walk(one(rule), host)
    assert walk.run.variables == {"r": value}
    assert [trace.detail["rows"] for trace in host.traces if trace.kind == "decided"] == [rows]


def test_two_results_do_not_fit_into_one():
    host = NoteHost()
    host.rows["dmn_x"] = [{"a": 1}, {"a": 2}]
    rule = element(
        "businessRuleTask",
        "a",
        camunda__decisionRef="dmn_x",
        camunda__resultVariable="r",
        camunda__mapDecisionResult="singleEntry",
    )
    with pytest.raises(EngineError, match="2 个结果"):
        Walk(one(rule), host)


# calls


def test_a_call_maps_in_and_out():
    mapped = extension(
        camunda("in", businessKey="${no}-子"),
        camunda("in", source="no", target="parent_no"),
        camunda("in", sourceExpression="${1 + 1}", target="n"),
        camunda("out", source="result", target="outcome"),
        camunda("out", sourceExpression="${result}！", target="loud"),
    )
    walk = Walk(one(call("a", "child_${kind}", mapped)), no="A1", kind="x").at("a")
    token = walk.wait("a").token
    asked = walk.run.call_inputs(token)
    assert asked.called_element == "child_x"
    assert asked.business_key == "A1-子"
    assert asked.variables == {"parent_no": "A1", "n": 2}
    walk.run.take_back(token, {"result": "好", "private": 1})
    walk.complete("a").at("z")
    assert walk.run.variables == {"no": "A1", "kind": "x", "outcome": "好", "loud": "好！"}


def test_all_variables_may_go_in_and_come_out():
    mapped = extension(camunda("in", variables="all"), camunda("out", variables="all"))
    walk = Walk(one(call("a", "child", mapped)), x=1)
    token = walk.wait("a").token
    assert walk.run.call_inputs(token).variables == {"x": 1}
    walk.run.take_back(token, {"y": 2})
    assert walk.run.variables == {"x": 1, "y": 2}


# parameters and listeners


def test_inputs_are_local_and_outputs_are_set_outside():
    given = extension(parameters({"x": "${n + 1}"}, {"out": "${x * 10}"}))
    walk = Walk(one(user("a", given)), n=1).at("a")
    token = walk.wait("a").token
    assert walk.run.scope(token)["x"] == 2
    assert "x" not in walk.run.variables
    walk.complete("a", x=5).at("z")
    assert walk.run.variables == {"n": 1, "out": 50}


def test_parameters_can_be_lists_and_maps():
    listed = (
        '<camunda:inputOutput><camunda:inputParameter name="l"><camunda:list>'
        "<camunda:value>${n}</camunda:value><camunda:value>b</camunda:value></camunda:list>"
        '</camunda:inputParameter><camunda:inputParameter name="m"><camunda:map>'
        '<camunda:entry key="k">${n}</camunda:entry></camunda:map></camunda:inputParameter>'
        "</camunda:inputOutput>"
    )
    walk = Walk(one(user("a", extension(listed))), n=1)
    seen = walk.run.scope(walk.wait("a").token)
    assert (seen["l"], seen["m"]) == ([1, "b"], {"k": 1})


def test_listeners_are_called_when_entered_left_and_taken_away():
    def on(kind: str, event: str) -> str:
        return camunda(kind, event=event, delegateExpression=f"${{x.{event}}}")

    listeners = extension(
        *(on("executionListener", event) for event in ("start", "end")),
        *(on("taskListener", event) for event in ("create", "complete", "delete")),
    )
    host = NoteHost()
    walk = Walk(
        diagram(
            start(), user("a", listeners), boundary("b", "a", message()), end(), "s-a-e", "b-e"
        ),
        host,
    )
    assert [name for name, _ in host.called] == ["x.start", "x.create"]
    walk.complete("a")
    assert [name for name, _ in host.called[2:]] == ["x.complete", "x.end"]
    host = NoteHost()
    Walk(
        diagram(
            start(), user("a", listeners), boundary("b", "a", message()), end(), "s-a-e", "b-e"
        ),
        host,
    ).deliver("b")
    assert [name for name, _ in host.called[2:]] == ["x.end", "x.delete"]


# multi-instance


def test_parallel_items_have_their_own_element_and_counter():
    walk = Walk(one(user("a", multi("xs", "x"))), xs=["p", "q", "r"]).at("a", "a", "a")
    waits = [w for w in walk.run.waits().values() if w.element == "a"]
    seen = [(w.index, walk.run.scope(w.token)["x"]) for w in waits]
    assert seen == [(0, "p"), (1, "q"), (2, "r")]
    token = waits[1].token
    counts = [walk.run.scope(token)[f"nrOf{n}Instances"] for n in ("", "Active", "Completed")]
    assert counts == [3, 3, 0]
    walk.complete("a", 1).at("a", "a").complete("a").complete("a").at("z")
    assert walk.run.variables == {"xs": ["p", "q", "r"]}


def test_sequential_items_come_one_after_the_other():
    walk = Walk(one(user("a", multi("${xs}", "x", sequential=True))), xs=["p", "q"]).at("a")
    assert walk.run.scope(walk.wait("a").token)["x"] == "p"
    first = walk.wait("a").token
    walk.complete("a").at("a")
    assert walk.run.scope(walk.wait("a").token)["x"] == "q"
    assert walk.wait("a").token != first
    walk.complete("a").at("z")


@pytest.mark.parametrize("sequential", [False, True])
def test_enough_votes_end_a_multi_instance(sequential):
    vote = user(
        "a",
        multi("xs", "x", sequential=sequential, completion="${nrOfCompletedInstances >= 2}"),
    )
    walk = Walk(one(vote), xs=[1, 2, 3]).complete("a").complete("a").at("z")
    assert len(walk.host.seen("cancelled")) == (0 if sequential else 1)


def test_a_veto_ends_a_multi_instance():
    vote = user("a", multi("xs", "x", completion="${!agree}"))
    Walk(one(vote), xs=[1, 2, 3]).complete("a", agree=True).complete("a", agree=False).at("z")


def test_nobody_is_asked_of_an_empty_collection():
    Walk(one(user("a", multi("xs"))), xs=[]).at("z")
    Walk(one(user("a", multi(cardinality="${n}"))), n=0).at("z")
    Walk(one(user("a", multi(cardinality="2")))).at("a", "a")
    Walk(one(user("a", multi(cardinality="${n}"))), n="2").at("a", "a")


@pytest.mark.parametrize(
    ("marker", "values", "why"),
    [
        (multi("xs"), {"xs": 5}, "不是列表"),
        (multi("xs"), {"xs": None}, "不是列表"),
        (multi(cardinality="${n}"), {"n": None}, "非负整数"),
        (multi("xs"), {"xs": list(range(1001))}, "1001 个多实例"),
        (multi(cardinality="${n}"), {"n": 10_000_000}, "10000000 个多实例"),
        (multi(cardinality="${n}"), {"n": -1}, "非负整数"),
        (multi(cardinality="${n}"), {"n": "x"}, "非负整数"),
    ],
    ids=str,
)
def test_a_multi_instance_is_bounded(marker, values, why):
    with pytest.raises(EngineError, match=why):
        Walk(one(user("a", marker)), **values)


def test_sub_processes_and_calls_can_be_multiplied():
    inner = sub("a", start("s1"), user("i"), user("k"), end("e1"), multi("xs", "x"), "s1-i-k-e1")
    walk = Walk(one(inner), xs=[1, 2]).at("i", "i").complete("i").at("i", "k")
    assert {walk.run.scope(w.token)["x"] for w in walk.run.waits().values()} == {1, 2}
    walk.complete("i").complete("k").complete("k").at("z")
    walk = Walk(one(call("a", "child_${x}", multi("xs", "x"))), xs=[1, 2]).at("a", "a")
    names = [walk.run.call_inputs(w.token).called_element for w in walk.run.waits().values()]
    assert names == ["child_1", "child_2"]


def test_services_can_be_multiplied():
    host = NoteHost(work=lambda run, token, _: {f"r{run.scope(token)['x']}": True})
    walk = Walk(one(service("a", "x.work", multi("xs", "x"))), host, xs=[1, 2]).at("z")
    assert walk.run.variables == {"xs": [1, 2], "r1": True, "r2": True}


def test_inputs_of_an_item_do_not_leak_into_the_next():
    given = extension(parameters({"mine": "${x}"}))
    walk = Walk(one(user("a", given, multi("xs", "x"))), xs=["p", "q"])
    assert walk.run.scope(walk.wait("a", 1).token)["mine"] == "q"
    walk.complete("a", 1).complete("a").at("z")
    assert walk.run.variables == {"xs": ["p", "q"]}


# standard loop


def test_a_loop_repeats_while_its_condition_holds():
    walk = Walk(one(user("a", loop("${again}"))))
    walk.complete("a", again=True).at("a").complete("a", again=True).at("a")
    assert walk.run.scope(walk.wait("a").token)["loopCounter"] == 2
    walk.complete("a", again=False).at("z")


def test_a_loop_has_a_maximum_and_may_test_first():
    walk = Walk(one(user("a", loop(maximum=2)))).complete("a").at("a").complete("a").at("z")
    assert walk.run.variables == {}
    Walk(one(user("a", loop("${go}", test_before=True))), go=False).at("z")


def test_async_belongs_to_the_body():
    task = user("a", multi("xs"), camunda__asyncBefore="true", camunda__asyncAfter="true")
    walk = Walk(one(task), xs=[1, 2]).at("a")
    assert walk.wait("a").kind == "async"
    walk.complete("a").at("a", "a").complete("a").complete("a").at("a").complete("a").at("z")


# variables
