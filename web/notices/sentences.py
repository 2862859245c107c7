"""What a notice says, in the office's words. An unknown kind is shown plainly, not hidden."""

from __future__ import annotations

from dataclasses import dataclass

from engine.queries import Notice

#: Reminders by their `what`; others by their kind.
WORDS = {
    "overdue": ("已超期", "这一步已超过期限，请尽快办理。督办已发给上级，您的待办和草稿保留。"),
    "supervise": ("请督办", "下级的一步已超期，请督办；原承办人继续办理。"),
    "demand": ("督办要求", "上级对这件诉求提出了督办要求，请在新期限内办理。"),
    "inspect": ("转督查", "这件诉求严重超期，已转督查。"),
    "settled": ("督办完成", "超期的一步已经办完，督办结束。"),
    "forced": ("强派办理", "这件诉求已两次退单，经裁定由本单位办理，不再退单。"),
    "due_soon": ("临近期限", "这一步即将到期，请安排办理。"),
    "total_warning": ("总时限预警", "这件诉求的总时限即将届满，请尽快答复职工。"),
    "total": ("总时限预警", "这件诉求的总时限即将届满，请尽快答复职工。"),
    "invitation": ("邀请推动", "邀请您参加这件诉求的推动，请在待办中回执。"),
    "invitation_reminder": ("回执提醒", "推动邀请尚未回执，请尽快答复。"),
    "invitation_withdrawn": ("邀请取消", "这件诉求的推动已停止，为您预留的时间已释放。"),
    "promote_warning": ("推动临期", "代表委员推动的整体期限临近，请抓紧落实。"),
    "proposal_warning": ("建议提案临期", "建议提案的答复期限临近，请催办。"),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A notice as a line of the list."""

    title: str
    text: str
    notice: Notice


def line(notice: Notice) -> Line:
    """Return the notice in words."""
    what = str(notice.payload.get("what") or notice.kind)
    title, text = WORDS.get(what) or WORDS.get(notice.kind) or ("提醒", "请查看这件诉求的进展。")
    return Line(title, text, notice)
