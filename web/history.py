"""What happened, told in plain Chinese: history events become steps of a timeline.

Diagram words (token, gateway, job) stay on the technical page. What only moved a token is left
out here; what somebody did, decided, received or missed is told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from engine.queries import Line

Names = Mapping[str, str]


@dataclass(frozen=True)
class Step:
    """One line of the timeline. `tone` is a CSS class: "", auto, now, late or warn."""

    what: str
    at: datetime | None
    note: str = ""
    tone: str = ""
    now: bool = False


#: What a person did, by kind of event: the sentence that follows the element's name.
DONE_BY_PEOPLE = {
    "completed": "办理完成",
    "claimed": "签收",
    "unclaimed": "退回待签收",
    "suspended": "暂停办理",
    "resumed": "恢复办理",
    "retried": "重试",
}
#: What the system did or noticed.
BY_ITSELF = {
    "rerouted": ("本单位无人可办，已同时转上一级", "warn"),
    "incident": ("自动步骤出现异常，已通知系统管理员", "warn"),
    "postponed": ("后续自动步骤稍后重试", "warn"),
    "undelivered": ("消息没有送达", "warn"),
}


#: What a timeline tells: what people did and what time brought. Rules and their reasons have a
#: panel of their own on the page of the case; tokens and flows are for the technical page.
KINDS = (
    "started",
    "claimed",
    "unclaimed",
    "rerouted",
    "completed",
    "caught",
    "postponed",
    "incident",
    "undelivered",
    "retried",
    "suspended",
    "resumed",
    "cancelled",
    "ended",
)


def timeline(
    events: Iterable[Line],
    *,
    names: Names,
    places: Names,
    waiting: Sequence[Step] = (),
) -> list[Step]:
    """Return the steps of a case, newest first.

    Args:
        events: in the order they happened.
        names: display name by login.
        places: display name by organisation code, for candidate groups.
        waiting: what is open now; shown on top.
    """
    lines = list(events)
    case = lines[0].instance_id if lines else ""
    told = [
        step
        for line in lines
        # A called process begins and ends without anybody doing anything.
        if line.kind not in ("started", "ended") or line.instance_id == case
        if (step := _step(line, names, places)) is not None
    ]
    return [*waiting, *reversed(told)]


def _step(event: Line, names: Names, places: Names) -> Step | None:
    teller = _TELLERS.get(event.kind)
    return teller(event, names, places) if teller else None


def _by_person(event: Line, names: Names, _: Names) -> Step:
    what = f"{event.name or ''} {DONE_BY_PEOPLE[event.kind]}".strip()
    note = person(event.actor, names)
    reason = event.data.get("reason")
    return Step(what, event.at, f"{note}：{reason}" if reason else note)


def _by_itself(event: Line, _: Names, __: Names) -> Step:
    words, tone = BY_ITSELF[event.kind]
    return Step(f"{event.name or ''} {words}".strip(), event.at, "系统自动", tone)


def _started(event: Line, names: Names, _: Names) -> Step:
    return Step(f"{event.name or '流程'}开始", event.at, person(event.actor, names), "auto")


def _ended(event: Line, _: Names, __: Names) -> Step:
    return Step(event.name or "结束", event.at, "流程到此结束")


def _caught(event: Line, _: Names, __: Names) -> Step | None:
    if not event.name:
        return None
    timer = event.data.get("event") == "timer"
    return Step(
        event.name, event.at, "到时间自动触发" if timer else "系统自动", "warn" if timer else "auto"
    )


def _cancelled(event: Line, _: Names, __: Names) -> Step | None:
    reason = event.data.get("reason")
    return Step(f"{event.name or '这一步'}撤销", event.at, str(reason), "auto") if reason else None


def person(login: str | None, names: Names) -> str:
    """Return how somebody is called who did something: a name, the worker, or the system."""
    if not login or login == "system":
        return "系统自动"
    return "职工本人" if login.startswith("worker") else names.get(login, login)


_TELLERS: dict[str, Callable[[Line, Names, Names], Step | None]] = {
    **dict.fromkeys(DONE_BY_PEOPLE, _by_person),
    **dict.fromkeys(BY_ITSELF, _by_itself),
    "started": _started,
    "ended": _ended,
    "caught": _caught,
    "cancelled": _cancelled,
}
