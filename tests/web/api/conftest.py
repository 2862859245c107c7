"""Systems that call `/engine-rest`: one with a password, others with tokens of some scopes."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine import db
from processes.people import demo, tokens

BASIC = "Basic " + base64.b64encode(f"{demo.SERVICE_LOGIN}:{demo.PASSWORD}".encode()).decode()


@dataclass
class System:
    """A program at the REST interface."""

    client: FlaskClient
    headers: dict[str, str] = field(default_factory=dict)
    root: str = "/engine-rest"

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        """Send a request below the root, with a JSON body when one is given."""
        if body is not None:
            more["json"] = body
        return self.client.open(
            f"{self.root}{path}", method=method, headers=dict(self.headers), **more
        )

    def get(self, path: str, **query: Any) -> Any:
        """Read a path that must answer 200; return its JSON."""
        answer = self.ask("GET", path, query_string=query)
        assert answer.status_code == 200, (path, answer.status_code, answer.get_data(as_text=True))
        assert answer.headers["Content-Type"] == "application/json"
        return answer.get_json()

    def post(self, path: str, body: Any = None, *, status: int = 200, **query: Any) -> Any:
        """Post JSON; return the JSON answer, None for 204."""
        return self.do("POST", path, body, status=status, **query)

    def do(self, method: str, path: str, body: Any = None, *, status: int, **query: Any) -> Any:
        """Send a request that must answer with a status; return the JSON, None for 204."""
        answer = self.ask(method, path, {} if body is None else body, query_string=query)
        text = answer.get_data(as_text=True)
        assert answer.status_code == status, (method, path, answer.status_code, text)
        if status == 204:
            assert text == ""
            assert "Content-Type" not in answer.headers
            return None
        assert answer.headers["Content-Type"] == "application/json"
        return answer.get_json()

    def is_kept_from(self, method: str, path: str, body: Any = None, **more: Any) -> bool:
        """Say whether what a path names is told exactly like an id that nobody has."""
        _, area, known, *rest = path.split("/")
        told = self.ask(method, path, body, **more)
        strange = self.ask(method, "/".join(("", area, "zz", *rest)), body, **more)
        words = strange.get_data(as_text=True).replace("zz", known)
        same = told.status_code == strange.status_code and told.status_code in (400, 404, 500)
        return same and told.get_data(as_text=True) == words


Knock = Callable[..., System]


@pytest.fixture
def api(app: Flask) -> System:
    """The demonstration's service account, by password."""
    return System(app.test_client(), {"Authorization": BASIC})


@pytest.fixture
def nobody(app: Flask) -> System:
    """A program without credentials."""
    return System(app.test_client())


@pytest.fixture
def bearer(app: Flask) -> Knock:
    """Return a function that makes a program with a token of an account."""

    def knock(*scopes: str, login: str = demo.SERVICE_LOGIN) -> System:
        token = make_token(login, scopes)
        return System(app.test_client(), {"Authorization": f"Bearer {token}"})

    return knock


def make_token(login: str, scopes: Sequence[str], days: int | None = None) -> str:
    with db.transaction() as session:
        return tokens.create(session, login, label="test", scopes=scopes, days=days)
