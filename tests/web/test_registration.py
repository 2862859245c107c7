"""Registering at the window: for those who may, in one form, with what is known already."""

from __future__ import annotations

import logging
import re

import pytest
from sqlalchemy import func, select

from engine import db
from engine.models import HumanTask, ProcessInstance
from processes.appeals.models import Appeal
from processes.people.models import AccessLog
from tests.web.appeals_office import (  # noqa: F401 - fixtures
    NAME,
    PHONE,
    WORDS,
    Visitor,
    counter,
    furnished,
    hand_in,
    sit,
    worker,
)

XSS = '"><script>alert(1)</script>'


@pytest.fixture
def clerk(sit) -> Visitor:
    return sit("pinghu_window1")


def entered(**changes):
    form = {
        "channel": "phone",
        "kind": "consult",
        "category": "03",
        "content": WORDS,
        "name": NAME,
        "phone": PHONE,
        "identity_mode": "real",
        "street": "pinghu",
        "urgency": "normal",
        "legal_stage": "none",
        "action": "save",
    }
    form.update(changes)
    return {key: value for key, value in form.items() if value is not None}


ONSPOT = {
    "onspot": "true",
    "reply_content": "年休假按累计工龄计算。",
    "reply_basis": "《职工带薪年休假条例》第三条",
    "conclusion": "explain",
    "satisfaction": "satisfied",
}


def appeals() -> list[Appeal]:
    with db.reading() as session:
        return list(session.scalars(select(Appeal).order_by(Appeal.no)))


@pytest.mark.parametrize("login", ["analyst1", "rep_0001", "gov_hr_liaison1"])
@pytest.mark.parametrize("path", ["/register", "/register/import"])
def test_who_has_no_business_at_the_counter_is_turned_away(sit, login, path):
    answer = sit(login).get(path)
    assert answer.status_code in (403, 404)


@pytest.mark.parametrize("path", ["/register", "/register/import", "/register/done/SQ-1"])
def test_a_stranger_is_asked_to_sign_in(worker, path):
    assert "/login" in worker.get(path).location


def test_my_post_fills_in_street_and_channel(clerk):
    page = clerk.text("/register")
    assert '<option value="pinghu" selected>' in page
    assert '<option value="window" selected>' in page


def test_at_most_six_fields_are_required(clerk):
    page = clerk.text("/register")
    plain = page.partition('class="onspot-body"')[0]
    assert 1 <= plain.count('aria-required="true"') <= 6


def test_a_call_becomes_a_case_with_number_and_code(clerk):
    answer = clerk.post("/register", entered())
    (appeal,) = appeals()
    assert answer.location == f"/register/done/{appeal.no}"
    page = clerk.text(answer.location)
    assert appeal.no in page
    assert len(re.findall(r"<span>[2-9A-Z]{4}</span>", page)) == 3


def test_an_answer_on_the_spot_is_one_form_and_nothing_is_left_to_do(clerk):
    clerk.post("/register", entered(**ONSPOT))
    (appeal,) = appeals()
    with db.reading() as session:
        instance = session.get(ProcessInstance, appeal.instance_id)
        tasks = session.scalar(select(func.count()).select_from(HumanTask))
    assert instance.status == "completed"
    assert tasks == 0
    assert appeal.satisfaction == "satisfied"


def test_on_the_spot_needs_an_answer_and_its_basis(clerk):
    answer = clerk.post("/register", entered(**ONSPOT | {"reply_content": "", "reply_basis": ""}))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#reply_content"' in page
    assert 'href="#reply_basis"' in page
    assert appeals() == []


