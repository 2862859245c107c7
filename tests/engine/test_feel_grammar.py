"""DMN 1.3, 10.3.1.2: the grammar, rule by rule. The number before a block is the rule's."""

from __future__ import annotations

import pytest

from engine import expressions
from engine.errors import ExpressionError
from engine.expressions.program import feel_program
from tests.engine.feel import check, lines

# 4–9: arithmetic, its precedence and chains of signs
ARITHMETIC = lines("""
1 + 2 * 3 ** 2 - 4 / 2 ⇒ 17
2 * 3 + 4 ⇒ 10
10 - 4 - 3 ⇒ 3
100 / 10 / 5 ⇒ 2
--1 ⇒ 1
---1 ⇒ -1
1 - -1 ⇒ 2
-(1 + 2) ⇒ -3
2 * -3 ⇒ -6
3 ** 2 * 2 ⇒ 18
(1 + 2) * (3 + 4) ⇒ 21
""")

# 19–26: names and qualified names
NAMES = lines("""
{not here: 1, r: not here + 1}.r ⇒ 2
{ready?: true, r: if ready? then 1 else 2}.r ⇒ 1
{?x: 1, a?b: 2, r: ?x + a?b}.r ⇒ 3
for n? in [1, 2] return n? * 2 ⇒ [2, 4]
{a + b: 1, c: a + b}.c ⇒ 1
{a-b: 5, a: 1, b: 1, c: a-b}.c ⇒ 5
{a-b: 5, a: 1, b: 1, c: a - b}.c ⇒ 5
{a-b: 5, a: 3, b: 1, c: (a)-(b)}.c ⇒ 2
{a + b: 1, c: a+b}.c ⇒ 1
{a: 7, b: 2, c: a-b}.c ⇒ 5
{x and y - z: 1, c: x and  y-z}.c ⇒ 1
{a.b: 3, c: a.b * 2}.c ⇒ 6
{x/y: 8, z: x/y + 1}.z ⇒ 9
{p*q: 4, z: p*q}.z ⇒ 4
{it's: 1, z: it's + 1}.z ⇒ 2
{in time: 1, z: in time + 1}.z ⇒ 2
{profit and loss: 10, z: profit and loss * 2}.z ⇒ 20
{date of birth: @"2000-01-01", z: date of birth.year}.z ⇒ 2000
{if needed: 3, z: if if needed > 2 then "y" else "n"}.z ⇒ "y"
{"a + b": 1, c: a + b}.c ⇒ 1
{a    b: 1, c: a b}.c ⇒ 1
{年龄: 30, 结果: 年龄 * 2}.结果 ⇒ 60
{月 收入: 3, 年 收入: 月 收入 * 12}.年 收入 ⇒ 36
{月-收入: 3, z: 月-收入 * 2}.z ⇒ 6
{🐎: 1, z: 🐎 + 1}.z ⇒ 2
{größe: 1, z: größe}.z ⇒ 1
{x1: 1, x 2: 2, z: x1 + x 2}.z ⇒ 3
{Fee 2020a: 1, z: Fee 2020a + 1}.z ⇒ 2
{a: {b-c: 2}}.a.b-c ⇒ 2
for a-b in [1, 2] return a-b + 1 ⇒ [2, 3]
some x-y in [1, 2] satisfies x-y = 2 ⇒ true
{a: 5, b: 3, r: [true, a - b in [1..2]]}.r ⇒ [true, true]
{a: 5, b: 3, r: {"a - b": a - b, "a*b": a*b}}.r ⇒ {"a - b": 2, "a*b": 15}
{a: 5, b: 3, r: {a+b: (a + b) * 2}}.r ⇒ {"a+b": 16}
{a: {b: 2}, r: {"a.b": a.b}}.r ⇒ {"a.b": 2}
{"a - b": "a - b", c: a - b}.c ⇒ "a - b"
{f-g: function(n) if n = 0 then 0 else 1 + f-g(n - 1), r: f-g(3)}.r ⇒ 3
{a: {in: 1, and: 2, else: 3}}.a.in ⇒ 1
{a: {in: 1}, b: a.in in [1]}.b ⇒ true
{in: [1, 2], r: for x in in return x}.r ⇒ [1, 2]
{in: [1, 2], r: for x in [3] return x}.r ⇒ [3]
{and: true, r: and and and}.r ⇒ true
{else: 1, r: if true then else else 2}.r ⇒ 1
[{return: 1}, {return: 2}][return = 2].return ⇒ [2]
""")

