"""The four ways an appeal can go, each from a worker's phone back to a worker's phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open, assert_accessible
from tests.browser.people import (  # noqa: F401 - `site` is a fixture
    ANSWER,
    NAME,
    PHONE_NUMBER,
    TRIAGE,
    UP,
    WAGES,
    Staff,
    Worker,
    day,
    shot,
    site,
)

pytestmark = pytest.mark.browser

#: A problem of many that only a department of the district can mend.
COMMON = {
    **TRIAGE,
    "需要哪级行政协调": "区级部门",
    "影响范围": "全区",
    "共性问题": True,
    "企业有工会": False,
    "社区或园区": "请选择",
}
RIGHTS, ORGANIZING = "district_rights1", "district_organizing1"


def test_a_case_rises_one_level_and_the_answer_reaches_the_worker(open_page: Open) -> None:
    worker = Worker.hands_in(open_page)
    shot(worker.page, "levels-01-code-390")
    desk = Staff.steps_in(open_page, "pinghu_vice").opens(worker.number, "受理分办")
    expect(desk.page.get_by_text(WAGES)).to_be_visible()
    shot(desk.page, "levels-02-triage-1440")
    assert_accessible(desk.page)
    triage = desk.page.url
    desk.signs_for().completes(TRIAGE)
    community = Staff.steps_in(open_page, "pinghu_c1_staff1")
    community.does(worker.number, "办理", UP)
    street = Staff.steps_in(open_page, "pinghu_handler1").opens(worker.number, "办理").signs_for()
    shot(street.page, "levels-03-handle-1440")
    street.completes(ANSWER)
    chair = Staff.steps_in(open_page, "pinghu_chair").opens(worker.number, "审核签发")
    expect(chair.page.get_by_role("main")).to_contain_text(ANSWER["给职工的答复"])
    shot(chair.page, "levels-04-approve-1440")
    chair.signs_for().completes({"审核意见": "同意签发"})

    page = worker.looks_up()
    expect(page.get_by_text(ANSWER["给职工的答复"])).to_be_visible()
    shot(page, "levels-05-reply-390")
    assert_accessible(page)
    worker.rates("满意", "谢谢工会")
    worker.waits_for("已办结")
    shot(page, "levels-06-rated-390")

    district = Staff.steps_in(open_page, "district_chair")
    district.page.goto(f"/monitor/?status=completed&q={worker.number}")
    found = district.page.get_by_role("row").filter(has_text=worker.number)
    expect(found).to_contain_text("办结归档")
    shot(district.page, "levels-07-monitor-1440")
    found.get_by_role("link").click()
    expect(district.page.get_by_role("list").get_by_text("办结归档")).to_be_visible()
    shot(district.page, "levels-08-case-1440")
    case = district.page.url
    Staff.steps_in(open_page, "bantian_handler1").sees_nothing_of(worker.number, [case, triage])


def test_the_window_answers_on_the_spot_by_keyboard_with_one_form(open_page: Open) -> None:
    window = Staff.steps_in(open_page, "pinghu_window1")
    page, keys = window.page, window.page.keyboard
    page.goto("/register/")
    expect(page.get_by_label("联系电话")).to_be_focused()
    keys.type(PHONE_NUMBER)
    keys.press("Enter")
    keys.type(NAME)
    tab_to(page, page.get_by_label("诉求内容", exact=True))
    keys.insert_text("入职半个月了，老板还没签合同，问能不能要求签。")
    tab_to(page, page.get_by_label("类别", exact=True))
    keys.type("02")
    keys.press("Alt+k")
    keys.insert_text("合同")
    library = page.get_by_role("region", name="常用答复库")
    expect(library.get_by_role("article").first).to_contain_text("合同")
    keys.press("Enter")
    expect(library.get_by_role("button", name="用这条").first).to_be_focused()
    keys.press("Enter")
    reply = page.get_by_label("答复内容")
    expect(reply).to_be_focused()
    given = reply.input_value()
    assert "合同" in given
    tab_to(page, page.get_by_role("radio", name="满意", exact=True))
    keys.press("Space")
    expect(page.get_by_role("button", name="登记并当场答复")).to_be_visible()
    shot(page, "onspot-01-form-1440")
    assert_accessible(page)
    keys.press("Control+Enter")
    expect(page.get_by_role("heading", name="已登记")).to_be_visible()
    shot(page, "onspot-02-done-1440")
    number = re.search(r"SQ-\S+", page.get_by_role("main").inner_text())
    assert number
    with page.context.expect_page() as printed:
        page.get_by_role("link", name="打印登记回执").click()
    receipt = printed.value
    expect(receipt.get_by_role("heading", level=1)).to_be_visible()
    shot(receipt, "onspot-03-receipt")
    code = re.search(r"\b([0-9A-Z]{4})[\s-]*([0-9A-Z]{4})[\s-]*([0-9A-Z]{4})\b", said(receipt))
    assert code, said(receipt)

    worker = Worker.with_slip(open_page, "".join(code.groups()), number[0])
    page = worker.looks_up()
    expect(page.get_by_role("heading", name="已办结")).to_be_visible()
    expect(page.get_by_text(given.split("\n")[0])).to_be_visible()
    expect(page.get_by_text("您的评价：")).to_contain_text("满意")
    shot(page, "onspot-04-reply-390")


def test_representatives_help_and_only_the_invited_one_sees_the_case(open_page: Open) -> None:
    worker = Worker.hands_in(open_page)
    Staff.steps_in(open_page, "pinghu_vice").does(worker.number, "受理分办", COMMON)
    desk = Staff.steps_in(open_page, RIGHTS).opens(worker.number, "选定代表委员").signs_for()
    shot(desk.page, "reps-01-pick-1440")
    asked = desk.page.get_by_role("group", name="邀请哪几位").get_by_role("checkbox")
    invited = asked.first.get_attribute("value")
    assert invited
    asked.first.check()
    desk.page.get_by_label("组长").select_option(value=invited)
    desk.completes({"协调会日期": day(20), "议题清单": "分期支付的时间表"})

    rep = Staff.steps_in(open_page, invited).opens(worker.number, "邀请回执")
    shot(rep.page, "reps-02-invitation-1440")
    invitation = rep.page.url
    expect(rep.page.get_by_text(PHONE_NUMBER)).to_have_count(0)
    rep.completes({"是否参加": "参加", "对议题的意见建议": "先把数额核清"})
    other = "rep_0012" if invited != "rep_0012" else "rep_0023"
    Staff.steps_in(open_page, other).sees_nothing_of(worker.number, [invitation])

    desk.does(
        worker.number,
        "制定推动方案",
        {
            "推动目标": "发清拖欠的工资",
            "需要逐一协调的部门": ["区人力资源局"],
            "节点安排": "本周核数",
            "计划完成日期": day(30),
        },
    )
    desk.does(
        worker.number,
        "召开协调会",
        {
            "开会日期": day(0),
            "参加人": "区人社局、企业、代表",
            "会议纪要": "企业承诺两周内发清。",
            "还要和其他部门开会吗": "已经谈成，不再开会",
        },
    )
    desk.does(worker.number, "跟踪落实", {"承诺落实了吗": "全部落实", "落实情况": "已经到账"})
    desk.does(
        worker.number,
        "登记推动结果",
        {
            "推动结果": "已解决",
            "推动经过": "协调会一次，企业发清工资",
            "答复结论": "支持诉求",
            "事实": "三十六人两个月的工资已经发清。",
            "依据": "《保障农民工工资支付条例》第三条",
            "答复内容": "您反映的工资已经全部到账，请核对。",
            "结果类别": "A 已解决或基本解决",
        },
    )
    page = worker.looks_up()
    shot(page, "reps-03-confirm-390")
    assert_accessible(page)
    page.get_by_role("radio", name="解决了", exact=True).check()
    page.get_by_role("radio", name="满意", exact=True).check()
    page.get_by_role("button", name="告诉工会").click()
    expect(page.get_by_role("status")).to_contain_text("已经告诉办理的工会")
    chair = Staff.steps_in(open_page, "district_vice2")
    chair.does(worker.number, "审核签发", {"审核意见": "同意签发"})
    page = worker.looks_up()
    expect(page.get_by_text("您反映的工资已经全部到账")).to_be_visible()
    shot(page, "reps-04-reply-390")
    worker.rates("满意")


def test_a_proposal_is_made_of_it_and_the_worker_hears_of_it_twice(open_page: Open) -> None:
    worker = Worker.hands_in(open_page)
    Staff.steps_in(open_page, "pinghu_vice").does(
        worker.number, "受理分办", {**TRIAGE, "影响范围": "街道、行业", "共性问题": True}
    )
    street = Staff.steps_in(open_page, "pinghu_handler1")
    street.does(worker.number, "办理", {**ANSWER, "同时转为人大建议或政协提案": True})
    Staff.steps_in(open_page, "pinghu_chair").does(
        worker.number, "审核签发", {"审核意见": "同意签发"}
    )
    page = worker.looks_up()
    expect(page.get_by_text("已转为人大建议或政协提案办理")).to_be_visible()
    shot(page, "proposal-01-converted-390")
    worker.rates("基本满意")

    office = Staff.steps_in(open_page, ORGANIZING).opens(worker.number, "立项").signs_for()
    shot(office.page, "proposal-02-initiate-1440")
    proposer = office.page.get_by_label("提案人（领衔代表）")
    proposer.select_option(index=1)
    representative = proposer.input_value()
    office.completes(
        {
            "什么时候提交": "闭会期间",
            "题目": "关于建立跨区欠薪联动处置机制的建议",
            "属于建议提案性质，不是一般意见": True,
            "涉及哪些承办单位": ["区人力资源局"],
        }
    )
    office.opens(worker.number, "指定支撑专员")
    office.page.get_by_label("支撑专员所在岗位").select_option(index=1)
    office.completes({"支撑事项": "两年欠薪件的统计", "请哪些部室供材": ["权益部"]})
    Staff.steps_in(open_page, RIGHTS).does(
        worker.number,
        "各部供材",
        {
            "素材目录": "统计表",
            "数据口径": "办结口径",
            "已经脱敏：没有职工姓名、电话和企业名称": True,
        },
    )
    office.does(
        worker.number,
        "起草建议提案",
        {
            "案由": "注册地与用工地不一致。",
            "情况分析": "两年三十件。",
            "具体建议": "由区人社局牵头。",
        },
    )
    rep = Staff.steps_in(open_page, representative).opens(worker.number, "代表本人确认")
    shot(rep.page, "proposal-03-confirm-1440")
    rep.completes({"是否以本人名义提交": "同意提交"})
    office.does(
        worker.number,
        "提交登记",
        {"提交回执号": "示例 18 号", "提交日期": day(0), "提交到": "区人大机关"},
    )
    office.does(
        worker.number,
        "登记审查结果",
        {"审查结果": "立案", "编号": "第 18 号", "审查日期": day(0)},
    )
    office.does(
        worker.number,
        "交办登记",
        {"主办单位": "区人力资源局", "交办日期": day(0), "办理期限": "3 个月"},
    )
    office.does(
        worker.number,
        "答复登记",
        {"答复类别": "A 已解决或基本解决", "答复日期": day(0), "答复要点": "机制已经印发。"},
    )
    told = "您反映的跨区欠薪问题，区里已经建立联动处置机制。"
    office.does(worker.number, "向来源职工说明", {"向职工说明": told})
    page = worker.looks_up()
    expect(page.get_by_role("article", name="建议提案办理结果告知")).to_contain_text(told)
    shot(page, "proposal-04-outcome-390")


def tab_to(page: Page, field: Locator) -> None:
    """Press Tab until a field has the focus: no mouse is needed."""
    for _ in range(25):
        if field.evaluate("field => field === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{field} is not reached with Tab")


def said(page: Page) -> str:
    return page.get_by_role("main").inner_text()
