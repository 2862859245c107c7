"""A posted form means what the analyst drew, whatever the browser sends."""

from datetime import date
from decimal import Decimal

import pytest

from engine import forms
from tests.engine.posted import (
    GOOD,
    HANDLE,
    RESULT,
    bound,
    field,
    need,
    one,
    said,
)


def test_a_good_post_is_accepted_and_nested_by_paths():
    form = bound(
        posted={**GOOD, "contact.name": "李某", "contact.agree": "true", "measures": "visit"}
    )
    assert form.validate(), form.error_list()
    assert form.values() == {
        "phone": "13800000001",
        "result": "solved",
        "amount": Decimal("1200.50"),
        "measures": ["visit"],
        "opinion": "已与企业协商一致",
        "meet": None,
        "contact": {"name": "李某", "agree": True},
        "people": [{"name": "王某", "owed": None}],
    }


def test_only_closed_components_become_variables():
    form = bound(posted={**GOOD, "meet": "2026-12-01", "contact.agree": "true"})
    assert form.variables() == {
        "result": "solved",
        "amount": Decimal("1200.50"),
        "measures": [],
        "meet": date(2026, 12, 1),
        "agree": True,
    }


def test_the_form_of_a_program_comes_back_equal():
    first = bound(
        posted={**GOOD, "meet": "2026-12-01", "people.0.owed": "3.5", "people.1.name": "赵某"}
    )
    again = forms.bind(forms.parse(HANDLE), posted=forms.posted(first.values()))
    assert again.validate()
    assert again.values() == first.values()
    assert again.variables() == first.variables()


def test_an_empty_form_shows_data_and_defaults_without_errors():
    form = bound(data={"worker": "张某甲", "result": "partial"})
    assert form.field("worker").value == "张某甲"
    assert form.field("result").value == "partial"
    assert form.field("amount").hidden
    assert form.error_list() == []


def test_everything_that_is_missing_is_said_in_the_order_of_the_page():
    form = bound(posted={"result": "solved"})
    assert not form.validate()
    assert [tuple(error) for error in form.error_list()] == [
        ("f-phone", "联系电话", "请填写联系电话"),
        ("f-amount", "追回金额", "请填写追回金额"),
        ("f-opinion", "办理意见", "请填写办理意见"),
        ("f-people-0-name", "姓名", "请填写姓名"),
    ]
    assert form.errors()["people.0.name"] == "请填写姓名"


def test_reasons_found_later_stand_at_their_fields():
    form = bound(posted=GOOD)
    form.refuse({"phone": "这个号码已登记", "f-people-0-name": "查无此人", "nobody": "x"})
    assert said(form) == ["这个号码已登记", "查无此人"]


def test_a_hidden_field_is_dropped_whatever_was_posted():
    form = bound(posted={**GOOD, "reason": "偷偷填写" * 99})
    assert form.validate()
    assert "reason" not in form.values()


def test_a_read_only_field_keeps_the_servers_value():
    form = bound(posted={**GOOD, "worker": "改名了"}, data={"worker": "张某甲"})
    assert form.field("worker").value == "张某甲"
    assert "worker" not in form.values()


def test_a_lock_that_depends_on_a_value_holds_too():
    schema = {
        "components": [
            field("checkbox", "final", "终稿"),
            field("number", "sum", "金额", readonly="=final"),
        ]
    }
    assert bound(schema, {"sum": "5"}, {"sum": 3}).values() == {"final": False, "sum": 5}
    locked = bound(schema, {"sum": "5", "final": "true"}, {"sum": 3})
    assert locked.values() == {"final": True}
    assert locked.field("sum").value == 3
    assert locked.variables() == {"final": True}


@pytest.mark.parametrize("kind", ["radio", "select"])
def test_an_option_that_was_not_offered_is_refused(kind):
    assert said(one(field(kind, "result", values=RESULT), "closed")) == ["请从给出的选项中选择"]
    assert said(one(field(kind, "result", values=RESULT), "solved")) == []


@pytest.mark.parametrize("kind", ["checklist", "taglist"])
def test_one_wrong_choice_among_right_ones_is_refused(kind):
    form = one(field(kind, "result", values=RESULT), "solved", "closed")
    assert said(form) == ["请从给出的选项中选择"]
    assert one(field(kind, "result", values=RESULT), "solved", "solved").values() == {
        "result": ["solved"]
    }


def test_a_field_that_the_form_does_not_have_is_ignored():
    assert "level" not in bound(posted={**GOOD, "level": "L6"}).values()


