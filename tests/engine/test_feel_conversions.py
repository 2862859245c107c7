"""DMN 1.3, 10.3.4.1 and 10.3.4.10: conversion and calendar functions; texts of values."""

from __future__ import annotations

import pytest

from tests.engine.feel import check, lines

# Table 68: date, time, date and time
MOMENTS = lines("""
time(1, 1, 1e6000) ⇒ null
time(1, 1, -0.5) ⇒ null
time(1, 1, 59.999) ⇒ @"01:01:59.999"
date("2012-12-25") - date("2012-12-24") ⇒ duration("P1D")
date(date and time("2012-12-25T11:00:00Z")) ⇒ date("2012-12-25")
date(date("2012-12-25")) ⇒ date("2012-12-25")
date(2012, 12, 25) ⇒ date("2012-12-25")
date(year: 2012, month: 12, day: 25) ⇒ date("2012-12-25")
date(day: 25, month: 12, year: 2012) ⇒ date("2012-12-25")
date(from: "2012-12-25") ⇒ date("2012-12-25")
date("2012-12-25T10:00:00") ⇒ null
date("2012-13-01") ⇒ null
date("2023-02-29") ⇒ null
date("12-1-1") ⇒ null
date("2012-12-25Z") ⇒ null
date(" 2012-12-25") ⇒ null
date("") ⇒ null
date(null) ⇒ null
date(1) ⇒ null
date(2012, 12) ⇒ null
date(2012, "12", 1) ⇒ null
date(2012, 13, 1) ⇒ null
date([@"2012-12-25"]) ⇒ @"2012-12-25"
date and time("2012-12-24T23:59:00") + duration("PT1M") ⇒ date and time("2012-12-25T00:00:00")
date and time(date("2012-12-24"), time("23:59:00")) ⇒ @"2012-12-24T23:59:00"
date and time(date("2012-12-24"), time("23:59:00Z")) ⇒ @"2012-12-24T23:59:00Z"
date and time(@"2012-12-24T01:00:00Z", time("23:59:00")) ⇒ @"2012-12-24T23:59:00"
date and time(date: @"2012-12-24", time: @"10:00:00") ⇒ @"2012-12-24T10:00:00"
date and time("2012-12-24") ⇒ @"2012-12-24T00:00:00"
date and time("2012-12-24T24:00:01") ⇒ null
date and time("2012-12-24 10:00:00") ⇒ null
date and time("2012-12-24T10:00") ⇒ null
date and time("2012-12-24T10:00:00@Nowhere/City") ⇒ null
date and time("2012-12-24T10:00:00+14:00").time offset ⇒ @"PT14H"
date and time(null) ⇒ null
date and time(@"2012-12-24", null) ⇒ null
date and time("2012-12-24T10:00:00.123").second ⇒ 0.123
time("23:59:00z") + duration("PT2M") ⇒ time("00:01:00@Etc/UTC") + duration("PT0S")
time("10:00:00") ⇒ @"10:00:00"
time(date and time("2012-12-24T23:59:00Z")) ⇒ @"23:59:00Z"
time(@"2012-12-24T23:59:00") ⇒ @"23:59:00"
time(@"2012-12-24") ⇒ @"00:00:00Z"
time(23, 59, 0, duration("PT0S")) ⇒ @"23:59:00Z"
time(10, 30, 15) ⇒ @"10:30:15"
time(10, 30, 15, null) ⇒ @"10:30:15"
time(hour: 10, minute: 30, second: 0) ⇒ @"10:30:00"
time(10, 30, 15.5).second ⇒ 15.5
time(24, 0, 0) ⇒ null
time(10, 60, 0) ⇒ null
time("7:00:00") ⇒ null
time("07:00") ⇒ null
time("T07:00:00") ⇒ null
time(null) ⇒ null
""")

