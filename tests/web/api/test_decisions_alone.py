"""Decisions that are evaluated by themselves, as the history tells them.

Camunda's reference of `/history/decision-instance`: what belongs to a process is null, `userId`
is who evaluated "without a process or case instance", `rootDecisionInstanceId` is null for the
decision that was asked.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import clock, db, jobs
from engine.commands import forget
from engine.hooks import SYSTEM
from engine.models import DecisionDefinition, DecisionEvaluation
from tests.engine import dmn
from tests.engine import office as tiny
from tests.engine.office import diagram, flows
from tests.web.api import story
from tests.web.api.conftest import Knock, System
from tests.web.api.diagrams import post_files, start, typed

PATH = "/history/decision-instance"
PARTS = {"includeInputs": True, "includeOutputs": True}
WHERE = (
    "processInstanceId", "processDefinitionId", "processDefinitionKey", "activityId",
    "activityInstanceId", "rootProcessInstanceId", "caseInstanceId", "caseDefinitionId",
    "caseDefinitionKey", "tenantId",
)  # fmt: skip
SIZE = dmn.table(["amount:number"], ["size:string"], [["> 10", '"large"'], ["<= 10", '"s"']])
FEE = dmn.table(["size:string"], ["fee:number"], [['"large"', "5.5"]], identifier="u")
GRAPH = dmn.definitions(
    dmn.decision("size", SIZE, name="Size"), dmn.decision("fee", FEE, name="Fee", requires=["size"])
)
ECHO = dmn.definitions(
    dmn.decision("echo", dmn.table(["word:string"], ["said:string"], [["-", "word"]]))
)
SUM = dmn.definitions(
    dmn.decision(
        "sum",
        dmn.table(["n:number"], ["p:number"], [["> 1", "1.5"], ["> 2", "2"], ["> 9", "7"]],
                  hit="COLLECT", aggregation="SUM"),
    )
)  # fmt: skip


@pytest.fixture
def fees(api: System) -> None:
    post_files(api, {"fees.dmn": GRAPH}, name="fees")


def evaluate(api: System, key: str = "fee", status: int = 200, **values: Any) -> Any:
    path = f"/decision-definition/key/{key}/evaluate"
    return api.post(path, {"variables": typed(**values)}, status=status)


def keys(found: list[dict[str, Any]]) -> list[str]:
    return [one["decisionDefinitionKey"] for one in found]


def test_who_evaluates_leaves_a_decision_instance_of_no_case(api: System, fees: None) -> None:
    assert api.get(PATH) == []
    evaluate(api, amount=20)
    asked, required = api.get(PATH, **PARTS)
    (definition,) = api.get("/decision-definition", key="fee")
    assert {asked[name] for name in WHERE} == {required[name] for name in WHERE} == {None}
    assert (asked["decisionDefinitionId"], asked["decisionDefinitionKey"]) == (
        definition["id"],
        "fee",
    )
    assert (asked["decisionDefinitionName"], asked["userId"]) == ("Fee", "engine_api")
    graph = definition["decisionRequirementsDefinitionId"]
    for one in (asked, required):
        assert one["decisionRequirementsDefinitionId"] == graph
        assert one["decisionRequirementsDefinitionKey"] == "defs"
    assert asked["rootDecisionInstanceId"] is None
    assert (required["rootDecisionInstanceId"], required["decisionDefinitionKey"]) == (
        asked["id"],
        "size",
    )
    (read,) = required["inputs"]
    assert (read["clauseId"], read["type"], read["value"]) == ("t_i1", "Integer", 20)
    (said,) = asked["outputs"]
    assert (said["clauseId"], said["variableName"], said["ruleId"]) == ("u_o1", "fee", "u_r1")
    assert (said["ruleOrder"], said["type"], said["value"]) == (1, "Double", 5.5)
    assert api.get(f"{PATH}/{asked['id']}", **PARTS) == asked
    bare = api.get(f"{PATH}/{required['id']}")
    assert (bare["inputs"], bare["outputs"]) == ([], [])


def test_by_its_id_and_by_a_person_alike(api: System, fees: None, bearer: Knock) -> None:
    (definition,) = api.get("/decision-definition", key="size")
    person = bearer("decide", login="pinghu_handler1")
    body = {"variables": typed(amount=2)}
    person.post(f"/decision-definition/{definition['id']}/evaluate", body)
    (one,) = api.get(PATH)
    assert (one["decisionDefinitionKey"], one["userId"]) == ("size", "pinghu_handler1")


def test_what_could_not_be_evaluated_leaves_nothing(api: System, fees: None) -> None:
    evaluate(api, amount="much", status=500)
    assert api.get(f"{PATH}/count") == {"count": 0}


def test_another_persons_evaluations_are_not_there(
    api: System, bearer: Knock, nobody: System, fees: None
) -> None:
    evaluate(api, amount=20)
    asked, required = api.get(PATH)
    stranger = bearer("history", "operate", "decide", login="bantian_handler1")
    assert stranger.get(PATH) == []
    assert stranger.get(f"{PATH}/count", userId="engine_api") == {"count": 0}
    assert stranger.get("/metrics/executed-decision-instances/sum") == {"result": 0}
    for one in (asked, required):
        assert stranger.ask("GET", f"{PATH}/{one['id']}").status_code == 404
        body = {"historicDecisionInstanceIds": [one["id"]]}
        told = stranger.post(f"{PATH}/delete", body, status=400)
        assert told["message"] == f"Historic decision instance with id '{one['id']}' does not exist"
    query = {"historicDecisionInstanceQuery": {}}
    assert stranger.post(f"{PATH}/delete", query)["totalJobs"] == 0
    assert bearer("history").ask("POST", f"{PATH}/delete", query).status_code == 403
    assert nobody.ask("POST", f"{PATH}/delete", query).status_code == 401
    evaluate(stranger, amount=1)
    assert {one["userId"] for one in stranger.get(PATH)} == {"bantian_handler1"}
    assert api.get(f"{PATH}/count") == {"count": 4}  # who sees every case sees every evaluation


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"rootDecisionInstancesOnly": True}, ["fee"]),
        ({"rootDecisionInstancesOnly": False}, ["fee", "size"]),
        ({"decisionDefinitionKey": "size"}, ["size"]),
        ({"decisionDefinitionKeyIn": "size,fee,x"}, ["fee", "size"]),
        ({"decisionDefinitionName": "Fee"}, ["fee"]),
        ({"decisionDefinitionNameLike": "F%"}, ["fee"]),
        ({"decisionRequirementsDefinitionKey": "defs"}, ["fee", "size"]),
        ({"decisionRequirementsDefinitionKey": "other"}, []),
        ({"userId": "engine_api"}, ["fee", "size"]),
        ({"userId": "ann"}, []),
        ({"evaluatedAfter": "2099-01-01T00:00:00.000+0800"}, []),
        ({"evaluatedBefore": "2099-01-01T00:00:00.000+0800"}, ["fee", "size"]),
        ({"evaluatedBefore": "2001-01-01T00:00:00.000+0800"}, []),
        ({"processInstanceId": "x"}, []),
        ({"processDefinitionKey": "fee"}, []),
        ({"processDefinitionId": "x:1:1"}, []),
        ({"activityIdIn": "rate"}, []),
        ({"activityInstanceIdIn": "rate:1"}, []),
        ({"caseInstanceId": "x"}, []),
        ({"caseDefinitionKey": "x"}, []),
        ({"tenantIdIn": "acme"}, []),
        ({"withoutTenantId": True}, ["fee", "size"]),
        ({"decisionInstanceIdIn": "zz"}, []),
    ],
)
def test_they_are_found_by(
    api: System, fees: None, query: dict[str, Any], found: list[str]
) -> None:
    evaluate(api, amount=20)
    assert keys(api.get(PATH, **query)) == found
    assert api.get(f"{PATH}/count", **query) == {"count": len(found)}


def test_ids_choose_among_them(api: System, fees: None) -> None:
    evaluate(api, amount=20)
    evaluate(api, amount=1)
    (first, *_) = found = api.get(PATH)
    graph = first["decisionRequirementsDefinitionId"]
    for query, count in (
        ({"decisionDefinitionId": first["decisionDefinitionId"]}, 2),
        ({"decisionDefinitionIdIn": first["decisionDefinitionId"]}, 2),
        ({"decisionRequirementsDefinitionId": graph}, 4),
        ({"decisionInstanceId": first["id"]}, 1),
        ({"decisionInstanceIdIn": f"{first['id']},{found[3]['id']}"}, 2),
        ({"rootDecisionInstanceId": first["id"]}, 2),
    ):
        assert api.get(f"{PATH}/count", **query) == {"count": count}, query


def test_evaluations_of_cases_and_others_are_sorted_together(api: System, office: str) -> None:
    made = story.begin(200)
    for step in (1, 2):
        clock.move(timedelta(minutes=step))
        evaluate(api, "level", amount=step)
    order = {"sortBy": "evaluationTime"}
    found = api.get(PATH, **order, sortOrder="asc")
    assert [one["processInstanceId"] for one in found] == [made.id, None, None]
    assert [one["userId"] for one in found] == [None, "engine_api", "engine_api"]
    assert api.get(PATH, **order, sortOrder="desc") == found[::-1]
    assert api.get(PATH, **order, sortOrder="desc", firstResult=1, maxResults=1) == [found[1]]
    moment = found[1]["evaluationTime"]
    assert api.get(PATH, evaluatedBefore=moment, **order, sortOrder="asc") == found[:2]
    assert api.get(PATH, evaluatedAfter=moment, **order, sortOrder="asc") == found[1:]
    assert api.get("/metrics/executed-decision-instances/sum") == {"result": 3}
    # Who evaluated "without a process": nobody did in the case.
    assert api.get(f"{PATH}/count", userId="ann") == {"count": 0}


def test_sums_are_told_with_what_every_rule_gave(api: System) -> None:
    post_files(api, {"sum.dmn": SUM}, name="sum")
    assert evaluate(api, "sum", n=5)[0]["p"]["value"] == 3.5
    (one,) = api.get(PATH, **PARTS)
    assert one["collectResultValue"] == 3.5
    told = [(part["ruleId"], part["ruleOrder"], part["value"]) for part in one["outputs"]]
    assert told == [("t_r1", 1, 1.5), ("t_r2", 2, 2)]


def test_values_of_every_kind_are_told_as_they_were(api: System) -> None:
    post_files(api, {"echo.dmn": ECHO.replace(b' typeRef="string"', b"")}, name="echo")
    given = {
        "String": "x" * 300,
        "Double": 12.5,
        "Date": "2026-01-31T08:30:00.000+0800",
        "Boolean": True,
        "Json": '{"a":[1]}',
    }
    for kind, value in given.items():
        body = {"variables": {"word": {"type": kind, "value": value}}}
        api.post("/decision-definition/key/echo/evaluate", body)
    body = {"variables": {"word": {"type": "Object", "value": '{"a": 1}', "valueInfo": {
        "objectTypeName": "a.B", "serializationDataFormat": "application/json"}}}}  # fmt: skip
    api.post("/decision-definition/key/echo/evaluate", body)
    *found, thing = api.get(PATH, **PARTS)
    read = {part["type"]: part["value"] for one in found for part in one["inputs"]}
    assert read == given
    assert thing["inputs"][0]["value"] == {"a": 1}
    plain = {**PARTS, "disableBinaryFetching": True, "disableCustomObjectDeserialization": True}
    *_, thing = api.get(PATH, **plain)
    assert thing["inputs"][0]["value"] == '{"a":1}'


def test_words_do_not_land_in_the_history_of_the_offices_own_tables(
    api: System, office: str
) -> None:
    codes = dmn.table(
        ["word", "n"], ["said:string"], [['"real"', "-", '"yes"'], ["-", "-", "word"]], hit="FIRST"
    )
    tiny.publish(name="office", codes_dot_dmn=dmn.definitions(dmn.decision("codes", codes)))
    secrets = ("王小明", "13800001111")
    assert (
        evaluate(api, "codes", word=secrets[0], n=[secrets[1], 1])[0]["said"]["value"]
        == (secrets[0])
    )
    evaluate(api, "codes", word="real", n=7)
    hidden, told = api.get(PATH, **PARTS)
    parts = [*hidden["inputs"], *hidden["outputs"]]
    assert [(part["value"], bool(part["errorMessage"])) for part in parts] == [(None, True)] * 3
    assert [part["value"] for part in (*told["inputs"], *told["outputs"])] == ["real", 7, "yes"]
    with db.reading() as session:
        kept = str(session.execute(select(*DecisionEvaluation.__table__.columns)).all())
    assert [word for word in secrets if word in kept] == []


def test_each_is_deleted_by_a_batch(api: System, fees: None) -> None:
    for amount in (20, 1):
        evaluate(api, amount=amount)
    found = api.get(PATH)
    body = {"historicDecisionInstanceIds": [found[0]["id"]], "deleteReason": "old"}
    batch = api.post(f"{PATH}/delete", body)
    assert (batch["type"], batch["totalJobs"]) == ("historic-decision-instance-deletion", 1)
    assert api.get(PATH) == found
    tiny.drain()
    assert api.get(PATH) == found[1:]
    query = {"historicDecisionInstanceQuery": {"decisionDefinitionKey": "size"}}
    assert api.post(f"{PATH}/delete", {**query, "historicDecisionInstanceIds": [found[2]["id"]]})[
        "totalJobs"
    ] == 3  # fmt: skip
    tiny.drain()
    assert (api.get(PATH), api.get("/incident")) == ([], [])
    api.post(f"{PATH}/delete", {}, status=400)
    api.post(f"{PATH}/delete", {"historicDecisionInstanceQuery": {"colour": 1}}, status=400)


def test_of_cases_that_came_over_rest_each_part_goes_alone(api: System) -> None:
    task = (
        '<bpmn:startEvent id="s"/><bpmn:businessRuleTask id="rate" camunda:decisionRef="fee" '
        'camunda:resultVariable="fee"/><bpmn:endEvent id="e"/>' + flows("s>rate", "rate>e")
    )
    post_files(api, {"p.bpmn": diagram(task), "fees.dmn": GRAPH}, name="fees")
    start(api, variables=typed(amount=20))
    asked, required = found = api.get(PATH, **PARTS)
    assert [part["value"] for part in asked["outputs"]] == [5.5]
    assert required["rootDecisionInstanceId"] == asked["id"]
    api.post(f"{PATH}/delete", {"historicDecisionInstanceIds": [asked["id"]]})
    tiny.drain()
    assert api.get(PATH, **PARTS) == [required]
    api.post(f"{PATH}/delete", {"historicDecisionInstanceIds": [required["id"]]})
    tiny.drain()
    assert api.get(PATH) == []
    assert len(found) == 2


def test_what_the_office_decided_goes_only_with_its_case(api: System, office: str) -> None:
    made = story.begin(200)
    evaluate(api, "level", amount=1)
    (one,) = api.get(PATH, processInstanceId=made.id)
    told = api.post(f"{PATH}/delete", {"historicDecisionInstanceIds": [one["id"]]}, status=400)
    assert "整个实例" in told["message"]
    assert api.post(f"{PATH}/delete", {"historicDecisionInstanceQuery": {}})["totalJobs"] == 1
    tiny.drain()
    assert api.get(PATH) == [one]


def test_they_go_when_their_time_has_passed(api: System, office: str) -> None:
    tiny.publish(name="story", level_dot_dmn=story.LEVEL)  # 30 days
    evaluate(api, "level", amount=1)
    (one,) = api.get(PATH)
    last = clock.now().astimezone(clock.CHINA) + timedelta(days=30)
    assert one["removalTime"][:10] == last.date().isoformat()
    api.do("PUT", "/decision-definition/key/level/history-time-to-live",
           {"historyTimeToLive": 60}, status=204)  # fmt: skip
    evaluate(api, "level", amount=2)
    clock.move(clock.offset() + timedelta(days=31))
    jobs.reconcile()
    (left,) = api.get(PATH)
    assert left["removalTime"] > one["removalTime"]
    far = story.LEVEL.replace(b'Live="30"', b'Live="P9999Y"')
    tiny.publish(name="story", level_dot_dmn=far)
    api.do("PUT", "/decision-definition/key/level/history-time-to-live",
           {"historyTimeToLive": None}, status=204)  # fmt: skip
    evaluate(api, "level", amount=3)
    assert [bool(one["removalTime"]) for one in api.get(PATH)] == [True, False]


def test_an_operator_says_when_they_go(api: System, fees: None, bearer: Knock) -> None:
    """Camunda's "Set Removal Time Async": absolute, cleared or calculated, alone or together."""
    evaluate(api, amount=20)
    path = f"{PATH}/set-removal-time"
    asked, required = api.get(PATH)
    assert (asked["removalTime"], required["removalTime"]) == (None, None)

    def told(**body: Any) -> list[str | None]:
        ids = {"historicDecisionInstanceIds": [required["id"]]}
        batch = api.post(path, {**ids, **body})
        assert (batch["type"], batch["totalJobs"]) == ("decision-set-removal-time", 1)
        tiny.drain()
        return [one["removalTime"] for one in api.get(PATH)]

    day = "2099-01-31T08:30:00.000+0800"
    assert told(absoluteRemovalTime=day) == [None, day]
    assert told(absoluteRemovalTime=day, hierarchical=True) == [day, day]
    assert told(clearedRemovalTime=True) == [day, None]
    assert told(calculatedRemovalTime=True, hierarchical=True) == [None, None]
    ttl = {"historyTimeToLive": 0}
    api.do("PUT", "/decision-definition/key/fee/history-time-to-live", ttl, status=204)
    moment = asked["evaluationTime"]
    assert told(calculatedRemovalTime=True, hierarchical=True) == [moment, moment]
    for wrong in ({}, {"absoluteRemovalTime": day, "clearedRemovalTime": True}):
        body = {"historicDecisionInstanceIds": [asked["id"]], **wrong}
        api.post(path, body, status=400)
    body = {"historicDecisionInstanceIds": [asked["id"]], "clearedRemovalTime": True}
    stranger = bearer("operate", login="bantian_handler1")
    stranger.post(path, body, status=400)
    assert bearer("history").ask("POST", path, body).status_code == 403
    query = {"historicDecisionInstanceQuery": {}, "clearedRemovalTime": True}
    assert stranger.post(path, query)["totalJobs"] == 0
    jobs.reconcile()
    assert api.get(PATH) == []


