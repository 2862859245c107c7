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
duration("P1YT1H") ⇒ null
duration("-P1D") ⇒ -@"P1D"
duration("PT0.5S") * 2 ⇒ @"PT1S"
years and months duration(date("2011-12-22"), date("2013-08-24")) ⇒ duration("P1Y8M")
years and months duration(date("2013-08-24"), date("2011-12-22")) ⇒ duration("-P1Y8M")
years and months duration(from: @"2026-01-31", to: @"2026-02-28") ⇒ duration("P0M")
@"2026-03-01".year ⇒ 2026
@"2026-03-01".month ⇒ 3
@"2026-03-01".day ⇒ 1
@"10:20:30".minute ⇒ 20
@"2026-03-01T10:20:30+02:00".time offset ⇒ @"PT2H"
@"P1DT2H3M4S".hours ⇒ 2
@"-PT90M".minutes ⇒ -30
@"P1Y8M".years ⇒ 1
@"P1Y8M".months ⇒ 8
@"P1Y8M".days ⇒ null
last day of month(@"2024-02-10") ⇒ @"2024-02-29"
string(@"P26M") ⇒ "P2Y2M"
string(@"-PT90M") ⇒ "-PT1H30M"
string(@"PT0S") ⇒ "PT0S"
string(@"P1DT1.5S") ⇒ "P1DT1.5S"
""")


STRINGS = lines(r"""
substring("abc", 0) ⇒ null
string length(null) ⇒ null
substring after("abc", "") ⇒ "abc"
replace("a.b.c", "\\.", "-") ⇒ "a-b-c"
replace("AbC", "b", "x", "i") ⇒ "AxC"
replace("abc", "b", "\\$1") ⇒ "a$1c"
contains("劳动报酬", "报酬") ⇒ true
contains("a", null) ⇒ null
matches("FOO", "foo", "i") ⇒ true
matches("a", "(") ⇒ null
split("John Doe", "\s") ⇒ ["John", "Doe"]
split("中文;英文", ";") ⇒ ["中文", "英文"]
string join(["a", "b"], ", ") ⇒ "a, b"
string join(["a", null, "b"]) ⇒ "ab"
string join([], "x") ⇒ ""
extract("2026-03-01", "[0-9]+") ⇒ ["2026", "03", "01"]
string(1.10) ⇒ "1.1"
string([1, "a", null]) ⇒ "[1, \"a\", null]"
string({a: 1}) ⇒ "{a: 1}"
string([1..3)) ⇒ "[1..3)"
number("1.5") ⇒ 1.5
number("-12") ⇒ -12
number("1e3") ⇒ 1000
number("1,5") ⇒ null
number("NaN") ⇒ null
number(from: "1.000,5", grouping separator: ".", decimal separator: ",") ⇒ 1000.5
upper case(["a"]) ⇒ "A"
is blank("  ") ⇒ true
trim(" a ") ⇒ "a"
""")


NUMBERS = lines("""
decimal(1234, -2) ⇒ 1200
floor(1.56, 1) ⇒ 1.5
ceiling(-1.56, 1) ⇒ -1.5
round down(-1.126, 2) ⇒ -1.12
round half up(1.126, 2) ⇒ 1.13
round half down(1.126, 2) ⇒ 1.13
modulo(10.1, -4.5) ⇒ -3.4
modulo(-10.1, -4.5) ⇒ -1.1
modulo(1, 0) ⇒ null
sqrt(-1) ⇒ null
odd(-5) ⇒ true
odd(2) ⇒ false
even(1.5) ⇒ null
""")


@pytest.mark.parametrize(("expression", "expected"), TEMPORAL + STRINGS + NUMBERS)
def test_feel(expression, expected):
    check(expression, expected)
