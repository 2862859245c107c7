"""Handing in an appeal: little is asked, nothing typed is lost, nothing leaks, one press counts."""

from __future__ import annotations

import logging
import re
import threading

import pytest
from sqlalchemy import func, select

from engine import db, settings
from engine.models import Attachment, HumanTask, ProcessInstance, Variable
from processes.appeals.models import Appeal
from tests.web import hostile_files
from tests.web.appeals_office import (  # noqa: F401 - fixtures
    NAME,
    PHONE,
    WORDS,
    Visitor,
    counter,
    filled,
    furnished,
    hand_in,
    postgres_counter,
    said,
    shown_code,
    sit,
    upload,
    worker,
)

XSS = '"><script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}'


def the_appeal() -> Appeal:
    with db.reading() as session:
        return session.scalars(select(Appeal)).one()


def count(model) -> int:
    with db.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_stranger_without_the_cookie_sees_no_code(counter, worker):
    hand_in(worker)
    stranger = counter.test_client()
    answer = stranger.get("/submit/done")
    assert answer.status_code == 302
    assert answer.location == "/track"


def test_a_few_words_are_enough_and_the_office_has_a_task(worker):
    code = hand_in(worker)
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{12}", code)
    appeal = the_appeal()
    assert (appeal.street, appeal.identity_mode, appeal.content) == ("pinghu", "real", WORDS)
    assert appeal.consent_version == "2026-11"
    assert appeal.consent_at is not None
    with db.reading() as session:
        tasks = session.scalars(select(HumanTask).where(HumanTask.root_id == appeal.instance_id))
        assert "dispatcher@pinghu" in {group for task in tasks for group in task.groups}


def test_at_most_four_fields_are_required(worker):
    page = worker.text("/submit")
    assert 1 <= page.count('aria-required="true"') <= 4


@pytest.mark.parametrize(
    ("name", "data", "form"),
    [("信.jpg", hostile_files.picture(), "photo"), ("录音.m4a", hostile_files.mp4(), "voice")],
)
def test_a_photo_or_a_recording_may_be_the_whole_content(worker, name, data, form):
    hand_in(worker, content="", files=[upload(name, data)])
    with db.reading() as session:
        files = list(session.scalars(select(Attachment)))
    assert [file.instance_id for file in files] == [the_appeal().instance_id]


def test_without_words_or_files_it_says_what_to_do_and_keeps_the_rest(worker):
    answer = worker.post("/submit", filled(content="", employer_name="示例·晨光电子"))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "拍一张照片" in page
    assert f'value="{PHONE}"' in page
    assert 'value="示例·晨光电子"' in page
    assert count(Appeal) == 0


def test_a_photo_is_not_lost_when_another_field_is_wrong(worker):
    photo = upload("信.jpg", hostile_files.picture())
    answer = worker.post("/submit", filled(consent=None, files=[photo]))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    token = re.search(r'name="files_kept" value="([^"]+)"', page)
    assert token
    assert "信.jpg" in page
    hand_in(worker, files_kept=token[1])
    assert count(Attachment) == 1


@pytest.mark.parametrize("lost", ["swept", "taken"])
def test_a_file_that_is_gone_costs_nothing_else_that_was_typed(worker, lost):
    photo = upload("信.jpg", hostile_files.picture())
    page = worker.post("/submit", filled(consent=None, files=[photo])).get_data(as_text=True)
    token = re.search(r'name="files_kept" value="([^"]+)"', page)[1]
    if lost == "taken":
        hand_in(worker, files_kept=token)
    else:
        for staged in (settings.current().attachments / "staged").iterdir():
            staged.unlink()
    before = count(Appeal)
    answer = worker.post("/submit", filled(files_kept=token))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert WORDS in page
    assert 'name="files_kept"' not in page
    assert count(Appeal) == before


def test_a_forged_file_token_opens_nothing(worker):
    hand_in(worker, files_kept="../../etc/passwd")
    assert count(Attachment) == 0


