"""Steps of an appeal for tests: registered, triaged, answered, read and rated."""

from __future__ import annotations

from sqlalchemy import select

from engine import db
from engine.models import ProcessInstance
from processes.appeals import intake, tracking
from processes.appeals.models import (
    Appeal,
)
from tests.processes.reps_walk import Case, somebody

STAFF, CHAIR = "pinghu_c1_staff1", "pinghu_c1_chair"
EMPLOYER = "示例·晨光电子（平湖）"
WORDS = "七、八月工资没发，老板说等回款。"
FORM = {
    "channel": "phone", "category": "01", "kind": "help", "content": WORDS, "street": "pinghu",
    "identity_mode": "real", "name": "陈某甲（示例）", "phone": "13800000001",
    "employer_name": EMPLOYER, "urgency": "normal", "legal_stage": "none",
    "persons_affected": 1, "onspot": False,
}  # fmt: skip
TRIAGE = {
    "route": "union", "category": "01", "kind": "help", "dept_level": "none", "scope": "person",
    "urgency": "normal", "legal_stage": "none", "is_common": False, "has_union": True,
    "industry_managed": False, "worker_agrees_employer": False, "community": "pinghu_c1",
    "persons_affected": 1,
}  # fmt: skip
REPLY = {
    "contact_way": "phone", "summary": "核对工资表。", "action": "reply",
    "conclusion": "support", "facts": "欠发两个月。", "basis": "劳动法第五十条",
    "content": "已补发。", "result_class": "A",
}  # fmt: skip


def case(**form) -> Case:
    with db.transaction() as session:
        receipt = intake.submit(
            session,
            form="register",
            submission={**FORM, **form},
            actor=somebody("pinghu_window1"),
        )
    return Case(receipt.instance_id).settle()


def handled(walked: Case, **reply) -> Case:
    return walked.at("ut_handle", STAFF, **{**REPLY, **reply})


def answered(walked: Case) -> Case:
    walked.at("ut_triage", "pinghu_vice", **TRIAGE)
    return handled(walked).at("ut_approve_reply", CHAIR, approval="sign")


def read(walked: Case) -> Case:
    """The worker opens her page."""
    with db.transaction() as session:
        tracking.opened(session, appeal(session, walked))
    return walked.settle()


def rated(walked: Case, value: str) -> Case:
    with db.transaction() as session:
        tracking.rate(session, appeal(session, walked), value)
    return walked.settle()


def appeal(session, walked: Case) -> Appeal:
    return session.scalars(select(Appeal).where(Appeal.instance_id == walked.root)).one()


def instance(walked: Case) -> ProcessInstance:
    with db.reading() as session:
        return session.get_one(ProcessInstance, walked.root)
