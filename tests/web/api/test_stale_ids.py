"""An id of a definition is taken as a whole: a number that now is another's changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.office import diagram, flows, user
from tests.web.api.conftest import System
from tests.web.api.diagrams import deploy, start

FLOW = diagram(
    '<bpmn:startEvent id="s"/><bpmn:userTask id="a" name="a" camunda:asyncBefore="true"/>'
    + user("b")
    + '<bpmn:serviceTask id="x" camunda:type="external" camunda:topic="t"/>'
    + '<bpmn:endEvent id="e"/>'
    + flows("s>a", "s>b", "s>x", "a>e", "b>e", "x>e")
)


@pytest.fixture
def database(either_database: str) -> str:
    return either_database


@pytest.fixture
def ids(api: System) -> tuple[str, list[str]]:
    """The right name of the definition, and wrong ones with its number."""
    deploy(api, FLOW)
    start(api)
    right = str(api.get("/process-definition/key/p")["id"])
    number = right.rpartition(":")[2]
    return right, [f"q:1:{number}", f"p:2:{number}", f"p:{number}", f":1:{number}", f"p:x:{number}"]


@pytest.mark.parametrize("path", ["/process-instance", "/execution", "/task", "/external-task"])
def test_lists(api: System, ids: tuple[str, list[str]], path: str) -> None:
    right, wrong = ids
    assert api.get(f"{path}/count", processDefinitionId=right)["count"] > 0
    for name in wrong:
        assert api.get(f"{path}/count", processDefinitionId=name) == {"count": 0}, name
        assert api.get(path, processDefinitionId=name) == []


def test_what_is_held(api: System, ids: tuple[str, list[str]]) -> None:
    right, wrong = ids

    def held() -> list[Any]:
        return [
            api.get(f"/{what}/count", suspended=True)["count"]
            for what in ("process-instance", "job-definition", "job")
        ]

    for name in [*wrong, right]:
        before = held()
        body = {"processDefinitionId": name, "suspended": True}
        api.do("PUT", "/job/suspended", body, status=204)
        api.do("PUT", "/job-definition/suspended", body, status=204)
        api.do("PUT", "/process-instance/suspended", body, status=204)
        assert (held() == before) is (name != right), name


def test_what_is_handed_out(api: System, ids: tuple[str, list[str]]) -> None:
    right, wrong = ids

    def fetched(**topic: Any) -> int:
        topics = [{"topicName": "t", "lockDuration": 1000, **topic}]
        body = {"workerId": "w", "maxTasks": 5, "topics": topics}
        return len(api.post("/external-task/fetchAndLock", body))

    for name in wrong:
        assert fetched(processDefinitionId=name) == 0, name
    assert fetched(processDefinitionIdIn=wrong) == 0
    assert fetched(processDefinitionIdIn=[*wrong, right]) == 1


def test_what_is_evaluated(api: System, ids: tuple[str, list[str]]) -> None:
    right, wrong = ids
    for name in wrong:
        body = {"variables": {}, "processDefinitionId": name}
        assert api.do("POST", "/condition", body, status=404)["type"] == "InvalidRequestException"
    assert api.post("/condition", {"variables": {}, "processDefinitionId": right}) == []
