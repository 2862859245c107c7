"""DMN 1.3, 10.2: boxed expressions in files of the standard, and those of DMN 1.4."""

from __future__ import annotations

import pytest

from engine import decisions
from engine.errors import DeploymentRefused, ExpressionError
from tests.engine.dmn import table
from tests.engine.dmn_standard import (
    answer,
    attributes,
    context,
    decision,
    input_data,
    invocation,
    item,
    literal,
    model,
    read,
)

NAMESPACES = (
    "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
    "http://www.omg.org/spec/DMN/20180521/MODEL/",
    "https://www.omg.org/spec/DMN/20191111/MODEL/",
    "https://www.omg.org/spec/DMN/20211108/MODEL/",
    "https://www.omg.org/spec/DMN/20230324/MODEL/",
    "https://www.omg.org/spec/DMN/20240513/MODEL/",
    "http://www.omg.org/spec/DMN/20211108/MODEL/",
)


@pytest.mark.parametrize("namespace", NAMESPACES)
def test_files_of_every_version_are_read(namespace):
    logic = literal("n + 1", "number")
    xml = model(input_data("n", "number"), decision("d", logic), dmn=namespace)
    assert decisions.parse(xml).evaluate("d", {"n": 1}).value == 2


def test_a_file_may_be_utf_16():
    text = model(decision("决策", literal("1 + 1"))).decode().replace("UTF-8", "UTF-16")
    assert decisions.parse(text.encode("utf-16")).evaluate("决策", {}).value == 2


@pytest.mark.parametrize(
    "language",
    ["feel", "FEEL", "http://www.omg.org/spec/FEEL/20140401",
     "http://www.omg.org/spec/DMN/20180521/FEEL/", "https://www.omg.org/spec/DMN/20191111/FEEL/",
     "http://www.omg.org/spec/DMN/20211108/FEEL"],
)  # fmt: skip
def test_feel_has_many_names(language):
    named = f'<literalExpression expressionLanguage="{language}"'
    logic = literal("1 + 1").replace("<literalExpression", named)
    assert answer(logic) == 2


def test_another_language_is_refused_also_as_the_files_default():
    xml = model(decision("d", literal("1"))).replace(
        b"<definitions", b'<definitions expressionLanguage="http://www.w3.org/1999/XPath"'
    )
    with pytest.raises(DeploymentRefused, match="XPath"):
        decisions.parse(xml)


def test_a_dollar_in_a_text_is_no_other_language():
    assert answer(literal('"${n}"'), {"n": 1}) == "${n}"


def test_a_context_with_a_result_gives_the_result():
    logic = context(result=literal("a + b c"), a=literal("1"), b_c=literal("a + 1"))
    assert answer(logic) == 3


def test_a_context_without_a_result_gives_its_entries():
    logic = context(a=literal("1"), nested=context(b=literal("a + 1")), list=literal("[a]"))
    assert answer(logic) == {"a": 1, "nested": {"b": 2}, "list": [1]}


def test_entries_of_a_context_have_types():
    logic = context(a__number=literal('"x"'), b__string=literal('"x"'), c__number=literal("[5]"))
    assert answer(logic) == {"a": None, "b": "x", "c": 5}


def test_any_box_may_stand_in_any_other():
    inner = table(["n"], ["r"], [["> 3", '"big"'], ["<= 3", '"small"']])
    function = (
        f'<functionDefinition><formalParameter name="x" typeRef="number"/>{literal("x * 2")}'
        "</functionDefinition>"
    )
    parts = literal("size") + invocation("twice", x="n") + f"<list>{literal('1')}</list>"
    logic = context(
        result=f"<list>{parts}</list>",
        size=inner,
        twice=function,
    )
    assert answer(logic, {"n": 5}) == ["big", 10, [1]]


