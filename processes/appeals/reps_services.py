"""What the diagram `rep_promote` calls: representatives help, the union answers.

No handler here decides a case: representatives push, advise and witness (代表法 §31, §59).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from engine.clock import CHINA
from engine.errors import InvalidInput, NotFound
from engine.services import ServiceCall, service
from processes.appeals import (
    cases,
    notices,
    reps_groups,
    reps_matching,
)
from processes.appeals.models import Appeal
from processes.appeals.reps_contact import to_day
from processes.appeals.reps_models import CoordinationMeeting, WorkGroup
from processes.people.orgs import superior


@service("reps.open")
def open_group(call: ServiceCall) -> Mapping[str, Any]:
    """建立推动事项，确定由哪一级牵头

    Called from an appeal, the variables are there; started by hand (措施八), they are read
    from the appeal, which the starter's own organisation must be handling.

    Raises:
        NotFound: no such appeal, or not one of the starter's.
        InvalidInput: by hand only: in court, or representatives are at work on it already.
    """
    by_hand = call.instance.parent_id is None
    appeal = call.session.get(Appeal, str(call.variables["appeal_no"]).strip())
    if appeal is None or not _may_start(call, appeal):
        raise NotFound("没有这件诉求，或者它不由您所在的组织办理。")
    legal = _legal_stage(call, appeal)
    standing = _standing(call, appeal, legal)
    if by_hand and standing in _REFUSED:
        raise InvalidInput(*_REFUSED[standing])
    unit, group_name = reps_groups.leading_unit(call.session, appeal.cur_org or appeal.street)
    call.instance.business_key = appeal.no
    if by_hand:
        call.instance.title = f"代表委员推动 {appeal.no}"
    return {
        **(_facts(appeal) if by_hand else {}),
        "appeal_no": appeal.no,
        "legal_stage": legal,
        "group_id": _new_group(call, appeal, unit, standing),
        "promote_org": unit,
        "promote_group": group_name,
        "promote_lead": "reps",
        "promote_result": standing,
        "accepted_count": 0,
        "rep_leader": None,
        # What the caller takes back, also when there was nothing to draft.
        "reply_id": call.variables.get("reply_id"),
        "reply_state": call.variables.get("reply_state") or "none",
        "handled_by": call.variables.get("handled_by") or "",
        "review_org": call.variables.get("review_org") or unit,
    }


_REFUSED: Mapping[str, tuple[str, dict[str, str]]] = {
    "running": ("这件诉求已经在由代表委员推动。", {"appeal_no": "已经在推动"}),
    "blocked": (
        "这件诉求正在仲裁或诉讼中，依法不能邀请代表委员推动。",
        {"appeal_no": "依法不能邀请"},
    ),
}


def _legal_stage(call: ServiceCall, appeal: Appeal) -> str:
    """Return the stage that forbids, if the record or the process knows of one."""
    told = (appeal.legal_stage, str(call.variables.get("legal_stage") or "none"))
    return next((stage for stage in told if stage in reps_groups.LEGAL_BLOCK), appeal.legal_stage)


def _standing(call: ServiceCall, appeal: Appeal, legal: str) -> str:
    """Return open, blocked (in court) or running (a group is at work already)."""
    if legal in reps_groups.LEGAL_BLOCK:
        return "blocked"
    return "running" if reps_groups.running(call.session, appeal.no) is not None else "open"


def _new_group(call: ServiceCall, appeal: Appeal, unit: str, standing: str) -> int | None:
    """Open the record of a group and return its number; none beside one that is at work."""
    if standing == "running":
        return None
    group = WorkGroup(
        instance_id=call.instance.id,
        root_id=call.instance.root_id,
        appeal_no=appeal.no,
        org=unit,
        opened_at=call.now,
        is_demo=call.instance.is_demo,
    )
    if standing == "blocked":
        reps_groups.close(group, "blocked")
    call.session.add(group)
    call.session.flush()  # its number goes into the variables
    return group.id


@service("reps.legal_stage")
def note_legal_stage(call: ServiceCall) -> Mapping[str, Any]:
    """登记诉求件进入的法定程序；进入仲裁、诉讼的，看有没有代表委员正在推动

    Raises:
        NotFound: no such appeal, or not one of the starter's.
    """
    appeal = call.session.get(Appeal, str(call.variables["appeal_no"]).strip())
    if appeal is None or not _may_start(call, appeal):
        raise NotFound("没有这件诉求，或者它不由您所在的组织办理。")
    appeal.legal_stage = str(call.variables["legal_stage"])
    call.instance.business_key = appeal.no
    call.instance.title = f"法定程序 {appeal.no}"
    stops = appeal.legal_stage in reps_groups.LEGAL_BLOCK
    return {
        "appeal_no": appeal.no,
        "promoting": stops and reps_groups.running(call.session, appeal.no) is not None,
    }


def _may_start(call: ServiceCall, appeal: Appeal) -> bool:
    """Say whether the starter belongs to the office that handles the appeal, or above it."""
    if call.instance.parent_id is not None:
        return True
    mine = {group.partition("@")[2] for group in call.actor.groups}
    here = appeal.cur_org or appeal.street
    return bool(mine & {here, appeal.street, superior(call.session, here)})


def _facts(appeal: Appeal) -> dict[str, Any]:
    return {
        name: getattr(appeal, name)
        for name in ("street", "category", "kind", "scope", "is_common", "dept_level", "urgency")
    } | {"level": appeal.cur_level, "org": appeal.cur_org}


@service("reps.match")
def match(call: ServiceCall) -> Mapping[str, Any]:
    """按行业、属地、专业、层级和近期联系匹配代表委员（D-09），剔除利害关系人"""
    group = reps_groups.group_of(call.session, call.variables["group_id"])
    appeal = call.session.get_one(Appeal, group.appeal_no)
    matter = reps_matching.Matter(
        category=appeal.category[:2],
        street=appeal.street,
        industry_org=appeal.industry_org,
        employer_org=appeal.employer_org,
        dept_level=appeal.dept_level,
    )
    found = reps_matching.candidates(
        call.session, matter, root_id=call.instance.root_id, today=_today(call)
    )
    reps_groups.remember(call.session, group, found, matter.category)
    call.record(
        "matched",
        decision="dmn_match_rep",
        candidates=[
            {"rep": item.code, "score": item.score, "basis": list(item.basis)} for item in found
        ],
    )
    return {"rep_options": reps_matching.options(found)}


@service("reps.group")
def compose(call: ServiceCall) -> Mapping[str, Any]:
    """按选定的代表委员组成工作小组"""
    form = call.submission
    group = reps_groups.group_of(call.session, call.variables["group_id"])
    picked = list(call.variables.get("picked_reps") or [])
    for rep in picked:
        reps_groups.invitation_of(call.session, group.id, rep).status = "picked"
    group.agenda, group.pick_reason = form.get("agenda"), form.get("pick_reason")
    leader = call.variables.get("rep_leader")
    group.leader = leader if leader in picked else next(iter(picked), None)
    if picked:
        cases.of(call).with_reps = True
    if picked and call.instance.parent_id is None:
        # Called from the case, its worker has been told already.
        title, body = notices.TITLES["promoting"], notices.body("promoting", no=group.appeal_no)
        cases.publish(call, cases.NOTICE, "promoting", title, body)
    return {"picked_reps": picked, "rep_leader": group.leader}


@service("reps.district_lead")
def district_lead(call: ServiceCall) -> Mapping[str, Any]:
    """没有代表委员能参加：由区总权益部牵头继续推动"""
    group = reps_groups.group_of(call.session, call.variables["group_id"])
    group.led_by, group.leader, group.org = "district", None, reps_groups.DISTRICT
    return {
        "promote_lead": "district",
        "promote_org": reps_groups.DISTRICT,
        "promote_group": reps_groups.DISTRICT_GROUP,
        "rep_leader": None,
    }


@service("reps.plan")
def plan(call: ServiceCall) -> None:
    """记录推动目标和节点"""
    group = reps_groups.group_of(call.session, call.variables["group_id"])
    group.goal, group.milestones = call.submission["goal"], call.submission["milestones"]


@service("reps.meeting")
def meeting(call: ServiceCall) -> None:
    """记录一次协调会的纪要和部门承诺"""
    form = call.submission
    due = form.get("promise_due")
    call.session.add(
        CoordinationMeeting(
            work_group_id=call.variables["group_id"],
            submission_id=str(call.submission_id),
            department=str(call.variables["department"]),
            held_on=to_day(form["held_on"]),
            participants=form["participants"],
            minutes=form["minutes"],
            promise=form.get("promise"),
            promise_due=to_day(due) if due else None,
        )
    )


def _today(call: ServiceCall) -> date:
    return call.now.astimezone(CHINA).date()
