"""What a worker typed walks through the office, and where it is never found (S4, S12)."""

from __future__ import annotations

import io
import logging
import re
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import select

from engine import db, jobs
from engine.models import Base, HistoryEvent, HumanTask, Job, Outbox, Variable
from processes.appeals.models import Appeal
from processes.demo import moves as m
from processes.demo.files import _picture
from tests.web.conftest import Browser
from tests.web.crawl_office import (  # noqa: F401 - fixtures
    SAID,
    _walked,
    crawled,
    enter,
    secrets,
)

NAME, PHONE, EMPLOYER = "云雀丙某", "13899990003", "云雀示例食品厂"
WORDS, MORE, RATING = "云雀说工资晚发了", "云雀补充一句", "云雀觉得还行"
FILE, REPLY = "云雀的考勤.png", "云雀的答复正文"
TYPED = (NAME, PHONE, EMPLOYER, WORDS, MORE, RATING, FILE, REPLY)


def posted(form: dict[str, Any]) -> dict[str, Any]:
    """Return a form as a browser posts it: ticks that are off do not come."""
    return {
        key: "true" if value is True else value for key, value in form.items() if value is not False
    }


class Walk:
    """One case taken through the pages; keeps every header that was sent back."""

    def __init__(self, enter: Any) -> None:
        self.enter, self.headers = enter, ""
        self.worker: Browser = enter(None)

    def keep(self, answer: Any) -> Any:
        # a page is for who asked; a header is read by proxies and logs as well
        self.headers += str(answer.headers)
        assert answer.status_code in (200, 303), answer.get_data(as_text=True)[-2000:]
        return answer

    def staff(self, login: str, element: str, form: dict[str, Any]) -> None:
        jobs.drain()
        with db.reading() as session:
            appeal = self.appeal(session)
            task = session.scalars(
                select(HumanTask.id).where(
                    HumanTask.root_id == appeal.instance_id,
                    HumanTask.element_id == element,
                    HumanTask.status == "open",
                )
            ).one()
        person = self.enter(login)
        self.keep(person.get(f"/inbox/{task}"))
        self.keep(person.post(f"/inbox/{task}/draft", posted(form)))
        answer = self.keep(person.post(f"/inbox/{task}", posted(form)))
        assert answer.status_code == 303
        self.keep(person.get(f"/monitor/{appeal.instance_id}"))
        self.keep(person.post(f"/inbox/{task}/contact", {"reason": "联系职工办理"}))
        jobs.drain()

    def appeal(self, session: Any) -> Appeal:
        found = session.scalars(select(Appeal).order_by(Appeal.received_at.desc())).first()
        assert found is not None
        assert found.name == NAME
        return found  # type: ignore[no-any-return]  # the session is untyped here


@pytest.fixture
def walked(enter, caplog) -> Any:
    """Take the case from the worker's phone to the rating; return headers and log."""
    walk = Walk(enter)
    with structlog.testing.capture_logs() as told, caplog.at_level(logging.DEBUG):
        page = walk.worker.get("/submit").get_data(as_text=True)
        key = re.search(r'name="form_key" value="([^"]+)"', page)
        assert key
        form = {
            "form_key": key[1], "content": WORDS, "street": "pinghu", "identity_mode": "real",
            "phone": PHONE, "name": NAME, "consent": "true", "employer_name": EMPLOYER,
            "files": [(io.BytesIO(_picture()), FILE)],
        }  # fmt: skip
        walk.keep(walk.worker.post("/submit", form))
        walk.keep(walk.worker.get("/submit/done"))
        walk.keep(walk.worker.post("/submit/done"))
        walk.keep(walk.worker.get("/track/case"))
        more = {"text": MORE, "form_key": "k" * 24}
        walk.keep(walk.worker.post("/track/supplement", more))
        triage = m.triage("01", "L3", title="一件工资的事")["form"]
        walk.staff("pinghu_window1", "ut_triage", triage)
        handled = m.handle(facts="核实", basis="《工会法》", content=REPLY)["form"]
        walk.staff("pinghu_handler1", "ut_handle", {**handled, "contacted_on": "2026-01-05"})
        walk.staff("pinghu_chair", "ut_approve_reply", m.sign()["form"])
        walk.keep(walk.worker.get("/track/case"))
        jobs.drain()
        walk.keep(walk.worker.post("/track/rate", {"satisfaction": "basic", "rating_text": RATING}))
        jobs.drain()
        with db.reading() as session:
            no = walk.appeal(session).no
        walk.keep(enter("pinghu_window1").get(f"/papers/receipt/{no}"))
        walk.keep(enter("pinghu_window1").get("/monitor/export.xlsx"))
        enter("pinghu_window1").get(f"/papers/reply/{WORDS}")  # an error is logged as well
    return walk.headers, "\n".join([caplog.text, *map(str, told)])


def leaked(text: str, words: tuple[str, ...] = TYPED) -> list[str]:
    from urllib.parse import unquote

    return [word for word in words if word in text or word in unquote(text)]


def test_no_address_cookie_or_log_line_repeats_what_was_typed(walked):
    headers, log = walked
    assert "Location: " in headers
    assert leaked(headers) == []
    assert leaked(log.replace(f"/papers/reply/{WORDS}", "")) == []


def test_nothing_typed_stands_in_clear_in_the_database(walked, secrets):
    url = str(db.engine().url.database)
    with db.transaction() as session:
        appeal = session.scalars(select(Appeal).where(Appeal.title == "一件工资的事")).one()
        assert (appeal.name, appeal.phone) == (NAME, PHONE)  # it is there, sealed
        assert appeal.satisfaction == "basic"
        rows = {
            table.__tablename__: "\n".join(
                str({c.name: getattr(row, c.key) for c in table.__table__.columns})
                for row in session.scalars(select(table))
            )
            for table in (Variable, HistoryEvent, Outbox, Job)
        }
    for name, text in rows.items():
        assert text, name
        assert leaked(text, (*TYPED, *SAID)) == [], name
    raw = b"".join(path.read_bytes() for path in Path(url).parent.glob("office.db*"))
    for word in (*TYPED, *SAID):
        assert word.encode() not in raw, word
        assert word.encode("utf-16-le") not in raw, word
        assert str(word.encode("unicode_escape")).encode() not in raw, word
    assert secrets.code.encode() not in raw
    assert "一件工资的事".encode() in raw  # the control: what staff wrote as a title is found


def test_every_text_column_with_private_words_is_sealed():
    """A new column for what a worker says must be one of the vault's types."""
    private = re.compile(r"(^|_)(name|phone|content|demand|text|opinion|question|facts|summary)$")
    plain = {
        f"{table.name}.{column.name}": str(column.type)
        for table in Base.metadata.tables.values()
        if table.name in {"appeal", "supplement", "reply", "coordination", "document"}
        for column in table.columns
        if private.search(column.name)
        and "Sealed" not in type(column.type).__name__
        and "Encrypted" not in type(column.type).__name__
    }
    assert plain == {}
