"""A posted form means what the analyst drew, whatever the browser sends."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from werkzeug.datastructures import MultiDict

from engine import clock, forms
from engine.clock import CHINA

HALF_PAST_NINE = datetime(2026, 4, 7, 9, 30, tzinfo=CHINA)
RESULT = [
    {"label": "属实，已解决", "value": "solved"},
    {"label": "部分属实", "value": "partial"},
    {"label": "不属实", "value": "rejected"},
]


def field(kind: str, key: str, label: str = "", **more) -> dict:
    return {"type": kind, "key": key, "id": f"id_{key}", "label": label or key, **more}


def need(**rules) -> dict:
    return {"validate": {"required": True, **rules}}


AMOUNT = field(
    "number",
    "amount",
    "追回金额",
    decimalDigits=2,
    conditional={"hide": '=result != "solved"'},
    **need(min=0, max=1_000_000),
)
REASON = field(
    "textarea",
    "reason",
    "不属实的依据",
    conditional={"hide": '=result != "rejected"'},
    **need(maxLength=20),
)
MEASURES = [{"label": "电话", "value": "phone"}, {"label": "走访", "value": "visit"}]
CONTACT = {
    "type": "group",
    "path": "contact",
    "label": "联系人",
    "id": "g",
    "components": [field("textfield", "name", "姓名"), field("checkbox", "agree", "同意回访")],
}
PEOPLE = {
    "type": "dynamiclist",
    "path": "people",
    "label": "涉及人员",
    "id": "dl",
    "allowAddRemove": True,
    "components": [
        field("textfield", "name", "姓名", **need()),
        field("number", "owed", "欠薪"),
    ],
}
HANDLE = {
    "id": "appeal_handle",
    "type": "default",
    "components": [
        {"type": "text", "id": "intro", "text": "## 办理\n请 **核实** {{worker}} 的诉求。"},
        field("textfield", "worker", "职工", readonly=True),
        field("textfield", "phone", "联系电话", **need(validationType="phone")),
        field("radio", "result", "核实结果", values=RESULT, **need()),
        AMOUNT,
        REASON,
        field("checklist", "measures", "措施", values=MEASURES),
        field("textarea", "opinion", "办理意见", **need(minLength=5, maxLength=50)),
        {"type": "datetime", "subtype": "date", "dateLabel": "约谈日期", "key": "meet", "id": "m"},
        CONTACT,
        PEOPLE,
        {"type": "button", "label": "提交", "id": "b"},
    ],
}
GOOD = {
    "phone": "13800000001",
    "result": "solved",
    "amount": "1,200.50",
    "opinion": "已与企业协商一致",
    "people.0.name": "王某",
}


def bound(schema=HANDLE, posted=None, data=None, scope=None, files=None):
    many = None if posted is None else MultiDict(posted)
    return forms.bind(forms.parse(schema), data=data, posted=many, scope=scope, files=files)


def one(component: dict, *values: str, data=None):
    """Bind a form of one component with one posted value."""
    form = bound({"components": [component]}, [(component["key"], v) for v in values], data)
    form.validate()
    return form


def said(form) -> list[str]:
    return [error.message for error in form.error_list()]


# -- a whole form --------------------------------------------------------------------------------


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


# -- tampering -----------------------------------------------------------------------------------


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


def test_broken_names_of_rows_do_no_harm():
    form = bound(
        posted={**GOOD, "people.x.name": "a", "people.99999999.name": "b", "people..name": "c"}
    )
    assert form.values()["people"] == [{"name": "王某", "owed": None}]


# -- conditions ----------------------------------------------------------------------------------


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


def test_rows_see_their_own_values_and_what_is_around_them():
    schema = {"components": [
        field("checkbox", "strict"),
        {"type": "dynamiclist", "path": "rows", "label": "行", "id": "r", "components": [
            field("number", "n"),
            field("textfield", "why", conditional={"hide": "=n <= 10 or not(parent.strict)"},
                  **need())]},
    ]}  # fmt: skip
    form = bound(schema, {"strict": "true", "rows.0.n": "5", "rows.1.n": "50"})
    assert not form.validate()
    assert list(form.errors()) == ["rows.1.why"]
    assert bound(schema, {"rows.0.n": "5", "rows.1.n": "50"}).validate()


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


# -- options from elsewhere ----------------------------------------------------------------------


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


# -- texts ---------------------------------------------------------------------------------------


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


# -- single values -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("12", 12),
        (" 1,234.50 ", Decimal("1234.50")),
        ("３．５", Decimal("3.5")),
        ("-0", 0),
        ("5.0", 5),
        ("", None),
    ],
)
def test_numbers_as_people_write_them(raw, value):
    form = one(field("number", "n"), raw)
    assert said(form) == []
    assert form.values() == {"n": value}


@pytest.mark.parametrize(
    "raw", ["十二", "1e9", "NaN", "Infinity", "0x10", "1.2.3", "9" * 30, "--5", "1_000"]
)
def test_what_is_no_number_is_refused_and_shown_again(raw):
    form = one(field("number", "n"), raw)
    assert said(form) == ["请输入数字"]
    assert form.field("n").value == raw


@pytest.mark.parametrize(
    ("rules", "digits", "raw", "message"),
    [
        ({"min": 1}, None, "0", "不能小于 1"),
        ({"max": 0.5}, None, "1", "不能大于 0.5"),
        ({}, 2, "1.234", "最多 2 位小数"),
        ({}, 0, "1.5", "请填整数"),
        ({"min": "=5 + 5"}, None, "9", "不能小于 10"),
        ({"min": ""}, None, "-5", None),
    ],
)
def test_limits_of_numbers(rules, digits, raw, message):
    form = one(field("number", "n", validate=rules, decimalDigits=digits), raw)
    assert said(form) == ([message] if message else [])


@pytest.mark.parametrize(
    ("subtype", "raw", "value", "variable"),
    [
        ("date", "2026-04-07", "2026-04-07", date(2026, 4, 7)),
        ("date", "2026/04/07", "2026-04-07", date(2026, 4, 7)),
        ("time", "09:30", "09:30", time(9, 30)),
        ("datetime", "2026-04-07T09:30", "2026-04-07T09:30", HALF_PAST_NINE),
        ("datetime", "2026-04-07T01:30:00+00:00", "2026-04-07T09:30", HALF_PAST_NINE),
        ("date", "", None, None),
    ],
)  # fmt: skip
def test_dates_and_times(subtype, raw, value, variable):
    form = one(field("datetime", "at", subtype=subtype), raw)
    assert said(form) == []
    assert (form.values(), form.variables()) == ({"at": value}, {"at": variable})


@pytest.mark.parametrize(
    ("subtype", "raw"),
    [("date", "明天"), ("date", "2026-02-30"), ("time", "25:00"), ("datetime", "2026-04-07 25:00")],
)
def test_what_is_no_date_is_refused(subtype, raw):
    (message,) = said(one(field("datetime", "at", subtype=subtype), raw))
    assert message.startswith("请按 ")


@pytest.mark.parametrize(("days", "errors"), [(-1, ["不能早于今天"]), (0, []), (1, [])])
def test_passed_dates_are_refused_by_the_offices_clock(days, errors):
    day = clock.today() + timedelta(days=days)
    assert said(one(field("datetime", "at", disallowPassedDates=True), f"{day:%Y-%m-%d}")) == errors


def test_stored_dates_are_shown_as_the_browser_writes_them():
    form = bound(
        {"components": [field("datetime", "a"), field("datetime", "b", subtype="datetime")]},
        data={"a": date(2026, 4, 7), "b": datetime(2026, 4, 7, 1, 30, tzinfo=UTC)},
    )
    assert [item.value for item in form.fields] == ["2026-04-07", "2026-04-07T09:30"]


@pytest.mark.parametrize(
    ("rules", "raw", "message"),
    [
        ({"minLength": 3}, "两字", "至少 3 个字，现在 2 个字"),
        ({"maxLength": 3}, "一二三四", "最多 3 个字，现在 4 个字"),
        ({"pattern": "^1[0-9]{10}$", "patternErrorMessage": "请输入手机号"}, "123", "请输入手机号"),
        ({"pattern": r"^1[3-9]\d{9}$"}, "13800000001", None),
        ({"pattern": r"^[\u4e00-\u9fa5]+$"}, "张某甲", None),
        ({"pattern": r"^[\u4e00-\u9fa5]+$"}, "abc", "格式不正确"),
        ({"validationType": "email"}, "a@b", "请输入有效的电子邮箱"),
        ({"validationType": "email"}, "a@b.cn", None),
        ({"validationType": "phone"}, "0755-28881234", None),
        ({"validationType": "phone"}, "12345", "请输入有效的电话号码"),
        ({"required": True}, "   ", "请填写备注"),
    ],
)  # fmt: skip
def test_rules_of_texts(rules, raw, message):
    assert said(one(field("textfield", "t", "备注", validate=rules), raw)) == (
        [message] if message else []
    )


def test_zero_is_an_answer():
    form = one(field("number", "n", **need()), "0")
    assert said(form) == []
    assert form.values() == {"n": 0}


def test_a_pattern_cannot_run_away():
    form = one(field("textfield", "t", validate={"pattern": "^(a+)+$"}), "a" * 5_000 + "!")
    assert said(form) == ["格式不正确"]


def test_texts_are_cleaned_and_bounded():
    assert one(field("textfield", "t"), " a\r\nb\x00\x1b ").values() == {"t": "a b"}
    assert one(field("textarea", "t"), " a\r\nb\tc ").values() == {"t": "a\nb\tc"}
    assert said(one(field("textarea", "t"), "字" * 20_001)) == ["最多 20000 个字，现在 20001 个字"]
    assert said(one(field("textarea", "t"), "字" * 50_000)) == ["最多 20000 个字"]


def test_a_checkbox_that_must_be_ticked():
    box = field("checkbox", "agree", "同意告知书", **need())
    assert said(one(box)) == ["请勾选“同意告知书”"]
    assert one(box, "true").values() == {"agree": True}
    assert one(box, "false").values() == {"agree": False}


def test_a_marked_text_becomes_a_variable_and_an_unmarked_choice_need_not():
    marked = field("textfield", "reason_code", properties={"huiyin:variable": "true"})
    kept = field("select", "secret", values=RESULT, properties={"huiyin:variable": "false"})
    form = bound({"components": [marked, kept]}, {"reason_code": "x", "secret": "solved"})
    assert form.variables() == {"reason_code": "x"}


# -- lists ---------------------------------------------------------------------------------------


def test_rows_left_empty_are_left_out_and_need_nothing():
    form = bound(posted={**GOOD, "people.0.name": "", "people.3.name": "赵某", "people.7.name": ""})
    assert form.validate(), form.error_list()
    assert form.values()["people"] == [{"name": "赵某", "owed": None}]
    assert [row.label for row in form.field("people").children] == ["第 1 行", "第 2 行", "第 3 行"]


def test_rows_are_bounded():
    form = bound(posted={**GOOD, **{f"people.{n}.name": "某" for n in range(80)}})
    assert len(form.values()["people"]) == 50


def test_rows_are_added_and_removed_without_a_script():
    form = bound(posted={**GOOD, "people.1.name": "赵某", "people.1.remove": "", "people.add": ""})
    assert form.reshaped
    assert [row.children[0].value for row in form.field("people").children] == ["王某", ""]
    assert not bound(posted=GOOD).reshaped


def test_a_list_of_fixed_length_takes_no_more_rows():
    fixed = {
        "type": "dynamiclist",
        "path": "p",
        "label": "l",
        "allowAddRemove": False,
        "defaultRepetitions": 2,
        "components": [field("textfield", "n")],
    }
    form = bound({"components": [fixed]}, {"p.0.n": "a", "p.5.n": "b"})
    assert form.values() == {"p": [{"n": "a"}, {"n": ""}]}


def test_a_list_that_may_be_empty_starts_without_rows():
    empty = {**PEOPLE, "defaultRepetitions": 0}
    form = bound({"components": [empty]}, {})
    assert form.validate()
    assert form.values() == {"people": []}
    more = bound({"components": [empty]}, {"people.add": ""})
    assert len(more.field("people").children) == 1


def test_stored_rows_are_shown():
    form = bound(data={"people": [{"name": "王某", "owed": 5}, {"name": "赵某"}]})
    assert [row.children[0].value for row in form.field("people").children] == ["王某", "赵某"]


# -- files ---------------------------------------------------------------------------------------


def chosen(*names: str, size: int = 1_000):
    return {"files": [SimpleNamespace(name=name, size=size) for name in names]}


@pytest.mark.parametrize(
    ("more", "files", "message"),
    [
        (need(), {}, "请上传files"),
        (need(), chosen("a.pdf"), None),
        ({}, chosen("a.pdf", "b.pdf"), "最多上传 1 个文件，现在 2 个"),
        ({"multiple": True}, chosen("a.pdf", "b.pdf"), None),
        ({"accept": ".pdf, .jpg"}, chosen("a.exe"), "“a.exe”的类型不在允许之列（.pdf、.jpg）"),
        ({"accept": ".pdf, .jpg"}, chosen("A.PDF"), None),
        ({}, chosen("a.pdf", size=11 << 20), "“a.pdf”超过 10 MB"),
    ],
)
def test_files_are_counted_and_compared_with_the_field(more, files, message):
    form = bound({"components": [field("filepicker", "files", **more)]}, {}, files=files)
    form.validate()
    assert said(form) == ([message] if message else [])
    assert form.values() == {}