def test_an_error_keeps_everything_typed(clerk):
    answer = clerk.post("/register", entered(category="", employer_name="示例·晨光电子"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    for typed in (WORDS, f'value="{NAME}"', f'value="{PHONE}"', 'value="示例·晨光电子"'):
        assert typed in page
    assert appeals() == []


def test_next_gives_an_empty_form_with_the_same_channel_and_the_last_code(clerk):
    answer = clerk.post("/register", entered(action="next"))
    assert answer.location == "/register"
    page = clerk.text("/register")
    assert '<option value="phone" selected>' in page
    assert appeals()[0].no in page
    assert WORDS not in page
    assert NAME not in page


def test_two_presses_register_once(clerk):
    hidden = clerk.form("/register")
    for _ in range(2):
        answer = clerk.client.post("/register", data={**hidden, **entered()})
        assert answer.status_code == 303
    assert len(appeals()) == 1


def test_earlier_cases_of_a_phone_are_shown_masked_and_looking_is_logged(clerk, worker):
    hand_in(worker, employer_name="示例·晨光电子（平湖）")
    answer = clerk.post("/register/earlier", {"phone": PHONE}, page="/register")
    page = answer.get_data(as_text=True)
    assert appeals()[0].no in page
    assert NAME not in page
    assert PHONE not in page
    with db.reading() as session:
        log = session.scalars(select(AccessLog)).all()
    assert [row.account for row in log] == ["pinghu_window1"]
    assert PHONE not in str([(row.what, row.reason) for row in log])


def test_a_phone_nobody_used_has_no_earlier_cases(clerk):
    answer = clerk.post("/register/earlier", {"phone": "13800009999"}, page="/register")
    assert "以前没有诉求" in answer.get_data(as_text=True)


def test_a_phone_is_never_part_of_an_address(clerk):
    assert clerk.get(f"/register/earlier?phone={PHONE}").status_code == 405
    page = clerk.text("/register")
    assert "hx-get" not in page


@pytest.mark.parametrize(
    ("typed", "title"),
    [("加班费", "加班费怎么算"), ("年假", "年休假有几天"), ("工伤 认定", "工伤认定怎么申请")],
)
def test_the_library_is_found_by_the_words_people_use(clerk, typed, title):
    answer = clerk.post("/register/answers", {"q": typed}, page="/register")
    assert title in answer.get_data(as_text=True)


@pytest.mark.parametrize("typed", ["%", "_", "\\", "' OR 1=1 --", "没有这种事"])
def test_a_search_is_taken_literally(clerk, typed):
    answer = clerk.post("/register/answers", {"q": typed}, page="/register")
    assert answer.status_code == 200
    assert "没有找到" in answer.get_data(as_text=True) or typed in answer.get_data(as_text=True)


def test_without_a_script_an_answer_is_inserted_and_nothing_typed_is_lost(clerk):
    page = clerk.post("/register", entered(action="search", q="年休假")).get_data(as_text=True)
    found = re.search(r'value="(insert-\d+)"', page)
    assert found
    page = clerk.post("/register", entered(action=found[1])).get_data(as_text=True)
    assert "累计工作满 1 年不满 10 年的 5 天" in page.partition('id="reply_content"')[2]
    assert WORDS in page
    assert appeals() == []


def test_what_was_typed_never_becomes_markup(clerk):
    changed = dict.fromkeys(("content", "name", "phone", "employer_name", "title"), XSS)
    page = clerk.post("/register", entered(category="", **changed)).get_data(as_text=True)
    assert "<script>alert" not in page


def test_an_anonymous_call_leaves_no_name_and_no_phone(clerk):
    clerk.post("/register", entered(identity_mode="anonymous"))
    (appeal,) = appeals()
    assert not any((appeal.name, appeal.phone, appeal.phone_hash))


def test_another_street_cannot_read_the_code(clerk, sit):
    location = clerk.post("/register", entered()).location
    answer = sit("bantian_window1").get(location)
    assert answer.status_code == 404
    assert answer.get_data(as_text=True).count(appeals()[0].no) == 0


def test_neither_name_nor_phone_reaches_the_log(clerk, caplog):
    caplog.set_level(logging.DEBUG)
    clerk.post("/register/earlier", {"phone": PHONE}, page="/register")
    clerk.post("/register", entered())
    log = "\n".join(record.getMessage() for record in caplog.records)
    assert NAME not in log
    assert PHONE not in log
