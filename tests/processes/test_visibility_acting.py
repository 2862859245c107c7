"""Whoever may not see a case may not act in it, whatever address they guess."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import commands, db, queries
from engine.errors import HumanTaskClosed, NotAllowed, NotFound
from engine.models import CaseAccess, HumanTask
from processes.people import access, identity
from tests.engine import office
from tests.processes import people_office


@pytest.fixture
def case(either_database):
    access.forget_known()
    people_office.furnish()
    office.prepare()
    office.publish(
        office.diagram(
            '<bpmn:startEvent id="s"/>'
            + office.user("ut_handle", "handler@ent_001,handler@pinghu_c1")
            + office.user("ut_review", "reviewer@pinghu")
            + '<bpmn:endEvent id="e"/>'
            + office.flows("s>ut_handle", "ut_handle>ut_review", "ut_review>e")
        )
    )
    return office.start()


def _who(login):
    with db.reading() as session:
        return identity.identify(session, login)


def _task(case, element="ut_handle"):
    return office.task_id(case, element)


def _act(verb, task, login, **more):
    with db.transaction() as session:
        return getattr(commands, verb)(session, task, actor=_who(login).actor, **more)


def _inbox(login):
    viewer = _who(login).viewer
    with db.reading() as session:
        page = queries.inbox(session, viewer, box="unsigned")
        counts = queries.counts(session, viewer)
    assert counts.unsigned == page.total
    return [row.element_id for row in page.items]


def _bar(case):
    with db.transaction() as session:
        access.bar(session, case, "ent_001")


VERBS = [("claim", {}), ("complete", {}), ("save_draft", {"payload": {"note": "x"}})]


@pytest.mark.parametrize(("verb", "more"), VERBS)
def test_the_accused_employers_union_cannot_act_on_a_task_it_was_offered(case, verb, more):
    task = _task(case)
    assert _inbox("ent_001_handler1") == ["ut_handle"]
    _bar(case)
    assert _inbox("ent_001_handler1") == []
    with pytest.raises(NotFound):
        _act(verb, task, "ent_001_handler1", **more)
    with db.reading() as session, pytest.raises(NotFound):
        queries.task(session, _who("ent_001_handler1").viewer, task)
    _act(verb, task, "pinghu_c1_staff1", **more)


def test_a_task_that_was_signed_before_the_bar_cannot_be_completed(case):
    task = _task(case)
    _act("claim", task, "ent_001_handler1")
    _bar(case)
    with pytest.raises(NotFound):
        _act("complete", task, "ent_001_handler1")
    with pytest.raises(NotFound):
        _act("unclaim", task, "ent_001_handler1")


def test_a_recused_colleague_cannot_act_and_another_can(case):
    task = _task(case)
    with db.transaction() as session:
        access.recuse(
            session, case, "pinghu_c1_staff1", reason="近亲属", decided_by="pinghu_c1_chair"
        )
    with pytest.raises(NotFound):
        _act("complete", task, "pinghu_c1_staff1")
    _act("complete", task, "ent_001_handler1")


def test_a_lifted_bar_lets_them_in_again(case):
    _bar(case)
    with db.transaction() as session:
        access.unbar(session, case, "ent_001")
    assert _inbox("ent_001_handler1") == ["ut_handle"]
    _act("complete", _task(case), "ent_001_handler1")


@pytest.mark.parametrize("login", ["bantian_handler1", "rep_0008", "analyst1", "pinghu_c2_staff1"])
def test_a_stranger_neither_sees_nor_acts(case, login):
    task = _task(case)
    assert _inbox(login) == []
    with pytest.raises((NotFound, NotAllowed)):
        _act("complete", task, login)
    viewer = _who(login).viewer
    with db.reading() as session:
        assert queries.instances(session, viewer).total == 0
        for read in (queries.instance, queries.history):
            with pytest.raises(NotFound):
                read(session, viewer, case)


def test_the_real_command_writes_the_rows_of_the_case(case):
    _act("complete", _task(case), "pinghu_c1_staff1")
    with db.reading() as session:
        rows = set(session.execute(select(CaseAccess.organisation, CaseAccess.relation)).all())
        open_tasks = session.scalars(
            select(HumanTask.element_id).where(HumanTask.status == "open")
        ).all()
    assert open_tasks == ["ut_review"]
    assert {
        ("ent_001", "handler"),
        ("pinghu_c1", "handler"),
        ("pinghu_c1", "superior"),
        ("pinghu", "superior"),
        ("pinghu", "handler"),
        ("district", "superior"),
    } <= rows
    with pytest.raises(HumanTaskClosed):
        _act("complete", _task_of_any_state(case), "pinghu_c1_staff1")


def _task_of_any_state(case):
    with db.reading() as session:
        return session.scalars(
            select(HumanTask.id).where(
                HumanTask.root_id == case, HumanTask.element_id == "ut_handle"
            )
        ).one()


def test_the_superior_watches_but_does_not_act(case):
    task = _task(case)
    chair = _who("district_chair")
    with db.reading() as session:
        assert queries.task(session, chair.viewer, task).mine_to_do is False
        assert queries.instances(session, chair.viewer).total == 1
    with pytest.raises(NotAllowed):
        _act("complete", task, "district_chair")
