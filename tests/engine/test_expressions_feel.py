"""FEEL as DMN 1.3 describes it, chapter 10. Each line: an expression, and what it equals."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from engine import expressions
from engine.clock import CHINA
from engine.errors import ExpressionError
from engine.expressions.values import YearsMonths

SCOPE = {
    "people": [
        {"name": "甲", "age": 20, "address": {"city": "深圳"}},
        {"name": "乙", "age": 40, "address": {"city": "广州"}},
        {"name": "丙", "age": None},
    ],
    "n": 5,
    "word": "abc",
    "Monthly Salary": 10_000,
    "月 收入": 8000,
    "nothing": None,
}


def lines(text: str) -> list[tuple[str, str]]:
    pairs = [line.split(" ⇒ ") for line in text.strip().splitlines() if line.strip()]
    return [(left.strip(), right.strip()) for left, right in pairs]


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


def check(expression: str, expected: str) -> None:
    got, wanted = expressions.feel(expression, SCOPE), expressions.feel(expected, SCOPE)
    assert (got is None) == (wanted is None), f"{got!r} is not {wanted!r}"
    assert got == wanted
    assert isinstance(got, bool) == isinstance(wanted, bool)


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

ARITHMETIC = lines("""
1 + 2 * 3 ⇒ 7
(1 + 2) * 3 ⇒ 9
7 / 2 ⇒ 3.5
6 / 2 ⇒ 3
2 ** 3 ⇒ 8
2 ** -1 ⇒ 0.5
2 ** 3 ** 2 ⇒ 64
-2 ** 2 ⇒ 4
-(2 ** 2) ⇒ 0 - 4
5 - 3 - 1 ⇒ 1
0.1 + 0.2 ⇒ 0.3
1 / 0 ⇒ null
1 + null ⇒ null
null * 2 ⇒ null
"a" + "b" ⇒ "ab"
"a" + 1 ⇒ null
"a" - "b" ⇒ null
true + 1 ⇒ null
-"a" ⇒ null
1 / 3 * 3 ⇒ 0.9999999999999999999999999999999999
10 ** 33 + 1 ⇒ 1000000000000000000000000000000001
date("2026-02-28") + duration("P1D") ⇒ date("2026-03-01")
date("2024-01-31") + duration("P1M") ⇒ date("2024-02-29")
date("2024-02-29") - duration("P1Y") ⇒ date("2023-02-28")
date("2012-12-25") - date("2012-12-24") ⇒ duration("P1D")
date and time("2012-12-24T23:59:00") + duration("PT1M") ⇒ date and time("2012-12-25T00:00:00")
time("23:59:00z") + duration("PT2M") ⇒ time("00:01:00Z")
time("10:00:00") - time("09:30:00") ⇒ duration("PT30M")
@"2026-01-01T00:00:00Z" - @"2026-01-01T00:00:00+08:00" ⇒ duration("PT8H")
duration("PT1H") * 2.5 ⇒ duration("PT2H30M")
3 * duration("P1Y") ⇒ duration("P3Y")
duration("P1D") / 2 ⇒ duration("PT12H")
duration("P1D") / duration("PT12H") ⇒ 2
duration("P1Y") / duration("P6M") ⇒ 2
duration("P1Y") + duration("P1M") ⇒ duration("P13M")
duration("P1Y") + duration("P1D") ⇒ null
duration("P1D") - duration("PT1H") ⇒ duration("PT23H")
date("9999-12-31") + duration("P1D") ⇒ null
""")

COMPARISON = lines("""
1 = 1.0 ⇒ true
1 = "1" ⇒ null
null = null ⇒ true
1 = null ⇒ false
1 != null ⇒ true
1 < null ⇒ null
"a" < "b" ⇒ true
"a" < 1 ⇒ null
true < false ⇒ null
[1, 2] = [1, 2] ⇒ true
[1, 2] = [2, 1] ⇒ false
[1, [2]] = [1, [2]] ⇒ true
{a: 1, b: 2} = {b: 2, a: 1} ⇒ true
{a: 1} = {a: 1, b: null} ⇒ false
[1] < [2] ⇒ null
date("2026-01-01") < date("2026-01-02") ⇒ true
date("2026-01-01") = "2026-01-01" ⇒ null
@"2026-01-01T08:00:00+08:00" = @"2026-01-01T00:00:00Z" ⇒ true
@"P1Y" = @"P12M" ⇒ true
@"P1Y" > @"P11M" ⇒ true
@"P1Y" > @"P1D" ⇒ null
@"PT24H" = @"P1D" ⇒ true
5 between 1 and 5 ⇒ true
5 between 6 and 7 ⇒ false
5 between null and 7 ⇒ null
n between 1 and 10 and word = "abc" ⇒ true
5 in 5 ⇒ true
5 in (1, 5) ⇒ true
5 in > 4 ⇒ true
5 in (< 3, > 4) ⇒ true
5 in [1..5] ⇒ true
5 in [1..5) ⇒ false
5 in [1..5[ ⇒ false
5 in (5..6] ⇒ false
5 in ]5..6] ⇒ false
5 in ([1..3], [4..6]) ⇒ true
5 in [1, 5] ⇒ true
5 in [[1..3], [4..6]] ⇒ true
5 in "a" ⇒ false
5 in (> 5) ⇒ false
5 in (>= 5) ⇒ true
[1..5] = [1..5] ⇒ true
[1..5] = (1..5] ⇒ false
""")

LOGIC = lines("""
true and true ⇒ true
true and null ⇒ null
null and true ⇒ null
false and null ⇒ false
null and false ⇒ false
1 and false ⇒ false
1 and true ⇒ null
true or null ⇒ true
null or true ⇒ true
false or null ⇒ null
false or 1 ⇒ null
null or null ⇒ null
not(true) ⇒ false
not(null) ⇒ null
not(1) ⇒ null
true or false and false ⇒ true
if true then 1 else 2 ⇒ 1
if null then 1 else 2 ⇒ 2
if 1 then 1 else 2 ⇒ 2
if n > 3 then if n > 4 then "x" else "y" else "z" ⇒ "x"
some i in [1, 2, 3] satisfies i > 2 ⇒ true
some i in [] satisfies i > 2 ⇒ false
some i in [1, null] satisfies i > 2 ⇒ null
every i in [1, 2, 3] satisfies i > 0 ⇒ true
every i in [] satisfies i > 2 ⇒ true
every i in [3, null] satisfies i > 2 ⇒ null
every i in [1, null] satisfies i > 2 ⇒ false
some i in [1, 2], j in [2, 3] satisfies i = j ⇒ true
every i in [1, 2], j in [i, 3] satisfies i <= j ⇒ true
every p in people[age != null] satisfies p.age >= 20 ⇒ true
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

