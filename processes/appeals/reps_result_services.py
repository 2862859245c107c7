"""What the diagram `rep_promote` calls at its end: the result, the register, the stop.

Solved or not, the representatives decide nothing: the answer they helped to bring about is
drafted here and signed by the office (代表法 §31; L-021).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from engine import hooks
from engine.services import ServiceCall, service
from processes.appeals import cases, notices, reps_groups, reps_registers
from processes.appeals.reply_services import draft_reply
from processes.appeals.reps_models import WorkGroup
from processes.people import reservations


@service("reps.result")
def result(call: ServiceCall) -> Mapping[str, Any]:
    """记录推动结果；解决或部分解决的，拟写给职工的答复"""
    form = call.submission
    group = reps_groups.group_of(call.session, call.variables["group_id"])
    group.summary = form.get("summary")
    group.leader = _leader(call, group)
    told: dict[str, Any] = {"rep_leader": group.leader, "worker_confirmed": None}
    if form.get("promote_result") in ("solved", "partial"):
        told |= draft_reply(call) or {}
    return told


def _leader(call: ServiceCall, group: WorkGroup) -> str | None:
    """Return who leads among those who came; the one picked may have declined."""
    came = [line.rep for line in reps_groups.invitations(call.session, group.id, "accepted")]
    return group.leader if group.leader in came else next(iter(came), None)


@service("reps.unconfirmed")
def unconfirmed(call: ServiceCall) -> Mapping[str, Any]:
    """七个自然日没有确认：记“未确认”，继续（§4.0-6）"""
    group = reps_groups.group_of(call.session, call.variables["group_id"])
    group.worker_confirmed = "silent"
    return {"worker_confirmed": "silent"}


@service("reps.ledger")
def ledger_line(call: ServiceCall) -> Mapping[str, Any]:
    """登入诉求解决台账；已解决且职工确认的计入措施八（T-082、T-083）"""
    group = reps_groups.group_of(call.session, call.variables["group_id"])
    outcome = str(call.variables["promote_result"])
    group.worker_confirmed = call.variables.get("worker_confirmed")
    group.counts_for_measure8 = outcome == "solved" and group.worker_confirmed == "yes"
    reps_groups.close(group, outcome)
    came = [line.rep for line in reps_groups.invitations(call.session, group.id, "accepted")]
    reps_registers.enter(call.session, group, came, actor=call.actor.id)
    if outcome == "convert" and call.instance.parent_id is None:
        _ask_for_conversion(call)
    return {"counts_for_measure8": group.counts_for_measure8}


def _ask_for_conversion(call: ServiceCall) -> None:
    """Start P11 for a walk that was started by hand; a case asks for it itself."""
    appeal = cases.of(call)
    names = ("category", "is_common", "dept_level", "scope", "persons_affected", "legal_stage")
    facts = {name: getattr(appeal, name) for name in (*names, "identity_mode", "street")}
    call.send(
        "msg_convert_requested",
        correlation=appeal.no,
        payload={
            **facts,
            "appeal_no": appeal.no,
            "org": call.variables["promote_org"],
            "source": "rep_promote",
            "rep_leader": call.variables.get("rep_leader"),
        },
    )
    appeal.converted = True
    title, words = notices.TITLES["tell_outcome"], "您反映的事项正转为建议提案，有结果会再告诉您。"
    cases.publish(
        call, cases.NOTICE, "tell_outcome", title, notices.body("tell_outcome", reason=words)
    )


@service("reps.stop")
def stop(call: ServiceCall) -> Mapping[str, Any]:
    """进入仲裁或诉讼：释放代表委员的时段，撤回邀请（L-021）"""
    group = reps_groups.group_of(call.session, call.variables["group_id"])
    reservations.release(call.session, call.instance.root_id, because="legal_stage")
    for line in reps_groups.invitations(call.session, group.id, "picked", "invited", "accepted"):
        told = line.status != "picked"
        line.status = "released"
        if told:
            call.post(
                kind="invitation_withdrawn",
                recipient=line.rep,
                payload={"appeal_no": group.appeal_no},
                key=f"invitation:{line.id}:withdrawn",
            )
    reps_groups.close(group, "blocked")
    return {"promote_result": "blocked", "legal_stage": call.variables.get("legal_stage")}


@hooks.on_change
def free_the_time(session: Session, changes: Sequence[hooks.Change]) -> None:
    """Give back half days when the case itself ends: withdrawn, merged, cancelled."""
    ended = [
        change.instance_id for change in changes if change.ended and change.process == "rep_promote"
    ]
    if ended:
        reps_groups.call_off(session, ended)


@service("reps.warn")
def warn(call: ServiceCall) -> None:
    """整体时限还有十个工作日：提醒牵头人"""
    call.post(
        kind="promote_warning",
        recipient=str(call.variables["promote_org"]),
        payload={"appeal_no": call.variables["appeal_no"]},
        key=f"promote:{call.instance.id}:warning",
    )
