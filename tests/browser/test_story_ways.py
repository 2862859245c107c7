"""逐级办理: a case rises to where it can be solved, and its answer comes back to a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.people import COMPANY, Staff, Worker, shot, site  # noqa: F401 - a fixture

pytestmark = pytest.mark.browser

TRIAGE = {
    "怎么受理": "受理，工会逐级办理",
    "类目": "劳动报酬",
    "性质": "求助",
    "需要哪级行政协调": "不需要行政部门",
    "影响范围": "个人",
    "社区或园区": "良安田社区工联会",
}
UP = {
    "办理经过": "已到厂里两次，企业说等区里的项目款。",
    "下一步": "上交上一级",
    "上交理由": "涉及街道层面的协调，本级没有职权。",
}
ANSWER = {
    "办理经过": "街道约谈企业负责人，核对了工资表。",
    "下一步": "可以答复",
    "结论": "支持",
    "事实": "七月、八月工资共欠发两个月，企业已经承认。",
    "依据": "《保障农民工工资支付条例》第三条",
    "给职工的答复": "所欠两个月工资已于今日打到您的工资卡，请查收。",
    "结果": "A 已解决或基本解决",
}


def test_a_case_rises_one_level_and_the_answer_reaches_the_worker(open_page: Open) -> None:
    worker = Worker.hands_in(open_page)
    shot(worker.page, "levels-01-code-390")
    desk = Staff.steps_in(open_page, "pinghu_vice").opens(worker.number, "受理分办")
    shot(desk.page, "levels-02-triage-1440")
    triage = desk.page.url
    desk.signs_for().completes(TRIAGE)
    community = Staff.steps_in(open_page, "pinghu_c1_staff1")
    community.does(worker.number, "办理", UP)
    street = Staff.steps_in(open_page, "pinghu_handler1").opens(worker.number, "办理").signs_for()
    shot(street.page, "levels-03-handle-1440")
    street.completes(ANSWER)
    chair = Staff.steps_in(open_page, "pinghu_chair").opens(worker.number, "审核签发")
    shot(chair.page, "levels-04-approve-1440")
    chair.signs_for().completes({"审核意见": "同意签发"})

    page = worker.looks_up()
    expect(page.get_by_text("所欠两个月工资已于今日打到您的工资卡")).to_be_visible()
    shot(page, "levels-05-reply-390")
    worker.rates("满意", "谢谢工会")
    shot(page, "levels-06-rated-390")

    district = Staff.steps_in(open_page, "district_chair")
    district.page.goto(f"/monitor/?status=completed&q={worker.number}")
    shot(district.page, "levels-07-monitor-1440")
    district.page.get_by_role("row").filter(has_text=worker.number).get_by_role("link").click()
    expect(district.page.get_by_text("办结归档").first).to_be_visible()
    shot(district.page, "levels-08-case-1440")
    case = district.page.url
    Staff.steps_in(open_page, "bantian_handler1").sees_nothing_of(worker.number, [case, triage])
