"""The office over HTTP: a web role, a service account, and clients that keep asking."""

from __future__ import annotations

import http.client
import time
import urllib.request
from dataclasses import dataclass, field

from alembic import command

from engine import db, migration
from processes.people import demo, passwords, tokens
from tasks import cluster
from tests.chaos.world import World
from tests.tasks.servers import Roles, free_port, until

WEB = ("gunicorn", "-c", "python:web.gunicorn", "tests.chaos.served:web()")
CELERY = ("celery", "-A", "tests.chaos.served")
WORKER = (*CELERY, *cluster.WORKER[3:])
BEAT = (*CELERY, *cluster.BEAT[3:])


def prepare() -> str:
    """Say that the database has every table, make the service account; return its token."""
    command.stamp(migration.config(), "head")
    with db.transaction() as session:
        demo.organisations(session)
        demo.accounts(session, stored=passwords.hashed(demo.PASSWORD))
        return tokens.create(
            session, demo.SERVICE_LOGIN, label="chaos", scopes=("read", "task"), days=1
        )


def roles(world: World, broker: str, fault: str, **settings: object) -> Roles:
    """Return the roles over this world's database; nothing is started yet."""
    given = {key: str(value) for key, value in settings.items()} | {"job_lease_seconds": "5"}
    return Roles(world.folder, world.url, broker, given, world.variables(fault))


@dataclass
class Client:
    """One connection to the web role, opened again when it breaks."""

    port: int
    token: str
    _line: http.client.HTTPConnection | None = field(default=None, repr=False)

    def complete(self, task: str, key: str = "") -> int:
        """Ask once; return the status, 0 where no answer came."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        try:
            if self._line is None:
                self._line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=40)
            self._line.request("POST", f"/engine-rest/task/{task}/complete", "{}", headers)
            answer = self._line.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return 0
        return answer.status

    def insist(self, task: str, key: str, seconds: float) -> int:
        """Ask with the same key until there is an answer that is not about the server's health."""
        end = time.monotonic() + seconds
        status = 0
        while time.monotonic() < end:
            status = self.complete(task, key)
            if status not in (0, 500, 502, 503):
                return status
            time.sleep(0.2)
        return status

    def close(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


def open_office(office: Roles, port: int) -> None:
    """Start the web role and wait until it answers."""
    office.start("web", WEB)
    assert until(lambda: _answers(port), 180), office.log("web")


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


__all__ = ["BEAT", "WEB", "WORKER", "Client", "free_port", "open_office", "prepare", "roles"]
