"""诉求台账: one line per closed appeal, without names."""

from __future__ import annotations

from datetime import date, datetime

from engine.clock import CHINA
from engine.services import ServiceCall
from processes.appeals import codes
from processes.appeals.models import Appeal
from processes.ledger import registers
from processes.ledger.registers import Column, Register

#: Ten years, as the office keeps letters and visits (archives law leaves the figure to it).
RETENTION_YEARS = 10

APPEALS = registers.declare(
    Register(
        "appeals",
        "诉求台账",
        "SQTZ",
        (
            Column("no", "诉求编号"),
            Column("channel", "渠道", labels=codes.CHANNELS),
            Column("kind", "性质", labels=codes.KINDS),
            Column("persons_affected", "涉及人数", "number"),
            Column("conclusion", "结论", labels=codes.CONCLUSIONS),
            Column("satisfaction", "评价", labels=codes.SATISFACTIONS),
            Column("received_on", "收到", "date"),
        ),
    )
)


def enter(call: ServiceCall, appeal: Appeal) -> None:
    """Write the line of a case that ends; a case that ended before keeps its number."""
    registers.enter(
        call.session,
        APPEALS.code,
        call.instance.root_id,
        {
            "title": appeal.title,
            "category": codes.CATEGORIES.get(appeal.category, ""),
            "level": appeal.cur_level,
            "status": codes.STATUSES[appeal.status],
            "result": appeal.result_class,
            "due_on": appeal.due_at.astimezone(CHINA).date(),
            "closed_on": call.now.astimezone(CHINA).date(),
            "no": appeal.no,
            "channel": appeal.channel,
            "kind": appeal.kind,
            "persons_affected": appeal.persons_affected,
            "conclusion": appeal.conclusion,
            "satisfaction": appeal.satisfaction or "none",
            "received_on": appeal.received_at.astimezone(CHINA).date(),
        },
        organisation=appeal.cur_org or appeal.street,
        label=appeal.no,
        actor=call.actor.id,
    )


def retention(now: datetime) -> date:
    """Return until when the case's personal data is kept."""
    day = now.astimezone(CHINA).date()
    return date(day.year + RETENTION_YEARS, day.month, min(day.day, 28))
