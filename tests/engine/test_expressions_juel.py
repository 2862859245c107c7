"""JUEL as Camunda 7 evaluates it: the coercions of the Unified Expression Language 2.2."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum

import pytest

from engine import expressions
from engine.clock import CHINA
from engine.errors import CalendarMissing, ExpressionError


class Colour(Enum):
    RED = "red"


SCOPE = {
    "n": 7,
    "price": 0.1,
    "text": "7",
    "word": "Hello",
    "yes": True,
    "no": False,
    "nothing": None,
    "blank": "",
    "items": ["a", "b", 3],
    "record": {"name": "甲", "inner": {"k": [1, 2]}, "a b": 9},
    "none_yet": [],
    "empty_map": {},
    "colour": Colour.RED,
    "day": date(2026, 3, 1),
    "moment": datetime(2026, 3, 1, 10, tzinfo=UTC),
    "naive": datetime(2026, 3, 1, 10),  # noqa: DTZ001 - what a form may leave behind
    "empty": 1,
}


@pytest.mark.parametrize(
    ("body", "value"),
    [
        # numbers
        ("n + 1", 8),
        ("n * 2 - 4 / 2", 12),
        ("7 / 2", Decimal("3.5")),
        ("7 div 2", Decimal("3.5")),
        ("6 / 2", 3),
        ("7 % 4", 3),
        ("-7 mod 4", -3),
        ("-n", -7),
        ("price * 3", Decimal("0.3")),
        ("1.5e2", Decimal(150)),
        ("text + 1", 8),
        ("'1.5' + '2'", Decimal("3.5")),
        ("nothing + 1", 1),
        ("blank + 1", 1),
        # comparison
        ("n == 7.0", True),
        ("text == 7", True),
        ("text == n", True),
        ("'07' == 7", True),
        ("'a' == 'a'", True),
        ("'a' eq \"a\"", True),
        ("n ne 7", False),
        ("n != nothing", True),
        ("nothing == null", True),
        ("nothing == 0", False),
        ("nothing < 1", False),
        ("nothing <= null", True),
        ("'b' > 'a'", True),
        ("text > 6", True),
        ("n lt 8 and n le 7 and n gt 6 and n ge 7", True),
        ("yes == 'true'", True),
        ("yes == true", True),
        ("items == items", True),
        ("items == record", False),
        ("colour == 'red'", True),
        ("day < moment", True),
        ("naive < moment", True),
        # logic
        ("yes and !no", True),
        ("yes && not no", True),
        ("no || yes", True),
        ("'true' and yes", True),
        ("blank or nothing", False),
        ("n > 5 ? 'big' : 'small'", "big"),
        ("no ? 1 : yes ? 2 : 3", 2),
        ("!(n > 5)", False),
        # empty
        ("empty nothing", True),
        ("empty blank", True),
        ("empty none_yet", True),
        ("empty empty_map", True),
        ("empty n", False),
        ("not empty items", True),
        ("empty", 1),
        ("empty == 1", True),
        # access
        ("items[0]", "a"),
        ("items[9]", None),
        ("items['1']", "b"),
        ("record.name", "甲"),
        ("record['a b']", 9),
        ("record.inner.k[1]", 2),
        ("record.missing", None),
        ("record.missing.deeper", None),
        ("nothing.x", None),
        # methods
        ("items.size()", 3),
        ("items.contains('a')", True),
        ("items.contains('3')", True),
        ("items.get(1)", "b"),
        ("items.indexOf('b')", 1),
        ("items.isEmpty()", False),
        ("record.size()", 3),
        ("record.get('name')", "甲"),
        ("record.containsKey('name')", True),
        ("record.getOrDefault('zz', 1)", 1),
        ("record.keySet().contains('name')", True),
        ("word.length()", 5),
        ("word.contains('ell')", True),
        ("word.startsWith('He') && word.endsWith('lo')", True),
        ("word.toUpperCase()", "HELLO"),
        ("word.substring(1, 3)", "el"),
        ("word.indexOf('l')", 2),
        ("word.equals('Hello')", True),
        ("word.equalsIgnoreCase('hello')", True),
        ("word.replace('l', 'L')", "HeLLo"),
        ("word.concat('!')", "Hello!"),
        ("word.matches('[A-Z][a-z]+')", True),
        ("word.matches('[a-z]+')", False),
        ("'a,b'.split(',')", ["a", "b"]),
        ("n.equals(7)", True),
        ("n.toString()", "7"),
        ("n.intValue()", 7),
        ("day.before(moment)", True),
        ("moment.isAfter(day)", True),
        # the execution
        ("execution.getVariable('n')", 7),
        ("execution.getVariable('zz')", None),
        ("execution.hasVariable('zz')", False),
        ("execution.hasVariable('nothing')", True),
        # built-ins by one-word names, moments and durations
        ("sum(items.size(), 2)", 5),
        ("max(1, n)", 7),
        ("day + duration('P1M')", date(2026, 4, 1)),
        ("moment - moment", timedelta(0)),
        # text
        ("'it\\'s'", "it's"),
        ('"a\\\\b"', "a\\b"),
    ],
)
def test_juel(body, value):
    result = expressions.evaluate(f"${{{body}}}", SCOPE)
    assert (type(result), result) == (type(value), value)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("word + 1", "不是数字"),
        ("'a' + 'b'", "号码"),
        ("n / 0", "除数为零"),
        ("n > 'x'", "不是数字"),
        ("yes + 1", "需要数字"),
        ("n and yes", "需要“是”或“否”"),
        ("items > 1", "需要数字"),
        ("yes < no", "比较"),
        ("missing", "不存在"),
        ("n.name", "没有属性"),
        ("word.x", "没有属性"),
        ("items.foo()", "不能使用方法"),
        ("nothing.size()", "空值"),
        ("n.size()", "没有方法"),
        ("word.substring(9)", "超出"),
        ("word.length(1)", "参数"),
        ("unknown(1)", "没有名为"),
        ("execution.setVariable('a', 1)", "execution"),
        ("date('x')", "不是日期"),
        ("min('a', 1)", "比较"),
    ],
)
def test_juel_fails_where_there_is_no_result(body, words):
    with pytest.raises(ExpressionError, match=words):
        expressions.evaluate(f"${{{body}}}", SCOPE)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${n}${n}", "77"),
        ("a${nothing}b", "ab"),
        ("#{n} / ${price}", "7 / 0.1"),
        ("${yes}!", "true!"),
        ("${day}", date(2026, 3, 1)),
        (" ${day} ", date(2026, 3, 1)),
        ("于 ${day}", "于 2026-03-01"),
        ("${'}'}{", "}{"),
        ("handler@${word}, reviewer@${word}", "handler@Hello, reviewer@Hello"),
        ("${items.size() > 2 ? '${' : '}'}", "${"),
        ("$n", "$n"),
        ("{n}", "{n}"),
    ],
)
def test_text_with_expressions(text, value):
    assert expressions.evaluate(text, SCOPE) == value


@dataclass(frozen=True)
class Due:
    due_at: datetime
    amount: int = 5
    secret: str = "s"  # what `__feel__` does not name stays closed

    __feel__ = ("due_at", "amount")


def functions():
    return {"deadline": lambda stage, level=None: Due(datetime(2026, 3, 6, 18, tzinfo=CHINA))}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${deadline('handle').amount}", 5),
        ("${deadline('handle') > moment}", True),
        ("${deadline('handle') == deadline('reply', 'L3')}", True),
        ("${deadline('handle').due_at - duration('P1D') < deadline('handle')}", True),
        ("${deadline('handle') - duration('P1D') < deadline('handle')}", True),
        ("${deadline('handle').after(moment)}", True),
        ('=deadline("handle") > moment', True),
        ('=deadline(stage: "handle", level: "L3").amount', 5),
        ("至 ${deadline('handle')}", "至 2026-03-06T18:00:00@Asia/Shanghai"),
    ],
)
def test_an_object_with_declared_properties_is_a_value(text, value):
    assert expressions.evaluate(text, SCOPE, functions()) == value


def test_such_an_object_leaves_as_it_is_and_opens_nothing_else():
    assert isinstance(expressions.evaluate("${deadline('handle')}", SCOPE, functions()), Due)
    for text in ("${deadline('handle').secret}", "${deadline('x').__class__}"):
        with pytest.raises(ExpressionError):
            expressions.evaluate(text, SCOPE, functions())


def test_errors_of_the_callers_functions_keep_their_kind():
    def missing() -> None:
        raise CalendarMissing("没有 2031 年的工作日历。")

    with pytest.raises(CalendarMissing):
        expressions.evaluate("${f()}", {}, {"f": missing})
    with pytest.raises(ExpressionError, match="函数 f"):
        expressions.evaluate("${f(1, 2)}", {}, {"f": lambda: 1})


def test_what_a_function_returns_must_be_a_value():
    with pytest.raises(ExpressionError, match="object"):
        expressions.evaluate("${f()}", {}, {"f": object})
