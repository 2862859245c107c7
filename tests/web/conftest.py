"""An office with people and one small process, and browsers of people in it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine import bundles, clock, commands, db, settings
from engine.hooks import SYSTEM, Actor
from engine.models import HumanTask
from processes.people import demo, identity, passwords, sessions
from web.app import create_app
from web.security import limiter

DESK = Path(__file__).parent / "desk"
#: Hashed once for the whole run: 296 accounts share it.
STORED = passwords.hashed(demo.PASSWORD)


@pytest.fixture(autouse=True)
def _one_session_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse a session inside a session of the same thread.

    On SQLite a reader that opens a second one while a writer waits stops the office for as
    long as the busy timeout lasts.
    """
    depth = threading.local()

    def guarded(opener: Callable[[], Any]) -> Callable[[], Any]:
        @contextmanager
        def once() -> Iterator[Any]:
            assert not getattr(depth, "open", False), "a session inside a session"
            depth.open = True
            try:
                with opener() as session:
                    yield session
            finally:
                depth.open = False

        return once

    monkeypatch.setattr(db, "reading", guarded(db.reading))
    monkeypatch.setattr(db, "transaction", guarded(db.transaction))


@pytest.fixture
def office(database: str) -> str:
    """Organisations, accounts, the working calendar and the desk's process, on a real database."""
    with db.transaction() as session:
        demo.organisations(session)
        demo.accounts(session, stored=STORED)
        commands.deploy(session, bundles.read(DESK), actor=SYSTEM)
    return database


@pytest.fixture
def app(office: str) -> Iterator[Flask]:
    """The application as it is served, CSRF and limits on."""
    made = create_app(settings.current())
    made.config["TESTING"] = False
    limiter.reset()
    yield made
    clock.move(clock.timedelta(0))


@dataclass
class Browser:
    """A person at a browser: follows forms as a browser would, with the page's own token."""

    client: FlaskClient
    login: str | None = None

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.client.get(path, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """Post with the CSRF token of this browser."""
        return self.client.post(path, data={"csrf_token": self.token(), **(data or {})}, **more)

    def token(self) -> str:
        page = self.client.get("/login/password" if self.login else "/login").get_data(as_text=True)
        found = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert found, "the page has no form"
        return found[1]


Enter = Callable[[str | None], Browser]


@pytest.fixture
def enter(app: Flask) -> Enter:
    """Return a function that opens a browser for an account, or for a stranger."""

    def open_browser(login: str | None) -> Browser:
        client = app.test_client()
        if login is not None:
            with db.transaction() as session:
                token = sessions.start(session, login)
            client.set_cookie("huiyin_session", token)
        return Browser(client, login)

    return open_browser


def act(login: str) -> Actor:
    """Return an account as an actor."""
    with db.reading() as session:
        return identity.actor_for(session, login)


@pytest.fixture
def matter(app: Flask) -> str:
    """A matter that waits at `ut_check`; returns the instance."""
    return start_matter("核实加班工资一事", "ZX-2026-001")


def start_matter(title: str, number: str) -> str:
    """Start the desk's process as an officer of Pinghu."""
    with db.transaction() as session:
        row = commands.start(
            session, "desk_matter", actor=SYSTEM, business_key=number, submission={}
        )
        row.title = title
        return row.id


def waiting(instance_id: str) -> dict[str, str]:
    """Return the open tasks of an instance: element id → task id."""
    with db.reading() as session:
        rows = session.scalars(
            select(HumanTask).where(
                HumanTask.instance_id == instance_id, HumanTask.status == "open"
            )
        )
        return {row.element_id: row.id for row in rows}
