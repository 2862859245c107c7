"""What the diagram `proposal_convert` calls up to the submission of a proposal (T-100 to T-103)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.services import ServiceCall, service
from processes.people import staffed_org
from processes.proposals import eligibility, records, registers
from processes.proposals.models import Proposal, ProposalMaterial

#: Conversions are the district's work; streets support and are told.
DISTRICT = "district"


@service("proposals.facts")
def facts(call: ServiceCall) -> Mapping[str, Any]:
    """汇集来源诉求、可能的提案人和不应提出的情形（D-06 的事实）"""
    known = call.variables
    sources = records.add_sources(
        call.session, call.instance.id, [str(known["appeal_no"])], first=True
    )
    street, dept_level = known.get("street"), known.get("dept_level")
    found = eligibility.proposers(
        call.session, street=street, dept_level=dept_level, first=known.get("rep_leader")
    )
    best = found[0] if found else eligibility.Proposer("", "none", "", False)
    marks = eligibility.own_marks(known)
    reasons = eligibility.forbidden(call.session, best.kind, marks)
    call.instance.title = f"诉求转化 {known['appeal_no']}"
    call.record("facts", marks=marks, reasons=reasons, proposer=best.code, proposer_kind=best.kind)
    return {
        "sources": sources,
        "proposal_org": DISTRICT,
        "proposal_no": None,
        "authority": _authority(known, best),
        "proposer_kind": best.kind,
        "proposer_options": eligibility.options(found),
        "forbidden": bool(reasons),
        "support_options": _support_options(call, street),
        # Until `ut_support` names a post, and when it never does.
        "support_group": "organizing@district",
        "result_class": None,
        "review_result": None,
    }


def _authority(known: Mapping[str, Any], who: eligibility.Proposer) -> str:
    """A deputy's own area ends at the deputy's level: beyond it the matter is “other”."""
    matter = eligibility.authority(known)
    return "other" if who.kind == "npc" and not who.in_area else matter


def _support_options(call: ServiceCall, street: str | None) -> list[dict[str, str]]:
    found = [
        {"value": "organizing@district", "label": "区总组建部"},
        {"value": "rights@district", "label": "区总权益部"},
    ]
    if street and staffed_org(call.session, "deskofficer", street) == street:
        found.append({"value": f"deskofficer@{street}", "label": "街道总工会专人"})
    return found


@service("proposals.initiate")
def initiate(call: ServiceCall) -> Mapping[str, Any]:
    """立项建档，编号，核对人大八类、政协十类不应提出的情形"""
    form, known = call.submission, call.variables
    who = eligibility.proposer(call.session, str(known["proposer"]), known.get("dept_level"))
    marks = [*eligibility.own_marks(known), *(form.get("marks") or [])]
    reasons = eligibility.forbidden(call.session, who.kind, dict.fromkeys(marks))
    matter = _authority(known, who)
    converted = eligibility.conversion(call.session, who.kind, matter, is_forbidden=bool(reasons))
    found = Proposal(
        no=registers.proposal_number(call.session),
        instance_id=call.instance.id,
        kind=str(converted["proposal_kind"]),
        level=who.level,
        leader=who.code,
        session_kind=str(form["session_kind"]),
        org=DISTRICT,
        title=str(form["title"]),
        created_at=call.now,
        is_demo=call.instance.is_demo,
    )
    call.session.add(found)
    call.instance.title = f"建议提案 {found.no}"
    call.record(
        "facts", marks=marks, reasons=reasons, proposal_kind=found.kind, why=converted["reason"]
    )
    sources = records.add_sources(
        call.session, call.instance.id, records.numbers(form.get("more_sources"))
    )
    return {
        "proposal_no": found.no,
        "proposal_kind": found.kind,
        "proposer_kind": who.kind,
        "authority": matter,
        "qualified": bool(converted["eligible"]) or bool(reasons),
        "forbidden": bool(reasons),
        "unit_count": len(form.get("units") or []),
        "sources": sources,
    }


@service("proposals.material")
def material(call: ServiceCall) -> None:
    """收下一个部室的素材目录和数据口径（T-102）"""
    found = records.proposal(call.session, call.instance.id)
    call.session.add(
        ProposalMaterial(
            proposal_no=found.no,
            submission_id=str(call.submission_id),
            department=str(call.variables["department"]),
            catalogue=call.submission["catalogue"],
            measure=call.submission["measure"],
            supplied_at=call.now,
        )
    )


@service("proposals.draft")
def draft(call: ServiceCall) -> None:
    """保存建议提案的文稿，最后一稿为准"""
    form = call.submission
    found = records.proposal(call.session, call.instance.id)
    found.title, found.cause = form["title"], form["cause"]
    found.analysis, found.suggestion = form["analysis"], form["suggestion"]


@service("proposals.confirm")
def confirm(call: ServiceCall) -> Mapping[str, Any]:
    """记录代表本人是否同意提交

    Whoever is not the representative has recorded on their behalf, whatever the form says.
    """
    form = call.submission
    found = records.proposal(call.session, call.instance.id)
    himself = f"rep@{found.leader}" in call.actor.groups
    found.confirmed_by = "self" if himself else "proxy"
    found.proof = None if himself else form.get("proof")
    found.confirmed_at = call.now
    if form.get("rep_confirm") == "refuse":
        found.status, found.closed_at = "refused", call.now
    return {"reply_by": found.confirmed_by, "outcome": "not_submitted"}


@service("proposals.submit")
def submit(call: ServiceCall) -> Mapping[str, Any]:
    """登记提交回执，登入转化清单；人大建议、政协提案计入措施十（T-103）"""
    form = call.submission
    found = records.proposal(call.session, call.instance.id)
    found.receipt_no, found.submitted_to = form["receipt_no"], form["submitted_to"]
    found.submitted_on = records.to_day(form["submitted_on"])
    # what a party delegate hands in is no suggestion and no proposal.
    found.counts_for_measure10 = found.kind in ("npc_suggestion", "cppcc_proposal")
    found.status = "submitted"
    registers.enter(call.session, found, root_id=call.instance.root_id, actor=call.actor.id)
    return {"counts_for_measure10": found.counts_for_measure10}


@service("proposals.find_open")
def find_open(call: ServiceCall) -> Mapping[str, Any]:
    """核对编号：只有正在办理的建议提案可以撤回（L-024）"""
    found = records.open_by_number(call.session, str(call.variables["proposal_no"]))
    call.instance.title = f"代表撤回 {found.no}"
    return {"proposal_no": found.no, "proposal_case": found.instance_id}
