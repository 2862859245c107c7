"""Decisions over REST: listed, read as XML, evaluated; conditions, subscriptions, version."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine import dmn, dmn_standard
from tests.engine import office as tiny
from tests.engine.office import diagram, flows, user
from tests.web.api import story
from tests.web.api.conftest import Knock, System

CONDITIONAL = diagram(
    '<bpmn:startEvent id="s"><bpmn:conditionalEventDefinition><bpmn:condition '
    'xsi:type="bpmn:tFormalExpression">${amount &gt; 100}</bpmn:condition>'
    "</bpmn:conditionalEventDefinition></bpmn:startEvent>"
    + user("a")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>a", "a>e"),
    key="watch",
)
ANSWERED = diagram(
    '<bpmn:startEvent id="s"/><bpmn:intermediateCatchEvent id="wait"><bpmn:messageEventDefinition '
    'messageRef="m"/></bpmn:intermediateCatchEvent><bpmn:endEvent id="e"/>'
    + flows("s>wait", "wait>e"),
    key="answered",
    extra='<bpmn:message id="m" name="answer"/>',
)


@pytest.fixture
def level(office: str) -> None:
    tiny.publish(story.STORY, name="story", level_dot_dmn=story.LEVEL)


def amount(value: Any, kind: str = "Integer") -> dict[str, Any]:
    return {"variables": {"amount": {"value": value, "type": kind}}}


def test_a_decision_is_found_and_read(api: System, level: None) -> None:
    (one,) = api.get("/decision-definition", key="level")
    assert (one["version"], one["resource"], one["historyTimeToLive"]) == (1, "level.dmn", 30)
    assert one["id"].startswith("level:1:")
    assert api.get(f"/decision-definition/{one['id']}") == one
    assert api.get("/decision-definition/key/level") == one
    xml = api.get("/decision-definition/key/level/xml")
    assert xml["dmnXml"].encode() == story.LEVEL
    assert api.get(f"/decision-definition/{one['id']}/xml") == xml
    for query, count in (
        ({"latestVersion": True}, 1),
        ({"keyLike": "lev%"}, 1),
        ({"name": "level"}, 0),
        ({"version": 2}, 0),
        ({"deploymentId": one["deploymentId"]}, 1),
    ):
        assert api.get("/decision-definition/count", **query) == {"count": count}
    other = f"other{one['id']}"  # the number is right, the name is not
    for path in ("level:1:99", other, "key/nobody", "key/nobody/xml", "key/level/tenant-id/x"):
        assert api.ask("GET", f"/decision-definition/{path}").status_code == 404
    told = api.do("GET", "/decision-definition/key/level/tenant-id/x", status=404)
    assert told["message"] == "No matching decision definition with key: level and tenant-id: x"


def test_a_version_tag_is_told_and_asked_for(api: System, office: str) -> None:
    tagged = story.LEVEL.replace(b"<decision ", b'<decision camunda:versionTag="v7.1" ', 1)
    tiny.publish(name="tagged", level_dot_dmn=tagged)
    assert api.get("/decision-definition/key/level")["versionTag"] == "v7.1"
    path = "/decision-definition/count"
    for query, count in (
        ({"versionTag": "v7.1"}, 1),
        ({"versionTag": "v7"}, 0),
        ({"versionTagLike": "v7%"}, 1),
        ({"versionTagLike": "v8%"}, 0),
    ):
        assert api.get(path, **query) == {"count": count}


def test_a_decision_answers_with_typed_rows(api: System, level: None) -> None:
    path = "/decision-definition/key/level/evaluate"
    assert api.post(path, amount(200)) == [
        {"level": {"type": "Integer", "value": 9, "valueInfo": {}}}
    ]
    (one,) = api.get("/decision-definition", key="level")
    told = api.post(f"/decision-definition/{one['id']}/evaluate", amount(3))
    assert told[0]["level"]["value"] == 1
    assert api.post(path, {"variables": {}}) == []
    assert api.do("POST", path, amount("much", "String"), status=500)["type"] == "RestException"
    api.do("POST", path, amount("much"), status=400)
    api.do("POST", path, {"colour": "red"}, status=400)


def test_a_date_of_camunda_is_a_day_for_a_decision_of_the_standard(
    api: System, office: str
) -> None:
    logic = dmn.table(["day"], ["day"], [['[@"2026-03-01"..@"2026-03-31"]', "day"]])
    tiny.publish(name="days", days_dot_dmn=dmn_standard.model(
        dmn_standard.input_data("day", "date"),
        dmn_standard.decision("d", logic, inputs=("day",)),
    ))  # fmt: skip
    moment = {"type": "Date", "value": "2026-03-01T00:00:00.000+0800", "valueInfo": {}}
    path = "/decision-definition/key/d/evaluate"
    for given in (moment, {"value": "2026-03-01", "type": "String"}):
        assert api.post(path, {"variables": {"day": given}}) == [{"day": moment}]


def test_only_who_may_decide_decides(bearer: Knock, level: None) -> None:
    path = "/decision-definition/key/level/evaluate"
    assert bearer("read").ask("POST", path, amount(1)).status_code == 403
    assert bearer("decide").ask("POST", path, amount(1)).status_code == 200


def test_evaluations_are_kept_as_long_as_an_operator_says(api: System, level: None) -> None:
    path = "/decision-definition/key/level"
    api.do("PUT", f"{path}/history-time-to-live", {"historyTimeToLive": 90}, status=204)
    assert api.get(path)["historyTimeToLive"] == 90
    api.do("PUT", f"{path}/history-time-to-live", {"historyTimeToLive": -1}, status=400)


def test_a_condition_starts_what_it_holds_for(api: System, office: str) -> None:
    tiny.publish(CONDITIONAL)
    assert api.post("/condition", amount(50)) == []
    (one,) = api.post("/condition", {**amount(500), "businessKey": "K-1"})
    assert (one["definitionKey"], one["businessKey"], one["ended"]) == ("watch", "K-1", False)
    assert api.get(f"/history/process-instance/{one['id']}")["startUserId"] == "engine_api"
    assert api.do("POST", "/condition", {}, status=400)["type"] == "InvalidRequestException"
    api.do("POST", "/condition", {**amount(500), "processDefinitionId": "x:1:99"}, status=404)
    one_only = {**amount(500), "processDefinitionId": one["definitionId"]}
    assert len(api.post("/condition", one_only)) == 1


def test_who_waits_is_listed(api: System, office: str) -> None:
    tiny.publish(CONDITIONAL, ANSWERED)
    case = tiny.start("answered", bk="K-2")
    (one,) = api.get("/event-subscription", eventType="message")
    assert (one["eventName"], one["processInstanceId"], one["activityId"]) == (
        "answer",
        case,
        "wait",
    )
    assert api.get("/event-subscription/count", eventName="answer") == {"count": 1}
    (start,) = api.get("/event-subscription", eventType="conditional")
    assert (start["processInstanceId"], start["activityId"]) == (None, "s")


def test_what_clients_ask_first(api: System, level: None) -> None:
    assert api.get("/engine") == [{"name": "default"}]
    assert api.get("/version")["version"].startswith("7.")
    story.another()
    assert api.get("/metrics/root-process-instance-start/sum") == {"result": 1}
    assert api.get("/metrics/executed-decision-instances/sum") == {"result": 1}
    later = {"startDate": "2099-01-01T00:00:00.000+0800"}
    assert api.get("/metrics/root-process-instance-start/sum", **later) == {"result": 0}
    assert api.ask("GET", "/metrics/nonsense/sum").status_code == 400


def test_decisions_that_build_on_each_other_are_a_graph(api: System, level: None) -> None:
    small = dmn.table(["amount:number"], ["size:string"], [["> 10", '"large"'], ["<= 10", '"s"']])
    large = dmn.table(["size:string"], ["fee:number"], [['"large"', "5"]], identifier="u")
    graph = dmn.definitions(
        dmn.decision("size", small, name="size"), dmn.decision("fee", large, requires=["size"])
    )
    tiny.publish(name="graphs", fees_dot_dmn=graph)
    (one,) = api.get("/decision-requirements-definition")
    assert (one["key"], one["version"], one["resource"]) == ("defs", 1, "fees.dmn")
    assert api.get("/decision-requirements-definition/count", keyLike="x%") == {"count": 0}
    path = "/decision-requirements-definition"
    assert api.get(f"{path}/{one['id']}") == one
    assert api.get(f"{path}/key/defs") == one
    assert api.get(f"{path}/{one['id']}/xml") == api.get(f"{path}/key/defs/xml")
    for other in ("key/levels", f"x{one['id']}", "key/defs/tenant-id/x"):
        # one decision is no graph; another name and a tenant are not this one
        assert api.ask("GET", f"{path}/{other}").status_code == 404
    within = api.get("/decision-definition", decisionRequirementsDefinitionId=one["id"])
    assert {other["key"] for other in within} == {"size", "fee"}
    assert {other["decisionRequirementsDefinitionKey"] for other in within} == {"defs"}
    by_key = {"decisionRequirementsDefinitionKey": "defs"}
    assert api.get("/decision-definition/count", **by_key) == {"count": 2}
    alone = api.get("/decision-definition", withoutDecisionRequirementsDefinition=True)
    assert [other["key"] for other in alone] == ["level"]
    assert api.get("/decision-definition/key/fee")["decisionRequirementsDefinitionId"] == one["id"]
    told = api.post("/decision-definition/key/fee/evaluate", amount(20))
    assert told == [{"fee": {"type": "Integer", "value": 5, "valueInfo": {}}}]