TYPES = lines("""
1 instance of number ⇒ true
1 instance of string ⇒ false
"a" instance of string ⇒ true
true instance of boolean ⇒ true
@"2026-01-01" instance of date ⇒ true
@"2026-01-01" instance of date and time ⇒ false
@"10:00:00" instance of time ⇒ true
@"2026-01-01T10:00:00" instance of date and time ⇒ true
@"P1D" instance of days and time duration ⇒ true
@"P1Y" instance of years and months duration ⇒ true
[1] instance of list<number> ⇒ true
["a"] instance of list<number> ⇒ false
[1] instance of list ⇒ true
{a: 1} instance of context<a: number> ⇒ true
{a: "x"} instance of context<a: number> ⇒ false
[1..2] instance of range<number> ⇒ true
null instance of number ⇒ false
null instance of Null ⇒ true
1 instance of Any ⇒ true
1 + 1 instance of number ⇒ true
(function(a) a) instance of function<Any> -> Any ⇒ true
""")

TEMPORAL = lines("""
date(2026, 3, 1) ⇒ @"2026-03-01"
date(2026, 2, 30) ⇒ null
date("2026-2-1") ⇒ null
date(@"2026-03-01T10:00:00") ⇒ @"2026-03-01"
time(10, 30, 0) ⇒ @"10:30:00"
time(10, 30, 0, @"PT8H") ⇒ @"10:30:00+08:00"
time("25:00:00") ⇒ null
time(@"2026-03-01T10:00:00Z") ⇒ @"10:00:00Z"
date and time("2026-03-01") ⇒ @"2026-03-01T00:00:00"
date and time(@"2026-03-01", @"10:00:00") ⇒ @"2026-03-01T10:00:00"
date and time(@"2026-03-01T10:00:00", @"11:00:00") ⇒ @"2026-03-01T11:00:00"
date and time("2026-13-01T10:00:00") ⇒ null
@"2026-03-01T10:00:00" ⇒ @"2026-03-01T10:00:00@Asia/Shanghai"
duration("P1DT2H3M4S") ⇒ @"P1D" + @"PT2H" + @"PT3M" + @"PT4S"
duration("P") ⇒ null
duration("P1YT1H") ⇒ null
duration("-P1D") ⇒ -@"P1D"
duration("PT0.5S") * 2 ⇒ @"PT1S"
years and months duration(date("2011-12-22"), date("2013-08-24")) ⇒ duration("P1Y8M")
years and months duration(date("2013-08-24"), date("2011-12-22")) ⇒ duration("-P1Y8M")
years and months duration(from: @"2026-01-31", to: @"2026-02-28") ⇒ duration("P0M")
@"2026-03-01".year ⇒ 2026
@"2026-03-01".month ⇒ 3
@"2026-03-01".day ⇒ 1
@"2026-03-01".weekday ⇒ 7
@"10:20:30".minute ⇒ 20
@"2026-03-01T10:20:30+02:00".time offset ⇒ @"PT2H"
@"2026-03-01T10:20:30@Europe/Paris".timezone ⇒ "Europe/Paris"
@"P1DT2H3M4S".hours ⇒ 2
@"-PT90M".minutes ⇒ -30
@"P1Y8M".years ⇒ 1
@"P1Y8M".months ⇒ 8
@"P1Y8M".days ⇒ null
day of year(date(2019, 9, 17)) ⇒ 260
day of week(date(2019, 9, 17)) ⇒ "Tuesday"
month of year(date(2019, 9, 17)) ⇒ "September"
week of year(date(2019, 9, 17)) ⇒ 38
week of year(date(2003, 12, 29)) ⇒ 1
last day of month(@"2024-02-10") ⇒ @"2024-02-29"
week of year(date(2005, 1, 1)) ⇒ 53
today() instance of date ⇒ true
now() instance of date and time ⇒ true
string(@"2026-03-01") ⇒ "2026-03-01"
string(@"2026-03-01T10:00:00Z") ⇒ "2026-03-01T10:00:00Z"
string(@"P26M") ⇒ "P2Y2M"
string(@"-PT90M") ⇒ "-PT1H30M"
string(@"PT0S") ⇒ "PT0S"
string(@"P1DT1.5S") ⇒ "P1DT1.5S"
string(@"10:00:00") ⇒ "10:00:00"
""")

