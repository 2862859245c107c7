"""Laws that hold for all values, searched by Hypothesis."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import expressions
from engine.errors import ExpressionError
from engine.expressions.values import plain
from tests.engine.feel import unary

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

integers = st.integers(-(10**9), 10**9)
decimals = st.decimals(-(10**6), 10**6, places=4, allow_nan=False)
numbers = integers | decimals
texts = st.text(max_size=20)
dates = st.dates(date(1900, 1, 1), date(2999, 12, 31))
scalars = st.none() | st.booleans() | numbers | texts | dates
json_values = st.recursive(
    st.none() | st.booleans() | integers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def feel(text: str, **scope: object) -> object:
    return expressions.feel(text, scope)


@given(integers, integers)
def test_integers_add_and_multiply_exactly(a, b):
    assert feel("a + b", a=a, b=b) == a + b
    assert feel("a * b", a=a, b=b) == a * b
    assert expressions.evaluate("${a - b}", {"a": a, "b": b}) == a - b


@given(decimals, decimals)
def test_decimals_add_exactly_and_never_become_floats(a, b):
    result = feel("a + b", a=a, b=b)
    assert result == a + b
    assert not isinstance(result, float)


prices = st.integers(-(10**9), 10**9).map(lambda cents: cents / 100)


@given(prices, prices)
def test_floats_are_the_decimals_they_print(a, b):
    assert feel("a + b", a=a, b=b) == Decimal(repr(a)) + Decimal(repr(b))


@given(numbers, numbers.filter(bool))
def test_modulo_has_the_sign_of_the_divisor(a, b):
    result = feel("modulo(a, b)", a=a, b=b)
    assert result == 0 or (result < 0) == (b < 0)
    assert abs(result) < abs(b)


@given(numbers, numbers)
def test_exactly_one_order_holds(a, b):
    assert feel("[a < b, a = b, a > b]", a=a, b=b).count(True) == 1
    juel = [expressions.evaluate(f"${{a {op} b}}", {"a": a, "b": b}) for op in ("lt", "eq", "gt")]
    assert juel.count(True) == 1


@given(scalars)
def test_a_value_equals_itself(value):
    assert feel("a = a", a=value) is True
    assert expressions.evaluate("${a == a}", {"a": value}) is True


@given(scalars, scalars)
def test_equality_is_symmetric(a, b):
    assert feel("(a = b) = (b = a)", a=a, b=b) in (True, None)
    assert feel("a = b", a=a, b=b) == feel("b = a", a=a, b=b)


THREE = st.sampled_from([True, False, None])


@given(THREE, THREE)
def test_three_valued_logic_obeys_de_morgan(a, b):
    assert feel("not(a and b)", a=a, b=b) == feel("not(a) or not(b)", a=a, b=b)
    assert feel("a and b", a=a, b=b) == feel("b and a", a=a, b=b)


@given(numbers, numbers, numbers)
def test_between_in_and_comparison_agree(x, a, b):
    expected = a <= x <= b
    assert feel("x between a and b", x=x, a=a, b=b) is expected
    assert feel("x in [a..b]", x=x, a=a, b=b) is expected
    assert feel("x >= a and x <= b", x=x, a=a, b=b) is expected
    assert unary("[a..b]", x, {"a": a, "b": b}) is expected
    assert feel("includes([a..b], x)", x=x, a=a, b=b) is expected


@given(numbers, st.lists(numbers, min_size=1, max_size=5))
def test_unary_lists_accept_their_members(x, options):
    written = ", ".join(f"({option})" for option in options)
    assert unary(written, x, {}) is (x in options)
    assert unary(f"not({written})", x, {}) is (x not in options)


@given(dates, st.integers(-10_000, 10_000))
def test_dates_move_by_days_and_back(day, days):
    shifted = feel('d + n * @"P1D"', d=day, n=days)
    assert shifted == day + timedelta(days=days)
    assert feel("a - b", a=shifted, b=day) == timedelta(days=days)


@given(dates, st.integers(-1200, 1200))
def test_months_never_leave_the_calendar_of_the_month(day, months):
    shifted = feel('d + n * @"P1M"', d=day, n=months)
    assert (shifted.year * 12 + shifted.month) - (day.year * 12 + day.month) == months
    assert shifted.day <= day.day


@given(st.timedeltas(timedelta(days=-9999), timedelta(days=9999)))
def test_durations_survive_their_text(length):
    assert feel("duration(string(d))", d=length) == length


@given(dates)
def test_dates_survive_their_text(day):
    assert feel("date(string(d))", d=day) == day


@given(numbers)
def test_numbers_survive_their_text(number):
    assert feel("number(string(n))", n=number) == number


@given(texts, texts)
def test_texts_split_and_join(a, b):
    assert feel("substring before(a + b, b)", a=a, b=b) is not None
    assert feel("string length(a + b)", a=a, b=b) == len(a) + len(b)
    assert feel("contains(a + b, b) and starts with(a + b, a)", a=a, b=b) is True


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=20))
def test_text_literals_survive_quoting(value):
    assert expressions.feel(json.dumps(value, ensure_ascii=False), {}) == value


@given(st.lists(integers, max_size=30))
def test_list_functions_agree_with_python(items):
    assert feel("sort(xs)", xs=items) == sorted(items)
    assert feel("reverse(xs)", xs=items) == items[::-1]
    assert feel("count(xs)", xs=items) == len(items)
    assert feel("distinct values(xs)", xs=items) == list(dict.fromkeys(items))
    assert feel("xs[item > 0]", xs=items) == [item for item in items if item > 0]
    assert feel("for x in xs return x + 1", xs=items) == [item + 1 for item in items]
    assert feel("sum(xs)", xs=items) == (sum(items) if items else None)


@given(json_values)
def test_scope_values_come_out_as_they_went_in(value):
    assert feel("a", a=value) == value
    assert expressions.evaluate("${a}", {"a": value}) == value
    assert json.loads(json.dumps(plain(value))) is not ...


@settings(max_examples=500)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text):
    for form in (text, f"={text}", f"${{{text}}}"):
        try:
            expressions.evaluate(form, {"a": 1})
        except ExpressionError:
            continue
