"""What must hold while an office works: rivals, no script, silence, second handling, secrecy."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, Open
from tests.browser.people import (
    ANSWER,
    COMPANY,
    NAME,
    PHONE_NUMBER,
    TRIAGE,
    Staff,
    Worker,
    day,
    shot,
    site,  # noqa: F401 - a fixture
)

pytestmark = pytest.mark.browser

SIGN = {"审核意见": "同意签发"}


def test_the_second_of_two_people_is_told_and_keeps_what_was_typed(open_page: Open) -> None:
    worker = Worker.hands_in(open_page)
    first = Staff.steps_in(open_page, "pinghu_vice").opens(worker.number, "受理分办")
    second = Staff.steps_in(open_page, "pinghu_window1").opens(worker.number, "受理分办")
    note = "电话里核实过，请社区先上门。"
    second.page.get_by_label("改写系统建议的理由").fill(note)
    first.completes(TRIAGE)
    second.submits({**TRIAGE})
    refusal = second.page.get_by_role("alert")
    expect(refusal).to_contain_text("已经有人先办了")
    expect(refusal).to_contain_text(first.name())
    expect(second.page.get_by_label("改写系统建议的理由")).to_have_value(note)
    shot(second.page, "rivals-01-refused-1440")


def test_a_task_is_done_without_a_script_and_on_a_phone(open_page: Open) -> None:
    worker = Worker.hands_in(open_page)
    desk = Staff.steps_in(open_page, "pinghu_vice", scripts=False, size=PHONE)
    desk.opens(worker.number, "受理分办").signs_for()
    shot(desk.page, "noscript-01-task-390")
    desk.completes(TRIAGE)
    handler = Staff.steps_in(open_page, "pinghu_c1_staff1", scripts=False)
    handler.opens(worker.number, "办理").signs_for()
    # Fields that depend on an answer come after the first submission, with everything kept.
    handler.submits({"办理经过": ANSWER["办理经过"], "下一步": "可以答复"})
    expect(handler.page.get_by_role("alert")).to_contain_text("需要修改")
    handler.completes(ANSWER)
    Staff.steps_in(open_page, "pinghu_c1_chair", scripts=False).does(
        worker.number, "审核签发", SIGN
    )
    page = worker.looks_up()
    expect(page.get_by_text(ANSWER["给职工的答复"])).to_be_visible()
    worker.rates("满意")


def test_a_dissatisfied_worker_is_heard_by_somebody_else(open_page: Open) -> None:
    worker = Worker.hands_in(open_page)
    Staff.steps_in(open_page, "pinghu_vice").does(worker.number, "受理分办", TRIAGE)
    first = Staff.steps_in(open_page, "pinghu_c1_staff1")
    refused = {"结论": "不予支持", "给职工的答复": "单位说没有欠薪。", "结果": "D 留作参考、已解释"}
    first.does(worker.number, "办理", {**ANSWER, **refused})
    Staff.steps_in(open_page, "pinghu_c1_chair").does(worker.number, "审核签发", SIGN)
    worker.looks_up()
    worker.rates("不满意", "没有人来看过工资表。")
    chair = Staff.steps_in(open_page, "pinghu_chair").opens(worker.number, "二次办理决定")
    expect(chair.page.get_by_text("没有人来看过工资表。")).to_be_visible()
    shot(chair.page, "again-01-decision-1440")
    chair.completes({"由谁再办": "上一级办", "要求": "街道直接核查。"})
    expect(first.finds(worker.number, "unsigned")).to_have_count(0)
    Staff.steps_in(open_page, "pinghu_handler1").does(worker.number, "办理", ANSWER)
    chair.does(worker.number, "审核签发", SIGN)
    page = worker.looks_up()
    expect(page.get_by_text(ANSWER["给职工的答复"])).to_be_visible()
    shot(page, "again-02-second-reply-390")
    worker.rates("满意")
    worker.waits_for("已办结")


def test_an_anonymous_worker_stays_unknown_on_every_page_of_the_office(open_page: Open) -> None:
    worker = Worker.hands_in(open_page, mode="匿名")
    desk = Staff.steps_in(open_page, "pinghu_vice").opens(worker.number, "受理分办")
    pages = [desk.page.url]
    desk.signs_for().completes(TRIAGE)
    handler = Staff.steps_in(open_page, "pinghu_c1_staff1").opens(worker.number, "办理")
    pages.append(handler.page.url)
    handler.signs_for().completes(ANSWER)
    chair = Staff.steps_in(open_page, "pinghu_c1_chair")
    chair.does(worker.number, "审核签发", SIGN)
    district = Staff.steps_in(open_page, "district_chair")
    district.page.goto(f"/monitor/?q={worker.number}")
    district.page.get_by_role("row").filter(has_text=worker.number).get_by_role("link").click()
    expect(district.page.get_by_role("heading", name="提交的内容")).to_be_visible()
    pages.append(district.page.url)
    for address in [*pages, "/inbox/?box=done", f"/monitor/?q={worker.number}"]:
        for reader in (desk, handler, district):
            if reader.page.goto(address).status != 404:  # type: ignore[union-attr]  # it answered
                text = reader.page.content()
                assert NAME not in text, address
                assert PHONE_NUMBER not in text, address
    page = worker.looks_up()
    expect(page.get_by_text(ANSWER["给职工的答复"])).to_be_visible()
    worker.rates("满意")


def test_the_accused_companys_union_finds_no_trace_of_the_case(open_page: Open) -> None:
    worker = Worker.hands_in(open_page)
    desk = Staff.steps_in(open_page, "pinghu_vice").opens(worker.number, "受理分办")
    task = desk.page.url
    desk.signs_for().completes(TRIAGE)
    desk.page.goto(f"/monitor/?q={worker.number}")
    desk.page.get_by_role("row").filter(has_text=worker.number).get_by_role("link").click()
    expect(desk.page.get_by_role("heading", name="提交的内容")).to_be_visible()
    case = desk.page.url
    assert COMPANY.startswith("示例·晨光电子")
    for login in ("ent_001_handler1", "ent_001_chair", "delegate_001"):
        Staff.steps_in(open_page, login).sees_nothing_of(worker.number, [case, task])
    worker.looks_up()


def test_nobody_acts_until_the_deadline_is_over(open_page: Open) -> None:
    worker = Worker.hands_in(open_page)
    Staff.steps_in(open_page, "pinghu_vice").does(worker.number, "受理分办", TRIAGE)
    holder = Staff.steps_in(open_page, "pinghu_c1_staff1").opens(worker.number, "办理").signs_for()
    owed = holder.page.url
    holder.page.get_by_label("办理经过").fill("去过一次，负责人不在。")
    expect(holder.page.get_by_text("草稿已保存")).to_be_visible()
    visitor = open_page()
    for _ in range(6):
        visitor.goto("/")
        visitor.get_by_role("button", name="快进 1 个工作日").click()
        expect(visitor.get_by_role("status")).to_contain_text("时间已快进到")
    shot(visitor, "late-01-start-1440")

    superior = Staff.steps_in(open_page, "pinghu_c1_chair").opens(worker.number, "督办")
    shot(superior.page, "late-02-supervise-1440")
    holder.page.goto(owed)
    expect(holder.page.get_by_label("办理经过")).to_have_value("去过一次，负责人不在。")
    expect(holder.page.get_by_role("main")).to_contain_text("超期")
    happened = holder.page.get_by_role("region", name="办理过程")
    expect(happened).to_contain_text("本级超期")
    shot(holder.page, "late-03-holder-1440")
    superior.completes({"督办要求": "三日内上门。", "新的期限": day(30)})
    holder.page.goto(owed)
    holder.completes(ANSWER)
    chair = Staff.steps_in(open_page, "pinghu_c1_chair")
    chair.does(worker.number, "审核签发", SIGN)
    page = worker.looks_up()
    expect(page.get_by_text(ANSWER["给职工的答复"])).to_be_visible()
    worker.rates("满意")
    worker.waits_for("已办结")
