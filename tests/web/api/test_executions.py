"""Executions: processes, waiting tokens, and the scopes around them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.office import diagram, flows, user
from tests.web.api.conftest import Knock, System
from tests.web.api.diagrams import deploy, start, typed

INNER = (
    '<bpmn:startEvent id="s2"/>' + user("a") + '<bpmn:endEvent id="e2"/>' + flows("s2>a", "a>e2")
)
CASE = diagram(
    '<bpmn:startEvent id="s"/><bpmn:parallelGateway id="g"/>'
    f'<bpmn:subProcess id="sub" name="Inner">{INNER}</bpmn:subProcess>'
    '<bpmn:userTask id="each" name="each"><bpmn:multiInstanceLoopCharacteristics>'
    '<bpmn:loopCardinality xsi:type="bpmn:tFormalExpression">2</bpmn:loopCardinality>'
    "</bpmn:multiInstanceLoopCharacteristics></bpmn:userTask>"
    '<bpmn:receiveTask id="r" name="r" messageRef="m"/>'
    '<bpmn:endEvent id="e"/>' + flows("s>g", "g>sub", "g>each", "g>r", "sub>e", "each>e", "r>e"),
    extra='<bpmn:message id="m" name="paid"/>',
)


@pytest.fixture
def case(api: System) -> str:
    deploy(api, CASE)
    return str(start(api, businessKey="K", variables=typed(amount=5))["id"])


def inside(tree: Any) -> list[Any]:
    """Return every activity instance of a tree, with itself."""
    return [tree, *(one for child in tree["childActivityInstances"] for one in inside(child))]


def test_every_execution_of_the_tree_is_listed(api: System, case: str) -> None:
    tree = inside(api.get(f"/process-instance/{case}/activity-instances"))
    assert {one["activityId"] for one in tree} == {
        "p", "sub", "a", "each#multiInstanceBody", "each", "r",
    }  # fmt: skip
    standing = sorted(name for one in tree for name in one["executionIds"])
    listed = api.get("/execution", processInstanceId=case)
    assert sorted(one["id"] for one in listed) == standing
    assert {one["processInstanceId"] for one in listed} == {case}
    assert api.get("/execution/count", processInstanceId=case) == {"count": len(standing)}
    for one in listed:
        assert api.get(f"/execution/{one['id']}") == one


@pytest.mark.parametrize(
    ("more", "number"),
    [
        ({"activityId": "sub"}, 1),
        ({"activityId": "each#multiInstanceBody"}, 1),
        ({"activityId": "each"}, 2),
        ({"activityId": "a"}, 1),
        ({"messageEventSubscriptionName": "paid"}, 1),
        ({"businessKey": "K"}, 7),
        ({"businessKey": "L"}, 0),
        ({"suspended": True}, 0),
        ({"active": True, "activityId": "sub"}, 1),
        ({"processVariables": [{"name": "amount", "operator": "gt", "value": 4}]}, 7),
        ({"processVariables": [{"name": "amount", "operator": "gt", "value": 5}]}, 0),
        ({"incidentType": "failedJob"}, 0),
    ],
)
def test_filters_hold_for_scopes_as_well(
    api: System, case: str, more: dict[str, Any], number: int
) -> None:
    asked = {"processInstanceId": case, **more}
    assert len(api.post("/execution", asked)) == number
    assert api.post("/execution/count", asked) == {"count": number}


def test_windows_do_not_overlap(api: System, case: str) -> None:
    order = {"sortBy": "instanceId", "sortOrder": "desc"}
    parts = [
        api.get("/execution", processInstanceId=case, firstResult=first, maxResults=3, **order)
        for first in (0, 3, 6, 9)
    ]
    assert [len(part) for part in parts] == [3, 3, 1, 0]
    assert len({one["id"] for part in parts for one in part}) == 7


def test_a_scope_holds_variables_of_its_own(api: System, case: str) -> None:
    (scope,) = api.get("/execution", processInstanceId=case, activityId="sub")
    path = f"/execution/{scope['id']}/localVariables"
    api.do("PUT", f"{path}/x", {"value": 1}, status=204)
    assert api.get(f"{path}/x")["value"] == 1
    assert "x" not in api.get(f"/process-instance/{case}/variables")
    assert api.do("POST", f"/execution/{scope['id']}/signal", {}, status=400)


def test_a_token_that_is_not_there_has_no_variables(api: System, case: str) -> None:
    path = f"/execution/{case}.999/localVariables"
    told = api.do("GET", path, status=500)
    assert told["type"] == "NullValueException"
    assert told["message"] == f"execution {case}.999 doesn't exist: execution is null"
    told = api.do("PUT", f"{path}/x", {"value": 1}, status=500)
    assert told["message"].startswith("Cannot put execution variable x: ")
    api.do("GET", f"/execution/{case}.999", status=404)


def test_variables_and_process_variables_together(api: System, case: str) -> None:
    held = [{"name": "amount", "operator": "eq", "value": 5}]
    other = [{"name": "amount", "operator": "eq", "value": 6}]
    count = "/execution/count"
    assert api.post(count, {"variables": held, "processVariables": held})["count"] > 0
    assert api.post(count, {"variables": held, "processVariables": other}) == {"count": 0}


def test_scopes_of_others_are_not_told(api: System, bearer: Knock, case: str) -> None:
    (scope,) = api.get("/execution", processInstanceId=case, activityId="sub")
    stranger = bearer("read", login="bantian_handler1")
    assert stranger.get("/execution", processInstanceId=case) == []
    assert stranger.is_kept_from("GET", f"/execution/{scope['id']}")