# 27–32: literals, strings with their escapes
LITERALS = lines(r"""
"a\nb\tc" ⇒ "a" + "\u000A" + "b" + "\u0009" + "c"
"c\"d\\e\'f" ⇒ "c" + "\u0022" + "d" + "\u005C" + "e'f"
string length("\u00e9") ⇒ 1
string length("\U01F40E") ⇒ 1
string length("\uD83D\uDCA9") ⇒ 1
"'single'" ⇒ "\u0027single\u0027"
"// no comment /* here */" ⇒ "// no" + " comment /* here */"
0.00 ⇒ 0
007 ⇒ 7
.5 + 0.5 ⇒ 1
1.000 = 1 ⇒ true
""")

# 38, 39: parameters by place and by name, in any order
CALLS = lines("""
substring(string: "foobar", start position: 4) ⇒ "bar"
substring(start position: 4, string: "foobar") ⇒ "bar"
substring(length: 2, string: "foobar", start position: 4) ⇒ "ba"
substring(wrong: 4, string: "foobar") ⇒ null
substring("foobar") ⇒ null
substring() ⇒ null
substring("foobar", 1, 2, 3) ⇒ null
no such function(1) ⇒ null
n(1) ⇒ null
{f: function(a, b) a - b, r: f(b: 1, a: 3)}.r ⇒ 2
{f: function(a, b) a - b, r: f(1)}.r ⇒ null
{f: function(a, b) [a, b], r: f(b: 1)}.r ⇒ [null, 1]
{f: function(a: number, b: string) [a, b], r: f(a: 1)}.r ⇒ [1, null]
{f: function(a, b) a - b, r: f(a: 1, c: 2)}.r ⇒ null
{f: function() 5, r: f()}.r ⇒ 5
(function(x) function(y) x + y)(1)(2) ⇒ 3
[function(x) x + 1][1](2) ⇒ 3
{o: {f: function(x) x * 2}, r: o.f(4)}.r ⇒ 8
(function(x 1, y 2a) x 1 - y 2a)(y 2a: 1, x 1: 5) ⇒ 4
""")

# 46–47: for, with several iterators, ranges and the results so far
LOOPS = lines("""
for i in [1, 2, 3] return partial ⇒ [[], [[]], [[], [[]]]]
for i in 1..3 return {before: count(partial)} ⇒ [{before: 0}, {before: 1}, {before: 2}]
for i in (1..4) return i ⇒ [2, 3]
for i in ]4..1] return i ⇒ [3, 2, 1]
for i in (1..1) return i ⇒ []
for i in (>= 1) return i ⇒ null
for i in (>= @"2026-01-01") return i ⇒ null
for i in @"9999-12-31"..date("10000-01-02") return i.day ⇒ [31, 1, 2]
for i in @"2026-01-02"..@"2026-01-01" return i.day ⇒ [2, 1]
for i in date("-0001-12-31")..@"0001-01-01" return i ⇒ null
for i in @"2026-01-01T10:00:00"..@"2026-01-02T10:00:00" return i ⇒ null
for i in [@"2026-01-01"..@"2026-01-03") return i.day ⇒ [1, 2]
for i in [1, 2], j in [3, 4] return i * j ⇒ [3, 4, 6, 8]
for i in 1..3 return for j in 1..i return j ⇒ [[1], [1, 2], [1, 2, 3]]
for i in -1..1 return i ⇒ [-1, 0, 1]
for i in 2..-2 return i ⇒ [2, 1, 0, -1, -2]
for i in 1..1 return i ⇒ [1]
for i in n - 3..n return i ⇒ [2, 3, 4, 5]
for i in 0..4 return if i = 0 then 1 else i * partial[-1] ⇒ [1, 1, 2, 6, 24]
for i in 1..3 return count(partial) ⇒ [0, 1, 2]
for i in [] return i ⇒ []
for i in 5 return i ⇒ [5]
for i in 1.."a" return i ⇒ null
for i in [[1, 2], [3]] return sum(i) ⇒ [3, 3]
for x in ["a", "b"], y in [1] return x + string(y) ⇒ ["a1", "b1"]
for p in people return p.name ⇒ ["甲", "乙", "丙"]
""")

