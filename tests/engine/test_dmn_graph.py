"""DMN 1.3, chapter 6: requirements, knowledge models, decision services, imports."""

from __future__ import annotations

import pytest

from engine import decisions
from engine.errors import DeploymentRefused, ExpressionError
from tests.engine.dmn import decision as camundas
from tests.engine.dmn import definitions, table
from tests.engine.dmn_standard import (
    PARTS,
    answer,
    context,
    decision,
    input_data,
    invocation,
    knowledge,
    literal,
    model,
    read,
    service,
)


def test_decisions_see_what_they_require_by_its_name():
    parts = (
        input_data("Monthly Income", "number"),
        decision("Yearly Income", literal("Monthly Income * 12"), inputs=("Monthly Income",)),
        decision("Tax", literal("Yearly Income / 10"), needs=("Yearly Income",)),
    )
    logic = literal("Yearly Income - Tax")
    scope = {"Monthly Income": 100}
    assert answer(logic, scope, *parts, needs=("Yearly Income", "Tax")) == 1080


def test_names_may_have_operators_and_words_of_the_language_in_them():
    parts = (
        input_data("Pre-bureau risk", "number"),
        input_data("profit and loss", "number"),
        input_data("买方/卖方", "number"),
        decision("Risk + Loss", literal("Pre-bureau risk + profit and loss * 买方/卖方")),
    )
    scope = {"Pre-bureau risk": 1, "profit and loss": 2, "买方/卖方": 3}
    assert answer(literal("Risk + Loss - 1"), scope, *parts, needs=("Risk + Loss",)) == 6


def test_blanks_at_operators_are_no_part_of_a_name():
    parts = (input_data("a", "number"), input_data("b", "number"), input_data("a-b", "number"))
    scope = {"a": 5, "b": 3, "a-b": 10}
    for text in ("a-b", "a - b", "a- b", "a  -  b", "((a) - (b)) * 5"):
        assert answer(literal(text), scope, *parts) == 10
    far = knowledge("f", "net-gross:number", literal("net-gross + 1"))
    scope = {"net": 3, "gross": 1}
    assert answer(literal("f(net - gross)"), scope, far, knows=("f",)) == 3


def test_there_may_not_be_too_many_such_names():
    many = [input_data(f"a-{number}") for number in range(501)]
    with pytest.raises(DeploymentRefused) as refused:
        read(*many, decision("d", literal("1")))
    assert [p.code for p in refused.value.problems] == ["dmn-size"]


def test_a_required_context_and_table_are_read_by_their_entries():
    parts = (
        decision("Applicant", context(name=literal('"甲"'), age=literal("30"))),
        decision("Fees", table(["Applicant.age"], ["low", "high"], [["> 18", "1", "2"]]),
                 needs=("Applicant",)),
    )  # fmt: skip
    assert answer(literal("Applicant.name + string(Fees.high)"), {}, *parts,
                  needs=("Applicant", "Fees")) == "甲2"  # fmt: skip


def test_a_decision_that_is_only_drawn_is_null():
    drawn = decision("drawn", "")
    for xml in (
        model(drawn, decision("d", literal("drawn = null"), needs=("drawn",))),
        definitions(
            camundas("drawn", ""), camundas("d", literal("drawn = null"), requires=["drawn"])
        ),
    ):
        found = decisions.parse(xml)
        assert [(p.element, p.code, p.severity) for p in decisions.check(found)] == [
            ("drawn", "dmn-logic", "warning")
        ]
        assert found.evaluate("d", {}).value is True
        told = found.evaluate("drawn", {}, explain=True)
        assert (told.value, told.rows) == (None, [{"drawn": None}])
        assert "drawn" in told.explanation["notes"][0]


def test_a_knowledge_model_that_is_only_drawn_is_null():
    drawn = '<businessKnowledgeModel id="k" name="k"/>'
    for xml in (
        model(drawn, decision("d", literal("[k(), k(1)]"), knows=("k",))),
        definitions(drawn, camundas("d", literal("[k(), k(1)]"), knows=["k"])),
    ):
        found = decisions.parse(xml)
        assert [(p.element, p.severity) for p in decisions.check(found)] == [("k", "warning")]
        assert found.evaluate("d", {}).value == [None, None]


def test_every_decision_is_answered_once():
    heavy = decision("shared", literal("count(for i in 1..3000 return i)"))
    users = [decision(f"u{n}", literal("shared + 1"), needs=("shared",)) for n in range(20)]
    logic = literal(" + ".join(f"u{n}" for n in range(20)))
    assert answer(logic, {}, heavy, *users, needs=tuple(f"u{n}" for n in range(20))) == 60_020


