"""Two units want the same half day of one representative (§4.0-5): exactly one gets it."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from engine import clock, db
from engine.errors import Conflict, InvalidInput, NotFound
from processes.people import reps, reservations
from processes.people.models import RepMandate, RepReservation
from tests.processes import people_office

REP = "rep_0007"


@pytest.fixture
def cases(either_database):
    people_office.furnish()
    with db.transaction() as session:
        return people_office.case(session), people_office.case(session)


@pytest.fixture
def day():
    return clock.today().date() + timedelta(days=10)


def _reserve(case, day, unit="pinghu", slot="am", rep=REP):
    with db.transaction() as session:
        return reservations.reserve(
            session, rep, day, slot, instance_id=case, unit=unit, actor=f"{unit}_desk1"
        ).id


def test_of_two_units_that_race_exactly_one_wins(cases, day):
    barrier, outcomes = threading.Barrier(2), []

    def race(case, unit):
        barrier.wait()
        try:
            _reserve(case, day, unit)
            outcomes.append("won")
        except Conflict as refusal:
            told = str(refusal)
            outcomes.append("lost" if "已有安排" in told and unit not in told else told)

    for _ in range(5):
        outcomes.clear()
        racers = [
            threading.Thread(target=race, args=pair)
            for pair in ((cases[0], "pinghu"), (cases[1], "bantian"))
        ]
        for racer in racers:
            racer.start()
        for racer in racers:
            racer.join(30)
        assert sorted(outcomes) == ["lost", "won"]
        day += timedelta(days=1)


def test_the_second_waits_for_the_first_and_wins_when_that_one_is_rolled_back(cases, day):
    class Failure(Exception):
        pass

    started, won = threading.Event(), []

    def second():
        started.wait(10)
        won.append(_reserve(cases[1], day, "bantian"))

    thread = threading.Thread(target=second)
    thread.start()
    with pytest.raises(Failure), db.transaction() as session:
        reservations.reserve(
            session, REP, day, "am", instance_id=cases[0], unit="pinghu", actor="pinghu_desk1"
        )
        started.set()
        thread.join(0.5)  # it must still be waiting
        assert won == []
        raise Failure
    thread.join(30)
    assert len(won) == 1


def test_asking_twice_for_the_same_case_is_one_reservation(cases, day):
    assert _reserve(cases[0], day) == _reserve(cases[0], day)


def test_the_other_half_of_the_day_is_free(cases, day):
    _reserve(cases[0], day, slot="am")
    _reserve(cases[1], day, "bantian", slot="pm")


def test_both_mandates_of_one_person_share_the_half_day(cases, day):
    with db.reading() as session:
        double = next(line for line in reps.roster(session) if len(line.mandates) == 2)
    _reserve(cases[0], day, rep=double.code)
    with pytest.raises(Conflict):
        _reserve(cases[1], day, "bantian", rep=double.code)


def test_a_released_half_day_can_be_promised_again_and_the_record_stays(cases, day):
    _reserve(cases[0], day)
    with db.transaction() as session:
        assert reservations.release(session, cases[0], because="职工撤回") == 1
        assert reservations.release(session, cases[0], because="again") == 0
    _reserve(cases[1], day, "bantian")
    with db.reading() as session:
        kept = session.query(RepReservation).filter_by(instance_id=cases[0]).one()
        assert kept.released_because == "职工撤回"


def test_other_units_learn_only_that_the_half_day_is_taken(cases, day):
    _reserve(cases[0], day)
    with db.reading() as session:
        (theirs,) = reservations.busy(session, REP, day, day, unit="bantian")
        (ours,) = reservations.busy(session, REP, day, day, unit="pinghu")
        assert (
            reservations.busy(session, REP, day + timedelta(days=1), day + timedelta(days=2)) == []
        )
    assert (theirs.mine, theirs.instance_id) == (False, None)
    assert (ours.mine, ours.instance_id) == (True, cases[0])


def test_half_days_of_the_year_are_counted(cases, day):
    _reserve(cases[0], day)
    with db.reading() as session:
        assert reservations.contacts_this_year(session, [REP, "rep_0008"], day.year) == {
            REP: 1,
            "rep_0008": 0,
        }


def test_past_days_odd_slots_and_strangers_are_refused(cases, day):
    yesterday = clock.today().date() - timedelta(days=1)
    with pytest.raises(InvalidInput, match="日期"):
        _reserve(cases[0], yesterday)
    with pytest.raises(InvalidInput, match="日期"):
        _reserve(cases[0], day + timedelta(days=400))
    with pytest.raises(InvalidInput, match="上午"):
        _reserve(cases[0], day, slot="night")
    with pytest.raises(NotFound):
        _reserve(cases[0], day, rep="rep_9999")


def test_a_representative_out_of_office_cannot_be_reserved(cases, day):
    with db.transaction() as session:
        for mandate in session.query(RepMandate).filter_by(rep=REP):
            mandate.status = "终止"
    with pytest.raises(NotFound, match="在任"):
        _reserve(cases[0], day)
    with db.reading() as session:
        assert REP not in {line.code for line in reps.roster(session)}
