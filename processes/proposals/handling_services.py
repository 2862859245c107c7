"""What the diagram `proposal_convert` calls from the filing to the answer (T-113, L-020, L-024)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from engine import calendar
from engine.services import ServiceCall, service
from processes.ledger import numbers
from processes.people.orgs import names
from processes.proposals import records
from processes.proposals.models import OfficialLetter, ProposalReferral

#: 代表法 §51: three months, six for a matter that is broad or hard.
MONTHS = {"normal": 3, "hard": 6}


@service("proposals.review")
def review(call: ServiceCall) -> None:
    """记录审查结果：立案、并案、不予立案、转为意见"""
    form = call.submission
    found = records.proposal(call.session, call.instance.id)
    found.review_result = str(form["review_result"])
    found.filed_no, found.review_reason = form.get("filed_no"), form.get("review_reason")
    filed = found.review_result in ("filed", "merged")
    found.status = found.review_result if filed else "not_filed"


@service("proposals.handover")
def handover(call: ServiceCall) -> Mapping[str, Any]:
    """记录承办单位和答复期限（3 个月，难件 6 个月）"""
    form = call.submission
    found = records.proposal(call.session, call.instance.id)
    found.main_unit, found.co_units = form["main_unit"], list(form.get("co_units") or [])
    found.handed_on = records.to_day(form["handed_on"])
    months = calendar.functions(call.session, call.now)["months"]
    found.due_at = months(MONTHS[str(form["difficulty"])], found.handed_on).due_at
    return {"co_units": found.co_units}


@service("proposals.warn")
def warn(call: ServiceCall) -> None:
    """答复期限前 30、10、3 个自然日：提醒支撑专员跟踪"""
    group = str(call.variables["support_group"])
    # One key per warning: the moment says which of the three it is.
    call.post(
        kind="proposal_warning",
        recipient=group.partition("@")[2],
        payload={"proposal_no": call.variables["proposal_no"]},
        key=f"proposal:{call.instance.id}:warning:{call.now:%Y%m%d}",
    )


@service("proposals.urge")
def urge(call: ServiceCall) -> Mapping[str, Any]:
    """答复期满还没有答复：生成催办函，编龙工函号"""
    found = records.proposal(call.session, call.instance.id)
    unit = found.main_unit or ""
    title = names(call.session, [unit])[unit]
    letter = OfficialLetter(
        no=numbers.letter_number(call.session),
        kind="urge",
        proposal_no=found.no,
        to_org=unit,
        text=(
            f"{title}：\n　　{found.filed_no or found.no}号建议提案于"
            f"{_day(found.handed_on)}交你单位主办，答复期限已满，至今未收到答复。"
            "请尽快办理并书面答复代表委员，同时告知我会。"
        ),
        drafted_at=call.now,
    )
    call.session.add(letter)
    return {"letter_no": letter.no}


def _day(day: Any) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


@service("proposals.urged")
def urged(call: ServiceCall) -> None:
    """登记催办函的签发人、发出日期和回执"""
    form = call.submission
    letter = call.session.scalars(
        select(OfficialLetter).where(OfficialLetter.no == call.variables["letter_no"])
    ).one()
    letter.signed_by = call.actor.id
    letter.sent_on = records.to_day(form["sent_on"])
    letter.sent_by, letter.receipt = form["sent_by"], form["sent_receipt"]


@service("proposals.reply")
def reply(call: ServiceCall) -> Mapping[str, Any]:
    """记录答复类别、要点和承诺"""
    form = call.submission
    found = records.proposal(call.session, call.instance.id)
    found.result_class, found.points = form["result_class"], form["points"]
    found.replied_on = records.to_day(form["replied_on"])
    found.promise = form.get("promise")
    if form.get("promise_due"):
        found.promise_due = records.to_day(form["promise_due"])
    found.status, found.closed_at = "answered", call.now
    return {"outcome": "answered"}


@service("proposals.referral")
def referral(call: ServiceCall) -> Mapping[str, Any]:
    """登记情况专报和对方的回复

    The outcome for the workers: not filed if an organ refused it, else not submitted.
    """
    form = call.submission
    call.session.add(
        ProposalReferral(
            instance_id=call.instance.id,
            referred_to=form["referred_to"],
            referred_on=records.to_day(form["referred_on"]),
            report=form["report"],
            answer=form["referral_answer"],
            recorded_at=call.now,
        )
    )
    refused = call.variables.get("review_result") is not None
    found = records.by_instance(call.session, call.instance.id)
    if found is not None:
        found.status, found.closed_at = "not_filed" if refused else "referred", call.now
    return {"outcome": "not_filed" if refused else "not_submitted"}


@service("proposals.withdrawn")
def withdrawn(call: ServiceCall) -> Mapping[str, Any]:
    """代表书面撤回：停止办理（L-024）"""
    found = records.by_instance(call.session, call.instance.id)
    if found is not None:
        found.status, found.closed_at = "withdrawn", call.now
    return {"outcome": "withdrawn"}
