"""Boxed expressions, types of the file, and files that attack."""

from __future__ import annotations

import time

import pytest

from engine import decisions
from engine.errors import DeploymentRefused, ExpressionError
from engine.expressions.limits import LimitReached
from tests.engine.dmn import decision, definitions, literal, table
from tests.engine.hostile_expressions import BOMBS, CODE


def value_of(logic: str, scope: dict | None = None, *others: str, **links) -> object:
    model = decisions.parse(definitions(*others, decision("d", logic, **links)))
    return model.decisions["d"].evaluate(scope or {}).value


def knowledge(
    identifier: str, name: str, params: list[str], body: str, *, requires: str = ""
) -> str:
    formal = "".join(f'<formalParameter name="{param}"/>' for param in params)
    needs = (
        f'<knowledgeRequirement><requiredKnowledge href="#{requires}"/></knowledgeRequirement>'
        if requires
        else ""
    )
    return (
        f'<businessKnowledgeModel id="{identifier}" name="{name}">'
        f"<encapsulatedLogic>{formal}{body}</encapsulatedLogic>{needs}</businessKnowledgeModel>"
    )


def test_lists_and_relations():
    assert value_of(f"<list>{literal('1')}{literal('n + 1')}</list>", {"n": 1}) == [1, 2]
    relation = (
        '<relation><column name="code"/><column name="days"/>'
        f"<row>{literal(chr(34) + 'L3' + chr(34))}{literal('15')}</row>"
        f"<row>{literal(chr(34) + 'L4' + chr(34))}{literal('30')}</row></relation>"
    )
    assert value_of(relation) == [{"code": "L3", "days": 15}, {"code": "L4", "days": 30}]


def test_a_context_may_hold_a_table_and_a_function():
    inner = table(["n"], ["r"], [["> 3", '"big"'], ["<= 3", '"small"']])
    context = (
        f'<context><contextEntry><variable name="size"/>{inner}</contextEntry>'
        '<contextEntry><variable name="twice"/><functionDefinition>'
        f'<formalParameter name="x"/>{literal("x * 2")}</functionDefinition></contextEntry>'
        f"<contextEntry>{literal('size + string(twice(n))')}</contextEntry></context>"
    )
    assert value_of(context, {"n": 5}) == "big10"


def test_a_knowledge_model_may_be_a_table_and_call_another():
    rate = table(["amount"], ["r"], [["> 100", "0.2"], ["<= 100", "0.1"]], identifier="k1t")
    parts = [
        knowledge("k1", "rate of", ["amount"], rate),
        knowledge("k2", "tax", ["amount"], literal("rate of(amount) * amount"), requires="k1"),
    ]
    assert value_of(literal("tax(200)"), {}, *parts, knows=["k2"]) == 40
    assert value_of(literal("tax(amount: 100)"), {}, *parts, knows=["k2"]) == 10


def test_a_knowledge_model_may_have_the_name_of_a_built_in():
    own = knowledge("k", "sum", ["a", "b"], literal("a - b"))
    assert value_of(literal("sum(5, 2)"), {}, own, knows=["k"]) == 3
    assert value_of(literal("sum(5, 2)"), {}, own) == 7


def test_a_function_in_java_is_refused():
    java = f'<functionDefinition kind="Java">{literal("1")}</functionDefinition>'
    entry = f'<context><contextEntry><variable name="f"/>{java}</contextEntry>'
    logic = f"{entry}<contextEntry>{literal('f()')}</contextEntry></context>"
    model = decisions.parse(definitions(decision("d", logic)))
    assert [(p.code, p.severity) for p in decisions.check(model)] == [("dmn-function", "error")]
    assert model.decisions["d"].evaluate({}).value is None


def test_a_function_cannot_be_a_decisions_result():
    with pytest.raises(ExpressionError, match="函数"):
        value_of(
            f'<functionDefinition><formalParameter name="x"/>{literal("x")}</functionDefinition>'
        )


def test_types_of_the_file_bring_their_allowed_values():
    item = (
        '<itemDefinition id="ty" name="tLevel"><typeRef>string</typeRef>'
        '<allowedValues><text>"L3","L4"</text></allowedValues></itemDefinition>'
    )
    logic = table(["level:tLevel"], ["r:string"], [['"L3"', '"x"']])
    model = decisions.parse(definitions(item, decision("d", logic)))
    assert [problem.code for problem in decisions.check(model)] == ["dmn-gap"]
    told = model.decisions["d"].evaluate({"level": "L9"}, explain=True)
    assert told.value is None
    assert "不在允许的取值内" in told.explanation["notes"][0]


def test_a_decision_tells_which_names_it_reads():
    logic = table(["stage", "upper case(level)"], ["r"], [["-", "> limit", "days + 1"]])
    model = decisions.parse(definitions(decision("d", logic)))
    assert model.decisions["d"].reads == {"stage", "level", "limit", "days"}


@pytest.mark.parametrize(
    ("part", "code"),
    [
        ('<import id="x" namespace="n"/>', "dmn-import"),
        (
            '<import id="x" namespace="n" importType="http://www.w3.org/2001/XMLSchema"/>',
            "dmn-import",
        ),
        ('<decisionService id="x"/>', "dmn-service"),
    ],
)
def test_what_would_be_silently_ignored_is_refused(part, code):
    with pytest.raises(DeploymentRefused) as refused:
        value_of(literal("1"), {}, part)
    assert [(p.element, p.code) for p in refused.value.problems] == [("x", code)]


