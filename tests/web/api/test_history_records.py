"""What the history tells of one case, value by value."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine import clock, commands, db, jobs
from engine.hooks import SYSTEM
from processes.support.models import OverdueCase
from tests.web.api import story
from tests.web.api.conftest import Knock, System
from tests.web.api.story import ANN


@pytest.fixture
def case(office: str) -> story.Story:
    """Decided, checked by ann, and waiting for an external worker."""
    made = story.begin(200)
    story.check(made)
    assert jobs.drain() == 1
    return made


def ids(found: list[dict[str, Any]], name: str = "activityId") -> list[str]:
    return [one[name] for one in found]


def test_an_instance_is_told_while_it_runs_and_after(api: System, case: story.Story) -> None:
    one = api.get(f"/history/process-instance/{case.id}")
    assert (one["state"], one["endTime"], one["durationInMillis"]) == ("ACTIVE", None, None)
    assert (one["businessKey"], one["startUserId"]) == ("S-1", "ann")
    assert (one["startActivityId"], one["processDefinitionVersion"]) == ("s", 1)
    with db.transaction() as session:
        commands.cancel(session, case.id, actor=SYSTEM, reason="重复")
    one = api.get(f"/history/process-instance/{case.id}")
    assert (one["state"], one["deleteReason"]) == ("EXTERNALLY_TERMINATED", "重复")
    assert one["durationInMillis"] >= 0
    assert api.ask("GET", "/history/process-instance/nobody's").status_code == 404


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"unfinished": True}, 1),
        ({"finished": True}, 0),
        ({"processInstanceBusinessKeyLike": "S-%"}, 1),
        ({"processInstanceBusinessKey": "s-1"}, 0),
        ({"startedBy": "ann"}, 1),
        ({"executedActivityIdIn": "check"}, 1),
        ({"executedActivityIdIn": "chec_"}, 0),
        ({"executedActivityIdIn": "pay"}, 1),
        ({"activeActivityIdIn": "pay"}, 1),
        ({"activeActivityIdIn": "check"}, 0),
        ({"variables": "level_eq_9"}, 1),
        ({"variables": "level_gt_9"}, 0),
        ({"processDefinitionKeyNotIn": "story"}, 0),
        ({"startedAfter": "2099-01-01T00:00:00.000+0800"}, 0),
        ({"incidentIdIn": "9" * 30}, 0),
        ({"tenantIdIn": "acme"}, 0),
        ({"withoutTenantId": True}, 1),
    ],
)
def test_instances_are_found_by(
    api: System, case: story.Story, query: dict[str, Any], count: int
) -> None:
    found = api.get("/history/process-instance", **query)
    assert [one["id"] for one in found] == [case.id][:count]
    assert api.get("/history/process-instance/count", **query) == {"count": count}


def test_or_queries_need_one_match_each(api: System, case: story.Story) -> None:
    body = {"orQueries": [{"startedBy": "bob", "processInstanceBusinessKey": "S-1"}]}
    assert ids(api.post("/history/process-instance", body), "id") == [case.id]
    body["orQueries"].append({"startedBy": "bob"})
    assert api.post("/history/process-instance", body) == []


def test_visits_have_a_beginning_an_end_and_a_kind(api: System, case: story.Story) -> None:
    mine = {"processInstanceId": case.id}
    order = {"sortBy": "occurrence", "sortOrder": "asc"}
    found = api.get("/history/activity-instance", **mine, **order)
    assert [(one["activityId"], one["activityType"], bool(one["endTime"])) for one in found] == [
        ("s", "startEvent", True),
        ("rate", "businessRuleTask", True),
        ("check", "userTask", True),
        ("gw", "exclusiveGateway", True),
        ("pay", "serviceTask", False),
    ]
    check = found[2]
    assert (check["taskId"], check["assignee"], check["canceled"]) == (case.task, "ann", False)
    assert check["parentActivityInstanceId"] == case.id
    one = api.get(f"/history/activity-instance/{check['id']}")
    assert one == check
    backwards = {"sortBy": "occurrence", "sortOrder": "desc"}
    assert api.get("/history/activity-instance", **mine, **backwards) == found[::-1]
    for query, elements in (
        ({"unfinished": True}, ["pay"]),
        ({"activityType": "userTask"}, ["check"]),
        ({"activityId": "gw"}, ["gw"]),
        ({"activityName": "Rate"}, ["rate"]),
        ({"taskAssignee": "ann"}, ["check"]),
        ({"canceled": True}, []),
        ({"executionId": check["executionId"]}, ["check"]),
    ):
        assert ids(api.get("/history/activity-instance", **query)) == elements


def test_what_was_interrupted_was_cancelled(api: System, case: story.Story) -> None:
    with db.transaction() as session:
        commands.cancel(session, case.id, actor=SYSTEM, reason="重复")
    (found,) = api.get("/history/activity-instance", canceled=True)
    assert (found["activityId"], bool(found["endTime"])) == ("pay", True)


def test_a_task_is_told_with_its_end(api: System, case: story.Story) -> None:
    (one,) = api.get("/history/task", taskId=case.task)
    assert (one["assignee"], one["deleteReason"], one["taskState"]) == (
        "ann",
        "completed",
        "Completed",
    )
    assert one["duration"] >= 0
    for query, count in (
        ({"taskDefinitionKey": "check", "finished": True}, 1),
        ({"unfinished": True}, 0),
        ({"processFinished": True}, 0),
        ({"taskInvolvedUser": "ann"}, 1),
        ({"taskHadCandidateGroup": "handler@pinghu"}, 1),
        ({"withoutCandidateGroups": True}, 0),
        ({"taskDeleteReason": "completed"}, 1),
        ({"processVariables": "level_eq_9"}, 1),
        ({"activityInstanceIdIn": one["activityInstanceId"]}, 1),
        ({"activityInstanceIdIn": ""}, 0),
    ):
        assert api.get("/history/task/count", **query) == {"count": count}, query


def test_a_task_of_no_case_is_told_as_well(api: System, bearer: Knock) -> None:
    api.do("POST", "/task/create", {"id": "own1", "name": "Tidy up", "assignee": "bob"}, status=204)
    (one,) = api.get("/history/task", taskName="Tidy up")
    assert (one["assignee"], one["processInstanceId"], one["endTime"]) == ("bob", None, None)
    stranger = bearer("history", login="bantian_handler1")
    assert stranger.get("/history/task", taskName="Tidy up") == []
    api.do("POST", f"/task/{one['id']}/complete", {}, status=204)
    (one,) = api.get("/history/task", taskName="Tidy up")
    assert (one["taskState"], one["deleteReason"]) == ("Completed", "completed")


def test_local_variables_of_a_task_are_found(api: System, office: str) -> None:
    made = story.begin()
    local = {"value": "draft", "type": "String"}
    api.do("PUT", f"/task/{made.task}/localVariables/state", local, status=204)
    assert api.get("/history/task/count", taskVariables="state_eq_draft") == {"count": 1}
    assert api.get("/history/task/count", taskVariables="state_eq_x") == {"count": 0}
    assert api.get("/history/task/count", processVariables="state_eq_draft") == {"count": 0}
    (kept,) = api.get("/history/variable-instance", taskIdIn=made.task)
    assert (kept["name"], kept["value"]) == ("state", "draft")


def test_variables_and_their_writes(api: System, case: story.Story) -> None:
    with db.transaction() as session:
        commands.set_variables(session, case.id, {"level": 10}, actor=ANN, remove=["amount"])
    mine = {"processInstanceId": case.id}
    kept = {one["name"]: one for one in api.get("/history/variable-instance", **mine)}
    assert {name: one["value"] for name, one in kept.items()} == {"bk": "S-1", "level": 10}
    assert kept["level"]["state"] == "CREATED"
    for query, count in (
        ({"variableName": "LEVEL"}, 0),
        ({"variableName": "LEVEL", "variableNamesIgnoreCase": True}, 1),
        ({"variableNameLike": "LEV%", "variableNamesIgnoreCase": True}, 1),
        ({"variableValue": "s-1"}, 0),
        ({"variableValue": "s-1", "variableValuesIgnoreCase": True}, 1),
        ({"variableTypeIn": "integer"}, 1),
    ):
        assert api.get("/history/variable-instance/count", **query) == {"count": count}, query
    assert api.post("/history/variable-instance/count", {"variableValue": 10}) == {"count": 1}
    gone = api.get("/history/variable-instance", includeDeleted=True, variableName="amount")
    assert [(one["state"], one["value"]) for one in gone] == [("DELETED", 200)]
    assert api.get(f"/history/variable-instance/{kept['level']['id']}") == kept["level"]
    written = api.get("/history/detail", variableInstanceId=kept["level"]["id"])
    assert [(one["value"], one["revision"], one["initial"]) for one in written] == [
        (9, 0, False),
        (10, 1, False),
    ]
    # The decision wrote the first, somebody from outside the second.
    assert written[0]["activityInstanceId"].startswith("rate:")
    assert written[1]["activityInstanceId"] == case.id
    assert api.get(f"/history/detail/{written[0]['id']}") == written[0]
    assert len(api.get("/history/detail", initial=True, **mine)) == 2
    assert api.ask("GET", "/history/detail/0-0").status_code == 404


def test_a_decision_is_told_with_what_it_read_and_said(api: System, case: story.Story) -> None:
    (one,) = api.get("/history/decision-instance", decisionDefinitionKey="level")
    assert (one["inputs"], one["outputs"]) == ([], [])
    assert one["activityInstanceId"].startswith(f"rate:{case.id}.")
    parts = {"includeInputs": True, "includeOutputs": True}
    told = api.get(f"/history/decision-instance/{one['id']}", **parts)
    assert [(part["clauseId"], part["clauseName"], part["value"]) for part in told["inputs"]] == [
        ("i", "amount", 200)
    ]
    (output,) = told["outputs"]
    assert (output["ruleId"], output["variableName"], output["value"]) == ("large", "level", 9)
    assert told["decisionDefinitionId"].startswith("level:1:")
    assert api.get("/history/decision-instance/count", activityIdIn="check") == {"count": 0}
    assert api.get("/history/decision-instance/count", rootDecisionInstancesOnly=True) == {
        "count": 1
    }


def test_who_did_what(api: System, case: story.Story) -> None:
    found = api.get("/history/user-operation", sortBy="timestamp", sortOrder="asc")
    assert [(one["operationType"], one["userId"], one["newValue"]) for one in found] == [
        ("Create", "ann", None),
        ("Claim", "ann", "ann"),
        ("Complete", "ann", "true"),
    ]
    assert api.get("/history/user-operation/count", operationType="Claim") == {"count": 1}
    assert api.get("/history/user-operation/count", entityType="Task") == {"count": 2}
    assert api.get("/history/user-operation/count", taskId=case.task) == {"count": 2}
    assert api.get("/history/user-operation/count", userId="bob") == {"count": 0}


def test_who_got_the_task(api: System, case: story.Story) -> None:
    found = api.get("/history/identity-link-log", taskId=case.task)
    assert [
        (one["type"], one["operationType"], one["userId"], one["groupId"]) for one in found
    ] == [
        ("candidate", "add", None, "handler@pinghu"),
        ("assignee", "add", "ann", None),
    ]
    assert api.get("/history/identity-link-log/count", type="candidate") == {"count": 1}


def test_what_systems_do_to_a_task_is_told_once(api: System, office: str) -> None:
    made = story.begin()
    path = f"/task/{made.task}"
    api.do("POST", f"{path}/assignee", {"userId": "bob"}, status=204)
    group = {"groupId": "handler@bantian", "type": "candidate"}
    api.do("POST", f"{path}/identity-links", group, status=204)
    api.do("POST", f"{path}/identity-links/delete", group, status=204)
    found = api.get("/history/user-operation", taskId=made.task)
    assert [(one["operationType"], one["orgValue"], one["newValue"]) for one in found] == [
        ("Assign", None, "bob"),
        ("AddGroupLink", None, "handler@bantian"),
        ("DeleteGroupLink", "handler@bantian", None),
    ]
    links = api.get("/history/identity-link-log", taskId=made.task)
    assert [(one["operationType"], one["userId"], one["groupId"]) for one in links[1:]] == [
        ("add", "bob", None),
        ("add", None, "handler@bantian"),
        ("delete", None, "handler@bantian"),
    ]


def test_what_an_outside_worker_said(api: System, case: story.Story) -> None:
    (held,) = fetch(api)
    path = f"/external-task/{held['id']}"
    told = {"workerId": "w", "errorMessage": "no answer", "errorDetails": "port 80", "retries": 0}
    api.do("POST", f"{path}/failure", told, status=204)
    (incident,) = api.get("/incident", processInstanceId=case.id)
    assert (incident["incidentType"], incident["activityId"]) == ("failedExternalTask", "pay")
    api.do("PUT", f"{path}/retries", {"retries": 1}, status=204)
    (past,) = api.get("/history/incident", incidentType="failedExternalTask")
    assert past["resolved"] is True
    fetch(api)
    api.do("POST", f"{path}/complete", {"workerId": "w"}, status=204)
    log = api.get("/history/external-task-log", processInstanceId=case.id)
    assert [
        (one["creationLog"], one["failureLog"], one["successLog"], one["workerId"]) for one in log
    ] == [
        (True, False, False, None),
        (False, True, False, "w"),
        (False, False, True, "w"),
    ]
    assert (log[1]["errorMessage"], log[1]["retries"]) == ("no answer", 0)
    assert log[0]["retries"] is None  # nobody had told a number yet
    details = api.ask("GET", f"/history/external-task-log/{log[1]['id']}/error-details")
    assert details.get_data(as_text=True) == "port 80"
    assert api.get(f"/history/external-task-log/{log[1]['id']}") == log[1]
    assert api.get(f"/history/process-instance/{case.id}")["state"] == "COMPLETED"


def fetch(api: System) -> list[dict[str, Any]]:
    clock.move(clock.offset() + timedelta(minutes=10))
    wanted = {"topicName": "pay", "lockDuration": 1000}
    found: list[dict[str, Any]] = api.post(
        "/external-task/fetchAndLock", {"workerId": "w", "maxTasks": 5, "topics": [wanted]}
    )
    return found


def test_counts_per_element(api: System, case: story.Story) -> None:
    definition = api.get(f"/history/process-instance/{case.id}")["processDefinitionId"]
    path = f"/history/process-definition/{definition}/statistics"
    assert [(one["id"], one["instances"]) for one in api.get(path)] == [("pay", 1)]
    found = {one["id"]: one["finished"] for one in api.get(path, finished=True)}
    assert found == {"check": 1, "gw": 1, "pay": 0, "rate": 1, "s": 1}


def test_what_could_be_cleaned_up(api: System, case: story.Story) -> None:
    path = "/history/process-definition/cleanable-process-instance-report"
    mine = {"processDefinitionKeyIn": "story"}
    keys = ("historyTimeToLive", "finishedProcessInstanceCount", "cleanableProcessInstanceCount")
    (one,) = api.get(path, **mine)
    assert [one[key] for key in keys] == [30, 0, 0]
    assert api.get(path, compact=True) == []
    with db.transaction() as session:
        commands.cancel(session, case.id, actor=SYSTEM, reason="重复")
    (one,) = api.get(path, **mine)
    assert [one[key] for key in keys] == [30, 1, 0]
    assert api.get(path, compact=True) == [one]  # "more than zero finished instances"
    clock.move(clock.offset() + timedelta(days=31))
    (one,) = api.get(path, compact=True)
    assert [one[key] for key in keys] == [30, 1, 1]
    assert api.get(f"{path}/count", **mine) == {"count": 1}


def test_what_is_kept_longer_than_anybody_can_say_is_never_cleanable(
    api: System, case: story.Story
) -> None:
    with db.transaction() as session:
        commands.cancel(session, case.id, actor=SYSTEM, reason="重复")
    days = {"historyTimeToLive": 999_999_999}
    api.do("PUT", "/process-definition/key/story/history-time-to-live", days, status=204)
    path = "/history/process-definition/cleanable-process-instance-report"
    (one,) = api.get(path, processDefinitionKeyIn="story")
    assert (one["finishedProcessInstanceCount"], one["cleanableProcessInstanceCount"]) == (1, 0)
    assert one["historyTimeToLive"] == 999_999_999


def test_a_finished_instance_is_deleted_for_good(api: System, case: story.Story) -> None:
    path = f"/history/process-instance/{case.id}"
    assert api.ask("DELETE", path).status_code == 400  # it still runs
    with db.transaction() as session:
        commands.cancel(session, case.id, actor=SYSTEM, reason="重复")
    api.do("DELETE", path, status=204)
    assert api.ask("GET", path).status_code == 404
    assert api.ask("DELETE", path).status_code == 404
    api.do("DELETE", path, status=204, failIfNotExists="false")
    for list_ in ("activity-instance", "task", "detail", "job-log", "user-operation"):
        assert api.get(f"/history/{list_}") == []


def test_what_an_area_keeps_protects_its_case(api: System, case: story.Story) -> None:
    with db.transaction() as session:
        commands.cancel(session, case.id, actor=SYSTEM, reason="重复")
        session.add(
            OverdueCase(
                instance_id=case.id,
                root_id=case.id,
                watch_key="S-1:check",
                element="check",
                stage="check",
                subject="S-1",
                org="pinghu",
                due_at=clock.now(),
            )
        )
    answer = api.ask("DELETE", f"/history/process-instance/{case.id}")
    assert answer.status_code == 400
    assert "业务台账" in answer.get_json()["message"]
