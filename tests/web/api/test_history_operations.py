"""The user operation log after Camunda's guide: operations, their entries, categories, notes."""

from __future__ import annotations

from typing import Any

import pytest

from engine import commands, db, jobs
from processes.people import access, demo
from tests.web.api import story
from tests.web.api.conftest import Knock, System
from tests.web.api.story import ANN

PATH = "/history/user-operation"


@pytest.fixture
def task(api: System, office: str) -> str:
    """A task that was given to bob, handed on to carl, and has a new candidate."""
    made = story.begin().task
    path = f"/task/{made}"
    api.do("POST", f"{path}/assignee", {"userId": "bob"}, status=204)
    api.do("POST", f"{path}/delegate", {"userId": "carl"}, status=204)
    link = {"userId": "dora", "type": "candidate"}
    api.do("POST", f"{path}/identity-links", link, status=204)
    return made


def told(found: list[dict[str, Any]], *names: str) -> list[Any]:
    return [tuple(one[name] for name in names) for one in found]


def test_the_entries_of_one_operation_have_one_id(api: System, task: str) -> None:
    """ "All entries of one operation are linked by an operation id": delegating makes three."""
    found = api.get(PATH, operationType="Delegate")
    assert told(found, "property", "orgValue", "newValue") == [
        ("assignee", "bob", "carl"),
        ("owner", None, "bob"),
        ("delegation", None, "PENDING"),
    ]
    (operation,) = {one["operationId"] for one in found}
    assert api.get(PATH, operationId=operation) == found
    others = {one["operationId"] for one in api.get(PATH)} - {operation}
    assert len(others) == len(api.get(PATH)) - 3
    for one in others:
        assert api.get(f"{PATH}/count", operationId=one) == {"count": 1}
    api.do("POST", f"/task/{task}/resolve", {}, status=204)
    resolved = api.get(PATH, operationType="Resolve")
    assert told(resolved, "property", "orgValue", "newValue") == [
        ("delegation", "PENDING", "RESOLVED")
    ]


def test_what_is_done_to_tasks_is_a_task_workers_business(api: System, task: str) -> None:
    instance, value = of(api, task), {"value": 1, "type": "Integer"}
    api.do("PUT", f"/process-instance/{instance}/variables/n", value, status=204)
    api.do("PUT", f"/task/{task}/variables/m", value, status=204)
    api.do("PUT", f"/process-instance/{instance}/suspended", {"suspended": True}, status=204)
    found = api.get(PATH)
    assert {(one["entityType"], one["category"]) for one in found} == {
        ("Task", "TaskWorker"),
        ("IdentityLink", "TaskWorker"),
        ("ProcessInstance", "Operator"),
        ("Variable", "Operator"),
        ("Variable", "TaskWorker"),
    }
    over_task = {"taskId": task, "entityType": "Variable"}
    assert told(api.get(PATH, **over_task), "category") == [("TaskWorker",)]
    for query in ({"category": "TaskWorker"}, {"category": "Operator"}, {"category": "Admin"}):
        same = [one for one in found if one["category"] == query["category"]]
        assert api.get(PATH, **query) == same
    assert api.get(f"{PATH}/count", categoryIn="Operator,TaskWorker") == {"count": len(found)}
    (link,) = api.get(PATH, entityType="IdentityLink")
    assert (link["operationType"], link["property"], link["newValue"]) == (
        "AddUserLink",
        "candidate",
        "dora",
    )


def of(api: System, task: str) -> str:
    return str(api.get(f"/task/{task}")["processInstanceId"])


