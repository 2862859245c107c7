"""What waits today: something on every desk, some of it late, some of it due."""

from __future__ import annotations

from processes.demo import moves as m
from processes.demo import moves_reps as r
from processes.demo.stories import Story

_C1 = {"community": "pinghu_c1"}
_PROMOTED = (m.triage("07", "L3", is_common=True), m.handle("promote", after="1W"))

STORIES = (
    # ---- the window ---------------------------------------------------------------------
    Story("加班费按底薪算", "pinghu", "01", 0, form="intake", employer="示例·启明精密（平湖）"),
    Story(
        "食堂又贵又不新鲜", "pinghu", "07", 1, (m.claim("ut_triage", login="pinghu_window1"),),
        channel="phone",
    ),
    Story(
        "一段录音：工资被扣", "pinghu", "01", 0, form="intake", files=("手写信（示例）.png",),
        extra={"content_form": "photo", "content": None, "category": None},
    ),
    # ---- the community ------------------------------------------------------------------
    Story(
        "三年没有年休假", "pinghu", "03", 4, (m.triage("03", "L2", **_C1),),
        employer="示例·惠民家政（平湖）",
    ),
    Story(
        "年休假，同一单位的同事", "pinghu", "03", 3, (m.merges("follower"),), form="intake",
        employer="示例·惠民家政（平湖）",
    ),
    Story(
        "宿舍电动车没处充电", "pinghu", "07", 3,
        (
            m.triage("07", "L2", **_C1),
            m.claim("ut_handle", after="1W", login="pinghu_c1_staff1",
                    summary="已到园区看过，物业答应周三回话。"),
        ),
        channel="council",
    ),
    Story(
        "离职一个月工资没结", "pinghu", "01", 9,
        (m.triage("01", "L2", **_C1), m.claim("ut_handle", login="pinghu_c1_staff1")),
        employer="示例·好味早餐铺",
    ),
    # ---- the street ---------------------------------------------------------------------
    Story(
        "四十五人两个月工资未发", "pinghu", "01", 1,
        (
            m.triage("01", "L3", persons_affected=45, urgency="critical"),
            m.claim("ut_handle", login="pinghu_handler1", summary="已到现场，先稳住情绪。"),
        ),
        channel="visit", persons=45, employer="示例·星河灯饰",
        files=("欠薪名单（示例）.pdf",), extra={"urgency": "critical", "group_size": 5},
    ),
    Story(
        "搬货砸伤不认工伤", "pinghu", "05", 7, (m.triage("05", "L3"),), form="intake",
        employer="示例·平湖仓储",
    ),
    Story(
        "社保断缴三个月", "pinghu", "04", 6,
        (m.triage("04", "L3"), m.handle(after="4W"),
         m.claim("ut_approve_reply", login="pinghu_chair")),
        form="intake", employer="示例·明达印刷",
    ),
    Story(
        "B 类承诺到期未兑现", "pinghu", "07", 28,
        (
            m.triage("07", "L3"), m.handle(result_class="B", promise_due="T+12W"), m.sign(),
            m.opens(), m.rates("basic"),
        ),
        channel="council",
    ),
    Story(
        "答复不满意，等待决定", "pinghu", "13", 15,
        (
            m.triage("13", "L2", kind="complaint", **_C1), m.handle(), m.sign(), m.opens(),
            m.rates("unsatisfied", "申诉电话打不通。"),
        ),
        form="intake", employer="示例·飞蚁配送站",
    ),
    Story(
        "不满意，街道再次办理中", "pinghu", "12", 14,
        (
            m.triage("12", "L2", **_C1), m.handle(), m.sign(), m.opens(),
            m.rates("unsatisfied", "还是没人联系我。"),
            {"after": "1W", "at": "ut_rework",
             "form": {"rework_to": "superior", "rework_note": "由街道直接联系职工。"}},
            m.claim("ut_handle", after="1W", login="pinghu_handler1"),
        ),
        form="intake",
    ),
    # ---- the district -------------------------------------------------------------------
    Story(
        "社保基数长期按最低", "pinghu", "04", 8,
        (
            m.triage("04", "L4"),
            m.claim("ut_handle", after="2W", login="district_rights1",
                    summary="已约区人力资源局周四会商。"),
        ),
        form="intake", employer="示例·晨光电子（平湖）",
    ),
    Story(
        "多家企业高温津贴不发", "longcheng", "05", 7, (m.triage("05", "L4", kind="complaint"),),
        channel="rep", persons=120,
    ),
    Story(
        "绩效办法争议转法律监督", "bantian", "11", 11,
        (m.triage("11", "L4"), m.handle("refer", tools=["supervision"])), form="intake",
        employer="示例·云桥科技2厂（坂田）",
    ),
    Story(
        "六十日总时限已到", "henggang", "02", 48,
        (
            m.triage("02", "L3", kind="complaint"), m.explains(after="12W"),
            m.supervises(after="4H"),
        ),
        employer="示例·横岗旧厂",
    ),
    Story(
        "等待审批延期", "longgang", "08", 9,
        (
            m.triage("08", "L3"),
            m.handle("extend", after="7W", extend_days=20, extend_reason="学位评估下月出结果。"),
            m.claim("ut_extend", login="district_chair"),
        ),
        channel="studio",
    ),
    Story(
        "等企业账目，暂停中", "baolong", "01", 13,
        (
            m.triage("01", "L2"),
            m.handle("pause", after="3W", pause_reason="third", pause_to="T+15W"),
            {"after": "3H", "at": "ut_pause",
             "form": {"pause_decision": "yes", "pause_to": "T+15W", "pause_note": "待审计报告。"}},
        ),
        employer="示例·宝龙塑胶",
    ),
    # ---- representatives and proposals --------------------------------------------------
    Story(
        "站点骑手社保没人管", "pinghu", "04", 5,
        (
            m.triage("04", "L3", is_common=True), m.handle("promote", after="1W"),
            r.picks(2, first="rep_0001"),
        ),
        channel="council", persons=200,
        content="骑手想交社保，不知道怎么办，站点三百多人都这样。",
    ),
    Story("园区托育点", "bantian", "08", 6, _PROMOTED, channel="council", persons=150),
    Story(
        "货车集中路口没有厕所", "longgang", "14", 12,
        (m.triage("14", "L4", kind="suggest"), m.handle(convert=True), m.sign(), m.opens(),
         {"follow": "proposal_convert"}, m.claim("ut_initiate", login="district_organizing1")),
        channel="rep", kind="suggest", persons=600,
    ),
    Story(
        "环卫工人歇脚点", "pinghu", "14", 26,
        (
            m.triage("14", "L4", kind="suggest"), m.handle(convert=True), m.sign(),
            m.publicizes(), m.opens(), m.rates("satisfied"), {"follow": "proposal_convert"},
            r.initiates(after="1H"), r.supports("rights"), r.gives_material("rights"),
            r.writes_proposal(),
        ),
        channel="reception", kind="suggest", persons=300,
    ),
    # ---- elsewhere ----------------------------------------------------------------------
    Story("平台算法改了单价", "bantian", "13", 2, (m.triage("13", "L3H", kind="complaint",
          industry_org="ind_delivery"),), form="intake", employer="示例·和顺配送2厂"),
    Story("热线转来：工资被扣", "longcheng", "01", 3, (m.triage("01", "L2"),), form="imported",
          channel="h12345", clerk="longcheng_window1"),
    Story("户外驿站的建议", "nanwan", "14", 5,
          (m.direct("14", "suggest", kind="suggest"),), form="intake"),
)  # fmt: skip
