"""The frame: two languages, the start page of the demo office, health, local addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from engine import clock, db, settings
from engine.models import Heartbeat, Job
from processes.people.models import Account
from tests.web.conftest import Enter, waiting
from web import addresses, i18n
from web.app import create_app

ROOT = Path(__file__).parents[2] / "web"
#: Written by colleagues for workers: Chinese only.
CHINESE_ONLY = ("intake", "registration", "papers", "node_modules")


@pytest.fixture
def demo_app(office: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The same office, shown as a demonstration."""
    monkeypatch.setenv("HUIYIN_DEMO", "true")
    settings.current.cache_clear()
    yield create_app(settings.current())
    monkeypatch.undo()
    settings.current.cache_clear()
    clock.move(clock.timedelta(0))


def token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def test_every_text_of_the_shell_has_an_english_one() -> None:
    said = set()
    for path in ROOT.rglob("*.html"):
        if not any(part in CHINESE_ONLY for part in path.parts):
            said |= {found[1] for found in re.findall(r'\b_\(\s*(["\'])(.*?)\1', path.read_text())}
    catalogue = i18n._catalogue("en")
    assert said - catalogue.keys() == set()
    assert not [text for text in catalogue.values() if re.search(r"[\u4e00-\u9fff]", text)]


def test_the_language_is_chosen_by_a_post_and_kept(enter: Enter) -> None:
    browser = enter("pinghu_handler1")
    assert "待办事项" in browser.get("/inbox/").get_data(as_text=True)
    browser.post("/language", {"language": "en", "next": "/inbox/"})
    page = browser.get("/inbox/").get_data(as_text=True)
    assert '<html lang="en"' in page
    assert "To sign for" in page
    browser.post("/language", {"language": "xx"})
    assert '<html lang="en"' in browser.get("/inbox/").get_data(as_text=True)


def test_the_start_page_offers_ten_roles_with_what_waits(demo_app: Flask, matter: str) -> None:
    page = demo_app.test_client().get("/").get_data(as_text=True)
    assert page.count('name="login" value=') == 9
    assert 'class="role worker"' in page
    assert "待签收 1" in page
    assert "演示时间" in page


def test_stepping_into_a_role_needs_no_password_but_a_demo_account(
    demo_app: Flask, matter: str
) -> None:
    with db.transaction() as session:
        session.get_one(Account, "bantian_chair").is_demo = False
    client = demo_app.test_client()
    csrf = token(client.get("/").get_data(as_text=True))
    refused = client.post("/start/role", data={"login": "bantian_chair", "csrf_token": csrf})
    assert refused.status_code == 404
    entered = client.post("/start/role", data={"login": "pinghu_handler1", "csrf_token": csrf})
    assert entered.status_code == 303
    assert client.get("/inbox/").status_code == 200


def test_other_accounts_are_found_by_place_and_role(demo_app: Flask) -> None:
    page = demo_app.test_client().get("/?account=坂田 审核人").get_data(as_text=True)
    assert "坂田街道总工会" in page
    assert "没有找到" not in page


def test_a_working_day_passes_and_what_became_due_happens(demo_app: Flask, matter: str) -> None:
    client = demo_app.test_client()
    before = clock.now()
    for _ in range(4):
        csrf = token(client.get("/").get_data(as_text=True))
        client.post("/start/forward", data={"csrf_token": csrf})
    assert clock.now() - before >= clock.timedelta(days=4)
    assert set(waiting(matter)) == {"ut_check", "ut_urge"}


def test_the_process_is_alive_and_says_when_nobody_works(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/healthz").json == {"status": "ok"}
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["status"] == "no-worker"
    with db.transaction() as session:
        session.add(Heartbeat(worker="one", at=clock.real(), drained=0))
    assert client.get("/readyz").status_code == 200


def test_work_that_an_operator_holds_is_not_late(app: Flask) -> None:
    with db.transaction() as session:
        for held in False, True:
            session.add(
                Job(
                    kind="message",
                    topic="m",
                    suspended=held,
                    due_at=clock.now() - clock.timedelta(minutes=2),
                    created_at=clock.now(),
                )
            )
    answer = app.test_client().get("/readyz").json
    assert answer is not None
    assert answer["late_jobs"] == 1


def test_the_test_clock_exists_only_in_test_mode(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/test/clock").status_code == 404
    assert client.put("/test/clock", json={"now": "2030-01-01T00:00:00Z"}).status_code == 404


@pytest.mark.parametrize(
    ("target", "local"),
    [
        ("/inbox/?box=done", True),
        ("//evil.example/x", False),
        ("/\\evil.example", False),
        ("https://evil.example", False),
        ("javascript:alert(1)", False),
        ("/ok\r\nSet-Cookie: x", False),
        ("inbox", False),
    ],
)
def test_only_paths_of_this_site_are_followed(target: str, local: bool) -> None:
    assert addresses.is_local(target) is local


def test_the_phone_stands_beside_the_desk_in_the_demo_office_only(
    demo_app: Flask, enter: Enter
) -> None:
    page = demo_app.test_client().get("/beside")
    text = page.get_data(as_text=True)
    assert 'src="/submit"' in text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_a_real_office_is_framed_by_nobody(enter: Enter) -> None:
    browser = enter("pinghu_handler1")
    assert browser.get("/beside").status_code == 404
    assert browser.get("/submit").headers["X-Frame-Options"] == "DENY"
