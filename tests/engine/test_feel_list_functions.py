"""FEEL as DMN 1.3 describes it, 10.3.4: the built-in functions on lists, contexts and ranges."""

from __future__ import annotations

import pytest

from tests.engine.feel import check, lines

FUNCTIONS_ON_LISTS = lines("""
list contains([1, null], null) ⇒ true
list contains(null, 1) ⇒ null
count([1, 2, 3]) ⇒ 3
count(1) ⇒ 1
count(null) ⇒ null
min([1, 2, 3]) ⇒ 1
max(1, 2, 3) ⇒ 3
max("a", "c", "b") ⇒ "c"
max(@"2026-01-01", @"2026-02-01") ⇒ @"2026-02-01"
sum(1, 2.5) ⇒ 3.5
sum([1, null]) ⇒ null
median([8, 2, 5, 3, 4]) ⇒ 4
mode([6, 3, 9, 6, 6]) ⇒ [6]
all([true, null]) ⇒ null
sublist([4, 5, 6], -2) ⇒ [5, 6]
sublist([4, 5, 6], 4) ⇒ null
append([1]) ⇒ null
insert before([1, 3], 3, 2) ⇒ null
insert before([], 1, 2) ⇒ null
sublist([1, 3], 1, 0) ⇒ null
distinct values([{a: 1}, {a: 1}, "1", 1]) ⇒ [{a: 1}, "1", 1]
sort([3, 1, 2]) ⇒ [1, 2, 3]
sort(list: [3, 1, 2], precedes: function(x, y) x > y) ⇒ [3, 2, 1]
sort(people[age != null], function(x, y) x.age > y.age).name ⇒ ["乙", "甲"]
get value({a: {b: 2}}, ["a", "b"]) ⇒ 2
get value({a: 1}, "z") ⇒ null
get entries({a: 1})[1].key ⇒ "a"
get entries({a: 1, b: 2})[key = "b"].value ⇒ [2]
context put({x: {y: 0}}, ["x", "y"], 2) ⇒ {x: {y: 2}}
is(date("2012-12-25"), time("23:00:50")) ⇒ false
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
before(1, [2..10]) ⇒ true
after(12, [2..5]) ⇒ true
after([1..10], 12) ⇒ false
after((10..20], [1..10]) ⇒ true
includes((1..10], [1..5]) ⇒ false
coincides(1, [1..5]) ⇒ null
before(1, "a") ⇒ null
includes((> 5), 6) ⇒ true
includes((<= 5), 6) ⇒ false
overlaps((< 5), (> 5)) ⇒ false
before(@"2026-01-01", [@"2026-02-01"..@"2026-03-01"]) ⇒ true
""")


@pytest.mark.parametrize(("expression", "expected"), FUNCTIONS_ON_LISTS + RANGES)
def test_feel(expression, expected):
    check(expression, expected)
