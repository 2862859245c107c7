"""What comes beside and after: referrals, promises, 挂账, withdrawal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from engine import calendar
from engine.services import ServiceCall, service
from processes.appeals import cases, notices, replies
from processes.appeals.models import Appeal, AppealRequest, Pending, Referral


@service("appeals.record_referral")
def record_referral(call: ServiceCall) -> Mapping[str, Any]:
    """记录转介答复：专业线有自己的答复，作为本件答复的底稿。"""
    appeal, entered = cases.of(call), call.submission
    tool = str(call.inputs["tool"])
    conclusion = str(call.variables.get("conclusion") or "explain")
    call.session.add(
        Referral(
            appeal_no=appeal.no,
            instance_id=call.instance.id,
            tool=tool,
            answer=cases.text(entered, "referral_result") or "",
            conclusion=conclusion,
            answered_by=call.actor.id,
            answered_at=call.now,
        )
    )
    cases.step(call, "referred", summary=cases.text(entered, "referral_result"), result=tool)
    reply = replies.draft(
        call,
        appeal,
        kind=f"ref_{tool}",  # beside, never instead of, the handler's own draft
        conclusion=conclusion,
        facts=str(entered.get("facts") or ""),
        basis=str(entered.get("basis") or ""),
        content=str(entered.get("content") or ""),
        result_class=str(call.variables.get("result_class") or "D"),
    )
    return {
        "reply_id": reply.id, "reply_state": "drafted", "conclusion": conclusion,
        "result_class": reply.result_class, "handled_by": call.actor.id,
        "review_org": cases.second_person(call, "district"),
    }  # fmt: skip


@service("appeals.open_promise")
def open_promise(call: ServiceCall) -> Mapping[str, Any]:
    """登记承诺事项，按期限核实。"""
    due = call.variables.get("promise_due")
    if not isinstance(due, date):
        # a promise without a date is looked at after a quarter
        functions = calendar.functions(call.session, call.now)
        due = functions["months"](3).due_at.date()
    cases.step(call, "promised", result=due.isoformat())
    return {"promise_due": due}


@service("appeals.record_promise")
def record_promise(call: ServiceCall) -> Mapping[str, Any]:
    """记录兑现情况；兑现的告知职工，改期的写明原因。"""
    cases.settle(call, "ut_promise_track")
    done = call.variables.get("promise_result") == "done"
    note = cases.text(call.submission, "promise_note") or ""
    cases.step(call, "kept" if done else "postponed", summary=note, public=True)
    if done:
        cases.publish(
            call, cases.NOTICE, "kept", notices.TITLES["kept"], notices.body("kept", reason=note)
        )
    return {"track_result": "done" if done else "postponed"}


@service("appeals.hang")
def hang(call: ServiceCall) -> Mapping[str, Any]:
    """挂账并告知职工复查日期。"""
    appeal = cases.of(call)
    functions = calendar.functions(call.session, call.now)
    again = functions["months"](3).due_at
    call.session.add(
        Pending(
            appeal_no=appeal.no,
            reason="result",
            approved_by=call.actor.id,
            opened_at=call.now,
            next_recheck=again,
        )
    )
    appeal.status = "pending"
    cases.publish(
        call, cases.NOTICE, "pending", notices.TITLES["pending"],
        notices.body("pending", until=notices.chinese(again)),
    )  # fmt: skip
    cases.step(call, "pending", public=True)
    return {"track_result": ""}


@service("appeals.record_recheck")
def record_recheck(call: ServiceCall) -> Mapping[str, Any]:
    """记录挂账复查结论；销账的告知职工。"""
    appeal = cases.of(call)
    result = str(call.variables.get("recheck_result") or "keep")
    note = cases.text(call.submission, "recheck_note") or ""
    row = call.session.scalar(
        select(Pending)
        .where(Pending.appeal_no == appeal.no, Pending.cleared_at.is_(None))
        .order_by(Pending.id.desc())
        .limit(1)
    )
    if row is not None and result != "keep":
        row.cleared_at, row.outcome = call.now, result
    if result == "cleared":
        cases.publish(
            call, cases.NOTICE, "cleared", notices.TITLES["cleared"],
            notices.body("cleared", reason=note),
        )  # fmt: skip
    cases.step(call, f"recheck_{result}", summary=note, public=True)
    outcome = {"solvable": "reopened", "cleared": "cleared"}.get(result, "")
    return {"track_result": outcome, "feedback_result": "again" if outcome == "reopened" else ""}


@service("appeals.record_withdraw")
def record_withdraw(call: ServiceCall) -> Mapping[str, Any]:
    """记录撤回核实：须是本人自愿。"""
    appeal = cases.of(call)
    confirmed = call.variables.get("withdraw_decision") == "yes"
    asked = call.session.scalar(
        select(AppealRequest)
        .where(
            AppealRequest.appeal_no == appeal.no,
            AppealRequest.kind == "withdraw",
            AppealRequest.granted.is_(None),
        )
        .limit(1)
    )
    note = cases.text(call.submission, "withdraw_note")
    if asked is not None:
        asked.granted, asked.note = confirmed, note
        asked.decided_by, asked.decided_at = call.actor.id, call.now
    cases.step(call, "withdraw_confirmed" if confirmed else "withdraw_refused", summary=note)
    return {"withdraw_confirmed": confirmed}


@service("appeals.withdrawn")
def withdrawn(call: ServiceCall) -> Mapping[str, Any]:
    """登记撤回、放开从件，写好撤回告知等待送达。"""
    appeal = cases.of(call)
    appeal.status, appeal.ended_at = "withdrawn", call.now
    followers = call.session.scalars(
        select(Appeal).where(Appeal.main_no == appeal.no, Appeal.status == "following")
    )
    for follower in followers:
        follower.main_no, follower.status = None, "triage"
        call.send("msg_main_released", correlation=follower.no)
    document = cases.publish(
        call, cases.NOTICE, "withdrawn", notices.TITLES["withdrawn"],
        notices.body("withdrawn", no=appeal.no),
    )  # fmt: skip
    cases.step(call, "withdrawn", public=True)
    return {"document_id": document.id, "document_kind": "notice"}
