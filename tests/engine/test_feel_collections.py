"""DMN 1.3, 10.3.4.4–10.3.4.12: functions on lists, numbers, ranges, contexts; sort."""

from __future__ import annotations

import pytest

from tests.engine.feel import check, lines

# Table 71: lists
LISTS = lines("""
list contains([1, 2, 3], 2) ⇒ true
list contains([1, 2, 3], "2") ⇒ false
list contains([1, 2, null], null) ⇒ true
list contains([[1], [2]], [2]) ⇒ true
list contains(1, 1) ⇒ true
count([1, null, [2, 3]]) ⇒ 3
count([]) ⇒ 0
count(list: [1]) ⇒ 1
min([3, 1, 2]) ⇒ 1
min(3, 1, 2) ⇒ 1
min("b", "a") ⇒ "a"
min([@"P1D", @"PT1H"]) ⇒ @"PT1H"
min([]) ⇒ null
min([1, null]) ⇒ null
min([1, "a"]) ⇒ null
min(5) ⇒ 5
max([@"2026-01-01", @"2026-02-01"]) ⇒ @"2026-02-01"
max("a", "aa") ⇒ "aa"
max(null) ⇒ null
sum([1, 2, 3]) ⇒ 6
sum(1, 2, 3) ⇒ 6
sum(1) ⇒ 1
sum([]) ⇒ null
sum([1, "2"]) ⇒ null
mean([1, 2, 3]) ⇒ 2
mean(1, 2, 3, 4) ⇒ 2.5
mean([]) ⇒ null
mean(1) ⇒ 1
all([false, null, true]) ⇒ false
all(true) ⇒ true
all([true]) ⇒ true
all([]) ⇒ true
all(0) ⇒ null
all([true, "x"]) ⇒ null
any([false, null, true]) ⇒ true
any(false) ⇒ false
any([]) ⇒ false
any(0) ⇒ null
any([false, null]) ⇒ null
sublist([4, 5, 6], 1, 2) ⇒ [4, 5]
sublist([4, 5, 6], 2) ⇒ [5, 6]
sublist([4, 5, 6], -1) ⇒ [6]
sublist([4, 5, 6], -2, 1) ⇒ [5]
sublist([4, 5, 6], 0) ⇒ null
sublist([4, 5, 6], 5) ⇒ null
sublist(list: [4, 5, 6], start position: 3) ⇒ [6]
append([1], 2, 3) ⇒ [1, 2, 3]
all() ⇒ null
min() ⇒ null
concatenate() ⇒ null
append([1], null) ⇒ [1, null]
append([1], [2]) ⇒ [1, [2]]
append(1, 2) ⇒ [1, 2]
append(null, 1) ⇒ null
concatenate([1, 2], [3]) ⇒ [1, 2, 3]
concatenate([1], [[2]], []) ⇒ [1, [2]]
concatenate([1], null) ⇒ null
insert before([1, 3], 1, 2) ⇒ [2, 1, 3]
insert before([1, 3], -1, 2) ⇒ [1, 2, 3]
insert before([1, 3], 0, 2) ⇒ null
insert before([1, 3], 2, null) ⇒ [1, null, 3]
insert before([1, 3], 9, 2) ⇒ null
remove([1, 2, 3], 2) ⇒ [1, 3]
remove([1, 2, 3], -1) ⇒ [1, 2]
remove([1, 2, 3], 4) ⇒ null
remove([], 1) ⇒ null
reverse([1, 2, 3]) ⇒ [3, 2, 1]
reverse([]) ⇒ []
reverse(null) ⇒ null
index of([1, 2, 3, 2], 2) ⇒ [2, 4]
index of([1, null], null) ⇒ [2]
index of([1], 2) ⇒ []
union([1, 2], [2, 3]) ⇒ [1, 2, 3]
union([1, 1.0], ["1"]) ⇒ [1, "1"]
distinct values([1, 2, 3, 2, 1]) ⇒ [1, 2, 3]
distinct values([null, 1, null]) ⇒ [null, 1]
distinct values([[1], [1], {a: 1}, {a: 1}]) ⇒ [[1], {a: 1}]
distinct values([true, 1, "1"]) ⇒ [true, 1, "1"]
flatten([[1, 2], [[3]], 4]) ⇒ [1, 2, 3, 4]
flatten([]) ⇒ []
flatten(1) ⇒ [1]
flatten(null) ⇒ null
product([2, 3, 4]) ⇒ 24
product(2, 3, 4) ⇒ 24
product([]) ⇒ null
median(8, 2, 5, 3, 4) ⇒ 4
median([6, 1, 2, 3]) ⇒ 2.5
median([]) ⇒ null
median(["a"]) ⇒ null
stddev(2, 4, 7, 5) ⇒ 2.081665999466132735282297706979931
stddev([47]) ⇒ null
stddev(47) ⇒ null
stddev([]) ⇒ null
mode(6, 3, 9, 6, 6) ⇒ [6]
mode([6, 1, 9, 6, 1]) ⇒ [1, 6]
mode([]) ⇒ []
mode([1, "a"]) ⇒ null
list replace([2, 4, 7, 8], 3, 6) ⇒ [2, 4, 6, 8]
list replace([2, 4, 7, 8], -1, 6) ⇒ [2, 4, 7, 6]
list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5) ⇒ [5, 5, 7, 8]
list replace([2, null], function(item, newItem) item < newItem, 5) ⇒ [5, null]
list replace([2, 4], function(item, newItem) "yes", 5) ⇒ null
list replace([2, 4], function(item) true, 5) ⇒ null
sort([2, 1], function(a) true) ⇒ null
sort([2, 1], function(a, b, c) true) ⇒ null
""")

