"""`/external-task` over HTTP: the wrong caller first, then what a worker may expect."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import Any

import pytest

from engine import clock, db, settings
from engine.commands import fetching
from engine.models import CaseAccess
from processes.people import demo
from tests.engine import office
from tests.web.api import external_office
from tests.web.api.conftest import Knock, System
from tests.web.api.external_office import TOPIC, fetch
from web.api import polling

ROUTES = [
    ("GET", "/external-task"),
    ("POST", "/external-task"),
    ("GET", "/external-task/count"),
    ("POST", "/external-task/count"),
    ("GET", "/external-task/topic-names"),
    ("POST", "/external-task/fetchAndLock"),
    ("GET", "/external-task/1"),
    ("GET", "/external-task/1/errorDetails"),
    ("POST", "/external-task/1/complete"),
    ("POST", "/external-task/1/failure"),
    ("POST", "/external-task/1/bpmnError"),
    ("POST", "/external-task/1/lock"),
    ("POST", "/external-task/1/extendLock"),
    ("POST", "/external-task/1/unlock"),
    ("PUT", "/external-task/1/retries"),
    ("PUT", "/external-task/1/priority"),
]


@pytest.fixture
def case(app: object) -> str:
    external_office.publish()
    return office.start(amount=5, bk="K-1")


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_without_credentials_or_scope_nothing_is_told(
    nobody: System, bearer: Knock, method: str, path: str
) -> None:
    assert nobody.ask(method, path, {}).status_code == 401
    assert bearer("task", "read").ask(method, path, {}).status_code == 403


@pytest.mark.parametrize(("method", "path"), [r for r in ROUTES if "/1" in r[1]])
def test_a_task_of_an_invisible_case_does_not_exist(
    api: System, case: str, method: str, path: str
) -> None:
    [task] = fetch(api)
    with db.transaction() as session:
        session.add(
            CaseAccess(
                instance_id=case,
                organisation=demo.SERVICE_LOGIN,
                relation="barred",
                since=clock.now(),
            )
        )
    needed = {
        "complete": {"workerId": "w"},
        "failure": {"workerId": "w"},
        "bpmnError": {"workerId": "w", "errorCode": "e"},
        "lock": {"workerId": "w", "lockDuration": 1},
        "extendLock": {"workerId": "w", "newDuration": 1},
        "retries": {"retries": 1},
        "priority": {"priority": 1},
    }
    body = needed.get(path.rpartition("/")[2], {})
    answer = api.ask(method, path.replace("/1", f"/{task['id']}"), body)
    assert answer.status_code == 404, answer.get_data(as_text=True)
    assert api.get("/external-task") == []
    assert api.get("/external-task/count") == {"count": 0}
    assert fetch(api) == []


def test_a_fetched_task_says_everything_a_client_reads(api: System, case: str) -> None:
    [task] = fetch(api, topics=[{**TOPIC, "includeExtensionProperties": True}])
    assert task["processInstanceId"] == case
    assert task["activityId"] == "x"
    assert task["topicName"] == "t"
    assert task["workerId"] == "w"
    assert task["businessKey"] == "K-1"
    assert task["retries"] is None
    assert task["processDefinitionKey"] == "p"
    assert task["processDefinitionId"].startswith("p:1:")
    assert task["variables"]["amount"] == {"type": "Integer", "value": 5, "valueInfo": {}}
    until = datetime.strptime(task["lockExpirationTime"], "%Y-%m-%dT%H:%M:%S.%f%z")
    assert 5 < (until - clock.now()).total_seconds() <= 10
    assert fetch(api, "v") == []


def test_completing_goes_on_and_the_second_time_is_404(api: System, case: str) -> None:
    [task] = fetch(api)
    path = f"/external-task/{task['id']}/complete"
    body = {
        "workerId": "w",
        "variables": {"done": {"value": True}, "at": {"value": "2026-01-31T08:30:00.000+0800",
                                                      "type": "Date"}},
    }  # fmt: skip
    api.post(path, {**body, "workerId": "thief"}, status=400)
    api.post(path, body, status=204)
    assert office.waiting(case) == ["after"]
    refused = api.post(path, body, status=404)
    assert "does not exist" in refused["message"]


def test_another_worker_hears_whose_it_is(api: System, case: str) -> None:
    [task] = fetch(api)
    for verb, body in (
        ("complete", {}),
        ("failure", {}),
        ("bpmnError", {"errorCode": "e"}),
        ("extendLock", {"newDuration": 1}),
        ("lock", {"lockDuration": 1}),
    ):
        told = api.post(
            f"/external-task/{task['id']}/{verb}", {"workerId": "thief", **body}, status=400
        )
        assert told["type"] == "RestException"
        assert "locked by worker 'w'" in told["message"]


def test_failures_count_down_to_an_incident_and_retries_lift_it(api: System, case: str) -> None:
    [task] = fetch(api)
    path = f"/external-task/{task['id']}"
    api.post(
        f"{path}/failure",
        {"workerId": "w", "errorMessage": "no answer", "errorDetails": "at line 1", "retries": 0},
        status=204,
    )
    shown = api.get(path)
    assert (shown["errorMessage"], shown["retries"]) == ("no answer", 0)
    details = api.ask("GET", f"{path}/errorDetails")
    assert details.get_data(as_text=True) == "at line 1"
    assert details.headers["Content-Type"].startswith("text/plain")
    assert fetch(api) == []
    assert api.get("/external-task", noRetriesLeft="true")[0]["id"] == task["id"]
    assert api.get("/external-task/count", withRetriesLeft="true") == {"count": 0}
    api.do("PUT", f"{path}/retries", {"retries": 2}, status=204)
    assert [one["id"] for one in fetch(api)] == [task["id"]]


def test_the_moved_clock_ends_a_lock_and_a_pause(api: System, case: str) -> None:
    [task] = fetch(api, "slow")
    office.later(seconds=11)
    [again] = fetch(api, "quick")
    assert again["id"] == task["id"]
    api.post(
        f"/external-task/{task['id']}/failure",
        {"workerId": "quick", "retries": 3, "retryTimeout": 3_600_000},
        status=204,
    )
    assert fetch(api) == []
    office.later(hours=1)
    assert len(fetch(api)) == 1


def test_a_worker_may_ask_for_more_than_one_answer_holds(
    api: System, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Camunda's reference: `maxTasks` is the maximum of tasks to return; fewer is no error."""
    office.start(amount=6, bk="K-2")
    monkeypatch.setattr(fetching, "MOST", 1)
    assert len(fetch(api, maxTasks=5_000)) == 1
    assert len(fetch(api, maxTasks=5_000)) == 1
    body = {"workerId": "w", "maxTasks": -1, "topics": []}
    api.post("/external-task/fetchAndLock", body, status=400)


