"""Which version of a process or decision is used, and what a decision's answer becomes."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine import db
from engine.errors import DeploymentRefused, EngineError, NotFound
from engine.models import ProcessInstance
from tests.engine import dmn, office
from tests.engine.bpmn_builder import (
    boundary,
    call,
    camunda,
    diagram,
    element,
    end,
    error,
    extension,
    parameters,
    script,
    start,
    user,
)
from tests.engine.walker import NoteHost, Walk


def child(mark: str, tag: str = "") -> bytes:
    given = {"camunda__versionTag": tag} if tag else {}
    return diagram(start(), script("m", f'mark = "{mark}"'), end(), "s-m-e", key="child", **given)


def caller(**binding: str) -> bytes:
    return diagram(
        start(),
        user("first", camunda__assignee="ann"),
        call("c", "${which}", extension(camunda("out", source="mark", target="mark")), **binding),
        user("z"),
        end(),
        "s-first-c-z-e",
    )


@pytest.mark.parametrize(
    ("binding", "mark"),
    [
        ({}, "three"),
        ({"camunda__calledElementBinding": "latest"}, "three"),
        ({"camunda__calledElementBinding": "deployment"}, "one"),
        (
            {
                "camunda__calledElementBinding": "version",
                "camunda__calledElementVersion": "2",
            },
            "two",
        ),
        (
            {
                "camunda__calledElementBinding": "version",
                "camunda__calledElementVersion": "${wanted}",
            },
            "two",
        ),
        (
            {
                "camunda__calledElementBinding": "versionTag",
                "camunda__calledElementVersionTag": "blue",
            },
            "two",
        ),
        (
            {
                "camunda__calledElementBinding": "versionTag",
                "camunda__calledElementVersionTag": "${colour}",
            },
            "two",
        ),
    ],
)
def test_a_call_activity_is_bound_as_the_diagram_says(
    either_database: str, binding: dict[str, str], mark: str
) -> None:
    office.publish(a_dot_bpmn=caller(**binding), b_dot_bpmn=child("one", "red"))
    case = office.start(which="child", wanted=2, colour="blue")
    office.publish(a_dot_bpmn=caller(**binding), b_dot_bpmn=child("two", "blue"))
    office.publish(a_dot_bpmn=caller(**binding), b_dot_bpmn=child("three"))
    office.complete(case, "first")
    assert office.variables(case)["mark"] == mark


@pytest.mark.parametrize(
    ("binding", "why"),
    [
        (
            {
                "camunda__calledElementBinding": "version",
                "camunda__calledElementVersion": "${wanted}",
            },
            "不是整数",
        ),
        (
            {
                "camunda__calledElementBinding": "versionTag",
                "camunda__calledElementVersionTag": "${wanted}",
            },
            "没有发布",
        ),
    ],
)
def test_a_version_that_is_not_there_is_an_error(
    database: str, binding: dict[str, str], why: str
) -> None:
    xml = diagram(start(), call("c", "child", **binding), end(), "s-c-e")
    office.publish(a_dot_bpmn=xml, b_dot_bpmn=child("one"))
    with pytest.raises(NotFound, match=why):
        office.start(wanted="x")


def test_the_business_key_goes_in_when_told(database: str) -> None:
    inner = extension(camunda("in", businessKey="#{execution.processBusinessKey}-1"))
    outer = diagram(start(), call("c", "child", inner), call("d", "child"), end(), "s-c-d-e")
    office.publish(a_dot_bpmn=outer, b_dot_bpmn=child("one"))
    office.start(bk="SQ-1")
    with db.reading() as session:
        keys = session.execute(
            select(ProcessInstance.parent_element, ProcessInstance.business_key)
        ).all()
    assert {tuple(row) for row in keys} == {(None, "SQ-1"), ("c", "SQ-1-1"), ("d", None)}


def test_a_caught_error_brings_the_out_mappings_too(database: str) -> None:
    """As Camunda documents: an error of the called process that the caller catches."""
    failing = diagram(start(), script("m", "mark = 5"), end("bad", error()), "s-m-bad", key="child")
    inner = extension(
        camunda("out", source="mark", target="mark"), camunda("out", source="no", target="none")
    )
    outer = diagram(
        start(), call("c", "child", inner), boundary("b", "c", error()), user("h"), end(),
        "s-c-e", "b-h-e",
    )  # fmt: skip
    office.publish(a_dot_bpmn=outer, b_dot_bpmn=failing)
    case = office.start()
    assert office.waiting(case) == ["h"]
    assert office.variables(case) == {"mark": 5, "none": None}


# ---- decisions -----------------------------------------------------------------------------


def table(mark: str, tag: str = "") -> bytes:
    rules = [["-", f'"{mark}"', "1"]]
    xml = dmn.definitions(dmn.decision("d", dmn.table(["n"], ["mark", "more"], rules)))
    given = f'<decision camunda:versionTag="{tag}" ' if tag else "<decision "
    return xml.replace(b"<decision ", given.encode(), 1)


@pytest.mark.parametrize(
    ("binding", "mark"),
    [
        ({}, "three"),
        ({"camunda__decisionRefBinding": "latest"}, "three"),
        ({"camunda__decisionRefBinding": "deployment"}, "one"),
        (
            {"camunda__decisionRefBinding": "version", "camunda__decisionRefVersion": "2"},
            "two",
        ),
        (
            {
                "camunda__decisionRefBinding": "version",
                "camunda__decisionRefVersion": "${wanted}",
            },
            "two",
        ),
        (
            {
                "camunda__decisionRefBinding": "versionTag",
                "camunda__decisionRefVersionTag": "blue",
            },
            "two",
        ),
    ],
)
def test_a_decision_is_bound_as_the_diagram_says(
    either_database: str, binding: dict[str, str], mark: str
) -> None:
    rule = element(
        "businessRuleTask", "r", camunda__decisionRef="${which}", camunda__resultVariable="got",
        camunda__mapDecisionResult="singleResult", **binding,
    )  # fmt: skip
    xml = diagram(
        start(), user("first", camunda__assignee="ann"), rule, user("z"), end(), "s-first-r-z-e"
    )
    office.publish(a_dot_bpmn=xml, d_dot_dmn=table("one", "red"))
    case = office.start(which="d", n=1, wanted=2)
    office.publish(a_dot_bpmn=xml, d_dot_dmn=table("two", "blue"))
    office.publish(a_dot_bpmn=xml, d_dot_dmn=table("three"))
    office.complete(case, "first")
    assert office.variables(case)["got"] == {"mark": mark, "more": 1}


def rule(*inner: str, **attributes: str) -> bytes:
    made = element("businessRuleTask", "r", *inner, camunda__decisionRef="d", **attributes)
    return diagram(start(), made, user("z"), end(), "s-r-z-e")


def answered(rows: list[dict[str, Any]], shape: str) -> Any:
    host = NoteHost()
    host.rows["d"] = rows
    given = {"camunda__resultVariable": "got"}
    if shape:
        given["camunda__mapDecisionResult"] = shape
    return Walk(rule(**given), host).run.variables["got"]


@pytest.mark.parametrize(
    ("shape", "rows", "kept"),
    [
        ("singleEntry", [{"a": 1}], 1),
        ("singleEntry", [], None),
        ("singleResult", [{"a": 1, "b": 2}], {"a": 1, "b": 2}),
        ("singleResult", [], None),
        ("collectEntries", [{"a": 1}, {"a": 2}], [1, 2]),
        ("collectEntries", [], []),
        ("resultList", [{"a": 1}, {"a": 2, "b": 3}], [{"a": 1}, {"a": 2, "b": 3}]),
        ("resultList", [], []),
        ("", [{"a": 1}], [{"a": 1}]),
    ],
)
def test_each_mapping_keeps_the_answer_in_its_shape(
    shape: str, rows: list[dict[str, Any]], kept: Any
) -> None:
    assert answered(rows, shape) == kept


@pytest.mark.parametrize(
    ("shape", "rows"),
    [
        ("singleEntry", [{"a": 1}, {"a": 2}]),
        ("singleEntry", [{"a": 1, "b": 2}]),
        ("singleResult", [{"a": 1}, {"a": 2}]),
        ("collectEntries", [{"a": 1, "b": 2}]),
    ],
)
def test_an_answer_that_does_not_fit_is_an_error(shape: str, rows: list[dict[str, Any]]) -> None:
    with pytest.raises(EngineError, match=r"r.*只允许一个"):
        answered(rows, shape)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${decisionResult.getSingleResult().a}", 1),
        ("${decisionResult.singleResult.b}", 2),
        ("${decisionResult.getSingleResult().getEntry('b')}", 2),
        ("${decisionResult.getFirstResult().getFirstEntry()}", 1),
        ("${decisionResult.collectEntries('b')}", [2]),
        ("${decisionResult.getResultList()}", [{"a": 1, "b": 2}]),
        ("${decisionResult.size()}", 1),
        ("${decisionResult.get(0).get('a')}", 1),
        ("${decisionResult[0].a + 1}", 2),
        ("=decisionResult[1].a", 1),
        ("${decisionResult}", [{"a": 1, "b": 2}]),
    ],
)
def test_output_parameters_read_the_answer_as_in_camunda(text: str, value: Any) -> None:
    host = NoteHost()
    host.rows["d"] = [{"a": 1, "b": 2}]
    walk = Walk(rule(extension(parameters({}, {"got": text}))), host)
    assert walk.run.variables == {"got": value}


def test_an_end_listener_reads_the_answer_and_nobody_later() -> None:
    host = NoteHost()
    host.rows["d"] = [{"a": 1}]
    heard = camunda(
        "executionListener",
        event="end",
        expression="${execution.setVariable('got', decisionResult.getSingleEntry())}",
    )
    walk = Walk(rule(extension(heard), camunda__asyncAfter="true"), host)
    assert walk.run.variables == {"got": 1}
    assert "decisionResult" not in walk.run.scope(walk.wait("r").token)


def test_two_answers_where_an_output_wants_one_stop_the_step() -> None:
    host = NoteHost()
    host.rows["d"] = [{"a": 1}, {"a": 2}]
    with pytest.raises(EngineError, match="只允许一个"):
        Walk(rule(extension(parameters({}, {"x": "${decisionResult.singleEntry}"}))), host)


def test_an_answer_that_goes_nowhere_is_refused(database: str) -> None:
    def codes(xml: bytes) -> set[str]:
        with pytest.raises(DeploymentRefused) as caught:
            office.publish(a_dot_bpmn=xml, d_dot_dmn=table("one"))
        return {p.code for p in caught.value.problems}

    assert codes(rule()) == {"no-result-variable"}
    shaped = rule(camunda__resultVariable="x", camunda__mapDecisionResult="first")
    assert codes(shaped) == {"result-shape"}
    office.publish(a_dot_bpmn=rule(extension(parameters({}, {"x": "1"}))), d_dot_dmn=table("one"))
