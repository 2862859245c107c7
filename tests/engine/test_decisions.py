"""Decision tables: hit policies, types, required decisions, what a refusal names."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from engine import decisions
from engine.errors import DeploymentRefused, ExpressionError
from tests.engine.dmn import decision, definitions, literal, table

SLA = table(
    ["stage:string", "level:string"],
    ["amount:number", "unit:string"],
    [
        ['"handle"', '"L3","L3H"', "15", '"W"'],
        ['"handle"', 'not("L3","L3H")', "30", '"C"'],
        ['"reply"', "-", "5", '"W"'],
    ],
)


def only(xml: bytes) -> decisions.Decision:
    model = decisions.parse(xml)
    return next(iter(model.decisions.values()))


def evaluated(logic: str, scope: dict) -> decisions.Result:
    return only(definitions(decision("d", logic))).evaluate(scope)


@pytest.mark.parametrize(
    ("scope", "row"),
    [
        ({"stage": "handle", "level": "L3H"}, {"amount": 15, "unit": "W"}),
        ({"stage": "handle", "level": "L4"}, {"amount": 30, "unit": "C"}),
        ({"stage": "reply", "level": None}, {"amount": 5, "unit": "W"}),
    ],
)
def test_a_unique_table_answers_with_the_rule_that_matches(scope, row):
    result = evaluated(SLA, scope)
    assert result.single_result == row
    assert result.rows == [row]


def test_no_rule_no_row():
    result = evaluated(SLA, {"stage": "other", "level": "L3"})
    assert (result.rows, result.single_result, result.value) == ([], None, None)


NUMBERS = [["> 1", "10"], ["> 2", "20"], ["> 3", "20"]]


@pytest.mark.parametrize(
    ("hit", "aggregation", "n", "rows"),
    [
        ("FIRST", "", 3, [10]),
        ("RULE ORDER", "", 3, [10, 20]),
        ("COLLECT", "", 4, [10, 20, 20]),
        ("COLLECT", "SUM", 4, [50]),
        ("COLLECT", "MIN", 4, [10]),
        ("COLLECT", "MAX", 4, [20]),
        ("COLLECT", "COUNT", 4, [3]),
        ("COLLECT", "COUNT", 0, [0]),
        ("COLLECT", "SUM", 0, []),
        ("C", "SUM", 3, [30]),
    ],
)
def test_hit_policies(hit, aggregation, n, rows):
    logic = table(["n:number"], ["r"], NUMBERS, hit=hit, aggregation=aggregation)
    assert evaluated(logic, {"n": n}).collect_entries == rows


def test_unique_names_the_rules_that_both_match():
    logic = table(["n:number"], ["r"], NUMBERS)
    with pytest.raises(ExpressionError, match="第 1 条（t_r1）、第 2 条（t_r2）"):
        evaluated(logic, {"n": 3})


def test_any_wants_the_same_answer():
    logic = table(["n:number"], ["r"], NUMBERS, hit="ANY")
    assert evaluated(logic, {"n": 2}).single_entry == 10
    with pytest.raises(ExpressionError, match="任意"):
        evaluated(logic, {"n": 3})


def test_priority_and_output_order_follow_the_list_of_values():
    rules = [["> 0", '"low"'], ["> 1", '"high"'], ["> 2", '"mid"']]
    column = ['risk:string="high","mid","low"']
    assert evaluated(table(["n"], column, rules, hit="PRIORITY"), {"n": 3}).single_entry == "high"
    ordered = evaluated(table(["n"], column, rules, hit="OUTPUT ORDER"), {"n": 3})
    assert ordered.collect_entries == ["high", "mid", "low"]
    assert ordered.value == ["high", "mid", "low"]


def test_default_outputs_answer_when_no_rule_does():
    logic = table(["n"], ['risk:string|"none"'], [["> 5", '"high"']])
    assert evaluated(logic, {"n": 1}).single_entry == "none"


def test_text_from_a_form_becomes_the_columns_type():
    logic = table(["n:integer", "b:boolean", "d:date"], ["r"], [
        ["[1..5]", "true", '>= date("2026-01-01")', '"yes"'],
    ])  # fmt: skip
    scope = {"n": "3", "b": "true", "d": "2026-02-01"}
    assert evaluated(logic, scope).single_entry == "yes"
    with pytest.raises(ExpressionError, match="integer"):
        evaluated(logic, {**scope, "n": "三"})


def test_cells_may_speak_of_variables_and_of_the_input():
    rules = [["> limit", '"over"'], ["? <= limit and ? > 0", '"ok"'], ["0", '"zero"']]
    logic = table(["n:number"], ["r"], rules)
    answers = [evaluated(logic, {"n": n, "limit": 5}).single_entry for n in (6, 5, 0)]
    assert answers == ["over", "ok", "zero"]


def test_camundas_input_variable_is_the_cells_name_for_the_value():
    logic = table(["n"], ["r"], [["m > 3", '"big"']]).replace(
        '<input id="t_i1"', '<input id="t_i1" camunda:inputVariable="m"'
    )
    assert evaluated(logic, {"n": 4}).single_entry == "big"
    assert evaluated(logic, {"n": 3}).rows == []


def test_juel_where_the_file_says_so():
    logic = table(["n"], ["r"], [["> 3", "${n * 2}"]])
    assert evaluated(logic, {"n": 4}).single_entry == 8


def test_outputs_are_expressions():
    logic = table(["n:number"], ["r:number"], [["> 0", "n * 0.1"]])
    assert evaluated(logic, {"n": 3}).single_entry == Decimal("0.3")


def test_required_decisions_are_answered_first_and_once():
    rules = [["> 10", '"high"'], ["<= 10", '"low"']]
    answer = 'if risk = "high" then doubled else 0'
    xml = definitions(
        decision("base", literal("amount * 2"), variable="doubled"),
        decision("risk", table(["doubled:number"], ["risk"], rules), requires=["base"]),
        decision("answer", literal(answer), requires=["risk", "base"]),
    )
    model = decisions.parse(xml)
    result = model.decisions["answer"].evaluate({"amount": 6})
    assert (result.single_entry, result.value) == (12, 12)
    assert model.decisions["answer"].evaluate({"amount": 1}).value == 0


def test_a_required_table_is_read_by_its_outputs_as_in_camunda():
    rules = [["> 6", '"warm"'], ["<= 6", '"cold"']]
    xml = definitions(
        decision("season", table(["m"], ["name"], rules, identifier="s")),
        decision("dish", table(["name"], ["dish"], [['"warm"', '"salad"'], ['"cold"', '"stew"']]),
                 requires=["season"]),
    )  # fmt: skip
    assert decisions.parse(xml).decisions["dish"].evaluate({"m": 3}).single_entry == "stew"


def test_knowledge_models_contexts_and_invocations():
    bkm = (
        '<businessKnowledgeModel id="k" name="Total Price"><variable name="Total Price"/>'
        '<encapsulatedLogic><formalParameter name="net"/><formalParameter name="rate"/>'
        f"{literal('net * (1 + rate)')}</encapsulatedLogic></businessKnowledgeModel>"
    )
    logic = (
        '<context><contextEntry><variable name="gross"/><invocation>'
        f"{literal('Total Price')}"
        f'<binding><parameter name="net"/>{literal("amount")}</binding>'
        f'<binding><parameter name="rate"/>{literal("0.13")}</binding></invocation></contextEntry>'
        f'<contextEntry><variable name="called"/>{literal("Total Price(amount, 0)")}</contextEntry>'
        f"<contextEntry>{literal('[gross, called]')}</contextEntry></context>"
    )
    model = decisions.parse(definitions(bkm, decision("d", logic, knows=["k"])))
    assert model.decisions["d"].evaluate({"amount": 100}).value == [Decimal(113), 100]


def test_names_with_operators_are_known_from_the_file():
    xml = definitions(
        decision("a", literal("1"), variable="A-B and C"),
        decision("b", literal("A-B and C + 1"), requires=["a"]),
    )
    assert decisions.parse(xml).decisions["b"].evaluate({}).value == 2


def test_an_explanation_names_inputs_and_rules():
    xml = definitions(
        decision("level", table(["n:number"], ["level"], [["> 3", '"L3"'], ["<= 3", '"L2"']])),
        decision("sla", SLA.replace('"t"', '"s"').replace('"t_', '"s_'), requires=["level"]),
    )
    result = (
        decisions.parse(xml).decisions["sla"].evaluate({"n": 5, "stage": "handle"}, explain=True)
    )
    told = json.loads(json.dumps(result.explanation, ensure_ascii=False))
    assert told["decision"] == "sla"
    assert [one["value"] for one in told["inputs"]] == ["handle", "L3"]
    assert [one["id"] for one in told["rules"]] == ["s_r1"]
    assert told["rows"] == [{"amount": 15, "unit": "W"}]
    assert told["requires"][0]["rules"] == [{"id": "t_r1", "number": 1}]
    assert evaluated(SLA, {"stage": "reply", "level": "L3"}).explanation is None


def test_mappings_refuse_what_they_cannot_hold():
    two = evaluated(table(["n"], ["r"], NUMBERS, hit="COLLECT"), {"n": 3})
    assert two.mapped("collectEntries") == [10, 20]
    with pytest.raises(ExpressionError, match="2 行结果"):
        two.mapped("singleEntry")
    wide = evaluated(SLA, {"stage": "reply", "level": "L3"})
    assert wide.mapped(None) == [{"amount": 5, "unit": "W"}]
    with pytest.raises(ExpressionError, match="collectEntries"):
        wide.mapped("collectEntries")


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
    ],
)
def test_files_of_every_camunda_modeler_are_read(namespace):
    model = decisions.parse(definitions(decision("d", SLA), namespace=namespace))
    assert set(model.decisions) == {"d"}


GROOVY = literal("1").replace("Expression>", 'Expression expressionLanguage="groovy">', 1)


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]><x/>", "dmn-doctype"),
        (b"<x/>", "dmn-namespace"),
        (b"<x", "dmn-xml"),
        (b"\xff\xfe<", "dmn-encoding"),
        (b"\xff\xfe<\x00", "dmn-xml"),
        (b" " * (2 * 1024 * 1024 + 1), "dmn-size"),
    ],
)
def test_hostile_bytes_are_refused(xml, code):
    with pytest.raises(DeploymentRefused) as refused:
        decisions.parse(xml)
    assert [p.code for p in refused.value.problems] == [code]


@pytest.mark.parametrize(
    ("parts", "element", "code"),
    [
        ([], "defs", "dmn-empty"),
        ([decision("d", literal("1 +"))], "d", "dmn-expression"),
        ([decision("d", literal(""))], "d", "dmn-expression"),
        ([decision("d", GROOVY)], "d", "dmn-expression"),
        ([decision("d", table(["n"], ["r"], [["> ", "1"]]))], "t_r1c0", "dmn-cell"),
        ([decision("d", table(["n"], ["r"], [["1", "(1"]]))], "t_r1c1", "dmn-expression"),
        ([decision("d", table(["n"], ["r"], [["1"]]))], "t_r1", "dmn-rule"),
        ([decision("d", table(["n"], [], []))], "t", "dmn-output"),
        ([decision("d", table(["n"], ["r"], [], hit="BEST"))], "t", "dmn-hit-policy"),
        ([decision("d", table(["n"], ["r"], [], hit="PRIORITY"))], "t", "dmn-hit-policy"),
        ([decision("d", literal("1"), requires=["x"])], "d", "dmn-reference"),
        ([decision("d", literal("1"), requires=["d"])], "d", "dmn-circle"),
        ([decision("d", literal("1")), decision("d", literal("1"))], "d", "dmn-duplicate-id"),
    ],
)
def test_a_refusal_names_the_element(parts, element, code):
    with pytest.raises(DeploymentRefused) as refused:
        decisions.parse(definitions(*parts))
    assert (element, code) in [(p.element, p.code) for p in refused.value.problems]


def problems(logic: str) -> list[tuple[str, str, str]]:
    model = decisions.parse(definitions(decision("d", logic)))
    return [(p.element, p.code, p.severity) for p in decisions.check(model)]


def test_a_complete_table_has_no_problems():
    rules = [['"a"', "true", "1"], ['"a"', "false", "2"], ['"b"', "-", "3"]]
    assert problems(table(['k:string="a","b"', "b:boolean"], ["r"], rules)) == []


def test_overlaps_of_a_unique_table_are_found():
    rules = [['"a"', "-", "1"], ["-", "true", "2"]]
    found = problems(table(['k:string="a","b"', "b:boolean"], ["r"], rules))
    assert ("t_r2", "dmn-overlap", "error") in found
    bounds = [["<= 5", "1"], [">= 5", "2"]]
    assert ("t_r2", "dmn-overlap", "error") in problems(table(["n:number"], ["r"], bounds))
    assert problems(table(["n:number"], ["r"], [["< 5", "1"], [">= 5", "2"]])) == []
    other = [['not("a")', "1"], ["-", "2"]]
    assert ("t_r2", "dmn-overlap", "error") in problems(table(["k:string"], ["r"], other))


def test_columns_that_depend_on_each_other_do_not_overlap():
    for inputs, refused in (
        (["n:number", "n:number"], False),
        (["n:number", "n * m:number"], False),
        (["n:number", "5:number"], False),
        (["n:number", "m:number"], True),
    ):
        found = problems(table(inputs, ["r"], [["< 5", "-", "1"], ["-", ">= 5", "2"]]))
        assert (("t_r2", "dmn-overlap", "error") in found) is refused
    same = [["< 5", "-", "1"], ["< 4", "-", "2"]]
    assert ("t_r2", "dmn-overlap", "error") in problems(table(["n", "n + 1"], ["r"], same))


def test_gaps_are_found_where_the_inputs_are_closed():
    rules = [['"a"', "true", "1"], ['"b"', "-", "3"]]
    found = problems(table(['k:string="a","b"', "b:boolean"], ["r"], rules))
    assert found == [("d", "dmn-gap", "warning")]
    assert ("d", "dmn-gap", "warning") in problems(
        table(["n:number"], ["r"], [["< 5", "1"], ["> 5", "2"]])
    )
    assert problems(table(["n:integer"], ["r"], [["<= 5", "1"], [">= 6", "2"]])) == []


def test_an_output_outside_its_list_is_found():
    logic = table(["n"], ['r:string="x","y"'], [["1", '"z"']])
    assert ("t_r1", "dmn-output-value", "warning") in problems(logic)


def test_a_rule_behind_a_wider_one_is_never_reached():
    rules = [["> 3", "-", "1"], ["> 5", '"a"', "2"], ["-", "-", "3"]]
    found = problems(table(["n:number", "k:string"], ["r"], rules, hit="FIRST"))
    assert found == [("t_r2", "dmn-unreachable", "warning")]


def test_constants_of_another_type_and_words_without_quotes_are_found():
    rules = [["15", "L3", "W"], ['"a", "b"', '"L3"', "level"]]
    found = problems(table(["stage:string", "level:string"], ["r"], rules))
    assert ("t_r1", "dmn-type", "warning") in found
    assert [code for element, code, _ in found if element == "t_r1"].count("dmn-quotes") == 2
    assert ("t_r2", "dmn-quotes", "warning") not in found


def test_an_output_of_the_wrong_type_is_found_before_it_fails():
    logic = table(["n"], ["days:number"], [["1", '"W"'], ["2", '"15"'], ["3", "n + 1"]])
    wrong = [problem for problem in problems(logic) if problem[1] == "dmn-type"]
    assert wrong == [("t_r1", "dmn-type", "error")]
    with pytest.raises(ExpressionError, match="number"):
        evaluated(logic, {"n": 1})
