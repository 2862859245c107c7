"""Supervision of late work: open it, count the days, find who must see to it, end it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import select

from engine import calendar
from engine.calendar import days as workdays
from engine.clock import CHINA
from engine.errors import ServiceFailed
from engine.models import Subscription
from engine.services import ServiceCall, service
from processes.people import orgs, posts
from processes.support.models import OverdueCase, Supervision

MESSAGE = "msg_overdue_settled"
_LEADER_TIER = 4


@service("support.open_overdue")
def open_overdue(call: ServiceCall) -> Mapping[str, Any]:
    """立督办：记下从何时起逾期，通知承办人。待办和草稿仍归承办人。"""
    variables = call.variables
    element = str(variables["watch_element"])
    key = _key(call, element)
    call.session.add(
        OverdueCase(
            instance_id=call.instance.id,
            root_id=call.instance.root_id,
            watch_key=key,
            element=element,
            stage=str(variables.get("stage") or ""),
            subject=str(variables.get("appeal_no") or call.instance.business_key or ""),
            org=str(variables["org"]),
            due_at=call.now,
        )
    )
    call.instance.title = f"督办 {variables.get('appeal_no') or ''}".strip()
    _tell(call, str(variables["holder_group"]), "overdue")
    return {"overdue_since": call.now, "tier": 0, "overdue_days": 1}


@service("support.overdue_days")
def overdue_days(call: ServiceCall) -> Mapping[str, Any]:
    """计算超期工作日：不足一日按一日计。"""
    since = call.variables["overdue_since"]
    working = workdays.load(call.session)
    passed = working.workdays_between(_day(since), _day(call.now))
    return {"overdue_days": max(1, passed)}


@service("support.find_supervisor")
def find_supervisor(call: ServiceCall) -> Mapping[str, Any]:
    """按督办层级确定督办人；没有人的自动到上一级并留痕。"""
    row, variables = _case(call), call.variables
    decided = variables["escalation"]
    tier, role, org = int(decided["tier"]), str(decided["role"]), str(variables["org"])
    wanted = {"superior": orgs.superior(call.session, org), "district": orgs.DISTRICT}.get(
        str(decided["where"]), org
    )
    found = posts.staffed_org(call.session, role, wanted, instance_id=call.instance.root_id)
    if found != wanted:
        call.record("moved_up", wanted=f"{role}@{wanted}", found=found)
    row.tier = tier
    group = f"{role}@{found}"
    _tell(call, group, "supervise")
    return {
        "tier": tier,
        "supervisor_group": group,
        "next_tier_at": _when(call, int(decided["until"])),
    }


@service("support.record_supervision")
def record_supervision(call: ServiceCall) -> Mapping[str, Any]:
    """记录督办要求和新期限，通知承办人。"""
    row = _case(call)
    until = call.variables.get("supervise_until")
    call.session.add(
        Supervision(
            overdue_id=row.id,
            tier=row.tier,
            by=call.actor.id,
            at=call.now,
            demand=_words(call, "supervise_demand"),
            until=until if isinstance(until, date) else None,
        )
    )
    _tell(call, str(call.variables["holder_group"]), "demand")
    if row.tier >= _LEADER_TIER:
        _tell(call, "inspector@district", "inspect")
    planned = call.variables.get("next_tier_at")
    if isinstance(until, date):
        # a new date asked for holds back the next step, but never brings it forward
        asked = datetime.combine(until, time(18), CHINA)
        if isinstance(planned, datetime):
            return {"next_tier_at": max(planned, asked)}
    return {"next_tier_at": planned}


@service("support.record_explanation")
def record_explanation(call: ServiceCall) -> None:
    """记录承办人的逾期说明。"""
    row = _case(call)
    row.delay_reason = _words(call, "delay_reason")
    until = call.variables.get("delay_until")
    row.delay_until = until if isinstance(until, date) else None


@service("support.close_overdue")
def close_overdue(call: ServiceCall) -> None:
    """应办之事已办：销督办，通知督办人。"""
    row = _case(call)
    row.settled_at = call.now
    group = call.variables.get("supervisor_group")
    if group:
        _tell(call, str(group), "settled")


@service("support.settle")
def settle(call: ServiceCall) -> None:
    """应办之事办完后销督办（没有督办的不做任何事）。"""
    key = _key(call, str(call.inputs["watch_element"]))
    waiting = call.session.scalar(
        select(Subscription.id)
        .where(Subscription.name == MESSAGE, Subscription.correlation == key)
        .limit(1)
    )
    if waiting is not None:
        call.send(MESSAGE, correlation=key)


def _key(call: ServiceCall, element: str) -> str:
    """Return the correlation of `msg_overdue_settled`, as the diagram writes it."""
    return f"{call.variables.get('appeal_no') or call.instance.business_key or ''}:{element}"


def _case(call: ServiceCall) -> OverdueCase:
    row = call.session.scalar(
        select(OverdueCase).where(OverdueCase.instance_id == call.instance.id)
    )
    if row is None:
        raise ServiceFailed("没有这件督办。", retry=False)
    return row


def _when(call: ServiceCall, day: int) -> datetime:
    """Return when the late work has been late for so many working days."""
    since = call.variables["overdue_since"]
    functions = calendar.functions(call.session, call.now)
    moments: list[datetime] = [
        functions["workdays"](day, since).due_at,
        functions["workdays"](1).due_at,
    ]
    return max(moments)


def _tell(call: ServiceCall, group: str, what: str) -> None:
    subject = str(call.variables.get("appeal_no") or call.instance.business_key or "")
    call.post(
        kind="reminder",
        recipient=group,
        payload={"appeal": subject, "what": what, "element": call.variables.get("watch_element")},
        key=f"{what}:{call.instance.id}:{group}:{call.now.isoformat()}",
    )


def _words(call: ServiceCall, key: str) -> str | None:
    value = call.submission.get(key)
    return str(value).strip() or None if value is not None else None


def _day(moment: Any) -> date:
    day: date = moment.astimezone(CHINA).date()
    return day
