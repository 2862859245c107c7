"""Values that no database keeps are the asker's mistake: 400, on both databases, never 500."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.web.api import external_office
from tests.web.api.conftest import System
from tests.web.api.external_office import TOPIC, fetch
from tests.web.api.task_office import deploy, line, only, start, task

LARGE = 10**30


@pytest.fixture
def database(either_database: str) -> str:
    return either_database


def test_hostile_values_are_refused_or_find_nothing(api: System) -> None:
    deploy(api, line(task("a")))
    start(api)
    found = only(api)["id"]
    path = f"/task/{found}"
    wrong: list[tuple[str, str, Any]] = [
        ("GET", "/task?name=%00", None),
        ("GET", "/task?nameLike=%25%00", None),
        ("GET", f"/task?priority={LARGE}", None),
        ("GET", f"/task?firstResult={LARGE}", None),
        ("GET", f"/task?maxResults={LARGE}", None),
        ("GET", f"/task?processVariables=x_eq_{LARGE}", None),
        ("GET", "/task?processVariables=x_eq_%00", None),
        ("GET", "/task?assigneeLike=%5C", None),
        ("GET", "/task/%00", None),
        ("POST", "/task", {"name": "\ud800"}),
        ("POST", "/task", {"minPriority": LARGE}),
        ("POST", "/task", {"taskIdIn": ["\0"]}),
        ("POST", "/task", {"processVariables": [{"name": "\0", "operator": "eq", "value": 1}]}),
        ("POST", f"{path}/claim", {"userId": "a\0"}),
        ("POST", f"{path}/comment/create", {"message": "\ud800"}),
        ("PUT", f"{path}/variables/x", {"value": "a\0", "type": "String"}),
        ("PUT", f"{path}/variables/x", {"value": "\ud800", "type": "String"}),
        ("PUT", f"{path}/localVariables/x", {"value": {"a": "\0"}}),
        ("PUT", path, {"name": "x", "priority": LARGE}),
        ("POST", "/task/create", {"name": "a\0"}),
        ("POST", "/task/create", {"name": "a", "priority": LARGE}),
        ("POST", f"{path}/complete", {"variables": {"x": {"value": "\0"}}}),
        ("GET", f"/external-task?priorityHigherThanOrEquals={LARGE}", None),
        ("GET", f"/external-task/{LARGE}", None),
        ("POST", "/external-task/fetchAndLock",
         {"workerId": "a\0", "maxTasks": 1, "topics": [{"topicName": "t\0", "lockDuration": 1}]}),
        ("POST", "/external-task/fetchAndLock",
         {"workerId": "a", "maxTasks": LARGE, "topics": [TOPIC]}),
        ("POST", "/external-task/fetchAndLock",
         {"workerId": "a", "maxTasks": 1, "topics": [{"topicName": "t", "lockDuration": LARGE}]}),
    ]  # fmt: skip
    told = {}
    for method, where, body in wrong:
        answer = api.ask(method, where, body)
        if answer.status_code not in (200, 204, 400, 404):
            told[f"{method} {where} {body!r:.60}"] = answer.status_code
    assert told == {}
    assert api.get(path)["id"] == found  # nothing of it was done


def test_a_worker_cannot_break_the_queue(api: System) -> None:
    external_office.publish()
    start(api)
    [one] = fetch(api)
    path = f"/external-task/{one['id']}"
    for body in (
        {"workerId": "w", "retries": LARGE},
        {"workerId": "w", "retries": 1, "retryTimeout": LARGE},
        {"workerId": "w", "errorMessage": "a\0", "retries": 1},
        {"workerId": "w", "errorDetails": "\ud800", "retries": 1},
    ):
        assert api.ask("POST", f"{path}/failure", body).status_code in (204, 400), body
    for verb, body in (
        ("bpmnError", {"workerId": "w", "errorCode": "a\0", "variables": {"x": {"value": "\0"}}}),
        ("extendLock", {"workerId": "w", "newDuration": LARGE}),
        ("complete", {"workerId": "w", "variables": {"\0": {"value": 1}}}),
    ):
        assert api.ask("POST", f"{path}/{verb}", body).status_code == 400, verb
    assert api.ask("PUT", f"{path}/priority", {"priority": LARGE}).status_code == 400
    assert api.get(path)["id"] == one["id"]


def test_credentials_that_nobody_can_have_are_strangers(nobody: System) -> None:
    for name in (b"engine_api\0", b"\xed\xa0\xbd", b"engine_api ", b"x" * 9000, b"\xff"):
        word = base64.b64encode(name + b":huiyin-demo-2026").decode()
        nobody.headers["Authorization"] = f"Basic {word}"
        assert nobody.ask("GET", "/task").status_code == 401, name
    for token in ("hy_\u00e9", "x" * 9000, "\u00ff", "a b"):
        nobody.headers["Authorization"] = f"Bearer {token}"
        assert nobody.ask("GET", "/task").status_code == 401, token
