"""What stands beside a task of a conversion, and what its forms start with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import clock, hooks
from engine.models import Attachment, HumanTask, ProcessInstance, Variable
from engine.queries import Viewer
from engine.state import values
from processes.people import orgs, reps
from processes.proposals import records, registers
from processes.proposals.models import (
    OfficialLetter,
    Proposal,
    ProposalMaterial,
    ProposalReferral,
    ProposalSource,
)

STATUSES = {
    "drafting": "起草中",
    "refused": "代表未同意提交",
    "referred": "改报情况专报",
    "submitted": "已提交",
    "filed": "已立案",
    "merged": "已并案",
    "not_filed": "未立案",
    "answered": "已答复",
    "withdrawn": "代表撤回",
}
CLASSES = {
    "A": "A 已解决或基本解决",
    "B": "B 正在解决或列入规划",
    "C": "C 因条件限制待以后解决",
    "D": "D 留作参考",
}
_MATTER = frozenset({"street", "persons_affected", "dept_level", "convert"})
DEPT_LEVELS = {
    "street": "街道职能科室",
    "district": "区级部门",
    "city": "市级及以上部门",
}
#: How to begin telling the workers; whoever tells them goes on in plain words.
OPENINGS = {
    "answered": "您反映的问题已经写成建议提案，承办单位答复如下：",
    "not_filed": "您反映的问题写成的建议没有立案，我们已经改报情况专报，",
    "referred": "您反映的问题不适合写成建议提案，我们已经改报情况专报，",
    "refused": "您反映的问题这次没有写成建议提案，原因是：",
    "withdrawn": "代表委员撤回了根据您反映的问题写成的建议，接下来我们",
}


@hooks.case_summary("proposals")
def describe(session: Session, viewer: Viewer, root_id: str) -> Mapping[str, Any] | None:
    """Describe a conversion: no worker's name is in it, for anybody."""
    root = session.get(ProcessInstance, root_id)
    if root is None:
        return None
    found = records.by_instance(session, root_id)
    inside = not _only_representative(viewer)
    return {
        "number": found.no if found else root.business_key or "",
        "title": found.title if found else root.title,
        "tags": [STATUSES[found.status]] if found else ["待立项"],
        "fields": _fields(session, root_id, found),
        "sections": _sections(session, root_id, found),
        "attachments": _files(session, root_id) if inside else [],
        "links": [],
    }


@hooks.prefill("proposals")
def prefill(session: Session, task: HumanTask) -> Mapping[str, Any]:
    """Start drafts with the last text, and messages to workers with an opening."""
    found = records.by_instance(session, task.root_id)
    if task.element_id in ("ut_inform_workers", "ut_inform_withdrawn"):
        status = found.status if found else "referred"
        return {"inform_text": OPENINGS.get(status, "")}
    if task.element_id == "ut_draft" and found is not None:
        text = {
            "title": found.title,
            "cause": found.cause,
            "analysis": found.analysis,
            "suggestion": found.suggestion,
        }
        return {key: value for key, value in text.items() if value}
    return {}


def _only_representative(viewer: Viewer) -> bool:
    return {group.partition("@")[0] for group in viewer.groups} <= {"rep"}


def _fields(session: Session, root_id: str, found: Proposal | None) -> list[tuple[str, str]]:
    sources = session.scalars(
        select(ProposalSource.appeal_no)
        .where(ProposalSource.instance_id == root_id)
        .order_by(ProposalSource.first.desc(), ProposalSource.appeal_no)
    )
    rows = [("来源诉求", "、".join(sources)), *_matter(session, root_id)]
    if found is not None:
        rows += _proposal(session, found)
    return [(label, value) for label, value in rows if value]


def _matter(session: Session, root_id: str) -> list[tuple[str, str]]:
    """Return what the case told when it asked for the conversion, and what D-06 said of it."""
    rows = session.scalars(
        select(Variable).where(Variable.instance_id == root_id, Variable.scope == "")
    )
    known = {row.name: values.decode(row.value) for row in rows if row.name in _MATTER}
    street = str(known.get("street") or "")
    judged = known.get("convert")
    return [
        ("街道", orgs.names(session, [street])[street] if street else ""),
        ("涉及人数", str(known.get("persons_affected") or "")),
        ("需要协调的部门", DEPT_LEVELS.get(str(known.get("dept_level")), "")),
        ("判定", str(judged.get("reason") or "") if isinstance(judged, Mapping) else ""),
    ]


def _proposal(session: Session, found: Proposal) -> list[tuple[str, str]]:
    units = [found.main_unit or "", *found.co_units, found.submitted_to or ""]
    names = {"": "", **orgs.names(session, [unit for unit in units if unit])}
    due = found.due_at.astimezone(clock.CHINA) if found.due_at else None
    return [
        ("建议提案编号", found.no),
        ("种类", registers.KINDS.get(found.kind, found.kind)),
        ("领衔代表", f"{reps.names(session, [found.leader])[found.leader]}（{found.level}级）"),
        ("提交", f"{names[found.submitted_to or '']} {found.receipt_no or ''}".strip()),
        ("立案编号", found.filed_no or ""),
        ("主办单位", names[found.main_unit or ""]),
        ("会办单位", "、".join(names[unit] for unit in found.co_units)),
        ("答复期限", f"{due.year}年{due.month}月{due.day}日（自然日）" if due else ""),
        ("答复类别", CLASSES.get(found.result_class or "", "")),
        ("计入措施十", "计入" if found.counts_for_measure10 else ""),
    ]


def _sections(session: Session, root_id: str, found: Proposal | None) -> list[tuple[str, str]]:
    parts: list[tuple[str, str | None]] = []
    if found is not None:
        parts += [
            ("案由", found.cause),
            ("情况分析", found.analysis),
            ("具体建议", found.suggestion),
            ("未立案理由", found.review_reason),
            ("答复要点", found.points),
            ("承诺事项", found.promise),
        ]
        parts += [
            (f"素材（{row.department}）", f"{row.catalogue}\n口径：{row.measure}")
            for row in session.scalars(
                select(ProposalMaterial).where(ProposalMaterial.proposal_no == found.no)
            )
        ]
        parts += [
            (f"催办函 {letter.no}", letter.text)
            for letter in session.scalars(
                select(OfficialLetter).where(OfficialLetter.proposal_no == found.no)
            )
        ]
    parts += [
        ("情况专报", f"{row.report}\n回复：{row.answer}")
        for row in session.scalars(
            select(ProposalReferral).where(ProposalReferral.instance_id == root_id)
        )
    ]
    return [(heading, text) for heading, text in parts if text]


def _files(session: Session, root_id: str) -> list[str]:
    return list(
        session.scalars(
            select(Attachment.id)
            .join(ProcessInstance, ProcessInstance.id == Attachment.instance_id)
            .where(ProcessInstance.root_id == root_id)
            .order_by(Attachment.uploaded_at)
        )
    )
