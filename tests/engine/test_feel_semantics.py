"""DMN 1.3, 10.3.2: what operators mean for every kind of value. Table numbers are of 1.3."""

from __future__ import annotations

import pytest

from tests.engine.feel import check, lines

# 10.3.2.3.1: numbers have 34 digits and round half to even
NUMBERS = lines("""
0.1 + 0.2 = 0.3 ⇒ true
1 / 3 ⇒ 0.3333333333333333333333333333333333
2 / 3 ⇒ 0.6666666666666666666666666666666667
9999999999999999999999999999999999 + 1 ⇒ 10 ** 34
12345678901234567890123456789012345 ⇒ 12345678901234567890123456789012344
1.0 = 1.00 ⇒ true
100 = 1e2 ⇒ true
string(1e2) ⇒ "100"
string(0.10) ⇒ "0.1"
string(-0.0) ⇒ "0"
string(1 / 4) ⇒ "0.25"
1 / 0 ⇒ null
0 / 0 ⇒ null
10 ** -2 ⇒ 0.01
4 ** 0.5 ⇒ 2
0 ** 0 ⇒ 1
0 ** -1 ⇒ null
2 ** 1000 > 10 ** 301 ⇒ true
[exp(20000), 10 ** 6145, 1] ⇒ [null, null, 1]
""")

# 10.3.2.3.4–8, Tables 53–58: the temporal kinds
TEMPORAL = lines("""
@"2026-01-31" + @"P1M" ⇒ @"2026-02-28"
@"2024-01-31" + @"P1M" ⇒ @"2024-02-29"
@"P1M" + @"2026-01-31" ⇒ @"2026-02-28"
@"2026-03-31" - @"P1M" ⇒ @"2026-02-28"
@"2024-02-29" + @"P1Y" ⇒ @"2025-02-28"
@"2026-01-01" + @"P1D" ⇒ @"2026-01-02"
@"2026-01-01" + @"PT25H" ⇒ @"2026-01-02"
@"2026-01-02" - @"PT1H" ⇒ @"2026-01-01"
@"2026-01-01" + 1 ⇒ null
@"2026-01-01" + @"2026-01-02" ⇒ null
@"2026-03-01" - @"2026-02-01" ⇒ @"P28D"
@"2026-02-01" - @"2026-03-01" ⇒ @"-P28D"
@"2026-01-01T10:00:00" + @"P1Y2M" ⇒ @"2027-03-01T10:00:00"
@"2026-01-01T10:00:00" - @"PT10H1S" ⇒ @"2025-12-31T23:59:59"
@"2026-01-01T10:00:00" - @"2026-01-01T09:00:00" ⇒ @"PT1H"
@"2026-01-01T10:00:00Z" - @"2026-01-01T09:00:00" ⇒ null
@"2026-01-01T10:00:00Z" - @"2026-01-01T10:00:00+01:00" ⇒ @"PT1H"
@"2026-01-01T10:00:00Z" - @"2026-01-01" ⇒ @"PT10H"
@"2026-01-01" - @"2026-01-01T10:00:00Z" ⇒ @"-PT10H"
@"2026-01-01T10:00:00" - @"2026-01-01" ⇒ null
@"2026-03-29T01:30:00@Europe/Paris" + @"PT1H" ⇒ @"2026-03-29T03:30:00@Europe/Paris"
@"23:30:00" + @"PT1H" ⇒ @"00:30:00"
@"00:30:00" - @"PT1H" ⇒ @"23:30:00"
@"10:00:00" + @"P2DT1H" ⇒ @"11:00:00"
@"10:00:00+02:00" + @"PT1H" ⇒ @"11:00:00+02:00"
@"10:00:00" + @"P1M" ⇒ null
@"10:00:00Z" - @"10:00:00+01:00" ⇒ @"PT1H"
@"10:00:00Z" - @"10:00:00" ⇒ null
@"P1D" + @"PT12H" ⇒ @"PT36H"
@"P1Y" - @"P13M" ⇒ @"-P1M"
@"P1Y" + @"P1D" ⇒ null
@"P1D" * 1.5 ⇒ @"PT36H"
2 * @"P1M" ⇒ @"P2M"
@"P1Y" * 0.5 ⇒ @"P6M"
@"PT1H" / 2 ⇒ @"PT30M"
@"P1D" / @"PT6H" ⇒ 4
@"P1Y" / @"P5M" ⇒ 2.4
@"P1Y" / 2 ⇒ @"P6M"
@"P1D" / @"P1M" ⇒ null
@"P1D" / 0 ⇒ null
@"P1D" / @"PT0S" ⇒ null
2 / @"P1D" ⇒ null
@"P1D" * @"P1D" ⇒ null
@"P1D" * "2" ⇒ null
-@"P1Y2M" ⇒ @"-P14M"
-@"2026-01-01" ⇒ null
""")

