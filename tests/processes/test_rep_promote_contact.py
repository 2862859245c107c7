"""One contact with a representative: what D-08 is told, and who gets the half day."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import db
from processes.appeals import reps_contact
from processes.appeals.reps_contact import Slot
from processes.appeals.reps_models import Invitation, SessionPeriod
from processes.people import reps
from processes.people.models import Representative, RepReservation
from tests.processes import reps_office

REP = "rep_0007"


@pytest.fixture
def groups(either_database):
    reps_office.furnish()
    with db.transaction() as session:
        ours = reps_office.group(session, "pinghu")
        theirs = reps_office.group(session, "bantian")
        return ours, theirs


def ask(group, slot, *, choice=None, conflict="none", rep=REP, category="01"):
    with db.transaction() as session:
        line = session.scalar(
            select(Invitation).where(Invitation.work_group_id == group.id, Invitation.rep == rep)
        ) or reps_office.line(session, group, rep, category=category)
        line.conflict = conflict
        state = reps_contact.reserve(
            session,
            line,
            slot,
            choice=choice,
            root_id=group.root_id,
            unit=group.org,
            actor="somebody",
        )
        if state in ("reserved", "merged"):
            line.status = "invited"
        return state


def facts(group, slot, rep=REP, category="01"):
    with db.transaction() as session:
        line = session.scalar(
            select(Invitation).where(Invitation.work_group_id == group.id, Invitation.rep == rep)
        ) or reps_office.line(session, group, rep, category=category)
        return reps_contact.facts(session, line, slot, unit=group.org)


def test_two_units_race_for_one_half_day_and_exactly_one_gets_it(groups):
    outcomes, barrier = [], threading.Barrier(2)

    def race(group, slot):
        barrier.wait(10)
        outcomes.append(ask(group, slot))

    for round_ in range(5):
        outcomes.clear()
        slot = Slot(reps_office.workday(10 + round_), "am")
        racers = [threading.Thread(target=race, args=(group, slot)) for group in groups]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join(30)
        assert sorted(outcomes) == ["reserved", "taken"]
    with db.reading() as session:
        assert len(session.scalars(select(RepReservation)).all()) == 5


def test_the_loser_joins_the_same_contact_instead(groups):
    ours, theirs = groups
    slot = Slot(reps_office.workday(), "am")
    assert ask(ours, slot) == "reserved"
    assert facts(theirs, slot)["same_day_other_unit"] is True
    assert ask(theirs, Slot(slot.day, "pm"), conflict="must_reschedule") == "taken"
    assert ask(theirs, Slot(slot.day, "pm"), conflict="must_reschedule", choice="merge") == "merged"
    with db.reading() as session:
        joined = session.scalars(
            select(Invitation).where(Invitation.work_group_id == theirs.id)
        ).one()
        assert (joined.merged, joined.slot) == (True, "am")
        assert len(session.scalars(select(RepReservation)).all()) == 1


def test_another_day_is_free(groups):
    ours, theirs = groups
    slot = Slot(reps_office.workday(), "am")
    ask(ours, slot)
    later = Slot(slot.day + timedelta(days=1), "am")
    assert facts(theirs, later)["same_day_other_unit"] is False
    assert ask(theirs, later, choice="reschedule") == "reserved"


@pytest.mark.parametrize("conflict", ["urgent_only", "over_cap", "outside_window"])
def test_what_needs_an_approval_waits_for_it(groups, conflict):
    slot = Slot(reps_office.workday(), "am")
    assert ask(groups[0], slot, conflict=conflict) == "needs_approval"
    assert ask(groups[0], slot, conflict=conflict, choice="approve") == "reserved"


def test_an_approval_does_not_take_what_another_unit_has(groups):
    slot = Slot(reps_office.workday(), "am")
    ask(groups[0], slot)
    assert ask(groups[1], slot, conflict="must_reschedule", choice="approve") == "taken"


def test_a_day_that_has_passed_is_no_slot(groups):
    assert ask(groups[0], Slot(reps_office.workday(-1), "am")) == "taken"


def test_merging_with_nothing_is_a_reservation(groups):
    assert ask(groups[0], Slot(reps_office.workday(), "am"), choice="merge") == "reserved"


def test_topics_of_other_units_within_thirty_days(groups):
    ours, theirs = groups
    slot = Slot(reps_office.workday(), "am")
    assert facts(ours, slot)["recent_topic"] == "none"
    ask(theirs, slot, category="04")
    near = Slot(slot.day + timedelta(days=30), "am")
    assert facts(ours, near)["recent_topic"] == "other"
    assert facts(ours, Slot(slot.day + timedelta(days=31), "am"))["recent_topic"] == "none"
    with db.transaction() as session:
        session.scalars(
            select(Invitation).where(Invitation.work_group_id == theirs.id)
        ).one().category = "01"
    assert facts(ours, near)["recent_topic"] == "same"


def test_a_session_of_the_congress_the_deputy_sits_in(groups):
    slot = Slot(reps_office.workday(), "am")
    with db.transaction() as session:
        for kind, level in (("人大代表", "区"),):
            session.add(
                SessionPeriod(
                    kind=kind,
                    level=level,
                    starts_on=slot.day,
                    ends_on=slot.day + timedelta(days=4),
                )
            )
    with db.reading() as session:
        seats = {
            line.code: ("人大代表" in line.mandates and "区" in line.levels)
            for line in reps.roster(session)
        }
    deputy = next(code for code, sits in seats.items() if sits)
    other = next(code for code, sits in seats.items() if not sits)
    assert facts(groups[0], slot, rep=other)["in_session"] is False
    assert facts(groups[0], slot, rep=deputy)["in_session"] is True
    after = Slot(slot.day + timedelta(days=5), "am")
    assert facts(groups[0], after, rep=deputy)["in_session"] is False


def test_windows_and_the_yearly_cap(groups):
    slot = Slot(reps_office.workday(), "am")
    day = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[slot.day.weekday()]
    with db.transaction() as session:
        rep = session.get_one(Representative, REP)
        rep.contact_windows, rep.freq_cap = [f"{day}_pm"], 1
    known = facts(groups[0], slot)
    assert (known["outside_window"], known["contacts_this_year"]) == (True, 0)
    assert facts(groups[0], Slot(slot.day, "pm"))["outside_window"] is False
    ask(groups[1], slot)
    assert facts(groups[0], slot)["contacts_this_year"] == known["freq_cap"] == 1
