"""DMN 1.3, chapter 8: decision tables in files of the standard."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from engine import decisions
from engine.errors import DeploymentRefused
from tests.engine import dmn
from tests.engine.dmn import table
from tests.engine.dmn_standard import answer, decision, input_data, item, model, read

OVERLAPPING = [["> 0", "10"], ["> 1", "20"], ["> 2", "20"], ["> 9", "5"]]


@pytest.mark.parametrize(
    ("hit", "aggregation", "n", "value"),
    [  # 8.2.10: each hit policy, with no hit, one hit and several
        ("UNIQUE", "", 0, None),
        ("UNIQUE", "", 1, 10),
        ("UNIQUE", "", 3, None),
        ("ANY", "", 1, 10),
        ("ANY", "", 2, None),
        ("FIRST", "", 3, 10),
        ("FIRST", "", 0, None),
        ("RULE ORDER", "", 3, [10, 20, 20]),
        ("RULE ORDER", "", 0, None),
        ("COLLECT", "", 3, [10, 20, 20]),
        ("COLLECT", "", 0, None),
        ("COLLECT", "SUM", 3, 50),
        ("COLLECT", "SUM", 0, None),
        ("COLLECT", "MIN", 10, 5),
        ("COLLECT", "MAX", 10, 20),
        ("COLLECT", "COUNT", 10, 4),
        ("COLLECT", "COUNT", 0, None),
    ],
)
def test_hit_policies(hit, aggregation, n, value):
    logic = table(["n"], ["r"], OVERLAPPING, hit=hit, aggregation=aggregation)
    found = decisions.parse(model(decision("d", logic)))
    assert found.decisions["d"].evaluate({"n": n}).value == value


def test_any_agrees_if_all_hits_say_the_same():
    logic = table(["n"], ["a", "b"], [["> 0", "1", '"x"'], ["> 1", "1", '"x"']], hit="ANY")
    assert answer(logic, {"n": 5}) == {"a": 1, "b": "x"}


@pytest.mark.parametrize(
    ("hit", "value"),
    [("PRIORITY", "Declined"), ("OUTPUT ORDER", ["Declined", "Refer", "Approved", "Approved"])],
)
def test_output_values_give_the_order(hit, value):
    rules = [["> 0", '"Approved"'], ["> 1", '"Refer"'], ["> 2", '"Declined"'], ["-", '"Approved"']]
    logic = table(["n"], ['r:string="Declined","Refer","Approved"'], rules, hit=hit)
    assert answer(logic, {"n": 5}) == value


def test_priority_of_several_outputs_goes_from_left_to_right():
    rules = [["-", '"b"', "1"], ["-", '"a"', "2"], ["-", '"a"', "3"]]
    logic = table(["n"], ['k="a","b"', "v=3,2,1"], rules, hit="PRIORITY")
    assert answer(logic, {"n": 1}) == {"k": "a", "v": 3}
    ordered = table(["n"], ['k="a","b"', "v=3,2,1"], rules, hit="OUTPUT ORDER")
    assert [row["v"] for row in answer(ordered, {"n": 1})] == [3, 2, 1]


def test_priority_takes_its_order_from_the_type_too():
    rules = [["-", '"low"'], ["-", '"high"']]
    logic = table(["n"], ["r:tLevel"], rules, hit="PRIORITY")
    assert answer(logic, {"n": 1}, item("tLevel", "string", allowed='"high","low"')) == "high"


def test_priority_takes_its_order_from_the_type_of_the_decision():
    rules = [["-", '"low"'], ["-", '"high"']]
    types = (item("tLevel", "string", allowed='"high","low"'), item("tAll", "tLevel", many=True))
    logic = table(["n"], ["r"], rules, hit="PRIORITY")
    assert answer(logic, {"n": 1}, *types, type_ref="tLevel") == "high"
    logic = table(["n"], ["r"], rules, hit="OUTPUT ORDER")
    assert answer(logic, {"n": 1}, *types, type_ref="tAll") == ["high", "low"]


def test_default_outputs_answer_where_no_rule_does():
    logic = table(["n"], ["a|0", 'b|"none"'], [["1", "5", '"x"']])
    assert answer(logic, {"n": 1}) == {"a": 5, "b": "x"}
    assert answer(logic, {"n": 2}) == {"a": 0, "b": "none"}
    for how in ("", "SUM", "COUNT"):
        collected = table(["n"], ["r|7"], [["1", "5"]], hit="COLLECT", aggregation=how)
        assert answer(collected, {"n": 2}) == 7
        listed = answer(collected, {"n": 2}, item("tAll", "number", many=True), type_ref="tAll")
        assert listed == [7]
    camundas = decisions.parse(dmn.definitions(dmn.decision("d", table(["n"], ["r"], [["1", "5"]],
                               hit="COLLECT"))))  # fmt: skip
    assert camundas.evaluate("d", {"n": 2}).value == []


@pytest.mark.parametrize("policy", ["U", "F", "A", "P", "C", "R", "O"])
def test_letters_stand_for_hit_policies(policy):
    logic = table(["n"], ["r=1,2"], [["1", "1"]], hit=policy)
    assert answer(logic, {"n": 1}) in (1, [1])


@pytest.mark.parametrize(("hit", "value"), [("C+", 50), ("C&lt;", 10), ("C>", 20), ("C#", 3)])
def test_signs_stand_for_aggregators(hit, value):
    assert answer(table(["n"], ["r"], OVERLAPPING, hit=hit), {"n": 3}) == value


def test_output_values_may_be_any_tests():
    rules = [["> 0", "10"], ["> 1", "20"], ["> 2", "30"], ["-", 'string length("abc")']]
    for values, ordered in (
        ("[15..25],[0..14]", [20, 10, 3, 30]),
        (">= 20, ? = 3", [20, 30, 3, 10]),
        ("10, > 20", [10, 30, 20, 3]),
    ):
        ranked = [f"r={values}"]
        assert answer(table(["n"], ranked, rules, hit="OUTPUT ORDER"), {"n": 3}) == ordered
        assert answer(table(["n"], ranked, rules, hit="PRIORITY"), {"n": 3}) == ordered[0]


@pytest.mark.parametrize("orientation", ["Rule-as-Row", "Rule-as-Column", "CrossTable"])
def test_every_orientation_is_the_same_table(orientation):
    logic = table(["a", "b"], ["r"], [['"x"', "1", "11"], ['"x"', "2", "12"], ['"y"', "-", "2"]])
    logic = logic.replace(
        "<decisionTable ", f'<decisionTable preferredOrientation="{orientation}" '
    )
    assert [answer(logic, {"a": a, "b": b}) for a, b in (("x", 1), ("x", 2), ("y", 9))] == [
        11,
        12,
        2,
    ]


@pytest.mark.parametrize(
    ("cell", "value", "hits"),
    [  # 7.3.? and 10.3.2.7: unary tests
        ("-", None, True),
        ("", 5, True),
        ("- // whatever", 5, True),
        ("/* nothing said */", 5, True),
        ('"-"', 5, False),
        ("> 4 /* or so */", 5, True),
        ("5", 5, True),
        ("5", "5", False),
        ("5, 6", 6, True),
        ('"a", "b"', "b", True),
        ('not("a", "b")', "b", False),
        ('not("a", "b")', "c", True),
        ("not(> 5)", 3, True),
        ("< 5", 4, True),
        ("<= 5", 5, True),
        ("= 5", 5, True),
        ("!= 5", 4, True),
        ("> limit", 11, True),
        ("[1..5]", 5, True),
        ("]1..5[", 1, False),
        ("(1..5]", 1, False),
        ("[1..3], [7..9]", 8, True),
        ("? > 5", 6, True),
        ("? > 5 and ? < limit", 12, False),
        ("modulo(?, 2) = 0", 4, True),
        ('contains(?, "b")', "abc", True),
        ('starts with(?, "b")', "abc", False),
        ("? in [1, 3]", 3, True),
        ("limit", 10, True),
        ("limit + 1", 11, True),
        ("[1, 2, 3]", 2, True),
        ("list", 2, True),
        ("list contains(list, ?)", 2, True),
        ("null", None, True),
        ("null", 1, False),
        ("not(null)", 1, True),
        ('not("a")', 5, False),  # `5 in "a"` is `5 = "a"` (Table 54), which is null
        ('not("a", "b")', 5, False),
        ('not("a", "b")', None, True),
        ("not(1)", "a", False),
        ("> 5", None, False),
        ("true", True, True),
        ("false", True, False),
        ('> date("2026-01-01")', "2026-02-01", False),
        ('"a" + "b"', "ab", True),
        ("if limit > 5 then 1 else 2", 1, True),
        ("some x in list satisfies x = ?", 3, True),
        ("? instance of number", 3, True),
        ("@\"2026-01-01\"", 3, False),
    ],
)  # fmt: skip
def test_unary_tests(cell, value, hits):
    logic = table(["v"], ["r"], [[cell, "true"]])
    found = decisions.parse(model(decision("d", logic)))
    scope = {"v": value, "limit": 10, "list": [1, 2, 3]}
    assert (found.decisions["d"].evaluate(scope).value is True) is hits


def test_an_input_is_any_expression_and_a_cell_may_be_one():
    logic = table(
        ["a + b", "upper case(k)"], ["r"], [["> 5", '"X"', "a * b"], ["-", "-", "0"]], hit="F"
    )
    assert answer(logic, {"a": 3, "b": 4, "k": "x"}) == 12
    assert answer(logic, {"a": 1, "b": 1, "k": "x"}) == 0


def test_a_value_outside_the_input_values_gives_null():
    logic = table(['k:string="a","b"'], ["r"], [["-", "1"]])
    assert answer(logic, {"k": "a"}) == 1
    assert answer(logic, {"k": "z"}) is None
    assert answer(table(["n=[0..100]"], ["r"], [["-", "1"]]), {"n": 101}) is None


def test_a_value_outside_the_input_values_is_none_of_those_that_a_dash_stands_for():
    rules = [['"a"', "1"], ['not("b")', "2"], ["-", "3"]]
    logic = table(['k="a","b"'], ["r|0"], rules, hit="FIRST")
    for value, given in (("a", 1), ("b", 3), ("z", 2), (None, 2)):
        assert answer(logic, {"k": value}) == given
    assert answer(table(['k="a","b"'], ["r|0"], [["-", "3"]]), {"k": "z"}) == 0
    beside = table(['k="a","b"', "n"], ["r|0"], [["-", "> 1", "3"], ['"z"', "-", "4"]], hit="F")
    assert answer(beside, {"k": "z", "n": 5}) == 4


def test_types_of_columns_make_null_of_other_types():
    logic = table(["n:number"], ["r:string"], [["null", '"nothing"'], ["5", '"five"']])
    found = decisions.parse(model(decision("d", logic))).decisions["d"]
    assert found.evaluate({"n": 5}).value == "five"
    assert found.evaluate({"n": "5"}).value == "nothing"
    assert found.evaluate({"n": [5]}).value == "five"
    wrong = decisions.parse(model(decision("d", table(["n"], ["r:string"], [["-", "n"]]))))
    told = wrong.decisions["d"].evaluate({"n": 5}, explain=True)
    assert told.value is None
    assert "string" in told.explanation["notes"][0]


@pytest.mark.parametrize(
    ("type_ref", "cell", "text"),
    [
        ("date", '< @"2026-02-01"', "2026-01-15"),
        ("dateTime", '>= @"2026-01-01T00:00:00Z"', "2026-01-01T00:00:00Z"),
        ("time", '[@"10:00:00"..@"12:00:00"]', "11:00:00"),
        ("days and time duration", '> @"PT23H"', "P1D"),
        ("yearMonthDuration", '@"P1Y"', "P12M"),
    ],
)
def test_a_column_tells_how_an_input_without_a_type_is_written(type_ref, cell, text):
    logic = table([f"v:{type_ref}"], ["r"], [[cell, "1"]])
    assert answer(logic, {"v": text}) == 1
    assert answer(logic, {"v": text}, input_data("v"), inputs=("v",)) == 1
    assert answer(logic, {"v": text}, input_data("v", "string"), inputs=("v",)) is None
    assert answer(logic, {"v": "soon"}) is None
    both = table([f"v:{type_ref}", "v:string"], ["r"], [["-", f'"{text}"', "1"]])
    assert answer(both, {"v": text}) == 1


def test_several_outputs_are_a_context_and_keep_their_names():
    logic = table(["n"], ["Days Left:number", "unit:string"], [["1", "2 * 1.25", '"d"']])
    assert answer(logic, {"n": 1}) == {"Days Left": Decimal("2.5"), "unit": "d"}


def test_a_table_without_inputs_answers():
    assert answer(table([], ["r"], [["5"]])) == 5


def test_a_rule_without_conditions_always_applies():
    cells = table(["a", "b"], ["r"], [["1", "2", "3"], ["-", "-", "4"]], hit="F")
    free = re.sub(r'<inputEntry id="t_r2c.".*?</inputEntry>', "", cells)
    assert [answer(free, {"a": 1, "b": b}) for b in (2, 9)] == [3, 4]
    short = re.sub(r'<inputEntry id="t_r2c0".*?</inputEntry>', "", cells)
    with pytest.raises(DeploymentRefused) as refused:
        read(decision("d", short))
    assert [(p.element, p.code) for p in refused.value.problems] == [("t_r2", "dmn-rule")]


def test_a_table_without_rules_has_no_answer():
    assert answer(table(["n"], ["r"], []), {"n": 1}) is None


def test_the_result_has_the_type_of_the_decision():
    logic = table(["n"], ["r"], [["-", "n"]], hit="C")
    assert answer(logic, {"n": 3}, type_ref="number") == 3  # a list of one
    assert answer(
        table(["n"], ["r"], [["-", "n"]]),
        {"n": 3},
        item("tAll", "number", many=True),
        type_ref="tAll",
    ) == [3]


def test_a_result_of_another_type_is_null_in_every_form():
    """10.3.2.9.4: what does not conform to the type "is null"; Camunda's mappings read the rows."""
    logic = table(["n"], ["r"], [["-", "n"]])
    found = read(decision("d", logic, type_ref="number")).decisions["d"]
    assert found.evaluate({"n": 3}).single_entry == 3
    wrong = found.evaluate({"n": "three"})
    assert (wrong.value, wrong.single_entry, wrong.result_list) == (None, None, [])


