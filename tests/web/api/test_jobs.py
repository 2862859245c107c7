"""Jobs over REST: found, executed, given tries, moved, held; and what they are made for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine import clock, commands, db, jobs
from engine.hooks import SYSTEM
from tests.engine import office
from tests.engine.office import diagram, flows, user
from tests.web.api import story
from tests.web.api.conftest import Knock, System

#: Stuck at the gateway as long as `level` is not above 5.
STUCK = diagram(
    '<bpmn:startEvent id="s"/><bpmn:exclusiveGateway id="gw" camunda:asyncBefore="true"/>'
    + user("a")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>gw", "gw>a: ${level &gt; 5}", "a>e"),
    key="stuck",
)


@pytest.fixture
def stuck(office: str) -> str:
    from tests.engine import office as tiny

    tiny.publish(STUCK)
    return tiny.start("stuck", level=1)


def the_job(api: System, **query: Any) -> dict[str, Any]:
    (found,) = api.get("/job", **query)
    one: dict[str, Any] = found
    return one


def test_a_job_is_told_with_its_definition(api: System, office: str) -> None:
    case = story.begin()
    one = the_job(api, processInstanceId=case.id)
    assert (one["retries"], one["suspended"], one["exceptionMessage"]) == (3, False, None)
    assert one["executionId"].startswith(f"{case.id}.")
    assert api.get(f"/job/{one['id']}") == one
    made = api.get(f"/job-definition/{one['jobDefinitionId']}")
    assert (made["activityId"], made["jobType"], made["jobConfiguration"]) == (
        "late",
        "timer-transition",
        "DURATION: PT1H",
    )
    assert made["processDefinitionId"] == one["processDefinitionId"]
    for query, count in (
        ({"timers": True}, 1),
        ({"messages": True}, 0),
        ({"activityId": "late"}, 1),
        ({"jobDefinitionId": one["jobDefinitionId"]}, 1),
        ({"jobDefinitionId": "nonsense"}, 0),
        ({"jobIds": f"{one['id']},77"}, 1),
        ({"executable": True}, 0),
        ({"withException": True}, 0),
        ({"noRetriesLeft": True}, 0),
        ({"dueDates": "gt_2026-01-01T00:00:00.000+0800"}, 1),
        ({"dueDates": "lt_2026-01-01T00:00:00.000+0800"}, 0),
        ({"processDefinitionKey": "story", "active": True}, 1),
        ({"suspended": True}, 0),
        ({"executionId": one["executionId"]}, 1),
        ({"priorityHigherThanOrEquals": 1}, 0),
    ):
        assert api.get("/job/count", **query) == {"count": count}, query
    body = {"dueDates": [{"operator": "gt", "value": "2026-01-01T00:00:00.000+0800"}]}
    assert api.post("/job/count", body) == {"count": 1}
    assert api.ask("GET", "/job", query_string={"dueDates": "eq_2026"}).status_code == 400
    for broken in ([{}], ["gt"], [{"operator": "gt"}], 5):
        api.do("POST", "/job", {"dueDates": broken}, status=400)
    assert api.ask("GET", "/job/nonsense").status_code == 404


def test_executing_fails_as_camunda_does_and_counts(api: System, stuck: str) -> None:
    one = the_job(api, processInstanceId=stuck)
    path = f"/job/{one['id']}"
    retrying = {"withJobsRetrying": True}
    assert api.get("/history/process-instance/count", **retrying) == {"count": 0}
    for left in (2, 1, 0, 0):
        told = api.do("POST", f"{path}/execute", status=500)
        number = {"count": int(left > 0)}
        assert api.get("/history/process-instance/count", **retrying) == number
        assert (told["type"], told["code"]) == ("ProcessEngineException", 0)
        assert "没有可走的分支" in told["message"]
        assert api.get(path)["retries"] == left
    assert api.get(path)["failedActivityId"] == "gw"
    assert "Traceback" in api.ask("GET", f"{path}/stacktrace").get_data(as_text=True)
    (incident,) = api.get("/incident", processInstanceId=stuck)
    assert (incident["incidentType"], incident["configuration"]) == ("failedJob", one["id"])
    assert incident["jobDefinitionId"] == one["jobDefinitionId"]
    for lists in ("incident", "process-instance", "process-definition"):
        for kind, count in (("failedJob", 1), ("failedExternalTask", 0)):
            assert api.get(f"/{lists}/count", incidentType=kind) == {"count": count}
    (place,) = api.get("/process-definition/key/stuck/statistics", incidents=True)
    assert place["incidents"] == [{"incidentType": "failedJob", "incidentCount": 1}]
    told = api.do("DELETE", f"/incident/{incident['id']}", status=400)
    assert told["type"] == "InvalidRequestException"
    note = f"/incident/{incident['id']}/annotation"
    api.do("PUT", note, {"annotation": "已联系"}, status=204)
    assert api.get(f"/incident/{incident['id']}")["annotation"] == "已联系"
    api.do("DELETE", note, status=204)
    assert api.get(f"/incident/{incident['id']}")["annotation"] is None
    with db.transaction() as session:
        commands.set_variables(session, stuck, {"level": 9}, actor=SYSTEM)
    api.do("POST", f"{path}/execute", status=204)
    assert api.get("/incident") == []
    assert api.ask("GET", path).status_code == 404
    (past,) = api.get("/history/incident", processInstanceId=stuck)
    assert (past["open"], past["resolved"], past["deleted"]) == (False, True, False)
    log = api.get("/history/job-log", jobId=one["id"], sortBy="occurrence", sortOrder="asc")
    assert [one["failureLog"] for one in log] == [False, True, True, True, True, False]
    assert [one["jobRetries"] for one in log[1:5]] == [2, 1, 0, 0]
    trace = api.ask("GET", f"/history/job-log/{log[1]['id']}/stacktrace")
    assert trace.content_type.startswith("text/plain")
    assert "没有可走的分支" in trace.get_data(as_text=True)
    assert api.get(f"/history/job-log/{log[1]['id']}") == log[1]
    for query, count in (
        ({"failureLog": True}, 4),
        ({"jobDefinitionId": one["jobDefinitionId"]}, 6),
        ({"jobDefinitionId": one["jobDefinitionId"].replace("before", "after")}, 0),
        ({"jobDefinitionConfiguration": "async-before"}, 6),
        ({"jobDefinitionConfiguration": "async-after"}, 0),
    ):
        assert api.get("/history/job-log/count", **query) == {"count": count}, query
    assert len(api.get("/history/job-log", jobDefinitionConfiguration="async-before")) == 6


def test_retries_priority_and_due_date(api: System, stuck: str) -> None:
    one = the_job(api, processInstanceId=stuck)
    path = f"/job/{one['id']}"
    assert one["dueDate"] is None  # owed since it was made
    every = {"processInstanceId": stuck, "dueDates": "gt_2020-01-01T00:00:00.000+0800"}
    assert api.get("/job/count", **every) == {"count": 0}
    api.do("PUT", f"{path}/retries", {"retries": 0}, status=204)
    assert len(api.get("/incident", incidentType="failedJob")) == 1
    api.do("PUT", f"{path}/retries", {"retries": 5}, status=204)
    assert api.get(path)["retries"] == 5
    assert api.get("/incident") == []
    api.do("PUT", f"{path}/retries", {"retries": -1}, status=400)
    api.do("PUT", f"{path}/retries", {}, status=400)
    api.do("PUT", f"{path}/priority", {"priority": 70}, status=204)
    assert api.get(path)["priority"] == 70
    api.do("PUT", f"{path}/duedate", {"duedate": "2099-01-01T00:00:00.000+0800"}, status=204)
    assert api.get(path)["dueDate"] == "2099-01-01T00:00:00.000+0800"
    assert api.get("/job/count", **every) == {"count": 1}
    api.do("PUT", f"{path}/duedate", {"duedate": None}, status=204)
    assert api.get("/job/count", executable=True) == {"count": 1}
    told = api.get("/history/user-operation", jobId=one["id"])
    assert [(one["operationType"], one["orgValue"], one["newValue"]) for one in told[:3]] == [
        ("SetJobRetries", "3", "0"),
        ("SetJobRetries", "0", "5"),
        ("SetPriority", "0", "70"),
    ]


def test_a_timer_is_computed_again(api: System, office: str) -> None:
    case = story.begin()
    one = the_job(api, processInstanceId=case.id)
    clock.move(clock.offset() + timedelta(minutes=30))
    path = f"/job/{one['id']}/duedate/recalculate"
    api.do("POST", path, status=204, creationDateBased="true")
    assert api.get(f"/job/{one['id']}")["dueDate"] == one["dueDate"]
    api.do("POST", path, status=204, creationDateBased="false")
    assert api.get(f"/job/{one['id']}")["dueDate"] > one["dueDate"]


def test_held_jobs_wait(api: System, stuck: str) -> None:
    one = the_job(api, processInstanceId=stuck)
    api.do("PUT", f"/job/{one['id']}/suspended", {"suspended": True}, status=204)
    assert api.get("/job/count", suspended=True) == {"count": 1}
    assert jobs.drain() == 0
    group = {"suspended": False, "processInstanceId": stuck}
    api.do("PUT", "/job/suspended", group, status=204)
    assert api.get("/job/count", active=True, processInstanceId=stuck) == {"count": 1}
    api.do("PUT", "/job/suspended", {"suspended": True}, status=400)


def test_a_job_of_a_suspended_instance_is_not_executed(api: System, stuck: str) -> None:
    one = the_job(api, processInstanceId=stuck)
    with db.transaction() as session:
        commands.suspend(session, stuck, actor=SYSTEM, reason="等待")
    told = api.do("POST", f"/job/{one['id']}/execute", status=500)
    assert told["type"] == "SuspendedEntityInteractionException"
    assert api.get(f"/job/{one['id']}") == {**one, "suspended": True}


def test_a_held_job_definition_holds_what_comes(api: System, stuck: str, bearer: Knock) -> None:
    (made,) = api.get("/job-definition", processDefinitionKey="stuck")
    path = f"/job-definition/{made['id']}"
    held = {"suspended": True, "includeJobs": True}
    local = bearer("operate", login="pinghu_handler1")
    assert local.ask("PUT", f"{path}/suspended", held).status_code == 403
    api.do("PUT", f"{path}/suspended", held, status=204)
    assert api.get(path)["suspended"] is True
    office.start("stuck", level=9)
    assert api.get("/job/count", suspended=True) == {"count": 2}
    assert jobs.drain() == 0
    loose = {"suspended": False, "includeJobs": True, "processDefinitionKey": "stuck"}
    api.do("PUT", "/job-definition/suspended", loose, status=204)
    assert api.get("/job/count", suspended=True) == {"count": 0}
    first = {"priority": 9, "includeJobs": True}
    api.do("PUT", f"{path}/jobPriority", first, status=204)
    assert api.get(path)["overridingJobPriority"] == 9
    assert {one["priority"] for one in api.get("/job")} == {9}
    past = {"suspended": True, "executionDate": "2013-11-21T10:49:45"}
    api.do("PUT", f"{path}/suspended", past, status=204)
    assert api.get(path)["suspended"] is True


def test_only_who_may_operate_may_change(bearer: Knock, stuck: str, api: System) -> None:
    one = the_job(api, processInstanceId=stuck)
    reader = bearer("read", "history")
    stranger = bearer("read", "operate", login="bantian_handler1")
    for method, path, body in (
        ("POST", "execute", None),
        ("PUT", "retries", {"retries": 1}),
        ("PUT", "suspended", {"suspended": True}),
        ("PUT", "duedate", {"duedate": None}),
    ):
        assert reader.ask(method, f"/job/{one['id']}/{path}", body).status_code == 403
        assert stranger.ask(method, f"/job/{one['id']}/{path}", body).status_code == 404
    assert api.get(f"/job/{one['id']}") == one


BEGINS = diagram(
    '<bpmn:startEvent id="s"><bpmn:timerEventDefinition><bpmn:timeCycle>R/PT1H</bpmn:timeCycle>'
    "</bpmn:timerEventDefinition></bpmn:startEvent>"
    + user("a")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>a", "a>e"),
    key="begins",
)


def test_when_a_process_starts_is_nothing_one_office_changes_for_all(
    api: System, bearer: Knock, office: str
) -> None:
    from tests.engine import office as tiny

    tiny.publish(BEGINS)
    one = the_job(api, timers=True)
    person = bearer("read", "operate", login="pinghu_handler1")
    assert person.get(f"/job/{one['id']}") == one  # that it will start is no secret
    for method, below, body in (
        ("DELETE", "", None), ("POST", "/execute", None), ("PUT", "/retries", {"retries": 0}),
        ("PUT", "/suspended", {"suspended": True}), ("PUT", "/priority", {"priority": 1}),
        ("PUT", "/duedate", {"duedate": "2099-01-01T00:00:00.000+0800"}),
        ("POST", "/duedate/recalculate", None),
    ):  # fmt: skip
        told = person.do(method, f"/job/{one['id']}{below}", body, status=403)
        assert told["type"] == "AuthorizationException", below
    group = {"suspended": True, "processDefinitionKey": "begins"}
    person.do("PUT", "/job/suspended", group, status=204)  # none of it is the person's
    tries = {"retries": 0}
    path = f"/job-definition/{one['jobDefinitionId']}/retries"
    person.do("PUT", path, tries, status=204)
    person.do("POST", "/job/retries", {**tries, "jobIds": [one["id"]]}, status=400)
    assert the_job(api, timers=True) == one
    api.do("DELETE", f"/job/{one['id']}", status=204)
    assert api.get("/job") == []


def test_many_jobs_get_tries_by_a_batch(api: System, stuck: str) -> None:
    one = the_job(api, processInstanceId=stuck)
    api.do("PUT", f"/job/{one['id']}/retries", {"retries": 0}, status=204)
    given = {"retries": 4, "jobQuery": {"noRetriesLeft": True}}
    batch = api.post("/job/retries", given)
    assert (batch["type"], batch["totalJobs"]) == ("set-job-retries", 1)
    piece = the_job(api, messages=True, activityId="set-job-retries")
    assert piece["batchId"] == batch["id"]
    api.do("POST", f"/job/{piece['id']}/execute", status=204)
    assert api.get(f"/job/{one['id']}")["retries"] == 4
    assert api.get("/incident") == []
    api.do("POST", "/job/retries", {"retries": 4, "jobIds": []}, status=400)
    api.do("POST", "/job/retries", {"jobIds": [one["id"]]}, status=400)