# Table 72: numbers
NUMBERS = lines("""
decimal(1/3, 2) ⇒ .33
decimal(1.5, 0) ⇒ 2
decimal(2.5, 0) ⇒ 2
decimal(-2.5, 0) ⇒ -2
decimal(0.515, 2) ⇒ 0.52
decimal(125, -1) ⇒ 120
decimal(1, null) ⇒ null
decimal("1", 1) ⇒ null
decimal(1, 6177) ⇒ null
floor(1.5) ⇒ 1
floor(-1.5) ⇒ -2
floor(-1.56, 1) ⇒ -1.6
floor(12.5, -1) ⇒ 10
floor(null) ⇒ null
ceiling(1.5) ⇒ 2
ceiling(-1.5) ⇒ -1
ceiling(1.51, 1) ⇒ 1.6
ceiling("a") ⇒ null
round up(5.5, 0) ⇒ 6
round up(-5.5, 0) ⇒ -6
round up(1.121, 2) ⇒ 1.13
round up(-1.126, 2) ⇒ -1.13
round down(5.5, 0) ⇒ 5
round down(-5.5, 0) ⇒ -5
round down(1.126, 2) ⇒ 1.12
round half up(5.5, 0) ⇒ 6
round half up(-5.5, 0) ⇒ -6
round half up(1.121, 2) ⇒ 1.12
round half up(-1.126, 2) ⇒ -1.13
round half down(5.5, 0) ⇒ 5
round half down(-5.5, 0) ⇒ -5
round half down(1.121, 2) ⇒ 1.12
round half down(-1.126, 2) ⇒ -1.13
round up(5.5) ⇒ null
round down(5.5, null) ⇒ null
abs(10) ⇒ 10
abs(-10) ⇒ 10
abs(@"PT5H") ⇒ @"PT5H"
abs(@"-PT5H") ⇒ @"PT5H"
abs(@"-P1Y") ⇒ @"P1Y"
abs("a") ⇒ null
abs(n: -1) ⇒ 1
modulo(12, 5) ⇒ 2
modulo(-12, 5) ⇒ 3
modulo(12, -5) ⇒ -3
modulo(-12, -5) ⇒ -2
modulo(10.1, 4.5) ⇒ 1.1
modulo(-10.1, 4.5) ⇒ 3.4
modulo(12, 0) ⇒ null
sqrt(16) ⇒ 4
sqrt(2) ⇒ 1.414213562373095048801688724209698
sqrt(-3) ⇒ null
decimal(log(10), 8) ⇒ 2.30258509
log(0) ⇒ null
log(-1) ⇒ null
decimal(exp(5), 6) ⇒ 148.413159
exp(0) ⇒ 1
odd(5) ⇒ true
odd(0) ⇒ false
odd(-1) ⇒ true
even(2) ⇒ true
even(-2) ⇒ true
even(null) ⇒ null
""")

