"""How an appeal is shown beside a task: masked for who looks (D-17), in the office's words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, hooks
from engine.models import Attachment, HumanTask, ProcessInstance
from engine.queries import Viewer
from processes.appeals import codes, masking
from processes.appeals.models import (
    Appeal,
    Coordination,
    Document,
    Pending,
    Referral,
    Reply,
    Supplement,
)
from processes.people import orgs

Pair = tuple[str, str]


@hooks.case_summary("appeals")
def summary(session: Session, viewer: Viewer, root_id: str) -> Mapping[str, Any] | None:
    """Describe the appeal a root instance belongs to; None for another process."""
    appeal = session.scalar(select(Appeal).where(Appeal.instance_id == root_id))
    if appeal is None:
        return None
    inside = masking.audience(viewer) == "handler"
    return {
        "number": appeal.no,
        "title": appeal.title,
        "tags": list(_tags(appeal)),
        "fields": list(_fields(session, viewer, appeal)),
        "sections": list(_sections(session, viewer, appeal, inside=inside)),
        # Photos and recordings carry names and faces: only for who deals with the worker.
        "attachments": _files(session, root_id) if inside else [],
        "links": list(_papers(session, appeal)) if inside else [],
    }


@hooks.prefill("appeals")
def prefill(session: Session, task: HumanTask) -> Mapping[str, Any]:
    """Start the forms with what is known and is no process variable."""
    appeal = session.scalar(select(Appeal).where(Appeal.instance_id == task.root_id))
    if appeal is None:
        return {}
    known = {
        "title": appeal.title,
        "community": appeal.community,
        "employer_org": appeal.employer_org,
        "industry_org": appeal.industry_org,
    }
    if task.element_id == "ut_handle" and (reply := _draft(session, appeal)) is not None:
        known |= {"facts": reply.facts, "basis": reply.basis, "content": reply.content}
    return {key: value for key, value in known.items() if value is not None}


def _tags(appeal: Appeal) -> Iterator[str]:
    yield codes.CATEGORIES.get(appeal.category, appeal.category)
    if appeal.urgency != "normal":
        yield codes.URGENCIES[appeal.urgency]
    if appeal.identity_mode != "real":
        yield codes.IDENTITIES[appeal.identity_mode]
    if appeal.persons_affected > 1:
        yield f"{appeal.persons_affected} 人"
    if appeal.legal_stage != "none":
        yield codes.LEGAL_STAGES[appeal.legal_stage]
    if appeal.with_reps:
        yield "代表委员推动"
    if appeal.converted:
        yield "已转建议提案"
    if appeal.main_no:
        yield f"随 {appeal.main_no} 办理"


def _fields(session: Session, viewer: Viewer, appeal: Appeal) -> Iterator[Pair]:
    yield "诉求编号", appeal.no
    yield "反映人", _worker(session, viewer, appeal)
    yield "用人单位", masking.shown(session, viewer, "employer_name", appeal.employer_name)
    yield "渠道和性质", f"{codes.CHANNELS[appeal.channel]} · {codes.KINDS[appeal.kind]}"
    yield "办理单位", _office(session, appeal)
    yield "办理状态", codes.STATUSES.get(appeal.status, appeal.status)
    yield "总时限", f"{_day(appeal.due_at)}（60 个自然日{_extended(appeal)}）"


def _worker(session: Session, viewer: Viewer, appeal: Appeal) -> str:
    if appeal.identity_mode == "anonymous":
        return "匿名"
    name = masking.shown(session, viewer, "name", appeal.name)
    phone = masking.shown(session, viewer, "phone", appeal.phone)
    return name if phone in ("—", masking.HIDDEN) else f"{name}　{phone}"


def _office(session: Session, appeal: Appeal) -> str:
    code = appeal.cur_org or appeal.street
    level = codes.LEVELS.get(appeal.cur_level or "", "")
    name = orgs.names(session, [code])[code]
    return f"{name}（{level}）" if level and level not in name else name


def _extended(appeal: Appeal) -> str:
    return f"，已延长 {appeal.extended_days} 个自然日" if appeal.extended_days else ""


def _sections(session: Session, viewer: Viewer, appeal: Appeal, *, inside: bool) -> Iterator[Pair]:
    yield "", masking.shown(session, viewer, "content", appeal.content or _unwritten(appeal))
    if appeal.demand:
        yield "希望怎样解决", masking.shown(session, viewer, "content", appeal.demand)
    for coordination in session.scalars(_of(Coordination, appeal)):
        if inside or coordination.dept in viewer.organisations:
            yield from _coordination(session, coordination)
    if not inside:
        return
    for more in session.scalars(_of(Supplement, appeal)):
        yield f"职工补充（{_day(more.at)}）", more.text
    reply = _draft(session, appeal)
    if reply is not None:
        yield from _reply(reply)
    for referral in session.scalars(_of(Referral, appeal)):
        yield f"{codes.TOOLS.get(referral.tool, referral.tool)}的答复", referral.answer
    for pending in session.scalars(_of(Pending, appeal)):
        if pending.cleared_at is None and pending.note:
            yield "挂账原因", pending.note


def _unwritten(appeal: Appeal) -> str | None:
    return {
        "photo": "职工用照片反映，内容见附件。",
        "voice": "职工用录音反映，内容见附件。",
    }.get(appeal.content_form)


def _coordination(session: Session, asked: Coordination) -> Iterator[Pair]:
    name = orgs.names(session, [asked.dept])[asked.dept]
    if asked.question:
        yield f"请{name}会办", asked.question
    if asked.opinion:
        yield f"{name}的意见", asked.opinion


def _reply(reply: Reply) -> Iterator[Pair]:
    state = "答复" if reply.signed_at else "答复稿"
    result = codes.RESULT_CLASSES.get(reply.result_class, reply.result_class)
    yield f"{state} · {codes.CONCLUSIONS[reply.conclusion]} · {result}", reply.content
    yield "事实", reply.facts
    yield "依据", reply.basis
    if reply.where_to:
        yield "去向和联系方式", reply.where_to
    if reply.promise_due:
        yield "承诺期限", _day(reply.promise_due)
    if reply.approval_note:
        yield "审核意见", reply.approval_note


def _draft(session: Session, appeal: Appeal) -> Reply | None:
    return session.scalars(
        select(Reply).where(Reply.appeal_no == appeal.no).order_by(Reply.seq.desc()).limit(1)
    ).first()


def _of(model: Any, appeal: Appeal) -> Any:
    return select(model).where(model.appeal_no == appeal.no).order_by(model.id)


def _files(session: Session, root_id: str) -> list[str]:
    return list(
        session.scalars(
            select(Attachment.id)
            .join(ProcessInstance, ProcessInstance.id == Attachment.instance_id)
            .where(ProcessInstance.root_id == root_id)
            .order_by(Attachment.uploaded_at)
        )
    )


def _papers(session: Session, appeal: Appeal) -> Iterator[Pair]:
    yield "登记回执", f"/papers/receipt/{appeal.no}"
    accepted = session.scalar(
        select(Document.id).where(Document.appeal_no == appeal.no, Document.template == "accepted")
    )
    if accepted:
        yield "受理告知书", f"/papers/acceptance/{accepted}"
    reply = _draft(session, appeal)
    if reply is not None and reply.signed_at is not None:
        kind = {"refusal": "refusal", "legal": "transfer"}.get(reply.kind, "reply")
        names = {"refusal": "不予受理告知书", "transfer": "转送告知书"}
        yield names.get(kind, "答复意见书"), f"/papers/{kind}/{reply.id}"


def _day(when: datetime | date) -> str:
    shown = when.astimezone(clock.CHINA).date() if isinstance(when, datetime) else when
    return f"{shown.year}年{shown.month}月{shown.day}日"
