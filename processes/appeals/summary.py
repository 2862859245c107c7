"""What stands beside a task of a case, and what a form already knows when it opens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import hooks, vault
from engine.clock import CHINA
from engine.models import Attachment, HumanTask, ProcessInstance, Variable
from engine.queries import Viewer
from engine.state import values
from processes.appeals import answers, codes, masking, notices, reps_summary
from processes.appeals.models import (
    Appeal,
    AppealRequest,
    AppealStep,
    Coordination,
    Pending,
    Reply,
    Supplement,
)
from processes.appeals.registration_services import made_title
from processes.people import orgs, reps

#: How many of the latest steps stand beside a task; the whole story is on the case's own page.
_STEPS = 8


@hooks.on_seed
def seed(session: Session) -> None:
    """Put the usual answers into an empty library."""
    answers.seed(session)


@hooks.case_summary("appeals")
def describe(session: Session, viewer: Viewer, root_id: str) -> Mapping[str, Any] | None:
    """Describe a case for the page of a task, masked for the viewer (D-17)."""
    appeal = _appeal(session, root_id)
    if appeal is None:
        return None
    shown = masking.masked(session, appeal, viewer)
    return {
        "number": appeal.no,
        "title": appeal.title,
        "tags": _tags(appeal),
        "fields": _fields(session, appeal, shown),
        "sections": [
            *_sections(session, appeal, shown, viewer),
            *reps_summary.sections(session, viewer, appeal.no),
        ],
        # a file's own name may be a person's, so it is not even listed to others
        "attachments": _attachments(session, root_id)
        if masking.opens_originals(viewer, appeal)
        else [],
        "private": {
            "name": shown["name"],
            "phone": shown["phone"],
            "behalf_name": vault.mask_name(appeal.behalf_name or ""),
        },
        "links": [("收件回执", f"/papers/receipt/{appeal.no}")],
    }


def _appeal(session: Session, root_id: str) -> Appeal | None:
    """Return the appeal of a case; a walk started by hand (措施八) carries only its number."""
    found = session.scalar(select(Appeal).where(Appeal.instance_id == root_id))
    root = session.get(ProcessInstance, root_id) if found is None else None
    return session.get(Appeal, root.business_key) if root and root.business_key else found


@hooks.prefill("appeals")
def prefill(session: Session, task: HumanTask) -> Mapping[str, Any]:
    """Fill in what is known, so that the person writes only what is new."""
    root = session.get(ProcessInstance, task.root_id)
    appeal = session.scalar(select(Appeal).where(Appeal.instance_id == task.root_id))
    if root is None or appeal is None:
        return {}
    if task.element_id == "ut_triage":
        return _triage(session, task, appeal)
    if task.element_id == "ut_handle":
        usual = {"action": "reply", "conclusion": "support", "result_class": "A"}
        return {**usual, **_draft(session, appeal)}
    if task.element_id in ("ut_draft_reply", "ut_review"):
        return _draft(session, appeal)
    if task.element_id == "ut_merge_confirm":
        found = _variable(session, task.instance_id, "duplicate") or {}
        decided = found.get("result") if isinstance(found, Mapping) else None
        return {"merge_decision": decided if decided in ("same", "follower") else "new"}
    if task.element_id == "ut_publicize":
        return {"public_text": f"某企业职工反映{codes.CATEGORIES.get(appeal.category, '')}问题："}
    if task.element_id == "ut_pick_reps":
        return {"rep_options": _named(session, _variable(session, task.instance_id, "rep_options"))}
    if task.element_id == "ut_register":
        return {"employer_name": appeal.employer_name or "", "category": appeal.category}
    return {}


def _named(session: Session, choices: Any) -> list[dict[str, str]]:
    """Put names where the variable holds codes: they are shown to the picker and kept nowhere."""
    rows = [dict(row) for row in choices or () if isinstance(row, Mapping)]
    names = reps.names(session, [row["value"] for row in rows])
    for row in rows:
        row["label"] = row["label"].replace(row["value"], names[row["value"]], 1)
    return rows


def _triage(session: Session, task: HumanTask, appeal: Appeal) -> dict[str, Any]:
    suggested = _variable(session, task.instance_id, "suggested")
    given = "" if appeal.title == made_title(appeal) else appeal.title
    known: dict[str, Any] = {"title": given, "employer_org": appeal.employer_org or ""}
    if isinstance(suggested, Mapping):
        known["route"] = suggested.get("route") or "union"
        known["where_to"] = suggested.get("where_to") or ""
    return known


def _draft(session: Session, appeal: Appeal) -> dict[str, Any]:
    reply = session.scalar(
        select(Reply)
        .where(Reply.appeal_no == appeal.no, Reply.signed_at.is_(None))
        .order_by(Reply.seq.desc())
        .limit(1)
    )
    if reply is None:
        return {}
    return {
        "facts": reply.facts, "basis": reply.basis, "content": reply.content,
        "conclusion": reply.conclusion, "result_class": reply.result_class,
    }  # fmt: skip


def _variable(session: Session, instance_id: str, name: str) -> Any:
    row = session.scalar(
        select(Variable).where(Variable.instance_id == instance_id, Variable.name == name)
    )
    return None if row is None else values.decode(row.value)


def _tags(appeal: Appeal) -> list[str]:
    tags = [codes.STATUSES.get(appeal.status, appeal.status)]
    if appeal.urgency != "normal":
        tags.append(codes.URGENCIES.get(appeal.urgency, ""))
    if appeal.identity_mode != "real":
        tags.append(codes.IDENTITIES[appeal.identity_mode])
    if appeal.legal_stage != "none":
        tags.append(codes.LEGAL_STAGES.get(appeal.legal_stage, ""))
    tags += ["共性"] if appeal.is_common else []
    tags += ["二次办理"] if appeal.rework_count else []
    tags += [f"退单 {appeal.return_count} 次"] if appeal.return_count else []
    return tags


def _fields(session: Session, appeal: Appeal, shown: Mapping[str, str]) -> list[tuple[str, str]]:
    places = [code for code in (appeal.cur_org, appeal.community, appeal.street) if code]
    names = orgs.names(session, places)
    rows = [
        ("诉求编号", appeal.no),
        ("渠道", codes.CHANNELS.get(appeal.channel, appeal.channel)),
        ("性质", codes.KINDS.get(appeal.kind, appeal.kind)),
        ("类目", codes.CATEGORIES.get(appeal.category, appeal.category)),
        ("身份", codes.IDENTITIES.get(appeal.identity_mode, "")),
        ("姓名", shown["name"]),
        ("电话", shown["phone"]),
        ("用人单位", shown["employer_name"]),
        ("街道", names.get(appeal.street, appeal.street)),
        ("社区、园区", names.get(appeal.community or "", "")),
        ("涉及人数", str(appeal.persons_affected)),
        ("承办单位", names.get(appeal.cur_org or "", "")),
        ("层级", codes.LEVELS.get(appeal.cur_level or "", "")),
        ("收到", _moment(appeal.received_at)),
        ("总时限", f"{notices.chinese(appeal.due_at)}（自然日）"),
        ("主件", appeal.main_no or ""),
        ("评价", codes.SATISFACTIONS.get(appeal.satisfaction or "", "")),
    ]
    return [(label, value) for label, value in rows if value]


def _moment(when: datetime) -> str:
    return f"{notices.chinese(when)} {when.astimezone(CHINA):%H:%M}"


def _sections(
    session: Session, appeal: Appeal, shown: Mapping[str, str], viewer: Viewer
) -> list[tuple[str, str]]:
    clear = shown["content"] != masking.HIDDEN
    found = [("诉求内容", shown["content"] or "（见附件）")]
    if appeal.demand and clear:
        found.append(("具体请求", appeal.demand))
    if masking.audience(viewer, appeal, "content") not in ("handler", "reviewer"):
        return found  # what staff write for each other may name people
    found += _alike(session, appeal)
    found += _done(session, appeal)
    found += [("职工补充", row.text) for row in _rows(session, Supplement, appeal)]
    found += [_opinion(session, row) for row in _rows(session, Coordination, appeal)]
    found += [_request(row) for row in _rows(session, AppealRequest, appeal) if row.granted is None]
    found += [("挂账", row.note or "") for row in _rows(session, Pending, appeal) if row.note]
    found += [_reply(row) for row in _rows(session, Reply, appeal)]
    found += [("职工评价", appeal.rating_text)] if appeal.rating_text else []
    return found


def _alike(session: Session, appeal: Appeal) -> list[tuple[str, str]]:
    """Say which earlier case looks like this one, while that is still to be decided."""
    if appeal.status not in ("registering", "triage"):
        return []
    number = _variable(session, appeal.instance_id, "main_appeal")
    other = session.get(Appeal, str(number)) if number else None
    if other is None:
        return []
    received = notices.chinese(other.received_at)
    state = codes.STATUSES.get(other.status, "")
    return [("相近的诉求件", f"{other.no}　{other.title}　{received}收到　{state}")]


def _done(session: Session, appeal: Appeal) -> list[tuple[str, str]]:
    steps = session.scalars(
        select(AppealStep)
        .where(AppealStep.appeal_no == appeal.no, AppealStep.summary.is_not(None))
        .order_by(AppealStep.id.desc())
        .limit(_STEPS)
    ).all()
    names = orgs.names(session, {step.org for step in steps if step.org})
    lines = [
        f"{notices.chinese(step.at)} {names.get(step.org or '', '')}：{step.summary}"
        for step in reversed(steps)
    ]
    return [("办理经过", "\n".join(lines))] if lines else []


def _rows(session: Session, model: Any, appeal: Appeal) -> list[Any]:
    return list(session.scalars(select(model).where(model.appeal_no == appeal.no).limit(20)))


def _opinion(session: Session, row: Coordination) -> tuple[str, str]:
    name = orgs.names(session, [row.dept])[row.dept]
    said = row.opinion or "（还没有意见）"
    return f"{name}会办意见（第 {row.round} 次）", f"问：{row.question or ''}\n答：{said}"


def _request(row: AppealRequest) -> tuple[str, str]:
    title = {"extend": "延期申请", "pause": "暂停申请", "withdraw": "撤回申请"}[row.kind]
    days = f"（{row.days} 个自然日）" if row.days else ""
    return f"{title}{days}", row.reason or ""


def _reply(row: Reply) -> tuple[str, str]:
    state = f"（{row.no}）" if row.no else "（稿）"
    note = f"\n审核意见：{row.approval_note}" if row.approval_note else ""
    return (
        f"答复{state}：{codes.CONCLUSIONS.get(row.conclusion, '')}",
        f"事实：{row.facts}\n依据：{row.basis}\n答复：{row.content}{note}",
    )


def _attachments(session: Session, root_id: str) -> list[str]:
    return list(
        session.scalars(
            select(Attachment.id)
            .join(ProcessInstance, ProcessInstance.id == Attachment.instance_id)
            .where(ProcessInstance.root_id == root_id)
            .order_by(Attachment.uploaded_at)
        )
    )
