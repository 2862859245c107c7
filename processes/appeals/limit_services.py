"""The sixty days: warnings, extension, pause, the interim answer; progress every ten workdays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from engine import calendar
from engine.clock import CHINA
from engine.services import ServiceCall, service
from processes.appeals import cases, codes, notices, pauses
from processes.appeals.models import Appeal, AppealRequest, Pending
from processes.people import orgs

#: Natural days before the end at which the office is warned (§4.6).
LEADS = (10, 5, 1)
#: 信访工作条例 §34: one extension, at most thirty natural days; a pause no longer than that.
MOST_EXTENSION, MOST_PAUSE, MOST_PAUSES = 30, 30, 60
_DAY = timedelta(days=1)


@service("appeals.check_limit")
def check_limit(call: ServiceCall) -> Mapping[str, Any]:
    """看总时限：未到的发预警并算下一时刻，已到的请阶段性答复。"""
    appeal = cases.of(call)
    if appeal.status in codes.ANSWERED:
        return {"limit_state": "answered", "limit_next_at": call.now}
    due = appeal.due_at
    if call.now >= due:
        cases.step(call, "limit_reached")
        _warn(call, appeal, "limit_reached")
        return {"limit_state": "reached", "limit_next_at": call.now, "total_due": due}
    functions = calendar.functions(call.session, call.now)
    reminders = [functions["before"](due, f"{lead}C").due_at for lead in LEADS]
    if any(moment <= call.now < moment + _DAY for moment in reminders):
        _warn(call, appeal, "limit_near")
    upcoming = min(moment for moment in [*reminders, due] if moment > call.now)
    return {"limit_state": "running", "limit_next_at": upcoming, "total_due": due}


@service("appeals.interim")
def interim(call: ServiceCall) -> Mapping[str, Any]:
    """存阶段性答复，挂账并写明日期；办理不中断。"""
    appeal, entered = cases.of(call), call.submission
    until = call.variables.get("pending_until")
    day = until if isinstance(until, date) else None
    call.session.add(
        Pending(
            appeal_no=appeal.no,
            reason="limit",
            approved_by=call.actor.id,
            opened_at=call.now,
            until=day,
            note=cases.text(entered, "facts"),
        )
    )
    body = "\n".join(
        part
        for part in (
            cases.text(entered, "content"),
            cases.text(entered, "facts"),
            f"本件挂账到{notices.chinese(day)}，届时再次答复您。",
        )
        if part
    )
    title = notices.TITLES["interim"]
    document = cases.publish(call, cases.INTERIM, "interim", title, body)
    cases.step(call, "interim", public=True)
    return {"document_id": document.id, "document_kind": "interim"}


@service("appeals.tell_progress")
def tell_progress(call: ServiceCall) -> Mapping[str, Any]:
    """每十个工作日向职工告知进展；已答复的不再发。"""
    appeal = cases.of(call)
    if appeal.status in codes.ANSWERED:
        return {"still_open": False}
    office = orgs.names(call.session, [appeal.cur_org or appeal.street])
    cases.publish(
        call, cases.NOTICE, "progress", notices.TITLES["progress"],
        notices.body(
            "progress", no=appeal.no, office="".join(office.values()),
            state=codes.STATUSES[appeal.status], due=notices.chinese(appeal.due_at),
        ),
    )  # fmt: skip
    cases.step(call, "progress", public=True)
    return {"still_open": True}


@service("appeals.record_extension")
def record_extension(call: ServiceCall) -> Mapping[str, Any]:
    """记录延期审批，改总时限并告知职工理由。"""
    appeal = cases.of(call)
    granted = call.variables.get("extend_decision") == "yes"
    wanted = int(call.variables.get("extend_days") or MOST_EXTENSION)
    days = min(wanted, MOST_EXTENSION - appeal.extended_days)
    granted = granted and days > 0
    reason = cases.text(call.submission, "extend_note") or ""
    _decide(call, appeal, "extend", granted=granted, note=reason)
    if granted:
        functions = calendar.functions(call.session, call.now)
        appeal.due_at = functions["days"](days, appeal.due_at).due_at
        appeal.extended_days += days
    template = "extended" if granted else "not_extended"
    cases.publish(
        call, cases.NOTICE, "extended", notices.TITLES["extended"],
        notices.body(
            template, no=appeal.no, days=str(days), due=notices.chinese(appeal.due_at),
            reason=reason,
        ),
    )  # fmt: skip
    cases.step(call, template, public=True)
    return {"total_due": appeal.due_at}


@service("appeals.record_pause")
def record_pause(call: ServiceCall) -> Mapping[str, Any]:
    """记录暂停审批：停表、总时限顺延；单次不超过三十日、累计六十日，听证不限。"""
    appeal, variables = cases.of(call), call.variables
    until = variables.get("pause_to")
    granted = variables.get("pause_decision") == "yes" and isinstance(until, date)
    hearing = variables.get("pause_reason") == "hearing"
    if granted and not hearing:
        left = MOST_PAUSES - appeal.paused_seconds // 86_400
        latest = (call.now + min(MOST_PAUSE, left) * _DAY).astimezone(CHINA).date()
        until = min(until, latest) if isinstance(until, date) else latest
        granted = left > 0
    note = cases.text(call.submission, "pause_note") or ""
    _decide(call, appeal, "pause", granted=granted, note=note)
    cases.step(call, "paused" if granted else "not_paused", public=granted)
    if not granted or not isinstance(until, date):
        return {"pause_approved": False, "pause_until": call.now}
    appeal.paused_from = call.now
    appeal.paused_until = datetime.combine(until, time(9), CHINA)
    rest = appeal.paused_until - call.now
    appeal.due_at += rest
    appeal.paused_seconds += int(rest.total_seconds())
    pauses.stop_clock(call.session, call.instance.root_id, call.now, appeal.paused_until)
    cases.publish(
        call, cases.NOTICE, "paused", notices.TITLES["paused"],
        notices.body("paused", no=appeal.no, until=notices.chinese(until), reason=note),
    )  # fmt: skip
    return {
        "pause_approved": True, "pause_until": appeal.paused_until, "total_due": appeal.due_at,
    }  # fmt: skip


@service("appeals.resume")
def resume(call: ServiceCall) -> Mapping[str, Any]:
    """恢复计时，告知职工。"""
    appeal = cases.of(call)
    appeal.paused_from = appeal.paused_until = None
    cases.publish(
        call, cases.NOTICE, "resumed", notices.TITLES["resumed"],
        notices.body("resumed", no=appeal.no, due=notices.chinese(appeal.due_at)),
    )  # fmt: skip
    cases.step(call, "resumed", public=True)
    return {"total_due": appeal.due_at}


def _warn(call: ServiceCall, appeal: Appeal, what: str) -> None:
    org = appeal.cur_org or appeal.street
    for group in (f"handler@{org}", f"chair@{org}"):
        call.post(
            kind="reminder",
            recipient=group,
            payload={"appeal": appeal.no, "what": what},
            key=f"{what}:{appeal.no}:{group}:{call.now:%Y%m%d}",
        )


def _decide(call: ServiceCall, appeal: Appeal, kind: str, *, granted: bool, note: str) -> None:
    asked = call.session.scalar(
        select(AppealRequest)
        .where(
            AppealRequest.appeal_no == appeal.no,
            AppealRequest.kind == kind,
            AppealRequest.granted.is_(None),
        )
        .order_by(AppealRequest.id.desc())
        .limit(1)
    )
    if asked is not None:
        asked.granted, asked.note = granted, note
        asked.decided_by, asked.decided_at = call.actor.id, call.now
