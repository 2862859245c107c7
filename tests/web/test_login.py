"""Signing in and out: rotation, revocation, one sentence for every failure."""

from __future__ import annotations

from processes.people import demo
from tests.web.conftest import Enter

RIGHT = {"login": "pinghu_handler1", "password": demo.PASSWORD}


def session_cookie(browser: object) -> str | None:
    cookie = browser.client.get_cookie("huiyin_session")  # type: ignore[attr-defined]
    return cookie.value if cookie else None


def test_the_right_password_opens_the_inbox(enter: Enter) -> None:
    browser = enter(None)
    answer = browser.post("/login", {**RIGHT, "next": "/inbox/"})
    assert answer.status_code == 303
    assert browser.get("/inbox/").status_code == 200
    cookie = browser.client.get_cookie("huiyin_session")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"


def test_a_wrong_password_and_an_unknown_login_answer_alike(enter: Enter) -> None:
    wrong = enter(None).post("/login", {**RIGHT, "password": "not this one"})
    unknown = enter(None).post("/login", {"login": "nobody_here", "password": "not this one"})
    assert wrong.status_code == unknown.status_code == 401
    said = "登录名或密码不正确。"
    assert said in wrong.get_data(as_text=True)
    assert said in unknown.get_data(as_text=True)


def test_a_session_known_before_the_login_is_worth_nothing_after(enter: Enter) -> None:
    browser = enter(None)
    browser.client.set_cookie("huiyin_session", "planted-by-somebody-else")
    browser.post("/login", RIGHT)
    assert session_cookie(browser) not in (None, "planted-by-somebody-else")


def test_signing_out_kills_the_session_on_the_server(enter: Enter) -> None:
    browser = enter("pinghu_handler1")
    stolen = session_cookie(browser)
    assert browser.post("/logout").status_code == 303
    thief = enter(None)
    thief.client.set_cookie("huiyin_session", stolen or "")
    assert thief.get("/inbox/").status_code == 302


def test_nobody_is_signed_out_by_a_link(enter: Enter) -> None:
    browser = enter("pinghu_handler1")
    assert browser.get("/logout").status_code == 405
    assert browser.get("/inbox/").status_code == 200


def test_five_wrong_guesses_must_wait_even_with_the_right_one(enter: Enter) -> None:
    for _ in range(5):
        enter(None).post("/login", {**RIGHT, "password": "guess"})
    answer = enter(None).post("/login", RIGHT)
    assert answer.status_code == 401
    assert "尝试次数过多" in answer.get_data(as_text=True)


def test_guessing_fast_is_stopped_with_a_time_to_wait(enter: Enter) -> None:
    browser = enter(None)
    answers = [browser.post("/login", {"login": f"name{n}", "password": "x"}) for n in range(21)]
    assert [answer.status_code for answer in answers] == [401] * 20 + [429]
    assert "Retry-After" in answers[-1].headers
    assert "请等一分钟" in answers[-1].get_data(as_text=True)


def test_changing_the_password_ends_the_other_sessions(enter: Enter) -> None:
    here, elsewhere = enter("pinghu_handler1"), enter("pinghu_handler1")
    new = "四个不相关的词-铅笔-海风-台阶-桔子"
    weak = here.post(
        "/login/password", {"old": demo.PASSWORD, "new": "12345678", "again": "12345678"}
    )
    assert weak.status_code == 422
    done = here.post("/login/password", {"old": demo.PASSWORD, "new": new, "again": new})
    assert done.status_code == 303
    assert here.get("/inbox/").status_code == 200
    assert elsewhere.get("/inbox/").status_code == 302


def test_role_cards_exist_only_in_the_demo_office(enter: Enter) -> None:
    stranger = enter(None)
    assert stranger.post("/start/role", {"login": "pinghu_chair"}).status_code == 404
    assert stranger.post("/start/forward").status_code == 404
    assert stranger.get("/").status_code == 302