def test_a_note_stands_on_every_entry_of_its_operation(api: System, task: str) -> None:
    found = api.get(PATH, operationType="Delegate")
    path = f"{PATH}/{found[0]['operationId']}"
    api.do("PUT", f"{path}/set-annotation", {"annotation": "on leave"}, status=204)
    assert told(api.get(PATH, operationType="Delegate"), "annotation") == [("on leave",)] * 3
    assert [one for one in api.get(PATH) if one["annotation"]] == api.get(
        PATH, operationType="Delegate"
    )
    (noted,) = api.get(PATH, entityType="OperationLog")
    assert (noted["operationType"], noted["property"], noted["newValue"], noted["category"]) == (
        "SetAnnotation",
        "operationId",
        found[0]["operationId"],
        "Operator",
    )
    api.do("PUT", f"{path}/clear-annotation", status=204)
    assert api.get(PATH, operationType="Delegate") == found
    assert api.get(f"{PATH}/count", operationType="ClearAnnotation") == {"count": 1}
    api.do("PUT", f"{path}/set-annotation", {"annotation": "x" * 4001}, status=400)
    api.do("PUT", f"{PATH}/nobody's/set-annotation", {"annotation": "x"}, status=400)
    api.do("PUT", f"{PATH}/nobody's/clear-annotation", status=400)


def test_nobody_notes_what_they_may_not_see(
    api: System, bearer: Knock, nobody: System, task: str
) -> None:
    (one, *_) = api.get(PATH, operationType="Delegate")
    path, body = f"{PATH}/{one['operationId']}/set-annotation", {"annotation": "x"}
    stranger = bearer("operate", "history", login="bantian_handler1")
    stranger.do("PUT", path, body, status=400)
    assert bearer("history").ask("PUT", path, body).status_code == 403
    assert nobody.ask("PUT", path, body).status_code == 401
    instance = of(api, task)
    with db.transaction() as session:
        access.bar(session, instance, demo.SERVICE_LOGIN)
    api.do("PUT", path, body, status=400)


def test_writes_name_the_operation_they_were_part_of(api: System, task: str) -> None:
    instance = of(api, task)
    body = {"modifications": {"n": {"value": 1, "type": "Integer"}}}
    api.post(f"/process-instance/{instance}/variables", body, status=204)
    with db.transaction() as session:
        commands.set_variables(session, instance, {"m": 2}, actor=ANN)
    for name, user in (("n", "engine_api"), ("m", "ann"), ("amount", "ann")):
        (write,) = api.get("/history/detail", variableNameLike=name)
        (act,) = api.get(PATH, operationId=write["userOperationId"])
        assert act["userId"] == user
        assert act["operationType"] == ("Create" if name == "amount" else "SetVariable")
        assert write in api.get("/history/detail", userOperationId=act["operationId"])
    assert api.get("/history/detail", userOperationId="zz") == []


def test_what_an_operator_does_to_an_external_task_is_told(api: System, office: str) -> None:
    """The guide's operations of `ExternalTask`: retries, priority, unlocking; no worker's words."""
    made = story.begin(200)
    story.check(made)
    assert jobs.drain() == 1
    topics = [{"topicName": "pay", "lockDuration": 10_000}]
    body = {"workerId": "w", "maxTasks": 1, "topics": topics}
    (held,) = api.post("/external-task/fetchAndLock", body)
    path = f"/external-task/{held['id']}"
    api.post(f"{path}/unlock", status=204)
    api.do("PUT", f"{path}/retries", {"retries": 2}, status=204)
    api.do("PUT", f"{path}/priority", {"priority": 7}, status=204)
    found = api.get(PATH, entityType="ExternalTask")
    assert told(found, "operationType", "property", "orgValue", "newValue") == [
        ("Unlock", None, None, None),
        ("SetExternalTaskRetries", "retries", None, "2"),
        ("SetPriority", "priority", "0", "7"),
    ]
    assert set(told(found, "externalTaskId", "category", "userId")) == {
        (held["id"], "Operator", "engine_api")
    }
    assert api.get(PATH, externalTaskId=held["id"]) == found
    assert api.get(PATH, externalTaskId="0") == []


def test_what_was_run_by_hand_is_told_once_it_went_well(api: System, office: str) -> None:
    made = story.begin(200)
    story.check(made)
    (job,) = api.get("/job", activityId="gw")
    api.post(f"/job/{job['id']}/execute", status=204)
    other = story.another(3)  # no way leads on behind the gateway
    story.check(other)
    (broken,) = api.get("/job", activityId="gw")
    api.post(f"/job/{broken['id']}/execute", status=500)
    found = api.get(PATH, operationType="Execute")
    assert told(found, "entityType", "jobId", "userId", "processInstanceId", "category") == [
        ("Job", job["id"], "engine_api", made.id, "Operator")
    ]
