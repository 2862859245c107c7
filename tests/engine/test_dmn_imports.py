"""Files that import others, what is found in them, and what one broken part spoils."""

from __future__ import annotations

import pytest

from engine import decisions
from engine.errors import DeploymentRefused, ExpressionError, NotFound
from tests.engine.dmn import table
from tests.engine.dmn_standard import (
    IMPORT,
    LIBRARY,
    PARTS,
    context,
    decision,
    invocation,
    item,
    knowledge,
    literal,
    model,
    read,
    service,
)

# --- imports ----------------------------------------------------------------------


def importing(logic: str, **links) -> decisions.DecisionModel:
    links = {key: tuple(f"http://test/lib#{one}" for one in many) for key, many in links.items()}
    return decisions.parse(model(IMPORT, decision("d", logic, **links)), others=[LIBRARY])


def test_elements_of_an_imported_file_stand_below_its_name():
    assert (
        importing(literal("lib.Rate + 1"), needs=("Rate",)).evaluate("d", {"base": 5}).value == 11
    )
    nested = {"lib": {"base": 6}, "base": 1}
    assert importing(literal("lib.Rate + 1"), needs=("Rate",)).evaluate("d", nested).value == 13
    assert importing(literal("lib.base"), inputs=("base",)).evaluate("d", nested).value == 6
    assert importing(literal("lib.twice(4)"), knows=("twice",)).evaluate("d", {}).value == 8
    assert importing(literal("lib.svc(4)"), knows=("svc",)).evaluate("d", {}).value == 8
    logic = invocation("lib.twice", n="5")
    assert importing(logic, knows=("twice",)).evaluate("d", {}).value == 10


def test_an_import_without_a_name_is_as_if_it_stood_here():
    nameless = IMPORT.replace('name="lib" ', "")
    logic = literal("Rate + twice(4)")
    links = {"needs": ("http://test/lib#Rate",), "knows": ("http://test/lib#twice",)}
    found = decisions.parse(model(nameless, decision("d", logic, **links)), others=[LIBRARY])
    assert found.evaluate("d", {"base": 5}).value == 18


def test_types_of_an_imported_file_stand_below_its_name():
    logic = literal('"medium"')
    xml = model(IMPORT, decision("d", logic, type_ref="lib.tLevel"))
    assert decisions.parse(xml, others=[LIBRARY]).evaluate("d", {}).value is None
    test = importing(literal('"low" instance of lib.tLevel'))
    assert test.evaluate("d", {}).value is True


@pytest.mark.parametrize("type_ref", ["lib.tLevel", "lib:tLevel", "x:tLevel", "own:tOwn"])
def test_a_type_is_named_by_its_import_or_by_its_namespace(type_ref):
    """In DMN 1.1 a `typeRef` is a qualified name of XML (7.3.2): its prefix stands for a namespace.

    The order of the type's allowed values is that of PRIORITY (8.2.10) whatever it is called.
    """
    spaces = 'xmlns:x="http://test/lib" xmlns:own="http://test/main"'
    own = item("tOwn", "string", allowed='"low","high"')
    ranked = table(["n"], [f"r:{type_ref}"], [["-", '"high"'], ["-", '"low"']], hit="PRIORITY")
    parts = (IMPORT, own, decision("d", ranked), decision("e", literal('"no"'), type_ref=type_ref))
    xml = model(*parts).replace(b'id="defs"', f'id="defs" {spaces}'.encode())
    found = decisions.parse(xml, others=[LIBRARY])
    assert found.evaluate("d", {"n": 1}).value == "low"
    assert found.evaluate("e", {}).value is None


def test_an_import_without_its_file_is_refused():
    with pytest.raises(DeploymentRefused) as refused:
        decisions.parse(model(IMPORT, decision("d", literal("1"))))
    assert [p.code for p in refused.value.problems] == ["dmn-import"]


def test_files_that_import_each_other_are_refused():
    back = IMPORT.replace("http://test/lib", "http://test/main").replace('"lib"', '"main"')
    library = model(back, decision("x", literal("1")), namespace="http://test/lib")
    with pytest.raises(DeploymentRefused, match="成环"):
        decisions.parse(model(IMPORT, decision("d", literal("1"))), others=[library])


def test_a_broken_file_beside_does_not_matter_unless_it_is_imported():
    xml = model(decision("d", literal("1")))
    assert decisions.parse(xml, others=[b"<broken"]).evaluate("d", {}).value == 1


def test_what_is_wanted_is_found_by_id_or_name():
    found = read(*PARTS)
    assert found.find("net") is found.decisions["net"]
    named = read(decision("Risk Level", literal("1")))
    assert named.evaluate("Risk  Level", {}).value == named.evaluate("Risk_Level", {}).value == 1
    with pytest.raises(NotFound, match="Risk Level"):
        named.find("gone")
    labelled = decision("d", literal("2")).replace("<decision ", '<decision label="Risk  Score" ')
    assert read(labelled).evaluate("Risk Score", {}).value == 2
    assert read(labelled, decision("Risk Score", literal("1"))).find("Risk Score").id != "d"


def test_one_broken_decision_does_not_spoil_the_others():
    xml = model(decision("bad", literal("1 +")), decision("good", literal("1")))
    with pytest.raises(DeploymentRefused):
        decisions.parse(xml)
    found = decisions.parse(xml, tolerant=True)
    assert found.evaluate("good", {}).value == 1
    with pytest.raises(ExpressionError, match="bad"):
        found.evaluate("bad", {})


@pytest.mark.parametrize(
    ("logic", "value"),
    [
        (literal("[bad, worse(1), 2]"), [None, None, 2]),
        (literal("if bad = null then 5 else 6"), 5),
        (context(a=literal("1 +"), b=literal("2")), {"a": None, "b": 2}),
        (f"<list>{literal('')}{literal('2')}</list>", [None, 2]),
        (table(["n"], ["r"], [["1 +", "1"], ["5", "2"]]), 2),
    ],
)
def test_what_cannot_be_read_is_null_and_the_rest_is_computed(logic, value):
    parts = (
        decision("bad", literal("1 +")), knowledge("worse", "x", literal("x +")),
        decision("d", logic, needs=("bad",), knows=("worse",)),
    )  # fmt: skip
    found = decisions.parse(model(*parts), tolerant=True)
    told = found.evaluate("d", {"n": 5}, explain=True)
    assert told.value == value
    assert any("这里应为" in note or "填写" in note for note in told.explanation["notes"])


def test_values_from_outside_are_read_by_the_types_of_parameters():
    parts = (
        knowledge("year of", "day:date", literal("day.year")),
        decision("born", literal("null"), type_ref="date"),
        decision("year", literal("born.year"), needs=("born",)),
        service("svc", ("year",), given=("born",)),
    )
    found = read(*parts)
    assert found.evaluate("year of", {"day": "2026-03-01"}).value == 2026
    assert found.evaluate("svc", {"born": "2026-03-01"}).value == 2026
    told = found.evaluate("year of", {"day": 5}, explain=True)
    assert (told.value, len(told.explanation["notes"])) == (None, 1)
