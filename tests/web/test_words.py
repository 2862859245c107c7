"""Dates, periods and reasons in the office's words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from engine import clock
from engine.forms import parse
from engine.queries import Line
from web import entered, explain, history, words

#: A Tuesday at nine in the office.
NOW = datetime(2026, 4, 7, 1, 0, tzinfo=UTC)


@pytest.fixture
def office_time(app: Flask) -> Iterator[None]:
    """A request on 2026年4月7日 09:00."""
    clock.move(NOW - clock.real())
    with app.test_request_context("/login"):
        app.preprocess_request()
        yield


def at(**later: int) -> datetime:
    return NOW + timedelta(**later)


@pytest.mark.usefixtures("office_time")
class TestDue:
    def test_working_days_are_called_so_and_skip_the_weekend(self) -> None:
        due = words.due(at(days=6), {"unit": "W"}, at(days=-1))
        assert due is not None
        assert due.text == "剩 4 个工作日"
        assert due.tone == ""

    def test_natural_days_are_called_so(self) -> None:
        due = words.due(at(days=6), {"unit": "C"})
        assert due is not None
        assert due.text == "剩 6 个自然日"
        assert due.used is None

    def test_the_last_day_is_told_by_the_hour(self) -> None:
        due = words.due(at(hours=8, minutes=30), None)
        assert due is not None
        assert due.text == "今天 17:30 到期"
        assert due.tone == "amber"

    def test_what_is_late_is_red_and_used_up(self) -> None:
        due = words.due(at(days=-3), {"unit": "C"}, at(days=-10))
        assert due is not None
        assert due.text == "超期 3 个自然日"
        assert due.tone == "red"
        assert due.used == 1.0

    def test_late_by_less_than_a_day_is_told_in_hours_and_minutes(self) -> None:
        hours, minutes = words.due(at(hours=-5), None), words.due(at(minutes=-7), None)
        assert hours is not None
        assert minutes is not None
        assert hours.text == "超期 5 小时"
        assert minutes.text == "超期 7 分钟"

    def test_no_deadline_says_nothing(self) -> None:
        assert words.due(None, None) is None

    def test_lists_tell_today_and_yesterday(self) -> None:
        assert words.since(at(minutes=42)) == "今天 09:42"
        assert words.since(at(days=-1)) == "昨天 09:00"
        assert words.since(at(days=-30)) == "3月8日 09:00"
        assert words.since(at(days=-365)) == "2025年4月7日"


def test_dates_are_written_as_the_office_writes_them() -> None:
    assert words.day(NOW) == "2026年4月7日"
    assert words.moment(NOW) == "2026年4月7日 09:00"
    assert words.long_moment(NOW) == "2026年4月7日 星期二 09:00"
    assert words.day(None) == "—"


def test_sizes_are_told_as_people_read_them() -> None:
    assert [words.size(count) for count in (12, 20_480, 3_145_728)] == ["12 B", "20 KB", "3.0 MB"]


def test_what_was_searched_is_marked_and_nothing_becomes_markup() -> None:
    assert words.marked("<b>热水</b>", "热水") == "&lt;b&gt;<mark>热水</mark>&lt;/b&gt;"
    assert words.paragraphs("一\n\n<二>") == "<p>一</p><p>&lt;二&gt;</p>"


NAMES = {"pinghu": "平湖街道总工会", "rep_0001": "范某辛"}


def test_candidate_groups_are_told_with_place_and_role() -> None:
    told = explain.groups(["handler@pinghu", "rep@rep_0001"], NAMES)
    assert told == "平湖街道总工会承办人、代表委员范某辛"


def test_a_gateway_tells_its_answer_and_why() -> None:
    data = {
        "flows": ["f_yes"],
        "conditions": [
            {"flow": "f_no", "name": "否", "text": "${n > 3}", "result": False, "values": {"n": 2}}
        ],
    }
    assert explain.answer(data, {"f_yes": "是", "f_no": "否"}) == "是"
    assert list(explain.conditions(data)) == ["否：${n > 3} 不成立（n = 2）"]


def test_a_table_tells_what_it_was_asked_and_which_rule_hit() -> None:
    told = list(
        explain.decision(
            {
                "explanation": {
                    "inputs": [{"label": "共性", "value": True}],
                    "rules": [{"number": 5, "annotation": "任何件都可以"}],
                    "rows": [{"invite": "may"}],
                }
            }
        )
    )
    assert told == ["输入：共性 = 是", "命中规则：第 5 条（任何件都可以）", "结论：invite = may"]


def line(kind: str, **more: object) -> Line:
    values = {"name": "核实", "actor": "pinghu_handler1", "data": {}, **more}
    return Line(1, NOW, kind, "a" * 32, "ut_check", **values)  # type: ignore[arg-type]  # test data


@pytest.mark.usefixtures("office_time")
def test_a_timeline_names_people_and_leaves_the_machinery_out() -> None:
    told = history.timeline(
        [line("completed"), line("chosen"), line("left"), line("unclaimed")],
        names={"pinghu_handler1": "范某甲"},
        places={},
    )
    assert [(step.what, step.note) for step in told] == [
        ("核实 退回待签收", "范某甲"),
        ("核实 办理完成", "范某甲"),
    ]


def test_what_was_entered_is_told_in_the_words_of_the_form() -> None:
    schema = parse(
        {
            "components": [
                {
                    "type": "radio",
                    "key": "result",
                    "label": "结果",
                    "values": [{"value": "yes", "label": "属实"}],
                },
                {"type": "textarea", "key": "note", "label": "说明"},
            ]
        }
    )
    told = entered.labelled(schema, {"note": "写了", "result": "yes", "old": "旧字段", "empty": ""})
    assert told == [("结果", "属实"), ("说明", "写了"), ("old", "旧字段")]
    assert entered.labelled(None, {"a": [1, 2]}) == [("a", "1、2")]
