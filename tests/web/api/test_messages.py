"""Messages and signals that arrive at once; executions that are woken by name."""

from __future__ import annotations

from typing import Any

import pytest

from engine import db
from processes.people import access, demo
from tests.engine.office import diagram, flows, user
from tests.web.api.conftest import Knock, System
from tests.web.api.diagrams import deploy, start, typed

EXTRA = '<bpmn:message id="m1" name="paid"/><bpmn:message id="m2" name="begin"/>\
<bpmn:signal id="g1" name="alarm"/>'
WAITS = diagram(
    '<bpmn:startEvent id="s"/><bpmn:receiveTask id="r" name="r" messageRef="m1"/>'
    + user("a")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>r", "r>a", "a>e"),
    extra=EXTRA,
)
TOLD = diagram(
    '<bpmn:startEvent id="s"/><bpmn:receiveTask id="t" name="t"/>'
    + user("u")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>t", "t>u", "u>e"),
    key="told",
)
BEGINS = diagram(
    '<bpmn:startEvent id="s"><bpmn:messageEventDefinition messageRef="m2"/></bpmn:startEvent>'
    + user("b")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>b", "b>e"),
    key="begins",
    extra=EXTRA,
)
HEARS = diagram(
    '<bpmn:startEvent id="s"/><bpmn:intermediateCatchEvent id="h" name="h">'
    '<bpmn:signalEventDefinition signalRef="g1"/></bpmn:intermediateCatchEvent>'
    + user("c")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>h", "h>c", "c>e"),
    key="hears",
    extra=EXTRA,
)
ALARMED = diagram(
    '<bpmn:startEvent id="s"><bpmn:signalEventDefinition signalRef="g1"/></bpmn:startEvent>'
    + user("w")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>w", "w>e"),
    key="alarmed",
    extra=EXTRA,
)


@pytest.fixture(autouse=True)
def _deployed(api: System) -> None:
    deploy(api, WAITS, TOLD, BEGINS, HEARS, ALARMED)


def at(api: System, element: str) -> list[str]:
    """Return the instances with a token at an element."""
    return [one["id"] for one in api.get("/process-instance", activityIdIn=element)]


def send(api: System, status: int = 204, **body: Any) -> Any:
    return api.post("/message", {"messageName": "paid", **body}, status=status)


def test_a_message_arrives_at_once(api: System) -> None:
    one = start(api, businessKey="K-1")["id"]
    other = start(api, businessKey="K-2")["id"]
    send(api, businessKey="K-1", processVariables=typed(sum=5))
    assert (at(api, "a"), at(api, "r")) == ([one], [other])
    assert api.get(f"/process-instance/{one}/variables/sum")["value"] == 5


def test_nobody_and_several_are_errors(api: System) -> None:
    for body in ({}, {"businessKey": "x"}):
        told = send(api, 400, **body)
        assert told["type"] == "RestException"
        assert "MismatchingMessageCorrelationException: Cannot correlate" in told["message"]
    start(api)
    start(api)
    assert "MismatchingMessageCorrelationException" in send(api, 400)["message"]
    assert len(at(api, "r")) == 2
    send(api, all=True)
    assert len(at(api, "a")) == 2
    send(api, all=True)  # nobody is no error when all are meant


def test_correlation_by_variables(api: System) -> None:
    start(api, variables=typed(order=1, kind="x"))
    wanted = start(api, variables=typed(order=2, kind="x"))["id"]
    send(api, 400, correlationKeys=typed(order=3))
    send(api, 400, correlationKeys=typed(kind="x"))
    send(api, correlationKeys=typed(order=2, kind="x"))
    assert at(api, "a") == [wanted]


def test_correlation_by_the_variables_of_the_token(api: System) -> None:
    first, second = start(api)["id"], start(api)["id"]
    (execution,) = api.get("/execution", processInstanceId=second, activityId="r")
    path = f"/execution/{execution['id']}/localVariables"
    api.do("PUT", f"{path}/near", {"value": 1}, status=204)
    assert api.get(path) == typed_out(near=1)
    assert api.get(f"/process-instance/{second}/variables") == {}
    for other in (2, "1", True, None):  # as correlation keys: compared with their kind
        send(api, 400, localCorrelationKeys=typed(near=other))
    send(api, localCorrelationKeys={"near": {"value": 1, "type": "Long"}})
    assert (at(api, "r"), at(api, "a")) == ([first], [second])


def typed_out(**values: int) -> dict[str, Any]:
    return {
        name: {"type": "Integer", "value": one, "valueInfo": {}} for name, one in values.items()
    }


def test_one_instance_by_its_id(api: System) -> None:
    start(api)
    wanted = start(api)["id"]
    send(api, processInstanceId=wanted)
    assert at(api, "a") == [wanted]


def test_the_result(api: System) -> None:
    one = start(api, variables=typed(x=1))["id"]
    (told,) = send(api, 200, resultEnabled=True, variablesInResultEnabled=True)
    assert (told["resultType"], told["processInstance"]) == ("Execution", None)
    assert told["execution"]["processInstanceId"] == one
    assert told["variables"] == typed_out(x=1)
    (made,) = send(api, 200, messageName="begin", businessKey="B", resultEnabled=True)
    assert made["resultType"] == "ProcessDefinition"
    assert made["processInstance"]["businessKey"] == "B"
    assert at(api, "b") == [made["processInstance"]["id"]]
    send(api, 400, variablesInResultEnabled=True)


def test_a_held_definition_begins_by_no_message(api: System) -> None:
    api.do("PUT", "/process-definition/key/begins/suspended", {"suspended": True}, status=204)
    send(api, 400, messageName="begin")


