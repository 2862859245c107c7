"""What workers and systems did to tasks stands in incidents, logs and history."""

from __future__ import annotations

from tests.engine import office
from tests.web.api import external_office
from tests.web.api.conftest import System
from tests.web.api.external_office import fetch
from tests.web.api.task_office import deploy, line, only, start, task


def test_an_external_task_leaves_its_log_and_its_incident(api: System) -> None:
    external_office.publish()
    case = office.start()
    [one] = fetch(api)
    path = f"/external-task/{one['id']}"
    body = {"workerId": "w", "errorMessage": "gone", "errorDetails": "trace", "retries": 0}
    api.post(f"{path}/failure", body, status=204)
    [incident] = api.get("/incident", processInstanceId=case)
    assert incident["incidentType"] == "failedExternalTask"
    assert incident["configuration"] == one["id"]
    assert incident["activityId"] == "x"
    assert incident["incidentMessage"] == "gone"
    api.do("PUT", f"{path}/retries", {"retries": 1}, status=204)
    assert api.get("/incident", processInstanceId=case) == []
    [closed] = api.get("/history/incident", processInstanceId=case)
    assert closed["resolved"] is True
    fetch(api)
    api.post(f"{path}/complete", {"workerId": "w"}, status=204)
    log = api.get("/history/external-task-log", externalTaskId=one["id"],
                  sortBy="timestamp", sortOrder="asc")  # fmt: skip
    kinds = [
        next(kind for kind in ("creation", "failure", "success", "deletion") if row[f"{kind}Log"])
        for row in log
    ]
    assert kinds == ["creation", "failure", "success"]
    assert (log[1]["errorMessage"], log[1]["workerId"], log[1]["retries"]) == ("gone", "w", 0)


def test_what_systems_do_to_a_task_is_written_down(api: System) -> None:
    deploy(api, line(task("a", 'camunda:candidateUsers="carl"')))
    case = start(api)
    one = only(api)["id"]
    path = f"/task/{one}"
    api.post(f"{path}/claim", {"userId": "carl"}, status=204)
    api.post(f"{path}/delegate", {"userId": "bob"}, status=204)
    api.post(f"{path}/resolve", status=204)
    api.do("PUT", path, {"name": "a", "priority": 90, "assignee": "carl"}, status=204)
    api.post(f"{path}/identity-links", {"userId": "eve", "type": "adviser"}, status=204)
    api.post(f"{path}/complete", {}, status=204)
    both = "Task,IdentityLink"
    told = api.get("/history/user-operation", processInstanceId=case, entityTypeIn=both)
    done = [row["operationType"] for row in told]
    for operation in ("Claim", "Delegate", "Resolve", "Update", "AddUserLink", "Complete"):
        assert operation in done, (operation, done)
    [kept] = api.get("/history/task", processInstanceId=case)
    assert (kept["id"], kept["assignee"], kept["priority"]) == (one, "carl", 90)
    assert kept["deleteReason"] == "completed"
