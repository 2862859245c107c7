"""P03 walked on a real database: representatives are asked, come or do not come, and help."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import clock, commands, db, queries
from engine.errors import InvalidInput, NotAllowed, NotFound
from engine.models import HumanTask, Outbox
from processes.appeals import reps_worker
from processes.appeals.models import Appeal, Document, Reply
from processes.appeals.reps_models import CoordinationMeeting, Invitation, WorkGroup
from processes.ledger.models import LedgerEntry
from processes.people.identity import viewer_for
from processes.people.models import RepReservation
from tests.processes import reps_walk
from tests.processes.reps_walk import ANSWER, Case

REP, OTHER = "rep_0001", "rep_0012"
DESK = "pinghu_desk1"


@pytest.fixture
def office(database):
    reps_walk.furnish(database)


def day(ahead: int = 20) -> str:
    return (clock.today().date() + timedelta(days=ahead)).isoformat()


def pick(case: Case, *reps: str, login: str = DESK, **form) -> Case:
    return case.at(
        "ut_pick_reps",
        login,
        **{
            "picked_reps": list(reps),
            "meet_on": day(),
            "meet_half": "am",
            "agenda": "分期支付的时间表",
            **({"rep_leader": reps[0]} if reps else {}),
            **form,
        },
    )


def proxy(case: Case, reply: str, login: str = DESK) -> Case:
    return case.at("ut_invite_reply", login, reply=reply, reply_by="proxy", proof="电话 12 号")


def planned(case: Case, login: str = DESK) -> Case:
    return case.at(
        "ut_plan",
        login,
        goal="发清工资",
        meeting_departments=["gov_hr", "gov_justice"],
        milestones="本周核数",
        plan_until=day(30),
    )


def met(case: Case, login: str = DESK, enough: str = "no") -> Case:
    return case.at(
        "ut_meeting",
        login,
        held_on=day(0),
        participants="区人社局、企业、代表",
        minutes="企业承诺两周内发清。",
        promise="两周内发清",
        promise_due=day(14),
        meeting_enough=enough,
    )


def finished(case: Case, result: str, login: str = DESK) -> Case:
    answer = ANSWER if result in ("solved", "partial") else {}
    return (
        met(planned(case, login), login, enough="yes")
        .at("ut_track", login, fulfilled="all", progress="已经到账")
        .at("ut_result", login, promote_result=result, summary="协调会一次", **answer)
    )


def confirmed(case: Case, login: str = DESK, said: str = "yes") -> Case:
    form = {"worker_confirmed": said, "confirm_by": "phone"}
    if said != "unreached":
        form["confirm_satisfaction"] = "satisfied"
    return case.at("ut_worker_confirm", login, **form)


def group_of(case: Case) -> WorkGroup:
    with db.reading() as session:
        return session.scalars(
            select(WorkGroup)
            .where(WorkGroup.appeal_no == case.number)
            .order_by(WorkGroup.id.desc())
        ).first()


def lines(case: Case) -> dict[str, Invitation]:
    with db.reading() as session:
        return {
            line.rep: line
            for line in session.scalars(
                select(Invitation).where(Invitation.work_group_id == group_of(case).id)
            )
        }


def held(case: Case) -> list[RepReservation]:
    with db.reading() as session:
        return list(
            session.scalars(
                select(RepReservation).where(
                    RepReservation.instance_id == case.root, RepReservation.released_at.is_(None)
                )
            )
        )


# ---- the way through ---------------------------------------------------------------------


def test_solved_with_representatives(either_database):
    reps_walk.furnish(either_database)
    case = pick(Case.promoted(), REP)
    assert case.waits() == {"ut_invite_reply"}
    assert [row.rep for row in held(case)] == [REP]
    case.at("ut_invite_reply", REP, reply="yes", reply_by="self", opinion="先核数额")
    confirmed(finished(case, "solved"))
    group = group_of(case)
    assert (group.outcome, group.leader, group.led_by) == ("solved", REP, "reps")
    assert group.counts_for_measure8
    assert case.waits() == {"ut_approve_reply"}
    with db.reading() as session:
        reply = session.scalars(select(Reply).where(Reply.appeal_no == case.number)).one()
        assert (reply.conclusion, reply.result_class) == ("support", "A")
        meeting = session.scalars(select(CoordinationMeeting)).one()
        assert (meeting.department, meeting.minutes) == ("gov_hr", "企业承诺两周内发清。")
        row = session.scalars(
            select(LedgerEntry).where(LedgerEntry.register == "resolutions")
        ).one()
        assert (row.result, row.organisation, row.details["reps"]) == ("solved", "pinghu", REP)
        assert session.get_one(Appeal, case.number).with_reps


def test_departments_are_met_one_after_the_other(office):
    case = planned(
        pick(Case.promoted(), REP).at("ut_invite_reply", REP, reply="yes", reply_by="self")
    )
    assert len(case.tasks("ut_meeting")) == 1
    assert len(met(case).tasks("ut_meeting")) == 1
    assert met(case).waits() == {"ut_track"}
    with db.reading() as session:
        rows = session.scalars(select(CoordinationMeeting).order_by(CoordinationMeeting.id))
        assert [row.department for row in rows] == ["gov_hr", "gov_justice"]


@pytest.mark.parametrize(
    ("result", "waits"), [("unsolved", "ut_handle"), ("partial", "ut_approve_reply")]
)
def test_what_follows_a_result(office, result, waits):
    case = pick(Case.promoted(), REP).at("ut_invite_reply", REP, reply="yes", reply_by="self")
    confirmed(finished(case, result))
    assert case.waits() == {waits}
    assert not group_of(case).counts_for_measure8


def test_not_solved_becomes_a_proposal(office):
    case = pick(Case.promoted(), REP).at("ut_invite_reply", REP, reply="yes", reply_by="self")
    confirmed(finished(case, "convert"))
    assert case.variable("promote_result") == "convert"
    assert "ut_initiate" in case.follow("proposal_convert").waits()


def test_a_silent_worker_holds_nothing_up(office):
    case = pick(Case.promoted(), REP).at("ut_invite_reply", REP, reply="yes", reply_by="self")
    finished(case, "solved")
    assert case.waits() == {"ut_worker_confirm"}
    case.after(days=10)
    assert case.waits() == {"ut_approve_reply"}
    group = group_of(case)
    assert group.worker_confirmed == "silent"
    assert not group.counts_for_measure8


def test_the_worker_confirms_on_her_page(office):
    case = pick(Case.promoted(), REP).at("ut_invite_reply", REP, reply="yes", reply_by="self")
    with db.transaction() as session:
        assert not reps_worker.may_confirm(session, case.number)
        with pytest.raises(NotAllowed):
            reps_worker.confirm(session, case.number, "yes")
    finished(case, "solved")
    with db.transaction() as session:
        reps_worker.confirm(session, case.number, "yes", satisfaction="satisfied")
    case.settle()
    assert case.waits() == {"ut_approve_reply"}
    assert group_of(case).counts_for_measure8


# ---- who comes ---------------------------------------------------------------------------


def test_who_declines_gives_the_half_day_back_and_the_next_is_asked(office):
    case = proxy(pick(Case.promoted(), REP), "no")
    known = lines(case)
    assert known[REP].status == "declined"
    assert known[REP].reply_by == "proxy"
    assert known[REP].proof == "电话 12 号"
    (next_one,) = [line for line in known.values() if line.status == "invited"]
    assert next_one.rank == 2
    assert [row.rep for row in held(case)] == [next_one.rep]


def test_without_an_answer_in_five_working_days_the_next_is_asked(office):
    case = pick(Case.promoted(), REP, meet_on=day(40))
    case.after(days=10)
    assert lines(case)[REP].status == "expired"
    assert REP not in [row.rep for row in held(case)]
    assert case.waits() == {"ut_invite_reply"}


def test_a_reminder_goes_out_two_working_days_before(office):
    case = pick(Case.promoted(), REP, meet_on=day(40))
    with db.reading() as session:
        due = case.tasks("ut_invite_reply")[0].due_at
    case.after(seconds=(due - clock.now()).total_seconds() - 60)
    with db.reading() as session:
        told = session.scalars(
            select(Outbox.recipient).where(Outbox.kind == "invitation_reminder")
        ).all()
    assert sorted(told) == ["pinghu", REP]
    assert case.waits() == {"ut_invite_reply"}


def test_when_nobody_can_come_the_district_leads(office):
    case = pick(Case.promoted(), REP)
    for _ in range(12):
        if case.waits() == {"ut_invite_reply"}:
            proxy(case, "no")
    assert case.waits() == {"ut_plan"}
    assert case.tasks("ut_plan")[0].groups == ["rights@district"]
    assert held(case) == []
    with pytest.raises(NotAllowed):
        planned(case)
    confirmed(finished(case, "solved", "district_rights1"), "district_rights1")
    group = group_of(case)
    assert (group.led_by, group.org, group.leader) == ("district", "district", None)


def test_picking_nobody_also_means_the_district(office):
    assert pick(Case.promoted()).tasks("ut_plan")[0].groups == ["rights@district"]


def test_several_are_asked_at_once(office):
    case = pick(Case.promoted(), REP, OTHER)
    assert len(case.tasks("ut_invite_reply")) == 2
    case.at("ut_invite_reply", REP, reply="yes", reply_by="self")
    assert case.waits() == {"ut_invite_reply"}
    case.at("ut_invite_reply", OTHER, reply="suggest", suggestion="请同事参加", reply_by="self")
    assert len(case.tasks("ut_invite_reply")) == 1
    proxy(case, "yes")
    assert case.variable("accepted_count", "rep_promote") == 2
    assert case.waits() == {"ut_plan"}


# ---- one half day, two units --------------------------------------------------------------


def test_two_units_racing_for_one_representative(either_database):
    reps_walk.furnish(either_database)
    cases = {street: Case.promoted(street) for street in ("pinghu", "bantian")}
    barrier, failures = threading.Barrier(2), []

    def race(street: str) -> None:
        barrier.wait(10)
        try:
            with db.transaction() as session:
                task = cases[street].tasks("ut_pick_reps")[0]
                commands.complete(
                    session,
                    task.id,
                    actor=actors[street],
                    submission={
                        "picked_reps": [REP],
                        "rep_leader": REP,
                        "meet_on": wanted,
                        "meet_half": "am",
                        "agenda": "欠薪",
                    },
                )
        except Exception as failure:
            failures.append(failure)

    wanted = day()
    actors = {street: reps_walk.somebody(f"{street}_desk1") for street in cases}
    racers = [threading.Thread(target=race, args=(street,)) for street in cases]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)
    assert failures == []
    waiting = sorted(next(iter(case.waits())) for case in cases.values())
    assert waiting == ["ut_invite_reply", "ut_slot_conflict"]
    with db.reading() as session:
        assert reps_walk.count(session, RepReservation, RepReservation.rep == REP) == 1


def taken(office) -> Case:
    """A second street that wants the half day the first already has."""
    case, other = Case.promoted("pinghu"), Case.promoted("bantian")
    pick(other, REP, login="bantian_desk1")
    pick(case, REP)
    assert case.waits() == {"ut_slot_conflict"}
    assert held(case) == []
    return case


def test_the_loser_chooses_another_day(office):
    case = taken(office).at(
        "ut_slot_conflict", DESK, slot_choice="reschedule", meet_on=day(21), meet_half="pm"
    )
    assert case.waits() == {"ut_invite_reply"}
    assert [(str(row.day), row.slot) for row in held(case)] == [(day(21), "pm")]


def test_the_loser_joins_the_same_contact(office):
    case = taken(office).at("ut_slot_conflict", DESK, slot_choice="merge")
    assert case.waits() == {"ut_invite_reply"}
    assert held(case) == []
    assert lines(case)[REP].merged


def test_the_loser_asks_somebody_else(office):
    case = taken(office).at("ut_slot_conflict", DESK, slot_choice="other")
    assert lines(case)[REP].status == "unavailable"
    assert case.waits() == {"ut_invite_reply"}


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
