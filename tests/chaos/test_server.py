"""kill -9 of the server during a completion: nothing lost, nothing doubled.

The server is a process of its own. It is told to die inside the completion, once before
the commit and once after it but before the answer; the person then sends the same form
again, as a browser does after a broken connection.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from engine import db, migration, scenarios, settings, vault
from engine.models import HumanTask, Submission
from processes.people import demo, passwords
from processes.people.models import Account
from tests.engine import office

ROOT = Path(__file__).resolve().parents[2]
FORM = {
    "id": "note_form",
    "type": "default",
    "components": [
        {"id": "n", "key": "note", "type": "textarea", "label": "经过",
         "validate": {"required": True}}
    ],
}  # fmt: skip


@dataclass
class Server:
    """`huiyin serve` on one data folder, killed and started at will."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    def start(self, failpoints: str = "") -> None:
        variables = {
            **{k: v for k, v in os.environ.items() if not k.startswith("HUIYIN_")},
            "HUIYIN_DATA": str(self.folder),
            "HUIYIN_PORT": str(self.port),
            "HUIYIN_FAILPOINTS": failpoints,
        }
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(Path(sys.executable).parent / "huiyin"), "serve"],
                env=variables,
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"{self.address}/healthz", timeout=1).close()  # noqa: S310
                return
            except OSError:
                time.sleep(0.1)
        raise AssertionError((self.folder / "server.log").read_text())

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def end(self) -> int:
        """Ask it to stop, as a supervisor does; return its status."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(30)

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.kill()
        return self.process.wait(10)


@dataclass
class Person:
    """A browser without scripts: cookies, forms, and the wish to send again."""

    server: Server
    opener: urllib.request.OpenerDirector = field(
        default_factory=lambda: urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )
    )

    def get(self, path: str) -> str:
        with self.opener.open(f"{self.server.address}{path}", timeout=20) as answer:
            return str(answer.read().decode())

    def hidden(self, path: str) -> dict[str, str]:
        found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', self.get(path))
        return dict(found)

    def post(self, path: str, data: dict[str, str]) -> str:
        body = urllib.parse.urlencode(data).encode()
        with self.opener.open(f"{self.server.address}{path}", body, timeout=20) as answer:
            return str(answer.read().decode())


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server over a small office with one task for a clerk of Pinghu."""
    monkeypatch.setenv("HUIYIN_DATA", str(tmp_path))
    monkeypatch.delenv("HUIYIN_SECRET_KEY")
    settings.current.cache_clear()
    vault.create(settings.current().keys)
    db.bind()
    migration.upgrade()
    with db.transaction() as session:
        scenarios.prepare(session)
        session.execute(
            update(Account)
            .where(Account.login == "pinghu_window1")
            .values(password=passwords.hashed(demo.PASSWORD))
        )
    office.publish(
        office.diagram(
            '<bpmn:startEvent id="s"/>'
            + office.user("a", "window@pinghu", 'camunda:formRef="note_form"')
            + office.user("b", "window@pinghu")
            + '<bpmn:endEvent id="e"/>'
            + office.flows("s>a", "a>b", "b>e"),
            key="killable",
        ),
        name="killable",
        forms__note_form_dot_form=json.dumps(FORM).encode(),
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        made = Server(tmp_path, free.getsockname()[1])
    yield made
    made.stop()
    db.engine().dispose()
    settings.current.cache_clear()


@pytest.mark.parametrize("place", ["in_completion", "after_completion"])
def test_a_killed_server_loses_and_doubles_nothing(server: Server, place: str) -> None:
    case = office.start("killable")
    task = office.task_id(case, "a")
    server.start(f"{place}:1")
    clerk = Person(server)
    login = clerk.hidden("/login")
    clerk.post("/login", {**login, "login": "pinghu_window1", "password": demo.PASSWORD})
    form = {**clerk.hidden(f"/inbox/{task}"), "note": "电话里已经说清楚了"}

    with pytest.raises((urllib.error.URLError, ConnectionError, OSError)):
        clerk.post(f"/inbox/{task}", form)
    assert server.process is not None
    assert server.process.wait(10) == -9
    committed = place == "after_completion"
    assert office.waiting(case) == (["b"] if committed else ["a"])

    server.start()  # the supervisor brings it back; the browser sends the same form again
    clerk.post(f"/inbox/{task}", form)
    assert office.waiting(case) == ["b"]
    with db.reading() as session:
        assert session.scalar(select(func.count(Submission.id))) == 1
        assert session.scalar(select(func.count(HumanTask.id))) == 2


def test_a_server_that_is_told_to_stop_leaves_one_whole_file(server: Server) -> None:
    office.start("killable")
    server.start()
    assert "回音" in Person(server).get("/login")
    db.engine().dispose()  # this process had the office open, too
    assert server.end() == 0
    assert [path.name for path in server.folder.glob("huiyin.db*")] == ["huiyin.db"]
