"""Supervision beside owed work: the right superior, the holder keeps task and draft, it ends."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import commands, db
from engine.models import Draft, HistoryEvent, HumanTask, Outbox, ProcessInstance
from processes.support.models import OverdueCase, Supervision
from tests.processes import reps_walk
from tests.processes.appeals_walk import CHAIR, REPLY, STAFF, TRIAGE, case
from tests.processes.reps_walk import Case, somebody


@pytest.fixture
def office(database):
    reps_walk.furnish(database)


@pytest.fixture
def late(office) -> Case:
    """A case that a federation has had for five working days and a night."""
    walked = case(employer_name="示例·小厂").at("ut_triage", "pinghu_vice", **TRIAGE)
    (task,) = walked.tasks("ut_handle")
    with db.transaction() as session:
        who = somebody(STAFF)
        commands.claim(session, task.id, actor=who)
        commands.save_draft(session, task.id, actor=who, payload={"summary": ["写了一半"]})
    return walked.after(days=7, hours=1)


def supervised(walked: Case) -> HumanTask:
    (task,) = walked.tasks("ut_supervise")
    return task


def test_the_holder_keeps_the_task_and_the_draft(late):
    (task,) = late.tasks("ut_handle")
    assert (task.assignee, task.status) == (STAFF, "open")
    with db.reading() as session:
        assert session.get(Draft, (task.id, STAFF)) is not None


def test_the_holder_explains_and_the_reviewer_supervises(late):
    assert supervised(late).groups == ["reviewer@pinghu_c1"]
    assert late.tasks("ut_explain_delay")[0].groups == ["handler@pinghu_c1"]


@pytest.mark.parametrize(
    ("days", "group"),
    [(5, "chair@pinghu_c1"), (10, "chair@pinghu")],
)
def test_supervision_rises_while_nobody_acts(late, days, group):
    late.after(days=days)
    assert supervised(late).groups == [group]
    assert "ut_handle" in late.waits()


def test_after_ten_working_days_the_chair_of_the_district_is_asked(late):
    late.after(days=20)
    (task,) = late.tasks("ut_leader")
    assert task.groups == ["chair@district", "inspector@district"]


def test_a_demand_is_kept_and_the_next_step_waits_for_its_date(late):
    late.at("ut_supervise", CHAIR, supervise_demand="三日内上门。", supervise_until="2027-06-01")
    late.after(days=20)
    assert "ut_leader" not in late.waits()
    with db.reading() as session:
        row = session.scalars(select(Supervision)).one()
    assert (row.by, row.demand, row.tier) == (CHAIR, "三日内上门。", 1)


def test_when_the_work_is_done_supervision_ends_by_itself(late):
    late.at("ut_handle", STAFF, **REPLY)
    assert late.waits() == {"ut_approve_reply"}
    with db.reading() as session:
        row = session.scalars(select(OverdueCase)).one()
        ended = session.get_one(ProcessInstance, row.instance_id)
        told = session.scalars(select(Outbox.recipient).where(Outbox.key.like("settled:%"))).all()
    assert row.settled_at is not None
    assert (ended.status, ended.outcome) == ("completed", "end_settled")
    assert told == ["reviewer@pinghu_c1"]


def test_history_says_why_supervision_came(late):
    with db.reading() as session:
        fired = session.scalars(
            select(HistoryEvent).where(
                HistoryEvent.root_id == late.root, HistoryEvent.element_id == "tb_handle"
            )
        ).all()
        decided = session.scalars(
            select(HistoryEvent).where(
                HistoryEvent.root_id == late.root, HistoryEvent.element_id == "brt_escalation"
            )
        ).all()
    assert fired
    assert any(event.kind == "decided" for event in decided)


def test_work_done_in_time_is_never_supervised(office):
    walked = case(employer_name="示例·小厂").at("ut_triage", "pinghu_vice", **TRIAGE)
    walked.at("ut_handle", STAFF, **REPLY).at("ut_approve_reply", CHAIR, approval="sign")
    # Past what handling had, before the reply that nobody opens is owed by phone: on any weekday.
    walked.after(days=8)
    with db.reading() as session:
        assert session.scalars(select(OverdueCase)).all() == []
