"""What the worker reads when nobody has to write it: receipts, notices of acceptance, of progress.

A notice is never an answer (§4.0-2). Every text says what comes next and whom to ask.
"""

from __future__ import annotations

from datetime import date, datetime

from engine.clock import CHINA

TITLES = {
    "received": "收件回执",
    "accepted": "受理告知书",
    "following": "共性事项告知",
    "merged": "合并告知书",
    "withdrawn": "撤回告知书",
    "progress": "办理进展告知",
    "extended": "延期告知书",
    "paused": "暂停计时告知",
    "resumed": "恢复办理告知",
    "interim": "阶段性答复",
    "pending": "挂账告知",
    "promoting": "代表委员推动告知",
    "stopped": "停止代表推动告知",
    "kept": "承诺兑现告知",
    "cleared": "销账告知",
    "tell_outcome": "建议提案办理结果告知",
    "reply": "答复意见书",
}

_TEXTS = {
    "received": "您反映的事项已收到，编号 {no}。{office}将在 {accept} 前告知您是否受理。"
    "凭查询码可随时查看进展。",
    "accepted": "您反映的事项（{no}）已受理，由{office}办理，预计 {due} 前答复。"
    "办理中每 10 个工作日告知一次进展。",
    "following": "与您反映的同一事项已有其他职工提出，正在一并办理。主件答复后，我们会单独答复您，"
    "您也可以单独评价。",
    "merged": "您反映的事项与您先前提出的 {main} 是同一件事，已并入一起办理。"
    "后续请凭 {main} 的查询码查看，原有期限不变。",
    "withdrawn": "按您本人的意愿，{no} 已撤回，不再办理。以后有新的情况，可以随时再提。",
    "progress": "您反映的事项（{no}）正由{office}办理：{state}。预计 {due} 前答复。",
    "extended": "因情况复杂，{no} 的答复期限延长 {days} 个自然日，至 {due}。理由：{reason}",
    "not_extended": "{no} 仍按原期限 {due} 办理。",
    "paused": "{no} 自今日起暂停计时，预计 {until} 恢复。理由：{reason}",
    "resumed": "{no} 已恢复办理，答复期限为 {due}。",
    "pending": "您反映的事项一时还不能解决，已挂账，{until} 前复查一次，有进展随时告知您。",
    "promoting": "您反映的事项涉及共性利益，正邀请代表委员共同推动。",
    "stopped": "您反映的事项已进入法定程序，按规定代表委员不再参与推动，"
    "我们继续提供法律援助等服务。",
    "kept": "答复中承诺的事项已兑现：{reason}",
    "cleared": "挂账事项已复查销账：{reason}",
    "tell_outcome": "{reason}",
}


def chinese(day: date | datetime | None) -> str:
    """Return a date as it is written: 2026年4月7日."""
    if day is None:
        return "近期"
    if isinstance(day, datetime):
        day = day.astimezone(CHINA).date()
    return f"{day.year}年{day.month}月{day.day}日"


def body(template: str, **values: str) -> str:
    """Return the text of a notice; a value that is not given stays empty.

    Raises:
        KeyError: there is no such notice.
    """
    return _TEXTS[template].format_map(_Blank(values))


def known(template: str) -> bool:
    """Say whether there is a notice of this name."""
    return template in _TEXTS


class _Blank(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return ""
