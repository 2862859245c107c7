"""Papers and files: only of cases one may see, and nobody's name on a letter to an employer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import clock, db
from engine.models import Attachment, CaseAccess
from processes.appeals.models import Appeal, Reply
from processes.people import identity
from processes.people.models import AccessLog
from tests.web import hostile_files
from tests.web.appeals_office import (  # noqa: F401 - fixtures
    NAME,
    PHONE,
    WORDS,
    counter,
    furnished,
    hand_in,
    sit,
    upload,
    worker,
)
from tests.web.test_registration import ONSPOT, entered

KINDS = ["receipt", "acceptance", "transfer", "refusal", "reply", "coordination", "negotiation"]


@pytest.fixture
def number(worker) -> str:
    hand_in(worker, files=[upload("工资条.jpg", hostile_files.picture())])
    with db.reading() as session:
        return session.scalars(select(Appeal.no)).one()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("login", ["bantian_window1", "analyst1", "gov_hr_liaison1", "rep_0001"])
def test_who_may_not_see_the_case_gets_no_paper_of_it(sit, number, kind, login):
    answer = sit(login).get(f"/papers/{kind}/{number}")
    assert answer.status_code == 404
    assert number not in answer.get_data(as_text=True).partition("<body")[2].replace(
        f"/papers/{kind}/{number}", ""
    )


@pytest.mark.parametrize("path", ["/papers/receipt/SQ-1", "/files/abc"])
def test_a_stranger_is_asked_to_sign_in(worker, path):
    assert "/login" in worker.get(path).location


@pytest.mark.parametrize("path", ["/papers/nonsense/SQ-1", "/papers/reply/' OR 1=1", "/files/x"])
def test_what_does_not_exist_is_not_found(sit, path):
    assert sit("pinghu_window1").get(path).status_code == 404


def test_the_receipt_carries_code_and_qr_and_printing_is_written_down(sit, number):
    page = sit("pinghu_window1").text(f"/papers/receipt/{number}")
    assert "诉求登记回执" in page
    assert "<svg" in page
    assert PHONE not in page
    with db.reading() as session:
        assert "paper:receipt" in session.scalars(select(AccessLog.what)).all()


def test_who_handles_a_case_never_holds_the_code_it_is_rated_with(sit, number):
    handler = sit("pinghu_vice")
    page = handler.text(f"/papers/receipt/{number}")
    assert number in page
    assert "<svg" not in page
    assert handler.get(f"/register/done/{number}").status_code in (403, 404)


def test_a_letter_to_the_employer_names_nobody(sit, number):
    page = sit("pinghu_window1").text(f"/papers/negotiation/{number}")
    assert number in page
    for secret in (NAME, PHONE, WORDS, "查询码"):
        assert secret not in page


def test_the_reply_states_facts_opinion_and_basis(sit):
    clerk = sit("pinghu_window1")
    clerk.post("/register", entered(**ONSPOT))
    with db.reading() as session:
        reply = session.scalars(select(Reply)).one()
    page = clerk.text(f"/papers/reply/{reply.id}")
    assert ONSPOT["reply_content"] in page
    assert ONSPOT["reply_basis"] in page
    assert "申请复查" in page
    assert PHONE not in page


def file_id() -> str:
    with db.reading() as session:
        return session.scalars(select(Attachment.id)).one()


@pytest.mark.parametrize("login", ["bantian_window1", "analyst1", "rep_0001"])
def test_who_may_not_see_the_case_gets_no_file_of_it(sit, number, login):
    assert sit(login).get(f"/files/{file_id()}").status_code == 404


def test_a_file_is_only_ever_a_download_and_it_is_written_down(sit, number):
    wanted = file_id()
    answer = sit("pinghu_window1").get(f"/files/{wanted}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with db.reading() as session:
        assert f"file:{wanted}" in session.scalars(select(AccessLog.what)).all()


def test_an_invited_outsider_sees_the_case_but_no_photo_and_no_name(sit, number):
    with db.transaction() as session:
        appeal = session.get_one(Appeal, number)
        viewer = identity.identify(session, "rep_0001").viewer
        for code in viewer.organisations:
            session.add(
                CaseAccess(
                    instance_id=appeal.instance_id,
                    organisation=code,
                    relation="invited",
                    since=clock.now() - timedelta(minutes=1),
                )
            )
    guest = sit("rep_0001")
    assert guest.get(f"/files/{file_id()}").status_code == 404
    page = guest.text(f"/papers/receipt/{number}")
    assert number in page
    for secret in (NAME, PHONE, "<svg"):
        assert secret not in page