STRINGS = lines(r"""
substring("foobar", 3) ⇒ "obar"
substring("foobar", 3, 3) ⇒ "oba"
substring("foobar", -2, 1) ⇒ "a"
substring("\U01F40Eab", 2) ⇒ "ab"
substring("abc", 0) ⇒ null
string length("foo") ⇒ 3
string length("\U01F40Eab") ⇒ 3
string length(null) ⇒ null
upper case("aBc4") ⇒ "ABC4"
lower case("aBc4") ⇒ "abc4"
substring before("foobar", "bar") ⇒ "foo"
substring before("foobar", "xyz") ⇒ ""
substring before("foobar", "") ⇒ ""
substring after("foobar", "ob") ⇒ "ar"
substring after("", "a") ⇒ ""
substring after("abc", "") ⇒ "abc"
replace("abcd", "(ab)|(a)", "[1=$1][2=$2]") ⇒ "[1=ab][2=]cd"
replace("a.b.c", "\\.", "-") ⇒ "a-b-c"
replace("AbC", "b", "x", "i") ⇒ "AxC"
replace("abc", "b", "\\$1") ⇒ "a$1c"
contains("foobar", "of") ⇒ false
contains("劳动报酬", "报酬") ⇒ true
contains("a", null) ⇒ null
starts with("foobar", "fo") ⇒ true
ends with("foobar", "r") ⇒ true
matches("foobar", "^fo*b") ⇒ true
matches("FOO", "foo", "i") ⇒ true
matches("a", "(") ⇒ null
matches("a\nb", "a.b", "s") ⇒ true
split("John Doe", "\\s") ⇒ ["John", "Doe"]
split("John Doe", "\s") ⇒ ["John", "Doe"]
split("a;b;c;;", ";") ⇒ ["a", "b", "c", "", ""]
split("中文;英文", ";") ⇒ ["中文", "英文"]
string join(["a", "b"], ", ") ⇒ "a, b"
string join(["a", null, "b"]) ⇒ "ab"
string join([], "x") ⇒ ""
extract("2026-03-01", "[0-9]+") ⇒ ["2026", "03", "01"]
string(1.1) ⇒ "1.1"
string(1.10) ⇒ "1.1"
string(null) ⇒ null
string(true) ⇒ "true"
string([1, "a", null]) ⇒ "[1, \"a\", null]"
string({a: 1}) ⇒ "{a: 1}"
string("a") ⇒ "a"
string([1..3)) ⇒ "[1..3)"
number("1 000,0", " ", ",") ⇒ number("1,000.0", ",", ".")
number("1.5") ⇒ 1.5
number("-12") ⇒ -12
number("1e3") ⇒ 1000
number("abc") ⇒ null
number("1,5") ⇒ null
number("NaN") ⇒ null
number(from: "1.000,5", grouping separator: ".", decimal separator: ",") ⇒ 1000.5
upper case(["a"]) ⇒ "A"
is blank("  ") ⇒ true
trim(" a ") ⇒ "a"
""")

