"""What is for this machine alone: not for who asks through a proxy, or from a renamed page."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator

import pytest
import waitress
from flask import Flask

from engine import settings
from web.cli import SERVER

ELSEWHERE = (
    {"X-Forwarded-For": "192.0.2.7"},
    {"Forwarded": "for=192.0.2.7"},
    {"X-Real-IP": "192.0.2.7"},
    {"Host": "rebound.example"},
    {"Host": "rebound.example:8000"},
    {"Host": "127.0.0.1.rebound.example"},
    {"Host": "[nonsense"},
)


@pytest.fixture
def test_mode(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HUIYIN_TEST_MODE", "true")
    settings.current.cache_clear()
    yield
    monkeypatch.undo()
    settings.current.cache_clear()


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    """The application behind the server of `huiyin serve`."""
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=2, **SERVER)
    running = threading.Thread(target=server.run)
    running.start()
    yield server.effective_port
    server.task_dispatcher.shutdown()
    server.trigger.pull_trigger(server.close)  # in the thread of the loop
    running.join(5)
    assert not running.is_alive()


def ask(port: int, path: str, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status
    finally:
        connection.close()


def test_figures_and_the_clock_over_a_real_server(test_mode: None, port: int) -> None:
    for path in ("/metrics", "/test/clock"):
        assert ask(port, path, {}) == 200
        assert ask(port, path, {"Host": f"localhost:{port}"}) == 200
        for headers in ELSEWHERE:
            assert ask(port, path, headers) in (400, 404), (path, headers)


def test_the_clock_is_not_moved_from_elsewhere(test_mode: None, app: Flask) -> None:
    client = app.test_client()
    before = client.get("/test/clock").json
    for headers in ELSEWHERE[:-1]:
        later = {"now": "2099-01-01T00:00:00+08:00"}
        assert client.put("/test/clock", json=later, headers=headers).status_code == 404
    after = client.get("/test/clock").json
    assert before is not None
    assert after is not None
    assert after["now"][:10] == before["now"][:10]
