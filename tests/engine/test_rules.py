"""Each deployment rule with a right diagram and a wrong one."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from engine.bpmn import rules
from engine.bpmn.admit import admit
from engine.bpmn.definition import describe
from tests.engine.bpmn_builder import (
    boundary,
    call,
    camunda,
    catch,
    diagram,
    element,
    end,
    event_sub,
    extension,
    flow,
    inclusive,
    link,
    message,
    parallel,
    script,
    service,
    start,
    sub,
    throw,
    timer,
    user,
    xor,
)

KNOWN = rules.Known({"child", "p"}, {"dmn_x"}, {"form_a"}, {"area.work"})
S, E = start("s", name="开始"), end("e", name="结束")
GOOD_TASK = {
    "name": "办理",
    "camunda__formRef": "form_a",
    "camunda__candidateGroups": "handler@${org}",
}


def problems(*parts: str, name: str = "流程") -> list[tuple[str, str]]:
    root = admit(diagram(*parts, name=name))
    found = rules.check(describe(root, "p"), root, KNOWN)
    return [(problem.element, problem.code) for problem in found]


def gateway(
    name: str = "是否受理？", yes: str = "是", no: str = "否", **more: str
) -> tuple[str, ...]:
    return (
        S, xor("gw", name=name, default="f_gw_e2", **more), E, end("e2", name="不受理"),
        "s-gw", flow("gw", "e", "${ok}", label=yes), flow("gw", "e2", label=no),
    )  # fmt: skip


RIGHT = {
    "plain": (S, user("a", **GOOD_TASK), E, "s-a-e"),
    "gateway": gateway(),
    "service": (S, service("a", "area.work", name="登记"), E, "s-a-e"),
    "external": (
        S, element("serviceTask", "a", name="发信", camunda__type="external", camunda__topic="t"),
        E, "s-a-e",
    ),
    "decision": (
        S, element("businessRuleTask", "a", name="定级", camunda__decisionRef="dmn_x",
                   camunda__resultVariable="r", camunda__mapDecisionResult="singleEntry"),
        E, "s-a-e",
    ),
    "call": (S, call("a", "child", name="督办"), call("b", "${other}", name="另一"), E, "s-a-b-e"),
    "event sub process": (
        S, E, "s-e", event_sub("es", message(), end("ee"), "es_s-ee").replace(
            'triggeredByEvent', 'name="撤回" triggeredByEvent'),
    ),
    "a branch that is always taken": (
        S, inclusive("gw", name="还要谁？"), service("x", "area.work", name="办"), E, "s-gw", "x-e",
        flow("gw", "x", label="总是"), flow("gw", "e", "${ok}", label="也许"),
    ),
    "links": (
        S, throw("out", link("L"), name="去"), catch("in", link("L"), name="来"), E,
        "s-out", "in-e",
    ),
    "boundary": (
        S, user("a", **GOOD_TASK), boundary("b", "a", timer("PT1H")).replace(
            "<bpmn:boundaryEvent", '<bpmn:boundaryEvent name="超时"'),
        E, "s-a-e", "b-e",
    ),
    "parts need no names": (
        S, sub("sp", start("s1"), service("x", "area.work"), end("e1"), "s1-x-e1", name="处理"),
        E, "s-sp-e",
    ),
}  # fmt: skip

WRONG = {
    "a long id": (
        (S, user("a" * 121, **GOOD_TASK), E, f"s-{'a' * 121}-e"),
        ("a" * 121, "too-long"),
    ),
    "a long name": (
        (S, user("a", **(GOOD_TASK | {"name": "名" * 256})), E, "s-a-e"),
        ("a", "too-long"),
    ),
    "an island": ((S, E, user("a", **GOOD_TASK), "s-e"), ("a", "house-unreachable")),
    "no end": ((S, user("a", **GOOD_TASK), "s-a"), ("a", "no-way-to-end")),
    "a circle": (
        (S, user("a", **GOOD_TASK), E, xor("gw", name="走？"), "s-gw",
         flow("gw", "a", "${x}", label="a"),
         flow("gw", "e", "${!x}", label="b"), "a-a"),
        ("a", "no-way-to-end"),
    ),
    "a path that breaks off": (
        (S, user("a", **GOOD_TASK), E, end("_n_i_end_a"), "s-e", "s-a-_n_i_end_a"),
        ("a", "house-no-end"),
    ),
    "no drawn start": (
        (start("_n_i_start_p"), user("a", **GOOD_TASK), E, "_n_i_start_p-a-e"),
        ("p", "house-no-start"),
    ),
    "no end inside": (
        (S, sub("sp", start("s1"), service("x", "area.work"), "s1-x", name="处理"), E, "s-sp-e"),
        ("x", "no-way-to-end"),
    ),
    "no condition": (
        (S, xor("gw", name="受理？"), E, end("e2", name="不"), "s-gw",
         flow("gw", "e", "${ok}", label="是"), flow("gw", "e2", label="否")),
        ("f_gw_e2", "no-condition"),
    ),
    "a default with a condition": (
        (S, xor("gw", name="受理？", default="f_gw_e2"), E, end("e2", name="不"), "s-gw",
         flow("gw", "e", "${ok}", label="是"), flow("gw", "e2", "${!ok}", label="否")),
        ("f_gw_e2", "default-condition"),
    ),
    "a condition nobody reads": (
        (S, parallel("g"), E, end("e2", name="二"), "s-g", flow("g", "e", "${ok}"), "g-e2"),
        ("f_g_e", "condition-ignored"),
    ),
    "a default from elsewhere": (
        (S, xor("gw", name="受理？", default="f_s_gw"), E, end("e2", name="不"), "s-gw",
         flow("gw", "e", "${ok}", label="是"), flow("gw", "e2", "${!ok}", label="否")),
        ("gw", "wrong-default"),
    ),
    "a default of a task that is not there": (
        (S, user("a", default="gone", **GOOD_TASK), E, end("e2", name="不"), "s-a",
         flow("a", "e", "${ok}", label="是"), flow("a", "e2", "${!ok}", label="否")),
        ("a", "wrong-default"),
    ),
    "nobody performs": (
        (S, element("serviceTask", "a", name="登记"), E, "s-a-e"), ("a", "no-performer")
    ),
    "nobody could go on": (
        (S, element("receiveTask", "a", name="等待来函"), E, "s-a-e"), ("a", "house-no-message")
    ),
    "no topic": (
        (S, element("serviceTask", "a", name="x", camunda__type="external"), E, "s-a-e"),
        ("a", "no-topic"),
    ),
    "no script": ((S, script("a", "", name="x"), E, "s-a-e"), ("a", "empty-script")),
    "unknown handler": (
        (S, service("a", "area.gone", name="登记"), E, "s-a-e"), ("a", "unknown-handler")
    ),
    "unknown listener": (
        (S, user("a", extension(camunda("taskListener", event="create",
                                        delegateExpression="${area.gone}")), **GOOD_TASK),
         E, "s-a-e"),
        ("a", "unknown-handler"),
    ),
    "unknown decision": (
        (S, element("businessRuleTask", "a", name="x", camunda__decisionRef="dmn_y",
                    camunda__resultVariable="r"), E, "s-a-e"),
        ("a", "unknown-decision"),
    ),
    "unknown form": (
        (S, user("a", name="x", camunda__formRef="gone", camunda__assignee="me"), E, "s-a-e"),
        ("a", "unknown-form"),
    ),
    "unknown process": ((S, call("a", "gone", name="x"), E, "s-a-e"), ("a", "unknown-process")),
    "a lost answer": (
        (S, element("businessRuleTask", "a", name="x", camunda__decisionRef="dmn_x"), E, "s-a-e"),
        ("a", "no-result-variable"),
    ),
    "a shape that does not exist": (
        (S, element("businessRuleTask", "a", name="x", camunda__decisionRef="dmn_x",
                    camunda__resultVariable="r", camunda__mapDecisionResult="one"), E, "s-a-e"),
        ("a", "result-shape"),
    ),
    "no form": (
        (S, user("a", name="x", camunda__assignee="me"), E, "s-a-e"), ("a", "house-no-form")
    ),
    "no candidate": (
        (S, user("a", name="x", camunda__formRef="form_a"), E, "s-a-e"),
        ("a", "house-no-candidate"),
    ),
    "no name": ((start("s"), E, "s-e"), ("s", "house-no-name")),
    "no question": (gateway(name="受理"), ("gw", "house-no-question")),
    "no answer": (gateway(no=""), ("f_gw_e2", "house-no-answer")),
}  # fmt: skip


@pytest.mark.parametrize("case", RIGHT)
def test_a_right_diagram_has_no_problem(case):
    assert problems(*RIGHT[case]) == []


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_diagram_has_exactly_its_problem(case):
    parts, expected = WRONG[case]
    assert problems(*parts) == [expected]


@pytest.mark.parametrize("name", ["${reason}", "名" * 255])
def test_a_name_that_fits_or_is_known_later_is_right(name):
    task = user("a", **(GOOD_TASK | {"name": name}))
    assert problems(S, task, E, "s-a-e", name="名" * 255) == []


def test_a_process_has_a_name():
    assert problems(*RIGHT["plain"], name="p") == [("p", "house-no-name")]


def test_every_rule_documents_itself_and_is_wrong_somewhere():
    codes = {expected[1] for _, expected in WRONG.values()}
    for rule in rules.RULES:
        module = import_module(rule.__module__)
        assert module.__doc__
        source = Path(module.__file__).read_text("utf-8")
        assert any(f'"{code}"' in source for code in codes), rule.__module__