# 10.3.2.3.4: years from -999,999,999 to 999,999,999
FAR = lines("""
date("999999999-12-31").year ⇒ 999999999
date("-999999999-12-31").year ⇒ -999999999
date("1000000000-01-01") ⇒ null
date("0000-01-01") ⇒ null
date("02012-01-01") ⇒ null
string(date("-2017-02-28")) ⇒ "-2017-02-28"
string(date(-5, 1, 1)) ⇒ "-0005-01-01"
string(date(12345, 6, 7)) ⇒ "12345-06-07"
date("12345-02-30") ⇒ null
date("12345-06-07").weekday ⇒ date("2345-06-07").weekday
date("10000-01-01") > date("9999-12-31") ⇒ true
date("-0001-12-31") < date("0001-01-01") ⇒ true
date("12345-06-07") = date(12345, 6, 7) ⇒ true
date("10000-01-01") - date("9999-12-31") ⇒ @"P1D"
date("12345-06-07") + @"P1D" ⇒ date("12345-06-08")
date("9999-12-31") + @"P1D" ⇒ date("10000-01-01")
date("10000-01-01") - @"PT1H" ⇒ @"9999-12-31"
date("10000-01-31") + @"P1M" ⇒ date("10000-02-29")
@"2000-02-29" + @"P8001Y" ⇒ date("10001-02-28")
date("10000-01-31") - @"P8000Y" ⇒ @"2000-01-31"
date("999999999-12-31") + @"P1D" ⇒ null
date("999999999-12-31") + @"P1M" ⇒ null
@"0001-01-01" - @"P1D" ⇒ null
@"0001-01-01" - @"P2Y" ⇒ date("-0001-01-01")
@"9999-12-31T23:59:59" + @"PT1S" ⇒ date and time("10000-01-01T00:00:00")
@"9999-12-31T23:59:59-05:00" + @"PT1S" ⇒ date and time("10000-01-01T00:00:00-05:00")
date and time("10000-01-01T00:00:00Z") - @"PT1.5S" ⇒ @"9999-12-31T23:59:58.5Z"
(@"10000-01-01T12:00:00@Europe/Paris" + @"P1M").timezone ⇒ "Europe/Paris"
(@"10000-01-01T12:00:00@Europe/Paris" + @"P1M").month ⇒ 2
date and time("10000-01-01T00:00:00Z") - @"9999-12-31T23:00:00Z" ⇒ @"PT1H"
date and time("10000-01-01T00:00:00+01:00") - @"9999-12-31T23:00:00Z" ⇒ @"PT0S"
date and time("10000-01-01T00:00:00") - @"9999-12-31T23:00:00Z" ⇒ null
date and time("10000-01-01T01:00:00Z") - date("10000-01-01") ⇒ @"PT1H"
date("999999999-12-31") - date("-999999999-12-31") ⇒ @"P730484999269D"
date("12345-06-07") instance of date ⇒ true
min(date("12345-06-07"), @"2026-01-01") ⇒ @"2026-01-01"
string(date and time("99999-12-31T11:22:33Z")) ⇒ "99999-12-31T11:22:33Z"
string(date and time(date("-2016-12-24"), time("23:59:00"))) ⇒ "-2016-12-24T23:59:00"
date and time("99999-12-31T11:22:33").hour ⇒ 11
date and time("99999-12-31T11:22:33+01:00").time offset ⇒ @"PT1H"
date(date and time("99999-12-31T11:22:33")) ⇒ date("99999-12-31")
time(date and time("99999-12-31T11:22:33")) ⇒ @"11:22:33"
date and time("99999-12-31T11:22:33Z") > now() ⇒ true
years and months duration(date("-0001-01-01"), date("10000-01-01")) ⇒ @"P10001Y"
day of year(date("12345-06-07")) ⇒ 158
day of week(date("10000-01-01")) ⇒ "Saturday"
week of year(date("10000-01-03")) ⇒ 1
month of year(date("-2017-02-28")) ⇒ "February"
""")

DURATIONS = lines("""
duration("P999999999Y").years ⇒ 999999999
duration("-P11999999988M") = duration("-P999999999Y") ⇒ true
duration("P99999999999Y") ⇒ null
duration("PT3600000000S").hours ⇒ 16
duration("P2DT20H14M") ⇒ @"PT68H14M"
duration("P1D") ⇒ @"PT24H"
duration("PT0.001S") * 1000 ⇒ @"PT1S"
duration("-P2DT1H") ⇒ -@"P2DT1H"
duration("P2Y2M") ⇒ @"P26M"
duration("P0Y") ⇒ @"P0M"
duration("-P2Y") ⇒ @"-P24M"
duration("P1Y1D") ⇒ null
duration("P") ⇒ null
duration("PT") ⇒ null
duration("P1DT") ⇒ null
duration("1D") ⇒ null
duration("P-1D") ⇒ null
duration("P1H") ⇒ null
duration("") ⇒ null
duration(null) ⇒ null
duration(1) ⇒ null
years and months duration(@"2011-12-22", @"2013-08-24") ⇒ @"P1Y8M"
years and months duration(@"2013-08-24", @"2011-12-22") ⇒ @"-P1Y8M"
years and months duration(@"2026-01-31", @"2026-03-30") ⇒ @"P1M"
years and months duration(@"2026-01-31T10:00:00", @"2026-03-31") ⇒ @"P2M"
years and months duration(@"2026-01-31", null) ⇒ null
years and months duration("2026-01-31", @"2026-01-31") ⇒ null
""")

