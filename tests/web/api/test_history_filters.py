"""Filters and orders of the history that tell records of one case apart.

Each is Camunda's sentence for the parameter ("Filter by the id of the execution …"), asked of rows
that real processes left: what an answer shows of a record finds exactly that record again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine import clock, commands, db, jobs
from engine.hooks import SYSTEM
from tests.engine.office import diagram, flows, user
from tests.web.api import story
from tests.web.api.conftest import System
from tests.web.api.diagrams import deploy, start, task_at, typed

TWO = diagram(
    '<bpmn:startEvent id="s"/><bpmn:parallelGateway id="g"/>'
    '<bpmn:serviceTask id="x" camunda:type="external" camunda:topic="x"/>'
    '<bpmn:serviceTask id="y" camunda:type="external" camunda:topic="y"/>'
    '<bpmn:scriptTask id="j" camunda:asyncBefore="true"><bpmn:script>n = 1</bpmn:script>'
    '</bpmn:scriptTask><bpmn:scriptTask id="k" camunda:asyncBefore="true"><bpmn:script>m = 1 / zero'
    '</bpmn:script></bpmn:scriptTask><bpmn:endEvent id="e"/>'
    + user("a")
    + flows("s>g", "g>x", "g>y", "g>j", "g>k", "g>a", "x>e", "y>e", "j>e", "k>e", "a>e")
)


@pytest.fixture
def case(api: System) -> str:
    """A case with two external tasks that failed for good, and jobs: one done, one failed."""
    deploy(api, TWO)
    made = start(api, variables=typed(zero=0), businessKey="K")
    for _ in range(2):  # one job of a case at a time
        jobs.drain()
    for topic in ("x", "y"):
        wanted = {"topicName": topic, "lockDuration": 10_000}
        body = {"workerId": "w", "maxTasks": 1, "topics": [wanted]}
        (held,) = api.post("/external-task/fetchAndLock", body)
        told = {"workerId": "w", "errorMessage": f"no {topic}", "retries": 0}
        api.do("POST", f"/external-task/{held['id']}/failure", told, status=204)
    return str(made["id"])


def ids(found: list[dict[str, Any]]) -> set[str]:
    return {one["id"] for one in found}


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("incident", "executionId"),
        ("history/incident", "executionId"),
        ("history/job-log", "executionIdIn"),
        ("history/external-task-log", "executionIdIn"),
        ("history/external-task-log", "activityInstanceIdIn"),
        ("history/activity-instance", "executionId"),
        ("history/task", "executionId"),
        ("history/task", "activityInstanceIdIn"),
    ],
)
def test_an_execution_finds_its_own_records(
    api: System, case: str, path: str, parameter: str
) -> None:
    everything = api.get(f"/{path}")
    shown = parameter.removesuffix("In")
    for one in everything:
        same = {other["id"] for other in everything if other[shown] == one[shown]}
        if one[shown] != case:  # the process itself means all that is in it
            assert ids(api.get(f"/{path}", **{parameter: one[shown]})) == same
            assert api.get(f"/{path}/count", **{parameter: one[shown]}) == {"count": len(same)}
    assert api.get(f"/{path}", **{parameter: f"{case}.none"}) == []
    assert everything


def test_an_incident_names_the_attempt_that_opened_it(api: System, case: str) -> None:
    found = api.get("/history/incident", incidentType="failedExternalTask")
    for one in found:
        entry = api.get(f"/history/external-task-log/{one['historyConfiguration']}")
        assert (entry["errorMessage"], entry["activityId"]) == (
            one["incidentMessage"],
            one["activityId"],
        )
        wanted = {"historyConfiguration": one["historyConfiguration"]}
        assert api.get("/history/incident", **wanted) == [one]
    assert len(found) == 2
    (job,) = api.get("/job", activityId="k")
    for _ in range(2):  # the first attempt was made by itself
        api.post(f"/job/{job['id']}/execute", status=500)
    (one,) = api.get("/history/incident", incidentType="failedJob")
    entries = api.get("/history/job-log", failureLog=True, sortBy="occurrence", sortOrder="asc")
    assert one["historyConfiguration"] == entries[-1]["id"]


def test_incidents_are_sorted_by_what_became_of_them(api: System, case: str) -> None:
    (first, second) = api.get("/history/incident", sortBy="incidentId", sortOrder="asc")
    api.do("PUT", f"/external-task/{second['configuration']}/retries", {"retries": 1}, status=204)
    order = {"sortBy": "incidentState", "sortOrder": "asc"}
    states = ("open", "resolved", "deleted")
    found = api.get("/history/incident", **order)
    assert [(one["id"], *[one[name] for name in states]) for one in found] == [
        (first["id"], True, False, False),
        (second["id"], False, True, False),
    ]
    with db.transaction() as session:
        commands.cancel(session, case, actor=SYSTEM, reason="x")
    found = api.get("/history/incident", **order)
    assert [[one[name] for name in states] for one in found] == [
        [False, True, False],
        [False, False, True],
    ]


def test_what_is_asked_of_an_incident_is_asked_of_the_same_one(api: System, case: str) -> None:
    (first, _) = api.get("/history/incident", sortBy="incidentId", sortOrder="asc")
    path = "/history/process-instance/count"
    kind = {"incidentType": "failedExternalTask"}
    assert api.get(path, **kind, incidentMessage="no x") == {"count": 1}
    assert api.get(path, incidentIdIn=first["id"], incidentMessage="no y") == {"count": 0}
    api.do("PUT", f"/external-task/{first['configuration']}/retries", {"retries": 1}, status=204)
    assert api.get(path, incidentStatus="resolved", incidentMessage="no x") == {"count": 1}
    assert api.get(path, incidentStatus="resolved", incidentMessage="no y") == {"count": 0}


def test_an_attempt_that_went_well_costs_no_try(api: System, case: str) -> None:
    log = api.get("/history/job-log", activityIdIn="j", sortBy="occurrence", sortOrder="asc")
    assert [(one["successLog"], one["jobRetries"]) for one in log] == [(False, 3), (True, 3)]
    log = api.get("/history/job-log", activityIdIn="k", sortBy="occurrence", sortOrder="asc")
    assert [(one["failureLog"], one["jobRetries"]) for one in log] == [(False, 3), (True, 2)]


def test_writing_a_variable_executes_no_activity(api: System, case: str) -> None:
    clock.move(clock.offset() + timedelta(hours=1))
    since = {"executedActivityAfter": shown(-1)}
    value = {"value": 5, "type": "Integer"}
    api.do("PUT", f"/process-instance/{case}/variables/n", value, status=204)
    path = "/history/process-instance/count"
    assert api.get(path, **since) == {"count": 0}
    assert api.get(path, executedActivityBefore=since["executedActivityAfter"]) == {"count": 1}
    api.post(f"/task/{task_at(case, 'a')}/complete", {}, status=204)
    assert api.get(path, **since) == {"count": 1}


def shown(seconds: int) -> str:
    moment = clock.now().astimezone(clock.CHINA) + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds")[:-3] + "00"


@pytest.mark.parametrize(
    ("path", "field", "before", "after"),
    [
        ("process-instance", "startTime", "startedBefore", "startedAfter"),
        ("activity-instance", "startTime", "startedBefore", "startedAfter"),
        ("activity-instance", "endTime", "finishedBefore", "finishedAfter"),
        ("task", "startTime", "startedBefore", "startedAfter"),
        ("incident", "createTime", "createTimeBefore", "createTimeAfter"),
        ("detail", "time", "occurredBefore", "occurredAfter"),
        ("user-operation", "timestamp", "beforeTimestamp", "afterTimestamp"),
        ("identity-link-log", "time", "dateBefore", "dateAfter"),
    ],
)
def test_the_moment_that_is_told_finds_its_record(
    api: System, case: str, path: str, field: str, before: str, after: str
) -> None:
    everything = [one for one in api.get(f"/history/{path}") if one[field]]
    for one in everything:
        for parameter in (before, after):
            found = ids(api.get(f"/history/{path}", **{parameter: one[field]}))
            assert one["id"] in found, parameter
        only = ids(api.get(f"/history/{path}", **{before: one[field], after: one[field]}))
        assert only == ids([other for other in everything if other[field] == one[field]])
    assert everything


def test_whose_due_day_or_making_is_told_is_found(api: System, case: str) -> None:
    task = task_at(case, "a")
    api.do("PUT", f"/task/{task}", {"name": "a", "due": shown(60)}, status=204)
    (one,) = api.get("/task")
    assert ids(api.get("/task", dueDate=one["due"], createdOn=one["created"])) == {task}
    assert ids(api.get("/history/task", taskDueDate=one["due"])) == {task}
    # who asks for what came after the last one it knows does not meet that one again
    for parameter, field in (("createdAfter", "created"), ("dueAfter", "due")):
        assert api.get("/task", **{parameter: one[field]}) == []


def test_writes_are_found_by_their_variables(api: System, case: str) -> None:
    for one in api.get("/history/variable-instance"):
        by = {"variableInstanceIdIn": f"{one['id']},zz"}
        found = api.get("/history/detail", **by)
        assert {other["variableInstanceId"] for other in found} == {one["id"]}
        assert api.get("/history/detail/count", **by) == {"count": len(found)}


def test_who_once_had_to_do_with_a_task_is_remembered(api: System, office: str) -> None:
    task = story.begin().task
    path = f"/task/{task}"
    for body in (
        {"userId": "carl", "type": "candidate"},
        {"groupId": "handler@bantian", "type": "candidate"},
        {"userId": "dora", "type": "reader"},
    ):
        api.do("POST", f"{path}/identity-links", body, status=204)
        api.do("POST", f"{path}/identity-links/delete", body, status=204)
    api.do("POST", f"{path}/assignee", {"userId": "bob"}, status=204)
    api.do("POST", f"{path}/assignee", {"userId": "eve"}, status=204)
    for query, count in (
        ({"taskHadCandidateUser": "carl"}, 1),
        ({"taskHadCandidateUser": "dora"}, 0),
        ({"taskHadCandidateUser": "bob"}, 0),
        ({"taskHadCandidateGroup": "handler@bantian"}, 1),
        ({"taskHadCandidateGroup": "handler@pinghu"}, 1),
        ({"taskHadCandidateGroup": "handler@longhua"}, 0),
        ({"taskInvolvedUser": "carl"}, 1),
        ({"taskInvolvedUser": "dora"}, 1),
        ({"taskInvolvedUser": "bob"}, 1),
        ({"taskInvolvedUser": "eve"}, 1),
        ({"taskInvolvedUser": "engine_api"}, 0),
        ({"taskInvolvedGroup": "handler@bantian"}, 1),
    ):
        assert api.get("/history/task/count", **query) == {"count": count}, query


def test_every_holder_and_owner_of_a_task_is_in_its_log(api: System, office: str) -> None:
    task = story.begin().task
    path = f"/task/{task}"
    api.do("POST", f"{path}/assignee", {"userId": "bob"}, status=204)
    api.do("POST", f"{path}/delegate", {"userId": "carl"}, status=204)
    api.do("POST", f"{path}/resolve", {}, status=204)
    api.do("PUT", path, {"name": "x", "assignee": "bob", "owner": "eve"}, status=204)
    found = api.get("/history/identity-link-log", taskId=task)
    told = [(one["type"], one["operationType"], one["userId"]) for one in found]
    assert [one for one in told if one[0] == "assignee"] == [
        ("assignee", "add", "bob"),
        ("assignee", "delete", "bob"),
        ("assignee", "add", "carl"),
        ("assignee", "delete", "carl"),
        ("assignee", "add", "bob"),
    ]
    assert [one for one in told if one[0] == "owner"] == [
        ("owner", "add", "bob"),
        ("owner", "delete", "bob"),
        ("owner", "add", "eve"),
    ]
    assert api.get("/history/identity-link-log", assignerId="system") == []
    mine = {"assignerId": "engine_api", "type": "owner", "operationType": "add"}
    assert api.get("/history/identity-link-log/count", **mine) == {"count": 2}


def test_a_task_that_went_with_its_case_has_the_reason_of_the_case(api: System, case: str) -> None:
    """`deleteReason`: completed, deleted, or what somebody said who deleted the case."""
    with db.transaction() as session:
        commands.cancel(session, case, actor=SYSTEM, reason="no longer wanted")
    for query, count in (
        ({"taskDeleteReason": "no longer wanted"}, 1),
        ({"taskDeleteReasonLike": "no longer%"}, 1),
        ({"taskDeleteReason": "deleted"}, 0),
    ):
        found = api.get("/history/task", **query)
        assert [one["deleteReason"] for one in found] == ["no longer wanted"] * count
