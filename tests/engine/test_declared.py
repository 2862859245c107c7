"""Numbers and objects of a declared type are to expressions what they look like."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine import db, expressions
from engine.expressions.declared import Long, ObjectList, ObjectMap, Short, named
from engine.models import Variable
from engine.state import values
from tests.engine import office
from tests.engine.office import diagram, flows, user

ONE = diagram(f'<bpmn:startEvent id="s"/>{user("a")}<bpmn:endEvent id="e"/>' + flows("s>a", "a>e"))

SCOPE: dict[str, Any] = {
    "l": Long(7),
    "s": Short(2),
    "i": 7,
    "o": ObjectMap({"a": {"b": 3}, "n": None}, "org.example.Order"),
    "many": ObjectList([3, 1, 2], "java.util.ArrayList"),
    "big": Long(2**62),
}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("= l + s", 9),
        ("= l - s", 5),
        ("= l * s", 14),
        ("= 14 / l", 2),
        ("= -l", -7),
        ("= l = i and i = l", True),
        ("= l > s and s < l and l >= 7 and l != s", True),
        ("= l in [5..9]", True),
        ("= l in (7, 8)", True),
        ("= l instance of number", True),
        ("= string(l)", "7"),
        ("= max(l, s) + 0", 7),
        ("= sum([l, s, 1])", 10),
        ("= abs(-l)", 7),
        ("= o.a.b + l", 10),
        ('= get value(o, "n") = null', True),
        ("= o instance of context<a: Any>", True),
        ("= count(many) + many[1]", 6),
        ("= many instance of list<number>", True),
        ("= sort(many, function(x, y) x < y)", [1, 2, 3]),
        ("= o = {a: {b: 3}, n: null}", True),
        ("= many = [3, 1, 2]", True),
        ("= big + 1", 2**62 + 1),
        ("${l + s}", 9),
        ("${l == i}", True),
        ("${l > 6 && s le 2}", True),
        ("${l % s}", 1),
        ("${o.a.b}", 3),
        ("${many[1]}", 1),
        ("${empty many}", False),
        ("number ${l}", "number 7"),
    ],
)
def test_an_expression_sees_what_it_looks_like(text: str, result: Any) -> None:
    found = expressions.evaluate(text, SCOPE)
    assert found == result
    assert type(found) is type(result)


@pytest.mark.parametrize("name", SCOPE)
def test_a_name_alone_keeps_the_type(name: str) -> None:
    for text in (f"= {name}", f"${{{name}}}"):
        found = expressions.evaluate(text, SCOPE)
        assert found == SCOPE[name]
        assert type(found) is type(SCOPE[name])
        assert values.decode(values.encode(values.storable(found, name))) == SCOPE[name]


def test_what_has_no_parts_has_no_class() -> None:
    assert named("text", "java.lang.String") == "text"
    assert type(named(5, "java.lang.Integer")) is int


def test_a_column_gives_every_number_back(either_database: str) -> None:
    given = {
        f"n{place}": value
        for place, value in enumerate((5.0, 1e300, 2**70, -(2**64), 2**63 - 1, 5, 5.5, Long(5)))
    }
    office.publish(ONE)
    instance = office.start(**given)
    with db.reading() as session:
        rows = session.scalars(select(Variable).where(Variable.instance_id == instance))
        kept = {row.name: values.decode(row.value) for row in rows}
    assert {name: (type(one), one) for name, one in kept.items()} == {
        name: (type(one), one) for name, one in given.items()
    }
