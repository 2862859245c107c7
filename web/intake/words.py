"""Words of the workers' pages: no code, no office language, dates as people say them."""

from dataclasses import dataclass

import segno
from markupsafe import Markup


@dataclass(frozen=True)
class Rating:
    """One of the three answers to 您满意吗."""

    value: str
    name: str
    icon: str


MODES = (
    ("real", "实名", "办理的工会人员知道您是谁、怎么找您。不告诉您的单位。"),
    ("hidden", "隐名", "只有受理和办理的人能看到您的电话。给别的部门看时，隐去姓名和电话。"),
    ("anonymous", "匿名", "谁也不知道您是谁。我们没法联系您，您凭查询码看答复。"),
)
STEPS = ("收到", "受理", "办理", "答复", "办结")
RATINGS = (
    Rating("satisfied", "满意", icon="mood-happy"),
    Rating("basic", "基本满意", icon="mood-smile"),
    Rating("unsatisfied", "不满意", icon="mood-sad"),
)
CONCLUSIONS = {
    "support": "支持您的诉求",
    "explain": "向您解释说明",
    "deny": "未能支持",
    "transferred": "已转交办理",
    "refused": "不予受理",
}
TITLES = {
    "content": "发生了什么事",
    "street": "街道",
    "community": "社区或园区",
    "identity_mode": "您想怎样反映",
    "phone": "手机号",
    "name": "怎么称呼您",
    "employer_name": "哪家单位",
    "category": "属于哪一类",
    "behalf_name": "替谁反映",
    "behalf_relation": "关系",
    "consent": "个人信息",
    "satisfaction": "满意度",
    "rating_text": "想说点什么",
    "reason": "为什么撤回",
    "text": "补充什么",
}


def in_fours(code: str) -> list[str]:
    """Return a query code in groups of four, as one reads it aloud."""
    plain = "".join(char for char in code if char.isalnum())
    return [plain[at : at + 4] for at in range(0, len(plain), 4)]


def qr(address: str) -> Markup:
    """Return a QR code of an address as an SVG without styles or scripts."""
    code = segno.make(address, error="m")
    svg = code.svg_inline(
        border=2, omitsize=True, dark="#1b2430", light="#ffffff", title="查询页二维码"
    )
    return Markup(svg)  # noqa: S704 - drawn here from our own address, no outside text
