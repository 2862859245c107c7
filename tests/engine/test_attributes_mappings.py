"""Input and output parameters: what they hold, where they live, where they may stand."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import DeploymentRefused
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
    message,
    multi,
    parameters,
    script,
    service,
    start,
    sub,
    throw,
    user,
    xor,
)
from tests.engine.walker import NoteHost, Walk


def given(name: str, *inner: str) -> str:
    return extension(camunda("inputOutput", camunda("inputParameter", "".join(inner), name=name)))


def value(text: str) -> str:
    return camunda("value", text)


def inside(inner: str, **variables: Any) -> Any:
    """Return what the parameter `x` of a human task holds."""
    walk = Walk(diagram(start(), user("a", given("x", inner)), end(), "s-a-e"), **variables)
    return walk.run.local(walk.wait("a").token)["x"]


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("plain text", "plain text"),
        ("", None),
        ("${n + 1}", 3),
        ("number ${n}", "number 2"),
        ("=n * 2", 4),
        ("${many}", [1, {"k": None}]),
        (camunda("list", value("a") + value("${n}") + value("")), ["a", 2, None]),
        (
            camunda(
                "list",
                camunda("list", value("1") + value("2")) + value("b")
                + camunda("map", camunda("entry", "v", key="k")) + camunda("script", "n * 5"),
            ),
            [["1", "2"], "b", {"k": "v"}, 10],
        ),
        (camunda("list"), []),
        (camunda("map"), {}),
        (
            camunda(
                "map",
                camunda("entry", "${n}", key="a")
                + camunda("entry", camunda("list", value("x")), key="b")
                + camunda("entry", camunda("map", camunda("entry", "y", key="${named}")), key="c")
                + camunda("entry", camunda("script", "n + 1"), key="d")
                + camunda("entry", key="e"),
            ),
            {"a": 2, "b": ["x"], "c": {"computed": "y"}, "d": 3, "e": None},
        ),
        (camunda("script", "n * n", scriptFormat="juel"), 4),
    ],
)  # fmt: skip
def test_a_parameter_is_text_expression_list_map_or_script(inner: str, expected: Any) -> None:
    assert inside(inner, n=2, many=[1, {"k": None}], named="computed") == expected


def test_later_inputs_see_earlier_ones_and_hide_what_is_outside() -> None:
    inner = extension(parameters({"n": "${n + 1}", "m": "${n * 10}"}))
    walk = Walk(diagram(start(), user("a", inner), end(), "s-a-e"), n=1)
    token = walk.wait("a").token
    assert walk.run.local(token) == {"n": 2, "m": 20}
    walk.complete("a", n=5, other=6).ended()
    assert walk.run.variables == {"n": 1, "other": 6}


def test_outputs_go_one_scope_out_and_upwards_from_there() -> None:
    inner = extension(parameters({"local": "1"}, {"n": "${9}", "fresh": "${local}"}))
    outer = extension(parameters({"n": "${0}"}, {"seen": "${n}"}))
    xml = diagram(
        start(), sub("sp", outer, start("s1"), user("a", inner), end("e1"), "s1-a-e1"), end(),
        "s-sp-e",
    )  # fmt: skip
    walk = Walk(xml, n=7).complete("a").ended()
    # `n` is the sub process's own; `fresh` is nobody's yet, so the instance's.
    assert walk.run.variables == {"n": 7, "fresh": "1", "seen": 9}


def test_parameters_on_events_services_scripts_and_calls() -> None:
    host = NoteHost(work=lambda run, token, inputs: {"done": inputs["x"]})
    xml = diagram(
        start("s", extension(parameters({}, {"begun": "${1}"}))),
        service("a", "x.work", extension(parameters({"x": "${begun + 1}"}, {"a": "${done}"}))),
        script("b", "c = x", ),
        throw("t", message(), ).replace("<bpmn:message", extension(
            parameters({"sent": "${a}"}, {"t": "${sent * 2}"})) + "<bpmn:message", 1),
        catch("w", message("m2")).replace("<bpmn:message", extension(
            parameters({"kept": "${t}"}, {"got": "${kept}${given}"})) + "<bpmn:message", 1),
        user("z"), end("e", extension(parameters({"last": "1"}))),
        "s-a-b-t-w-z-e",
    ).replace(b'<bpmn:scriptTask id="b">', b'<bpmn:scriptTask id="b">' + extension(
        parameters({"x": "${a}"}, {"b": "${x}"})).encode())  # fmt: skip
    walk = Walk(xml, host)
    assert host.thrown == [("message", "msg_1", {"sent": 2}, None)]
    walk.deliver("w", given="!").at("z")
    variables = dict(walk.run.variables)
    assert variables == {
        "begun": 1, "done": 2, "a": 2, "c": 2, "b": 2, "t": 4, "given": "!", "got": "4!",
    }  # fmt: skip
    walk.complete("z").ended("e")


def test_a_boundary_event_has_outputs_of_what_it_caught() -> None:
    caught = extension(parameters({}, {"got": "${given}"}))
    xml = diagram(
        start(), user("a"), boundary("b", "a", message(), more=caught), user("h"), end(),
        "s-a-e", "b-h-e",
    )  # fmt: skip
    walk = Walk(xml).deliver("b", given=3).at("h")
    assert walk.run.variables == {"given": 3, "got": 3}


def test_every_item_has_its_own_inputs() -> None:
    inner = extension(parameters({"mine": "${item * 2}"}))
    xml = diagram(start(), user("a", inner, multi("${many}")), end(), "s-a-e")
    walk = Walk(xml, many=[1, 2])
    assert [walk.run.local(walk.wait("a", n).token)["mine"] for n in (0, 1)] == [2, 4]


def test_a_call_activity_passes_its_own_variables_only_when_told() -> None:
    inner = extension(
        parameters({"x": "${n + 1}"}, {"out": "${result}"}),
        camunda("in", variables="all", local="true"),
        camunda("out", variables="all", local="true"),
    )
    walk = Walk(diagram(start(), call("a", "child", inner), user("z"), end(), "s-a-z-e"), n=1)
    token = walk.wait("a").token
    assert walk.run.call_inputs(token).variables == {"x": 2}
    walk.run.take_back(token, {"result": 5, "noise": 6})
    walk.complete("a").at("z")
    assert walk.run.variables == {"n": 1, "out": 5}


def test_one_own_variable_goes_in() -> None:
    inner = extension(
        parameters({"x": "1"}),
        camunda("in", source="x", target="a", local="true"),
        camunda("in", source="n", target="b", local="true"),
        camunda("in", source="n", target="c"),
    )
    walk = Walk(diagram(start(), call("a", "child", inner), end(), "s-a-e"), n=1)
    inputs = walk.run.call_inputs(walk.wait("a").token)
    assert inputs.variables == {"a": "1", "b": None, "c": 1}


IO = parameters({"x": "1"})
OUT = parameters({}, {"x": "1"})


def refused(*parts: str) -> set[tuple[str, str]]:
    with pytest.raises(DeploymentRefused) as caught:
        Walk(diagram(*parts))
    return {(p.element, p.code) for p in caught.value.problems}


def test_parameters_where_camunda_has_none_are_refused() -> None:
    gateway = xor("x").replace("></", ">" + extension(IO) + "</")
    assert refused(start(), gateway, end(), "s-x-e") == {("x", "parameters-place")}
    assert refused(start("s", extension(IO)), end(), "s-e") == {("s", "parameters-place")}
    assert refused(start(), end("e", extension(OUT)), "s-e") == {("e", "parameters-place")}
    handler = event_sub("h", message(), extension(IO), end("e1"), "h_s-e1")
    assert refused(start(), handler, end(), "s-e") == {("h", "parameters-place")}
    repeated = user("a", extension(OUT), multi(cardinality="2"))
    assert refused(start(), repeated, end(), "s-a-e") == {("a", "parameters-repeated")}
    assert refused(extension(IO), start(), end(), "s-e") == {("p", "parameters-place")}


@pytest.mark.parametrize(
    "inner",
    [
        camunda("list", camunda("entry", "x", key="k")),
        camunda("map", camunda("value", "x")),
        camunda("map", camunda("entry", "x")),
    ],
)
def test_a_list_of_entries_and_a_map_without_keys_are_refused(inner: str) -> None:
    found = refused(start(), user("a", given("x", inner)), end(), "s-a-e")
    assert found == {("a", "parameter-value")}


@pytest.mark.parametrize(
    ("mapping", "code"),
    [
        (camunda("in", target="x"), "mapping-source"),
        (camunda("in", variables="some"), "mapping-source"),
        (camunda("in", source="a", sourceExpression="${b}", target="x"), "mapping-source"),
        (camunda("out", businessKey="${b}"), "mapping-source"),
        (camunda("in", source="a"), "no-target"),
        (camunda("in", sourceExpression="${", target="x"), "bad-expression"),
    ],
)
def test_a_mapping_says_one_thing(mapping: str, code: str) -> None:
    found = refused(start(), call("c", "child", extension(mapping)), end(), "s-c-e")
    assert code in {problem for _, problem in found}
    assert {where for where, _ in found} == {"c"}


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"camunda__calledElementBinding": "newest"}, "binding"),
        ({"camunda__calledElementBinding": "version"}, "binding-version"),
        ({"camunda__calledElementBinding": "versionTag"}, "binding-version"),
        ({"camunda__caseRef": "c"}, "foreign-attribute"),
        ({"camunda__variableMappingClass": "a.B"}, "foreign-attribute"),
        ({"camunda__variableMappingDelegateExpression": "${a}"}, "foreign-attribute"),
        ({"camunda__calledElementTenantId": "t"}, "foreign-attribute"),
    ],
)
def test_a_call_says_which_version_and_nothing_foreign(
    attributes: dict[str, str], code: str
) -> None:
    assert refused(start(), call("c", "child", **attributes), end(), "s-c-e") == {("c", code)}


def test_a_decision_says_which_version() -> None:
    rule = element(
        "businessRuleTask", "r", camunda__decisionRef="d", camunda__decisionRefBinding="version"
    )
    assert refused(start(), rule, end(), "s-r-e") == {("r", "binding-version")}


def test_attributes_named_like_children_mean_nothing() -> None:
    """Whoever writes `list="…"` where an element belongs gets no list and breaks nothing."""
    odd = camunda(
        "inputOutput",
        camunda("inputParameter", "text", name="x", list="a", map="b", script="c"),
        inputParameter="d",
    )
    heard = camunda(
        "taskListener", event="create", expression="${1}", script="e", field="f", id="l",
        timerEventDefinition="g",
    )  # fmt: skip
    told = camunda("properties", property="h") + camunda("formData", formField="i")
    xml = diagram(start(), user("a", extension(odd, heard, told)), end(), "s-a-e")
    walk = Walk(xml)
    assert walk.run.local(walk.wait("a").token) == {"x": "text"}
