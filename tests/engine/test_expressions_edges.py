"""Values at the edge of their kind, and every refusal that nothing else in the tests meets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

import pytest

from engine import expressions
from engine.clock import CHINA
from engine.errors import EngineError, ExpressionError
from engine.expressions.limits import MAX_DEPTH, MAX_SOURCE, MAX_TEXT, LimitReached
from engine.expressions.program import LONG_CACHE, SHORT, kept, unary_program
from engine.expressions.values import plain, text
from engine.state import values
from tests.engine.feel import unary

NULLS = """
time(99, 0, 0)
time(1, 2, 3, @"PT20H")
number("1,0", ",", ",")
number("1_000")
number("1", "x")
substring("a", 1, 0)
matches("a", "a", "q")
context([{key: "a", value: 1}, {key: "a", value: 2}])
context([{key: "a"}])
[null..3]
[1.."a"]
for d in @"2026-01-01T00:00:00"..@"2026-01-02T00:00:00" return d
for i in 1.5..3 return i
@"10:00:00" - @"10:00:00Z"
@"10:00:00" < @"10:00:00Z"
time("10:00:00+15:00")
duration("P999999999999999D")
duration("P106751991167300DT999H")
time("10:00:00@Mars/Olympus")
duration("P999999999Y") * 1000
string([@"P1D", xs])
sort([1, "a"])
sort([1, 2], 3)
partition([1], "a")
list replace([1], 5, 2)
remove([1], 2)
overlaps(1, 2)
stddev([])
union(null)
decimal(1, 7000)
(> "a") = 1
5 in (> "a")
null in [1..5]
year
"""


@pytest.mark.parametrize("body", NULLS.strip().splitlines())
def test_without_a_result_feel_is_null(body):
    assert expressions.feel(body, {"xs": object()}) is None


REFUSED = [
    "=for d in @\"1900-01-01\"..@\"2999-01-01\" return d",
    "=for i in 1..20000 return i",
    "=f(1)",
    "={f: function(a) a, r: f()}.r",
    "={f: function(a) a, r: f(b: 1)}.r",
    "=sum(a: 1)",
    '="\\UFFFFFF"',
    "=" + "a" * MAX_SOURCE,
    "${" + "a" * MAX_SOURCE + "}",
    "=for i in 1..9 return",
    "=[1, 2",
    "=(1, 2)",
    "={a: 1 b: 2}",
    "=x in (1",
    "=function(a b",
    "=function(a; b) 1",
    "${a.}",
    "${a.1}",
    "${a._b}",
    "${and}",
    "${eq == 1}",
    "${a[1}",
    "${f(1}",
    "${f(1 2)}",
    "${(1}",
    "${a ? 1}",
    "${not}",
    "${-}",
    "${'a}",
    "${execution.getVariable(1)}",
    "${execution.getVariable('a', 'b')}",
    "${text.split(1)}",
    "${text.matches(1)}",
    "${text.contains(1)}",
    "${nan + 1}",
    "=assert(1, false)",
    '=assert(1, null, "缺少数值")',
]  # fmt: skip


@pytest.mark.parametrize("body", REFUSED, ids=[body[:40] for body in REFUSED])
def test_refusals(body):
    with pytest.raises(ExpressionError):
        expressions.evaluate(body, {"a": 1, "text": "t", "nan": float("nan")})


def test_a_local_moment_leaves_the_kernel_with_the_offices_zone():
    local = expressions.feel('@"2026-03-01T10:00:00"', {})
    assert local.tzinfo is None
    assert expressions.evaluate('=@"2026-03-01T10:00:00"', {}) == local.replace(tzinfo=CHINA)
    assert values.storable([local], "v") == [local.replace(tzinfo=CHINA)]
    assert values.decode({"$": ["m", "2026-03-01T10:00:00"]}) == local.replace(tzinfo=CHINA)


def test_nanoseconds_stay_in_decisions():
    """A variable has microseconds, as Python's moments and the database's have."""
    fine = expressions.feel('@"2026-03-01T10:00:00.123456789"', {})
    whole = expressions.feel('@"2026-03-01T10:00:00.123456"', {}).replace(tzinfo=CHINA)
    assert expressions.evaluate('=@"2026-03-01T10:00:00.123456789"', {}) == whole
    assert values.storable([fine], "v") == [whole]
    short = expressions.feel('@"PT0.0000015S"', {})
    assert values.storable(short, "v") == timedelta(microseconds=1)
    with pytest.raises(EngineError, match="不能保存"):
        values.storable(expressions.feel('@"P1000000000D"', {}), "v")


def test_an_expression_is_text():
    with pytest.raises(ExpressionError, match="文字"):
        expressions.evaluate(5, {})  # type: ignore[arg-type]  # the mistake is what is tested


def test_patterns_have_a_length():
    with pytest.raises(LimitReached, match="正则"):
        expressions.feel("matches(a, p)", {"a": "a", "p": "a" * 501})


def test_a_script_has_a_length():
    with pytest.raises(LimitReached):
        expressions.script("a = 1\n" * 500)


def test_texts_of_the_scope_may_be_long_but_results_may_not():
    long = "字" * (MAX_TEXT - 1)
    assert expressions.feel("string length(a)", {"a": long}) == MAX_TEXT - 1
    for body in ("a + a", 'replace(a, "字", "两字")', "string([a, a])", "string join([a, a])"):
        with pytest.raises(LimitReached):
            expressions.feel(body, {"a": long})
    with pytest.raises(LimitReached):
        expressions.evaluate("${a.replace('字', '两字')}", {"a": long})
    with pytest.raises(LimitReached):
        expressions.evaluate("x${a}${a}", {"a": long})


def test_exactly_the_allowed_depth_is_read():
    deepest = MAX_DEPTH - 1
    assert expressions.feel("(" * deepest + "1" + ")" * deepest, {}) == 1
    with pytest.raises(LimitReached):
        expressions.feel("(" * (deepest + 1) + "1" + ")" * (deepest + 1), {})


def test_many_alternatives_are_not_deep():
    many = " or ".join(f'kind = "k{n}"' for n in range(400))
    assert expressions.feel(many, {"kind": "k399"}) is True
    assert expressions.explain(many.replace("=", "=="), {"kind": "x"}).verdict() is False


def test_values_of_other_python_types_come_in_as_their_nearest_kind():
    scope = {
        "pair": (1, 2),
        "some": frozenset({3}),
        "id": UUID(int=7),
        "proxy": MappingProxyType({"a": 1.5}),
        "moment": datetime(2026, 3, 1, tzinfo=UTC),
        "price": Decimal("1.50"),
    }
    assert expressions.feel("[pair[2], some[1], string length(id), proxy.a]", scope) == [
        2, 3, 36, Decimal("1.5"),
    ]  # fmt: skip
    assert expressions.feel("count(pair)", scope) == 2
    assert expressions.evaluate("${price}", scope) == Decimal("1.50")
    assert expressions.evaluate("${proxy.containsKey('a')}", scope) is True
    for hostile in (b"bytes", 1j, range(3), iter([])):
        with pytest.raises(ExpressionError):
            expressions.evaluate("${a}", {"a": hostile})


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity")]
)
def test_what_is_no_number_does_not_come_in(value):
    with pytest.raises(ExpressionError):
        expressions.evaluate("${a > 1}", {"a": value})


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (Decimal("1E+3"), "1000"),
        (Decimal("1E+80"), "1E+80"),
        (Decimal("0.00"), "0"),
        (Decimal("-0.10"), "-0.1"),
        (1e16, "10000000000000000"),
        (timedelta(days=-1, hours=1), "-PT23H"),
        (timedelta(microseconds=1500), "PT0.0015S"),
        ((1, (2,)), "[1, [2]]"),
        ({"a": {"b": None}}, "{a: {b: null}}"),
    ],
)
def test_values_read_as_text(value, written):
    assert text(value) == written


def test_plain_values_are_short_and_never_fail():
    deep: list[object] = []
    for _ in range(50):
        deep = [deep]
    assert plain("x" * 500) == "x" * 200 + "…"
    assert plain(object()) == "<object>"
    assert plain({"a": {"b": {"c": {"d": {"e": 1}}}}}) == {"a": {"b": {"c": {"d": {"…": "…"}}}}}
    assert "…" in str(plain(deep))
    assert len(plain(list(range(1000)))) == 20
    assert plain(Decimal("1.50")) == "1.5"


def test_an_explanation_of_a_failure_is_json_with_its_reason():
    told = expressions.explain("${execution.getVariable('a') > b}", {"a": 1}).as_json()
    assert told["values"] == {"a": 1}
    assert "b" in told["error"]
    noted = expressions.explain('=a > "x"', {"a": 1})
    assert noted.conditions == [{"text": 'a > "x"', "result": None}]
    assert "数字" in noted.as_json()["notes"][0]


def test_one_comparison_alone_is_kept_once():
    told = expressions.explain("${n == 0}", {"n": 1}).as_json()
    assert told == {"text": "${n == 0}", "result": False, "values": {"n": 1}}
    told = expressions.explain("${n == 0 or n == 1}", {"n": 1}).as_json()
    assert [one["result"] for one in told["conditions"]] == [False, True]


def test_an_explanation_of_a_loop_stays_short():
    told = expressions.explain("=every i in 1..500 satisfies i > 0", {})
    assert told.result is True
    assert len(told.conditions) <= 60


def test_compiled_texts_are_kept_and_few_of_the_long_ones():
    made: list[str] = []

    @kept
    def compiling(text: str) -> str:
        made.append(text)
        return text

    short = [f"a{n}" for n in range(LONG_CACHE * 2)]
    long = [f"{n}" * (SHORT + 1) for n in range(LONG_CACHE * 2)]
    for one in (*short, *short, *long, *long):
        assert compiling(one) == one
    assert made == short + long + long


def test_names_see_through_every_construct():
    body = "={k: a, f: function(x) x + b, r: c[item.n > d], s: some i in e satisfies i = k}"
    assert expressions.names(body) == {"a", "b", "c", "d", "e"}
    assert expressions.names("=f(x)") == {"x"}
    assert expressions.names("${a.get(b).size() + c[d]}") == {"a", "b", "c", "d"}
    assert expressions.names("${execution.getVariable(n)}") == {"execution", "n"}


def test_unary_tests_with_null_in_between():
    assert unary('> "a", 5', 5, {}) is True
    assert unary('not(> "a")', 5, {}) is False
    assert unary("? > missing", 5, {}) is False
    assert unary("xs", 5, {"xs": [1, 5]}) is True
    assert unary("[1..3], [5..7]", 6, {}) is True
    assert unary("not(a) and b", 5, {"a": False, "b": True}) is True
    with pytest.raises(ExpressionError):
        unary_program("1 2,")