# Table 68: number, string
NUMBERS_AND_TEXTS = lines(r"""
number("1 000,0", " ", ",") ⇒ 1000
number("1,000.50", ",", ".") ⇒ 1000.5
number("1.000,50", ".", ",") ⇒ 1000.5
number("1000", null, null) ⇒ 1000
number("-1.5") ⇒ -1.5
number("1,000", ",", ",") ⇒ null
number("1,000", "'", ".") ⇒ null
number("1,000", ",", "x") ⇒ null
number("abc") ⇒ null
number("") ⇒ null
number(null) ⇒ null
number(from: "1,5", decimal separator: ",") ⇒ 1.5
string(1.1) ⇒ "1.1"
string(null) ⇒ null
string("a") ⇒ "a"
string(true) ⇒ "true"
string(@"2026-03-01") ⇒ "2026-03-01"
string(@"2026-03-01T10:00:00") ⇒ "2026-03-01T10:00:00"
string(@"2026-03-01T10:00:00Z") ⇒ "2026-03-01T10:00:00Z"
string(@"2026-03-01T10:00:00+08:00") ⇒ "2026-03-01T10:00:00+08:00"
string(@"2026-03-01T10:00:00@Europe/Paris") ⇒ "2026-03-01T10:00:00@Europe/Paris"
string(@"2026-03-01T10:00:00.5") ⇒ "2026-03-01T10:00:00.5"
string(@"10:00:00") ⇒ "10:00:00"
string(@"10:00:00.25Z") ⇒ "10:00:00.25Z"
string(@"10:00:00@Etc/UTC") ⇒ "10:00:00@Etc/UTC"
string(@"P1DT2H3M4S") ⇒ "P1DT2H3M4S"
string(@"PT90M") ⇒ "PT1H30M"
string(@"-PT1H") ⇒ "-PT1H"
string(@"P0D") ⇒ "PT0S"
string(@"P14M") ⇒ "P1Y2M"
string(@"P12M") ⇒ "P1Y"
string(@"P0Y") ⇒ "P0M"
string([1, "a", null, true]) ⇒ "[1, \"a\", null, true]"
string(["say \"x\""]) ⇒ "[\"say \\\"x\\\"\"]"
string({a: 1, b c: "x"}) ⇒ "{a: 1, b c: \"x\"}"
string({"{": "x"}) ⇒ "{\"{\": \"x\"}"
string({a: {b: [@"2026-03-01"]}}) ⇒ "{a: {b: [2026-03-01]}}"
string([1..5)) ⇒ "[1..5)"
string(["a".."b"]) ⇒ "[\"a\"..\"b\"]"
""")

# DMN 1.5: range
RANGES = lines(r"""
range("[1..5)") ⇒ [1..5)
range("]1..5]") ⇒ (1..5]
range("(< 5)") ⇒ (< 5)
range("[\"a\"..\"c\"]") ⇒ ["a".."c"]
range("[@\"2026-01-01\"..@\"2026-02-01\"]") ⇒ [@"2026-01-01"..@"2026-02-01"]
range("[date(\"2026-01-01\")..date(2026, 2, 1)]") ⇒ [@"2026-01-01"..@"2026-02-01"]
range("(time(\"10:00:00\")..time(hour: 11, minute: 0, second: 0)]") ⇒ (@"10:00:00"..@"11:00:00"]
range("(> duration(\"P1D\"))") ⇒ (> @"P1D")
range("[date(\"no day\")..date(\"2026-02-01\")]") ⇒ null
range("[date()..5]") ⇒ null
range("[abs(1)..5]") ⇒ null
range("[1..\"a\"]") ⇒ null
range("[n..5]") ⇒ null
range("1..5") ⇒ null
range("") ⇒ null
range(5) ⇒ null
(= 5) ⇒ [5..5]
5 in (= 5) ⇒ true
""")

# 10.3.4.10: now, today and the calendar
CALENDAR = lines("""
now() instance of date and time ⇒ true
today() instance of date ⇒ true
date(now()) = today() ⇒ true
now() = now() ⇒ true
day of year(date(2019, 9, 17)) ⇒ 260
day of week(date(2019, 9, 17)) ⇒ "Tuesday"
day of week(@"2019-09-17T10:00:00Z") ⇒ "Tuesday"
month of year(date(2019, 9, 17)) ⇒ "September"
week of year(date(2019, 9, 17)) ⇒ 38
week of year(date(2003, 12, 29)) ⇒ 1
week of year(date(2004, 1, 4)) ⇒ 1
week of year(date(2005, 1, 1)) ⇒ 53
week of year(date(2005, 1, 3)) ⇒ 1
week of year(date(2005, 1, 9)) ⇒ 1
day of year(null) ⇒ null
day of year("2019-09-17") ⇒ null
day of week(1) ⇒ null
""")

# 10.3.4.13: is
IDENTITY = lines("""
is(1, 1.0) ⇒ true
is(1, 2) ⇒ false
is(null, null) ⇒ true
is(1, null) ⇒ false
is("1", 1) ⇒ false
is(@"2012-12-25", @"23:00:50") ⇒ false
is(@"2012-12-25", @"2012-12-25") ⇒ true
is(@"23:00:50z", @"23:00:50") ⇒ false
is(@"23:00:50z", @"23:00:50+00:00") ⇒ true
is(@"10:00:00Z", @"11:00:00+01:00") ⇒ false
is([1, 2], [1, 2]) ⇒ true
is({a: 1}, {a: 1}) ⇒ true
is(@"P1Y", @"P12M") ⇒ true
""")


@pytest.mark.parametrize(
    ("expression", "expected"),
    MOMENTS + RANGES + FAR + DURATIONS + NUMBERS_AND_TEXTS + CALENDAR + IDENTITY,
)
def test_conversions(expression, expected):
    check(expression, expected)
