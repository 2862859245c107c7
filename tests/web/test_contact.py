"""Name and phone in clear: only for who deals with the worker, with a reason, written down."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import db
from engine.models import HumanTask
from processes.appeals.models import Appeal
from processes.people.models import AccessLog
from tests.web.appeals_office import (  # noqa: F401 - fixtures
    NAME,
    PHONE,
    Sit,
    Visitor,
    counter,
    furnished,
    hand_in,
    sit,
    worker,
)

pytestmark = pytest.mark.usefixtures("counter")


@pytest.fixture
def task(worker: Visitor) -> str:
    """A case handed in on the phone; returns the task at which it waits."""
    hand_in(worker)
    with db.reading() as session:
        return session.scalars(select(HumanTask.id).where(HumanTask.status == "open")).one()


def looked() -> list[str]:
    with db.reading() as session:
        lines = select(AccessLog.account).where(AccessLog.what == "party_contact")
        return list(session.scalars(lines))


def open_contact(visitor: Visitor, task: str, reason: str) -> tuple[int, str]:
    answer = visitor.post(f"/inbox/{task}/contact", {"reason": reason}, page="/login/password")
    return answer.status_code, answer.get_data(as_text=True)


@pytest.mark.parametrize("login", ["bantian_handler1", "rep_0001", "analyst1"])
def test_a_stranger_to_the_case_finds_nothing(sit: Sit, task: str, login: str) -> None:
    status, page = open_contact(sit(login), task, "联系职工办理")
    assert status == 404
    assert NAME not in page
    assert PHONE not in page
    assert looked() == []


def test_the_page_shows_them_masked(sit: Sit, task: str) -> None:
    page = sit("pinghu_window1").text(f"/inbox/{task}")
    assert NAME not in page
    assert PHONE not in page
    assert "138****0001" in page


def test_without_a_reason_nothing_is_shown(sit: Sit, task: str) -> None:
    status, page = open_contact(sit("pinghu_window1"), task, "看看")
    assert status == 422
    assert "说明理由" in page
    assert PHONE not in page
    assert looked() == []


def test_with_a_reason_they_are_shown_and_it_is_written_down(sit: Sit, task: str) -> None:
    status, page = open_contact(sit("pinghu_window1"), task, "联系职工办理")
    assert status == 200
    assert NAME in page
    assert PHONE in page
    assert looked() == ["pinghu_window1"]


def test_an_anonymous_case_has_nothing_to_show(
    worker: Visitor,
    sit: Sit,
) -> None:
    hand_in(worker, identity_mode="anonymous", name=None, phone=None)
    with db.reading() as session:
        case = session.scalars(select(Appeal.instance_id)).one()
        task = session.scalars(select(HumanTask.id).where(HumanTask.root_id == case)).one()
    assert "查看姓名和电话" not in sit("pinghu_window1").text(f"/inbox/{task}")
