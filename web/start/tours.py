"""The four ways an appeal can go, as a walk through the demo office."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tour:
    """One way, in steps a visitor can follow."""

    title: str
    steps: tuple[str, ...]


TOURS = (
    Tour(
        "当场答复",
        (
            "以窗口受理员进入，点“登记诉求”",
            "选“登记并当场答复”，从答复库里挑一条",
            "提交：一张表，办结，职工当场评价",
        ),
    ),
    Tour(
        "逐级办理",
        (
            "以职工反映一件欠薪，记下查询码",
            "窗口受理分办，社区办理，写明“上报”",
            "街道接着办，主席签发，职工打开答复",
        ),
    ),
    Tour(
        "代表委员推动",
        (
            "以街道承办人把共性问题提请代表推动",
            "组建部邀请，代表委员回执、参加协调会",
            "结果写回同一件诉求，职工确认",
        ),
    ),
    Tour(
        "转为建议提案",
        (
            "推动未解决且属区级以上权限的，转建议提案",
            "代表确认提交，登记立案和答复类别",
            "职工在转化时和有结果时各得一次告知",
        ),
    ),
)
