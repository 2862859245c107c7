"""Incidents opened by hand at an execution: told, resolved, gone with their token.

Camunda 7 REST reference, “Create Incident”; user guide, “Incidents” (custom incident types).
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.office import diagram, drain, flows, user
from tests.web.api.conftest import Knock, System
from tests.web.api.diagrams import complete, deploy, start

FLOW = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("a")
    + user("b")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>a", "a>b", "b>e")
)
FORK = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("a")
    + user("b")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>a", "s>b", "a>e", "b>e"),
    key="fork",
)


@pytest.fixture
def database(either_database: str) -> str:
    return either_database


@pytest.fixture
def case(api: System) -> str:
    deploy(api, FLOW, FORK)
    return str(start(api)["id"])


def execution(api: System, case: str, element: str) -> str:
    (one,) = api.get("/execution", processInstanceId=case, activityId=element)
    return str(one["id"])


def report(api: System, name: str, **more: Any) -> Any:
    return api.post(f"/execution/{name}/create-incident", {"incidentType": "paper", **more})


def test_the_wrong_caller_reports_nothing(
    api: System, nobody: System, bearer: Knock, case: str
) -> None:
    name = execution(api, case, "a")
    path, body = f"/execution/{name}/create-incident", {"incidentType": "paper"}
    assert nobody.ask("POST", path, body).status_code == 401
    assert bearer("read", "task").ask("POST", path, body).status_code == 403
    stranger = bearer("read", "operate", login="bantian_handler1")
    assert stranger.is_kept_from("POST", path, body)
    assert api.get("/incident") == []


def test_an_incident_is_told_where_it_was_reported(api: System, case: str) -> None:
    name = execution(api, case, "a")
    made = report(api, name, configuration="box 7", message="unreadable")
    assert made["incidentTimestamp"]
    assert {key: made[key] for key in (
        "processInstanceId", "executionId", "incidentType", "activityId", "failedActivityId",
        "causeIncidentId", "configuration", "incidentMessage", "jobDefinitionId",
    )} == {
        "processInstanceId": case, "executionId": name, "incidentType": "paper",
        "activityId": "a", "failedActivityId": "a", "causeIncidentId": made["id"],
        "configuration": "box 7", "incidentMessage": "unreadable", "jobDefinitionId": None,
    }  # fmt: skip
    assert api.get("/incident") == [made]
    assert api.get(f"/incident/{made['id']}") == made
    for asked, number in (
        ({"configuration": "box 7"}, 1), ({"configuration": "box 8"}, 0),
        ({"incidentType": "paper"}, 1), ({"incidentType": "failedJob"}, 0),
        ({"activityId": "a", "processInstanceId": case}, 1), ({"incidentMessage": "x"}, 0),
    ):  # fmt: skip
        assert api.get("/incident/count", **asked) == {"count": number}, asked
    (told,) = api.get("/execution", incidentId=made["id"])
    assert told["id"] == name
    assert api.get("/process-instance/count", withIncident=True) == {"count": 1}
    (line,) = api.get("/history/user-operation", operationType="CreateIncident")
    assert (line["userId"], line["newValue"]) == ("engine_api", "paper")
    api.do("DELETE", f"/incident/{made['id']}", status=204)
    (past,) = api.get("/history/incident")
    assert (past["resolved"], past["executionId"], past["configuration"]) == (True, name, "box 7")
    complete(case, "a")
    (past,) = api.get("/history/incident")
    assert (past["resolved"], past["deleted"]) == (True, False)


def test_it_goes_with_its_token(api: System, case: str) -> None:
    report(api, execution(api, case, "a"))
    report(api, execution(api, case, "a"))
    other = start(api)["id"]
    report(api, execution(api, other, "a"))
    complete(case, "a")
    assert [one["processInstanceId"] for one in api.get("/incident")] == [other]
    past = api.get("/history/incident", processInstanceId=case)
    assert [(one["open"], one["deleted"]) for one in past] == [(False, True)] * 2
    kept = report(api, execution(api, case, "b"))
    complete(case, "b")
    assert api.get("/history/incident", incidentId=kept["id"])[0]["deleted"] is True
    api.do("DELETE", f"/process-instance/{other}", status=204)
    drain()
    assert api.get("/incident") == []


def test_a_process_stands_for_its_only_execution(api: System, case: str) -> None:
    assert report(api, case)["executionId"] == execution(api, case, "a")
    fork = start(api, "fork")["id"]
    path = f"/execution/{fork}/create-incident"
    api.do("POST", path, {"incidentType": "paper"}, status=400)
    for wrong in (
        {}, {"incidentType": ""}, {"incidentType": "x" * 41},
        {"incidentType": "x", "message": "x" * 4001}, {"incidentType": "x", "other": 1},
        {"incidentType": "x", "configuration": "x" * 256},
    ):  # fmt: skip
        name = execution(api, fork, "b")
        api.do("POST", f"/execution/{name}/create-incident", wrong, status=400)
    told = api.do("POST", "/execution/zz/create-incident", {"incidentType": "x"}, status=400)
    assert "Cannot find an execution with executionId 'zz'" in told["message"]


def test_it_stays_over_a_migration_and_other_moves(api: System, case: str) -> None:
    made = report(api, execution(api, case, "a"))
    old = api.get("/process-definition/key/p")["id"]
    deploy(api, FLOW.replace(b'name="a"', b'name="A"'))
    new = api.get("/process-definition/key/p")["id"]
    ends = {"sourceProcessDefinitionId": old, "targetProcessDefinitionId": new}
    plan = api.post("/migration/generate", ends)
    body = {"migrationPlan": plan, "processInstanceIds": [case]}
    api.do("POST", "/migration/execute", body, status=204)
    (told,) = api.get("/incident")
    assert (told["id"], told["processDefinitionId"]) == (made["id"], new)
    steps = [{"type": "startBeforeActivity", "activityId": "b"}]
    path = f"/process-instance/{case}/modification"
    api.do("POST", path, {"instructions": steps}, status=204)
    assert len(api.get("/incident")) == 1
    steps = [{"type": "cancel", "activityId": "a"}]
    api.do("POST", path, {"instructions": steps}, status=204)
    assert api.get("/incident") == []
