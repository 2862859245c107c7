"""One level works on an appeal: who gets it, what was done, returns, opinions of departments."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from engine import vault
from engine.models import HumanTask, Submission
from engine.services import ServiceCall, service
from processes.appeals import cases, codes, notices, organisations, pauses, replies
from processes.appeals.models import Appeal, AppealRequest, Assignment, Coordination
from processes.ledger import numbers
from processes.people import access, orgs, posts


@service("appeals.assign")
def assign(call: ServiceCall) -> Mapping[str, Any]:
    """派到承办单位：按处置权限、上交、改派或二次办理定层级和单位。"""
    appeal, variables = cases.of(call), call.variables
    kind, level, org = _where(call, appeal)
    again = kind == "rework" and variables.get("rework_to") == "person"
    not_by = str(variables.get("handled_by") or "") if again else ""
    _bar(call, appeal, org)
    staffed = posts.staffed_org(
        call.session, "handler", org,
        excluding=(not_by,) if not_by else (), instance_id=call.instance.root_id,
    )  # fmt: skip
    if staffed != org:
        call.record("moved_up", wanted=org, found=staffed)
        org, level = staffed, orgs.org(call.session, staffed).level
        _bar(call, appeal, org)
    superior = orgs.superior(call.session, org)
    promote = kind == "first" and _invite(variables)
    appeal.cur_level, appeal.cur_org, appeal.handler = level, org, None
    appeal.status = "promoting" if promote else ("rework" if kind == "rework" else "handling")
    call.session.add(
        Assignment(
            appeal_no=appeal.no,
            from_org=str(variables.get("org") or "") or None,
            to_org=org,
            level=level,
            kind=kind,
            sent_at=call.now,
            return_seq=int(variables.get("returns") or 0),
        )
    )
    cases.step(call, "assigned", result=kind, public=True)
    if promote:
        _tell_promoting(call)
    rework = int(variables.get("rework_count") or 0) + (kind == "rework")
    appeal.rework_count = rework
    return {
        "level": level, "org": org, "superior_org": superior, "handler_group": f"handler@{org}",
        "review_org": cases.second_person(call, org), "not_by": not_by,
        "callback_org": organisations.staffed(call, "callback", superior),
        "result": "promote" if promote else "", "action": "", "reply_id": None,
        "reply_state": "none", "convert": False, "promote_result": "", "feedback_result": "",
        "track_result": "", "target_org": None, "skip_level": False, "rework_count": rework,
        "promote_seq": int(variables.get("promote_seq") or 0) + promote,
        "handle_stage": "rework" if kind == "rework" else "handle",
    }  # fmt: skip


@service("appeals.record_handling")
def record_handling(call: ServiceCall) -> Mapping[str, Any]:
    """记录办理：联系、协商、结论；拟答复、发会办函、提延期暂停申请。"""
    appeal, entered = cases.of(call), call.submission
    action = str(call.variables.get("action") or "reply")
    _sign(call, appeal)
    contacted = call.variables.get("contacted_on")
    if appeal.first_contact_on is None and isinstance(contacted, date):
        appeal.first_contact_on = contacted
    if call.variables.get("legal_change"):
        appeal.legal_stage = str(call.variables["legal_change"])
    changed: dict[str, Any] = {
        "handled_by": call.actor.id,
        "action": action,
        "result": "reply" if action == "hang" else action,
        "legal_stage": appeal.legal_stage,
        "review_org": cases.second_person(call, str(call.variables["org"])),
        "convert": bool(call.variables.get("convert")) and action == "reply",
        "handle_due": pauses.due_of_task(call.session, call.instance.id),
    }
    if action in _ACTS:
        changed |= _ACTS[action](call, appeal)
    cases.settle(call, "ut_handle")
    reason = cases.text(entered, "escalate_reason") or cases.text(entered, "return_basis")
    words = "\n".join(part for part in (cases.text(entered, "summary"), reason) if part)
    cases.step(call, action, summary=words or None, public=action in _TOLD)
    return changed


@service("appeals.record_return")
def record_return(call: ServiceCall) -> Mapping[str, Any]:
    """记录退单审核或管辖指定：改派，或由原单位办理。"""
    appeal = cases.of(call)
    decision = str(call.variables.get("return_decision") or "force")
    target = call.variables.get("target_org")
    if decision == "redispatch" and not target:
        decision = "force"
    appeal.return_count += 1
    given = _last_assignment(call, appeal)
    if given is not None:
        given.decided_by = call.actor.id
        given.note = cases.text(call.submission, "return_note")
        given.return_seq = appeal.return_count
    cases.settle(call, "ut_return_review")
    cases.step(call, f"return_{decision}", summary=cases.text(call.submission, "return_note"))
    return {
        "returns": appeal.return_count,
        "return_decision": decision,
        "result": "redispatch" if decision == "redispatch" else "",
    }


@service("appeals.force")
def force(call: ServiceCall) -> Mapping[str, Any]:
    """已退两次：强派办理，不再退单。"""
    cases.step(call, "forced")
    _remind(call, str(call.variables["handler_group"]), "forced")
    return {"action": ""}


@service("appeals.collect_cooperation")
def collect_cooperation(call: ServiceCall) -> Mapping[str, Any]:
    """汇总会办意见：都有实质内容才算会办完。"""
    appeal = cases.of(call)
    departments = list(call.variables.get("departments") or [])
    latest = _opinions(call)
    rows = call.session.scalars(
        select(Coordination)
        .where(Coordination.instance_id == call.instance.id, Coordination.replied_at.is_(None))
        .order_by(Coordination.id)
    ).all()
    substantial = True
    for row in rows:
        values = latest.get(row.dept, {})
        row.opinion = cases.text(values, "opinion")
        row.reply_letter_no = cases.text(values, "letter_no")
        row.substantial = bool(values.get("substantial_opinion"))
        row.replied_at = call.now
        if not row.substantial:
            substantial = False
            call.session.add(_coordination(call, appeal, row.dept, row.question, row.round + 1))
    cases.step(call, "cooperated", result="substantial" if substantial else "again")
    return {"substantial": substantial, "departments": departments}


@service("appeals.remind")
def remind(call: ServiceCall) -> None:
    """催签收、临期提醒承办人；没人签收的同时报上级分办员。"""
    signed = call.session.scalar(
        select(HumanTask.assignee).where(
            HumanTask.instance_id == call.instance.id,
            HumanTask.element_id == "ut_handle",
            HumanTask.status == "open",
        )
    )
    _remind(call, str(call.variables["handler_group"]), "due_soon" if signed else "unsigned")
    if signed is None:
        _remind(call, f"dispatcher@{call.variables['superior_org']}", "unsigned")


def _remind(call: ServiceCall, group: str, what: str) -> None:
    appeal = cases.of(call)
    call.post(
        kind="reminder",
        recipient=group,
        payload={"appeal": appeal.no, "what": what},
        key=f"{what}:{call.instance.id}:{group}:{call.now.isoformat()}",
        urgent=appeal.urgency == "critical",
    )


def _where(call: ServiceCall, appeal: Appeal) -> tuple[str, str, str]:
    """Return why, to which level and to which organisation the case goes now."""
    variables = call.variables
    level, org = str(variables.get("level") or "L3"), str(variables.get("org") or appeal.street)
    if variables.get("feedback_result") == "again":
        return _again(call, appeal, level, org)
    result = variables.get("result")
    if result == "redispatch" and variables.get("target_org"):
        target = str(variables["target_org"])
        return "redispatch", orgs.org(call.session, target).level, target
    if result == "escalate":
        wanted = codes.NEXT_LEVEL.get(level, "L4")
        if variables.get("skip_level"):
            wanted = codes.NEXT_LEVEL.get(wanted, wanted)
        return "escalate", *_at(call, appeal, wanted)
    if variables.get("promote_result"):
        wanted = "L4" if variables["promote_result"] == "led_by_district" else level
        return "resume", *_at(call, appeal, wanted)
    authority = variables.get("authority") or {}
    return "first", *_at(call, appeal, str(authority.get("level") or "L3"))


def _again(call: ServiceCall, appeal: Appeal, level: str, org: str) -> tuple[str, str, str]:
    """A second handling goes to another person or up; a settled 挂账 back to who has it."""
    if call.variables.get("track_result") == "reopened":
        return "resume", level, org
    if call.variables.get("rework_to") == "person":
        return "rework", level, org
    return "rework", *_at(call, appeal, codes.NEXT_LEVEL.get(level, "L4"))


def _at(call: ServiceCall, appeal: Appeal, level: str) -> tuple[str, str]:
    if level in ("L5", "L6"):
        # departments and the city do not work here: the district keeps the case and writes
        return level, organisations.DISTRICT
    if level == "L3H" and appeal.industry_org:
        return level, appeal.industry_org
    base = (appeal.employer_org if level in ("L1", "L2") else None) or appeal.community
    org = orgs.at_level(call.session, base or appeal.street, level)
    if level == "L2" and orgs.org(call.session, org).level == "L3" and appeal.community:
        org = appeal.community
    return orgs.org(call.session, org).level, org


def _bar(call: ServiceCall, appeal: Appeal, org: str) -> None:
    """The employer's union sees the case only while it leads it, by the worker's own wish."""
    employer = appeal.employer_org
    if employer and employer == org:
        access.unbar(call.session, call.instance.root_id, employer)
    elif employer:
        access.bar(call.session, call.instance.root_id, employer)


def _invite(variables: Mapping[str, Any]) -> bool:
    authority = variables.get("authority") or {}
    return variables.get("invite") != "forbidden" and (
        bool(authority.get("invite_rep")) or variables.get("invite") == "should"
    )


def _tell_promoting(call: ServiceCall) -> None:
    title = notices.TITLES["promoting"]
    cases.publish(call, cases.NOTICE, "promoting", title, notices.body("promoting"))


def _last_assignment(call: ServiceCall, appeal: Appeal) -> Assignment | None:
    return call.session.scalar(
        select(Assignment)
        .where(Assignment.appeal_no == appeal.no)
        .order_by(Assignment.id.desc())
        .limit(1)
    )


def _sign(call: ServiceCall, appeal: Appeal) -> None:
    appeal.handler = call.actor.id
    given = _last_assignment(call, appeal)
    if given is not None and given.signed_at is None:
        given.signed_at = call.now


def _reply(call: ServiceCall, appeal: Appeal) -> dict[str, Any]:
    entered, variables = call.submission, call.variables
    result_class = "C" if variables.get("action") == "hang" else str(variables["result_class"])
    due = variables.get("promise_due") if result_class == "B" else None
    reply = replies.draft(
        call,
        appeal,
        kind="final",
        conclusion=str(variables.get("conclusion") or "explain"),
        facts=str(entered.get("facts") or ""),
        basis=str(entered.get("basis") or ""),
        content=str(entered.get("content") or ""),
        result_class=result_class,
        promise_due=due if isinstance(due, date) else None,
    )
    appeal.status = "reviewing"
    return {"reply_id": reply.id, "reply_state": "drafted", "result_class": result_class}


def _cooperate(call: ServiceCall, appeal: Appeal) -> dict[str, Any]:
    question = cases.text(call.submission, "question")
    departments = list(call.variables.get("departments") or [])
    for dept in departments:
        call.session.add(_coordination(call, appeal, dept, question, 1))
    return {"departments": departments}


def _coordination(
    call: ServiceCall, appeal: Appeal, dept: str, question: str | None, number: int
) -> Coordination:
    return Coordination(
        appeal_no=appeal.no, instance_id=call.instance.id, dept=dept, question=question,
        letter_no=numbers.letter_number(call.session), round=number, asked_at=call.now,
    )  # fmt: skip


def _extend(call: ServiceCall, appeal: Appeal) -> dict[str, Any]:
    days = int(call.variables.get("extend_days") or 30)
    _request(call, appeal, "extend", cases.text(call.submission, "extend_reason"), days=days)
    call.send("msg_extend_requested", correlation=appeal.no, payload={"extend_days": days})
    return {}


def _pause(call: ServiceCall, appeal: Appeal) -> dict[str, Any]:
    until = call.variables.get("pause_to")
    reason = str(call.variables.get("pause_reason") or "party")
    _request(call, appeal, "pause", reason, until=until if isinstance(until, date) else None)
    call.send(
        "msg_pause_requested",
        correlation=appeal.no,
        payload={"pause_to": until, "pause_reason": reason},
    )
    return {}


def _request(
    call: ServiceCall,
    appeal: Appeal,
    kind: str,
    reason: str | None,
    *,
    days: int | None = None,
    until: date | None = None,
) -> None:
    call.session.add(
        AppealRequest(
            appeal_no=appeal.no,
            kind=kind,
            asked_by=call.actor.id,
            asked_at=call.now,
            reason=reason,
            days=days,
            until=until,
        )
    )


def _return(call: ServiceCall, appeal: Appeal) -> dict[str, Any]:
    given = _last_assignment(call, appeal)
    if given is not None:
        given.return_basis = cases.text(call.submission, "return_basis")
    return {"returns": appeal.return_count}


def _promote(call: ServiceCall, appeal: Appeal) -> dict[str, Any]:
    appeal.status = "promoting"
    _tell_promoting(call)
    return {"promote_seq": int(call.variables.get("promote_seq") or 0) + 1}


def _opinions(call: ServiceCall) -> dict[str, dict[str, Any]]:
    """Return the last opinion of each department: one form per department was posted."""
    departments = list(call.variables.get("departments") or [])
    rows = call.session.execute(
        select(Submission.payload, HumanTask.item)
        .join(HumanTask, HumanTask.id == Submission.human_task_id)
        .where(
            Submission.instance_id == call.instance.id,
            Submission.element_id == "ut_cooperate",
        )
        .order_by(Submission.submitted_at)
    )
    return {
        departments[item]: json.loads(vault.open_text(payload, "submission.payload"))
        for payload, item in rows
        if item < len(departments)
    }


_ACTS = {
    "reply": _reply,
    "hang": _reply,
    "cooperate": _cooperate,
    "extend": _extend,
    "pause": _pause,
    "return": _return,
    "dispute": _return,
    "promote": _promote,
}
#: What the worker's page mentions.
_TOLD = frozenset({"reply", "escalate", "promote", "cooperate", "refer"})
