"""The demonstration office: counted as promised, fictional, removable."""

from __future__ import annotations

import re
import time
from collections import Counter

import pytest
from sqlalchemy import func, select, text

from engine import db
from engine.errors import NotAllowed
from engine.models import Base
from processes.people import demo, demo_staff, persons, reps
from processes.people.models import Account, Org, Person, Post, RepMandate, Representative
from tests.processes import people_office


@pytest.fixture
def office(either_database):
    people_office.furnish()


def test_seeding_takes_a_second_or_two(either_database):
    begin = time.process_time()
    with db.transaction() as session:
        demo.organisations(session)
        assert demo.accounts(session) == 296
    assert time.process_time() - begin < 10


def test_organisations_are_those_of_the_district(office):
    with db.reading() as session:
        kinds = Counter(session.scalars(select(Org.kind)))
        streets = session.scalars(select(Org.code).where(Org.kind == "街道总工会")).all()
    assert len(streets) == 11
    assert kinds["社区工联会"] == 23
    assert kinds["园区工联会"] == 18
    assert kinds["企业工会"] == 42
    assert kinds["行业工会"] == 6
    assert kinds["政府职能部门"] == 11
    assert kinds["企业（未建会）"] == 6


def test_accounts_are_counted_as_the_requirements_count_them(office):
    with db.reading() as session:
        persons = select(func.count(Account.login)).where(Account.kind == "person")
        assert session.scalar(persons) == 296
        assert session.scalar(select(func.count(Representative.code))) == 60
        mandates = session.execute(select(RepMandate.rep, RepMandate.kind, RepMandate.level)).all()
        guests = session.scalar(
            select(func.count(Representative.code)).where(Representative.in_roster.is_(False))
        )
    assert guests == 6
    assert Counter(kind for _, kind, _ in mandates) == {
        "党代表": 18,
        "人大代表": 27,
        "政协委员": 23,
    }
    assert Counter(level for *_, level in mandates) == {"区": 46, "市": 12, "街": 6, "省": 4}
    assert sorted(Counter(rep for rep, *_ in mandates).values())[-9:] == [1] + [2] * 8


def test_nobody_and_nothing_looks_real(office):
    with db.reading() as session:
        people = session.scalars(select(Person)).all()
        employers = session.scalars(select(Org.name).where(Org.level == "L1")).all()
    assert all(re.fullmatch(r"\w某\w（示例）", person.name) for person in people)
    assert len({person.name for person in people}) == 296
    assert all(re.fullmatch(r"1380000\d{4}", person.phone) for person in people)
    assert all(name.startswith("示例·") for name in employers)


def test_names_and_phones_are_sealed_and_found_by_fingerprint(office):
    with db.reading() as session:
        stored = repr(session.execute(text("SELECT * FROM person")).all())
        assert "示例" not in stored
        assert "1380000" not in stored
        name = demo_staff.person_name(0)
        assert [p.name for p in persons.find(session, name=f" {name} ")] == [name]
        assert [p.name for p in persons.find(session, phone="+86 138-0000-0000")] == [name]
        assert [p.name for p in persons.find(session, phone="１３８００００００００")] == [name]
        assert persons.find(session) == []


def test_every_role_of_every_street_is_held(office):
    with db.reading() as session:
        held = set(session.execute(select(Post.org, Post.role)).all())
    for street in demo_staff.STREETS:
        for role in (
            "window",
            "dispatcher",
            "handler",
            "reviewer",
            "chair",
            "deskofficer",
            "callback",
        ):
            assert (street.code, role) in held
    for role in (
        "rights",
        "organizing",
        "office",
        "publicity",
        "personnel",
        "inspector",
        "handler",
        "dispatcher",
        "reviewer",
        "chair",
        "callback",
        "analyst",
        "admin",
        "privacy",
        "manager",
    ):
        assert ("district", role) in held


def test_ten_role_cards_each_with_an_account(office):
    with db.reading() as session:
        cards = demo.role_cards(session)
        listed = {line["login"]: line for line in demo.accounts_json(session)}
    assert len(cards) == 10
    assert [card.key for card in cards if card.login is None] == ["worker"]
    assert all(card.login in listed for card in cards if card.login)
    assert len([line for line in listed.values() if line["kind"] == "person"]) == 296
    assert [login for login, line in listed.items() if line["kind"] == "service"] == ["engine_api"]
    assert listed["rep_0001"]["groups"] == ["rep@rep_0001"]
    assert listed["pinghu_window1"]["groups"] == ["dispatcher@pinghu", "window@pinghu"]
    assert listed["pinghu_window1"]["password"] == demo.PASSWORD


def test_there_are_no_cards_without_a_demonstration(database):
    with db.reading() as session:
        assert demo.role_cards(session) == []
        assert not demo.is_installed(session)


def test_a_real_office_cannot_become_a_demonstration(database):
    with db.transaction() as session:
        session.add(Org(code="real", name="某总工会", kind="区总工会", level="L4"))
    with db.transaction() as session, pytest.raises(NotAllowed):
        demo.organisations(session)


def test_removing_leaves_nothing_behind_and_it_can_be_made_again(office):
    with db.transaction() as session:
        demo.remove(session)
    with db.reading() as session:
        left = {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
            if table.name in {"org", "org_link", "person", "account", "post", "representative"}
        }
    assert set(left.values()) == {0}
    people_office.furnish()


def test_the_roster_can_be_narrowed(office):
    with db.reading() as session:
        everybody = reps.roster(session)
        pinghu = reps.roster(session, street="pinghu", kinds=["人大代表"])
    assert len(everybody) == 60
    assert pinghu
    assert all(line.street == "pinghu" and "人大代表" in line.mandates for line in pinghu)
    assert all(line.custodian == "pinghu_desk1" for line in pinghu)
