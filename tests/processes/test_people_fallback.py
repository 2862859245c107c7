"""A task that nobody could take goes one level up, and says so (§4.0-1)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, select

from engine import clock, commands, db, queries
from engine.errors import NotAllowed
from engine.models import HistoryEvent, HumanTask
from processes.people import absences, access, accounts, identity
from tests.engine import office
from tests.processes import people_office


@pytest.fixture
def publish(either_database):
    access.forget_known()
    people_office.furnish()
    office.prepare()

    def start(group, extra=""):
        office.publish(
            office.diagram(
                '<bpmn:startEvent id="s"/>'
                + office.user("ut_handle", group, extra)
                + '<bpmn:endEvent id="e"/>'
                + office.flows("s>ut_handle", "ut_handle>e")
            )
        )
        return office.start()

    return start


def _groups(case):
    with db.reading() as session:
        return session.scalars(select(HumanTask.groups).where(HumanTask.root_id == case)).one()


def _notes(case):
    with db.reading() as session:
        return session.scalars(
            select(HistoryEvent.data).where(
                HistoryEvent.root_id == case, HistoryEvent.kind == "rerouted"
            )
        ).all()


def _actor(login):
    with db.reading() as session:
        return identity.actor_for(session, login)


def _away(login, to=None):
    start = clock.now() - timedelta(hours=1)
    with db.transaction() as session:
        absences.go_away(
            session, login, starts_at=start, ends_at=start + timedelta(days=3), delegate_to=to
        )


def test_a_staffed_organisation_keeps_its_task_and_it_costs_one_statement(publish):
    statements = []

    def count(*call):
        statements.append(call[2])

    event.listen(db.engine(), "before_cursor_execute", count)
    case = publish("handler@pinghu")
    event.remove(db.engine(), "before_cursor_execute", count)
    assert _groups(case) == ["handler@pinghu"]
    assert _notes(case) == []
    assert len([line for line in statements if "FROM org" in line and "post" in line]) == 1


def test_a_company_without_accounts_is_stood_in_for_by_the_nearest_above(publish):
    case = publish("handler@ent_012")  # below pinghu_c2, which is staffed
    assert _groups(case) == ["handler@ent_012", "handler@pinghu_c2"]
    assert [note["groups"] for note in _notes(case)] == [["handler@pinghu_c2"]]
    with db.transaction() as session:
        task = office.task_id(case, "ut_handle")
        commands.complete(session, task, actor=_actor("pinghu_c2_staff1"))


def test_a_whole_empty_branch_goes_up_to_the_street(publish):
    assert _groups(publish("chair@nanwan_c1"))[-1] == "chair@nanwan"


def test_somebody_who_is_away_with_a_delegate_is_not_nobody(publish):
    _away("pinghu_c1_staff1", "pinghu_c1_chair")
    case = publish("handler@pinghu_c1")
    assert _groups(case) == ["handler@pinghu_c1"]
    with db.transaction() as session:
        task = office.task_id(case, "ut_handle")
        commands.complete(session, task, actor=_actor("pinghu_c1_chair"))


def test_somebody_who_is_away_without_a_delegate_is_nobody(publish):
    _away("pinghu_c1_staff1")
    assert _groups(publish("handler@pinghu_c1"))[-1] == "handler@pinghu"


def test_one_staffed_group_of_several_is_enough(publish):
    assert len(_groups(publish("handler@ent_012,handler@pinghu_c1"))) == 2


def test_barring_the_only_one_sends_an_open_task_up(publish):
    case = publish("handler@ent_001")
    assert _groups(case) == ["handler@ent_001"]
    with db.transaction() as session:
        access.bar(session, case, "ent_001")
    assert _groups(case) == ["handler@ent_001", "handler@pinghu_c1"]
    with db.reading() as session:
        viewer = identity.viewer_for(session, "pinghu_c1_staff1")
        assert [row.element_id for row in queries.inbox(session, viewer, box="unsigned").items] == [
            "ut_handle"
        ]


def test_a_recusal_that_leaves_others_changes_nothing(publish):
    case = publish("handler@pinghu")
    with db.transaction() as session:
        access.recuse(session, case, "pinghu_handler1", reason="近亲属", decided_by="pinghu_chair")
    assert _groups(case) == ["handler@pinghu"]
    with db.transaction() as session:
        for login in ("pinghu_handler2", "pinghu_desk1"):
            access.recuse(session, case, login, reason="近亲属", decided_by="pinghu_chair")
    assert _groups(case) == ["handler@pinghu", "handler@district"]
    assert len(_notes(case)) == 1


def test_the_last_account_closed_before_the_task_opens_counts_as_nobody(publish):
    with db.transaction() as session:
        accounts.close(session, "pinghu_c1_staff1")
    assert _groups(publish("handler@pinghu_c1"))[-1] == "handler@pinghu"


def test_outsiders_named_people_and_the_district_are_left_alone(publish):
    assert _groups(publish("rep@rep_9999")) == ["rep@rep_9999"]
    assert _groups(publish("deskofficer@no_such_place")) == ["deskofficer@no_such_place"]
    named = publish("handler@ent_012", 'camunda:assignee="pinghu_c2_staff1"')
    assert _groups(named) == ["handler@ent_012"]
    assert _groups(publish("liaison@gov_hr")) == ["liaison@gov_hr"]


def test_nobody_even_at_the_district_is_left_for_an_operator(publish):
    with db.transaction() as session:
        for number in (1, 2):
            accounts.close(session, f"district_inspector{number}")
    case = publish("inspector@district")
    assert _groups(case) == ["inspector@district"]
    with pytest.raises(NotAllowed), db.transaction() as session:
        task = office.task_id(case, "ut_handle")
        commands.complete(session, task, actor=_actor("district_office1"))
