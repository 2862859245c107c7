"""P03 walked on a real database: representatives are asked, come or do not come, and help."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import select

from engine import clock, commands, db
from engine.errors import NotAllowed
from engine.models import Outbox
from processes.appeals import reps_worker
from processes.appeals.models import Appeal, Reply
from processes.appeals.reps_models import CoordinationMeeting
from processes.ledger.models import LedgerEntry
from processes.people.models import RepReservation
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
    met,
    pick,
    planned,
    proxy,
)
from tests.processes.reps_walk import Case


@pytest.fixture
def office(database):
    reps_walk.furnish(database)


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