def test_a_held_instance_hears_nothing(api: System) -> None:
    one = start(api)["id"]
    api.do("PUT", f"/process-instance/{one}/suspended", {"suspended": True}, status=204)
    send(api, 400)
    assert at(api, "r") == [one]


def test_what_is_no_message(api: System) -> None:
    assert "No message name" in api.post("/message", {}, status=400)["message"]
    send(api, 400, tenantId="x")
    send(api, 400, colour="red")
    send(api, 400, correlationKeys=typed(a=1) | {"b": 5})


def test_who_is_shut_out_reaches_nobody(api: System) -> None:
    one = start(api)["id"]
    with db.transaction() as session:
        access.bar(session, one, demo.SERVICE_LOGIN)
    send(api, 400)
    api.post("/signal", {"name": "alarm"}, status=204)
    for path in (f"/execution/{one}", f"/execution/{one}.1/messageSubscriptions/paid"):
        assert api.ask("GET", path).status_code == 404


def test_a_signal_reaches_everybody(api: System) -> None:
    hearing = sorted(start(api, "hears")["id"] for _ in range(3))
    api.post("/signal", {"name": "alarm", "variables": typed(level=3)}, status=204)
    assert sorted(at(api, "c")) == hearing
    (begun,) = at(api, "w")
    for instance in (*hearing, begun):
        assert api.get(f"/process-instance/{instance}/variables/level")["value"] == 3
    api.post("/signal", {"name": "unheard"}, status=204)
    api.post("/signal", {}, status=400)


def test_a_signal_to_one(api: System) -> None:
    start(api, "hears")
    wanted = start(api, "hears")["id"]
    query = {"signalEventSubscriptionName": "alarm", "processInstanceId": wanted}
    (execution,) = api.get("/execution", **query)
    assert api.get("/execution/count", **query) == {"count": 1}
    api.post("/signal", {"name": "alarm", "executionId": execution["id"]}, status=204)
    assert at(api, "c") == [wanted]
    assert at(api, "w") == []
    api.post("/signal", {"name": "alarm", "executionId": execution["id"]}, status=500)
    api.post("/signal", {"name": "other", "executionId": wanted}, status=500)


def test_an_execution_is_woken_by_name(api: System) -> None:
    one = start(api)["id"]
    (execution,) = api.get("/execution", messageEventSubscriptionName="paid")
    path = f"/execution/{execution['id']}"
    assert api.get(path) == execution
    told = api.get(f"{path}/messageSubscriptions/paid")
    assert (told["eventType"], told["eventName"], told["activityId"]) == ("message", "paid", "r")
    assert api.ask("GET", f"{path}/messageSubscriptions/other").status_code == 404
    body = {"variables": typed(x=1)}
    api.post(f"{path}/messageSubscriptions/paid/trigger", body, status=204)
    assert at(api, "a") == [one]
    api.post(f"{path}/messageSubscriptions/paid/trigger", body, status=500)
    two = start(api)["id"]
    (execution,) = api.get("/execution", messageEventSubscriptionName="paid")
    api.post(f"/execution/{execution['id']}/signal", {}, status=204)
    assert sorted(at(api, "a")) == sorted([one, two])
    api.post(f"/execution/{two}/signal", {}, status=400)


def test_a_receive_task_without_a_message_waits_to_be_told(api: System, bearer: Knock) -> None:
    """`runtimeService.signal(executionId)`: it is subscribed to nothing that could come."""
    case = start(api, "told")["id"]
    (execution,) = api.get("/execution", processInstanceId=case, activityId="t")
    assert api.get("/event-subscription", processInstanceId=case) == []
    assert api.get("/event-subscription/count", processInstanceId=case) == {"count": 0}
    path = f"/execution/{execution['id']}/signal"
    stranger = bearer("read", "message", login="bantian_handler1")
    assert stranger.is_kept_from("POST", path, {})
    api.post("/message", {"messageName": "", "processInstanceId": case}, status=400)
    api.post(path, {"variables": typed(x=1)}, status=204)
    assert at(api, "u") == [case]
    assert api.get(f"/process-instance/{case}/variables/x")["value"] == 1
    api.post(path, {}, status=500)


def test_a_process_is_its_only_execution(api: System, bearer: Knock) -> None:
    """In Camunda a process with one token is one execution, which clients name by the process."""
    one, two = start(api)["id"], start(api)["id"]
    stranger = bearer("read", "message", login="bantian_handler1")
    assert stranger.is_kept_from("POST", f"/execution/{one}/signal", {})
    path = f"/execution/{one}/messageSubscriptions/paid"
    assert api.get(path)["activityId"] == "r"
    api.post(f"{path}/trigger", {"variables": typed(x=1)}, status=204)
    api.post(f"/execution/{two}/signal", {"variables": typed(x=2)}, status=204)
    assert sorted(at(api, "a")) == sorted([one, two])
    assert api.get(f"/process-instance/{two}/variables/x")["value"] == 2
    three = start(api, "hears")["id"]
    api.post("/signal", {"name": "alarm", "executionId": three}, status=204)
    assert at(api, "c") == [three]


def test_executions_are_processes_and_their_tokens(api: System) -> None:
    one = start(api, businessKey="K")["id"]
    found = api.get("/execution", businessKey="K", sortBy="instanceId", sortOrder="asc")
    assert [found[0]["id"], found[1]["processInstanceId"]] == [one, one]
    assert api.get("/execution/count", businessKey="K") == {"count": 2}
    held = {"processVariables": [{"name": "x", "operator": "eq", "value": 1}]}
    assert api.post("/execution", held) == []
    assert api.ask("GET", f"/execution/{one}.zz").status_code == 404
