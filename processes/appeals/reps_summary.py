"""What stands beside a task about representatives: the agenda, who comes, what was agreed.

Names are looked up when the page is shown; variables and history hold codes only. A
representative reads the agenda, the meetings, who else has accepted, and their own line.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.queries import Viewer
from processes.appeals.notices import chinese
from processes.appeals.reps_models import CoordinationMeeting, Invitation, WorkGroup
from processes.people import orgs, reps
from processes.people.reservations import SLOTS

STATUSES = {
    "candidate": "备选",
    "picked": "待邀请",
    "invited": "已邀请，待回执",
    "accepted": "参加",
    "declined": "不能参加",
    "expired": "逾期未回复",
    "unavailable": "时段冲突，未邀请",
    "released": "已撤回邀请",
}
_SOLVED = {"solved": "已解决", "partial": "部分解决", "convert": "转建议提案"}
_LATER = {"unsolved": "退回承办单位", "blocked": "依法停止", "cancelled": "随件终止"}
OUTCOMES = {"open": "推动中", **_SOLVED, **_LATER}


def sections(session: Session, viewer: Viewer, appeal_no: str) -> list[tuple[str, str]]:
    """Return the sections about an appeal's working groups, newest group first."""
    groups = session.scalars(
        select(WorkGroup)
        .where(WorkGroup.appeal_no == appeal_no)
        .order_by(WorkGroup.id.desc())
        .limit(3)
    ).all()
    found: list[tuple[str, str]] = []
    for group in groups:
        found.append((f"代表委员推动（{OUTCOMES[group.outcome]}）", _group(session, group)))
        lines = _lines(session, viewer, group)
        if lines:
            found.append(("代表委员", lines))
        found += _meetings(session, group)
    return found


def _group(session: Session, group: WorkGroup) -> str:
    lead = orgs.names(session, [group.org])[group.org]
    rows = [
        ("牵头", f"{lead}（没有代表委员能参加）" if group.led_by == "district" else lead),
        ("议题", group.agenda),
        ("没按名次选的理由", group.pick_reason),
        ("目标", group.goal),
        ("节点", group.milestones),
        ("经过", group.summary),
    ]
    return "\n".join(f"{label}：{value}" for label, value in rows if value)


def _lines(session: Session, viewer: Viewer, group: WorkGroup) -> str:
    lines = session.scalars(
        select(Invitation).where(Invitation.work_group_id == group.id).order_by(Invitation.rank)
    ).all()
    own = {code for code in viewer.organisations if code.startswith("rep_")}
    outside = {role for role, _, _ in (item.partition("@") for item in viewer.groups)} <= {"rep"}
    if outside and own:
        lines = [line for line in lines if line.rep in own or line.status == "accepted"]
    names = reps.names(session, [line.rep for line in lines])
    return "\n".join(
        _line(line, names[line.rep], leads=line.rep == group.leader, scored=not outside)
        for line in lines
    )


def _line(line: Invitation, name: str, *, leads: bool, scored: bool) -> str:
    parts = [f"{line.rep} {name}", STATUSES[line.status]]
    if leads:
        parts.append("组长")
    if line.day and line.slot and line.status in ("invited", "accepted"):
        parts.append(f"{chinese(line.day)}{SLOTS[line.slot]}")
    if line.merged:
        parts.append("并入同一次联系")
    if scored:
        parts.append(f"匹配 {line.score} 分（{_reasons(line.basis)}）")
    if line.opinion:
        parts.append(f"意见：{line.opinion}")
    if line.suggestion:
        parts.append(f"另荐：{line.suggestion}")
    return "，".join(parts)


def _reasons(basis: Iterable[str]) -> str:
    return "、".join(basis) or "没有加分"


def _meetings(session: Session, group: WorkGroup) -> list[tuple[str, str]]:
    rows = session.scalars(
        select(CoordinationMeeting)
        .where(CoordinationMeeting.work_group_id == group.id)
        .order_by(CoordinationMeeting.held_on, CoordinationMeeting.id)
    ).all()
    names = orgs.names(session, [row.department for row in rows])
    return [
        (
            f"协调会（{names[row.department]}，{chinese(row.held_on)}）",
            f"参加：{row.participants}\n纪要：{row.minutes}"
            + (f"\n承诺：{row.promise}（{chinese(row.promise_due)}）" if row.promise else ""),
        )
        for row in rows
    ]