# 10.3.4.11: sort; 10.3.4.12: contexts
CONTEXTS = lines("""
sort([3, 1, 4, 5, 2], function(x, y) x < y) ⇒ [1, 2, 3, 4, 5]
sort([3, 1, 4], function(x, y) x > y) ⇒ [4, 3, 1]
sort(list: ["b", "a"], precedes: function(x, y) x < y) ⇒ ["a", "b"]
sort([{k: 2}, {k: 1}], function(x, y) x.k < y.k) ⇒ [{k: 1}, {k: 2}]
sort([], function(x, y) x < y) ⇒ []
sort(1, function(x, y) x < y) ⇒ [1]
sort([2, 1], "x") ⇒ null
sort([2, 1], null) ⇒ null
get value({key1: "value1"}, "key1") ⇒ "value1"
get value({key1: "value1"}, "unexistent-key") ⇒ null
get value({}, "a") ⇒ null
get value(null, "a") ⇒ null
get value({a: 1}, null) ⇒ null
get value({a: 1}, 1) ⇒ null
get value(m: {a: 1}, key: "a") ⇒ 1
get entries({key1: "value1", key2: 2}) ⇒ [{key: "key1", value: "value1"}, {key: "key2", value: 2}]
get entries({}) ⇒ []
get entries(null) ⇒ null
get entries({a: 1})[key = "a"].value ⇒ [1]
for e in get entries({a: 1, b: 2}) return e.value ⇒ [1, 2]
context([{key: "a", value: 1}, {key: "b", value: 2}]) ⇒ {a: 1, b: 2}
context({key: "a", value: 1}) ⇒ {a: 1}
context([{key: "a", value: 1}, {key: "a", value: 2}]) ⇒ null
context([{key: "a"}]) ⇒ null
context([]) ⇒ {}
context put({x: 1}, "y", 2) ⇒ {x: 1, y: 2}
context put({x: 1}, "x", 2) ⇒ {x: 2}
context put({x: 1, y: {a: 0}}, ["y", "a"], 2) ⇒ {x: 1, y: {a: 2}}
context put({x: 1}, [], 2) ⇒ null
context put({x: 1}, null, 2) ⇒ null
context merge([{x: 1}, {y: 2}]) ⇒ {x: 1, y: 2}
context merge([{x: 1}, {x: 2, y: 3}]) ⇒ {x: 2, y: 3}
context merge([]) ⇒ {}
""")