def test_a_list_and_a_relation():
    assert answer(f"<list>{literal('1')}{literal('n')}</list>", {"n": 2}) == [1, 2]
    columns = "".join(
        f"<column{attributes(name=n, typeRef=t)}/>" for n, t in (("a b", "number"), ("c", ""))
    )
    rows = f"<row>{literal('1')}{literal('n')}</row><row>{literal(chr(34) * 2)}{literal('3')}</row>"
    logic = f"<relation>{columns}{rows}</relation>"
    assert answer(logic, {"n": 2}) == [{"a b": 1, "c": 2}, {"a b": None, "c": 3}]
    with pytest.raises(DeploymentRefused, match="行与列"):
        answer(f"<relation>{columns}<row>{literal('1')}</row></relation>")


def test_an_invocation_binds_by_name_and_may_leave_parameters_out():
    function = (
        '<functionDefinition><formalParameter name="the first"/><formalParameter name="b"/>'
        f"{literal('the first - b')}</functionDefinition>"
    )
    for call, value in (
        (invocation("f", b="1", the_first="5"), 4),
        (invocation("f", b="1"), None),
        (invocation("f", b="1", c="2"), None),
        (invocation("gone", b="1"), None),
    ):
        assert answer(context(result=call, f=function)) == value


def test_a_function_may_take_a_context_of_the_files_type():
    person = item("tPerson", name="string", age="number")
    function = (
        '<functionDefinition><formalParameter name="p" typeRef="tPerson"/>'
        f"{literal('p.age >= 18')}</functionDefinition>"
    )
    adult = context(result=literal('f({name: "x", age: 20})'), f=function)
    assert answer(adult, {}, person) is True
    wrong = context(result=literal('f({name: "x"})'), f=function)
    assert answer(wrong, {}, person) is None


@pytest.mark.parametrize(
    ("logic", "value"),
    [
        (f"<conditional><if>{literal('n > 3')}</if><then>{literal('1')}</then>"
         f"<else>{literal('2')}</else></conditional>", 1),
        (f"<conditional><if>{literal('null')}</if><then>{literal('1')}</then>"
         f"<else>{literal('2')}</else></conditional>", 2),
        (f'<for iteratorVariable="i"><in>{literal("[1..n]")}</in>'
         f"<return>{literal('i * 2 + count(partial)')}</return></for>", [2, 5, 8, 11, 14]),
        (f'<some iteratorVariable="i"><in>{literal("[1, 2]")}</in>'
         f"<satisfies>{literal('i = 2')}</satisfies></some>", True),
        (f'<every iteratorVariable="i"><in>{literal("[1, null]")}</in>'
         f"<satisfies>{literal('i < 2')}</satisfies></every>", None),
        (f"<filter><in>{literal('[1, 2, 3]')}</in><match>{literal('item > 1')}</match></filter>",
         [2, 3]),
        (f"<filter><in>{literal('[{a: 1}, {a: 2}]')}</in>"
         f"<match>{literal('a = 1')}</match></filter>", [{"a": 1}]),
        (f"<filter><in>{literal('[1, 2, 3]')}</in><match>{literal('-1')}</match></filter>", 3),
        (f"<filter><in>{literal('[1, 2, 3]')}</in><match>{literal('4')}</match></filter>", None),
        (f'<for iteratorVariable="i"><in>{literal("[1, 2]")}</in>'
         f"<return>{literal('partial')}</return></for>", [[], [[]]]),
        (f"<filter><in>{literal('null')}</in><match>{literal('item > 1')}</match></filter>", None),
        (f"<filter><in>{literal('[]')}</in><match>{literal('item > 1')}</match></filter>", []),
    ],
)  # fmt: skip
def test_the_boxes_of_dmn_1_4(logic, value):
    assert answer(logic, {"n": 5}) == value


def test_an_unknown_and_an_empty_box_are_refused():
    for logic in ("<strange/>", literal(""), context(a="")):
        with pytest.raises(DeploymentRefused):
            read(decision("d", logic))


def test_loops_of_boxes_are_bounded():
    logic = literal("i")
    for _ in range(2):
        source = f"<in>{literal('[1..9999]')}</in>"
        logic = f'<for iteratorVariable="i">{source}<return>{logic}</return></for>'
    with pytest.raises(ExpressionError, match="计算量"):
        answer(logic)
