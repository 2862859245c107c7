"""What an analyst has to mend before a form is published; and forms of other makers."""

import pytest
from lxml import etree

from engine import forms
from engine.bpmn.xml import tree


def codes(*components: dict) -> set[tuple[str, str]]:
    return {(p.code, p.element) for p in forms.lint({"components": list(components)})}


def text(key: str = "a", **more) -> dict:
    return {"type": "textfield", "key": key, "label": "标签", "id": f"i_{key}", **more}


def choice(*values: dict) -> dict:
    return {"type": "radio", "key": "s", "label": "选", "values": list(values)}


def rows(count: int) -> dict:
    return {
        "type": "dynamiclist",
        "path": "p",
        "label": "l",
        "defaultRepetitions": count,
        "components": [text()],
    }


def test_a_sound_form_has_no_problems():
    choice = {
        "type": "radio",
        "key": "r",
        "label": "结果",
        "values": [{"value": "x", "label": "某"}],
    }
    group = {
        "type": "group",
        "path": "g",
        "components": [text("a", conditional={"hide": '=r = "x"'})],
    }
    assert codes(text(), choice, group, {"type": "button", "label": "提交"}) == set()


@pytest.mark.parametrize(
    ("component", "code"),
    [
        ({"type": "iframe", "id": "x"}, "form-type"),
        ({"type": "html", "id": "x", "content": "<script>"}, "form-type"),
        (text(""), "form-key"),
        (text("a.b"), "form-key"),
        (text("a b"), "form-key"),
        ({"type": "dynamiclist", "label": "l", "id": "x", "components": [text()]}, "form-key"),
        (text(label=""), "form-label"),
        (text(conditional={"hide": "=a +"}), "form-expression"),
        (text(readonly="=("), "form-expression"),
        (text(validate={"min": "=1 +"}), "form-expression"),
        (text(validate={"pattern": "("}), "form-pattern"),
        (text(validate={"pattern": "(?=a)b"}), "form-pattern"),
        (text(validate={"pattern": r"(a)\1"}), "form-pattern"),
        (text(validate={"pattern": "a" * 501}), "form-pattern"),
        (text(validate={"maxLength": "很多"}), "form-rule"),
        (text(validate={"maxLength": 50_000}), "form-rule"),
        ({"type": "select", "key": "s", "label": "选"}, "form-options"),
        (choice({"value": "", "label": "空"}), "form-options"),
        (choice({"value": "a"}, {"value": "a"}), "form-options"),
        ({"type": "datetime", "key": "d", "dateLabel": "日期", "subtype": "week"}, "form-rule"),
        ({"type": "table", "id": "t", "label": "表", "dataSource": "=x"}, "form-rule"),
        (rows(99), "form-rule"),
    ],
)  # fmt: skip
def test_each_fault_is_named(component, code):
    assert code in {found for found, _ in codes(component)}


def test_keys_are_unique_in_their_place_only():
    group = {"type": "group", "path": "g", "components": [text("a")]}
    assert codes(text("a"), group) == set()
    assert codes(text("a"), text("a")) == {("form-key", "a")}
    assert codes(text("a"), {"type": "group", "components": [text("a")]}) == {("form-key", "a")}


def test_two_fields_must_not_write_one_variable():
    number = {"type": "number", "key": "n", "label": "数"}
    group = {"type": "group", "path": "g", "components": [number]}
    rows = {"type": "dynamiclist", "path": "l", "label": "行", "components": [number]}
    assert codes(number, group) == {("form-variable", "n")}
    assert codes(number, rows) == set()


def test_a_form_of_two_hundred_components_is_enough():
    assert ("form-size", "") in codes(*(text(f"f{n}") for n in range(201)))


@pytest.mark.parametrize("schema", [None, [], "x", {}, {"components": {}}])
def test_what_is_no_form_is_one_problem(schema):
    assert [p.code for p in forms.lint(schema)] == ["form-shape"]


def test_junk_between_components_does_no_harm():
    schema = {
        "components": [text(), "junk", None, {"no": "type"}, {"type": "group", "components": 5}]
    }
    assert forms.bind(forms.parse(schema), posted=forms.posted({"a": "x"})).values() == {"a": "x"}
    assert {p.code for p in forms.lint(schema)} == {"form-shape", "form-type", "form-empty"}


def test_a_form_nested_without_end_is_cut():
    schema = text()
    for _ in range(500):
        schema = {"type": "group", "components": [schema]}
    form = forms.bind(forms.parse({"components": [schema]}), posted=forms.posted({"a": "x"}))
    assert form.values() == {}


def test_camunda_form_data_becomes_a_form():
    xml = """<camunda:formData xmlns:camunda="http://camunda.org/schema/1.0/bpmn">
      <camunda:formField id="approved" label="同意" type="boolean" defaultValue="true"/>
      <camunda:formField id="amount" label="金额" type="long">
        <camunda:validation><camunda:constraint name="required"/>
          <camunda:constraint name="max" config="100"/></camunda:validation></camunda:formField>
      <camunda:formField id="kind" label="类别" type="enum">
        <camunda:value id="a" name="甲"/><camunda:value id="b" name="乙"/></camunda:formField>
      <camunda:formField id="day" label="日期" type="date"/>
      <camunda:formField id="note" label="说明" type="string" defaultValue="无">
        <camunda:validation><camunda:constraint name="readonly"/></camunda:validation>
      </camunda:formField>
    </camunda:formData>"""
    schema = forms.from_form_data(tree(etree.fromstring(xml)), "approve")
    assert forms.lint(schema) == []
    start = forms.bind(forms.parse(schema))
    assert start.field("approved").value is True
    assert start.field("note").value == "无"
    form = forms.bind(forms.parse(schema), posted=forms.posted({"kind": "c", "note": "改"}))
    assert not form.validate()
    assert form.errors() == {
        "amount": "请填写金额",
        "kind": "请从给出的选项中选择",
    }
    good = forms.bind(
        forms.parse(schema), posted=forms.posted({"amount": 5, "kind": "a", "day": "2026-01-05"})
    )
    assert good.validate()
    assert set(good.variables()) == {"approved", "amount", "kind", "day"}
