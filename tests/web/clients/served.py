"""A server as an office runs it (`huiyin serve`, a process of its own), for clients of others."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select

from engine import calendar, db, migration, settings, vault
from engine.models import Base, ProcessInstance, Variable
from engine.state import values
from processes.people import demo, passwords

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Served:
    """The server's address, and the service account's way in."""

    port: int

    @property
    def engine_rest(self) -> str:
        return f"http://127.0.0.1:{self.port}/engine-rest"

    def ask(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Any:
        """Send one request; return the JSON of the answer, None when it has none."""
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{self.engine_rest}{path}", data=body, method=method
        )
        login = base64.b64encode(f"{demo.SERVICE_LOGIN}:{demo.PASSWORD}".encode()).decode()
        request.add_header("Authorization", f"Basic {login}")
        if kind:
            request.add_header("Content-Type", kind)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                text = answer.read()
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{refused.code} {refused.read().decode()}") from None
        return json.loads(text) if text else None

    def post(self, path: str, data: Any) -> Any:
        return self.ask("POST", path, json.dumps(data).encode(), "application/json")

    def deploy(self, name: str, diagram: bytes) -> Any:
        """Deploy one diagram as a client would: a form with the file as a part."""
        parts = (
            b'--edge\r\nContent-Disposition: form-data; name="deployment-name"\r\n\r\n'
            + name.encode()
            + b'\r\n--edge\r\nContent-Disposition: form-data; name="data"; filename="'
            + name.encode()
            + b'.bpmn"\r\nContent-Type: application/octet-stream\r\n\r\n'
            + diagram
            + b"\r\n--edge--\r\n"
        )
        return self.ask("POST", "/deployment/create", parts, "multipart/form-data; boundary=edge")


def ended(instance_id: str) -> tuple[str, str | None, dict[str, Any]]:
    """Return how a case ended, where, and with which variables, as the office keeps them."""
    with db.reading() as session:
        row = session.get_one(ProcessInstance, instance_id)
        rows = session.scalars(select(Variable).where(Variable.instance_id == instance_id))
        return row.status, row.outcome, {one.name: values.decode(one.value) for one in rows}


@contextmanager
def serving(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """Prepare an office with its service account and serve it until the block ends."""
    monkeypatch.setenv("HUIYIN_DATA", str(folder))
    monkeypatch.delenv("HUIYIN_SECRET_KEY", raising=False)
    settings.current.cache_clear()
    vault.create(settings.current().keys)
    db.bind()
    Base.metadata.create_all(db.engine())
    command.stamp(migration.config(), "head")
    with db.transaction() as session:
        calendar.seed(session)
        demo.organisations(session)
        demo.accounts(session, stored=passwords.hashed(demo.PASSWORD))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = _start(folder, port)
    try:
        yield Served(port)
    finally:
        process.kill()
        process.wait(10)
        db.engine().dispose()
        settings.current.cache_clear()


def _start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    variables = {
        **{key: value for key, value in os.environ.items() if not key.startswith("HUIYIN_")},
        "HUIYIN_DATA": str(folder),
        "HUIYIN_PORT": str(port),
    }
    log_file = folder / "server.log"
    with log_file.open("ab") as log:
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / "huiyin"), "serve"],
            env=variables, cwd=ROOT, stdout=log, stderr=log,
        )  # fmt: skip
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).close()
            return process
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise AssertionError(log_file.read_text())
