"""Every question a system may ask of a lived-in office: no name, phone or word of a worker."""

from __future__ import annotations

import pytest
import structlog
from flask import Flask
from sqlalchemy import select

from engine import db
from engine.models import ProcessInstance
from processes.appeals.models import Appeal
from tests.web.api.conftest import BASIC, System
from tests.web.api.test_crawl_barred import requests
from tests.web.crawl_office import (  # noqa: F401 - fixtures
    SAID,
    Secrets,
    _walked,
    crawled,
    secrets,
)
from web.api.errors import BROKEN

#: All that the workers of these stories typed.
TYPED = (*SAID, "莺歌乙某", "13899990002", "莺歌的照片", "食堂的事，只说事情")


@pytest.fixture
def system(crawled: Flask) -> System:
    """The demonstration's service account, with every scope, in the walked office."""
    return System(crawled.test_client(), {"Authorization": BASIC})


def roots() -> list[str]:
    with db.reading() as session:
        return list(session.scalars(select(Appeal.instance_id)))


def test_no_answer_and_no_log_line_holds_what_a_worker_typed(
    crawled: Flask,
    system: System,
    secrets: Secrets,
) -> None:
    asked = {one for case in [*secrets.instances, *roots()] for one in requests(crawled, case)}
    lists = {path for method, path in asked if method == "GET" and "/count" not in path}
    asked = {(method, path) for method, path in asked if method == "GET"} | {
        ("POST", path) for method, path in asked if method == "POST" and path in lists
    }
    told, found = "", []
    with structlog.testing.capture_logs() as lines:
        for method, path in sorted(asked):
            if path.endswith("/form-variables") and method == "POST":
                continue
            answer = system.ask(method, path, {} if method == "POST" else None)
            text = answer.get_data().decode(errors="replace") + str(answer.headers)
            assert BROKEN not in text, (method, path, text)
            found += [(method, path, word) for word in TYPED if word in text]
            told += text
    assert found == []
    assert [word for word in TYPED if word in str(lines)] == []
    assert len(asked) > 300
    for seen in (*secrets.roots, *secrets.open_tasks):
        assert seen in told  # the cases themselves are no secret to it


def test_no_appeal_can_be_erased(system: System) -> None:
    before = roots()
    for case in before:
        answer = system.ask("DELETE", f"/history/process-instance/{case}")
        assert answer.status_code == 400, answer.get_data(as_text=True)
    for path in ("/deployment", "/process-definition"):
        for row in system.get(path):
            assert system.ask("DELETE", f"{path}/{row['id']}?cascade=true").status_code == 403
    for key in {row["key"] for row in system.get("/process-definition")}:
        path = f"/process-definition/key/{key}?cascade=true"
        assert system.ask("DELETE", path).status_code == 403
    with db.reading() as session:
        assert all(session.get(ProcessInstance, case) is not None for case in before)
    assert roots() == before