def test_lists_narrow_and_sort(api: System, case: str) -> None:
    other = office.start(amount=6, bk="K-2")
    first = api.get("/external-task", sortBy="createTime", sortOrder="asc")
    assert [one["processInstanceId"] for one in first] == [case, other]
    [one] = api.post("/external-task", {"processInstanceIdIn": [other], "notLocked": True})
    assert one["processInstanceId"] == other
    fetch(api, "w", maxTasks=1)
    assert api.get("/external-task/count", locked="true") == {"count": 1}
    assert api.get("/external-task/count", workerId="w", topicName="t") == {"count": 1}
    assert api.get("/external-task/count", activityId="nowhere") == {"count": 0}
    assert api.get("/external-task/topic-names", withLockedTasks="true") == ["t"]
    api.do("PUT", f"/external-task/{one['id']}/priority", {"priority": 70}, status=204)
    assert api.get("/external-task/count", priorityHigherThanOrEquals="60") == {"count": 1}
    assert api.get("/external-task/count", executionId=one["executionId"]) == {"count": 1}
    definition = one["processDefinitionId"]
    assert api.get("/external-task/count", processDefinitionId=definition) == {"count": 2}


@pytest.mark.parametrize(
    "body",
    [
        {"maxTasks": 1, "topics": [TOPIC]},
        {"workerId": "w", "maxTasks": 1, "topics": [{"topicName": "t"}]},
        {"workerId": "w", "maxTasks": 1, "topics": [{**TOPIC, "lockDuration": -1}]},
        {"workerId": "w", "maxTasks": 1, "topics": [{**TOPIC, "nonsense": 1}]},
        {"workerId": "w", "maxTasks": 1, "topics": "t"},
        {"workerId": "w", "maxTasks": 1, "topics": [{**TOPIC, "processVariables": {"a": []}}]},
        {"workerId": "w", "maxTasks": 1, "topics": [TOPIC], "asyncResponseTimeout": 1_800_001},
        {"workerId": "w", "maxTasks": 1, "topics": [TOPIC], "nonsense": 1},
    ],
)
def test_a_fetch_that_makes_no_sense_is_told_so(api: System, case: str, body: Any) -> None:
    told = api.post("/external-task/fetchAndLock", body, status=400)
    assert told["message"]