def test_what_a_case_decided_stays_as_long_as_the_case(api: System, office: str) -> None:
    made = story.begin(200)
    (one,) = api.get(PATH, processInstanceId=made.id)
    body = {"historicDecisionInstanceIds": [one["id"]], "clearedRemovalTime": True}
    api.post(f"{PATH}/set-removal-time", body, status=400)


def test_they_outlive_their_definition_unless_all_goes(api: System) -> None:
    for cascade, left in ((False, 2), (True, 2)):
        made = post_files(api, {"fees.dmn": GRAPH}, name="fees")
        evaluate(api, amount=20)
        told = api.get(PATH, **PARTS)
        api.do("DELETE", f"/deployment/{made['id']}", status=204, cascade=str(cascade).lower())
        found = api.get(PATH, **PARTS)
        assert len(found) == left
        for one, before in zip(found, told, strict=False):
            assert one["decisionDefinitionId"] == before["decisionDefinitionId"]
            assert one["inputs"] == before["inputs"]
    with db.reading() as session:
        assert session.scalars(select(DecisionDefinition.id)).all() == []


def test_a_strange_id_is_nobodys(api: System) -> None:
    for name in ("zz", "1-x", "²", "9" * 30, "1-2-3"):
        assert api.ask("GET", f"{PATH}/{name}").status_code == 404
        with db.transaction() as session:
            forget.forget_decision(session, name, actor=SYSTEM)
