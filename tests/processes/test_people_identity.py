"""What accounts may do and see, and the reason they give for opening a name."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import clock, db
from engine.errors import InvalidInput, NotAllowed, NotFound
from processes.people import absences, access, accounts, identity, reveal
from processes.people.models import AccessLog, Person
from tests.processes import people_office


@pytest.fixture
def office(database):
    people_office.furnish()


def _identify(login):
    with db.reading() as session:
        return identity.identify(session, login)


def test_a_closed_or_unknown_account_is_nobody(office):
    with db.transaction() as session:
        accounts.close(session, "pinghu_desk2")
    for login in ("pinghu_desk2", "nobody_here"):
        with pytest.raises(NotFound):
            _identify(login)


def test_posts_become_groups_and_sight(office):
    clerk = _identify("pinghu_window1")
    assert clerk.actor.groups == {"window@pinghu", "dispatcher@pinghu"}
    assert clerk.viewer.organisations == {"pinghu"}
    assert clerk.viewer.affiliations == {"pinghu", "pinghu_window1"}
    assert clerk.viewer.scope == "own"
    assert clerk.profile.name.endswith("（示例）")
    assert {post.org_name for post in clerk.profile.posts} == {"平湖街道总工会"}


@pytest.mark.parametrize("login", ["analyst1", "admin1"])
def test_technical_accounts_see_no_case(office, login):
    assert _identify(login).viewer.organisations == frozenset()
    assert _identify(login).viewer.scope == "own"


def test_the_privacy_officer_may_audit(office):
    assert _identify("privacy1").viewer.scope == "all"


def test_a_lawyer_of_the_district_is_not_the_district(office):
    assert _identify("lawyer1").viewer.organisations == {"lawyer@district"}
    assert _identify("gov_hr_liaison1").viewer.organisations == {"liaison@gov_hr"}
    assert _identify("delegate_001").viewer.organisations == {"delegate@ent_001"}


def test_a_representative_acts_and_sees_under_the_own_code_only(office):
    rep = _identify("rep_0007")
    assert rep.actor.groups == {"rep@rep_0007"}
    assert rep.viewer.organisations == {"rep_0007"}


def test_a_stand_in_gets_the_posts_but_not_the_belonging(office):
    start = clock.now() - timedelta(hours=1)
    with db.transaction() as session:
        for login in ("ent_001_handler1", "admin1"):
            session.add(
                absences.Absence(
                    account=login,
                    delegate_to="pinghu_c1_staff1",
                    starts_at=start,
                    ends_at=start + timedelta(days=2),
                )
            )
    stand_in = _identify("pinghu_c1_staff1")
    assert "handler@ent_001" in stand_in.actor.groups
    assert "ent_001" in stand_in.viewer.organisations
    assert "ent_001" not in stand_in.viewer.affiliations
    assert "admin@district" not in stand_in.actor.groups
    assert {p.for_login for p in stand_in.profile.posts} == {None, "ent_001_handler1"}


def test_identifying_costs_few_statements(office):
    from sqlalchemy import event

    statements = []
    event.listen(db.engine(), "before_cursor_execute", lambda *a: statements.append(a[2]))
    _identify("district_chair")
    assert len([line for line in statements if "SELECT" in line]) <= 4


@pytest.fixture
def case(office):
    with db.transaction() as session:
        made = people_office.case(session)
        access.open_to(session, made, "pinghu_c1")
        access.invite(session, made, "rep_0007")
        access.bar(session, made, "ent_001")
    return made


def _sees(case, login):
    from engine import queries

    with db.reading() as session:
        return queries.may_see(session, identity.viewer_for(session, login), case)


@pytest.mark.parametrize(
    "login",
    [
        "bantian_handler1",  # another street
        "pinghu_c2_staff1",  # another community of the same street
        "ent_001_handler1",  # the accused employer's union
        "delegate_001",  # a delegate who works there
        "rep_0008",  # a representative who was not invited
        "gov_hr_liaison1",
        "lawyer1",
        "analyst1",
        "admin1",
    ],
)
def test_the_wrong_person_does_not_see_the_case(case, login):
    assert not _sees(case, login)


@pytest.mark.parametrize(
    "login", ["pinghu_c1_staff1", "pinghu_handler1", "district_rights1", "rep_0007", "privacy1"]
)
def test_the_right_person_does(case, login):
    assert _sees(case, login)


def test_an_invited_representative_who_works_for_the_accused_is_shut_out(case):
    with db.transaction() as session:
        access.invite(session, case, "rep_0004")  # employed at ent_001
        assert (
            session.scalar(
                select(Person.employer_org)
                .join(accounts.Account, accounts.Account.person_id == Person.id)
                .where(accounts.Account.login == "rep_0004")
            )
            == "ent_001"
        )
    assert not _sees(case, "rep_0004")


def test_a_handler_of_the_street_who_belongs_to_the_accused_is_shut_out(case):
    with db.transaction() as session:
        account = accounts.account(session, "pinghu_handler1")
        person = session.get(Person, account.person_id)
        person.employer_org = "ent_001"
    assert not _sees(case, "pinghu_handler1")


def test_a_recused_colleague_is_shut_out_and_the_others_are_not(case):
    with db.transaction() as session:
        access.recuse(session, case, "pinghu_handler1", reason="近亲属", decided_by="pinghu_chair")
    assert not _sees(case, "pinghu_handler1")
    assert _sees(case, "pinghu_handler2")


def _reveal(case, login, reason="联系职工办理"):
    opened = []
    with db.transaction() as session:
        viewer = identity.viewer_for(session, login)
        value = reveal.reveal(
            session,
            viewer,
            instance_id=case,
            what="party_phone",
            reason=reason,
            read=lambda: opened.append(1) or "13800001234",
        )
    return value, opened


def test_a_reason_opens_the_phone_and_leaves_a_line(case):
    assert _reveal(case, "pinghu_handler1")[0] == "13800001234"
    with db.reading() as session:
        viewer = identity.viewer_for(session, "pinghu_chair")
        (line,) = reveal.of_case(session, viewer, case)
    assert (line.account, line.what, line.reason) == (
        "pinghu_handler1",
        "party_phone",
        "联系职工办理",
    )


@pytest.mark.parametrize(
    ("login", "reason", "error"),
    [
        ("bantian_handler1", "联系职工办理", NotFound),
        ("ent_001_handler1", "联系职工办理", NotFound),
        ("rep_0007", "联系职工办理", NotAllowed),
        ("pinghu_handler1", "看看", InvalidInput),
        ("pinghu_handler1", "      ", InvalidInput),
    ],
)
def test_nothing_is_read_without_sight_right_and_reason(case, login, reason, error):
    with pytest.raises(error):
        _reveal(case, login, reason)
    with db.reading() as session:
        assert session.scalars(select(AccessLog)).all() == []


def test_the_log_of_a_case_is_for_those_who_see_it(case):
    _reveal(case, "pinghu_handler1", "回访核对办理结果")
    with db.reading() as session:
        with pytest.raises(NotFound):
            reveal.of_case(session, identity.viewer_for(session, "bantian_chair"), case)
        with pytest.raises(NotAllowed):
            reveal.by_account(
                session, identity.viewer_for(session, "pinghu_chair"), "pinghu_handler1"
            )
        audit = identity.viewer_for(session, "privacy1")
        assert len(reveal.by_account(session, audit, "pinghu_handler1")) == 1
        own = identity.viewer_for(session, "pinghu_handler1")
        assert len(reveal.by_account(session, own, "pinghu_handler1")) == 1
