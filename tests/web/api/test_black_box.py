"""A server of its own without a worker: deployed to, started, executed and read by REST alone."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command

from engine import db, migration
from processes.people import demo, passwords
from tests.engine.office import diagram, flows, user
from tests.tasks.servers import Roles, free_port, until

AUTH = "Basic " + base64.b64encode(f"{demo.SERVICE_LOGIN}:{demo.PASSWORD}".encode()).decode()
DIAGRAM = diagram(
    '<bpmn:startEvent id="s"/><bpmn:intermediateCatchEvent id="tm"><bpmn:timerEventDefinition>'
    "<bpmn:timeDuration>PT2H</bpmn:timeDuration></bpmn:timerEventDefinition>"
    '</bpmn:intermediateCatchEvent><bpmn:exclusiveGateway id="gw"/>'
    + user("a")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>tm", "tm>gw", "gw>a: ${level &gt; 5}", "a>e"),
    key="owed",
)
LIMIT = "limit"


@dataclass
class Server:
    """What can be asked of it."""

    port: int

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body else None
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data,
            {"Authorization": AUTH, "Content-Type": "application/json", **headers},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own
                text = answer.read().decode()
                status = answer.status
        except urllib.error.HTTPError as refused:
            text, status = refused.read().decode(), refused.code
        except OSError:
            return 0, None
        return status, json.loads(text) if text.startswith(("{", "[")) else text

    def get(self, path: str) -> Any:
        status, told = self.ask("GET", f"/engine-rest{path}")
        assert status == 200, (path, status, told)
        return told


@pytest.fixture
def server(sqlite: str, tmp_path: Path) -> Iterator[Server]:
    command.stamp(migration.config(), "head")
    with db.transaction() as session:
        demo.organisations(session)
        demo.accounts(session, stored=passwords.hashed(demo.PASSWORD))
    port = free_port()
    settings = {"port": str(port), "worker": "off", "test_mode": "true"}
    roles = Roles(tmp_path, sqlite, "redis://127.0.0.1:1/0", settings)
    roles.start("server", ("huiyin", "serve"))
    made = Server(port)
    assert until(lambda: made.ask("GET", "/healthz")[0] == 200), roles.log("server")
    assert "测试模式" in roles.log("server")
    yield made
    roles.stop()


def deploy(server: Server) -> None:
    parts = b"".join(
        b'--%b\r\nContent-Disposition: form-data; name="%b"%b\r\n\r\n%b\r\n'
        % (LIMIT.encode(), name, more, value)
        for name, more, value in (
            (b"deployment-name", b"", b"owed"),
            (b"data", b'; filename="owed.bpmn"', DIAGRAM),
        )
    )
    body = parts + f"--{LIMIT}--\r\n".encode()
    kind = {"Content-Type": f"multipart/form-data; boundary={LIMIT}"}
    status, told = server.ask("POST", "/engine-rest/deployment/create", body, **kind)
    assert status == 200, told


def test_time_moves_jobs_run_on_request_and_the_history_tells(server: Server) -> None:
    deploy(server)
    root = "/engine-rest"
    given = {"variables": {"level": {"value": 1, "type": "Integer"}}}
    status, made = server.ask("POST", f"{root}/process-definition/key/owed/start", given)
    assert status == 200, made
    mine = f"processInstanceId={made['id']}"
    (job,) = server.get(f"/job?{mine}")
    assert server.get(f"/job?{mine}&executable=true") == []
    now = datetime.fromisoformat(server.ask("GET", "/test/clock")[1]["now"])
    target = (now + timedelta(hours=3)).isoformat()
    assert server.ask("PUT", "/test/clock", {"now": target, "run": False})[0] == 200
    assert [one["id"] for one in server.get(f"/job?{mine}&executable=true")] == [job["id"]]
    # The gateway refuses: the attempt counts, and nothing else happened.
    execute = f"{root}/job/{job['id']}/execute"
    status, told = server.ask("POST", execute)
    assert (status, told["type"]) == (500, "ProcessEngineException")
    assert "没有可走的分支" in told["message"]
    assert server.get(f"/job/{job['id']}")["retries"] == 2
    assert server.ask("GET", f"{root}/job/{job['id']}/stacktrace")[1].startswith("Traceback")
    level = {"value": 9, "type": "Integer"}
    path = f"{root}/process-instance/{made['id']}/variables/level"
    assert server.ask("PUT", path, level)[0] == 204
    assert server.ask("POST", execute) == (204, "")
    assert server.ask("POST", execute)[0] == 404
    assert [one["taskDefinitionKey"] for one in server.get(f"/history/task?{mine}")] == ["a"]
    log = server.get(f"/history/job-log?{mine}&sortBy=occurrence&sortOrder=asc")
    states = ("creationLog", "failureLog", "successLog")
    assert [[state for state in states if one[state]] for one in log] == [
        ["creationLog"],
        ["failureLog"],
        ["successLog"],
    ]
    visits = server.get(f"/history/activity-instance?{mine}")
    assert [(one["activityId"], one["endTime"] is None) for one in visits] == [
        ("s", False),
        ("tm", False),
        ("gw", False),
        ("a", True),
    ]
    waited = next(one for one in visits if one["activityId"] == "tm")
    assert waited["durationInMillis"] >= 3 * 3_600_000
    written = server.get(f"/history/detail?{mine}&variableUpdates=true")
    assert [(one["value"], one["revision"]) for one in written] == [(1, 0), (9, 1)]