def test_decisions_in_a_circle_are_refused_and_never_run():
    xml = model(
        decision("a", literal("b"), needs=("b",)), decision("b", literal("a"), needs=("a",)),
        decision("c", literal("1")),
    )  # fmt: skip
    with pytest.raises(DeploymentRefused) as refused:
        decisions.parse(xml)
    assert [(p.element, p.code) for p in refused.value.problems] == [
        ("a", "dmn-circle"), ("b", "dmn-circle"),
    ]  # fmt: skip
    tolerant = decisions.parse(xml, tolerant=True)
    assert tolerant.evaluate("c", {}).value == 1
    with pytest.raises(ExpressionError, match="环"):
        tolerant.evaluate("a", {})


@pytest.mark.parametrize("what", ["requiredDecision", "requiredKnowledge", "outputDecision"])
def test_a_reference_to_nothing_is_refused(what):
    part = {
        "requiredDecision": decision("x", literal("1"), needs=("gone",)),
        "requiredKnowledge": decision("x", literal("1"), knows=("gone",)),
        "outputDecision": service("x", ("gone",)),
    }[what]
    with pytest.raises(DeploymentRefused) as refused:
        read(part, decision("d", literal("1")))
    assert [(p.element, p.code) for p in refused.value.problems] == [("x", "dmn-reference")]


# --- knowledge models -------------------------------------------------------------


def test_a_knowledge_model_may_be_any_boxed_expression():
    rate = table(["amount"], ["r"], [["> 100", "2"], ["<= 100", "1"]], identifier="rate")
    parts = (
        knowledge("rate of", "amount:number", rate, type_ref="number"),
        knowledge("bill", "amount:number", context(
            result=literal("net * 2"), net=invocation("rate of", amount="amount * 2")),
            knows=("rate of",)),
    )  # fmt: skip
    assert answer(literal("bill(amount: 60)"), {}, *parts, knows=("bill",)) == 4
    assert answer(invocation("bill", amount="10"), {}, *parts, knows=("bill",)) == 2


def test_a_knowledge_model_may_call_itself_so_deep():
    fact = knowledge("fact", "n:number", literal("if n < 2 then 1 else n * fact(n - 1)"))
    assert answer(literal("fact(25)"), {}, fact, knows=("fact",)) == 15511210043330985984000000
    with pytest.raises(ExpressionError, match="太深"):
        answer(literal("fact(999)"), {}, fact, knows=("fact",))
    ping = knowledge("ping", "n", literal("if n = 0 then 0 else pong(n - 1)"), knows=("pong",))
    pong = knowledge("pong", "n", literal("if n = 0 then 1 else ping(n - 1)"), knows=("ping",))
    assert answer(literal("ping(7)"), {}, ping, pong, knows=("ping",)) == 1


def test_a_box_may_invoke_what_any_box_gives():
    double = '<functionDefinition><formalParameter name="x"/>' + literal("x * 2")
    double += "</functionDefinition>"
    bound = f'<binding><parameter name="x"/>{literal("4")}</binding>'
    nested = f"<context><contextEntry>{double}</contextEntry></context>"
    for callee in (double, nested, literal("function(x) x * 2"), literal("fs.double")):
        parts = (decision("fs", literal("{double: function(x) x * 2}")),)
        logic = f"<invocation>{callee}{bound}</invocation>"
        assert answer(logic, {}, *parts, needs=("fs",)) == 8
    wrong = f"<invocation>{context(a=literal('1'))}{bound}</invocation>"
    assert answer(wrong) is None


def test_parameters_that_nothing_is_bound_to_are_null():
    first = knowledge("first", "a:number,b:string", literal("[a, b]"))
    for logic in (invocation("first", b='"x"'), literal('first(b: "x")')):
        assert answer(logic, {}, first, knows=("first",)) == [None, "x"]
    for logic in (invocation("first", c='"x"'), literal('first("x")')):
        assert answer(logic, {}, first, knows=("first",)) is None


def test_a_built_in_may_be_invoked_by_a_box():
    assert answer(invocation("substring", string='"foobar"', start_position="4")) == "bar"
    assert answer(invocation("abs", n="-3")) == 3
    found = decisions.parse(model(decision("d", invocation("abs", wrong="1"))))
    assert [p.code for p in decisions.check(found)] == ["dmn-function"]
    assert found.evaluate("d", {}).value is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{f: abs, r: f(-3)}.r", 3),
        ('{each: function(f, l) for x in l return f(x), r: each(string length, ["a", "bc"])}.r',
         [1, 2]),
        ("{f: sum, r: f([1, 2])}.r", 3),
        ('{f: abs, r: f("a")}.r', None),
        ("abs instance of function", True),
    ],
)  # fmt: skip
def test_a_built_in_is_a_value(text, value):
    assert answer(literal(text)) == value


