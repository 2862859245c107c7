"""What the diagram `rep_invite` calls: one seat of a working group, filled or left vacant.

An invitation takes the representative's half day in the same transaction that sends it
(§4.0-5); it gives the half day back when it is declined or not answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.services import ServiceCall, service
from processes.appeals import reps_contact, reps_groups
from processes.appeals.reps_models import Invitation
from processes.people import reservations


def _line(call: ServiceCall) -> Invitation:
    return reps_groups.invitation_of(
        call.session, call.variables["group_id"], str(call.variables["rep"])
    )


@service("reps.contact")
def contact(call: ServiceCall) -> Mapping[str, Any]:
    """查这位代表委员近期的联系、会期和可联系时段（D-08 的事实）"""
    slot = reps_contact.slot_of(call.variables)
    unit = str(call.variables["promote_org"])
    return reps_contact.facts(call.session, _line(call), slot, unit=unit)


@service("reps.reserve")
def reserve(call: ServiceCall) -> Mapping[str, Any]:
    """占用代表委员的半天，和邀请在同一次提交里；占不上就说明该时段已有安排"""
    line = _line(call)
    line.conflict = str(call.variables["conflict"])
    choice = call.variables.get("slot_choice")
    if choice == "approve":
        line.special_basis = call.submission.get("special_basis") or line.special_basis
    state = reps_contact.reserve(
        call.session,
        line,
        reps_contact.slot_of(call.variables),
        choice=choice,
        root_id=call.instance.root_id,
        unit=str(call.variables["promote_org"]),
        actor=call.actor.id,
    )
    if state in ("reserved", "merged"):
        line.status, line.invited_at = "invited", call.now
        call.post(
            kind="invitation",
            recipient=line.rep,
            payload={"appeal_no": call.variables["appeal_no"], "day": str(line.day)},
            key=f"invitation:{line.id}:{line.day}:{line.slot}",
        )
    call.record("slot", state=state, conflict=line.conflict, rep=line.rep)
    return {"slot_state": state, "slot_choice": None}


@service("reps.remind")
def remind(call: ServiceCall) -> None:
    """回执到期前两个工作日：提醒代表委员和名册专人"""
    line = _line(call)
    for recipient in (line.rep, str(call.variables["promote_org"])):
        call.post(
            kind="invitation_reminder",
            recipient=recipient,
            payload={"appeal_no": call.variables["appeal_no"]},
            key=f"invitation:{line.id}:{line.day}:reminder:{recipient}",
        )


@service("reps.reply")
def reply(call: ServiceCall) -> Mapping[str, Any]:
    """记录代表委员的回执；不能参加的释放时段

    Whoever is not the representative has recorded on their behalf, whatever the form says.
    """
    form, line = call.submission, _line(call)
    himself = f"rep@{line.rep}" in call.actor.groups
    line.reply_by = "self" if himself else "proxy"
    line.proof = None if himself else form.get("proof")
    line.opinion, line.suggestion = form.get("opinion"), form.get("suggestion")
    line.replied_at = call.now
    line.status = "accepted" if form.get("reply") == "yes" else "declined"
    if line.status == "declined":
        reservations.release(call.session, call.instance.root_id, rep=line.rep, because="declined")
    return {
        "reply_by": line.reply_by,
        "accepted_count": reps_groups.accepted(call.session, line.work_group_id),
    }


@service("reps.next")
def next_one(call: ServiceCall) -> Mapping[str, Any]:
    """这位不来：按匹配名次换下一位备选"""
    line = _line(call)
    if line.status in ("invited", "picked"):
        late = line.status == "invited"
        line.status = "expired" if late else "unavailable"
        reservations.release(call.session, call.instance.root_id, rep=line.rep, because=line.status)
    waiting = reps_groups.invitations(call.session, line.work_group_id, "candidate")
    told: dict[str, Any] = {
        "has_next": bool(waiting),
        "slot_choice": None,
        "reply": None,
        "accepted_count": reps_groups.accepted(call.session, line.work_group_id),
    }
    if waiting:
        waiting[0].status = "picked"
        told["rep"] = waiting[0].rep
    return told
