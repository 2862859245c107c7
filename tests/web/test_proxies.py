"""Who a request is from when somebody stands in between: as many are believed as are trusted."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask, request

from engine import settings
from tests.web.conftest import Browser
from web.app import create_app
from web.security import limiter

NGINX = "127.0.0.1"
FORGED, CALLER, OUTER = "198.51.100.66", "192.0.2.7", "203.0.113.1"
Behind = Callable[[int], Flask]


@pytest.fixture
def behind(office: str) -> Behind:
    """Return a function that makes the application behind so many trusted proxies."""

    def make(proxies: int) -> Flask:
        made = create_app(settings.current().model_copy(update={"proxies": proxies}))
        limiter.reset()
        return made

    return make


def seen(app: Flask, headers: dict[str, str], peer: str = NGINX) -> tuple[str | None, str]:
    """Return the address and the scheme that the application takes a request to have."""
    found: list[tuple[str | None, str]] = []
    app.before_request_funcs.setdefault(None, []).insert(
        0, lambda: found.append((request.remote_addr, request.scheme))
    )
    app.test_client().get("/healthz", headers=headers, environ_overrides={"REMOTE_ADDR": peer})
    app.before_request_funcs[None].pop(0)
    return found[0]


def test_without_a_trusted_proxy_nothing_is_believed(behind: Behind) -> None:
    said = {"X-Forwarded-For": FORGED, "X-Forwarded-Proto": "https"}
    assert seen(behind(0), said, CALLER) == (CALLER, "http")


def test_who_writes_an_address_for_himself_gains_no_more_guesses(behind: Behind) -> None:
    def guess(app: Flask, chain: str) -> int:
        stranger = Browser(app.test_client())
        headers = {"X-Forwarded-For": chain}
        return stranger.post("/login", {"login": "x", "password": "x"}, headers=headers).status_code

    for proxies, chain in ((0, "198.51.100.{}"), (1, "198.51.100.{}, 192.0.2.7")):
        app = behind(proxies)
        answers = [guess(app, chain.format(number)) for number in range(21)]
        assert answers == [401] * 20 + [429], proxies
    app = behind(1)
    assert [guess(app, f"192.0.2.{number}") for number in range(21)] == [401] * 21


@pytest.mark.parametrize(
    ("proxies", "chain", "address"),
    [
        (1, f"{FORGED}, {CALLER}", CALLER),
        (1, f"{FORGED}, {FORGED}, {CALLER}", CALLER),
        (2, f"{FORGED}, {CALLER}, {OUTER}", CALLER),
        (2, CALLER, NGINX),  # somebody is missing: only the connection is certain
        (1, CALLER, CALLER),
        (2, f"{CALLER}, {OUTER}", CALLER),
    ],
)
def test_of_a_chain_the_trusted_end_counts(
    behind: Behind, proxies: int, chain: str, address: str
) -> None:
    assert seen(behind(proxies), {"X-Forwarded-For": chain})[0] == address


def test_https_is_what_the_nearest_proxy_says(behind: Behind) -> None:
    said = {"X-Forwarded-For": CALLER, "X-Forwarded-Proto": "http, https"}
    for proxies in (1, 2):
        app = behind(proxies)
        assert seen(app, said)[1] == "https"
        answer = app.test_client().get("/login", headers=said)
        assert "Strict-Transport-Security" in answer.headers
        assert seen(app, {"X-Forwarded-Proto": "https, http"})[1] == "http"
    plain = behind(0).test_client().get("/login", headers=said)
    assert "Strict-Transport-Security" not in plain.headers


def test_another_host_or_place_is_never_believed(behind: Behind) -> None:
    said = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"}
    page = behind(1).test_client().get("/inbox/", headers=said)
    assert "evil" not in page.headers["Location"]


@pytest.mark.parametrize("path", ["/metrics", "/test/clock"])
def test_what_is_for_this_machine_stays_closed_to_proxies(
    behind: Behind, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(settings.current(), "test_mode", True)
    for proxies in (0, 1, 2):
        client = behind(proxies).test_client()
        for chain in (NGINX, f"{NGINX}, {NGINX}", CALLER, ""):
            assert client.get(path, headers={"X-Forwarded-For": chain}).status_code == 404
        assert client.get(path, headers={"X-Forwarded-Proto": "http"}).status_code == 404
        assert client.get(path).status_code == 200
