"""What the expressions of an element can speak of (DMN 1.3, 10.3.1.4 and 10.4).

"The name tokens of a FEEL expression are matched against the names in scope"; the scope of a
decision is what it requires, not every name that stands somewhere in the file.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from engine import decisions
from tests.engine.dmn import table
from tests.engine.dmn_standard import (
    context,
    decision,
    input_data,
    item,
    knowledge,
    literal,
    model,
    read,
    service,
)

INPUTS = (
    input_data("a", "number"),
    input_data("b", "number"),
    input_data("c", "boolean"),
    input_data("list", "tList"),
    item("tList", "number", many=True),
    input_data("person"),
)
SCOPE = {"a": 5, "b": 3, "c": True, "list": [5], "person": {"age": 40}}
NEEDS = ("a", "b", "c", "list", "person")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a - b", 2),
        ("a+b", 8),
        ("a*b", 15),
        ("a / b + a - b", Decimal("3.666666666666666666666666666666667")),
        ("c and c", True),
        ("a in list", True),
        ("if c then a else b", 5),
        ("person.age", 40),
        ("a instance of number", True),
    ],
)
def test_a_decision_named_by_its_expression_computes_it(text, value):
    found = read(*INPUTS, decision(text, literal(text), inputs=NEEDS))
    assert found.evaluate(text, SCOPE).value == value


def test_those_who_require_it_read_it_by_that_name():
    parts = (
        *INPUTS,
        decision("a - b", literal("(a - b) * 10"), inputs=("a", "b")),
        decision("d", literal("a - b + 1"), needs=("a - b",), inputs=("a",)),
        decision("e", literal("a - b + 1"), inputs=("a", "b")),
    )
    found = read(*parts)
    assert found.evaluate("d", SCOPE).value == 21
    assert found.evaluate("e", SCOPE).value == 3


def test_names_inside_other_elements_are_no_names_here():
    parts = (
        *INPUTS,
        decision("other", context(**{"a-b": literal("7")}, result=literal("a-b"))),
        knowledge("f", "a+b", literal("a+b")),
        decision("d", literal("(a-b) + (a+b)"), inputs=("a", "b")),
    )
    found = read(*parts)
    assert found.evaluate("other", SCOPE).value == 7
    assert found.evaluate("d", SCOPE).value == 10


def test_an_entry_of_a_context_is_no_name_in_its_own_value():
    """10.3.2.6: an entry's expression sees the entries before it; `"a - b": a - b` is a label."""
    boxed = context(
        result=literal("[a + b, a-b, call it]"),
        **{"a + b": literal("a + b"), "a-b": literal("(a - b) * 100"), "call it": literal("a*b")},
    )
    logic = decision("d", boxed, inputs=("a", "b"))
    assert read(*INPUTS, logic).evaluate("d", SCOPE).value == [8, 200, 15]


def test_a_function_in_a_context_may_call_itself_whatever_it_is_called():
    body = literal("if n = 0 then 0 else 1 + a-b(n - 1)")
    entry = f'<functionDefinition><formalParameter name="n"/>{body}</functionDefinition>'
    logic = context(result=literal("a-b(3)"), **{"a-b": entry})
    assert read(*INPUTS, decision("d", logic, inputs=("a", "b"))).evaluate("d", SCOPE).value == 3


def test_the_columns_of_a_table_are_no_names_in_its_cells():
    logic = table(["a - b"], ["a - b"], [["> 1", "a - b"]])
    assert read(*INPUTS, decision("d", logic, inputs=("a", "b"))).evaluate("d", SCOPE).value == 2


def test_names_for_people_are_no_names():
    xml = model(
        *INPUTS,
        '<knowledgeSource id="k" name="a - b"/>',
        decision("d", literal("a-b"), inputs=("a", "b")),
    ).replace(b'name="m"', b'name="a-b"')
    assert decisions.parse(xml).evaluate("d", SCOPE).value == 2


def test_what_a_required_service_answers_is_read_by_its_names():
    parts = (
        *INPUTS,
        decision("a + b", literal("a * 100"), inputs=("a",)),
        decision("one", literal("1")),
        service("svc", ("a + b", "one"), inputs=("a",)),
        decision("d", literal("svc(2).a + b"), knows=("svc",), inputs=("a", "b")),
    )
    assert read(*parts).evaluate("d", SCOPE).value == 200


def test_a_part_called_like_a_word_of_the_language_spoils_nothing():
    """Words of the language are no names (rule 25), but other tools let parts be called so."""
    parts = (
        item("tRange", **{"in": "number", "return": "number", "and": "boolean"}),
        input_data("r", "tRange"),
        decision(
            "d",
            literal("for x in [1, 2] return if r.and and x in [1..9] then r.in * x else r.return"),
            inputs=("r",),
        ),
    )
    assert read(*parts).evaluate("d", {"r": {"in": 3, "return": 0, "and": True}}).value == [3, 6]


def test_elements_of_other_tools_are_no_logic():
    """An extension may have the name of an element of the standard (6.3.16)."""
    vendors = '<x:literalExpression xmlns:x="http://vendor"/><x:variable xmlns:x="http://vendor"/>'
    logic = vendors + literal("1 + 1")
    found = decisions.parse(model(decision("d", logic)))
    assert found.evaluate("d", {}).value == 2
