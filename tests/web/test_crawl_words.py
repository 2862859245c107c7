"""Scripts and formulas in everything a worker may type stay words: on pages, papers and sheets."""

from __future__ import annotations

import io
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select

from engine import db
from engine.models import Attachment, HumanTask, ProcessInstance
from processes.appeals.models import Appeal
from processes.demo.files import _picture
from tests.web.crawl_office import (  # noqa: F401 - fixtures
    TITLE,
    _walked,
    crawled,
    enter,
    hand_in,
    newest,
)

XSS = (
    '<script>alert(1)</script>', '"><img src=x onerror=alert(2)>', "'-alert(3)-'",
    "</textarea><svg onload=alert(4)>", "javascript:alert(5)", "{{7*7}}${7*7}<%= 7*7 %>",
)  # fmt: skip
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(1)", "＝1+1", "\t=1+1", '=HYPERLINK("http://e","x")')


# ---- words that would like to be code -------------------------------------------------------
class Scripts(HTMLParser):
    """Collects what a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        inline = "src" not in given and given.get("type") != "application/json"
        if tag in ("script", "iframe", "object", "embed", "base") and inline:
            self.found.append(f"<{tag}>")
        self.found += [f"{tag} {name}" for name in given if name.startswith("on")]
        for name in ("href", "src", "action", "formaction"):
            if given.get(name, "").strip().lower().startswith(("javascript:", "data:text")):
                self.found.append(f"{tag} {given[name]}")


def scripts(answer: Any) -> list[str]:
    parser = Scripts()
    parser.feed(answer.get_data(as_text=True))
    return parser.found


def test_scripts_in_every_field_stay_words_on_every_page(enter):
    evil = "\n".join(XSS)
    name = "<img src=x onerror=alert(6)>;X-Evil: 1.png"
    answer = hand_in(
        enter, content=evil, name=XSS[0][:28], employer_name=XSS[1],
        on_behalf="true", behalf_name=XSS[3][:20], behalf_relation="家属",
        files=[(io.BytesIO(_picture()), name)],
    )  # fmt: skip
    assert answer.status_code == 303, answer.get_data(as_text=True)
    with db.reading() as session:
        appeal = newest(session)
        root, no, code = appeal.instance_id, appeal.no, appeal.track_code
        task = session.scalars(select(HumanTask.id).where(HumanTask.root_id == root)).one()
    worker, clerk = enter(None), enter("pinghu_window1")
    assert worker.post("/track", {"code": code}).status_code == 303
    worker.post("/track/supplement", {"text": evil, "form_key": "s" * 24})
    clerk.post(f"/inbox/{task}/draft", {"title": XSS[0], "content_reply": evil})
    pages = {
        path: clerk.get(path)
        for path in (
            f"/inbox/{task}", f"/monitor/{root}", "/inbox/?box=unsigned", "/monitor/",
            f"/monitor/?q={XSS[1]}", f"/inbox/?q={XSS[0]}", f"/papers/receipt/{no}",
            f"/papers/negotiation/{no}", "/notices/", f"/login?next={XSS[1]}",
        )
    }  # fmt: skip
    pages["contact"] = clerk.post(f"/inbox/{task}/contact", {"reason": XSS[0]})
    pages["again"] = clerk.post(f"/inbox/{task}", {"title": evil, "route": "union"})
    pages["case"] = worker.get("/track/case")
    pages["submit"] = hand_in(enter, content=evil, street="nowhere", name=XSS[1][:28])
    read = "".join(page.get_data(as_text=True) for page in pages.values())
    assert "&lt;script&gt;alert(1)" in read  # the control: the words are there, as words
    assert "{{7*7}}" in read
    for path, page in pages.items():
        assert page.status_code in (200, 302, 422), path
        assert scripts(page) == [], path
        policy = page.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "script-src 'self'" in policy
    with db.reading() as session:
        files = session.scalars(select(Attachment.id).where(Attachment.instance_id == root)).all()
    assert files
    down = clerk.get(f"/files/{files[0]}")
    assert down.status_code == 200
    assert "X-Evil" not in down.headers
    assert down.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in down.headers["Content-Security-Policy"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_sheet_holds_a_formula(enter, formula):
    with db.transaction() as session:
        for appeal in session.scalars(select(Appeal).where(Appeal.title == TITLE)):
            appeal.title = formula
            session.get_one(ProcessInstance, appeal.instance_id).title = formula
    clerk, seen = enter("pinghu_vice"), []
    for path in ("/inbox/export.xlsx?box=unsigned", "/monitor/export.xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(clerk.get(path).data))
        for cell in (cell for page in book.worksheets for row in page.iter_rows() for cell in row):
            assert cell.data_type != "f", cell.value
            assert cell.hyperlink is None
            seen.append(str(cell.value))
    assert any(formula.strip() in value for value in seen)
