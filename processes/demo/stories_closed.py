"""What an office mostly does: questions answered on the spot, ordinary cases answered in days."""

from __future__ import annotations

from processes.demo.moves import settled
from processes.demo.stories import Story


def _on_spot(
    title: str, street: str, category: str, ago: int, rating: str, channel: str = "window"
) -> Story:
    return Story(
        title,
        street,
        category,
        ago,
        channel=channel,
        kind="consult",
        extra={
            "onspot": True,
            "reply_content": "{reply}",
            "reply_basis": "{basis}",
            "satisfaction": rating,
            "conclusion": "explain",
            "result_class": "A",
        },
    )


STORIES = (
    _on_spot("怎样加入工会", "bantian", "12", 50, "satisfied"),
    _on_spot("互助保障怎么报销", "longcheng", "10", 44, "satisfied"),
    _on_spot("叉车证培训补贴", "buji", "09", 41, "satisfied"),
    _on_spot("年休假怎么算", "henggang", "03", 33, "satisfied", "phone"),
    _on_spot("合同到期有没有补偿", "nanwan", "02", 29, "satisfied"),
    _on_spot("骑手怎样参加社保", "bantian", "04", 24, "satisfied", "reception"),
    _on_spot("加班费基数", "baolong", "01", 20, "satisfied"),
    _on_spot("托管班报名", "jihua", "08", 12, "basic", "council"),
    _on_spot("工伤认定要什么材料", "bantian", "05", 7, "satisfied"),
    _on_spot("在哪里办工会卡", "pinghu", "12", 2, "satisfied"),
    Story(
        "旺季三周没有休息", "longgang", "03", 49, settled("03", "L2", "satisfied"),
        employer="示例·顺达包装厂",
    ),
    Story(
        "最后一个月工资没结", "buji", "01", 43, settled("01", "L2", "satisfied"), channel="phone",
        employer="示例·小满餐饮",
    ),
    Story(
        "社保基数按最低交", "bantian", "04", 42, settled("04", "L4", "satisfied"), form="intake",
        employer="示例·云桥科技（坂田）",
    ),
    Story(
        "企业绩效办法没有讨论", "henggang", "11", 39, settled("11", "L2", None),
        employer="示例·蓝帆塑胶",
    ),
    Story(
        "平台超时扣款", "bantian", "13", 36,
        settled("13", "L3H", "satisfied", industry_org="ind_delivery"), form="intake",
        employer="示例·和顺配送", kind="complaint",
    ),
)  # fmt: skip