# 48–50: if, some, every
CHOICE = lines("""
if 1 > 2 then "a" else if 2 > 1 then "b" else "c" ⇒ "b"
(if true then 1 else 2) + 1 ⇒ 2
if true then 1 else 2 + 1 ⇒ 1
if "true" then 1 else 2 ⇒ 2
some i in [1, 2], j in [3, 4] satisfies i + j = 6 ⇒ true
every i in [1, 2], j in [3, 4] satisfies i < j ⇒ true
every i in 1..3 satisfies i > 0 ⇒ true
some i in 5 satisfies i = 5 ⇒ true
some i in null satisfies i = 5 ⇒ null
some i in [1, 2] satisfies "x" ⇒ null
""")

# 51–53: comparison, between, in, instance of; 7, 13–16: tests and intervals
TESTS = lines("""
1 in (1, 2, 3) ⇒ true
1 in (2, 3) ⇒ false
1 in [1, 2, 3] ⇒ true
1 in [[2..4], [0..1]] ⇒ true
"a" in [[1..3], "a"] ⇒ true
"b" in [[1..3], "a"] ⇒ null
1 in [2..4] ⇒ false
1 in (< 2) ⇒ true
1 in < 2 ⇒ true
1 in (>= 2, < 0) ⇒ false
"b" in ["a".."c"] ⇒ true
@"2026-02-01" in [@"2026-01-01"..@"2026-03-01"] ⇒ true
@"P2D" in (@"P1D"..@"P3D") ⇒ true
5 in ]5..9] ⇒ false
9 in [5..9[ ⇒ false
5 in ]4..6[ ⇒ true
{r: [1..10], v: 5 in r}.v ⇒ true
{r: (< 5), v: 5 in r}.v ⇒ false
5 between 1 and 10 and 2 > 1 ⇒ true
5 between 6 and null ⇒ false
5 between null and 4 ⇒ false
5 between 1 and null ⇒ null
(n) in (5) ⇒ true
{l: [4, 5], r: 5 in [l[1]..l[2]]}.r ⇒ true
{l: [4, 5], r: 5 in [l[1]..l[2][}.r ⇒ false
{l: [4, 5], r: [4 in ]l[-2]..l[-1]], 5 in ]3..l[item > 4][1][]}.r ⇒ [false, false]
[[1..2[, [2..3[] = [[1..2), [2..3)] ⇒ true
if 2 in [1..2[ then 1 else 2 ⇒ 2
[1..n] = [1..5] ⇒ true
[n - 1..n + 1].start ⇒ 4
(< 5).end ⇒ 5
(< 5).start ⇒ null
(>= 5).start included ⇒ true
]1..5[.start included ⇒ false
]1..5[.end included ⇒ false
""")

# 45, 55–59: contexts, lists, paths and filters
BOXED = lines("""
{} ⇒ {}
{a: 1, b: a + 1, c: b + 1}.c ⇒ 3
{"one key": 1, "two": one key + 1}.two ⇒ 2
{a: 1, a: 2} ⇒ null
{a: {a: 1}, b: a.a}.b ⇒ 1
{a: 1, f: function(x) x + a, r: f(2)}.r ⇒ 3
[1, [2, [3]]][2][2][1] ⇒ 3
[[1, 2], [3, 4]][item[1] > 1] ⇒ [[3, 4]]
[1, 2, 3, 4][item > 1][item < 4] ⇒ [2, 3]
[1, 2, 3][-2] ⇒ 2
[1, 2, 3][-4] ⇒ null
[1, 2, 3][1.5] ⇒ null
[1, 2, 3]["a"] ⇒ null
[][1] ⇒ null
[][n] ⇒ null
[][item > 1] ⇒ []
"a"[1] ⇒ "a"
"a"[2] ⇒ null
5[item > 3] ⇒ [5]
nothing[item > 3] ⇒ null
nothing[true] ⇒ null
nothing[1] ⇒ null
true[true] ⇒ [true]
people[age < 30].address.city ⇒ ["深圳"]
people[age > n * 4 and address.city = "广州"].name ⇒ ["乙"]
people[-1].name ⇒ "丙"
[{a: 1}, {b: 2}].a ⇒ [1, null]
[{a: 1}, {b: 2}][a = 1] ⇒ [{a: 1}]
[{item: 5}, {item: 1}][item > 2] ⇒ [{item: 5}]
[{x: 1, y: 2}, {x: 2, y: 3}][x = 1] ⇒ [{x: 1, y: 2}]
[1, {a: 2}].a ⇒ [null, 2]
"a".b ⇒ null
n.b ⇒ null
""")

