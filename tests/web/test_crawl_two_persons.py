"""The two-person rule (自办不得自审): no detour lets one person do both halves of a case."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import clock, db
from engine.models import HumanTask
from processes.appeals.models import Appeal, Reply
from processes.demo import moves as m
from processes.people.models import Absence, Post
from tests.web.crawl_office import (  # noqa: F401 - fixtures
    TITLE,
    _walked,
    crawled,
    enter,
    hand_in,
    newest,
    open_task,
    secrets,
)

MATTER = "等待审核的一件"


@pytest.fixture
def case(crawled) -> tuple[str, str]:
    """Return the task of the review, and who handled the case."""
    task = open_task(MATTER, "ut_approve_reply")
    with db.reading() as session:
        root = session.get_one(HumanTask, task).root_id
        handled = session.scalars(
            select(HumanTask.completed_by).where(
                HumanTask.root_id == root, HumanTask.element_id == "ut_handle"
            )
        ).one()
    assert handled
    return task, handled


def refused(enter: Any, login: str, task: str) -> None:
    """Try everything a page and a hand-made request offer; nothing may move the task."""
    person = enter(login)
    for path in ("/claim", "", "/unclaim"):
        form = {
            **m.sign()["form"],
            "refuse_decision": "agree",
            "refuse_note": "同意",
            "assignee": login,
            "excluded": "",
        }
        answer = person.post(f"/inbox/{task}{path}", form)
        assert answer.status_code in (403, 404, 409), f"{path}: {answer.status}"
    assert person.get("/inbox/?box=unsigned").get_data(as_text=True).count(task) == 0
    with db.reading() as session:
        row = session.get_one(HumanTask, task)
        assert (row.status, row.completed_by) == ("open", None)
        assert row.assignee != login


def test_the_control_another_person_signs(enter, case):
    task, handled = case
    assert handled != "pinghu_chair"
    assert enter("pinghu_chair").post(f"/inbox/{task}", m.sign()["form"]).status_code == 303


def test_who_handled_does_not_sign_by_a_direct_post(enter, case):
    refused(enter, case[1], case[0])


def test_a_second_post_does_not_help(enter, case):
    task, handled = case
    with db.transaction() as session:
        for role in ("reviewer", "chair"):
            session.add(Post(account=handled, org="pinghu", role=role, valid_from=date(2026, 1, 1)))
    refused(enter, handled, task)


def test_standing_in_for_the_chair_does_not_help(enter, case):
    task, handled = case
    with db.transaction() as session:
        for absent in ("pinghu_chair", "pinghu_vice"):
            session.add(
                Absence(
                    account=absent,
                    starts_at=clock.now() - timedelta(hours=1),
                    ends_at=clock.now() + timedelta(days=1),
                    delegate_to=handled,
                )
            )
    refused(enter, handled, task)


def test_a_task_signed_for_by_another_is_not_taken_over(enter, case):
    task, handled = case
    assert enter("pinghu_vice").post(f"/inbox/{task}/claim").status_code == 303
    refused(enter, handled, task)
    answer = enter("pinghu_chair").post(f"/inbox/{task}", m.sign()["form"])
    assert answer.status_code == 403
    assert enter("pinghu_vice").post(f"/inbox/{task}", m.sign()["form"]).status_code == 303


def test_the_operator_of_the_office_does_not_decide(enter, case):
    for login in ("admin1", "analyst1", "privacy1", "district_inspector1", "district_vice1"):
        answer = enter(login).post(f"/inbox/{case[0]}", m.sign()["form"])
        assert answer.status_code in (403, 404), login
    with db.reading() as session:
        assert session.get_one(HumanTask, case[0]).status == "open"


def test_who_refuses_a_case_does_not_confirm_the_refusal(enter):
    hand_in(enter)
    with db.reading() as session:
        root, title = newest(session).instance_id, newest(session).title
        task = session.scalars(select(HumanTask.id).where(HumanTask.root_id == root)).one()
    assert title
    form = m.direct("07", "refuse", "区人力资源局，电话（示例）")["form"]
    form = {key: value for key, value in form.items() if value is not False}
    form |= {"facts": "不属于工会", "basis": "《工会法》", "content_reply": "请向主管部门反映"}
    form["title"] = "不予受理的一件"
    answer = enter("pinghu_vice").post(f"/inbox/{task}", form)
    assert answer.status_code == 303, answer.get_data(as_text=True)[-3000:]
    second = open_task("不予受理的一件", "ut_refuse_approve")
    refused(enter, "pinghu_vice", second)
    with db.reading() as session:
        reply = session.scalars(
            select(Reply)
            .join(Appeal, Appeal.no == Reply.appeal_no)
            .where(Appeal.title == "不予受理的一件")
        ).one()
        assert reply.drafted_by == "pinghu_vice"
        assert reply.approved_by is None


def test_a_representative_decides_nothing(enter, secrets):
    with db.reading() as session:
        tasks = {
            row.id: row.element_id
            for row in session.scalars(
                select(HumanTask).where(
                    HumanTask.root_id.in_(secrets.roots), HumanTask.status == "open"
                )
            )
        }
    rep = enter("rep_0001")
    moved = []
    for task, element in tasks.items():
        if element == "ut_invite_reply":
            continue  # the one thing asked of a representative
        answer = rep.post(f"/inbox/{task}", {**m.sign()["form"], **m.handle()["form"]})
        assert answer.status_code in (403, 404), element
        moved.append(element)
    assert moved
    for root in secrets.roots:
        for lever in ("suspend", "resume"):
            answer = rep.post(f"/monitor/{root}/{lever}", {"reason": "代表要求暂停办理"})
            assert answer.status_code in (403, 404)
    assert rep.get("/register").status_code == 403
    with db.reading() as session:
        for appeal in session.scalars(select(Appeal).where(Appeal.title == TITLE)):
            assert appeal.status != "closed"
