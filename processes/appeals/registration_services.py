"""An appeal arrives: number, query code, receipt, and the cases that look like it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import vault
from engine.clock import CHINA
from engine.services import ServiceCall, service
from processes.appeals import cases, codes, notices, organisations
from processes.appeals.models import Appeal
from processes.ledger import numbers
from processes.people import access, orgs

#: Without 0 O 1 I L U V: 28 signs, 12 of them are 57 bits.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
CODE_LENGTH = 12
_MATCH_WINDOW = timedelta(days=90)

#: What the diagrams route by, before anybody has decided anything.
_INITIAL: dict[str, Any] = {
    "onspot": False, "content_form": "text", "scope": "person", "is_common": False,
    "dept_level": "none", "has_union": False, "worker_agrees_employer": False,
    "industry_managed": False, "urgency": "normal", "legal_stage": "none", "kind": "help",
    "category": "00", "channel": "online", "identity_mode": "real", "persons_affected": 1,
    "community": None, "industry_org": None, "route": "union", "result": "", "action": "",
    "result_class": "A", "conclusion": "", "satisfaction": "none", "reply_id": None,
    "reply_state": "none", "document_id": None, "document_kind": "reply", "returns": 0,
    "rework_count": 0, "promote_seq": 0, "promote_result": "", "convert": False,
    "feedback_result": "", "track_result": "", "tools": [], "report_tools": [], "not_by": "",
    "handled_by": "", "ask_rating": True, "promise_due": None, "departments": [],
    "merge_decision": "", "main_appeal": "", "refuse_approved": False, "hang_approved": False,
    "return_decision": "", "approved": False, "level": "L3", "employer_org": None,
    "pilot_uninvited": False, "measure_eight": False, "withdraw_confirmed": False,
    "rep_leader": None,
}  # fmt: skip


@service("appeals.register")
def register(call: ServiceCall) -> Mapping[str, Any]:
    """登记诉求：取编号和查询码、存事实、发收件回执、找相近件。"""
    entered = call.submission
    street = orgs.org(call.session, str(entered["street"]))
    no = numbers.case_number(call.session, "SQ", street.street_code or "QZ")
    values = _INITIAL | _from_start(call)
    appeal = _appeal(call, no, values)
    call.session.add(appeal)
    call.instance.business_key, call.instance.title = no, appeal.title
    call.session.flush()  # steps and documents refer to the new row
    # a case that is answered at once has no task: its street still sees and counts it
    access.open_to(call.session, call.instance.root_id, appeal.street)
    if appeal.employer_org:
        # 信访工作条例 §30: those who are complained about must not learn who complained
        access.bar(call.session, call.instance.root_id, appeal.employer_org)
    office = organisations.office(call.session, appeal.street, call.instance.root_id)
    # answered on the spot, a case never has a task: its office and those above see it all the same
    access.open_to(call.session, call.instance.root_id, office)
    values |= {
        "appeal_no": no,
        "street": appeal.street,
        "community": appeal.community,
        "employer_org": appeal.employer_org,
        "has_union": appeal.has_union,
        "has_phone": appeal.phone is not None,
        "office_org": office,
        "org": office,
        "superior_org": orgs.superior(call.session, office),
        "review_org": office,
        "callback_org": organisations.staffed(call, "callback", appeal.street),
        "handler_group": f"handler@{office}",
        "total_due": appeal.due_at,
        "community_choices": organisations.communities(call.session, appeal.street),
        "company_choices": organisations.companies(call.session, appeal.street),
        "org_choices": organisations.choices(call.session, appeal.street),
        **similar(call.session, appeal),
    }
    appeal.cur_org, appeal.cur_level = office, "L3"
    cases.step(call, "received", public=True, appeal=appeal)
    cases.publish(
        call, cases.NOTICE, "received", notices.TITLES["received"],
        notices.body(
            "received",
            no=no,
            office=street.name,
            accept=notices.chinese(call.inputs["accept_limit"]),
        ),
        appeal=appeal,
    )  # fmt: skip
    return values


@service("appeals.complete_registration")
def complete_registration(call: ServiceCall) -> Mapping[str, Any]:
    """补录照片、录音件的要素，再找一次相近件。"""
    appeal, entered = cases.of(call), call.submission
    appeal.content = cases.text(entered, "content")
    appeal.category = str(entered["category"])
    appeal.kind = str(entered["kind"])
    appeal.persons_affected = int(entered.get("persons_affected") or 1)
    _employer(call.session, appeal, cases.text(entered, "employer_name"))
    _entitle(appeal, None)
    call.instance.title = appeal.title
    appeal.status = "triage"
    cases.settle(call, "ut_register")
    cases.step(call, "registered")
    return {"employer_org": appeal.employer_org, **similar(call.session, appeal)}


def similar(session: Session, appeal: Appeal) -> dict[str, Any]:
    """Return how the nearest earlier case compares (D-11): the same person first, then the newest.

    Only the same matter at the same employer, or the same person, is compared.
    """
    since = appeal.received_at - _MATCH_WINDOW
    rows = session.scalars(
        select(Appeal)
        .where(
            Appeal.no != appeal.no,
            Appeal.received_at >= since,
            Appeal.received_at <= appeal.received_at,
            Appeal.category == appeal.category,
            Appeal.category != "00",
            Appeal.employer_hash == appeal.employer_hash,
            Appeal.employer_hash.is_not(None),
            Appeal.main_no.is_(None),
            Appeal.status.not_in(("withdrawn", "merged", "refused")),
        )
        .order_by(Appeal.received_at.desc())
        .limit(50)
    ).all()
    mine = [row for row in rows if _same_person(row, appeal)]
    best = next(iter(mine or rows), None)
    if best is None:
        return {
            "dup_same_person": False, "dup_same_employer": False, "dup_same_matter": False,
            "dup_final": False, "dup_days": 0, "main_appeal": "",
        }  # fmt: skip
    return {
        "dup_same_person": best in mine,
        "dup_same_employer": True,
        "dup_same_matter": True,
        "dup_final": best in mine and best.rework_count >= 2,
        "dup_days": (appeal.received_at - best.received_at).days,
        "main_appeal": best.no,
    }


def new_code() -> str:
    """Return a query code: twelve signs without look-alikes."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def code_hash(code: str) -> str:
    """Return what a query code is found by, however it was typed."""
    return vault.fingerprint("track", code.upper().replace(" ", "").replace("-", ""))


