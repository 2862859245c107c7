"""Acceptance: what the dispatcher decided, duplicates, followers, the notice of acceptance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from engine import vault
from engine.errors import ServiceFailed
from engine.models import ProcessInstance
from engine.services import ServiceCall, service
from processes.appeals import cases, codes, notices, replies
from processes.appeals.models import Appeal, Reply
from processes.appeals.registration_services import made_title
from processes.people import access, orgs
from processes.people.models import Org

#: Answered by the dispatcher's own words on the triage form.
_ANSWERED_HERE = {"onspot": "onspot", "legal": "legal", "refuse": "refusal"}
_CONCLUSIONS = {"onspot": "explain", "legal": "transferred", "refuse": "refused"}
#: From thirty unpaid people on it is a warning of the second level (D-14).
_MANY_UNPAID = 30
_TREND_DAYS, _TREND_CASES, _TREND_COMPANIES = 90, 10, 3


@service("appeals.record_triage")
def record_triage(call: ServiceCall) -> Mapping[str, Any]:
    """记录分办：写入核定结果，拟好直接答复，定第二人复核。"""
    appeal, entered, variables = cases.of(call), call.submission, call.variables
    _take_over(call, appeal)
    route = str(variables.get("route") or "union")
    office = str(variables["office_org"])
    changed: dict[str, Any] = {
        "handled_by": call.actor.id,
        "review_org": cases.second_person(call, office),
        "employer_org": appeal.employer_org,
        "has_union": appeal.has_union,
        "worker_agrees_employer": appeal.worker_agrees_employer,
        "is_common": appeal.is_common,
        "industry_managed": bool(variables.get("industry_managed")),
        "persons_affected": appeal.persons_affected,
        "tools": list(variables.get("tools") or _usual_tools(route)),
        "convert": False,
    }
    if route in _ANSWERED_HERE:
        reply = replies.draft(
            call,
            appeal,
            kind=_ANSWERED_HERE[route],
            conclusion=_CONCLUSIONS[route],
            facts=str(entered.get("facts") or ""),
            basis=str(entered.get("basis") or ""),
            content=str(entered.get("content_reply") or ""),
            where_to=cases.text(entered, "where_to"),
            result_class="A" if route == "onspot" else "D",
        )
        # a question answered at once needs no signature (§4.0-3); a refusal is signed by two
        state = "approved" if route == "onspot" else "drafted"
        changed |= {"reply_id": reply.id, "reply_state": state, "conclusion": reply.conclusion}
        changed["result_class"] = reply.result_class
        if state == "approved":
            reply.approved_by = call.actor.id
    cases.settle(call, "ut_triage")
    cases.step(call, "triaged", summary=cases.text(entered, "triage_note"), result=route)
    return changed


@service("appeals.accept")
def accept(call: ServiceCall) -> Mapping[str, Any]:
    """登记受理并自动告知；紧急或成批的同时请报告。"""
    appeal, variables = cases.of(call), call.variables
    route = str(variables.get("route") or "union")
    if route == "refuse":
        return _refused(call, appeal)
    changed: dict[str, Any] = {"route": route}
    if route == "legal":
        appeal.status = "reviewing"
        return changed
    appeal.accepted_at = call.now
    appeal.status = "handling"
    _tell_accepted(call, appeal)
    tools = _reports(call, appeal)
    if tools:
        call.send("msg_report_requested", correlation=appeal.no, payload={"report_tools": tools})
    return changed


@service("appeals.auto_notice")
def auto_notice(call: ServiceCall) -> None:
    """满十五日前仍未告知受理的，按模板补发（信访工作条例第二十三条）。"""
    appeal = cases.of(call)
    if appeal.accepted_at is None and appeal.status in ("registering", "triage"):
        _tell_accepted(call, appeal)
        cases.step(call, "auto_accepted", public=True)


@service("appeals.follow")
def follow(call: ServiceCall) -> Mapping[str, Any]:
    """列为从件：等主件答复，之后单独送达、单独评价。"""
    appeal = cases.of(call)
    main = _main(call, appeal)
    appeal.main_no, appeal.status = main.no, "following"
    appeal.accepted_at = call.now
    cases.publish(
        call, cases.NOTICE, "following", notices.TITLES["following"], notices.body("following")
    )
    cases.step(call, "following", result=main.no, public=True)
    if _signed(call, main) is not None:
        call.send("msg_main_replied", correlation=appeal.no)
    elif main.status == "withdrawn":
        call.send("msg_main_released", correlation=appeal.no)
    return {"main_appeal": main.no, "route": "follower"}


@service("appeals.copy_main_reply")
def copy_main_reply(call: ServiceCall) -> Mapping[str, Any]:
    """主件已答复：抄为本件的答复，等待单独送达。"""
    appeal = cases.of(call)
    main = _main(call, appeal)
    signed = _signed(call, main)
    if signed is None:
        raise ServiceFailed(f"主件 {main.no} 还没有签发的答复。")
    reply = replies.copy(call, appeal, signed)
    return {
        "reply_id": reply.id, "reply_state": "approved", "route": "replied",
        "conclusion": reply.conclusion, "result_class": reply.result_class,
    }  # fmt: skip


@service("appeals.merge")
def merge(call: ServiceCall) -> Mapping[str, Any]:
    """并入主件并写好合并告知，等待送达。"""
    appeal = cases.of(call)
    main = _main(call, appeal)
    appeal.main_no, appeal.status, appeal.ended_at = main.no, "merged", call.now
    _hand_over_followers(call, appeal, main)
    document = cases.publish(
        call,
        cases.NOTICE,
        "merged",
        notices.TITLES["merged"],
        notices.body("merged", no=appeal.no, main=main.no),
    )
    cases.step(call, "merged", result=main.no, public=True)
    return {"document_id": document.id, "document_kind": "notice"}


def _take_over(call: ServiceCall, appeal: Appeal) -> None:
    """Write what the dispatcher settled; the employer's people are shut out at once."""
    given = call.variables
    made = made_title(appeal)
    for key in ("category", "kind", "dept_level", "scope", "urgency", "legal_stage"):
        if given.get(key):
            setattr(appeal, key, str(given[key]))
    for key in ("is_common", "has_union", "worker_agrees_employer"):
        setattr(appeal, key, bool(given.get(key)))
    appeal.persons_affected = int(given.get("persons_affected") or appeal.persons_affected)
    appeal.community = given.get("community") or appeal.community
    appeal.industry_org = given.get("industry_org") or appeal.industry_org
    title = cases.text(call.submission, "title")
    if title or appeal.title == made:  # a title made from the old category follows the new one
        appeal.title = title or made_title(appeal)
        call.instance.title = appeal.title
        call.session.get_one(ProcessInstance, call.instance.root_id).title = appeal.title
    category = codes.CATEGORIES.get(appeal.category, "")
    appeal.title_bigrams = vault.bigrams(f"{appeal.title} {category}")
    _employer(call, appeal, call.variables.get("employer_org"))


