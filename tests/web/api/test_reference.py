"""What Camunda's tools ask besides running processes: who, whose, what was, what is allowed."""

from __future__ import annotations

from typing import Any

import pytest

from processes.people import demo
from tests.engine import dmn
from tests.engine.office import diagram, drain, flows, user
from tests.web.api.conftest import Knock, System
from tests.web.api.diagrams import deploy, post_files, start, typed

#: A person of the demonstration who holds posts.
PERSON = "district_chair"
FLOW = diagram(
    '<bpmn:startEvent id="s"/>' + user("a") + '<bpmn:endEvent id="e"/>' + flows("s>a", "a>e")
)
RULED = diagram(
    '<bpmn:startEvent id="s"/><bpmn:businessRuleTask id="r" camunda:decisionRef="fee"'
    ' camunda:resultVariable="fee"/>'
    + user("a")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>r", "r>a", "a>e"),
    key="ruled",
)


@pytest.mark.parametrize(
    ("method", "below"), [("GET", ""), ("GET", "/xml"), ("POST", "/start"), ("GET", "/startForm")]
)
def test_no_tenant_has_a_definition(api: System, method: str, below: str) -> None:
    deploy(api, FLOW)
    told = api.do(method, f"/process-definition/key/p/tenant-id/x{below}", status=404)
    assert told["type"] == "RestException"
    assert told["message"] == "No matching process definition with key: p and tenant-id: x"


def test_what_is_not_offered_answers_in_shape(api: System) -> None:
    for method, path in (("GET", "/filter"), ("POST", "/case-definition/key/x/create")):
        told = api.do(method, path, status=404)
        assert set(told) == {"type", "message", "code"}


def test_addresses_end_with_a_slash_or_not(api: System) -> None:
    deploy(api, FLOW)
    name = api.get("/process-definition/key/p")["id"].replace(":", "%3A")
    assert api.get(f"/process-definition/{name}/")["key"] == "p"
    for body in (b"", b"{}"):  # and a body needs no content type
        path = f"/engine/default/process-definition/{name}/start/"
        assert api.ask("POST", path, data=body).status_code == 200


def test_what_a_path_allows_is_told_without_a_body(api: System, nobody: System) -> None:
    for asker in (api, nobody):
        told = asker.ask("OPTIONS", "/task/x")
        assert (told.status_code, told.data) == (200, b"")
        assert "Content-Type" not in told.headers
        assert {"GET", "PUT", "DELETE"} <= {one.strip() for one in told.headers["Allow"].split(",")}


def test_remarks_of_all_tasks_of_an_instance(api: System) -> None:
    deploy(api, FLOW)
    one, other = start(api)["id"], start(api)["id"]
    (task,) = api.get("/task", processInstanceId=one)
    made = api.post(f"/task/{task['id']}/comment/create", {"message": "seen"})
    (told,) = api.get(f"/process-instance/{one}/comment")
    assert (told["id"], told["message"], told["taskId"]) == (made["id"], "seen", task["id"])
    assert api.get(f"/process-instance/{other}/comment") == []
    api.post(f"/task/{task['id']}/complete", status=204)
    assert len(api.get(f"/process-instance/{one}/comment")) == 1
    assert api.do("GET", "/process-instance/nobody/comment", status=404)


def test_batches_stay_in_history(api: System) -> None:
    deploy(api, FLOW)
    body = {"processInstanceIds": [start(api)["id"]], "variables": typed(seen=True)}
    batch = api.post("/process-instance/variables-async", body)
    assert api.get("/history/batch/count", completed="false") == {"count": 1}
    drain()
    (told,) = api.get("/history/batch", completed="true", sortBy="endTime", sortOrder="desc")
    assert (told["id"], told["totalJobs"], told["type"]) == (batch["id"], 1, "set-variables")
    assert told["endTime"] is not None
    assert api.get(f"/history/batch/{batch['id']}") == told
    assert api.do("GET", "/history/batch/none", status=404)["type"] == "InvalidRequestException"


def test_an_evaluation_names_its_graph(api: System) -> None:
    small = dmn.table(["amount:number"], ["size:string"], [["> 10", '"large"'], ["<= 10", '"s"']])
    large = dmn.table(["size:string"], ["fee:number"], [['"large"', "5"]], identifier="u")
    graph = dmn.definitions(
        dmn.decision("size", small, name="size"), dmn.decision("fee", large, requires=["size"])
    )
    files = {"p.bpmn": RULED, "fees.dmn": graph}
    post_files(api, files)
    start(api, "ruled", variables=typed(amount=20))
    (known,) = api.get("/decision-requirements-definition")
    path = "/history/decision-instance"
    found = api.get(path, decisionRequirementsDefinitionId=known["id"])
    assert {one["decisionDefinitionKey"] for one in found} == {"fee", "size"}
    assert {one["decisionRequirementsDefinitionKey"] for one in found} == {known["key"]}
    assert {one["decisionRequirementsDefinitionId"] for one in found} == {known["id"]}
    assert api.get(f"{path}/count", decisionRequirementsDefinitionKey="other") == {"count": 0}


