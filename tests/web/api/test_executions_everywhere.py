"""Executions over all instances, by what they hold themselves and what their process holds.

Camunda 7 REST reference, “Get Executions (POST)”: `variables` are those of the execution,
`processVariables` those of its process instance.
"""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event, update

from engine import db
from engine.models import ProcessInstance
from tests.engine.office import diagram, drain, flows, user
from tests.web.api.conftest import Knock, System
from tests.web.api.diagrams import deploy, start, typed
from tests.web.api.test_executions import CASE

EACH = 7
STUCK = diagram(
    '<bpmn:startEvent id="s"/><bpmn:exclusiveGateway id="gw" camunda:asyncBefore="true"/>'
    + user("a")
    + user("late")
    + '<bpmn:parallelGateway id="join"/><bpmn:parallelGateway id="fork"/><bpmn:endEvent id="e"/>'
    + flows(
        "s>fork", "fork>gw", "fork>a", "gw>late: ${level &gt; 5}", "a>join", "late>join", "join>e"
    ),
    key="stuck",
)


@pytest.fixture
def database(either_database: str) -> str:
    return either_database


def count(api: System, **body: Any) -> int:
    found = api.post("/execution/count", body)["count"]
    assert len(api.post("/execution", body)) == found
    return int(found)


@pytest.fixture
def three(api: System) -> list[str]:
    deploy(api, CASE)
    return [str(start(api, businessKey=f"K{n}", variables=typed(n=n))["id"]) for n in range(3)]


def test_scopes_of_all_instances_are_listed(api: System, three: list[str]) -> None:
    found = api.get("/execution")
    assert len({one["id"] for one in found}) == len(found) == 3 * EACH
    for case in three:
        theirs = {one["id"] for one in found if one["processInstanceId"] == case}
        assert theirs == {one["id"] for one in api.get("/execution", processInstanceId=case)}
    for element, number in (
        ("sub", 3), ("each#multiInstanceBody", 3), ("each", 6), ("a", 3), ("r", 3), ("g", 0),
        ("none", 0),
    ):  # fmt: skip
        assert count(api, activityId=element) == number, element
    assert count(api, activityId="sub", businessKey="K1") == 1
    assert count(api, activityId="sub", processDefinitionKey="p") == 3
    assert count(api, activityId="sub", processDefinitionKey="q") == 0
    assert count(api, activityId="sub", messageEventSubscriptionName="paid") == 0
    assert count(api, activityId="r", messageEventSubscriptionName="paid") == 3
    assert count(api, signalEventSubscriptionName="paid") == 0
    assert count(api, tenantIdIn=["t"]) == 0


def test_variables_are_the_executions_own(api: System, three: list[str]) -> None:
    (scope,) = api.get("/execution", processInstanceId=three[1], activityId="sub")
    local = f"/execution/{scope['id']}/localVariables"
    api.do("POST", local, {"modifications": typed(n=1, word="Abc")}, status=204)

    def asked(name: str, operator: str, value: Any, **more: Any) -> int:
        one = {"name": name, "operator": operator, "value": value}
        return count(api, variables=[one], **more)

    assert asked("n", "eq", 1) == 2  # the process that has it, and the scope that has its own
    assert asked("n", "gteq", 1) == 3
    assert asked("n", "lt", 1) == 1
    assert asked("n", "neq", 1) == 2
    assert asked("word", "like", "A%") == asked("word", "notLike", "B%") == 1
    assert asked("word", "like", "a%") == 0
    assert asked("word", "like", "a%", variableValuesIgnoreCase=True) == 1
    assert asked("WORD", "eq", "Abc") == 0
    assert asked("WORD", "eq", "abc", variableNamesIgnoreCase=True) == 0
    both = {"variableNamesIgnoreCase": True, "variableValuesIgnoreCase": True}
    assert asked("WORD", "eq", "abc", **both) == 1
    assert asked("loopCounter", "eq", 1) == 3  # the second item of each
    assert asked("loopCounter", "eq", None) == 0
    held = {"processVariables": [{"name": "n", "operator": "eq", "value": 1}]}
    assert count(api, **held) == EACH
    assert asked("loopCounter", "gt", 0, **held) == 1
    assert asked("word", "gt", "Abb", **held) == 1
    assert api.get("/execution/count", variables="word_eq_Abc")["count"] == 1
    assert api.get("/execution/count", variables="loopCounter_eq_1")["count"] == 3
    assert api.get("/execution/count", variables="loopCounter_neq_1")["count"] == 3
    assert api.get("/execution/count", processVariables="n_eq_1", variables="n_eq_1")["count"] == 2