@pytest.mark.parametrize("case", ["html as jpg", "eicar", "flat bomb", "60,000 squared png"])
def test_a_hostile_file_is_named_and_nothing_is_handed_in(worker, case):
    name, data = hostile_files.REFUSED[case]
    answer = worker.post("/submit", filled(files=[upload(name, data)]))
    assert answer.status_code == 422
    assert WORDS in answer.get_data(as_text=True)
    assert count(Appeal) == 0


def test_ten_files_are_one_too_many_and_nine_are_kept(worker):
    files = [upload(f"{n}.jpg", hostile_files.picture("JPEG", (20 + n, 20))) for n in range(10)]
    page = worker.post("/submit", filled(files=files)).get_data(as_text=True)
    assert "最多 9 个" in page
    assert page.count('name="files_kept"') == 9


def test_consent_is_asked_for(worker):
    answer = worker.post("/submit", filled(consent=None))
    assert answer.status_code == 422
    assert count(Appeal) == 0


def test_a_phone_is_asked_for_unless_one_is_anonymous(worker):
    assert worker.post("/submit", filled(phone="")).status_code == 422
    assert worker.post("/submit", filled(phone="12")).status_code == 422
    hand_in(worker, phone="", name="", identity_mode="anonymous")


def test_who_chooses_to_be_anonymous_leaves_no_name_and_no_phone(worker):
    hand_in(worker, identity_mode="anonymous", on_behalf="true", behalf_name=NAME)
    appeal = the_appeal()
    assert not any((appeal.name, appeal.phone, appeal.behalf_name, appeal.phone_hash))


def test_full_width_digits_of_a_phone_are_understood(worker):
    hand_in(worker, phone="１３８９９９９０００１")
    assert the_appeal().phone == PHONE


