"""The public face of expressions: which text is in which language, and what comes out."""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine import expressions
from engine.errors import ExpressionError
from tests.engine.feel import unary

SCOPE = {
    "amount": 7,
    "kind": "a",
    "nr": "SQ-1",
    "numbers": [1, 2, 3],
    "家庭人数": 4,
    "Applicant Age": 30,
    "nothing": None,
    "people": [{"name": "甲", "age": 20}, {"name": "乙", "age": 40}],
}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("=amount > 5", True),
        ("${amount > 5}", True),
        ("#{amount + 1}", 8),
        ("  ${amount}\n", 7),
        ("号码 ${nr}", "号码 SQ-1"),
        ("${nr}/${amount}", "SQ-1/7"),
        ("\\${nr}", "${nr}"),
        ("handler@pinghu", "handler@pinghu"),
        ("", ""),
        ("${'}'}", "}"),
    ],
)
def test_each_text_is_read_in_its_language(text, result):
    assert expressions.evaluate(text, SCOPE) == result


def test_names_may_have_spaces_and_be_chinese():
    assert expressions.evaluate("=Applicant   Age + 家庭人数", SCOPE) == 34
    assert expressions.evaluate("${家庭人数 * 2}", SCOPE) == 8


@pytest.mark.parametrize("text", ["amount > 5", "${amount > 5}", "=amount > 5"])
def test_a_condition_may_be_a_bare_body(text):
    assert expressions.explain(text, SCOPE).verdict() is True


@pytest.mark.parametrize("text", ["${amount}", "=nothing > 5", "${nothing}", "${kind}"])
def test_a_condition_that_is_neither_true_nor_false_is_an_error(text):
    with pytest.raises(ExpressionError, match="应为“是”或“否”"):
        expressions.explain(text, SCOPE).verdict()


def test_a_missing_variable_is_an_error_in_juel_and_null_in_feel():
    with pytest.raises(ExpressionError, match="变量“missing”不存在"):
        expressions.evaluate("${missing}", SCOPE)
    assert expressions.evaluate("=missing", SCOPE) is None


def test_a_misspelt_variable_is_guessed():
    with pytest.raises(ExpressionError, match="是不是“amount”？"):
        expressions.evaluate("${amuont > 5}", SCOPE)
    with pytest.raises(ExpressionError, match="得到的是空值；变量“amuont”不存在"):
        expressions.explain("=amuont > 5", SCOPE).verdict()


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("${amount >}", "结尾处"),
        ("=amount > ", "结尾处"),
        ("${amount", "没有结束"),
        ("=if a then b", "else"),
        ("=count(1, 2)", "count"),
        ("${a b}", "多余"),
        ("=$", "不认识"),
        ('="abc', "引号"),
        ("${amount ＞ 5}", "全角"),
        ("=kind = “a”", "全角"),
        ("=count（numbers）", "全角"),
        ("=amount > ５", "全角"),
    ],
)
def test_check_names_the_place(text, where):
    with pytest.raises(ExpressionError) as refused:
        expressions.check(text)
    assert where in str(refused.value)


def test_numbers_are_exact():
    assert expressions.evaluate("=price * 3", {"price": 0.1}) == Decimal("0.3")
    assert expressions.evaluate("${price * 3}", {"price": 0.1}) == Decimal("0.3")
    assert expressions.evaluate("=0.1 + 0.2 = 0.3", {}) is True


def test_names_lists_what_is_read_and_not_what_is_bound():
    assert expressions.names("${a.b > c and d[e] and f(g)}") == {"a", "c", "d", "e", "g"}
    assert expressions.names("=for i in xs return i + z") == {"xs", "z"}
    assert expressions.names("=count(xs) > 1") == {"xs"}
    assert expressions.names("${execution.getVariable('x')}") == {"x"}
    assert expressions.names("plain") == frozenset()
    assert expressions.names("a > 1", condition=True) == {"a"}


def test_a_script_is_a_list_of_assignments():
    text = "total = amount * 2\n\n// why\nsize =家 庭\nnext = =total + 1\ntitle = 号码 ${nr}"
    with pytest.raises(ExpressionError, match="第 4 行"):
        expressions.script(text)
    script = expressions.script(text.replace("家 庭", "家庭人数"))
    scope = dict(SCOPE)
    for name, expression in script:
        scope[name] = expressions.evaluate(expression, scope)
    assert (scope["total"], scope["size"], scope["next"]) == (14, 4, 15)
    assert scope["title"] == "号码 SQ-1"


@pytest.mark.parametrize("line", ["a", "a == b", "1 = 2", "_a = 1", "a.b = 1", "a = ", "a = 1 +"])
def test_a_script_line_must_be_an_assignment(line):
    with pytest.raises(ExpressionError, match="第 1 行"):
        expressions.script(line)


def test_an_explanation_tells_conditions_and_values():
    told = expressions.explain('${amount > 5 and kind == "b"}', SCOPE).as_json()
    assert told["result"] is False
    assert told["conditions"] == [
        {"text": "amount > 5", "result": True},
        {"text": 'kind == "b"', "result": False},
    ]
    assert told["values"] == {"amount": 7, "kind": "a"}


def test_an_explanation_tells_why_something_is_null():
    told = expressions.explain("=missing > 5", SCOPE)
    assert told.result is None
    assert any("missing" in note for note in told.notes)
    failed = expressions.explain("${missing > 5}", SCOPE)
    assert failed.error is not None
    assert "missing" in failed.error


def test_the_callers_functions_are_called_by_name():
    functions = {"deadline": lambda stage, level=None: f"{stage}:{level}"}
    text = "${deadline('handle', kind)}"
    assert expressions.evaluate(text, SCOPE, functions) == "handle:a"
    named = '=deadline(stage: "handle", level: kind)'
    assert expressions.evaluate(named, SCOPE, functions) == "handle:a"
    with pytest.raises(ExpressionError, match="没有名为“deadline”的函数"):
        expressions.evaluate(text, SCOPE)


@pytest.mark.parametrize(
    ("tests", "value", "accepted"),
    [
        ('"a","b"', "a", True),
        ('"a","b"', "c", False),
        ('not("a")', "a", False),
        ('not("a")', "b", True),
        ("-", None, True),
        ("[1..5]", 5, True),
        ("[1..5)", 5, False),
        ("> limit", 4, True),
        ("limit", 3, True),
        ("null", None, True),
        ("5", None, False),
        ("< 5", None, False),
        ('contains(?, "b")', "abc", True),
        ("true", True, True),
        ("false", True, False),
        ("false", False, True),
        ('date("2026-01-01")', "2026-01-01", False),
    ],
)
def test_unary_tests(tests, value, accepted):
    assert unary(tests, value, {"limit": 3}) is accepted