def test_a_choice_keeps_the_type_it_has_in_the_schema():
    form = one(
        field("select", "n", values=[{"label": "一", "value": 1}, {"label": "是", "value": True}]),
        "1",
    )
    assert form.variables() == {"n": 1}


def test_a_condition_on_a_hidden_field_sees_nothing():
    schema = {"components": [
        field("checkbox", "a"), field("radio", "b", values=RESULT, conditional={"hide": "=not(a)"}),
        field("textfield", "c", conditional={"hide": '=b != "solved"'}, **need()),
    ]}  # fmt: skip
    assert bound(schema, {"b": "solved", "c": "x"}).values() == {"a": False}
    shown = bound(schema, {"a": "true", "b": "solved", "c": "x"})
    assert shown.values() == {"a": True, "b": "solved", "c": "x"}


def test_a_whole_group_vanishes_with_what_is_in_it():
    schema = {"components": [
        field("checkbox", "more"),
        {"type": "group", "label": "更多", "id": "g", "conditional": {"hide": "=more != true"},
         "components": [field("textfield", "x", **need())]},
    ]}  # fmt: skip
    form = bound(schema, {"x": "藏着"})
    assert form.validate()
    assert form.values() == {"more": False}
    assert form.field("x").hidden


def test_a_condition_that_fails_does_not_hide():
    schema = {
        "components": [field("textfield", "x", conditional={"hide": "=1 / nothing > missing.name"})]
    }
    assert not bound(schema, {}).field("x").hidden


def test_conditions_may_read_process_variables():
    schema = {"components": [field("textfield", "x", conditional={"hide": '=level = "L1"'})]}
    assert bound(schema, scope={"level": "L1"}).field("x").hidden
    assert not bound(schema, scope={"level": "L2"}).field("x").hidden


def test_the_page_knows_what_depends_on_what():
    form = bound()
    assert [item.name for item in form.flat() if item.live] == ["worker", "result"] or form.field(
        "result"
    ).live
    assert [item.name for item in form.conditional] == ["amount", "reason"]
    assert not form.field("opinion").live


def test_options_may_come_from_data_or_an_expression():
    by_key = field("select", "rep", valuesKey="reps", **need())
    reps = [{"label": "示例代表", "value": "rep-0007"}, "rep-0008", {"label": "空", "value": ""}]
    form = one(by_key, "rep-0007", data={"reps": reps})
    assert said(form) == []
    assert [(o.value, o.label) for o in form.field("rep").options] == [
        ("rep-0007", "示例代表"),
        ("rep-0008", "rep-0008"),
    ]
    assert said(one(by_key, "rep-0009", data={"reps": reps})) == ["请从给出的选项中选择"]
    assert said(one(by_key, "rep-0007", data={"reps": None})) == ["请从给出的选项中选择"]
    by_feel = field(
        "select", "street", valuesExpression='=if area = "north" then ["pinghu"] else ["nanwan"]'
    )
    assert said(one(by_feel, "pinghu", data={"area": "north"})) == []
    assert said(one(by_feel, "pinghu", data={"area": "south"})) == ["请从给出的选项中选择"]


def test_a_table_shows_rows_and_takes_nothing():
    table = {
        "type": "table",
        "id": "t",
        "label": "历史",
        "dataSource": "=history",
        "columns": [{"key": "at", "label": "时间"}],
    }
    form = bound({"components": [table]}, {"history": "x"}, {"history": [{"at": "3月1日"}, "junk"]})
    assert form.fields[0].value == [{"at": "3月1日"}]
    assert form.values() == {}


def test_text_blocks_are_markdown_with_values_and_without_tricks():
    data = {"worker": "<img src=x onerror=1> [点我](javascript:alert(1)) **粗**"}
    html = str(bound(data=data).fields[0].html)
    assert "<h2>办理</h2>" in html
    assert "<strong>核实</strong>" in html
    assert "<img" not in html
    assert "<a" not in html
    assert html.count("<strong>") == 1


def test_raw_html_and_script_links_in_a_schema_are_harmless():
    text = "<script>x</script>\n[a](javascript:x) [b](https://example.org)"
    html = str(bound({"components": [{"type": "text", "id": "t", "text": text}]}).fields[0].html)
    assert "<script" not in html
    assert "javascript:" not in html.replace("](javascript:x)", "")
    assert 'href="https://example.org"' in html


def test_text_may_be_an_expression():
    schema = {"components": [{"type": "text", "id": "t", "text": '="共 " + string(n) + " 件"'}]}
    assert "共 3 件" in bound(schema, data={"n": 3}).fields[0].html