@pytest.mark.parametrize(
    ("logic", "element", "code"),
    [
        (table(["n"], ["a", "b"], [["1", "1", "2"]], hit="C", aggregation="SUM"), "t",
         "dmn-hit-policy"),
        (table(["n"], ["r"], [["1", "1"]], aggregation="SUM"), "t", "dmn-hit-policy"),
        (table(["n"], ["r"], [["1", "1"]], hit="OUTPUT ORDER"), "t", "dmn-hit-policy"),
        (table(["n"], ["r"], [["1 2", "1"]]), "t_r1c0", "dmn-cell"),
        (table(["n"], ['r="a" +'], [["1", "1"]]), "t_o1", "dmn-values"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused(logic, element, code):
    with pytest.raises(DeploymentRefused) as refused:
        read(decision("d", logic))
    assert (element, code) in [(p.element, p.code) for p in refused.value.problems]


def test_a_cell_that_can_never_hold_is_found():
    found = decisions.parse(model(decision("d", table(["n"], ["r"], [["abs(1, 2)", "count()"]]))))
    assert [(p.element, p.code) for p in decisions.check(found) if p.severity == "error"] == [
        ("t_r1c0", "dmn-cell"),
        ("t_r1c1", "dmn-expression"),
    ]
    assert found.decisions["d"].evaluate({"n": 1}).value is None
