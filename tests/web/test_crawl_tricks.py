"""Tampered forms, crooked paths, forged hosts, scripts in words: nothing of it takes effect."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine import db, settings
from engine.models import CaseAccess, HumanTask, ProcessInstance, Variable
from processes.appeals.models import Appeal
from processes.demo import moves as m
from tests.web.crawl_office import (  # noqa: F401 - fixtures
    TITLE,
    _walked,
    crawled,
    enter,
    hand_in,
    newest,
    open_task,
    secrets,
)
from web.security import limiter

EXTRA = {
    "role": "admin", "roles": "admin", "is_admin": "true", "org": "bantian", "org_id": "bantian",
    "status": "closed", "assignee": "bantian_handler1", "version": "99", "level": "L6",
    "appeal_no": "SQ-1", "approved": "true", "handled_by": "nobody", "cur_org": "bantian",
    "track_code": "AAAAAAAAAAAA", "superior_org": "bantian", "handler_group": "handler@bantian",
    "is_demo": "true", "total_due": "2099-01-01", "employer_org": "ent_010", "tools": "x",
}  # fmt: skip


# ---- fields nobody offered ------------------------------------------------------------------
def test_fields_a_worker_was_not_offered_do_nothing(enter):
    answer = hand_in(enter, **EXTRA, kind="complaint", channel="h12345", urgency="critical",
                     external_no="X", onspot="true", satisfaction="satisfied")  # fmt: skip
    assert answer.status_code == 303
    with db.reading() as session:
        appeal = newest(session)
        assert appeal.channel == "online"
        assert appeal.urgency == "normal"
        assert appeal.status != "closed"
        assert appeal.employer_org is None
        assert appeal.external_no is None
        assert appeal.track_code != "A" * 12
        assert appeal.satisfaction in (None, "none")
        assert appeal.cur_org == "pinghu"
        seen = session.scalars(
            select(CaseAccess.organisation).where(CaseAccess.instance_id == appeal.instance_id)
        ).all()
        assert not {"bantian", "ent_010"} & set(seen)


def test_fields_a_clerk_was_not_offered_do_nothing(enter):
    task = open_task("等待审核的一件", "ut_approve_reply")
    answer = enter("pinghu_chair").post(f"/inbox/{task}", {**EXTRA, "approval": "sign"})
    assert answer.status_code == 303
    with db.reading() as session:
        appeal = session.scalars(select(Appeal).where(Appeal.title == "等待审核的一件")).one()
        assert (appeal.cur_org, appeal.cur_level) == ("pinghu", "L3")
        stored = session.scalars(
            select(Variable).where(Variable.instance_id == appeal.instance_id)
        ).all()
        assert not {row.name for row in stored} & {"role", "is_admin", "assignee", "status"}
        assert "bantian" not in {row.text_value for row in stored}


@pytest.mark.parametrize(
    "wrong",
    [
        {"route": "nothing"}, {"category": "99"}, {"dept_level": "galaxy"}, {"urgency": "' OR 1"},
        {"employer_org": "gov_hr"}, {"employer_org": "ent_999"}, {"community": "bantian_c1"},
        {"community": "district"}, {"persons_affected": "-5"}, {"persons_affected": "1e99"},
        {"route": ["union", "refuse"]},
    ],
)  # fmt: skip
def test_values_that_are_no_choice_are_refused(enter, wrong):
    hand_in(enter)
    with db.reading() as session:
        title = newest(session).title
        root = newest(session).instance_id
        task = session.scalars(select(HumanTask.id).where(HumanTask.root_id == root)).one()
    form = {key: value for key, value in m.triage("07", "L2")["form"].items() if value is not False}
    form["title"] = "改过的标题"
    answer = enter("pinghu_window1").post(f"/inbox/{task}", {**form, **wrong})
    with db.reading() as session:
        still = session.get_one(HumanTask, task).status
        appeal = newest(session)
        if wrong.get("route") == ["union", "refuse"]:  # the first of two counts, as documented
            assert answer.status_code in (303, 422)
            return
        assert answer.status_code == 422, answer.status
        assert still == "open"
        assert appeal.title == title


@pytest.mark.parametrize("street", ["ent_001", "district", "gov_hr", "nowhere", "", "pinghu_c1"])
def test_an_appeal_goes_to_a_street_and_to_nothing_else(enter, street):
    assert hand_in(enter, street=street).status_code == 422


# ---- crooked addresses ----------------------------------------------------------------------
@pytest.mark.parametrize("login", [None, "bantian_chair", "ent_001_chair"])
def test_crooked_paths_open_nothing(enter, secrets, login):
    browser, root, task = enter(login), secrets.roots[0], secrets.tasks[0]
    for path in (
        f"/monitor/{root};x",
        f"/monitor//{root}",
        f"//monitor/{root}",
        f"/monitor/{root}/",
        f"/static/..%2fmonitor/{root}",
        f"/static/../monitor/{root}",
        f"/./monitor/{root}",
        f"/submit/../monitor/{root}",
        f"/submit/%2e%2e/monitor/{root}",
        f"/MONITOR/{root}",
        f"/monitor/{root}%00",
        f"/monitor/{root}.json",
        f"/monitor/{root}%0d%0aX: y",
        f"/inbox/{task};a=b",
        f"/inbox/{task.upper()}",
        f"/inbox/%20{task}",
        f"/inbox/{task}'",
        f"/papers/receipt/{secrets.numbers[0]}%20",
        f"/papers//receipt/{secrets.numbers[0]}",
        f"/files/..%2f{secrets.files[0]}",
        "/static/..%2f..%2fapp.py",
        "/static/../../app.py",
        "/static/%2e%2e/app.py",
        "/files/../../../etc/passwd",
        "/static//etc/passwd",
    ):
        answer = browser.get(path, follow_redirects=False)
        assert answer.status_code in (302, 308, 404, 400), path
        assert TITLE not in answer.get_data(as_text=True), path
        assert "create_app" not in answer.get_data(as_text=True), path
        assert "X" not in {name for name, _ in answer.headers}, path
        if answer.status_code == 308:  # the same address, spelled properly, asks again
            again = browser.get(answer.location)
            assert again.status_code in (302, 404), path
            assert TITLE not in again.get_data(as_text=True)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_other_methods_are_not_a_way_round(enter, secrets, method):
    browser = enter("pinghu_handler1")
    for path in (f"/inbox/{secrets.open_tasks[0]}", f"/monitor/{secrets.roots[0]}", "/track"):
        assert browser.client.open(path, method=method).status_code in (400, 405), path


def test_a_method_in_a_header_or_field_is_not_read(enter, secrets):
    browser = enter("pinghu_chair")
    path = f"/monitor/{secrets.roots[0]}/suspend"
    assert browser.get(path, headers={"X-HTTP-Method-Override": "POST"}).status_code in (404, 405)
    assert browser.get(f"{path}?_method=POST").status_code in (404, 405)
    with db.reading() as session:
        assert session.get_one(ProcessInstance, secrets.roots[0]).status == "active"


def test_every_post_of_staff_wants_the_token(crawled, enter, secrets):
    browser = enter("pinghu_chair")
    exempt = {"intake.send", "health.move_clock"}  # checks inside; exists in test mode only
    for rule in crawled.url_map.iter_rules():
        if "POST" not in (rule.methods or set()) or rule.endpoint in exempt:
            continue
        if rule.endpoint.startswith(("api.", "api_default.")):
            continue  # no cookie counts there: tests/web/api/test_access.py
        values: dict[str, Any] = dict.fromkeys(rule.arguments, secrets.open_tasks[0])
        if "incident_id" in values:
            values["incident_id"] = 1
        path = crawled.url_map.bind("localhost").build(rule.endpoint, values, "POST")
        for token in ("", "x", "IjEi.aaaa.bbbb"):
            answer = browser.client.post(path, data={"csrf_token": token, "login": "x"})
            assert answer.status_code == 400, f"{path}: {answer.status}"
    assert browser.get("/inbox/").status_code == 200  # nobody was signed out


# ---- forged hosts and targets ---------------------------------------------------------------
@pytest.fixture
def configured(monkeypatch):
    monkeypatch.setenv("HUIYIN_BASE_URL", "https://huiyin.example")
    settings.current.cache_clear()
    yield
    monkeypatch.undo()
    settings.current.cache_clear()


def test_a_forged_host_reaches_no_code_paper_or_redirect(configured, enter, secrets):
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Origin": "http://e.vil"}
    clerk = enter("pinghu_window1")
    for path in (f"/papers/receipt/{secrets.numbers[0]}", "/", "/inbox/", "/login?next=/inbox/"):
        answer = clerk.client.get(path, headers={"X-Forwarded-Host": "evil.example"})
        assert "evil" not in answer.get_data(as_text=True) + str(answer.headers), path
        answer = clerk.client.get(path, headers=forged)
        assert "evil" not in answer.get_data(as_text=True) + str(answer.headers), path
    from web.addresses import absolute

    with clerk.client.application.test_request_context("/", base_url="http://evil.example"):
        assert absolute("/track") == "https://huiyin.example/track"


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example", "https://evil.example", r"/\evil.example", r"\\evil.example", "///evil",
        "/\t/evil.example", "javascript:alert(1)", "http:evil.example", "/%0d%0aSet-Cookie:x=y",
        "data:text/html,x", " //evil.example", "/\r\nLocation: http://evil", "@evil.example",
    ],
)  # fmt: skip
def test_no_redirect_leaves_the_site(enter, target):
    from urllib.parse import urlsplit

    from processes.people import demo

    limiter.reset()
    stranger = enter(None)
    answers = [
        enter("pinghu_handler1").get("/login", query_string={"next": target}),
        stranger.post("/login", {"login": "pinghu_handler1", "password": demo.PASSWORD,
                                 "next": target}),
        enter(None).post("/language", {"language": "en", "next": target}),
        enter(None).get("/inbox/", headers={"Referer": " ".join(target.split())}),
    ]  # fmt: skip
    for answer in answers:
        assert answer.status_code in (302, 303), answer.status
        parts = urlsplit(answer.location)
        assert not parts.scheme or parts.netloc == "localhost", answer.location
        assert not parts.netloc or parts.netloc == "localhost", answer.location
        assert not answer.location.startswith(("//", "/\\")), answer.location
        assert "x=y" not in str(answer.headers.getlist("Set-Cookie"))


# ---- headers, caches, cookies ---------------------------------------------------------------
def test_every_answer_is_guarded_and_kept_by_no_cache(crawled, enter, secrets):
    browser = enter("pinghu_handler1")
    values: dict[str, Any] = {
        "task_id": secrets.open_tasks[0], "instance_id": secrets.roots[0], "key": "appeal_main",
        "file_id": secrets.files[0], "number": secrets.numbers[0], "kind": "receipt",
    }  # fmt: skip
    for rule in crawled.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint == "static":
            continue
        chosen = {name: values.get(name, "x") for name in rule.arguments}
        path = crawled.url_map.bind("localhost").build(rule.endpoint, chosen)
        for asker in (browser, enter(None)):
            answer = asker.get(path)
            assert answer.headers["X-Content-Type-Options"] == "nosniff", path
            assert "no-store" in answer.headers["Cache-Control"], path
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, path
            assert "frame-ancestors 'none'" in policy or "sandbox" in policy, path
            assert answer.headers["Referrer-Policy"] == "same-origin", path
            for cookie in answer.headers.getlist("Set-Cookie"):
                assert "HttpOnly" in cookie, path
                assert "SameSite=Lax" in cookie, path


def test_guessing_codes_and_flooding_are_stopped(enter):
    limiter.reset()
    guesser = enter(None)
    token = guesser.token()
    told = [
        guesser.client.post("/track", data={"csrf_token": token, "code": f"AAAA{n:08}"})
        for n in range(12)
    ]
    assert [answer.status_code for answer in told[:10]] == [422] * 10
    assert {answer.status_code for answer in told[10:]} == {429}
    limiter.reset()
    flood = [guesser.client.post("/submit", data={"content": "x"}).status_code for _ in range(22)]
    assert flood[-1] == 429
    limiter.reset()
