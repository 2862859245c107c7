"""The tree of organisations, posts and stand-ins."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine import clock, db
from engine.errors import InvalidInput, NotAllowed, NotFound
from processes.people import absences, access, orgs, posts
from tests.processes import people_office


@pytest.fixture
def office(database):
    people_office.furnish()
    with db.transaction() as session:
        yield session


def test_an_unknown_organisation_is_not_found(office):
    with pytest.raises(NotFound, match="nowhere"):
        orgs.org(office, "nowhere")


@pytest.mark.parametrize(
    ("code", "above"),
    [
        ("ent_001", "pinghu_c1"),
        ("pinghu_c1", "pinghu"),
        ("park_zhigu", "pinghu"),
        ("pinghu", "district"),
        ("ind_logistics", "district"),
        ("district", "district"),
        ("gov_hr", "district"),
    ],
)
def test_every_organisation_has_somebody_above_it_in_the_office(office, code, above):
    assert orgs.superior(office, code) == above


@pytest.mark.parametrize(
    ("code", "level", "found"),
    [
        ("ent_001", "L1", "ent_001"),
        ("ent_001", "L2", "pinghu_c1"),
        ("ent_001", "L3", "pinghu"),
        ("ent_001", "L4", "district"),
        ("ent_001", "L6", "city"),
        ("pinghu", "L1", "pinghu"),
        ("ind_logistics", "L3", "ind_logistics"),
        ("ent_002", "L3H", "ind_logistics"),
        ("ent_001", "L3H", "pinghu"),
    ],
)
def test_a_level_is_found_by_walking_up(office, code, level, found):
    assert orgs.at_level(office, code, level) == found


def test_a_dispute_is_settled_by_the_lowest_that_stands_above_both(office):
    assert orgs.common_superior(office, "pinghu_c1", "pinghu_c2") == "pinghu"
    assert orgs.common_superior(office, "pinghu_c1", "pinghu") == "pinghu"
    assert orgs.common_superior(office, "pinghu_c1", "bantian_c1") == "district"
    assert orgs.common_superior(office, "ind_logistics", "pinghu") == "district"
    assert orgs.common_superior(office, "gov_hr", "pinghu") == "district"


def test_descendants_are_everything_below(office):
    below = orgs.descendants(office, "pinghu")
    assert {"pinghu_c1", "park_zhigu", "ent_001"} <= set(below)
    assert "pinghu" not in below
    assert "bantian_c1" not in below


def test_a_post_of_another_organisation_is_no_post_here(office):
    assert "bantian_handler1" not in posts.holders(office, "handler", "pinghu")
    assert posts.holders(office, "reviewer", "pinghu") == ["pinghu_chair", "pinghu_vice"]


def test_a_post_that_ended_yesterday_holds_nothing(office):
    yesterday = clock.today().date() - timedelta(days=1)
    people_office.post(office, "pinghu_window1", "inspector", "pinghu", until=yesterday)
    assert posts.holders(office, "inspector", "pinghu") == []


def test_a_post_lasts_until_the_end_of_its_last_day(office):
    people_office.post(office, "pinghu_window1", "inspector", "pinghu", until=clock.today().date())
    assert posts.holders(office, "inspector", "pinghu") == ["pinghu_window1"]


def _away(session, login, to, *, hours=48):
    start = clock.now() - timedelta(hours=1)
    return absences.go_away(
        session, login, starts_at=start, ends_at=start + timedelta(hours=hours), delegate_to=to
    )


def test_the_delegate_holds_the_post_while_the_holder_is_away(office):
    _away(office, "pinghu_window1", "pinghu_desk2")
    office.flush()
    assert posts.holders(office, "window", "pinghu") == ["pinghu_desk2"]
    assert posts.stands_in_for(office, "pinghu_desk2") == {"pinghu_window1"}


def test_coming_back_early_ends_the_stand_in(office):
    absence = _away(office, "pinghu_window1", "pinghu_desk2")
    office.flush()
    with pytest.raises(NotAllowed):
        absences.come_back(office, absence.id, login="pinghu_desk2")
    absences.come_back(office, absence.id, login="pinghu_window1")
    office.flush()
    assert posts.holders(office, "window", "pinghu") == ["pinghu_window1"]


def test_a_stand_in_of_a_stand_in_counts_and_an_empty_post_does_not(office):
    _away(office, "pinghu_window1", "pinghu_desk2")
    _away(office, "pinghu_desk2", "pinghu_handler1")
    office.flush()
    assert posts.holders(office, "window", "pinghu") == ["pinghu_handler1"]
    _away(office, "pinghu_handler1", None)
    office.flush()
    assert posts.holders(office, "window", "pinghu") == []


def test_nobody_is_delegated_to_a_stranger_or_in_a_circle(office):
    with pytest.raises(InvalidInput, match="本单位"):
        _away(office, "pinghu_window1", "bantian_window1")
    with pytest.raises(InvalidInput, match="在岗"):
        _away(office, "pinghu_window1", "pinghu_window1")
    _away(office, "pinghu_window1", "pinghu_desk2")
    office.flush()
    with pytest.raises(InvalidInput, match="互相"):
        _away(office, "pinghu_desk2", "pinghu_window1")
    with pytest.raises(InvalidInput, match="晚于"):
        _away(office, "pinghu_desk1", "pinghu_desk2", hours=-3)


def test_a_unit_without_a_second_person_is_reviewed_one_level_up(office):
    assert posts.second_reviewer_org(office, "pinghu", {"pinghu_chair"}) == "pinghu"
    assert posts.second_reviewer_org(office, "pinghu_c1", {"pinghu_c1_chair"}) == "pinghu"
    # A company without accounts: its community, then its street.
    assert posts.second_reviewer_org(office, "ent_012", {"x"}) == "pinghu_c2"


def test_a_task_that_would_have_nobody_goes_up_and_stops_at_the_district(office):
    assert posts.staffed_org(office, "handler", "nanwan_c1") == "nanwan"
    assert posts.staffed_org(office, "lawyer", "pinghu_c1") == "district"
    assert posts.staffed_org(office, "handler", "city") == "district"


def test_people_who_are_barred_do_not_count_as_able(office):
    case = people_office.case(office)
    assert posts.staffed_org(office, "handler", "ent_001", instance_id=case) == "ent_001"
    access.bar(office, case, "ent_001")
    assert posts.staffed_org(office, "handler", "ent_001", instance_id=case) == "pinghu_c1"
    access.recuse(office, case, "pinghu_c1_staff1", reason="亲属", decided_by="pinghu_c1_chair")
    assert posts.staffed_org(office, "handler", "ent_001", instance_id=case) == "pinghu"


def test_a_closed_account_holds_nothing(office):
    from processes.people import accounts

    accounts.close(office, "pinghu_window1")
    office.flush()
    assert posts.holders(office, "window", "pinghu") == []


def test_the_demonstration_begins_long_before_today():
    from processes.people import demo_orgs

    assert date(2025, 1, 1) > demo_orgs.SINCE