# Tables 53–55: equality and order; values of different kinds give null
COMPARING = lines("""
@"10:30:00@Europe/Paris" = @"10:30:00@Europe/Paris" ⇒ true
@"10:30:00@Europe/Paris" = @"10:30:00@Asia/Dhaka" ⇒ false
@"10:30:00@Europe/Paris" = @"10:30:00" ⇒ false
@"10:30:00@Europe/Paris" = @"10:30:00Z" ⇒ false
@"10:30:00@Etc/UTC" = @"10:30:00Z" ⇒ true
@"10:30:00@Europe/Paris" < @"10:31:00@Europe/Paris" ⇒ true
@"10:30:00@Europe/Paris" < @"10:31:00@Asia/Dhaka" ⇒ null
@"10:30:00@Europe/Paris" < @"10:31:00" ⇒ null
@"10:30:00" < @"10:31:00Z" ⇒ null
null = null ⇒ true
null != null ⇒ false
null = 0 ⇒ false
null != 0 ⇒ true
"" = null ⇒ false
1 = "1" ⇒ null
1 != "1" ⇒ null
true = "true" ⇒ null
[1] = 1 ⇒ true
1 != [2] ⇒ true
["a"] = "b" ⇒ false
["1"] = 1 ⇒ null
[1, 2] = 1 ⇒ null
[[1]] = 1 ⇒ null
[] = 1 ⇒ null
[null] = 1 ⇒ false
[1] = null ⇒ false
[2] > 1 ⇒ true
[2] + 1 ⇒ 3
3 - [2] ⇒ 1
get entries({key1: "value1"})[key = "key1"].value = "value1" ⇒ true
{} = [] ⇒ null
null < 1 ⇒ null
null < null ⇒ null
null >= null ⇒ null
true < false ⇒ null
{a: 1} < {a: 2} ⇒ null
"abc" < "abd" ⇒ true
"Z" < "a" ⇒ true
"" < "a" ⇒ true
[] = [] ⇒ true
[1, 2] = [1] ⇒ false
[1, [2, 3]] = [1, [2, 3]] ⇒ true
[1, "a"] = ["a", 1] ⇒ false
{a: 1, b: {c: 2}} = {b: {c: 2}, a: 1} ⇒ true
{a: 1} = {a: 2} ⇒ false
{a: 1} = {b: 1} ⇒ false
@"2026-01-01" = @"2026-01-01" ⇒ true
@"2026-01-01" = @"2026-01-01T00:00:00" ⇒ null
@"2026-01-01" < @"2026-01-02" ⇒ true
@"10:00:00Z" = @"11:00:00+01:00" ⇒ true
@"10:00:00Z" < @"10:00:00-01:00" ⇒ true
@"10:00:00" <= @"10:00:00" ⇒ true
@"2026-01-01T10:00:00Z" = @"2026-01-01T11:00:00+01:00" ⇒ true
@"2026-01-01T10:00:00@Europe/Paris" = @"2026-01-01T09:00:00Z" ⇒ true
@"2026-01-01T10:00:00" < @"2026-01-01T10:00:01" ⇒ true
@"PT60M" = @"PT1H" ⇒ true
@"P1D" > @"PT23H59M" ⇒ true
@"P12M" = @"P1Y" ⇒ true
@"P365D" = @"P1Y" ⇒ null
@"P0D" = @"P0M" ⇒ null
[1..5] = [1..5] ⇒ true
[1..5] = [1..5) ⇒ false
[1..5] != [1..6] ⇒ true
[1..5] < [2..6] ⇒ null
(< 5) = (< 5) ⇒ true
""")

# Table 50: and, or; 10.3.4.2: not
LOGIC = lines("""
true and true ⇒ true
true and false ⇒ false
true and null ⇒ null
true and "x" ⇒ null
false and "x" ⇒ false
"x" and false ⇒ false
"x" and "y" ⇒ null
null and null ⇒ null
true or "x" ⇒ true
"x" or true ⇒ true
false or false ⇒ false
false or "x" ⇒ null
null or false ⇒ null
1 < "a" or true ⇒ true
1 < "a" and false ⇒ false
true or true and false ⇒ true
(true or true) and false ⇒ false
not(false) ⇒ true
not("x") ⇒ null
and([true, false]) ⇒ false
and(true, true) ⇒ true
or([false, true]) ⇒ true
or(false, null) ⇒ null
""")

# Table 52: text is joined by +, nothing else
TEXTS = lines("""
"foo" + "bar" ⇒ "foobar"
"a" + null ⇒ null
"a" + 1 ⇒ null
"a" * 2 ⇒ null
"a" - "a" ⇒ null
-"a" ⇒ null
true + true ⇒ null
[1] + [2] ⇒ null
{} + {} ⇒ null
null + null ⇒ null
""")

