"""Running instances: finding, variables, moving tokens, holding, ending."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from engine import db
from engine.models import HistoryEvent, ProcessInstance
from processes.people import access, demo
from tests.engine.office import diagram, drain, flows, user
from tests.web.api.conftest import Knock, System
from tests.web.api.diagrams import deploy, start, typed

INNER = (
    '<bpmn:subProcess id="sub" name="sub"><bpmn:startEvent id="is"/>'
    + user("x")
    + user("y")
    + '<bpmn:endEvent id="ie"/>'
    + flows("is>x", "x>y", "y>ie")
    + "</bpmn:subProcess>"
)
LINE = diagram(
    '<bpmn:startEvent id="s"/>'
    + user("a")
    + INNER
    + user("c")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>a", "a>sub", "sub>c", "c>e")
)
MANY = diagram(
    '<bpmn:startEvent id="s"/>'
    + user(
        "m",
        inner="<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>3"
        "</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>",
    )
    + '<bpmn:endEvent id="e"/>'
    + flows("s>m", "m>e"),
    key="many",
)
CALLS = diagram(
    '<bpmn:startEvent id="s"/><bpmn:callActivity id="call" name="call" calledElement="p"/>'
    '<bpmn:endEvent id="e"/>' + flows("s>call", "call>e"),
    key="caller",
)
PATH = "/process-instance"


def tree(api: System, instance: str) -> dict[str, Any]:
    found: dict[str, Any] = api.get(f"{PATH}/{instance}/activity-instances")
    return found


def shape(node: dict[str, Any]) -> Any:
    """Return a tree as nested (activity, [inside])."""
    return (node["activityId"], sorted(shape(one) for one in node["childActivityInstances"]))


def modify(
    api: System, instance: str, *steps: dict[str, Any], status: int = 204, **more: Any
) -> Any:
    body = {"instructions": list(steps), **more}
    return api.post(f"{PATH}/{instance}/modification", body, status=status)


@pytest.fixture
def line(api: System) -> str:
    deploy(api, LINE, MANY)
    return str(start(api, businessKey="K-1", variables=typed(amount=5, word="Abc"))["id"])


def test_an_instance_one_may_not_see_does_not_exist(api: System, bearer: Knock, line: str) -> None:
    with db.transaction() as session:
        access.bar(session, line, demo.SERVICE_LOGIN)
    assert api.get(PATH, processDefinitionKey="p") == []
    assert api.get(f"{PATH}/count", processDefinitionKey="p") == {"count": 0}
    for method, below, body in (
        ("GET", "", None),
        ("GET", "/activity-instances", None),
        ("GET", "/variables", None),
        ("PUT", "/variables/amount", {"value": 1}),
        ("POST", "/modification", {"instructions": [{"type": "cancel", "activityId": "a"}]}),
        ("PUT", "/suspended", {"suspended": True}),
        ("DELETE", "", None),
    ):
        assert api.is_kept_from(method, f"{PATH}/{line}{below}", body), below
    api.do(
        "PUT", f"{PATH}/suspended", {"suspended": True, "processInstanceIds": [line]}, status=404
    )
    with db.reading() as session:
        assert session.get_one(ProcessInstance, line).status == "active"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"businessKey": "K-1"}, True),
        ({"businessKey": "K-2"}, False),
        ({"businessKeyLike": "K%"}, True),
        ({"processDefinitionKey": "p"}, True),
        ({"processDefinitionKeyIn": "p,q"}, True),
        ({"processDefinitionKeyNotIn": "p"}, False),
        ({"active": "true"}, True),
        ({"suspended": "true"}, False),
        ({"withIncident": "true"}, False),
        ({"activityIdIn": "a,b"}, True),
        ({"activityIdIn": "c"}, False),
        ({"variables": "amount_gteq_5"}, True),
        ({"variables": "amount_eq_5,word_eq_Abc"}, True),
        ({"variables": "amount_eq_5,word_eq_Other"}, False),
        ({"rootProcessInstances": "true"}, True),
        ({"leafProcessInstances": "true"}, True),
        ({"superProcessInstance": "x"}, False),
        ({"subProcessInstance": "x"}, False),
        ({"tenantIdIn": "x"}, False),
        ({"caseInstanceId": "x"}, False),
        ({"incidentMessageLike": "%"}, False),
    ],
)
def test_filters(api: System, line: str, query: dict[str, str], found: bool) -> None:
    assert (line in [one["id"] for one in api.get(PATH, **query)]) is found
    assert (api.get(f"{PATH}/count", **query)["count"] > 0) is found


def test_either_of_several(api: System, line: str) -> None:
    def ids(**body: Any) -> list[str]:
        return [one["id"] for one in api.post(PATH, {"processDefinitionKey": "p", **body})]

    assert ids(orQueries=[{"businessKey": "K-9", "activityIdIn": ["a"]}]) == [line]
    assert ids(orQueries=[{"businessKey": "K-9", "activityIdIn": ["c"]}]) == []
    assert ids(orQueries=[{"businessKey": "K-1"}, {"activityIdIn": ["c"]}]) == []
    assert ids(
        processInstanceIds=[line], variables=[{"name": "amount", "operator": "eq", "value": 5}]
    )
    assert ids(variables=[{"name": "AMOUNT", "operator": "eq", "value": 5}]) == []
    folded = {"variableNamesIgnoreCase": True}
    assert ids(variables=[{"name": "AMOUNT", "operator": "eq", "value": 5}], **folded) == [line]


def test_variables(api: System, line: str) -> None:
    path = f"{PATH}/{line}/variables"
    assert set(api.get(path)) == {"amount", "word"}
    assert api.get(f"{path}/amount") == {"type": "Integer", "value": 5, "valueInfo": {}}
    api.do("PUT", f"{path}/amount", {"value": "7", "type": "Integer"}, status=204)
    api.do("PUT", f"{path}/note", {"value": '{"a": [1]}', "type": "Json"}, status=204)
    assert api.get(f"{path}/note")["value"] == '{"a":[1]}'
    api.do("DELETE", f"{path}/note", status=204)
    assert api.ask("GET", f"{path}/note").status_code == 404
    changes = {"modifications": typed(fresh=True), "deletions": ["word"]}
    api.post(path, changes, status=204)
    assert api.get(path) == {
        "amount": {"type": "Integer", "value": 7, "valueInfo": {}},
        "fresh": {"type": "Boolean", "value": True, "valueInfo": {}},
    }
    api.do("PUT", f"{path}/amount", {"value": "x", "type": "Integer"}, status=400)
    api.do("PUT", f"{path}/file", {"value": "x", "type": "File"}, status=400)
    assert api.ask("GET", f"{path}/amount/data").status_code == 400
    assert api.ask("GET", f"{path}/nothing/data").status_code == 404
    assert api.ask("POST", f"{path}/file/data", data={"data": "x"}).status_code == 400


def test_where_the_tokens_stand(api: System, line: str) -> None:
    found = tree(api, line)
    assert shape(found) == ("p", [("a", [])])
    assert (found["id"], found["parentActivityInstanceId"]) == (line, None)
    (child,) = found["childActivityInstances"]
    assert (child["activityType"], child["parentActivityInstanceId"]) == ("userTask", line)
    assert child["id"].startswith(f"a:{line}.")
    many = start(api, "many")["id"]
    (body,) = tree(api, many)["childActivityInstances"]
    assert body["activityId"] == "m#multiInstanceBody"
    assert [one["activityId"] for one in body["childActivityInstances"]] == ["m", "m", "m"]


def test_into_a_sub_process_and_out_of_it(api: System, line: str) -> None:
    modify(api, line, {"type": "startBeforeActivity", "activityId": "y"})
    assert shape(tree(api, line)) == ("p", [("a", []), ("sub", [("y", [])])])
    # the one that runs is used again
    modify(api, line, {"type": "startBeforeActivity", "activityId": "x"})
    assert shape(tree(api, line)) == ("p", [("a", []), ("sub", [("x", []), ("y", [])])])
    modify(api, line, {"type": "startBeforeActivity", "activityId": "sub"})
    modify(api, line, {"type": "startBeforeActivity", "activityId": "x"}, status=500)
    first = next(
        one
        for one in tree(api, line)["childActivityInstances"]
        if len(one["childActivityInstances"]) == 2
    )
    chosen = {"ancestorActivityInstanceId": first["id"]}
    modify(api, line, {"type": "startBeforeActivity", "activityId": "y", **chosen})
    inner = next(
        one for one in tree(api, line)["childActivityInstances"] if one["id"] == first["id"]
    )
    assert shape(inner) == ("sub", [("x", []), ("y", []), ("y", [])])
    # the last token of a scope takes the scope along
    modify(api, line, {"type": "cancel", "activityId": "x"}, {"type": "cancel", "activityId": "y"})
    assert shape(tree(api, line)) == ("p", [("a", [])])


def test_cancelling_one_of_several(api: System, line: str) -> None:
    many = start(api, "many")["id"]
    (body,) = tree(api, many)["childActivityInstances"]
    one = body["childActivityInstances"][0]["id"]
    modify(api, many, {"type": "cancel", "activityInstanceId": one})
    (body,) = tree(api, many)["childActivityInstances"]
    assert len(body["childActivityInstances"]) == 2
    modify(api, many, {"type": "cancel", "activityInstanceId": one}, status=400)
    modify(api, many, {"type": "cancel", "activityInstanceId": "zz"}, status=400)
    modify(api, many, {"type": "cancel", "activityId": "m"})
    assert api.ask("GET", f"{PATH}/{many}").status_code == 404


def test_what_was_just_started_can_be_spared(api: System, line: str) -> None:
    again = {"type": "startBeforeActivity", "activityId": "a"}
    gone = {"type": "cancel", "activityId": "a", "cancelCurrentActiveActivityInstances": True}
    before = tree(api, line)["childActivityInstances"][0]["id"]
    modify(api, line, again, gone)
    (after,) = tree(api, line)["childActivityInstances"]
    assert after["id"] != before
    modify(api, line, again, {"type": "cancel", "activityId": "a"})
    assert api.ask("GET", f"{PATH}/{line}").status_code == 404


def test_variables_of_an_instruction(api: System, line: str) -> None:
    given = {"wide": {"value": 1}, "near": {"value": 2, "local": True}}
    modify(api, line, {"type": "startBeforeActivity", "activityId": "c", "variables": given})
    assert set(api.get(f"{PATH}/{line}/variables")) == {"amount", "word", "wide"}
    (execution,) = api.get("/execution", processInstanceId=line, activityId="c")
    assert set(api.get(f"/execution/{execution['id']}/localVariables")) == {"near"}


def test_a_modification_that_fails_changes_nothing(api: System, line: str) -> None:
    before = tree(api, line)
    for steps in (
        [{"type": "cancel", "activityId": "a"}, {"type": "startBeforeActivity", "activityId": "?"}],
        [{"type": "cancel", "activityId": "c"}],
        [{"type": "cancel", "activityId": "a", "activityInstanceId": "a:x.1"}],
        [{"type": "cancel", "activityInstanceId": f"a:{'0' * 32}.1"}],
        [],
    ):
        answer = api.ask("POST", f"{PATH}/{line}/modification", {"instructions": steps})
        assert answer.status_code in (400, 404, 500), steps
    assert tree(api, line) == before


def test_an_annotation_stays_in_the_history(api: System, line: str) -> None:
    modify(api, line, {"type": "startBeforeActivity", "activityId": "c"}, annotation="补录")
    with db.reading() as session:
        (note,) = session.scalars(
            select(HistoryEvent).where(
                HistoryEvent.instance_id == line, HistoryEvent.kind == "modified"
            )
        )
    assert note.actor == demo.SERVICE_LOGIN
    assert note.data == {"reason": "补录", "steps": ["startBeforeActivity:c"]}


def test_holding_and_releasing(api: System, line: str) -> None:
    path = f"{PATH}/{line}/suspended"
    api.do("PUT", path, {"suspended": True}, status=204)
    assert api.get(f"{PATH}/{line}")["suspended"] is True
    api.do("PUT", path, {"suspended": True}, status=204)  # as it is: nothing to do
    group = {"processDefinitionKey": "p", "suspended": False}
    api.do("PUT", f"{PATH}/suspended", group, status=204)
    assert api.get(f"{PATH}/{line}")["suspended"] is False
    query = {"processInstanceQuery": {"businessKey": "K-1"}, "suspended": True}
    api.do("PUT", f"{PATH}/suspended", query, status=204)
    assert api.get(PATH, suspended="true")[0]["id"] == line
    api.do("PUT", f"{PATH}/suspended", {"suspended": True}, status=400)
    api.do("PUT", path, {}, status=400)


def test_ending(api: System, line: str) -> None:
    api.do("DELETE", f"{PATH}/{line}", status=400, skipSubprocesses="true")
    api.do("DELETE", f"{PATH}/{line}", status=204, skipCustomListeners="true")
    assert api.ask("GET", f"{PATH}/{line}").status_code == 404
    api.do("DELETE", f"{PATH}/{line}", status=404)
    api.do("DELETE", f"{PATH}/{line}", status=204, failIfNotExists="false")
    with db.reading() as session:
        row = session.get_one(ProcessInstance, line)
        assert row.status == "cancelled"


def test_ending_many_of_which_some_are_gone(api: System, line: str) -> None:
    body = {"processInstanceIds": [line, "zz"]}
    api.post(f"{PATH}/delete", body, status=404)
    api.post(f"{PATH}/delete", {**body, "failIfNotExists": True}, status=404)
    assert api.post(f"{PATH}/delete", {**body, "failIfNotExists": False})["totalJobs"] == 1
    gone = {"processInstanceIds": ["zz"], "failIfNotExists": False}
    assert api.post(f"{PATH}/delete", gone)["totalJobs"] == 0
    drain()
    assert api.ask("GET", f"{PATH}/{line}").status_code == 404


def test_a_group_is_of_one_definition(api: System, line: str) -> None:
    both = {"processDefinitionKey": "p", "processDefinitionId": "p:1:1", "suspended": True}
    told = api.do("PUT", f"{PATH}/suspended", both, status=400)
    assert told["message"].startswith("Only one of processDefinitionId")
    assert api.get(f"{PATH}/{line}")["suspended"] is False


def test_called_instances(api: System, line: str) -> None:
    deploy(api, CALLS)
    parent = start(api, "caller")["id"]
    (child,) = api.get(PATH, superProcessInstance=parent)
    assert child["definitionKey"] == "p"
    assert [one["id"] for one in api.get(PATH, subProcessInstance=child["id"])] == [parent]
    roots = {one["id"] for one in api.get(PATH, rootProcessInstances="true")}
    leaves = {one["id"] for one in api.get(PATH, leafProcessInstances="true")}
    assert parent in roots - leaves
    assert child["id"] in leaves - roots
    modify(api, parent, {"type": "startBeforeActivity", "activityId": "call"})
    modify(
        api,
        parent,
        {"type": "cancel", "activityId": "call", "cancelCurrentActiveActivityInstances": True},
    )
    assert api.ask("GET", f"{PATH}/{child['id']}").status_code == 404