@pytest.mark.parametrize(
    "office",
    ["counter", pytest.param("postgres_counter", marks=pytest.mark.postgres)],
)
def test_eight_presses_at_once_make_one_appeal(request, office):
    app = request.getfixturevalue(office)
    first = Visitor(app.test_client())
    hidden = first.form("/submit")
    cookie = first.client.get_cookie("huiyin_page")
    answers: list[tuple[int, str]] = []

    def press() -> None:
        client = app.test_client()
        client.set_cookie("huiyin_page", cookie.value)
        photo = upload("信.jpg", hostile_files.picture())
        answer = client.post("/submit", data={**hidden, **filled(files=[photo])})
        code = shown_code(client.get("/submit/done").get_data(as_text=True))
        answers.append((answer.status_code, code))

    threads = [threading.Thread(target=press) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(answers) == 8
    assert len(set(answers)) == 1
    assert answers[0][0] == 303
    assert count(Appeal) == 1
    assert count(Attachment) == 1


def test_a_page_sent_again_with_other_words_is_still_the_first_appeal(worker):
    hidden = worker.form("/submit")
    worker.client.post("/submit", data={**hidden, **filled()})
    first = shown_code(worker.text("/submit/done"))
    worker.client.post("/submit", data={**hidden, **filled(content="改了几个字")})
    assert shown_code(worker.text("/submit/done")) == first
    assert the_appeal().content == WORDS


@pytest.mark.parametrize("key", ["", "a", "import:h12345:LG-0001", "x" * 300])
def test_a_key_that_is_not_ours_cannot_be_used_to_see_anothers_code(counter, worker, key):
    codes = []
    for content in ("第一件", "第二件"):
        client = counter.test_client()
        page = client.get("/submit").get_data(as_text=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        form = filled(content=content, csrf_token=token, form_key=key)
        assert client.post("/submit", data=form).status_code == 303
        codes.append(shown_code(client.get("/submit/done").get_data(as_text=True)))
    assert codes[0] != codes[1]


@pytest.mark.parametrize("field", ["content", "name", "phone", "employer_name", "behalf_name",
                                   "street", "identity_mode", "category"])  # fmt: skip
def test_what_is_typed_never_becomes_markup(worker, field):
    answer = worker.post("/submit", filled(consent=None, on_behalf="true", **{field: XSS}))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "<script>alert" not in page
    assert "onerror=alert(1)>" not in page
    shown = page.split("<main", 1)[1].split("</main", 1)[0]
    # tokens are random and may hold any two digits
    chance = r'\d{3,}|&#\d+;|name="(csrf_token|form_key)" value="[^"]+"'
    assert "49" not in re.sub(chance, "", shown)


def test_everything_that_is_missing_is_said_at_once(worker):
    answer = worker.post("/submit", filled(content=None, street=None, phone=None, consent=None))
    told = said(answer)
    assert answer.status_code == 422
    for reason in ("写几句话，或者拍一张照片、录一段话", "街道：", "手机号：", "个人信息："):
        assert reason in told


def test_a_file_name_never_becomes_markup(worker):
    photo = upload("<img src=x onerror=alert(1)>.jpg", hostile_files.picture())
    page = worker.post("/submit", filled(consent=None, files=[photo])).get_data(as_text=True)
    assert "<img src=x" not in page


def test_fields_nobody_asked_for_change_nothing(worker):
    hand_in(worker, status="closed", org="district", no="SQ-1", level="L6", is_demo="true")
    appeal = the_appeal()
    assert appeal.no != "SQ-1"
    assert appeal.status != "closed"
    assert not appeal.is_demo


def test_json_with_a_file_path_opens_no_file(worker):
    token = worker.form("/submit")["csrf_token"]
    answer = worker.client.post(
        "/submit",
        json={"files": {"f": {"filepath": "/etc/passwd"}}},
        headers={"X-CSRFToken": token},
    )
    assert answer.status_code in (400, 415, 422)
    assert "root:" not in answer.get_data(as_text=True)
    assert count(Appeal) == count(Attachment) == 0


def test_the_form_is_refused_without_its_token_and_nothing_typed_is_lost(worker):
    answer = worker.client.post("/submit", data=filled())
    assert answer.status_code == 400
    assert WORDS in answer.get_data(as_text=True)
    assert count(Appeal) == 0


def test_the_code_stands_in_no_address_header_or_readable_cookie(worker):
    answer = worker.post("/submit", filled())
    page = worker.text("/submit/done")
    code = shown_code(page)
    said = str(answer.headers) + str(worker.client._cookies)
    assert code not in said.replace("-", "")
    assert code not in page.partition("<svg")[2].partition("</svg>")[0]
    assert "no-store" in worker.get("/submit/done").headers["Cache-Control"]


def test_the_same_browser_is_offered_the_code_again(worker):
    code = hand_in(worker)
    for page in ("/track", "/submit"):
        assert 'href="/submit/done"' in worker.text(page)
    assert shown_code(worker.text("/submit/done")) == code


def test_a_canary_is_found_in_no_variable_title_log_or_clear_column(worker, caplog, tmp_path):
    caplog.set_level(logging.DEBUG)
    photo = upload("金丝雀.jpg", hostile_files.picture())
    hand_in(
        worker,
        employer_name="金丝雀电子",
        on_behalf="true",
        behalf_name="金丝雀乙",
        behalf_relation="同事",
        files=[photo],
    )
    with db.reading() as session:
        variables = session.scalars(select(Variable)).all()
        identity, *_ = session.scalars(select(ProcessInstance.id)).all()
        titles = session.scalars(select(ProcessInstance.title)).all()
    assert "金丝雀" not in str([(row.name, row.value) for row in variables]) + str(titles)
    assert PHONE not in str([(row.name, row.value) for row in variables])
    log = "\n".join(record.getMessage() for record in caplog.records)
    assert "金丝雀" not in log
    assert PHONE not in log
    raw = b"".join(path.read_bytes() for path in tmp_path.glob("office.db*"))
    assert identity.encode() in raw  # the control: what is not sealed is found
    for canary in (NAME, PHONE, WORDS, "金丝雀"):
        assert canary.encode() not in raw
        assert canary.encode("unicode_escape") not in raw
