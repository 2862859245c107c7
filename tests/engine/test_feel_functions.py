"""FEEL as DMN 1.3 describes it, 10.3.4: the built-in functions on texts and numbers."""

from __future__ import annotations

import pytest

from tests.engine.feel import check, lines

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
@"2026-03-01T10:00:00" = @"2026-03-01T10:00:00@Asia/Shanghai" ⇒ true
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


@pytest.mark.parametrize(("expression", "expected"), TEMPORAL + STRINGS + NUMBERS)
def test_feel(expression, expected):
    check(expression, expected)
