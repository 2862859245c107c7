"""P03 stops in court, begins by hand, and shows each person no more than is theirs."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import commands, db, queries
from engine.errors import InvalidInput, NotAllowed, NotFound
from engine.models import HumanTask, Outbox
from processes.appeals.models import Document
from processes.people.identity import viewer_for
from tests.processes import reps_walk
from tests.processes.promote_walk import (
    DESK,
    OTHER,
    REP,
    confirmed,
    day,
    finished,
    group_of,
    held,
    lines,
    pick,
    planned,
    proxy,
)
from tests.processes.reps_walk import Case


@pytest.fixture
def office(database):
    reps_walk.furnish(database)


# ---- never in court -----------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["arbitration", "litigation"])
def test_going_to_court_stops_everything(office, stage):
    case = pick(Case.promoted(), REP, OTHER)
    case.at("ut_invite_reply", REP, reply="yes", reply_by="self")
    to_court(case, stage)
    assert not case.waits() & {"ut_invite_reply", "ut_plan"}
    assert held(case) == []
    assert {lines(case)[rep].status for rep in (REP, OTHER)} == {"released"}
    assert group_of(case).outcome == "blocked"
    with db.reading() as session:
        templates = session.scalars(
            select(Document.template).where(Document.appeal_no == case.number)
        ).all()
        assert "stopped" in templates
        told = session.scalars(
            select(Outbox.recipient).where(Outbox.kind == "invitation_withdrawn")
        ).all()
        assert sorted(told) == [REP, OTHER]


def to_court(case: Case, stage: str, login: str = "pinghu_handler1") -> Case:
    with db.transaction() as session:
        commands.start(
            session,
            "rep_legal_stage",
            actor=reps_walk.somebody(login),
            submission={
                "appeal_no": case.number,
                "legal_stage": stage,
                "legal_since": day(0),
                "legal_proof": "受理通知书（示例）12 号",
            },
        )
    return case.settle()


def test_a_mediation_stops_nothing(office):
    case = to_court(pick(Case.promoted(), REP), "mediation")
    assert case.waits() == {"ut_invite_reply"}
    assert len(held(case)) == 1


def test_another_street_cannot_report_a_court(office):
    case = Case.promoted()
    with pytest.raises(NotFound):
        to_court(case, "litigation", "bantian_handler1")
    assert case.waits() == {"ut_pick_reps"}


@pytest.mark.parametrize("stage", ["arbitration", "litigation"])
def test_in_court_nobody_is_even_matched(office, stage):
    """The case itself may ask; the answer is no, the worker reads why, the handling goes on."""
    case = Case.registered(legal_stage=stage)
    case.at("ut_triage", "pinghu_window1", **{**reps_walk.TRIAGE, "legal_stage": stage})
    case.at("ut_handle", "pinghu_handler1", summary="请代表推动", action="promote")
    assert case.waits() == {"ut_handle"}
    assert group_of(case).outcome == "blocked"
    assert lines(case) == {}
    with db.reading() as session:
        templates = session.scalars(
            select(Document.template).where(Document.appeal_no == case.number)
        )
        assert "stopped" in set(templates)


def test_in_court_nobody_can_start_it_by_hand(office):
    case = Case.registered(legal_stage="litigation")
    with pytest.raises(InvalidInput, match="仲裁或诉讼"):
        by_hand(case)


def test_a_withdrawn_case_gives_the_half_day_back(office):
    case = pick(Case.promoted(), REP)
    case.message("msg_withdraw").at(
        "ut_withdraw", "pinghu_vice", withdraw_decision="yes", withdraw_note="本人电话确认"
    )
    assert case.waits() == set()
    assert held(case) == []
    assert group_of(case).outcome == "cancelled"


# ---- measure eight: started by hand ----------------------------------------------------------


def by_hand(case: Case, login: str = DESK) -> Case:
    with db.transaction() as session:
        made = commands.start(
            session,
            "rep_promote",
            actor=reps_walk.somebody(login),
            submission={"appeal_no": case.number, "reason": "全街道共性问题"},
        )
    return Case(made.id).settle()


def test_any_running_appeal_can_be_chosen_for_measure_eight(office):
    case = by_hand(Case.registered())
    assert case.waits() == {"ut_pick_reps"}
    assert case.tasks("ut_pick_reps")[0].groups == ["deskofficer@pinghu"]


def test_another_street_does_not_even_learn_that_the_appeal_exists(office):
    case = Case.registered()
    with pytest.raises(NotFound):
        by_hand(case, "bantian_desk1")
    with pytest.raises(NotAllowed):
        by_hand(case, "pinghu_window1")


def test_one_group_at_a_time(office):
    case = Case.promoted()
    with pytest.raises(InvalidInput, match="已经在"):
        by_hand(case)


def test_a_case_that_asks_while_a_group_is_at_work_goes_on_being_handled(office):
    case = Case.registered().at("ut_triage", "pinghu_window1", **reps_walk.TRIAGE)
    group = by_hand(case)
    case.at("ut_handle", "pinghu_handler1", summary="请代表推动", action="promote")
    assert case.waits() == {"ut_handle"}
    assert group.waits() == {"ut_pick_reps"}


def test_a_group_started_by_hand_asks_for_the_proposal_itself(office):
    case = Case.registered().at("ut_triage", "pinghu_window1", **reps_walk.TRIAGE)
    group = pick(by_hand(case), REP).at("ut_invite_reply", REP, reply="yes", reply_by="self")
    confirmed(finished(group, "convert"))
    assert group.waits() == set()
    proposal = case.follow("proposal_convert")
    assert proposal.waits() == {"ut_initiate"}
    assert proposal.variable("rep_leader") == REP
    with db.reading() as session:
        texts = session.scalars(select(Document.text).where(Document.appeal_no == case.number))
        assert [text for text in texts if "正转为建议提案" in text]


# ---- who may see and act ------------------------------------------------------------------


def test_a_representative_sees_what_they_are_invited_to_and_nothing_else(office):
    case = pick(Case.promoted(), REP)
    with db.reading() as session:
        assert not queries.may_see(session, viewer_for(session, OTHER), case.root)
        assert queries.may_see(session, viewer_for(session, REP), case.root)


def test_a_representative_acts_on_nothing_but_the_invitation(office):
    case = pick(Case.promoted(), REP, OTHER)
    with pytest.raises(NotAllowed), db.transaction() as session:
        other = next(row for row in case.tasks("ut_invite_reply") if f"rep@{OTHER}" in row.groups)
        commands.complete(
            session,
            other.id,
            actor=reps_walk.somebody(REP),
            submission={"reply": "yes", "reply_by": "self"},
        )
    case.at("ut_invite_reply", REP, reply="yes", reply_by="self")
    proxy(case, "yes")
    with pytest.raises(NotAllowed):
        planned(case, REP)


def test_recording_for_somebody_needs_a_proof(office):
    case = pick(Case.promoted(), REP)
    with pytest.raises(InvalidInput) as refused:
        case.at("ut_invite_reply", DESK, reply="yes", reply_by="proxy")
    assert "proof" in refused.value.fields


def test_forty_working_days_bring_a_supervision_beside_the_work(office):
    case = pick(Case.promoted(), REP).at("ut_invite_reply", REP, reply="yes", reply_by="self")
    case.after(days=75)
    assert "ut_plan" in case.waits()
    with db.reading() as session:
        others = session.scalars(
            select(HumanTask.process_key).where(
                HumanTask.root_id == case.root, HumanTask.status == "open"
            )
        ).all()
    assert "overdue_escalation" in others


def test_the_picker_reads_names_and_the_process_keeps_codes(office):
    case = Case.promoted()
    (task,) = case.tasks("ut_pick_reps")
    with db.reading() as session:
        viewer = viewer_for(session, "pinghu_desk1")
        view = queries.task(session, viewer, task.id)
        kept = session.connection().exec_driver_sql("select group_concat(value) from variable")
        stored = str(kept.scalar())
    labels = [option["label"] for option in view.data["rep_options"]]
    assert labels
    assert all("（示例）" in label and not label.startswith("rep_") for label in labels)
    assert "（示例）" not in stored