def test_a_waiting_poll_is_woken_by_the_commit_that_makes_work(api: System) -> None:
    external_office.publish()
    got: list[Any] = []
    started = time.monotonic()
    poll = threading.Thread(
        target=lambda: got.extend(fetch(api, asyncResponseTimeout=15_000)), daemon=True
    )
    poll.start()
    while not polling.seats.taken:
        assert time.monotonic() - started < 10
        time.sleep(0.01)
    case = office.start()
    poll.join(10)
    assert [task["processInstanceId"] for task in got] == [case]
    assert polling.seats.taken == 0


def test_a_poll_without_a_seat_is_answered_at_once(
    api: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    external_office.publish()
    monkeypatch.setenv("HUIYIN_WAITING_POLLS", "0")
    settings.current.cache_clear()
    looks: list[int] = []

    def look() -> list[int]:
        looks.append(1)
        return []

    assert polling.patient(look, 60_000) == []
    assert looks == [1]
    settings.current.cache_clear()


def test_a_poll_that_finds_nothing_ends_empty(api: System) -> None:
    external_office.publish()
    assert fetch(api, asyncResponseTimeout=50) == []
    assert polling.seats.taken == 0


def test_retries_of_many_are_set_at_once_or_by_a_batch(api: System, bearer: Knock) -> None:
    external_office.publish()
    cases = [office.start(number=number) for number in range(3)]
    for task in fetch(api):
        body = {"workerId": "w", "errorMessage": "gone", "retries": 0}
        api.post(f"/external-task/{task['id']}/failure", body, status=204)
    first, *_ = api.get("/external-task", processInstanceId=cases[0])
    for path, method in (("/external-task/retries", "PUT"),
                         ("/external-task/retries-async", "POST")):  # fmt: skip
        assert bearer("task").ask(method, path, {}).status_code == 403
        api.do(method, path, {"externalTaskIds": [first["id"]]}, status=400)
        api.do(method, path, {"retries": 1, "externalTaskIds": []}, status=400)
        api.do(method, path, {"retries": 1, "externalTaskIds": [first["id"], "99999"]}, status=404)
    api.do("PUT", "/external-task/retries", {"retries": 2, "externalTaskIds": [first["id"]]},
           status=204)  # fmt: skip
    assert api.get("/external-task/count", withRetriesLeft="true") == {"count": 1}
    batch = api.post(
        "/external-task/retries-async",
        {"retries": 3, "externalTaskQuery": {"noRetriesLeft": True},
         "processInstanceIds": [cases[0]]},
    )  # fmt: skip
    assert (batch["type"], batch["totalJobs"]) == ("set-external-task-retries", 3)
    office.drain()
    assert api.get("/external-task/count", withRetriesLeft="true") == {"count": 3}
    assert {one["retries"] for one in api.get("/external-task")} == {3}