# Table 76: ranges (Allen's relations)
RANGES = lines("""
before(1, 10) ⇒ true
before(10, 1) ⇒ false
before(1, [1..10]) ⇒ false
before(1, (1..10]) ⇒ true
before(1, [5..10]) ⇒ true
before([1..10], 10) ⇒ false
before([1..10), 10) ⇒ true
before([1..10], 15) ⇒ true
before([1..10], [15..20]) ⇒ true
before([1..10], [10..20]) ⇒ false
before([1..10), [10..20]) ⇒ true
before([1..10], (10..20]) ⇒ true
after(10, 5) ⇒ true
after(12, [1..10]) ⇒ true
after(10, [1..10)) ⇒ true
after(10, [1..10]) ⇒ false
after([11..20], 12) ⇒ false
after([11..20], 10) ⇒ true
after((11..20], 11) ⇒ true
after([11..20], [1..10]) ⇒ true
after([1..10], [11..20]) ⇒ false
after([11..20], [1..11)) ⇒ true
after((11..20], [1..11]) ⇒ true
meets([1..5], [5..10]) ⇒ true
meets([1..5), [5..10]) ⇒ false
meets([1..5], (5..10]) ⇒ false
meets([1..5], [6..10]) ⇒ false
met by([5..10], [1..5]) ⇒ true
met by([5..10], [1..5)) ⇒ false
met by((5..10], [1..5]) ⇒ false
overlaps([1..5], [3..8]) ⇒ true
overlaps([3..8], [1..5]) ⇒ true
overlaps([1..8], [3..5]) ⇒ true
overlaps([3..5], [1..8]) ⇒ true
overlaps([1..5], [6..8]) ⇒ false
overlaps([1..5], [5..8]) ⇒ true
overlaps([1..5], (5..8]) ⇒ false
overlaps([1..5), [5..8]) ⇒ false
overlaps([1..5), (5..8]) ⇒ false
overlaps([5..8], [1..5]) ⇒ true
overlaps((5..8], [1..5)) ⇒ false
overlaps before([1..5], [3..8]) ⇒ true
overlaps before([1..5], [6..8]) ⇒ false
overlaps before([1..5], [5..8]) ⇒ true
overlaps before([1..5], (5..8]) ⇒ false
overlaps before([1..5), [5..8]) ⇒ false
overlaps before([1..5), (1..5]) ⇒ true
overlaps before([1..5], (1..5]) ⇒ true
overlaps before([1..5), [1..5]) ⇒ false
overlaps before([1..5], [1..5]) ⇒ false
overlaps after([3..8], [1..5]) ⇒ true
overlaps after([6..8], [1..5]) ⇒ false
overlaps after([5..8], [1..5]) ⇒ true
overlaps after((5..8], [1..5]) ⇒ false
overlaps after([5..8], [1..5)) ⇒ false
overlaps after((1..5], [1..5)) ⇒ true
overlaps after((1..5], [1..5]) ⇒ true
overlaps after([1..5], [1..5)) ⇒ false
overlaps after([1..5], [1..5]) ⇒ false
finishes(10, [1..10]) ⇒ true
finishes(10, [1..10)) ⇒ false
finishes([5..10], [1..10]) ⇒ true
finishes([5..10), [1..10]) ⇒ false
finishes([5..10), [1..10)) ⇒ true
finishes([1..10], [1..10]) ⇒ true
finishes((1..10], [1..10]) ⇒ true
finished by([1..10], 10) ⇒ true
finished by([1..10), 10) ⇒ false
finished by([1..10], [5..10]) ⇒ true
finished by([1..10], [5..10)) ⇒ false
finished by([1..10], (1..10]) ⇒ true
includes([1..10], 5) ⇒ true
includes([1..10], 12) ⇒ false
includes([1..10], 1) ⇒ true
includes([1..10), 10) ⇒ false
includes((1..10], 1) ⇒ false
includes([1..10], [4..6]) ⇒ true
includes((1..10], (1..5]) ⇒ true
includes([1..10], (1..10)) ⇒ true
includes([1..10), [5..10)) ⇒ true
includes([1..10), [1..10]) ⇒ false
during(5, [1..10]) ⇒ true
during(12, [1..10]) ⇒ false
during(1, (1..10]) ⇒ false
during([4..6], [1..10]) ⇒ true
during((1..5], (1..10]) ⇒ true
during([1..10], [1..10)) ⇒ false
starts(1, [1..10]) ⇒ true
starts(1, (1..10]) ⇒ false
starts(2, [1..10]) ⇒ false
starts([1..5], [1..10]) ⇒ true
starts((1..5], (1..10]) ⇒ true
starts((1..5], [1..10]) ⇒ false
starts([1..10], [1..10]) ⇒ true
starts([1..10), [1..10]) ⇒ true
starts((1..10), (1..10)) ⇒ true
started by([1..10], 1) ⇒ true
started by((1..10], 1) ⇒ false
started by([1..10], [1..5]) ⇒ true
started by((1..10], [1..5]) ⇒ false
coincides(5, 5) ⇒ true
coincides(3, 4) ⇒ false
coincides([1..5], [1..5]) ⇒ true
coincides((1..5), [1..5]) ⇒ false
coincides([1..5], [2..6]) ⇒ false
before("a", 1) ⇒ null
before(null, 1) ⇒ null
meets(1, [1..5]) ⇒ null
during(@"2026-01-05", [@"2026-01-01"..@"2026-02-01"]) ⇒ true
includes(["a".."d"], "b") ⇒ true
before(point1: 1, point2: 2) ⇒ true
before(point: 1, range: [2..3]) ⇒ true
before(range: [1..2], point: 3) ⇒ true
after(range: [4..5], point: 3) ⇒ true
meets(range1: [1..5], range2: [5..6]) ⇒ true
includes(range: [1..5], point: 3) ⇒ true
""")


@pytest.mark.parametrize(("expression", "expected"), LISTS + NUMBERS + CONTEXTS + RANGES)
def test_collections(expression, expected):
    check(expression, expected)
