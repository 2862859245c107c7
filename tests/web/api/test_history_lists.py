"""Every list of the history: who may ask, what it counts, what it hides, what it refuses."""

from __future__ import annotations

import pytest

from engine import jobs
from tests.web.api import story
from tests.web.api.conftest import Knock, System

HISTORY = (
    "process-instance",
    "activity-instance",
    "task",
    "variable-instance",
    "detail",
    "decision-instance",
    "incident",
    "job-log",
    "external-task-log",
    "user-operation",
    "identity-link-log",
)
#: Asked for by address only, as in Camunda.
BY_ADDRESS = ("decision-instance", "user-operation", "identity-link-log")
RUNNING = ("job", "incident", "event-subscription")


@pytest.mark.parametrize("path", [f"/history/{one}" for one in HISTORY])
def test_who_may_not_ask(path: str, nobody: System, bearer: Knock) -> None:
    assert nobody.ask("GET", path).status_code == 401
    assert bearer("task").ask("GET", path).status_code == 403
    assert bearer("history").ask("GET", path).status_code == 200


@pytest.mark.parametrize("path", [*RUNNING, "job-definition", "decision-definition"])
def test_who_may_not_read(path: str, nobody: System, bearer: Knock) -> None:
    assert nobody.ask("GET", f"/{path}").status_code == 401
    assert bearer("history").ask("GET", f"/{path}").status_code == 403


@pytest.mark.parametrize("path", HISTORY)
def test_each_list_counts_what_it_shows(path: str, api: System) -> None:
    case = story.begin(200)
    story.check(case)
    assert jobs.drain() == 1
    for query in ({"processInstanceId": case.id}, {"processDefinitionKey": "story"}, {}):
        found = api.get(f"/history/{path}", **query)
        assert api.get(f"/history/{path}/count", **query) == {"count": len(found)}
        if path not in BY_ADDRESS:
            assert api.post(f"/history/{path}", query) == found
            assert api.post(f"/history/{path}/count", query) == {"count": len(found)}
    everything = api.get(f"/history/{path}")
    windowed = {"maxResults": 1, "firstResult": 1}
    assert api.get(f"/history/{path}/count", **windowed) == {"count": len(everything)}
    assert api.get(f"/history/{path}", processInstanceId="nobody's") == []
    one = api.get(f"/history/{path}", maxResults=1, processInstanceId=case.id)
    assert one == api.get(f"/history/{path}", processInstanceId=case.id)[:1]


@pytest.mark.parametrize("path", [f"history/{one}" for one in HISTORY] + list(RUNNING))
def test_what_is_not_visible_is_not_there(path: str, bearer: Knock, api: System) -> None:
    case = story.begin(200)
    story.check(case)
    jobs.drain()
    stranger = bearer("read", "history", login="bantian_handler1")
    assert stranger.get(f"/{path}") == []
    assert stranger.get(f"/{path}/count") == {"count": 0}


@pytest.mark.parametrize("path", [f"history/{one}" for one in HISTORY] + list(RUNNING))
def test_an_unknown_parameter_is_refused(path: str, api: System) -> None:
    answer = api.ask("GET", f"/{path}", query_string={"colour": "red"})
    assert answer.status_code == 400
    assert answer.get_json()["type"] == "InvalidRequestException"
    answer = api.ask("GET", f"/{path}", query_string={"sortBy": "colour", "sortOrder": "asc"})
    assert answer.status_code == 400


def test_words_that_a_filter_does_not_know(api: System) -> None:
    path = "/history/process-instance"
    assert api.get(path, incidentStatus="resolved") == []
    assert api.do("GET", path, status=400, incidentStatus="closed")["type"] == (
        "InvalidRequestException"
    )
    for key in ("activityInstanceId", "activityInstanceID"):  # the reference, and the code
        assert api.get("/history/task", sortBy=key, sortOrder="asc") == []