NUMBERS = lines("""
decimal(1/3, 2) ⇒ .33
decimal(1.5, 0) ⇒ 2
decimal(2.5, 0) ⇒ 2
decimal(1234, -2) ⇒ 1200
floor(1.5) ⇒ 1
floor(-1.5) ⇒ -2
floor(1.56, 1) ⇒ 1.5
ceiling(1.5) ⇒ 2
ceiling(-1.5) ⇒ -1
ceiling(-1.56, 1) ⇒ -1.5
round up(5.5, 0) ⇒ 6
round up(-5.5, 0) ⇒ -6
round up(1.121, 2) ⇒ 1.13
round down(5.5, 0) ⇒ 5
round down(-1.126, 2) ⇒ -1.12
round half up(5.5, 0) ⇒ 6
round half up(-5.5, 0) ⇒ -6
round half up(1.126, 2) ⇒ 1.13
round half down(5.5, 0) ⇒ 5
round half down(1.126, 2) ⇒ 1.13
abs(-10) ⇒ 10
abs(@"-PT5H") ⇒ @"PT5H"
modulo(12, 5) ⇒ 2
modulo(-12, 5) ⇒ 3
modulo(12, -5) ⇒ -3
modulo(-12, -5) ⇒ -2
modulo(10.1, 4.5) ⇒ 1.1
modulo(-10.1, 4.5) ⇒ 3.4
modulo(10.1, -4.5) ⇒ -3.4
modulo(-10.1, -4.5) ⇒ -1.1
modulo(1, 0) ⇒ null
sqrt(16) ⇒ 4
sqrt(-1) ⇒ null
decimal(log(10), 8) ⇒ 2.30258509
log(0) ⇒ null
decimal(exp(5), 6) ⇒ 148.413159
odd(5) ⇒ true
odd(-5) ⇒ true
odd(2) ⇒ false
even(2) ⇒ true
even(1.5) ⇒ null
""")

