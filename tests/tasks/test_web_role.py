"""The web role: gunicorn without a worker of its own, and the roles that work for it."""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from engine import db
from tasks import cluster
from tests.tasks.servers import Roles, free_port, until

Make = Callable[..., Roles]


def ask(port: int, path: str) -> tuple[int, Any]:
    """Return status and body; 0 where nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()
    except OSError:
        return 0, ""


def is_on_https(port: int) -> bool:
    """Say whether the pages take a caller's word for it that he came by HTTPS."""
    asking = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with closing(asking):
        asking.request("GET", "/login", headers={"X-Forwarded-Proto": "https"})
        return asking.getresponse().getheader("Strict-Transport-Security") is not None


def test_pages_in_one_role_and_work_in_another(roles: Make) -> None:
    port = free_port()
    office = roles("redis://127.0.0.1:1/0", port=port)
    web = office.start("web", cluster.WEB)
    assert until(lambda: ask(port, "/healthz")[0] == 200), office.log("web")
    status, body = ask(port, "/readyz")
    assert (status, json.loads(body)["status"]) == (503, "no-worker")
    office.start("plain", cluster.PLAIN)
    assert until(lambda: ask(port, "/readyz")[0] == 200), office.log("plain")
    assert 'huiyin_workers{role="worker"} 1.0' in ask(port, "/metrics")[1]
    assert not is_on_https(port), "a word of the caller, and no proxy is trusted"
    with ThreadPoolExecutor(8) as crowd:
        answers = [crowd.submit(ask, port, "/readyz") for _ in range(40)]
        web.terminate()  # in the middle of them
    # Who was answered was answered well; who came too late was not let in.
    assert {answer.result()[0] for answer in answers} <= {200, 0}
    assert web.wait(20) == 0, office.log("web")


def test_the_web_role_refuses_a_database_that_is_not_ready(roles: Make, postgres: str) -> None:
    with db.transaction() as session:
        session.connection().exec_driver_sql("DROP TABLE alembic_version")
    office = roles("redis://127.0.0.1:1/0", port=free_port())
    assert office.start("web", cluster.WEB).wait(60) != 0
    assert "huiyin migrate" in office.log("web")
