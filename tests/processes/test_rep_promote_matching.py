"""Matching on the demonstration's sixty representatives."""

from __future__ import annotations

import pytest

from engine import clock, db
from processes.appeals import reps_matching
from processes.appeals.reps_matching import Matter
from processes.people import access, reps, reservations
from tests.processes import people_office, reps_office

MATTER = Matter("01", "pinghu", "ind_delivery", None, "district")


@pytest.fixture
def case(database):
    reps_office.furnish()
    with db.transaction() as session:
        return people_office.case(session)


def match(case, matter=MATTER):
    with db.transaction() as session:
        return reps_matching.candidates(session, matter, root_id=case, today=clock.today().date())


def test_the_list_is_sorted_and_short_and_says_why(case):
    found = match(case)
    assert 0 < len(found) <= reps_matching.MOST_CANDIDATES
    assert [item.score for item in found] == sorted((item.score for item in found), reverse=True)
    assert all(item.basis for item in found)


def test_every_score_is_the_sum_of_its_reasons(case):
    with db.reading() as session:
        roster = {line.code: line for line in reps.roster(session)}
    for item in match(case):
        line = roster[item.code]
        wanted = (
            3 * (line.industry == MATTER.industry_org)
            + 2 * (line.street == MATTER.street)
            + 2 * (MATTER.category in line.focus_areas)
            + 2 * bool({"区", "市", "省", "国"} & set(line.levels))
            + 1  # nobody has been asked this year
        )
        assert item.score == wanted


def test_a_matter_of_the_city_needs_a_mandate_of_the_city(case):
    for item in match(case, Matter("01", "pinghu", None, None, "city")):
        reaches = bool({"市", "省", "国"} & set(item.levels))
        assert ("层级匹配部门+2" in item.basis) is reaches


def test_whoever_works_for_the_employer_is_left_out(case):
    with db.reading() as session:
        worker = next(line for line in reps.roster(session) if line.employer_org)
    wide = Matter("01", worker.street, worker.industry, worker.employer_org, "district")
    narrow = Matter("01", worker.street, worker.industry, None, "district")
    assert worker.code not in {item.code for item in match(case, wide)}
    assert worker.code in {item.code for item in match(case, narrow)}


def test_whoever_is_barred_from_the_case_is_left_out(case):
    first = match(case)[0].code
    with db.transaction() as session:
        access.bar(session, case, first)
    assert first not in {item.code for item in match(case)}


def test_whoever_was_asked_lately_goes_down_the_list(case):
    first = match(case)[0]
    with db.transaction() as session:
        reservations.reserve(
            session,
            first.code,
            reps_office.workday(),
            "am",
            instance_id=case,
            unit="bantian",
            actor="bantian_desk1",
        )
    again = {item.code: item.score for item in match(case)}
    assert again.get(first.code, -9) <= first.score - 3


def test_the_choices_name_nobody(case):
    with db.reading() as session:
        names = {line.name for line in reps.roster(session)}
    shown = "".join(option["label"] for option in reps_matching.options(match(case)))
    assert not [name for name in names if name in shown]
