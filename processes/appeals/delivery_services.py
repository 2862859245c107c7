"""Bringing a text to the worker, and the proof: opened, told by telephone, signed, one-way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import ServiceFailed
from engine.services import ServiceCall, service
from processes.appeals import cases, notices, organisations
from processes.appeals.models import Callback, Document

_PROOFS = frozenset({"opened", "phone", "signed", "one_way"})


@service("appeals.publish")
def publish(call: ServiceCall) -> Mapping[str, Any]:
    """发布到查询页并提醒职工去看。"""
    appeal, document, known = cases.of(call), _document(call), call.variables
    # A caller of another area knows the case's number and the paper, not who telephones.
    office = known.get("office_org") or organisations.office(call.session, appeal.street)
    return {
        "phone_attempts": 0, "proof": "", "phone_result": "",
        "has_phone": appeal.phone is not None, "document_id": document.id,
        "office_org": office, "level": known.get("level") or appeal.cur_level or "L3",
    }  # fmt: skip


@service("appeals.record_phone")
def record_phone(call: ServiceCall) -> Mapping[str, Any]:
    """记录送达通话；到场签收的记签收。"""
    appeal, document = cases.of(call), _document(call)
    signed = bool(call.variables.get("signed_paper"))
    result = "connected" if signed else str(call.variables.get("phone_result") or "no_answer")
    reached = result == "connected"
    call.session.add(
        Callback(
            appeal_no=appeal.no,
            purpose="deliver",
            document_id=document.id,
            at=call.now,
            by=call.actor.id,
            reached=reached,
            comment=cases.text(call.submission, "phone_note"),
        )
    )
    cases.settle(call, "ut_deliver_phone")
    cases.step(call, "phoned", result=result)
    proof = ("signed" if signed else "phone") if reached else ""
    return {
        "phone_result": result, "proof": proof,
        "phone_attempts": int(call.variables.get("phone_attempts") or 0) + 1,
    }  # fmt: skip


@service("appeals.one_way")
def one_way(call: ServiceCall) -> Mapping[str, Any]:
    """单向反馈：凭查询码长期可看，通话记录和发布时间留作证明。"""
    cases.step(call, "one_way")
    return {"proof": "one_way"}


@service("appeals.delivered")
def delivered(call: ServiceCall) -> Mapping[str, Any]:
    """记录送达证明：查询页已打开、电话已记录、书面已签收或单向反馈。"""
    document = _document(call)
    proof = str(call.variables.get("proof") or "opened")
    if proof not in _PROOFS:
        raise ServiceFailed(f"不认识的送达证明“{proof}”。", retry=False)
    cases.settle(call, "ut_deliver_phone")
    if document.delivered_at is None:
        document.delivered_at, document.delivered_by = call.now, proof
        document.delivered_actor = call.actor.id
    cases.step(call, "delivered", result=proof, public=document.kind == cases.REPLY)
    return {"delivered_by": document.delivered_by}


@service("appeals.notice")
def notice(call: ServiceCall) -> Mapping[str, Any]:
    """在查询页给职工发一份告知（不算答复）。"""
    template = str(call.inputs.get("template") or "progress")
    if not notices.known(template):
        raise ServiceFailed(f"没有名为“{template}”的告知。", retry=False)
    appeal = cases.of(call)
    words = str(call.inputs.get("text") or "")
    document = cases.publish(
        call, cases.NOTICE, template, notices.TITLES[template],
        notices.body(template, no=appeal.no, reason=words),
    )  # fmt: skip
    cases.step(call, f"notice_{template}", public=True)
    return {"document_id": document.id, "document_kind": "notice"}


@service("appeals.step")
def note(call: ServiceCall) -> None:
    """在诉求件上记一步办理情况。"""
    words = call.inputs.get("summary") or cases.text(call.submission, "summary")
    action = str(call.inputs.get("action") or call.element_id)
    cases.step(call, action[:30], summary=str(words) if words else None)


@service("appeals.tell_outcome")
def tell_outcome(call: ServiceCall) -> Mapping[str, Any]:
    """建议提案有了结果：告知提出诉求的职工。"""
    outcome = str(call.inputs.get("outcome") or call.variables.get("outcome") or "answered")
    words = cases.text(call.submission, "inform_text") or _OUTCOMES.get(outcome, "")
    document = cases.publish(
        call, cases.NOTICE, "tell_outcome", notices.TITLES["tell_outcome"],
        notices.body("tell_outcome", reason=words),
    )  # fmt: skip
    cases.step(call, "outcome_told", result=outcome, public=True)
    return {"document_id": document.id, "document_kind": "notice"}


_OUTCOMES = {
    "filed": "您反映的事项转成的建议提案已立案，正在办理。",
    "answered": "您反映的事项转成的建议提案已得到承办部门答复。",
    "not_filed": "您反映的事项转成的建议提案没有立案，我们已改用情况专报继续反映。",
    "withdrawn": "您反映的事项转成的建议提案已由代表委员撤回，我们会通过其他渠道继续反映。",
    "not_submitted": "您反映的事项这次没有提交为建议提案，我们会通过其他渠道继续反映。",
}


def _document(call: ServiceCall) -> Document:
    found = call.session.get(Document, str(call.variables.get("document_id")))
    if found is None:
        raise ServiceFailed("没有要送达的文书。", retry=False)
    return found
