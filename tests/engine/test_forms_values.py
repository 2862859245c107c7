"""What a posted value means: numbers, dates, texts, ticks."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest

from engine import clock
from engine.clock import CHINA
from tests.engine.posted import (
    RESULT,
    bound,
    field,
    need,
    one,
    said,
)

HALF_PAST_NINE = datetime(2026, 4, 7, 9, 30, tzinfo=CHINA)


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