def test_incidents_belong_to_the_execution_of_their_job(api: System) -> None:
    deploy(api, STUCK)
    case = start(api, "stuck", variables=typed(level=1))["id"]
    (job,) = api.get("/job", processInstanceId=case)
    api.do("PUT", f"/job/{job['id']}/retries", {"retries": 0}, status=204)
    (found,) = api.post("/execution", {"incidentType": "failedJob"})
    (incident,) = api.get("/incident")
    assert found["id"] == incident["executionId"] == job["executionId"]
    assert count(api, incidentId=incident["id"], activityId="gw") == 1
    assert count(api, incidentId=incident["id"], activityId="a") == 0
    assert count(api, incidentType="failedExternalTask") == 0


def test_a_token_before_a_join_is_an_execution(api: System) -> None:
    deploy(api, STUCK)
    case = start(api, "stuck", variables=typed(level=1))["id"]
    (task,) = api.get("/task", processInstanceId=case)
    api.post(f"/task/{task['id']}/complete", status=204)
    assert count(api, activityId="join") == 1
    assert count(api, activityId="gw") == 1
    assert count(api) == 3


def test_windows_over_many_instances(api: System, three: list[str]) -> None:
    order = {"sortBy": "instanceId", "sortOrder": "desc"}
    whole = api.get("/execution", **order)
    assert [one["processInstanceId"] for one in whole] == [
        case for case in sorted(three, reverse=True) for _ in range(EACH)
    ]
    parts = [api.get("/execution", firstResult=at, maxResults=4, **order) for at in range(0, 24, 4)]
    assert [one for part in parts for one in part] == whole
    assert api.get("/execution", firstResult=21, maxResults=4) == []
    assert api.get("/execution", maxResults=0) == []


def test_few_statements_whatever_there_is(api: System, three: list[str]) -> None:
    def statements() -> int:
        seen: list[str] = []

        def note(*args: Any) -> None:
            if args[2].lstrip().upper().startswith("SELECT"):
                seen.append(args[2])

        event.listen(db.engine(), "after_cursor_execute", note)
        try:
            api.get("/execution", maxResults=5)
            api.get("/execution/count", activityId="sub")
        finally:
            event.remove(db.engine(), "after_cursor_execute", note)
        return len(seen)

    few = statements()
    for number in range(20):
        start(api, variables=typed(n=number))
    assert statements() == few
    assert few <= 12


def test_a_state_that_nobody_can_read_hides_no_other(api: System, three: list[str]) -> None:
    with db.transaction() as session:
        broken = update(ProcessInstance).where(ProcessInstance.id == three[0])
        session.execute(broken.values(state=b'{"f":99}'))
    found = api.get("/execution")
    theirs = [one for one in found if one["processInstanceId"] == three[0]]
    assert len(found) == 2 * EACH + len(theirs)
    assert len(theirs) == 5  # the process, three tasks and the message: what has rows


def test_what_is_suspended_or_ended(api: System, three: list[str]) -> None:
    api.do("PUT", f"/process-instance/{three[0]}/suspended", {"suspended": True}, status=204)
    api.do("DELETE", f"/process-instance/{three[1]}", status=204)
    drain()
    assert (count(api, suspended=True), count(api, active=True)) == (EACH, EACH)
    assert count(api, processInstanceId=three[1]) == 0


def test_executions_of_others_are_not_told(api: System, bearer: Knock, three: list[str]) -> None:
    stranger = bearer("read", login="bantian_handler1")
    for body in ({}, {"activityId": "sub"}, {"variables": [
        {"name": "loopCounter", "operator": "eq", "value": 1},
    ]}):  # fmt: skip
        assert count(stranger, **body) == 0
