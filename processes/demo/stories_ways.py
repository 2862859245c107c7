"""The ways a case can go: merged, returned, disputed, promoted, converted, refused, withdrawn."""

from __future__ import annotations

from processes.demo import moves as m
from processes.demo import moves_reps as r
from processes.demo.stories import Story

_SAME = "示例·远行物流（坂田）"
_PROMOTED = (m.triage("07", "L3", is_common=True), m.handle("promote"))

STORIES = (
    Story(
        "三十六人两个月工资未发", "bantian", "01", 40,
        (
            m.triage("01", "L3", persons_affected=36, urgency="urgent"),
            *m.asks_departments("gov_hr"),
            m.handle(), m.send_back("请写明每人补发的金额和日期。"), m.draft(), m.sign(),
            m.publicizes(), m.opens(), m.rates("satisfied", "工资都到账了，谢谢。"),
        ),
        content="7、8 月工资没发，车间 36 人都没拿到，老板说等回款。", persons=36,
        employer="示例·晨光五金制品", files=("工资条（示例）.png", "考勤表（示例）.pdf"),
        extra={"group_size": 5, "demand": "补发两个月工资"},
    ),
    Story(
        "同一物流公司运费拖欠", "bantian", "01", 31, (
            m.triage("01", "L3"), m.handle(after="4W"), m.sign(), m.opens(), m.rates("basic"),
        ), employer=_SAME,
    ),
    Story(
        "同一物流公司运费拖欠", "bantian", "01", 30,
        (m.merges("follower"), m.opens("7W"), m.rates("satisfied")),
        form="intake", employer=_SAME,
    ),
    Story(
        "同一物流公司运费拖欠", "bantian", "01", 30,
        (m.merges("follower"), m.opens("6W"), m.rates("basic")),
        form="intake", identity="hidden", employer=_SAME,
    ),
    Story(
        "入职半年没签合同", "longgang", "02", 27,
        (m.triage("02", "L2"), m.handle(), m.sign(), m.opens(), m.rates("satisfied")),
        employer="示例·金谷五金", worker=90,
    ),
    Story(
        "没签合同（再次反映）", "longgang", "02", 26, (m.merges("same"), m.opens("2W")),
        form="intake", employer="示例·金谷五金", worker=90,
    ),
    Story(
        "打磨车间没有除尘", "baolong", "05", 35,
        (m.triage("05", "L3", kind="report"), *m.asks_departments("gov_emergency"), m.handle(),
         m.sign()),
        form="intake", identity="anonymous", employer="示例·启明打磨车间",
        files=("车间照片（示例）.png",),
    ),
    Story(
        "怀孕后被调夜班", "buji", "06", 25,
        (m.triage("06", "L3", kind="complaint"), m.handle(), m.sign(), m.opens(),
         m.rates("satisfied")),
        form="intake", identity="hidden", employer="示例·悦来制衣",
    ),
    Story(
        "退单两次后强派", "jihua", "07", 45,
        (
            m.triage("07", "L3"),
            *m.returns("园区由产权单位管理。", "force"),
            *m.returns("属于物业事项。", "force"),
            m.handle("return", after="1W", return_basis="仍认为不归本单位。"),
            m.handle(after="3W"), m.sign(), m.opens(), m.rates("basic"),
        ),
        channel="phone",
    ),
    Story(
        "行业与属地管辖争议", "nanwan", "13", 38,
        (
            m.triage("13", "L3", kind="complaint"),
            *m.disputes("货运平台站点，应由行业工会办理。", "ind_logistics"),
            m.handle(after="3W"), m.sign(), m.opens(), m.rates("satisfied"),
        ),
        form="intake", employer="示例·速运货运平台",
    ),
    Story(
        "超期后经督办办结", "henggang", "01", 34,
        (
            m.triage("01", "L3"), m.explains(after="12W"), m.supervises(after="4H"),
            m.handle(after="2W"), m.sign(), m.opens(), m.rates("basic", "慢了一点。"),
        ),
        employer="示例·南桥电镀",
    ),
    Story(
        "园区夜间没有公交", "longgang", "07", 44,
        (*_PROMOTED, *r.promoted(), m.sign(), m.publicizes(), m.opens(),
         m.rates("satisfied", "真的通车了。")),
        channel="council", kind="suggest", persons=400,
    ),
    Story(
        "代表都不能参加，区总牵头", "pingdi", "07", 30,
        (*_PROMOTED, r.picks(2), r.nobody_comes(), r.plans("gov_transport")),
        channel="council", persons=60,
    ),
    Story(
        "已在仲裁，不能请代表", "longcheng", "02", 33,
        (
            m.triage("02", "L3", legal_stage="arbitration", kind="complaint"),
            m.handle("promote"), m.handle(conclusion="explain"), m.sign(), m.opens(),
            m.rates("basic"),
        ),
        employer="示例·博远教育咨询", extra={"legal_stage": "arbitration"},
    ),
    Story(
        "货运司机驿站和厕所", "pinghu", "14", 52,
        (
            m.triage("14", "L4", kind="suggest", is_common=False),
            m.handle(convert=True), m.sign(), m.publicizes(), m.opens(), m.rates("satisfied"),
            {"follow": "proposal_convert"},
            r.initiates(after="1H"), r.supports("rights"), r.gives_material("rights"),
            r.writes_proposal(), r.agrees(), r.submits(), r.filed(), r.handed_over(),
            r.answered(), r.tells_worker(), m.opens(),
        ),
        channel="reception", kind="suggest", persons=600,
    ),
    Story(
        "不满意，提级再办后满意", "longcheng", "01", 41,
        (
            m.triage("01", "L2"), m.handle(), m.sign(), m.opens(),
            m.rates("unsatisfied", "只补了一半。"),
            {"after": "1W", "at": "ut_rework",
             "form": {"rework_to": "superior", "rework_note": "由街道核实差额。"}},
            m.handle(after="3W"), m.sign(), m.opens(), m.rates("satisfied", "补齐了。"),
        ),
        form="intake", employer="示例·海棠美容",
    ),
    Story(
        "暂时办不了，挂账复查", "longgang", "14", 29,
        (
            m.triage("14", "L3", kind="suggest"),
            m.handle("hang", conclusion="explain", after="3W"),
            {"after": "1W", "at": "ut_hang",
             "form": {"hang_approved": True, "hang_note": "列入下年度计划，每季复查。"}},
            m.sign(), m.opens(), m.rates("basic"),
        ),
        form="intake", kind="suggest",
    ),
    Story(
        "楼上噪音", "yuanshan", "15", 22,
        (
            m.direct("15", "refuse", "社区综合治理办，电话 12345"),
            {"after": "1W", "at": "ut_refuse_approve", "form": {"refuse_decision": "agree"}},
            m.opens(),
        ),
        form="intake",
    ),
    Story(
        "工伤待遇已在诉讼", "buji", "05", 19,
        (m.direct("05", "legal", "向审理法院提出；法律援助电话 12348"), m.sign(), m.opens()),
        channel="phone", extra={"legal_stage": "litigation"},
    ),
    Story(
        "与单位谈妥后撤回", "bantian", "03", 18,
        (m.triage("03", "L2"), *m.withdraws("单位已经安排补休，不用办了。")),
        form="intake", employer="示例·北辰网络",
    ),
    Story(
        "答复后没有打开也没有接电话", "longgang", "10", 36,
        (
            m.triage("10", "L2"), m.handle(), m.sign(), m.phones("no_answer"),
            m.phones("no_answer", after="3W"), m.calls_back(None), m.calls_back(None, after="3W"),
        ),
        channel="visit",
    ),
)  # fmt: skip
