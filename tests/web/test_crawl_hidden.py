"""Who may see a case does not see everything of it: hidden names, photos, query codes (D-17)."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from engine import db
from engine.models import Attachment, HumanTask
from processes.appeals.models import Appeal
from processes.people.models import AccessLog
from tests.web.crawl_office import (  # noqa: F401 - fixtures
    FILE,
    HIDDEN,
    NAME,
    PHONE,
    TITLE,
    _walked,
    crawled,
    enter,
    secrets,
)

PRIVATE = ("莺歌乙某", "13899990002", "莺歌的照片")


def case_of(title: str) -> tuple[Appeal, list[str], list[str]]:
    """Return the appeal of a title, the ids of its open tasks and of its files."""
    with db.reading() as session:
        appeal = session.scalars(select(Appeal).where(Appeal.title == title)).first()
        assert appeal is not None
        root = appeal.instance_id
        tasks = session.scalars(
            select(HumanTask.id).where(HumanTask.root_id == root, HumanTask.status == "open")
        )
        files = session.scalars(select(Attachment.id).where(Attachment.instance_id == root))
        return appeal, list(tasks), list(files)


def test_the_employers_union_works_on_a_hidden_case_without_the_name(enter):
    appeal, tasks, files = case_of(HIDDEN)
    union = enter("ent_001_handler1")
    pages = {path: union.get(path) for path in (
        f"/inbox/{tasks[0]}", f"/monitor/{appeal.instance_id}", f"/papers/receipt/{appeal.no}",
        f"/papers/negotiation/{appeal.no}", f"/papers/acceptance/{appeal.no}-D2",
        "/monitor/export.xlsx", "/inbox/export.xlsx?box=unsigned",
    )}  # fmt: skip
    assert pages[f"/inbox/{tasks[0]}"].status_code == 200
    assert "食堂的事" in pages[f"/inbox/{tasks[0]}"].get_data(as_text=True)
    for path, answer in pages.items():
        for secret in PRIVATE:
            assert secret not in answer.data.decode(errors="replace"), path
    for file in files:
        assert union.get(f"/files/{file}").status_code == 404
    shown = union.post(f"/inbox/{tasks[0]}/contact", {"reason": "联系职工办理"})
    assert not [secret for secret in PRIVATE if secret in shown.get_data(as_text=True)]


def test_the_street_reads_the_hidden_name_only_with_a_reason_and_a_trace(enter):
    appeal, _, files = case_of(HIDDEN)
    street = enter("pinghu_vice")
    page = street.get(f"/monitor/{appeal.instance_id}").get_data(as_text=True)
    assert "莺歌的照片" in page
    assert "莺歌乙某" not in page
    assert "13899990002" not in page
    assert street.get(f"/files/{files[0]}").status_code == 200
    with db.reading() as session:
        assert f"file:{files[0]}" in session.scalars(select(AccessLog.what)).all()


@pytest.mark.parametrize("login", ["pinghu_handler1", "pinghu_chair", "district_inspector1"])
def test_no_page_shows_name_and_phone_unasked(enter, secrets, login):
    person = enter(login)
    for path in (
        *(f"/monitor/{key}" for key in secrets.instances),
        *(f"/inbox/{key}" for key in secrets.open_tasks[:3] if login == "pinghu_chair"),
    ):
        answer = person.get(path)
        assert answer.status_code == 200, path
        page = answer.get_data(as_text=True)
        assert PHONE not in page, path
        if "说：" not in page:  # what the handler wrote down himself stands as he wrote it
            assert NAME not in page, path


def test_the_form_that_was_entered_is_masked_not_missing(enter, secrets):
    page = enter("pinghu_handler1").get(f"/monitor/{secrets.roots[0]}").get_data(as_text=True)
    assert "138****0001" in page
    assert "金" in page


def test_an_invited_representative_reads_no_file_name(enter, secrets):
    rep = enter("rep_0001")
    seen = [
        answer.get_data(as_text=True)
        for key in (*secrets.instances, *secrets.open_tasks)
        for answer in [rep.get(f"/monitor/{key}"), rep.get(f"/inbox/{key}")]
        if answer.status_code == 200
    ]
    assert any(TITLE in page for page in seen)
    for page in seen:
        for secret in (FILE, NAME, PHONE):
            assert secret not in page


def test_who_is_counter_and_handler_does_not_get_the_code(enter):
    appeal, _, _ = case_of("社区一人办理")
    code = appeal.track_code
    one = enter("pinghu_c1_staff1")
    paper = one.get(f"/papers/receipt/{appeal.no}")
    assert paper.status_code == 200
    assert code[:4] not in paper.get_data(as_text=True)
    assert one.get(f"/register/done/{appeal.no}").status_code == 404
    counter = enter("pinghu_window1").get(f"/papers/receipt/{appeal.no}")
    assert code[:4] in counter.get_data(as_text=True)
