"""DMN 1.3, 7.3.2 item definitions and 10.3.2.9 conversions, in files of the standard."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from engine import decisions
from engine.clock import CHINA
from engine.errors import DeploymentRefused
from engine.expressions.values import YearsMonths
from tests.engine import dmn
from tests.engine.dmn import definitions, table
from tests.engine.dmn_standard import (
    answer,
    context,
    decision,
    input_data,
    invocation,
    item,
    knowledge,
    literal,
    model,
    service,
)

PERSON = item("tPerson", name="string", date_of_birth="date", tags="string*")
LEVEL = item("tLevel", "string", allowed='"low","high"')


def given(type_ref: str, value: object, *types: str, text: str = "x") -> object:
    """Return what a decision sees of an input of this type."""
    parts = (*types, input_data("x", type_ref))
    return answer(literal(text), {"x": value}, *parts, inputs=("x",))


@pytest.mark.parametrize(
    ("type_ref", "value", "seen"),
    [
        ("number", 5, 5),
        ("number", Decimal("5.50"), Decimal("5.50")),
        ("number", "5", None),
        ("number", None, None),
        ("number", True, None),
        ("string", "a", "a"),
        ("string", 5, None),
        ("boolean", True, True),
        ("boolean", "true", None),
        ("date", "2026-03-01", date(2026, 3, 1)),
        ("date", "2026-3-1", None),
        ("date", datetime(2026, 2, 28, 16, tzinfo=UTC), date(2026, 3, 1)),
        ("date", datetime(2026, 3, 1, 23, tzinfo=CHINA), date(2026, 3, 1)),
        ("time", datetime(2026, 3, 1, 23, tzinfo=CHINA), None),
        ("date", datetime.max.replace(tzinfo=UTC), date(9999, 12, 31)),
        ("dateTime", "2026-03-01T10:00:00Z", datetime(2026, 3, 1, 10, tzinfo=UTC)),
        ("date and time", date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC)),
        ("dayTimeDuration", "P1D", timedelta(days=1)),
        ("days and time duration", "P1Y", None),
        ("yearMonthDuration", "P1Y", YearsMonths(12)),
        ("feel:number", 5, 5),
        ("Any", "a", "a"),
        ("", "a", "a"),
    ],
)
def test_inputs_have_the_type_of_their_input_data(type_ref, value, seen):
    assert given(type_ref, value) == seen


def test_conversions_take_a_list_of_one_apart_and_make_one():
    assert given("number", [5]) == 5
    assert given("number", [5, 6]) is None
    many = item("tMany", "number", many=True)
    assert given("tMany", 5, many) == [5]
    assert given("tMany", [5, 6], many) == [5, 6]
    assert given("tMany", [5, "6"], many) is None


def test_only_what_comes_from_outside_is_read_as_a_date():
    born = input_data("born", "date")
    year = decision("year", literal("born.year"), inputs=("born",))
    svc = service("svc", ("year",), inputs=("born",))
    for text, value in (
        ('svc(@"2026-03-01")', 2026),
        ('svc("2026-03-01")', None),
        ('svc(@"2026-03-01T10:00:00")', None),
        ('svc([@"2026-03-01"])', 2026),
    ):
        assert answer(literal(text), {}, born, year, svc, knows=("svc",)) == value
    moment = datetime(2026, 2, 28, 16, tzinfo=UTC)  # midnight in China
    logic = table(["day:date"], ["r:number"], [['@"2026-03-01"', "day.year"]])
    assert answer(logic, {"day": moment}) == 2026
    assert answer(logic, {"day": moment}, input_data("day", "date"), inputs=("day",)) == 2026
    camundas = definitions(dmn.decision("d", logic))
    assert decisions.parse(camundas).evaluate("d", {"day": moment}).value == 2026


def test_inputs_of_camundas_files_are_days_if_they_say_so():
    day = input_data("day", "date")
    found = decisions.parse(definitions(day, dmn.decision("d", literal("day.year"))))
    assert not [problem for problem in decisions.check(found) if problem.severity == "error"]
    moment = datetime(2025, 12, 31, 16, tzinfo=UTC)
    for value, year in (("2026-03-01", 2026), (moment, 2026), ("soon", None), (5, None)):
        assert found.evaluate("d", {"day": value}).value == year


BOX = context(a__string=literal("5"), result=literal("[a, n]"))


@pytest.mark.parametrize(
    ("beyond", "logic", "value"),
    [  # with the first, Camunda 7 does not run the file: it is one of the standard
        ("", table(["n:integer"], ["r"], [["> 3", "n"]]), "5"),
        ("", table(["n:integer"], ["r"], [["cellInput > 3", "n"]]), "5"),
        (item("tAny", "Any"), table(["n:integer"], ["r"], [["-", "n + 1"], ["> 3", "n"]]), None),
        (item("tAny", "Any"), table(["n:integer"], ["r"], [["cellInput > 3", "n"]]), "5"),
        (item("tAny", "Any"), table(["n:integer"], ["r"], [["> 3", "${n}"]]), "5"),
        (knowledge("double", "n:number", literal("n * 2")), literal("double(n)"), None),
        ("", BOX, [None, "5"]),
    ],
)
def test_a_file_of_camunda_with_more_than_it_runs_is_one_of_the_standard(beyond, logic, value):
    links = {"knows": ["double"]} if "double" in beyond else {}
    found = decisions.parse(definitions(beyond, dmn.decision("d", logic, **links)))
    assert found.evaluate("d", {"n": "5"}).value == value


def test_structures_read_their_fields():
    person = {"name": "甲", "date of birth": "2000-05-05", "tags": ["a", "b"]}
    assert given("tPerson", person, PERSON, text="x.date of birth.year") == 2000
    assert given("tPerson", person, PERSON, text="x.tags[2]") == "b"
    assert given("tPerson", {"name": 5, "date of birth": "2000-05-05", "tags": []}, PERSON) is None
    assert given("tPerson", {"name": "甲"}, PERSON, text="[x.name, x.tags]") == ["甲", None]
    assert given("tPerson", {"name": "甲"}, PERSON, text="x instance of tPerson") is False
    assert given("tPerson", {}, PERSON, text="x.name = null") is True
    people = item("tPeople", "tPerson", many=True)
    assert given("tPeople", [person], PERSON, people, text="x[1].date of birth.day") == 5


def test_types_may_stand_in_any_order_and_contain_themselves():
    later = (item("tOuter", "tInner"), item("tInner", "number", allowed="[0..10]"))
    assert given("tOuter", 5, *later) == 5
    assert given("tOuter", 11, *later) is None
    tree = item("tTree", value="number", children="tTree*")
    value = {"value": 1, "children": [{"value": 2, "children": []}]}
    assert given("tTree", value, tree, text="x.children[1].value") == 2
    wrong = {"value": 1, "children": [{"value": "2", "children": []}]}
    assert given("tTree", wrong, tree) is None


@pytest.mark.parametrize(
    ("allowed", "base", "good", "bad"),
    [
        ('"low","high"', "string", "low", "medium"),
        ("[0..100]", "number", 100, 101),
        ("> 0", "number", 1, 0),
        ("1, 2, 3", "number", 2, 4),
        ('not("x")', "string", "y", "x"),
        ("string length(?) < 3", "string", "ab", "abc"),
        ('>= date("2026-01-01")', "date", "2026-01-01", "2025-12-31"),
    ],
)
def test_allowed_values_are_part_of_the_type(allowed, base, good, bad):
    kind = item("tKind", base, allowed=allowed)
    assert given("tKind", good, kind) is not None
    assert given("tKind", bad, kind) is None
    many = item("tKinds", base, allowed=allowed, many=True)
    assert given("tKinds", [good, good], many, text="count(x)") == 2
    assert given("tKinds", [good, bad], many) is None


@pytest.mark.parametrize(
    ("text", "type_ref", "value"),
    [
        ("1 + 1", "number", 2),
        ("1 + 1", "string", None),
        ('"a"', "string", "a"),
        ("[1]", "number", 1),
        ("[1, 2]", "number", None),
        ('"low"', "tLevel", "low"),
        ('"medium"', "tLevel", None),
        ('date("2026-01-01")', "dateTime", datetime(2026, 1, 1, tzinfo=UTC)),
        ('{name: "a", date of birth: @"2000-01-01", tags: []}.name', "string", "a"),
        ('{name: "a"}', "tPerson", None),
        ("null", "number", None),
        ("[1, 2]", "list<number>", [1, 2]),
        ('["a"]', "list<number>", None),
        ("1", "list<number>", [1]),
        ('["medium"]', "list<tLevel>", None),
        ("{a: 1}", "context<a: number>", {"a": 1}),
        ('{a: "x"}', "context<a: number>", None),
        ("1", "list<", 1),
    ],
)
def test_the_result_has_the_type_of_the_decisions_variable(text, type_ref, value):
    assert answer(literal(text), {}, PERSON, LEVEL, type_ref=type_ref) == value
    assert answer(literal(text, type_ref), {}, PERSON, LEVEL) == value


def test_parameters_and_results_of_knowledge_models_are_typed():
    double = knowledge("double", "n:number", literal("n * 2"), type_ref="number")
    texts = knowledge("shout", "s:string", literal('s + "!"'), type_ref="number")
    for logic, value in (
        (literal("double(4)"), 8),
        (literal('double("4")'), None),
        (literal("double([4])"), 8),
        (literal("double()"), None),
        (literal("double(m: 4)"), None),
        (literal('shout("a")'), None),
        (invocation("double", n="4"), 8),
        (invocation("double", n='"4"'), None),
    ):
        assert answer(logic, {}, double, texts, knows=("double", "shout")) == value


def test_expressions_may_name_the_types_of_the_file():
    for text, value in (
        ('{name: "a", date of birth: @"2000-01-01", tags: []} instance of tPerson', True),
        ('{name: "a"} instance of tPerson', False),
        ('"low" instance of tLevel', True),
        ('"medium" instance of tLevel', False),
        ('["low"] instance of list<tLevel>', True),
        ('(function(l: tLevel) l)("medium")', None),
        ('(function(l: tLevel) l)("high")', "high"),
    ):
        assert answer(literal(text), {}, PERSON, LEVEL) == value


def test_a_function_is_a_type_too():
    function = (
        '<itemDefinition name="tF"><functionItem outputTypeRef="number">'
        '<parameters name="a" typeRef="number"/></functionItem></itemDefinition>'
    )
    double = knowledge("double", "a:number", literal("a * 2"), type_ref="tF")
    logic = literal("double(3)")
    assert answer(logic, {}, function, double, knows=("double",)) == 6
    wrong = knowledge("wrong", "a:number", literal('"x"'), type_ref="tF")
    assert answer(literal("wrong(3)"), {}, function, wrong, knows=("wrong",)) is None
    own = double.replace("<encapsulatedLogic>", '<encapsulatedLogic typeRef="tF">')
    assert answer(logic, {}, function, own, knows=("double",)) == 6
    inner = (
        '<functionDefinition typeRef="tF"><formalParameter name="a" typeRef="number"/>'
        + literal("a * 2")
    )
    boxes = context(result=literal("f(3)"), f=f"{inner}</functionDefinition>")
    assert answer(boxes, {}, function) == 6
    text = "(function(a: number) a) instance of tF"
    assert answer(literal(text), {}, function) is True
    for body, fits in (("a * 2", True), ("if a > 1 then a else 0", True), ("foo(a)", True),
                       ("a > 1", False), ('"x"', False), ("[a]", False)):  # fmt: skip
        lambda_ = f"(function(a: number) {body})"
        assert answer(literal(f"{lambda_} instance of tF"), {}, function) is fits
        assert (answer(literal(f"(function(f: tF) 1)({lambda_})"), {}, function) == 1) is fits
    assert answer(literal(text.replace("tF", "tG")), {}, function.replace(
        'name="tF"', 'name="tG"').replace(' outputTypeRef="number"', "")) is True  # fmt: skip


@pytest.mark.parametrize(
    ("part", "element"),
    [
        (item("tA", "tB"), "tA"),
        (item("tA", "tA"), "tA"),
        (item("tA", "number", allowed="1 +"), "tA"),
    ],
)
def test_a_type_that_is_wrong_is_refused(part, element):
    with pytest.raises(DeploymentRefused) as refused:
        decisions.parse(model(part, decision("d", literal("1"))))
    assert [(p.element, p.code) for p in refused.value.problems] == [(element, "dmn-item")]


def test_an_unknown_type_is_told():
    found = decisions.parse(model(decision("d", literal("1"), type_ref="tGone")))
    assert [(p.element, p.code, p.severity) for p in decisions.check(found)] == [
        ("d", "dmn-type", "warning")
    ]
