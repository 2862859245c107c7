"""Nothing an author writes runs code, hangs, or ends in another error than `ExpressionError`."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from engine import expressions
from engine.errors import ExpressionError
from engine.expressions import temporal
from engine.expressions.limits import LimitReached
from tests.engine.feel import unary
from tests.engine.hostile_expressions import BOMBS, CODE, FEEL_CODE, OVERFLOWS, PATTERNS, REFERRING

SCOPE = {
    "x": 5,
    "y": True,
    "name": "名称",
    "items": [1, 2, 3],
    "record": {"a": 1, "b": [1, {"c": "d"}]},
    "a": {"a": 1},
    "nothing": None,
}


@pytest.fixture(autouse=True)
def no_code_runs(monkeypatch):
    """Running anything at all is seen (the zones' own tables are loaded before)."""
    assert temporal.zone("@Europe/Paris") is not None

    def ran(*_: object) -> None:
        raise AssertionError("an expression ran code")

    monkeypatch.setattr(os, "system", ran)
    monkeypatch.setattr("builtins.eval", ran)
    monkeypatch.setattr("builtins.exec", ran)


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Allow so much time of the processor: a busy machine makes no test fail."""

    def late(*_: object) -> None:
        raise TimeoutError("the expression took too long")

    before = signal.signal(signal.SIGPROF, late)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@pytest.mark.parametrize("body", CODE)
def test_no_body_reaches_python_from_juel(body):
    with within(1), pytest.raises(ExpressionError):
        expressions.evaluate(f"${{{body}}}", SCOPE)


@pytest.mark.parametrize("body", CODE)
def test_no_body_reaches_python_from_feel(body):
    """What FEEL can read otherwise (`x = 5` compares) may give null or a boolean."""
    with within(1):
        try:
            assert expressions.evaluate(f"={body}", SCOPE) in (None, True, False)
        except ExpressionError:
            return


@pytest.mark.parametrize("body", FEEL_CODE)
def test_feel_refuses_what_is_not_feel(body):
    with within(1), pytest.raises(ExpressionError):
        expressions.evaluate(f"={body}", SCOPE)


@pytest.mark.parametrize("body", BOMBS, ids=[body[:50] for body in BOMBS])
def test_bombs_are_defused(body):
    with within(1), pytest.raises(ExpressionError):
        expressions.evaluate(f"={body}", SCOPE)


@pytest.mark.parametrize("body", OVERFLOWS)
def test_numbers_that_are_too_large_are_null_and_the_rest_is_computed(body):
    with within(1):
        assert expressions.feel(f"[{body}, 1]", {}) == [None, 1]
    with pytest.raises(ExpressionError):
        expressions.explain(f"={body}", {}).verdict()


@pytest.mark.parametrize("body", [b for b in BOMBS if len(b) > 500])
def test_long_juel_is_refused_while_reading(body):
    with within(1), pytest.raises(ExpressionError):
        expressions.check(f"${{{body}}}")


@pytest.mark.parametrize("pattern", PATTERNS, ids=[pattern[:30] for pattern in PATTERNS])
@pytest.mark.parametrize("function", ["matches", "replace", "split"])
def test_no_pattern_runs_away(pattern, function):
    scope = {"text": "a" * 20_000 + "!", "pattern": pattern, "new": "b"}
    args = "text, pattern, new" if function == "replace" else "text, pattern"
    with within(1):
        result = expressions.feel(f"{function}({args})", scope)
    assert result is None or isinstance(result, bool | str | list)


@pytest.mark.parametrize("pattern", REFERRING, ids=[pattern[:30] for pattern in REFERRING])
def test_a_search_that_goes_back_is_paid_for(pattern):
    scope = {"text": "a" * 20_000 + "!", "pattern": pattern}
    with within(1), pytest.raises(LimitReached):
        expressions.feel("[matches(text, pattern)]", scope)


def test_values_of_the_scope_cannot_be_changed():
    scope = {"items": [1], "record": {"a": 1}}
    expressions.feel("append(items, 2)", scope)
    expressions.feel('context put(record, "a", 2)', scope)
    expressions.feel("for i in items return concatenate(partial, items)", scope)
    assert scope == {"items": [1], "record": {"a": 1}}


def test_a_python_object_cannot_be_read():
    class Secret:
        value = 1

    for text in ("${x.value}", "=x.value", "${x}", "=x", "=[1, xs]", "=xs[1]"):
        with within(1):
            try:
                result = expressions.evaluate(text, {"x": Secret(), "xs": [Secret()]})
            except ExpressionError:
                continue
            assert result is None


def test_work_is_counted_across_nested_decisions_and_functions():
    text = "=count(for i in 1..200 return sum(for j in 1..100 return i * j))"
    with within(1), pytest.raises(ExpressionError, match="计算量"):
        expressions.evaluate(text, {})


def test_a_function_cannot_leave_the_kernel():
    for text in ("=function(a) a", "=[function(a) a]", "={f: function(a) a}"):
        with pytest.raises(ExpressionError, match="函数"):
            expressions.evaluate(text, {})


WORDS = r"""
x y name items record nothing 数 甲乙 a.b x_1 1 0 -1 2.5 .5 1e3 1e9 99999999999999999999
'a' "a" "" "P1D" "2026-01-01" true false null ( ) [ ] { } , : ; . .. + - * / % ** = == != < > <= >=
&& || ! ? @ @"P1Y" @"2026-01-31" @"10:00:00" @"2026-01-01T00:00:00" and or not empty div mod eq lt
if then else for in return some every satisfies between instance of function(a) function(a,b)
number string list context date( time( duration( sum( min( max( count( append( sort( items, replace(
matches( split( substring( contains( not( abs( sqrt( decimal( modulo( mean( flatten( union(
before( includes( partial item .size() .contains( .get( .length() .substring( [1] [-1] [item>1]
[1..3] (1..3] ]1..3[ .a .year .start execution.getVariable('x') \\ # $ ${ } `a // /* */ __a é 😀
"""
FRAGMENTS = [
    *WORDS.split(),
    "date and time(", "years and months duration(", "string join(", "distinct values(",
    "insert before(", "starts with(", "get value(", "index of(", "`a b`", "\n", "\t",
]  # fmt: skip


def test_twenty_thousand_random_expressions_raise_only_expression_errors():
    chance = random.Random(20260301)
    failures: list[str] = []
    with within(120):
        for _ in range(20_000):
            body = " ".join(chance.choices(FRAGMENTS, k=chance.randint(1, 9)))
            text = chance.choice(["={}", "${{{}}}", "a ${{{}}} b", "{}"]).format(body)
            try:
                expressions.evaluate(text, SCOPE)
                expressions.explain(text, SCOPE).as_json()
                unary(body, 3, SCOPE)
            except ExpressionError:
                continue
            except Exception as error:
                failures.append(f"{text!r}: {type(error).__name__} {error}")
    assert failures == []


CALLS = ["null", "1", "-3", "2.5", '"a"', '""', '"(a"', "[]", "[1, 2]", '["a", null]', "[[1], [2]]",
         "{}", "{a: 1}", "true", "[1..3]", "(< 5)", '["x".."z"]', '@"2026-01-31"', '@"10:00:00"',
         '@"2026-01-31T10:00:00@Europe/Paris"', '@"P1DT2H"', '@"-P1Y2M"', "function(a, b) a < b",
         "10 ** 33", '@"-2017-02-28"', '@"99999-12-31T10:00:00Z"', '@"2026-01-31T10:00:00"',
         "0.000001", '@"9999-12-31"', '@"0001-01-01"']  # fmt: skip


def test_every_built_in_answers_or_is_null_for_arguments_of_every_kind():
    from engine.expressions.builtins import REGISTRY

    chance = random.Random(7)
    failures: list[str] = []
    with within(120):
        for name, signatures in REGISTRY.items():
            counts = {len(s.params) for s in signatures} | {1, 2}
            for count in counts:
                for _ in range(120):
                    args = ", ".join(chance.choices(CALLS, k=count))
                    try:
                        expressions.feel(f"{name}({args})", {})
                    except ExpressionError:
                        continue
                    except Exception as error:
                        failures.append(f"{name}({args}): {type(error).__name__} {error}")
    assert failures == []


def test_every_operator_answers_or_is_null_for_values_of_every_kind():
    failures: list[str] = []
    signs = ["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "in", "and", "or"]
    for one in CALLS:
        for other in CALLS:
            for sign in signs:
                text = f"({one}) {sign} {other}"
                try:
                    expressions.feel(text, {})
                except ExpressionError:
                    continue
                except Exception as error:
                    failures.append(f"{text}: {type(error).__name__} {error}")
    assert failures == []
