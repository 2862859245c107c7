"""What an answer shows of a record finds exactly the records that show the same.

Camunda's reference says of nearly every filter "filter by" and names a property of the answer, and
of every order which property it is. Asked of a lived-in history: two processes, one calling, with
tasks, timers, external tasks, decisions, failures, and people who came and went.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from engine import commands, db, jobs
from engine.hooks import SYSTEM
from tests.engine import office as tiny
from tests.engine.office import diagram, flows, user
from tests.web.api import story
from tests.web.api.conftest import System
from tests.web.api.diagrams import deploy, start, task_at, typed
from tests.web.api.test_history_filters import TWO
from web.api.access import contract_of

CALLER = diagram(
    '<bpmn:startEvent id="s"/><bpmn:callActivity id="call" calledElement="p"><bpmn:'
    'extensionElements><camunda:in variables="all"/></bpmn:extensionElements></bpmn:callActivity>'
    '<bpmn:endEvent id="e"/>' + user("b") + flows("s>call", "call>b", "b>e"),
    key="caller",
)
OF_CASE = {
    "processInstanceId": "processInstanceId",
    "processDefinitionId": "processDefinitionId",
    "processDefinitionKey": "processDefinitionKey",
}
ROOT = {"rootProcessInstanceId": "rootProcessInstanceId"}
#: List → filter → the property it asks for.
FILTERS: dict[str, dict[str, str]] = {
    "process-instance": {
        "processInstanceId": "id", "processInstanceIds": "id",
        "processDefinitionId": "processDefinitionId",
        "processDefinitionIdIn": "processDefinitionId",
        "processDefinitionKey": "processDefinitionKey",
        "processDefinitionKeyIn": "processDefinitionKey",
        "processDefinitionName": "processDefinitionName",
        "processDefinitionNameLike": "processDefinitionName",
        "processInstanceBusinessKey": "businessKey", "processInstanceBusinessKeyIn": "businessKey",
        "processInstanceBusinessKeyLike": "businessKey", "startedBy": "startUserId",
        "superProcessInstanceId": "superProcessInstanceId", **ROOT,
    },
    "activity-instance": {
        **OF_CASE, "activityInstanceId": "id", "activityId": "activityId",
        "activityName": "activityName", "activityNameLike": "activityName",
        "activityType": "activityType", "taskAssignee": "assignee", "canceled": "canceled",
        "completeScope": "completeScope",
    },
    "task": {
        **OF_CASE, **ROOT, "taskId": "id", "taskName": "name", "taskNameLike": "name",
        "taskDefinitionKey": "taskDefinitionKey", "taskDefinitionKeyIn": "taskDefinitionKey",
        "taskAssignee": "assignee", "taskAssigneeLike": "assignee", "taskOwner": "owner",
        "taskOwnerLike": "owner", "taskPriority": "priority", "taskDeleteReason": "deleteReason",
        "taskDeleteReasonLike": "deleteReason", "taskDueDate": "due",
        "taskFollowUpDate": "followUp",
        "taskDescription": "description", "taskDescriptionLike": "description",
        "executionId": "executionId", "activityInstanceIdIn": "activityInstanceId",
        "taskParentTaskId": "parentTaskId",
    },
    "variable-instance": {
        **OF_CASE, **ROOT, "variableName": "name", "variableNameIn": "name",
        "variableNameLike": "name", "executionIdIn": "executionId", "variableTypeIn": "type",
        "activityInstanceIdIn": "activityInstanceId", "taskIdIn": "taskId",
        "processInstanceIdIn": "processInstanceId",
        "processDefinitionKeyIn": "processDefinitionKey",
    },
    "detail": {
        "processInstanceId": "processInstanceId", "processInstanceIdIn": "processInstanceId",
        "variableInstanceId": "variableInstanceId", "variableInstanceIdIn": "variableInstanceId",
        "executionId": "executionId", "activityInstanceId": "activityInstanceId",
        "taskId": "taskId", "variableTypeIn": "variableType", "variableNameLike": "variableName",
        "userOperationId": "userOperationId", "initial": "initial",
    },
    "incident": {
        **OF_CASE, **ROOT, "incidentId": "id", "incidentType": "incidentType",
        "incidentMessage": "incidentMessage", "incidentMessageLike": "incidentMessage",
        "activityId": "activityId", "failedActivityId": "failedActivityId",
        "causeIncidentId": "causeIncidentId", "rootCauseIncidentId": "rootCauseIncidentId",
        "configuration": "configuration", "historyConfiguration": "historyConfiguration",
        "jobDefinitionIdIn": "jobDefinitionId", "open": "open", "resolved": "resolved",
        "deleted": "deleted", "processDefinitionKeyIn": "processDefinitionKey",
    },
    "job-log": {
        **OF_CASE, **ROOT, "logId": "id", "jobId": "jobId",
        "jobExceptionMessage": "jobExceptionMessage", "jobDefinitionId": "jobDefinitionId",
        "jobDefinitionType": "jobDefinitionType",
        "jobDefinitionConfiguration": "jobDefinitionConfiguration", "activityIdIn": "activityId",
        "failedActivityIdIn": "failedActivityId", "deploymentId": "deploymentId",
        "creationLog": "creationLog", "failureLog": "failureLog", "successLog": "successLog",
        "deletionLog": "deletionLog",
    },
    "external-task-log": {
        **OF_CASE, **ROOT, "logId": "id", "externalTaskId": "externalTaskId",
        "topicName": "topicName", "workerId": "workerId", "errorMessage": "errorMessage",
        "activityIdIn": "activityId", "activityInstanceIdIn": "activityInstanceId",
        "executionIdIn": "executionId", "creationLog": "creationLog", "failureLog": "failureLog",
        "successLog": "successLog", "deletionLog": "deletionLog",
    },
    "user-operation": {
        **OF_CASE, **ROOT, "deploymentId": "deploymentId", "executionId": "executionId",
        "taskId": "taskId", "externalTaskId": "externalTaskId", "jobId": "jobId",
        "userId": "userId", "operationId": "operationId", "operationType": "operationType",
        "entityType": "entityType", "entityTypeIn": "entityType", "category": "category",
        "categoryIn": "category", "property": "property",
    },
    "identity-link-log": {
        **OF_CASE, **ROOT, "taskId": "taskId", "type": "type", "userId": "userId",
        "groupId": "groupId", "operationType": "operationType", "assignerId": "assignerId",
    },
    "decision-instance": {
        **OF_CASE, "decisionInstanceId": "id", "decisionInstanceIdIn": "id",
        "decisionDefinitionId": "decisionDefinitionId",
        "decisionDefinitionIdIn": "decisionDefinitionId",
        "decisionDefinitionKey": "decisionDefinitionKey",
        "decisionDefinitionKeyIn": "decisionDefinitionKey",
        "decisionDefinitionName": "decisionDefinitionName",
        "decisionDefinitionNameLike": "decisionDefinitionName", "activityIdIn": "activityId",
        "activityInstanceIdIn": "activityInstanceId", "userId": "userId",
    },
}  # fmt: skip
#: Orders that are called otherwise than the property; None: nothing shows it, or all the same.
ORDERS: dict[str, str | None] = {
    "instanceId": "processInstanceId", "definitionId": None,
    "definitionKey": "processDefinitionKey",
    "definitionName": "processDefinitionName", "definitionVersion": "processDefinitionVersion",
    "duration": "durationInMillis", "occurrence": None, "tenantId": None, "taskId": "id",
    "taskName": "name", "taskDescription": "description", "dueDate": "due",
    "followUpDate": "followUp", "activityInstanceID": None, "activityInstanceId": None,
    "variableName": "name", "variableRevision": "revision", "formPropertyId": None,
    "incidentId": None, "causeIncidentId": None, "rootCauseIncidentId": None, "configuration": None,
    "historyConfiguration": None, "incidentState": None, "jobId": None, "externalTaskId": None,
    "hostname": None, "jobDefinitionId": None, "processDefinitionId": None, "deploymentId": None,
    "executionId": None, "caseDefinitionId": None, "caseInstanceId": None, "caseExecutionId": None,
}  # fmt: skip
OWN_NAMES = {
    "process-instance": {"instanceId": "id"},
    "task": {"duration": "duration"},
    "detail": {"variableName": "variableName"},
    "variable-instance": {"variableType": "type"},
    "identity-link-log": {"taskId": "taskId"},
    "activity-instance": {"activityInstanceId": "id"},
}


@pytest.fixture
def database(either_database: str) -> str:
    return either_database


@pytest.fixture
def lived(api: System, office: str) -> None:
    """The history of two offices' days: the tiny one's story, and diagrams that came over REST."""
    deploy(api, TWO, CALLER)
    first = start(api, variables=typed(zero=0, word="x"), businessKey="K")["id"]
    start(api, "caller", variables=typed(zero=1), businessKey="C")
    tiny.drain()
    for topic in ("x", "y"):
        body = {"workerId": f"w{topic}", "maxTasks": 2, "topics": [
            {"topicName": topic, "lockDuration": 10_000}]}  # fmt: skip
        for number, held in enumerate(api.post("/external-task/fetchAndLock", body)):
            told = {"workerId": f"w{topic}", "errorMessage": f"no {topic}", "retries": number}
            api.do("POST", f"/external-task/{held['id']}/failure", told, status=204)
    task = task_at(first, "a")
    path = f"/task/{task}"
    due = {"due": "2099-01-31T08:30:00.000+0800", "followUp": "2098-01-31T08:30:00.000+0800"}
    whole = {"name": "a", "description": "d", "priority": 7, "owner": "eve", **due}
    api.do("PUT", path, whole, status=204)
    api.do("POST", f"{path}/delegate", {"userId": "carl"}, status=204)
    value = {"value": "draft", "type": "String"}
    api.do("PUT", f"{path}/localVariables/state", value, status=204)
    api.do("POST", "/task/create", {"name": "own", "parentTaskId": task}, status=204)
    (job,) = api.get("/job", activityId="k", processInstanceId=first)
    api.do("PUT", f"/job/{job['id']}/priority", {"priority": 3}, status=204)
    for _ in range(2):
        api.post(f"/job/{job['id']}/execute", status=500)
    (waiting, *_) = api.get("/external-task", topicName="x")
    api.do("PUT", f"/external-task/{waiting['id']}/retries", {"retries": 1}, status=204)
    made = story.begin(200)
    story.check(made)
    jobs.drain()
    with db.transaction() as session:
        commands.cancel(session, made.id, actor=SYSTEM, reason="重复")
    given = {"variables": typed(amount=3)}
    api.post("/decision-definition/key/level/evaluate", given)


def test_what_is_shown_is_found(api: System, lived: None) -> None:
    wrong: list[str] = []
    tried = 0
    for name, filters in FILTERS.items():
        path = f"/history/{name}"
        everything = api.get(path)
        assert len(everything) > 1, name
        for parameter, shown in filters.items():
            for value in {one[shown] for one in everything} - {None, False, ""}:
                expected = {one["id"] for one in everything if one[shown] == value}
                if parameter == "processInstanceId" and name == "process-instance":
                    expected = {value}
                found = {one["id"] for one in api.get(path, **{parameter: value})}
                tried += 1
                if found != expected:
                    wrong.append(f"{name}?{parameter}={value}: {len(found)} ≠ {len(expected)}")
    assert wrong == []
    assert tried > 200


def orders(app: Flask) -> Iterator[tuple[str, str]]:
    """Yield (list, key) of every order that a list of the history offers."""
    for rule in app.url_map.iter_rules():
        name = str(rule).removeprefix("/engine-rest/history/")
        contract = contract_of(app.view_functions[rule.endpoint])
        if name in FILTERS and contract is not None and contract.query is not None:
            yield from ((name, key) for key in contract.query.sort_by)


def test_what_is_sorted_is_in_order(app: Flask, api: System, lived: None) -> None:
    wrong: list[str] = []
    tried = 0
    for name, key in orders(app):
        shown = OWN_NAMES.get(name, {}).get(key, ORDERS.get(key, key))
        for direction in ("asc", "desc") if shown else ():
            found = api.get(f"/history/{name}", sortBy=key, sortOrder=direction)
            told = [one[shown] for one in found if one[shown] is not None]
            tried += bool(told)
            if told != sorted(told, reverse=direction == "desc"):
                wrong.append(f"{name} by {key} {direction}: {told}")
    assert wrong == []
    assert tried > 100
