"""Answers: drafted, looked at by a second person, signed, given on the spot, rated, filed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.errors import ServiceFailed
from engine.services import ServiceCall, service
from processes.appeals import cases, codes, notices, register, replies, tracking
from processes.appeals.models import Appeal, Callback, Document, Reply
from processes.ledger import numbers


@service("appeals.answer_on_spot")
def answer_on_spot(call: ServiceCall) -> Mapping[str, Any]:
    """当场答复入账：答复、依据、职工评价一次记下，当面送达。"""
    appeal, entered, variables = cases.of(call), call.submission, call.variables
    reply = replies.draft(
        call,
        appeal,
        kind="onspot",
        conclusion=str(variables.get("conclusion") or "explain"),
        facts=appeal.content or "当面陈述",
        basis=str(entered["reply_basis"]),
        content=str(entered["reply_content"]),
        result_class=str(variables.get("result_class") or "A"),
    )
    reply.approved_by, reply.forms = call.actor.id, "on_site"
    document = _sign(call, appeal, reply)
    # the worker stands at the window or is on the telephone: that is the proof
    by = "phone" if appeal.channel == "phone" else "signed"
    document.opened_at = document.delivered_at = call.now
    document.delivered_by, document.delivered_actor = by, call.actor.id
    satisfaction = str(variables.get("satisfaction") or "none")
    appeal.accepted_at = appeal.first_contact_on = None
    appeal.accepted_at, appeal.satisfaction = call.now, satisfaction
    cases.step(call, "onspot", result=satisfaction, public=True)
    return {
        "reply_id": reply.id, "document_id": document.id, "delivered_by": by,
        "result_class": reply.result_class, "route": "onspot",
    }  # fmt: skip


@service("appeals.draft_reply")
def draft_reply(call: ServiceCall) -> Mapping[str, Any]:
    """存答复稿，定第二人审核。"""
    appeal, entered, variables = cases.of(call), call.submission, call.variables
    known = replies.get(call.session, variables.get("reply_id"))
    result_class = _field(call, "result_class") or "A"
    due = variables.get("promise_due") if result_class == "B" else None
    reply = replies.draft(
        call,
        appeal,
        kind=known.kind if known is not None and known.signed_at is None else "final",
        conclusion=_field(call, "conclusion") or "explain",
        facts=str(entered.get("facts") or ""),
        basis=str(entered.get("basis") or ""),
        content=str(entered.get("content") or ""),
        result_class=result_class,
        promise_due=due if isinstance(due, date) else None,
    )
    appeal.status = "reviewing"
    org = str(variables.get("org") or appeal.cur_org or appeal.street)
    cases.step(call, "drafted")
    return {
        "reply_id": reply.id, "reply_state": "drafted", "handled_by": call.actor.id,
        "review_org": cases.second_person(call, org), "conclusion": reply.conclusion,
        "result_class": result_class,
    }  # fmt: skip


@service("appeals.record_approval")
def record_approval(call: ServiceCall) -> Mapping[str, Any]:
    """记录审核意见：签发须由起草人以外的人。"""
    reply = _reply(call)
    approved = call.variables.get("approval") == "sign"
    if approved and call.actor.id == reply.drafted_by:
        raise ServiceFailed("答复须由起草人以外的人签发。", retry=False)
    reply.approved_by = call.actor.id if approved else None
    reply.approval_note = cases.text(call.submission, "approval_note")
    cases.settle(call, "ut_approve_reply")
    cases.step(call, "approved" if approved else "sent_back", summary=reply.approval_note)
    return {"approved": approved, "reply_state": "approved" if approved else "none"}


@service("appeals.sign_reply")
def sign_reply(call: ServiceCall) -> Mapping[str, Any]:
    """编号签发，放到查询页；从件同时得到答复。"""
    appeal, reply = cases.of(call), _reply(call)
    if reply.approved_by is None:
        raise ServiceFailed("没有复核人的答复不能签发。", retry=False)
    document = _sign(call, appeal, reply)
    cases.step(call, "signed", result=reply.conclusion, public=True)
    for number in _followers(call, appeal):
        call.send("msg_main_replied", correlation=number)
    route = call.variables.get("route")
    return {
        "document_id": document.id, "document_kind": "reply",
        "result_class": reply.result_class, "conclusion": reply.conclusion,
        "promise_due": reply.promise_due,
        # no secret may be in here (保密法 §30), and nobody was asked whether to be named
        "secret": False,
        "personal_without_consent": True,
        "ask_rating": reply.kind not in ("refusal", "legal", "review"),
        "route": route,
    }  # fmt: skip


@service("appeals.convert")
def convert(call: ServiceCall) -> Mapping[str, Any]:
    """拟“已转为建议提案”的答复，等待签发；结果出来再告知一次。"""
    appeal = cases.of(call)
    earlier = replies.get(call.session, call.variables.get("reply_id"))
    reply = replies.draft(
        call,
        appeal,
        kind="final",
        conclusion="transferred",
        facts=earlier.facts
        if earlier
        else "您反映的事项属于共性、政策性问题，本级协商未能全部解决。",
        basis=earlier.basis if earlier else "龙岗区工会系统“十个一”工作方案二（十）",
        content=(f"{earlier.content}\n" if earlier else "")
        + "您反映的事项已转为人大建议或政协提案办理。提交、立案和办理结果，我们会再告知您一次。",
        result_class="D",
    )
    reply.drafted_by = str(call.variables.get("handled_by") or call.actor.id)
    appeal.converted, appeal.status = True, "reviewing"
    cases.step(call, "converted", public=True)
    return {"reply_id": reply.id, "reply_state": "drafted", "conclusion": "transferred",
            "result_class": "D"}  # fmt: skip


@service("appeals.record_publicity")
def record_publicity(call: ServiceCall) -> None:
    """登记集中公示：只写“某企业职工”。"""
    reply = _reply(call)
    reply.forms = "public"
    text = cases.text(call.submission, "public_text")
    cases.step(call, "publicized", summary=text, public=True)


@service("appeals.rating_given")
def rating_given(call: ServiceCall) -> Mapping[str, Any]:
    """看职工是不是已经在查询页上评价了这份答复。"""
    return {"satisfaction": tracking.given(call.session, cases.of(call)) or "none"}


@service("appeals.record_rating")
def record_rating(call: ServiceCall) -> Mapping[str, Any]:
    """记录职工评价；没有评价的记“未评价”。"""
    appeal = cases.of(call)
    value = str(call.variables.get("satisfaction") or "none")
    if value not in codes.SATISFACTIONS or value == "none":
        # she may have rated before the process waited for it
        value = tracking.given(call.session, appeal) or "none"
    appeal.satisfaction = value
    appeal.status = "replied"
    cases.step(call, "rated", result=value, public=True)
    return {"satisfaction": value}


@service("appeals.record_callback")
def record_callback(call: ServiceCall) -> Mapping[str, Any]:
    """记录回访：接通与否、评价、代录。"""
    appeal, variables = cases.of(call), call.variables
    reached = variables.get("callback_result") == "reached"
    value = str(variables.get("satisfaction") or "none") if reached else "none"
    call.session.add(
        Callback(
            appeal_no=appeal.no,
            purpose="rate",
            at=call.now,
            by=call.actor.id,
            reached=reached,
            satisfaction=value if reached else None,
            by_proxy=bool(variables.get("by_proxy")),
            comment=cases.text(call.submission, "callback_note"),
        )
    )
    attempts = int(variables.get("callback_attempts") or 0) + 1
    cases.step(call, "callback", result="reached" if reached else "missed")
    return {"reached": reached, "callback_attempts": attempts, "satisfaction": value}


@service("appeals.record_review")
def record_review(call: ServiceCall) -> Mapping[str, Any]:
    """记录复查答复，作为最后一份答复签发送达。"""
    appeal, entered = cases.of(call), call.submission
    reply = replies.draft(
        call,
        appeal,
        kind="review",
        conclusion=_field(call, "conclusion") or "explain",
        facts=str(entered.get("facts") or ""),
        basis=str(entered.get("basis") or ""),
        content=str(entered.get("content") or ""),
        result_class=_field(call, "result_class") or "D",
    )
    reply.approved_by = call.actor.id  # the reviewing body is the level above (§35)
    appeal.rework_count = 2
    cases.step(call, "reviewed", summary=cases.text(entered, "referral_result"), public=True)
    return {"reply_id": reply.id, "reply_state": "approved", "rework_count": 2}


@service("appeals.file")
def file(call: ServiceCall) -> None:
    """备案归档：写诉求台账，定保存期限。"""
    appeal = cases.of(call)
    delivered = call.session.scalar(
        select(Document.id)
        .where(
            Document.appeal_no == appeal.no,
            Document.kind == "reply",
            Document.delivered_at.is_not(None),
        )
        .limit(1)
    )
    if delivered is None:
        raise ServiceFailed("没有已送达的答复，不能办结。", retry=False)
    route = call.variables.get("route")
    appeal.status = {"refuse": "refused", "legal": "legal"}.get(str(route), "closed")
    appeal.ended_at = call.now
    appeal.retention_until = register.retention(call.now)
    register.enter(call, appeal)
    cases.step(call, "filed", public=True)


def _sign(call: ServiceCall, appeal: Appeal, reply: Reply) -> Document:
    reply.no = reply.no or numbers.letter_number(call.session, "龙工诉复")
    reply.signed_at = call.now
    appeal.answered_at, appeal.status = call.now, "replied"
    appeal.result_class, appeal.conclusion = reply.result_class, reply.conclusion
    return cases.publish(
        call, cases.REPLY, "reply", notices.TITLES["reply"], reply.content, reply=reply
    )


def _reply(call: ServiceCall) -> Reply:
    reply = replies.get(call.session, call.variables.get("reply_id"))
    if reply is None:
        raise ServiceFailed("没有答复稿。", retry=False)
    return reply


def _field(call: ServiceCall, key: str) -> str:
    """A closed field as it was just posted, else the variable of that name."""
    return str(call.submission.get(key) or call.variables.get(key) or "")


def _followers(call: ServiceCall, appeal: Appeal) -> list[str]:
    return list(
        call.session.scalars(
            select(Appeal.no).where(Appeal.main_no == appeal.no, Appeal.status == "following")
        )
    )