def phone_hash(phone: str | None) -> str | None:
    """Return what a phone is found by; only its digits count."""
    digits = "".join(sign for sign in phone or "" if sign.isdigit())
    return vault.fingerprint("phone", digits) if digits else None


def _from_start(call: ServiceCall) -> dict[str, Any]:
    """Return the closed fields of the start form; an empty one leaves the initial value."""
    given = {key: call.variables.get(key) for key in _INITIAL}
    found: dict[str, Any] = {k: value for k, value in given.items() if value not in (None, "")}
    if call.submission.get("external_no"):
        found["channel"] = call.submission.get("channel") or "h12345"
    return found


def _appeal(call: ServiceCall, no: str, values: Mapping[str, Any]) -> Appeal:
    entered = call.submission
    anonymous = values["identity_mode"] == "anonymous"
    name = None if anonymous else cases.text(entered, "name")
    phone = None if anonymous else cases.text(entered, "phone")
    code = new_code()
    appeal = Appeal(
        no=no,
        instance_id=call.instance.id,
        track_hash=code_hash(code),
        track_code=code,
        content=cases.text(entered, "content"),
        content_form=str(values["content_form"]),
        demand=cases.text(entered, "demand"),
        channel=str(values["channel"]),
        kind=str(values["kind"]),
        category=str(values["category"]),
        identity_mode=str(values["identity_mode"]),
        name=name,
        phone=phone,
        name_hash=vault.fingerprint("name", name.replace(" ", "")) if name else None,
        phone_hash=phone_hash(phone),
        phone_tail_hash=vault.fingerprint("phone_tail", phone[-4:]) if phone else None,
        on_behalf=bool(entered.get("on_behalf")),
        behalf_name=cases.text(entered, "behalf_name"),
        behalf_relation=cases.text(entered, "behalf_relation"),
        group_size=entered.get("group_size"),
        street=str(entered["street"]),
        community=organisations.community_of(call.session, entered),
        occurred_on=_day(entered.get("occurred_on")),
        amount=entered.get("amount"),
        persons_affected=int(values["persons_affected"]),
        worker_agrees_employer=bool(values["worker_agrees_employer"]),
        urgency=str(values["urgency"]),
        legal_stage=str(values["legal_stage"]),
        status="triage" if values["content_form"] == "text" else "registering",
        received_at=call.now,
        due_at=_earlier(call.inputs["limit"], _day(entered.get("external_due"))),
        external_source=cases.text(entered, "external_source"),
        external_no=cases.text(entered, "external_no"),
        external_due=_day(entered.get("external_due")),
        consent_version=cases.text(entered, "consent_version"),
        consent_at=call.now if entered.get("consent") else None,
        is_demo=call.instance.is_demo,
        has_union=False,
        title="",
    )
    _employer(call.session, appeal, cases.text(entered, "employer_name"))
    _entitle(appeal, cases.text(entered, "title"))
    return appeal


def _employer(session: Session, appeal: Appeal, name: str | None) -> None:
    appeal.employer_name = name
    appeal.employer_hash = vault.fingerprint("employer", _squeezed(name)) if name else None
    company = organisations.company(session, name) if name else None
    if company is not None:
        appeal.employer_org, appeal.has_union = company.code, company.has_union


def _entitle(appeal: Appeal, title: str | None) -> None:
    category = codes.CATEGORIES.get(appeal.category, "诉求")
    appeal.title = title or made_title(appeal)
    appeal.title_bigrams = vault.bigrams(f"{appeal.title} {category}")


def made_title(appeal: Appeal) -> str:
    """Return the title of a case that nobody gave one: made from codes alone."""
    category = codes.CATEGORIES.get(appeal.category, "诉求")
    return f"{category}（{codes.KINDS.get(appeal.kind, '诉求')}）"


def _same_person(row: Appeal, appeal: Appeal) -> bool:
    return appeal.phone_hash is not None and row.phone_hash == appeal.phone_hash


def _squeezed(name: str) -> str:
    return "".join(sign for sign in name if sign.isalnum())


def _day(value: Any) -> date | None:
    if isinstance(value, str) and value:
        return date.fromisoformat(value[:10])
    return value if isinstance(value, date) else None


def _earlier(due: datetime, external: date | None) -> datetime:
    """The earlier deadline counts when a case came from another system."""
    if external is None:
        return due
    end = datetime.combine(external, datetime.max.time().replace(microsecond=0), CHINA)
    return min(due, end)