def test_a_function_of_the_file_comes_before_a_built_in_of_its_name():
    most = knowledge("max", "a,b,c:number", literal("a * b * c"))
    parts = (most, decision("other", literal("max(1, 2, 3)")))
    own = {"knows": ("max",), "needs": ("other",)}
    assert answer(literal("max(2, 3, 4) + other"), {}, *parts, **own) == 27
    assert answer(literal("max(c: 2, b: 3, a: 4)"), {}, *parts, **own) == 24
    assert answer(invocation("max", c="2", b="3", a="4"), {}, *parts, **own) == 24
    assert answer(table(["max(n, 2, 3)"], ["r"], [["> 6", "max(n, n, n)"]]), {"n": 2}, *parts,
                  **own) == 8  # fmt: skip
    assert answer(table(["n"], ["r"], [["< max(n, 2, 3)", "max(n, n, n)"]]), {"n": 3}, *parts,
                  **own) == 27  # fmt: skip
    today = knowledge("today", "", literal('@"2000-01-01"'))
    assert answer(literal("today().year"), {}, today, knows=("today",)) == 2000
    whole = (input_data("n", "number"), decision("twice", literal("n * 2"), inputs=("n",)))
    odd = service("odd", ("twice",), inputs=("n",))
    assert answer(literal("odd(4)"), {}, *whole, odd, knows=("odd",)) == 8


def test_parameters_and_entries_come_before_built_ins_too_if_they_are_functions():
    each = knowledge("each", "count,l", literal("for x in l return count(x)"))
    logic = literal("each(function(x) x * 2, [1, 2])")
    assert answer(logic, {}, each, knows=("each",)) == [2, 4]
    inner = "<functionDefinition><formalParameter name='x'/>" + literal("x * 2")
    boxes = context(result=literal("sum(4)"), sum=f"{inner}</functionDefinition>")
    assert answer(boxes) == 8
    assert answer(context(result=literal("count([1, count])"), count=literal("5"))) == 2
    assert answer(literal("date(date)"), {"date": "2026-03-01"}, input_data("date")).day == 1


def test_a_function_in_java_gives_null():
    part = knowledge("out", "a:number", literal("1")).replace(
        "<encapsulatedLogic>", '<encapsulatedLogic kind="Java">'
    )
    found = decisions.parse(model(part, decision("d", literal("out(1)"), knows=("out",))))
    assert [(p.element, p.code) for p in decisions.check(found)] == [("out", "dmn-function")]
    assert found.evaluate("d", {}).value is None


def test_a_decision_may_be_a_function_for_others_but_no_result():
    made = decision("adder", literal("function(a, b) a + b"))
    assert answer(literal("adder(1, 2)"), {}, made, needs=("adder",)) == 3
    with pytest.raises(ExpressionError, match="函数"):
        read(made).evaluate("adder", {})


# --- decision services ------------------------------------------------------------


def test_a_service_is_a_function_of_its_inputs():
    whole = service("svc", ("text",), inside=("net",), inputs=("amount", "kind"))
    for text in ('svc(5, "a")', 'svc(kind: "a", amount: 5)'):
        assert answer(literal(text), {}, *PARTS, whole, knows=("svc",)) == "a10"
    logic = invocation("svc", kind='"a"', amount="5")
    assert answer(logic, {}, *PARTS, whole, knows=("svc",)) == "a10"
    assert answer(literal("svc(5)"), {}, *PARTS, whole, knows=("svc",)) is None
    assert answer(literal('svc("5", "a")'), {}, *PARTS, whole, knows=("svc",)) is None


def test_a_service_may_be_given_the_values_of_decisions():
    part = service("svc", ("text",), inputs=("kind",), given=("net",))
    assert answer(literal('svc("a", 7)'), {}, *PARTS, part, knows=("svc",)) == "a7"
    assert answer(literal('svc(net: 7, kind: "a")'), {}, *PARTS, part, knows=("svc",)) == "a7"


def test_a_service_with_several_outputs_gives_a_context():
    both = service("svc", ("text", "other"), inside=("net",), inputs=("amount", "kind"))
    found = read(*PARTS, both)
    told = found.evaluate("svc", {"amount": 2, "kind": "x"}, explain=True)
    assert told.value == {"text": "x4", "other": 5}
    assert told.explanation["name"] == "svc"


def test_a_service_sees_nothing_but_what_it_is_given():
    part = service("svc", ("free",))
    free = decision("free", literal("outside"))
    assert answer(literal("svc()"), {"outside": 5}, free, part, knows=("svc",)) is None