def test_a_literal_has_the_type_of_its_variable():
    typed = literal("n + 1").replace("<lit", '<variable name="d" typeRef="string"/><lit', 1)
    assert value_of(typed, {"n": 1}) == "2"
    with pytest.raises(ExpressionError, match="integer"):
        value_of(typed.replace('"string"', '"integer"'), {"n": 1.5})


def test_camundas_dates_may_have_times():
    rules = [['>= date and time("2026-03-01T12:00:00")', '"late"'], ["-", '"early"']]
    logic = table(["d:date"], ["r"], rules, hit="FIRST")
    assert value_of(logic, {"d": "2026-03-01T13:00:00"}) == "late"
    assert value_of(logic, {"d": "2026-03-01"}) == "early"
    days = table(["d:date"], ["r"], [['>= date("2026-03-01")', '"late"']])
    assert value_of(days, {"d": "2026-03-01T13:00:00"}) == "late"


def test_a_missing_variable_is_told_in_the_explanation():
    model = decisions.parse(definitions(decision("d", table(["stge"], ["r"], [['"a"', "1"]]))))
    told = model.decisions["d"].evaluate({"stage": "a"}, explain=True).explanation
    assert told["notes"] == ["变量“stge”不存在（此时还没有赋值）。是不是“stage”？"]


def test_a_missing_variable_called_like_a_built_in_is_null_in_camundas_files():
    logic = table(["date"], ["r"], [["null", '"none"'], ["-", '"some"']], hit="FIRST")
    assert value_of(logic) == "none"
    assert value_of(literal("count = null")) is True


def test_namespace_prefixes_and_comments_do_not_matter():
    xml = (
        b'<?xml version="1.0" encoding="UTF-8"?><!-- c --><x:definitions id="a" name="b" '
        b'xmlns:x="https://www.omg.org/spec/DMN/20191111/MODEL/"><x:decision id="d" name="d">'
        b"<!-- c --><x:literalExpression><x:text>1 + 1</x:text></x:literalExpression>"
        b"</x:decision></x:definitions>"
    )
    assert decisions.parse(xml).decisions["d"].evaluate({}).value == 2


def test_ids_in_a_drawing_may_be_anything():
    shape = (
        '<di:Shape xmlns:di="https://www.omg.org/spec/DMN/20191111/DMNDI/" id="d">'
        '<di:Label id="x"/><di:Label id="x"/></di:Shape>'
    )
    xml = definitions(decision("d", literal("1 + 1")), shape)
    assert decisions.parse(xml).decisions["d"].evaluate({}).value == 2


def test_the_decision_is_named_when_a_required_one_fails():
    first = decision("inner", table(["n"], ["r"], [["> 1", "1"], ["> 2", "2"]]), name="等级")
    with pytest.raises(ExpressionError, match="决策“等级”"):
        value_of(literal("1"), {"n": 3}, first, requires=["inner"])


@pytest.mark.parametrize("body", CODE)
def test_no_cell_reaches_python(body):
    """A cell is refused, or harmless: it never gives more than a row or none."""
    logic = table(["n"], ["r"], [[body, body]])
    started = time.process_time()
    try:
        model = decisions.parse(definitions(decision("d", logic.replace("\0", "?"))))
        rows = model.decisions["d"].evaluate({"n": 1, "x": 5}).rows
    except (DeploymentRefused, ExpressionError):
        rows = []
    assert rows in ([], [{"r": None}], [{"r": True}], [{"r": False}])
    assert time.process_time() - started < 5


@pytest.mark.parametrize("body", [b for b in BOMBS if len(b) < 300])
def test_bombs_in_cells_are_defused(body):
    with pytest.raises((DeploymentRefused, ExpressionError)):
        value_of(table(["n"], ["r"], [["-", body]]), {"n": 1})


def test_a_limit_stays_a_limit():
    with pytest.raises(LimitReached, match="决策“d”"):
        value_of(literal("for i in 1..9999, j in 1..9999 return 1"))


def test_work_is_counted_over_all_decisions():
    heavy = "count(for i in 1..4000 return i)"
    first = [decision(f"d{n}", literal(heavy)) for n in range(30)]
    with pytest.raises(LimitReached, match="计算量"):
        value_of(literal("1"), {}, *first, requires=[f"d{n}" for n in range(30)])


@pytest.mark.parametrize(
    "xml",
    [
        b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><d>&e;</d>',
        b'<d xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd"/></d>',
        b"<d>&e;</d>",
        b'<?xml version="1.0" encoding="UTF-16"?><d/>',
        b"<d" + b" " * 100 + b"/" * 50,
        b"<a>" * 5_000 + b"</a>" * 5_000,
        b"",
        b"\x00",
        "中文".encode("gbk"),
    ],
)
def test_hostile_files_are_refused(xml):
    with pytest.raises(DeploymentRefused):
        decisions.parse(xml)


def test_every_problem_of_a_file_is_told_at_once():
    rows = [["> ", "1"], ["1", "(1"], ["[1..", '"a']]
    with pytest.raises(DeploymentRefused) as refused:
        value_of(table(["n"], ["r"], rows))
    assert {p.element for p in refused.value.problems} == {"t_r1c0", "t_r2c1", "t_r3c0", "t_r3c1"}


def test_a_large_table_is_read_and_answered():
    rows = [[f'"k{number}"', str(number)] for number in range(2_000)]
    model = decisions.parse(definitions(decision("d", table(["k"], ["r"], rows))))
    assert model.decisions["d"].evaluate({"k": "k1999"}).single_entry == 1999
    assert decisions.check(model) == []
