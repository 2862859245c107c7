"""The register of what representatives helped to solve (诉求解决台账, T-083)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from engine import clock
from processes.appeals.reps_models import WorkGroup
from processes.ledger import registers
from processes.ledger.registers import Column, Register

OUTCOMES = {
    "solved": "已解决",
    "partial": "部分解决",
    "convert": "转建议提案",
    "unsolved": "退回继续办理",
}
CONFIRMED = {"yes": "已确认", "no": "不确认", "unreached": "未联系上", "silent": "未确认"}

RESOLUTIONS = registers.declare(
    Register(
        "resolutions",
        "诉求解决台账",
        "JJ",
        (
            Column("appeal_no", "诉求编号"),
            Column("result", "推动结果", labels=OUTCOMES),
            Column("reps", "参与代表委员"),
            Column("led_by", "牵头", labels={"reps": "代表委员工作小组", "district": "区总工会"}),
            Column("worker_confirmed", "职工确认", labels=CONFIRMED),
            Column("counts", "计入措施八", labels={"yes": "计入", "no": "不计"}),
            Column("opened_on", "开始日期", "date"),
            Column("closed_on", "结束日期", "date"),
        ),
    )
)


def enter(session: Session, group: WorkGroup, reps: list[str], *, actor: str) -> None:
    """Enter a closed working group; one line for each group of a case."""
    registers.enter(
        session,
        RESOLUTIONS.code,
        group.root_id,
        {
            "title": f"代表委员推动 {group.appeal_no}",
            "status": "closed",
            "result": group.outcome,
            "closed_on": clock.today().date(),
            "appeal_no": group.appeal_no,
            "reps": "、".join(reps),
            "led_by": group.led_by,
            "worker_confirmed": group.worker_confirmed,
            "counts": "yes" if group.counts_for_measure8 else "no",
            "opened_on": group.opened_at.astimezone(clock.CHINA).date(),
        },
        organisation=group.org,
        part=str(group.id),
        actor=actor,
    )