def _employer(call: ServiceCall, appeal: Appeal, code: str | None) -> None:
    if code is None or code == appeal.employer_org:
        return
    company = call.session.get(Org, code)
    if company is None or company.level != "L1":
        return  # a typing slip must not name a stranger; the free text keeps the name
    if appeal.employer_org:
        access.unbar(call.session, call.instance.root_id, appeal.employer_org)
    appeal.employer_org, appeal.has_union = company.code, company.has_union
    access.bar(call.session, call.instance.root_id, company.code)


def _usual_tools(route: str) -> list[str]:
    return {"suggest": ["motion"], "transfer": ["discipline"]}.get(route, [])


def _refused(call: ServiceCall, appeal: Appeal) -> Mapping[str, Any]:
    reply = call.session.get(Reply, str(call.variables["reply_id"]))
    if reply is None:
        raise ServiceFailed("没有不予受理的答复稿。", retry=False)
    if call.actor.id == reply.drafted_by:
        raise ServiceFailed("不予受理须另一人复核。", retry=False)
    reply.approved_by = call.actor.id
    reply.approval_note = cases.text(call.submission, "refuse_note")
    appeal.status = "reviewing"
    cases.step(call, "refused", summary=reply.approval_note)
    return {"route": "refuse", "reply_state": "approved"}


def _tell_accepted(call: ServiceCall, appeal: Appeal) -> None:
    office = orgs.org(call.session, appeal.street).name
    cases.publish(
        call,
        cases.NOTICE,
        "accepted",
        notices.TITLES["accepted"],
        notices.body("accepted", no=appeal.no, office=office, due=notices.chinese(appeal.due_at)),
    )
    cases.step(call, "accepted", public=True)


def _reports(call: ServiceCall, appeal: Appeal) -> list[str]:
    """Return which report is due: a warning if critical or many are unpaid, a trend by tens."""
    unpaid = appeal.category == "01" and appeal.persons_affected >= _MANY_UNPAID
    warn = appeal.urgency == "critical" or (appeal.urgency == "urgent" and unpaid)
    tools = ["warning"] if warn else []
    since = call.now - timedelta(days=_TREND_DAYS)
    alike = (
        Appeal.category == appeal.category,
        Appeal.street == appeal.street,
        Appeal.received_at >= since,
    )
    count, companies = call.session.execute(
        select(func.count(), func.count(Appeal.employer_hash.distinct())).where(*alike)
    ).one()
    common = appeal.is_common and companies == _TREND_COMPANIES
    if appeal.category != "00" and (count % _TREND_CASES == 0 or common):
        tools.append("trend")
    return tools


def _main(call: ServiceCall, appeal: Appeal) -> Appeal:
    """Return the case this one belongs to: the number typed, else the one the search found."""
    typed = str(call.variables.get("main_appeal") or appeal.main_no or "").strip()
    main = call.session.get(Appeal, typed) if typed else None
    if main is None or main.no == appeal.no:
        raise ServiceFailed(f"没有编号为“{typed}”的主件，请更正后重试。", retry=False)
    if main.main_no:
        main = cases.find(call.session, main.main_no)
    return main


def _hand_over_followers(call: ServiceCall, appeal: Appeal, main: Appeal) -> None:
    """Let those who waited for this case wait for the one it went into."""
    answered = _signed(call, main) is not None
    waiting = select(Appeal).where(Appeal.main_no == appeal.no, Appeal.status == "following")
    for follower in call.session.scalars(waiting):
        follower.main_no = main.no
        if answered:
            call.send("msg_main_replied", correlation=follower.no)


def _signed(call: ServiceCall, appeal: Appeal) -> Reply | None:
    return call.session.scalar(
        select(Reply)
        .where(Reply.appeal_no == appeal.no, Reply.signed_at.is_not(None))
        .order_by(Reply.seq.desc())
        .limit(1)
    )
