"""What every response carries and what every route asks for, over the whole URL map."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.web.conftest import Enter
from web.access import is_public
from web.security import POLICY

#: Routes a stranger may call; whoever adds one here has to say why in the review.
PUBLIC = {
    "health.alive",
    "health.move_clock",
    "health.read_clock",
    "health.ready",
    "i18n.choose",
    "intake.done",
    "intake.noted",
    "intake.send",
    "intake.submit",
    "login.enter",
    "login.form",
    "login.logout",
    "metrics.show",  # figures only, for this machine or with a token
    "start.beside",
    "start.index",
    "start.pass_time",
    "start.step_in",
}
FILLED = {
    "instance_id": "0" * 32,
    "task_id": "0" * 32,
    "incident_id": "1",
    "key": "nothing",
    "number": "none",
}


def for_systems(endpoint: str) -> bool:
    """Say whether it is a route of /engine-rest: see tests/web/api/test_access.py."""
    return endpoint.partition(".")[0] in ("api", "api_default")


def addresses(app: Flask, method: str) -> list[tuple[str, str]]:
    """Return (endpoint, path) of every route with a method, made-up ids filled in."""
    found = []
    with app.test_request_context():
        for rule in app.url_map.iter_rules():
            if (
                method in rule.methods
                and rule.endpoint != "static"
                and not for_systems(rule.endpoint)
            ):
                values = {name: FILLED.get(name, "x") for name in rule.arguments}
                found.append(
                    (
                        rule.endpoint,
                        app.url_map.bind("localhost").build(rule.endpoint, values, method=method),
                    )
                )
    return found


def test_only_the_listed_routes_are_open_to_strangers(app: Flask) -> None:
    marked = {
        name
        for name, view in app.view_functions.items()
        if is_public(view) and not for_systems(name)
    }
    assert {name for name in marked if not name.startswith("intake.")} == {
        name for name in PUBLIC if not name.startswith("intake.")
    }


def test_a_stranger_is_led_to_the_login_everywhere_else(app: Flask, enter: Enter) -> None:
    stranger = enter(None)
    for endpoint, path in addresses(app, "GET"):
        if is_public(app.view_functions[endpoint]):
            continue
        answer = stranger.get(path)
        assert answer.status_code == 302, path
        assert answer.headers["Location"].startswith("/login"), path


def test_every_route_carries_the_headers(app: Flask, enter: Enter) -> None:
    somebody = enter("pinghu_handler1")
    for _, path in [*addresses(app, "GET"), ("", "/nowhere")]:
        headers = somebody.get(path).headers
        assert "'unsafe-inline'" not in headers["Content-Security-Policy"], path
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"] or (
            "sandbox" in headers["Content-Security-Policy"]
        ), path
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert headers["Referrer-Policy"] == "same-origin", path
        assert "no-store" in headers["Cache-Control"], path


def test_the_policy_allows_no_inline_script_and_no_eval() -> None:
    assert "unsafe" not in POLICY
    assert "default-src 'none'" in POLICY


def test_every_post_without_a_token_is_refused(app: Flask, enter: Enter) -> None:
    somebody = enter("pinghu_handler1")
    for endpoint, path in addresses(app, "POST"):
        answer = somebody.client.post(path, data={"any": "thing"})
        assert answer.status_code in (400, 404, 403), f"{endpoint} {path}: {answer.status_code}"
        if answer.status_code == 400 and not endpoint.startswith("intake."):
            assert "安全凭证" in answer.get_data(as_text=True), path


def test_a_post_cannot_pose_as_another_method(app: Flask, enter: Enter) -> None:
    somebody = enter("pinghu_handler1")
    answer = somebody.client.post(
        "/test/clock",
        data={"_method": "PUT"},
        headers={"X-HTTP-Method-Override": "PUT", "X-CSRFToken": somebody.token()},
    )
    assert answer.status_code == 405
    assert somebody.client.open("/inbox/", method="TRACE").status_code == 405


@pytest.mark.parametrize(
    "path",
    ["/inbox//", "/inbox/;x", "/inbox/%2e%2e/monitor/", "//inbox/", "/inbox/%00", "/INBOX/"],
)
def test_odd_spellings_of_a_path_open_nothing(enter: Enter, path: str) -> None:
    answer = enter(None).get(path)
    assert answer.status_code in (302, 308, 404)
    if answer.status_code != 404:
        assert "/login" in answer.headers["Location"] or answer.status_code == 308


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/a\n/b"],
)
def test_nobody_is_led_away_after_signing_in(enter: Enter, target: str) -> None:
    page = enter(None).get("/login", query_string={"next": target}).get_data(as_text=True)
    assert "evil.example" not in page
    assert "javascript:" not in page


def test_an_error_is_a_page_for_people_and_json_for_programs(enter: Enter) -> None:
    somebody = enter("pinghu_handler1")
    page = somebody.get("/inbox/unknown")
    assert page.status_code == 404
    assert "没有找到" in page.get_data(as_text=True)
    answer = somebody.get("/inbox/unknown", headers={"Accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["code"] == "not-found"