FUNCTIONS_ON_LISTS = lines("""
list contains([1, 2, 3], 2) ⇒ true
list contains([1, null], null) ⇒ true
list contains(null, 1) ⇒ null
count([1, 2, 3]) ⇒ 3
count([]) ⇒ 0
count(1) ⇒ 1
count(null) ⇒ null
min([1, 2, 3]) ⇒ 1
min(3, 1, 2) ⇒ 1
max(1, 2, 3) ⇒ 3
max("a", "c", "b") ⇒ "c"
max(@"2026-01-01", @"2026-02-01") ⇒ @"2026-02-01"
min([]) ⇒ null
min([1, "a"]) ⇒ null
sum([1, 2, 3]) ⇒ 6
sum(1, 2.5) ⇒ 3.5
sum([]) ⇒ null
sum([1, null]) ⇒ null
mean([1, 2, 3]) ⇒ 2
mean([]) ⇒ null
product([2, 3, 4]) ⇒ 24
median([8, 2, 5, 3, 4]) ⇒ 4
median([6, 1, 2, 3]) ⇒ 2.5
median([]) ⇒ null
stddev(2, 4, 7, 5) ⇒ 2.081665999466132735282297706979931
stddev([47]) ⇒ null
mode([6, 3, 9, 6, 6]) ⇒ [6]
mode([6, 1, 9, 6, 1]) ⇒ [1, 6]
mode([]) ⇒ []
all([false, null, true]) ⇒ false
all([true, null]) ⇒ null
all(true) ⇒ true
all([]) ⇒ true
all(0) ⇒ null
any([false, null, true]) ⇒ true
any([false, null]) ⇒ null
any(false) ⇒ false
any([]) ⇒ false
any(0) ⇒ null
sublist([4, 5, 6], 1, 2) ⇒ [4, 5]
sublist([4, 5, 6], -2) ⇒ [5, 6]
sublist([4, 5, 6], 4) ⇒ null
append([1], 2, 3) ⇒ [1, 2, 3]
append([1]) ⇒ [1]
concatenate([1, 2], [3]) ⇒ [1, 2, 3]
insert before([1, 3], 1, 2) ⇒ [2, 1, 3]
insert before([1, 3], 3, 2) ⇒ [1, 3, 2]
remove([1, 2, 3], 2) ⇒ [1, 3]
reverse([1, 2, 3]) ⇒ [3, 2, 1]
index of([1, 2, 3, 2], 2) ⇒ [2, 4]
index of([1, null], null) ⇒ [2]
union([1, 2], [2, 3]) ⇒ [1, 2, 3]
distinct values([1, 2, 3, 2, 1]) ⇒ [1, 2, 3]
distinct values([{a: 1}, {a: 1}, "1", 1]) ⇒ [{a: 1}, "1", 1]
flatten([[1, 2], [[3]], 4]) ⇒ [1, 2, 3, 4]
list replace([2, 4, 7, 8], 3, 6) ⇒ [2, 4, 6, 8]
list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5) ⇒ [5, 5, 7, 8]
sort([3, 1, 2]) ⇒ [1, 2, 3]
sort(list: [3, 1, 2], precedes: function(x, y) x > y) ⇒ [3, 2, 1]
sort(people[age != null], function(x, y) x.age > y.age).name ⇒ ["乙", "甲"]
get value({key1: "value1"}, "key1") ⇒ "value1"
get value({a: {b: 2}}, ["a", "b"]) ⇒ 2
get value({a: 1}, "z") ⇒ null
get entries({a: 1})[1].key ⇒ "a"
get entries({a: 1, b: 2})[key = "b"].value ⇒ [2]
context([{key: "a", value: 1}, {key: "b", value: 2}]) ⇒ {a: 1, b: 2}
context put({x: 1}, "y", 2) ⇒ {x: 1, y: 2}
context put({x: {y: 0}}, ["x", "y"], 2) ⇒ {x: {y: 2}}
context merge([{x: 1}, {x: 2, y: 3}]) ⇒ {x: 2, y: 3}
is(date("2012-12-25"), time("23:00:50")) ⇒ false
is(@"2012-12-25", @"2012-12-25") ⇒ true
is(1, "1") ⇒ false
duplicate values([1, 2, 1, 3, 2]) ⇒ [1, 2]
partition([1, 2, 3], 2) ⇒ [[1, 2], [3]]
partition([1], 0) ⇒ null
assert(n, n > 1) ⇒ 5
is empty([]) ⇒ true
is defined(nothing) ⇒ false
is defined(n) ⇒ true
get or else(nothing, 7) ⇒ 7
""")

