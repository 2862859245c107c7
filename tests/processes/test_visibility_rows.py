"""Which case_access rows a command leaves behind."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from engine import db, hooks
from engine.errors import NotFound
from engine.hooks import Actor, Change, OpenedTask
from engine.models import CaseAccess
from processes.people import access
from processes.people.models import CaseRecusal
from tests.processes import people_office


@pytest.fixture(autouse=True)
def _nothing_known():
    access.forget_known()


@pytest.fixture
def office(either_database):
    people_office.furnish()


def _change(root, *groups, instance=None, assignee=None, users=(), started=False, actor=None):
    return Change(
        instance_id=instance or root,
        root_id=root,
        bundle="appeals",
        process="appeal_main",
        actor=actor or hooks.SYSTEM,
        started=started,
        opened=[OpenedTask("t", "ut", assignee, tuple(users), tuple(groups))],
    )


def _rows(session, root):
    return set(
        session.execute(
            select(CaseAccess.organisation, CaseAccess.relation).where(
                CaseAccess.instance_id == root
            )
        ).all()
    )


def _tell(root, *changes):
    with db.transaction() as session:
        hooks.tell(session, changes)
    with db.reading() as session:
        return _rows(session, root)


@pytest.fixture
def case(office):
    with db.transaction() as session:
        return people_office.case(session)


def test_a_task_makes_its_organisation_handler_and_those_above_superiors(case):
    assert _tell(case, _change(case, "handler@pinghu_c1", "reviewer@pinghu_c1")) == {
        ("pinghu_c1", "handler"),
        ("pinghu", "superior"),
        ("district", "superior"),
        ("city", "superior"),
    }


def test_an_invited_representative_brings_nobody_along(case):
    assert _tell(case, _change(case, "rep@rep_0007")) == {("rep_0007", "invited")}


def test_outsiders_are_invited_as_a_group_not_as_their_organisation(case):
    rows = _tell(case, _change(case, "lawyer@district", "liaison@gov_hr"))
    assert rows == {("lawyer@district", "invited"), ("liaison@gov_hr", "invited")}


def test_people_named_by_the_task_and_the_one_who_started_it_are_invited(case):
    clerk = Actor("pinghu_c1_staff1")
    change = _change(
        case,
        "handler@bantian",
        assignee="bantian_desk1",
        users=("lawyer1",),
        started=True,
        actor=clerk,
    )
    assert {
        ("pinghu_c1_staff1", "invited"),
        ("bantian_desk1", "invited"),
        ("lawyer1", "invited"),
        ("bantian", "handler"),
    } <= _tell(case, change)


def test_a_called_process_opens_the_root(case):
    with db.transaction() as session:
        child = people_office.case(session, root=case)
    assert ("pinghu", "handler") in _tell(case, _change(case, "handler@pinghu", instance=child))


def test_an_organisation_that_was_superior_becomes_handler_as_well(case):
    _tell(case, _change(case, "handler@pinghu_c1"))
    rows = _tell(case, _change(case, "handler@pinghu"))
    assert {("pinghu", "handler"), ("pinghu", "superior")} <= rows


def test_repeating_changes_nothing_and_costs_nothing(case):
    first = _tell(case, _change(case, "handler@pinghu_c1", "rep@rep_0007"))
    statements = []
    event.listen(db.engine(), "before_cursor_execute", lambda *a: statements.append(a[2]))
    with db.transaction() as session:
        hooks.tell(session, [_change(case, "handler@pinghu_c1"), _change(case, "rep@rep_0007")])
    assert [line for line in statements if "INSERT INTO case_access" in line] == []
    access.forget_known()  # another process knows nothing: the database decides
    assert _tell(case, _change(case, "handler@pinghu_c1", "rep@rep_0007")) == first


def test_a_command_costs_one_statement_however_many_are_new(case):
    statements = []
    event.listen(db.engine(), "before_cursor_execute", lambda *a: statements.append(a[2]))
    with db.transaction() as session:
        hooks.tell(
            session,
            [
                _change(
                    case, "handler@pinghu_c1", "handler@bantian_c1", "rep@rep_0007", users=("x",)
                )
            ],
        )
    assert len([line for line in statements if "BEGIN" not in line]) == 1


def test_a_rolled_back_command_leaves_no_row_and_no_memory(case):
    class Failure(Exception):
        pass

    with pytest.raises(Failure), db.transaction() as session:
        hooks.tell(session, [_change(case, "handler@pinghu")])
        raise Failure
    with db.reading() as session:
        assert _rows(session, case) == set()
    assert ("pinghu", "handler") in _tell(case, _change(case, "handler@pinghu"))


def test_barring_stands_beside_what_was_there_and_can_be_lifted(case):
    _tell(case, _change(case, "handler@ent_001"))
    with db.transaction() as session:
        access.bar(session, case, "ent_001")
        access.bar(session, case, "ent_001")
        assert {("ent_001", "handler"), ("ent_001", "barred")} <= _rows(session, case)
    with db.transaction() as session:
        access.unbar(session, case, "ent_001")
    with db.reading() as session:
        lifted = session.scalar(select(CaseAccess).where(CaseAccess.relation == "barred"))
        assert lifted is not None
        assert lifted.until is not None


def test_a_bar_that_returns_after_a_mistake_is_in_force_again(case):
    with db.transaction() as session:
        access.bar(session, case, "ent_001")
        access.unbar(session, case, "ent_001")
        access.bar(session, case, "ent_001")
    with db.reading() as session:
        again = session.scalar(select(CaseAccess).where(CaseAccess.relation == "barred"))
        assert again is not None
        assert again.until is None


def test_a_recusal_bars_one_account_and_says_why(case):
    with db.transaction() as session:
        for _ in range(2):
            access.recuse(
                session, case, "pinghu_handler1", reason="近亲属", decided_by="pinghu_chair"
            )
        assert ("pinghu_handler1", "barred") in _rows(session, case)
        assert [row.reason for row in session.scalars(select(CaseRecusal))] == ["近亲属"]


def test_a_case_that_does_not_exist_cannot_be_opened_or_barred(office):
    with db.transaction() as session:
        for act in (access.bar, access.invite, access.open_to):
            with pytest.raises(NotFound):
                act(session, "0" * 32, "pinghu")
