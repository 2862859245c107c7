"""Who could propose what, on the demonstration's sixty representatives."""

from __future__ import annotations

from itertools import product

import pytest
from sqlalchemy import select

from engine import db
from engine.models import ProcessInstance
from processes.people import reps
from processes.proposals import eligibility, records
from processes.proposals.models import ProposalSource
from tests.processes import people_office, reps_office


@pytest.fixture
def office(database):
    reps_office.furnish()


@pytest.mark.parametrize(
    ("known", "whose"),
    [
        ({"category": "12", "dept_level": "district"}, "union"),
        ({"category": "1203"}, "union"),
        ({"category": "01", "dept_level": "district"}, "government"),
        ({"category": "01", "dept_level": "street"}, "government"),
        ({"category": "07", "dept_level": "none", "is_common": True}, "government"),
        ({"category": "01", "dept_level": "employer"}, "other"),
        ({}, "other"),
    ],
)
def test_whose_matter_it_is(known, whose):
    assert eligibility.authority(known) == whose


@pytest.mark.parametrize("stage", ["arbitration", "litigation", "reconsideration"])
def test_a_matter_in_court_may_not_be_proposed(office, stage):
    marks = eligibility.own_marks({"legal_stage": stage})
    with db.reading() as session:
        for kind in ("npc", "cppcc", "party"):
            assert eligibility.forbidden(session, kind, marks)


@pytest.mark.parametrize("stage", ["none", "mediation", "petition", None])
def test_a_matter_out_of_court_may(stage):
    assert eligibility.own_marks({"legal_stage": stage}) == []


def test_a_report_of_wrongdoing_may_not_be_proposed(office):
    with db.reading() as session:
        assert eligibility.forbidden(session, "npc", eligibility.own_marks({"kind": "report"}))


def test_who_led_the_working_group_comes_first(office):
    with db.reading() as session:
        found = eligibility.proposers(
            session, street="pinghu", dept_level="district", first="rep_0030"
        )
    assert found[0].code == "rep_0030"
    assert len(found) <= eligibility.MOST


def test_without_a_leader_those_within_whose_area_it_lies_come_first(office):
    with db.reading() as session:
        found = eligibility.proposers(session, street="pinghu", dept_level="city", first=None)
        levels = {line.code: set(line.levels) for line in reps.roster(session)}
    assert found[0].in_area
    assert levels[found[0].code] & {"市", "省", "国"}
    order = [who.in_area for who in found]
    assert order == sorted(order, reverse=True)


def test_guests_from_outside_the_roster_are_not_proposed(office):
    with db.reading() as session:
        guests = {line.code for line in reps.roster(session) if not line.in_roster}
        found = eligibility.proposers(session, street=None, dept_level=None, first=None)
    assert guests
    assert not guests & {who.code for who in found}


def test_a_stranger_is_no_proposer(office):
    with db.reading() as session:
        who = eligibility.proposer(session, "rep_9999", "district")
        told = eligibility.conversion(session, who.kind, "government", is_forbidden=False)
    assert who.kind == "none"
    assert told["eligible"] is False


def test_the_choices_name_nobody(office):
    with db.reading() as session:
        names = {line.name for line in reps.roster(session)}
        found = eligibility.proposers(session, street=None, dept_level=None, first=None)
    shown = "".join(option["label"] for option in eligibility.options(found))
    assert not [name for name in names if name in shown]


def test_whatever_is_eligible_has_a_kind_that_can_be_handed_in(office):
    with db.reading() as session:
        for kind, matter, barred in product(
            ("npc", "cppcc", "party", "delegate", "none"),
            ("government", "court", "union", "other"),
            (True, False),
        ):
            told = eligibility.conversion(session, kind, matter, is_forbidden=barred)
            if told["eligible"]:
                assert told["proposal_kind"] in (
                    "npc_suggestion",
                    "cppcc_proposal",
                    "party_proposal",
                )


def test_numbers_are_read_out_of_what_somebody_typed():
    typed = "SQ-2026PH-000001、SQ-2026BT-000007\nSQ-2026PH-000001；另见电话记录"
    assert records.numbers(typed) == ["SQ-2026PH-000001", "SQ-2026BT-000007"]
    assert records.numbers(None) == []


def test_only_appeals_that_exist_become_sources(office):
    with db.transaction() as session:
        case, other = people_office.case(session), people_office.case(session)

        session.get_one(ProcessInstance, other).business_key = "SQ-2026BT-000007"
        records.add_sources(session, case, ["SQ-2026PH-000001"], first=True)
        told = records.add_sources(
            session, case, ["SQ-2026BT-000007", "SQ-2026BT-999999", "SQ-2026PH-000001"]
        )
        assert told == ["SQ-2026BT-000007", "SQ-2026PH-000001"]
        rows = session.scalars(select(ProposalSource)).all()
        assert [row.appeal_no for row in rows if row.first] == ["SQ-2026PH-000001"]