# 57: function definitions: closures, types, recursion
FUNCTIONS = lines("""
{f: function(a-b, x and y) a-b * x and y, r: f(2, 3)}.r ⇒ 6
{f: function(a-b: number) a-b, r: f(a-b: 2)}.r ⇒ 2
(function(a: number, b) a + b)(1, 2) ⇒ 3
(function(a: number) a)("x") ⇒ null
(function(a: list<number>) count(a))(5) ⇒ 1
(function(a: number) a + 1)([5]) ⇒ 6
(function(a: date and time) a)(@"2026-01-01") ⇒ @"2026-01-01T00:00:00Z"
{f: function(n) if n <= 1 then 1 else n * f(n - 1), r: f(20)}.r ⇒ 2432902008176640000
{fib: function(n) if n < 2 then n else fib(n - 1) + fib(n - 2), r: fib(10)}.r ⇒ 55
{k: 2, mul: function(x) x * k, r: for i in 1..3 return mul(i)}.r ⇒ [2, 4, 6]
{twice: function(f, x) f(f(x)), r: twice(function(y) y + 3, 1)}.r ⇒ 7
(function(a) external {java: {class: "java.lang.Math", method signature: "abs(int)"}})(1) ⇒ null
""")

# 60–66: date and time literals
AT = lines("""
@"2026-01-31".day ⇒ 31
@"10:11:12".minute ⇒ 11
@"2026-01-31T10:11:12".hour ⇒ 10
@"P1Y" = duration("P1Y") ⇒ true
-@"P1D" = @"-P1D" ⇒ true
""")

COMMENTS = lines("""
{a b: 1, c: a /* in between */ b}.c ⇒ 1
1 + /* one */ 2 ⇒ 3
/* first */ 1 ⇒ 1
1 // to the end ⇒ 1
""")


@pytest.mark.parametrize(
    ("expression", "expected"),
    ARITHMETIC + NAMES + LITERALS + CALLS + LOOPS + CHOICE + TESTS + BOXED + FUNCTIONS + AT
    + COMMENTS,
)  # fmt: skip
def test_grammar(expression, expected):
    check(expression, expected)


def test_an_expression_may_have_many_lines():
    text = "{ a: 1, // the first\n\n  b: a\n     + 1 /* the\n second */ }.b"
    assert expressions.feel(text, {}) == 2


@pytest.mark.parametrize(
    "blank", "\t\n\x0b\x0c\r\x85\xa0\u1680\u180e\u2003\u200b\u2028\u3000\ufeff"
)
def test_every_blank_of_unicode_is_one(blank):
    text = f"{blank}{{a:{blank}1,{blank}b{blank}:{blank}a{blank}+{blank}1}}.b{blank}"
    assert expressions.feel(text, {}) == 2


def test_names_of_the_scope_may_be_told():
    from engine.expressions.program import NO_FUNCTIONS, feel_program, run

    scope = {"a-b": 10, "a": 1, "b": 2, "买方/卖方": 3, "profit and loss": 4}
    known = tuple(scope)
    for text, value in (
        ("a-b", 10),
        ("a -b", -1),
        ("(a)-(b)", -1),
        ("a-b-b", 8),
        ("买方/卖方 + 1", 4),
        ("profit  and   loss", 4),
    ):
        assert run(feel_program(text, known), scope, NO_FUNCTIONS) == value


@pytest.mark.parametrize(
    "text",
    ["1 +", "(1", "[1", "{a: }", "{a}", "for i in [1]", "if true then 1", "1 2", '"a', "a.", "@1",
     "function(a, 1) 1", "x instance of", "1 between 2", "", "*"],
)  # fmt: skip
def test_what_is_not_feel_is_refused(text):
    with pytest.raises(ExpressionError):
        feel_program(text, strict=True)


@pytest.mark.parametrize(
    "text",
    ["count()", "abs(1, 2)", "substring(a: 1, b: 2)", "{a: 1, a: 2}",
     "1 instance of nothing known", "function(a) external {}"],
)  # fmt: skip
def test_what_can_only_be_null_is_refused_when_checked_and_null_when_computed(text):
    with pytest.raises(ExpressionError):
        feel_program(text, strict=True)
    with pytest.raises(ExpressionError):
        expressions.evaluate(f"={text}", {})
    if not text.startswith("function"):
        assert expressions.feel(text, {}) is None
