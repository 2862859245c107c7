"""FEEL, DMN 1.3 10.3.1: literals, lists, contexts, what authors write, and their mistakes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from engine import expressions
from engine.errors import ExpressionError
from engine.expressions.program import feel_program
from engine.expressions.values import YearsMonths
from tests.engine.feel import check, lines

LITERALS = lines(r"""
-1 ⇒ 0 - 1
.5 ⇒ 0.5
1.20 ⇒ 1.2
"a\"b" ⇒ "a" + "\"" + "b"
"\u4e2d" ⇒ "中"
"\U01F40E" ⇒ "🐎"
"\uD83D\uDC0E" ⇒ "🐎"
@"2026-03-01" ⇒ date("2026-03-01")
@"10:00:00" ⇒ time("10:00:00")
@"P1D" ⇒ duration("P1D")
@"P1Y" ⇒ duration("P1Y")
1 /* a */ + 2 // b ⇒ 3
[1, 2,3] ⇒ [1,2,3]
{a: 1, "b c": 2, 中 文: 3} ⇒ {"a": 1, b c: 2, "中 文": 3}
Monthly   Salary ⇒ 10000
月 收入 ⇒ 8000
`n` ⇒ 5
""")


LISTS = lines("""
[1, 2, 3][1] ⇒ 1
[1, 2, 3][-1] ⇒ 3
[1, 2, 3][0] ⇒ null
[1, 2, 3][4] ⇒ null
[1, 2, 3][n - 3] ⇒ 2
[1, 2, 3][item > 1] ⇒ [2, 3]
[1, 2, 3][item > 9] ⇒ []
n[1] ⇒ 5
n[item > 9] ⇒ []
null[1] ⇒ null
people[age > 30].name ⇒ ["乙"]
people[name = "甲"][1].age ⇒ 20
people.age ⇒ [20, 40, null]
people.address.city ⇒ ["深圳", "广州", null]
people[1].address.city ⇒ "深圳"
people[item.age = 40].name ⇒ ["乙"]
for i in [1, 2, 3] return i * i ⇒ [1, 4, 9]
for i in 1..3 return i ⇒ [1, 2, 3]
for i in 3..1 return i ⇒ [3, 2, 1]
for i in 1..2, j in 1..i return i * 10 + j ⇒ [11, 21, 22]
for i in 1..5 return if i < 3 then 1 else partial[-1] + partial[-2] ⇒ [1, 1, 2, 3, 5]
for i in n return i ⇒ [5]
for d in @"2026-02-27"..@"2026-03-01" return d.day ⇒ [27, 28, 1]
for i in [1..3] return i ⇒ [1, 2, 3]
for i in null return i ⇒ null
{a: 1, b: a + 1}.b ⇒ 2
{a: {b: {c: 3}}}.a.b.c ⇒ 3
{a: 1}.z ⇒ null
null.a ⇒ null
{f: function(x, y) x + y, r: f(1, 2)}.r ⇒ 3
{f: function(x: number, y: number) x - y, r: f(y: 1, x: 2)}.r ⇒ 1
(function(x) x * 2)(4) ⇒ 8
{k: 3, f: function(x) x + k, r: f(1)}.r ⇒ 4
[1..5].start ⇒ 1
(1..5).start included ⇒ false
[1..5].end included ⇒ true
""")


PRACTICE = lines("""
if n > 5 then "a" else null ⇒ null
count(people[age > 30]) > 0 ⇒ true
every p in people satisfies p.name != null ⇒ true
"您好，" + people[1].name + "：" + string(n) ⇒ "您好，甲：5"
{"key": n, nested: {a: [1, 2]}}.nested.a[2] ⇒ 2
not(contains(lower case(word), "x")) ⇒ true
some item in [1, 9] satisfies item > 5 ⇒ true
sum(for p in people[age != null] return p.age * 2) ⇒ 120
word != null and word != "" ⇒ true
[1, 2, 3][item >= 2][1] ⇒ 2
n-3 ⇒ 2
n -3 ⇒ 2
- n ⇒ -5
(if n = 5 then "x" else "y") + "z" ⇒ "xz"
[if n = 5 then 1 else 2, n] ⇒ [1, 5]
{date: @"2026-01-01", after: date > @"2025-01-01"}.after ⇒ true
{order: 1, in_progress: 2, android: 3, s: order + in_progress + android}.s ⇒ 6
{list: [1, 2], n: count(list)}.n ⇒ 2
{count: 5, n: count}.n ⇒ 5
{item 1: "a", item 2: "b", both: item 1 + item 2}.both ⇒ "ab"
{wait for reply: 1, x: wait for reply + 1}.x ⇒ 2
(for p in people return {n: p.name, old: p.age > 30})[2] ⇒ {n: "乙", old: true}
(for p in people return {n: p.name, old: p.age > 30}).old ⇒ [false, true, null]
n in [1, 5] and word in ("abc", "d") ⇒ true
if n between 1 and 5 and true then 1 else 2 ⇒ 1
(function(a) a) instance of function ⇒ true
""")


@pytest.mark.parametrize(("expression", "expected"), LITERALS + LISTS + PRACTICE)
def test_feel(expression, expected):
    check(expression, expected)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("7 / 2", Decimal("3.5")),
        ("6 / 2", 3),
        ('@"2026-03-01"', date(2026, 3, 1)),
        ('@"10:00:00Z"', time(10, tzinfo=UTC)),
        ('@"2026-03-01T10:00:00"', datetime.fromisoformat("2026-03-01T10:00")),
        ('@"PT90M"', timedelta(minutes=90)),
        ('@"P1Y2M"', YearsMonths(14)),
        ('"a" = 1', None),
    ],
)
def test_results_are_python_values(expression, value):
    result = expressions.feel(expression, {})
    assert (type(result), result) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a b c d(", "结尾"),
        ("if a then b", "else"),
        ("for i in a", "return"),
        ("some i in a return b", "satisfies"),
        ("1 between 2", "and"),
        ("[1..2", "区间"),
        ("{a 1}", "键: 值"),
        ("not a", "not(…)"),
        ("a instance of", "类型名"),
        ("count()", "count(list)"),
        ("substring(a: 1, b: 2)", "start position"),
        ("1 +", "结尾"),
        ("and", "变量名|一个值"),
        ('@"x"', "不是日期"),
        ("function(a) external {}", "外部函数"),
    ],
)
def test_a_mistake_is_explained(text, words):
    with pytest.raises(ExpressionError, match=words.replace("(", r"\(").replace(")", r"\)")):
        feel_program(text, strict=True)


def test_now_is_the_callers_and_stands_still_during_one_evaluation():
    moments = iter([datetime(2026, 3, 1, 10, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)])
    functions = {"now": lambda: next(moments)}
    assert expressions.feel("[now().day, now().day, today().day]", {}, functions)[1:] == [1, 1]