RANGES = lines("""
before(1, 10) ⇒ true
before(10, 1) ⇒ false
before(1, [2..10]) ⇒ true
before([1..10], 10) ⇒ false
before([1..10), 10) ⇒ true
before([1..10], [15..20]) ⇒ true
before([1..10), [10..20]) ⇒ true
before([1..10], (10..20]) ⇒ true
before([1..10], [10..20]) ⇒ false
after(10, 5) ⇒ true
after(12, [2..5]) ⇒ true
after([1..10], 12) ⇒ false
after((10..20], [1..10]) ⇒ true
meets([1..5], [5..10]) ⇒ true
meets([1..5), [5..10]) ⇒ false
meets([1..5], (5..10]) ⇒ false
met by([5..10], [1..5]) ⇒ true
overlaps([1..5], [3..8]) ⇒ true
overlaps([1..8], [3..5]) ⇒ true
overlaps([1..5], [6..8]) ⇒ false
overlaps([1..5], [5..8]) ⇒ true
overlaps([1..5], (5..8]) ⇒ false
overlaps before([1..5], [3..8]) ⇒ true
overlaps before([1..5], [6..8]) ⇒ false
overlaps before([1..5], [5..8]) ⇒ true
overlaps before([1..5], (1..5]) ⇒ true
overlaps before([1..5], [1..5]) ⇒ false
overlaps after([3..8], [1..5]) ⇒ true
overlaps after([6..8], [1..5]) ⇒ false
finishes(10, [1..10]) ⇒ true
finishes(10, [1..10)) ⇒ false
finishes([5..10], [1..10]) ⇒ true
finishes([5..10), [1..10]) ⇒ false
finishes([5..10), [1..10)) ⇒ true
finishes((1..10], [1..10]) ⇒ true
finished by([1..10], 10) ⇒ true
finished by([1..10], [5..10]) ⇒ true
includes([1..10], 5) ⇒ true
includes([1..10], 12) ⇒ false
includes((1..10], 1) ⇒ false
includes([1..10], [4..6]) ⇒ true
includes((1..10], [1..5]) ⇒ false
includes([1..10], (1..10)) ⇒ true
during(5, [1..10]) ⇒ true
during([4..6], [1..10]) ⇒ true
during(1, (1..10]) ⇒ false
starts(1, [1..10]) ⇒ true
starts(1, (1..10]) ⇒ false
starts([1..5], [1..10]) ⇒ true
starts((1..5], [1..10]) ⇒ false
starts([1..10), [1..10]) ⇒ true
started by([1..10], 1) ⇒ true
coincides(5, 5) ⇒ true
coincides(3, 4) ⇒ false
coincides([1..5], [1..5]) ⇒ true
coincides((1..5), [1..5]) ⇒ false
coincides(1, [1..5]) ⇒ null
meets(1, [1..5]) ⇒ null
before(1, "a") ⇒ null
includes((> 5), 6) ⇒ true
includes((<= 5), 6) ⇒ false
overlaps((< 5), (> 5)) ⇒ false
before(@"2026-01-01", [@"2026-02-01"..@"2026-03-01"]) ⇒ true
""")


@pytest.mark.parametrize(
    ("expression", "expected"),
    LITERALS + ARITHMETIC + COMPARISON + LOGIC + LISTS + TYPES + TEMPORAL + STRINGS + NUMBERS
    + FUNCTIONS_ON_LISTS + RANGES + PRACTICE,
)  # fmt: skip
def test_feel(expression, expected):
    check(expression, expected)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("7 / 2", Decimal("3.5")),
        ("6 / 2", 3),
        ('@"2026-03-01"', date(2026, 3, 1)),
        ('@"10:00:00Z"', time(10, tzinfo=UTC)),
        ('@"2026-03-01T10:00:00"', datetime(2026, 3, 1, 10, tzinfo=CHINA)),
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
        expressions.check_feel(text)


def test_now_is_the_callers_and_stands_still_during_one_evaluation():
    moments = iter([datetime(2026, 3, 1, 10, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)])
    functions = {"now": lambda: next(moments)}
    assert expressions.feel("[now().day, now().day, today().day]", {}, functions)[1:] == [1, 1]
