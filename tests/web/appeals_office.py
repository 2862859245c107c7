"""An office that takes appeals: people, every bundle, the library; and a worker's browser."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine import bundles, clock, commands, db, settings
from engine.hooks import SYSTEM
from processes.appeals import answers
from processes.people import demo, sessions
from tests.web.conftest import STORED
from web.app import create_app
from web.security import limiter

#: Nothing a person typed may be found where it does not belong.
NAME, PHONE, WORDS = "金丝雀甲", "13899990001", "金丝雀的工资没有发"


@pytest.fixture(scope="session")
def furnished(_schema: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with organisations, accounts, bundles and the library, made once."""
    path = tmp_path_factory.mktemp("furnished") / "office.db"
    shutil.copy(_schema, path)
    db.bind(f"sqlite:///{path}")
    _furnish()
    db.engine().dispose()
    return path


def _furnish() -> None:
    with db.transaction() as session:
        demo.organisations(session)
        demo.accounts(session, stored=STORED)
        for name in ("support", "appeals"):  # a called process first
            commands.deploy(session, bundles.read(bundles.ROOT / name), actor=SYSTEM)
        answers.seed(session)


@pytest.fixture
def counter(furnished: Path, tmp_path: Path) -> Iterator[Flask]:
    """The application on a fresh copy of the furnished office."""
    path = tmp_path / "office.db"
    shutil.copy(furnished, path)
    db.bind(f"sqlite:///{path}")
    made = create_app(settings.current())
    made.config["TESTING"] = False
    limiter.reset()
    yield made
    clock.move(clock.timedelta(0))
    db.engine().dispose()


@pytest.fixture
def postgres_counter(postgres: str) -> Flask:
    """The same on PostgreSQL, where two presses really run at once."""
    _furnish()
    made = create_app(settings.current())
    made.config["TESTING"] = False
    limiter.reset()
    return made


class Visitor:
    """A browser that keeps cookies and sends the token of the form it was given."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, **more)

    def text(self, path: str) -> str:
        return self.client.get(path, follow_redirects=True).get_data(as_text=True)

    def form(self, path: str) -> dict[str, str]:
        """Return the hidden fields of the page's main form."""
        page = self.client.get(path).get_data(as_text=True)
        return {
            name: found[-1]
            for name in ("csrf_token", "form_key")
            if (found := re.findall(rf'name="{name}" value="([^"]+)"', page))
        }

    def post(self, path: str, data: dict[str, Any], *, page: str = "", **more: Any) -> TestResponse:
        """Post what a person filled in on `page`."""
        hidden = self.form(page or path)
        return self.client.post(path, data={**hidden, **data}, **more)


Sit = Callable[[str], Visitor]


@pytest.fixture
def worker(counter: Flask) -> Visitor:
    """A worker's phone."""
    return Visitor(counter.test_client())


@pytest.fixture
def sit(counter: Flask) -> Sit:
    """Return a function that signs an account in."""

    def signed_in(login: str) -> Visitor:
        client = counter.test_client()
        with db.transaction() as session:
            client.set_cookie("huiyin_session", sessions.start(session, login))
        return Visitor(client)

    return signed_in


def filled(**changes: Any) -> dict[str, Any]:
    """Return a filled-in intake form; `None` leaves a field out."""
    form = {
        "content": WORDS,
        "street": "pinghu",
        "identity_mode": "real",
        "phone": PHONE,
        "name": NAME,
        "consent": "true",
    }
    form.update(changes)
    return {key: value for key, value in form.items() if value is not None}


def upload(name: str, data: bytes) -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def hand_in(visitor: Visitor, **changes: Any) -> str:
    """Hand an appeal in and return its query code, without dashes."""
    answer = visitor.post("/submit", filled(**changes))
    assert answer.status_code == 303, said(answer)
    return shown_code(visitor.text("/submit/done"))


def shown_code(page: str) -> str:
    found = re.search(r'id="code"[^>]*>(.*?)</p>', page, re.DOTALL)
    assert found, page
    return "".join(re.findall(r"<span>([^<]+)</span>", found[1]))


def said(answer: TestResponse) -> str:
    """Return the words of a page, without its markup."""
    page = answer.get_data(as_text=True).partition("<main")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())
