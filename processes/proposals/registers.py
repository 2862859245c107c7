"""The register of proposals that were handed in (转化清单, T-103) and the numbers they carry."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine import clock
from processes.ledger import numbers, registers
from processes.ledger.registers import Column, Register
from processes.proposals.models import Proposal

KINDS = {
    "npc_suggestion": "人大建议",
    "cppcc_proposal": "政协提案",
    "party_proposal": "党代表提案提议",
    "report": "情况报告",
}

PROPOSALS = registers.declare(
    Register(
        "proposals",
        "诉求转化清单",
        "TA",
        (
            Column("no", "建议提案编号"),
            Column("category", "种类", labels=KINDS),
            Column("leader", "领衔代表"),
            Column("receipt_no", "提交回执号"),
            Column("submitted_on", "提交日期", "date"),
            Column("counts", "计入措施十", labels={"yes": "计入", "no": "不计"}),
        ),
    )
)


def proposal_number(session: Session) -> str:
    """Return the next number of a proposal: `TA-2026-000001`."""
    return numbers.case_number(session, PROPOSALS.prefix, "")


def enter(session: Session, found: Proposal, *, root_id: str, actor: str) -> None:
    """Enter a proposal whose receipt is there; measure ten counts these lines."""
    registers.enter(
        session,
        PROPOSALS.code,
        root_id,
        {
            "title": f"建议提案 {found.no}",
            "category": found.kind,
            "level": found.level,
            "status": found.status,
            "no": found.no,
            "leader": found.leader,
            "receipt_no": found.receipt_no,
            "submitted_on": found.submitted_on or clock.today().date(),
            "counts": "yes" if found.counts_for_measure10 else "no",
        },
        organisation=found.org,
        label=found.no,
        actor=actor,
    )