# Table 65 and 66: properties
PROPERTIES = lines("""
@"2026-03-01".weekday ⇒ 7
@"2026-03-02".weekday ⇒ 1
@"2026-03-01".hour ⇒ null
@"2026-03-01".time offset ⇒ null
@"2026-03-01T10:20:30".year ⇒ 2026
@"2026-03-01T10:20:30".weekday ⇒ 7
@"2026-03-01T10:20:30".second ⇒ 30
@"2026-03-01T10:20:30".time offset ⇒ null
@"2026-03-01T10:20:30".timezone ⇒ null
@"2026-03-01T10:20:30+05:30".time offset ⇒ @"PT5H30M"
@"2026-03-01T10:20:30-05:00".time offset ⇒ @"-PT5H"
@"2026-03-01T10:20:30Z".time offset ⇒ @"PT0S"
@"2026-03-01T10:20:30@Europe/Paris".timezone ⇒ "Europe/Paris"
@"2026-03-01T10:20:30@Europe/Paris".time offset ⇒ @"PT1H"
@"10:20:30@Asia/Shanghai".timezone ⇒ "Asia/Shanghai"
@"10:20:30Z".time offset ⇒ @"PT0S"
@"10:20:30".year ⇒ null
@"10:20:30.5".second ⇒ 30.5
@"P1Y2M".years ⇒ 1
@"P1Y2M".months ⇒ 2
@"P14M".years ⇒ 1
@"-P14M".years ⇒ -1
@"-P14M".months ⇒ -2
@"P1Y".days ⇒ null
@"P2DT20H14M5S".days ⇒ 2
@"P2DT20H14M5S".hours ⇒ 20
@"P2DT20H14M5S".minutes ⇒ 14
@"P2DT20H14M5S".seconds ⇒ 5
@"PT50H".days ⇒ 2
@"PT50H".hours ⇒ 2
@"-P1DT1H".days ⇒ -1
@"P1D".years ⇒ null
[1..2].start ⇒ 1
(1..2].start included ⇒ false
[1..2).end included ⇒ false
[1..2].end ⇒ 2
[1..2].middle ⇒ null
""")

# 10.3.2.9: types, and what conforms to them
TYPES = lines("""
1 instance of number ⇒ true
"a" instance of number ⇒ false
null instance of number ⇒ false
null instance of Null ⇒ true
null instance of Any ⇒ false
1 instance of Null ⇒ false
1 instance of Any ⇒ true
@"P1D" instance of days and time duration ⇒ true
@"P1D" instance of years and months duration ⇒ false
@"P1Y" instance of years and months duration ⇒ true
@"2026-01-01" instance of date and time ⇒ false
[1, 2] instance of list<number> ⇒ true
[1, "2"] instance of list<number> ⇒ false
[1, "2"] instance of list<Any> ⇒ true
[[1], [2]] instance of list<list<number>> ⇒ true
[] instance of list<number> ⇒ true
1 instance of list<number> ⇒ false
{a: 1, b: "x"} instance of context<a: number, b: string> ⇒ true
{a: 1, b: "x"} instance of context<a: number> ⇒ true
{a: 1} instance of context<a: number, b: string> ⇒ false
{a: {b: 1}} instance of context<a: context<b: number>> ⇒ true
{} instance of context ⇒ true
[1..2] instance of range<number> ⇒ true
["a".."b"] instance of range<number> ⇒ false
[@"2026-01-01"..@"2026-01-02"] instance of range<date> ⇒ true
(< 5) instance of range<number> ⇒ true
(function(a: number) a) instance of function<number> -> Any ⇒ true
(function(a: number) a) instance of function<string> -> Any ⇒ false
(function(a) a) instance of function<string> -> Any ⇒ true
(function(a, b) a) instance of function<Any> -> Any ⇒ false
(function(a: number) a * 2) instance of function<number> -> number ⇒ true
(function(a: number) a * 2) instance of function<number> -> string ⇒ false
(function(a: string, b: string) a + b) instance of function<string, string> -> string ⇒ true
(function(a: number) not(a > 1)) instance of function<number> -> boolean ⇒ true
(function(f: function<number> -> number) f(2))(function(x: number) x * 2) ⇒ 4
(function(f: function<number> -> number) f(2))(function(x: number) x > 2) ⇒ null
(function() 1) instance of function<> -> Any ⇒ true
1 instance of function<Any> -> Any ⇒ false
1 + 1 instance of number ⇒ true
not(1 instance of string) ⇒ true
1 instance of number and 2 > 1 ⇒ true
""")


@pytest.mark.parametrize(
    ("expression", "expected"),
    NUMBERS + TEMPORAL + COMPARING + LOGIC + TEXTS + PROPERTIES + TYPES,
)
def test_semantics(expression, expected):
    check(expression, expected)