def test_a_start_form_of_the_diagram_is_rendered(api: System) -> None:
    fields = (
        '<bpmn:startEvent id="s"><bpmn:extensionElements><camunda:formData>'
        '<camunda:formField id="amount" label="Sum" type="long" defaultValue="3"/>'
        "</camunda:formData></bpmn:extensionElements></bpmn:startEvent>"
    )
    deploy(api, FLOW, diagram(fields + '<bpmn:endEvent id="e"/>' + flows("s>e"), key="asking"))
    path = "/process-definition/key/asking"
    name = api.get(path)["id"]
    key = api.get(f"{path}/startForm")["key"]
    assert key == f"embedded:engine://engine/:engine/process-definition/{name}/rendered-form"
    page = api.ask("GET", f"/process-definition/{name}/rendered-form")
    assert page.content_type.startswith("text/html")
    assert 'name="amount"' in page.get_data(as_text=True)
    api.do("GET", "/process-definition/key/p/rendered-form", status=404)


def test_a_decision_has_no_picture(api: System) -> None:
    table = dmn.table(["amount:number"], ["fee:number"], [["> 10", "5"]])
    post_files(api, {"fees.dmn": dmn.definitions(dmn.decision("fee", table))})
    name = api.get("/decision-definition/key/fee")["id"]
    for path in (name, "key/fee"):
        assert api.ask("GET", f"/decision-definition/{path}/diagram").status_code == 204
    api.do("GET", "/decision-definition/key/none/diagram", status=404)


def test_what_is_suspended_is_no_question_of_rights(api: System) -> None:
    deploy(api, FLOW, external())
    one = start(api, "outside")["id"]
    fetch = {"workerId": "w", "maxTasks": 1, "topics": [{"topicName": "t", "lockDuration": 60000}]}
    (task,) = api.post("/external-task/fetchAndLock", fetch)
    api.do("PUT", f"/process-instance/{one}/suspended", {"suspended": True}, status=204)
    path = f"/external-task/{task['id']}/complete"
    told = api.post(path, {"workerId": "w"}, status=500)
    assert told["type"] == "SuspendedEntityInteractionException"
    api.do("PUT", "/process-definition/key/p/suspended", {"suspended": True}, status=204)
    assert start(api, status=500)["type"] == "RestException"


def external() -> bytes:
    return diagram(
        '<bpmn:startEvent id="s"/><bpmn:serviceTask id="x" camunda:type="external"'
        ' camunda:topic="t"/><bpmn:endEvent id="e"/>' + flows("s>x", "x>e"),
        key="outside",
    )


def test_groups_and_names_of_a_user(api: System, office: str) -> None:
    told = api.get("/identity/groups", userId=PERSON)
    assert all(set(one) == {"id", "name"} for one in told["groups"])
    assert told["groups"]
    assert PERSON not in {one["id"] for one in told["groupUsers"]}
    profile = api.get(f"/user/{PERSON}/profile")
    assert profile["id"] == PERSON
    assert profile["firstName"]
    assert api.get("/identity/groups", userId="nobody") == {"groups": [], "groupUsers": []}
    assert "No user id" in api.do("GET", "/identity/groups", status=400)["message"]
    assert "does not exist" in api.do("GET", "/user/nobody/profile", status=404)["message"]


def test_only_a_systems_password_is_verified(api: System, office: str) -> None:
    def verify(login: str, password: str) -> Any:
        return api.post("/identity/verify", {"username": login, "password": password})

    known = verify(demo.SERVICE_LOGIN, demo.PASSWORD)
    assert known == {"authenticatedUser": demo.SERVICE_LOGIN, "authenticated": True}
    assert verify(demo.SERVICE_LOGIN, "wrong")["authenticated"] is False
    assert verify(PERSON, demo.PASSWORD)["authenticated"] is False
    assert "required" in api.post("/identity/verify", {"username": "x"}, status=400)["message"]


@pytest.mark.parametrize(
    ("permission", "kind", "allowed"),
    [
        ("READ", 6, True),
        ("CREATE_INSTANCE", 6, False),
        ("READ_HISTORY", 6, False),
        ("UPDATE", 8, False),
        ("READ", 7, True),
        ("UPDATE_TASK", 6, True),
        ("CREATE", 9, False),
        ("ALL", 4, False),
    ],
)
def test_what_a_token_allows(bearer: Knock, permission: str, kind: int, allowed: bool) -> None:
    asked = {"permissionName": permission, "resourceName": "any", "resourceType": kind}
    told = bearer("read", "task").get("/authorization/check", **asked, resourceId="x")
    assert told == {
        "permissionName": permission, "resourceName": "any", "resourceId": "x",
        "authorized": allowed,
    }  # fmt: skip


def test_permissions_of_others_are_not_told(api: System) -> None:
    asked = {"permissionName": "READ", "resourceName": "any", "resourceType": 6}
    assert api.get("/authorization/check", **asked, userId="engine_api")["authorized"] is True
    told = api.do("GET", "/authorization/check", status=403, **asked, userId="other")
    assert told["type"] == "AuthorizationException"
    del asked["resourceType"]
    assert "required" in api.do("GET", "/authorization/check", status=400, **asked)["message"]
