"""The query code is the only key: it opens one case for half an hour and cannot be tried out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from engine import db
from engine.models import Attachment, Job
from processes.appeals import tracking
from processes.appeals.models import AppealRequest, Document, Supplement
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
from web.intake import keys
from web.security import limiter


def open_with(visitor, code):
    return visitor.post("/track", {"code": code}, page="/track")


@pytest.mark.parametrize("code", ["", "ABCDEFGHJKLM", "' OR 1=1 --", "%", "a" * 500, "查询码"])
def test_a_wrong_code_says_the_same_whatever_it_looks_like(worker, code):
    hand_in(worker)
    answer = open_with(worker, code)
    assert answer.status_code == 422
    assert "查不到" in answer.get_data(as_text=True)
    assert worker.get("/track/case").status_code == 302


def test_without_the_code_there_is_no_case(counter, worker):
    hand_in(worker)
    stranger = counter.test_client()
    assert stranger.get("/track/case").location == "/track"
    assert stranger.post("/track/rate", data={"satisfaction": "satisfied"}).status_code == 400


def test_the_code_opens_the_case_as_one_types_it(counter, worker):
    code = hand_in(worker)
    typed = [code, code.lower(), "-".join((code[:4], code[4:8], code[8:])), f" {code} "]
    typed.append("".join(chr(ord(char) + 0xFEE0) for char in code))  # full-width, from an IME
    for entered in typed:
        answer = open_with(worker, entered)
        assert answer.status_code == 303, entered
        assert answer.location == "/track/case"
        page = worker.text("/track/case")
        assert "平湖" in page


def test_a_code_in_an_address_is_not_read(counter, worker):
    code = hand_in(worker)
    stranger = counter.test_client()
    assert "诉求编号" not in stranger.get(f"/track?code={code}").get_data(as_text=True)


def test_the_page_names_organisations_and_no_person(worker):
    code = hand_in(worker)
    open_with(worker, code)
    page = worker.text("/track/case")
    for secret in (NAME, PHONE, WORDS):
        assert secret not in page


def test_after_ten_wrong_codes_one_must_wait(worker):
    code = hand_in(worker)
    for _ in range(10):
        assert open_with(worker, "ABCDEFGHJKLM").status_code == 422
    assert open_with(worker, code).status_code == 429


def test_a_right_code_costs_no_attempt(worker):
    code = hand_in(worker)
    for _ in range(15):
        assert open_with(worker, code).status_code == 303


def test_a_wrong_code_is_looked_for_like_a_right_one(worker):
    """Counted, not timed: the same question to the database finds a case or none."""
    code, asked = hand_in(worker), {}
    for kind, entered in (("right", code), ("wrong", "ABCDEFGHJKLM")):
        hidden = worker.form("/track")
        limiter.reset()
        statements: list[str] = []

        def note(_c, _x, statement, *_, into=statements):
            into.append(statement)

        event.listen(db.engine(), "before_cursor_execute", note)
        worker.client.post("/track", data={**hidden, "code": entered})
        event.remove(db.engine(), "before_cursor_execute", note)
        asked[kind] = [text for text in statements if "track_hash" in text or "appeal." in text]
    assert asked["wrong"]
    assert asked["wrong"][0] == asked["right"][0]


def test_the_key_lapses_after_half_an_hour(worker, monkeypatch):
    code = hand_in(worker)
    monkeypatch.setattr(keys, "_LASTS", timedelta(seconds=-1))
    open_with(worker, code)
    assert worker.get("/track/case").location == "/track"


@pytest.mark.parametrize("cookie", ["", "x", "AAAA", "é", "9" * 4000])
def test_a_forged_cookie_opens_nothing(worker, cookie):
    worker.client.set_cookie("huiyin_case", cookie)
    assert worker.get("/track/case").location == "/track"
    worker.client.set_cookie("huiyin_new", cookie)
    assert worker.get("/submit/done").location == "/track"


def test_one_cookie_does_not_serve_as_the_other(worker):
    hand_in(worker)
    fresh = worker.client.get_cookie("huiyin_new").value
    worker.client.set_cookie("huiyin_case", fresh)
    assert worker.get("/track/case").location == "/track"


def test_leaving_forgets_the_case(worker):
    code = hand_in(worker)
    open_with(worker, code)
    worker.post("/track/leave", {}, page="/track")
    assert worker.get("/track/case").location == "/track"
    assert worker.get("/submit/done").location == "/track"


def test_withdrawing_needs_a_reason_and_is_told_to_the_office(worker):
    code = hand_in(worker)
    open_with(worker, code)
    answer = worker.post("/track/withdraw", {"reason": " "}, page="/track/case")
    assert answer.status_code == 422
    assert "写一句为什么撤回" in answer.get_data(as_text=True)
    answer = worker.post("/track/withdraw", {"reason": "单位已经发了"}, page="/track/case")
    assert answer.status_code == 303
    with db.reading() as session:
        assert not tracking.open_case(session, code).can_withdraw


def test_a_supplement_reaches_the_case_and_keeps_its_words_on_an_error(worker):
    code = hand_in(worker)
    open_with(worker, code)
    answer = worker.post("/track/supplement", {"text": ""}, page="/track/case")
    assert answer.status_code == 422
    answer = worker.post("/track/supplement", {"text": "补一张工资条"}, page="/track/case")
    assert answer.status_code == 303
    assert "补充" in worker.text("/track/case")


def test_a_second_press_supplements_and_withdraws_once(worker):
    code = hand_in(worker)
    open_with(worker, code)
    hidden = worker.form("/track/case")
    photo = hostile_files.picture()
    for _ in range(2):
        data = {**hidden, "text": "补一张工资条", "files": upload("工资条.jpg", photo)}
        assert worker.client.post("/track/supplement", data=data).status_code == 303
        data = {**hidden, "reason": "单位已经发了"}
        assert worker.client.post("/track/withdraw", data=data).status_code == 303
    with db.reading() as session:
        for table in (Supplement, AppealRequest, Attachment):
            assert session.scalar(select(func.count()).select_from(table)) == 1


def test_opening_a_receipt_sends_no_message_that_nobody_waits_for(worker):
    code = hand_in(worker)
    open_with(worker, code)
    assert "收件回执" in worker.text("/track/case")
    with db.reading() as session:
        assert session.scalar(select(Document.opened_at)) is not None
        assert session.scalars(select(Job).where(Job.kind == "message")).all() == []


def test_nothing_can_be_rated_before_there_is_an_answer(worker):
    code = hand_in(worker)
    open_with(worker, code)
    assert "您满意吗" not in worker.text("/track/case")
    answer = worker.post("/track/rate", {"satisfaction": "satisfied"}, page="/track/case")
    assert answer.status_code in (403, 409, 422)


def test_a_rating_that_is_none_of_the_three_is_refused(worker):
    code = hand_in(worker)
    open_with(worker, code)
    answer = worker.post("/track/rate", {"satisfaction": "<b>"}, page="/track/case")
    assert answer.status_code == 422
