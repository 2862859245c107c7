"""FEEL as DMN 1.3 describes it, 10.3.4: the built-in functions on lists, contexts and ranges."""

from __future__ import annotations

import pytest

from tests.engine.feel import check, lines

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


@pytest.mark.parametrize(("expression", "expected"), FUNCTIONS_ON_LISTS + RANGES)
def test_feel(expression, expected):
    check(expression, expected)
