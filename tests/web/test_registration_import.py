"""Sheets of 12345: looked at first, registered once, sent back with the answers."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from engine import clock, db
from processes.appeals.models import Appeal
from processes.people.models import AccessLog
from tests.web import hostile_files
from tests.web.appeals_office import (  # noqa: F401 - fixtures
    Visitor,
    counter,
    furnished,
    sit,
    upload,
    worker,
)
from tests.web.test_registration_sheet import GOOD, sheet, with_


@pytest.fixture
def clerk(sit) -> Visitor:
    return sit("pinghu_window1")


def look(clerk, *rows, source="h12345", data=None):
    file = upload("工单.xlsx", data if data is not None else sheet(*rows))
    return clerk.post("/register/import", {"source": source, "files": file})


def go_on(clerk, page):
    """Press the button of the page until it says that all is done."""
    for _ in range(100):
        fields = dict(re.findall(r'name="(source|files_kept|at|made|known)" value="([^"]*)"', page))
        failed = re.findall(r'name="failed" value="([^"]*)"', page)
        page = clerk.post(
            "/register/import/run", {**fields, "failed": failed}, page="/register/import"
        ).get_data(as_text=True)
        if "data-continue" not in page:
            return page
    raise AssertionError("the import does not end")


def appeals():
    with db.reading() as session:
        return list(session.scalars(select(Appeal).order_by(Appeal.external_no)))


def test_looking_at_a_sheet_registers_nothing_and_names_every_fault(clerk):
    page = look(clerk, GOOD, with_(external_no="LG-0002", street="朝阳")).get_data(as_text=True)
    assert "街道名单" in page
    assert "登记这 1 件" in page
    assert appeals() == []


def test_the_good_rows_are_registered_and_counted(clerk):
    rows = [with_(external_no=f"LG-{n:04}") for n in range(25)]
    page = look(clerk, *rows).get_data(as_text=True)
    done = go_on(clerk, page)
    assert "导入完成" in done
    found = appeals()
    assert len(found) == 25
    assert {row.channel for row in found} == {"h12345"}


def test_the_same_sheet_twice_registers_nothing_twice(clerk):
    go_on(clerk, look(clerk, GOOD).get_data(as_text=True))
    again = look(clerk, GOOD).get_data(as_text=True)
    assert "已登记过" in again
    assert len(appeals()) == 1


def test_two_browsers_with_the_same_sheet_register_each_row_once(clerk, sit):
    first, second = look(clerk, GOOD), look(sit("pinghu_window1"), GOOD)
    for page in (first, second):
        go_on(clerk, page.get_data(as_text=True))
    assert len(appeals()) == 1


def test_the_earlier_deadline_counts(clerk):
    soon = clock.today().date().replace(day=28)
    rows = [
        with_(external_no="SOON-1", external_due=soon.isoformat()),
        with_(external_no="LATE-1", external_due="2099-01-01"),
    ]
    go_on(clerk, look(clerk, *rows).get_data(as_text=True))
    late, near = appeals()
    assert near.external_due == near.due_at.astimezone(clock.CHINA).date() == soon
    assert late.due_at.astimezone(clock.CHINA).date() < late.external_due


@pytest.mark.parametrize("case", ["flat bomb", "html as jpg", "windows program as pdf", "eicar"])
def test_a_hostile_file_is_refused_with_a_reason(clerk, case):
    answer = look(clerk, data=hostile_files.REFUSED[case][1])
    assert answer.status_code == 422
    assert appeals() == []


def test_without_a_source_it_asks_for_one(clerk):
    assert look(clerk, GOOD, source="evil").status_code == 422


def test_markup_in_a_cell_stays_text(clerk):
    page = look(clerk, with_(content="<script>alert(1)</script>", external_no="<b>1</b>"))
    assert "<script>alert" not in page.get_data(as_text=True)
    assert "<b>1</b>" not in page.get_data(as_text=True)


def test_a_token_of_anothers_making_imports_nothing(clerk):
    answer = clerk.post(
        "/register/import/run",
        {"source": "h12345", "files_kept": "eyJzdG9yZWRfYXMiOiJhIn0.forged.signature"},
        page="/register/import",
    )
    assert answer.status_code == 422
    assert appeals() == []


def test_the_template_is_an_excel_file_with_a_date_in_its_name(clerk):
    answer = clerk.get("/register/import/template")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert load_workbook(io.BytesIO(answer.data)).sheetnames == ["导入", "可填的街道和类别"]


def test_answers_to_send_back_need_a_period_and_are_written_down(clerk):
    wrong = clerk.post("/register/import/answers", {"source": "h12345"}, page="/register/import")
    assert wrong.status_code == 422
    today = date.today().isoformat()  # noqa: DTZ011 - a date typed by a person
    answer = clerk.post(
        "/register/import/answers",
        {"source": "h12345", "since": today, "until": today},
        page="/register/import",
    )
    assert answer.status_code == 200
    with db.reading() as session:
        log = session.scalars(select(AccessLog.what)).all()
    assert log == ["export:answers:h12345"]
