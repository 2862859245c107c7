"""FEEL as DMN 1.3 describes it, 10.3.2: arithmetic, comparison, logic, types."""

from __future__ import annotations

import pytest

from tests.engine.feel import check, lines

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
1 + null ⇒ null
null * 2 ⇒ null
"a" + "b" ⇒ "ab"
"a" - "b" ⇒ null
true + 1 ⇒ null
1 / 3 * 3 ⇒ 0.9999999999999999999999999999999999
10 ** 33 + 1 ⇒ 1000000000000000000000000000000001
date("2026-02-28") + duration("P1D") ⇒ date("2026-03-01")
date("2024-01-31") + duration("P1M") ⇒ date("2024-02-29")
date("2024-02-29") - duration("P1Y") ⇒ date("2023-02-28")
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
date("9999-12-31") + duration("P1D") ⇒ date("10000-01-01")
""")


COMPARISON = lines("""
1 = 1.0 ⇒ true
1 = null ⇒ false
1 != null ⇒ true
1 < null ⇒ null
"a" < "b" ⇒ true
"a" < 1 ⇒ null
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
5 in "a" ⇒ null
5 in ("a", "b") ⇒ null
5 in ("a", 5) ⇒ true
5 in (null, "a") ⇒ null
null in ("a", "b") ⇒ false
5 in ["a"] ⇒ false
@"2026-01-01" in "2026-01-01" ⇒ null
5 in (> 5) ⇒ false
5 in (>= 5) ⇒ true
[1..5] = (1..5] ⇒ false
""")


LOGIC = lines("""
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


TYPES = lines("""
1 instance of string ⇒ false
"a" instance of string ⇒ true
true instance of boolean ⇒ true
@"2026-01-01" instance of date ⇒ true
@"10:00:00" instance of time ⇒ true
@"2026-01-01T10:00:00" instance of date and time ⇒ true
[1] instance of list<number> ⇒ true
["a"] instance of list<number> ⇒ false
[1] instance of list ⇒ true
{a: 1} instance of context<a: number> ⇒ true
{a: "x"} instance of context<a: number> ⇒ false
(function(a) a) instance of function<Any> -> Any ⇒ true
""")


@pytest.mark.parametrize(("expression", "expected"), ARITHMETIC + COMPARISON + LOGIC + TYPES)
def test_feel(expression, expected):
    check(expression, expected)
