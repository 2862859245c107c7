"""Definitions: finding, reading, holding, counting; starting at the front or anywhere."""

from __future__ import annotations

import re

import pytest

from tests.engine.office import diagram, flows, user
from tests.web.api.conftest import System
from tests.web.api.diagrams import deploy, start, typed

FORK = diagram(
    '<bpmn:startEvent id="s"/><bpmn:parallelGateway id="g"/>'
    + user("a")
    + user("b")
    + '<bpmn:parallelGateway id="j"/>'
    + user("c")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>g", "g>a", "g>b", "a>j", "b>j", "j>c", "c>e"),
    extra="",
)
TTL = b"camunda:historyTimeToLive"
TAGGED = FORK.replace(TTL, b'camunda:versionTag="v9" ' + TTL)


def active(api: System, instance: str) -> list[str]:
    """Return the elements where something stands, over the whole tree."""

    def walk(node: dict) -> list[str]:
        inner = [name for child in node["childActivityInstances"] for name in walk(child)]
        moving = [one["activityId"] for one in node["childTransitionInstances"]]
        return [node["activityId"], *moving, *inner]

    tree = api.get(f"/process-instance/{instance}/activity-instances")
    return sorted(walk(tree)[1:])


def test_finding_definitions(api: System) -> None:
    deploy(api, FORK)
    deploy(api, TAGGED)
    path = "/process-definition"
    assert [
        one["version"] for one in api.get(path, key="p", sortBy="version", sortOrder="desc")
    ] == [
        2,
        1,
    ]
    for query, versions in (
        ({"latestVersion": "true"}, [2]),
        ({"versionTag": "v9"}, [2]),
        ({"versionTagLike": "v%"}, [2]),
        ({"withoutVersionTag": "true"}, [1]),
        ({"version": "1"}, [1]),
        ({"nameLike": "%P%"}, []),
        ({"resourceName": "d0.bpmn"}, [1, 2]),
        ({"suspended": "true"}, []),
        ({"active": "true"}, [1, 2]),
        ({"tenantIdIn": "a"}, []),
        ({"startableInTasklist": "true"}, [1, 2]),
        ({"notStartableInTasklist": "true"}, []),
        ({"processDefinitionId": "p:1:99999"}, []),
    ):
        found = api.get(path, key="p", **query)
        assert sorted(one["version"] for one in found) == versions, query
        assert api.get(f"{path}/count", key="p", **query) == {"count": len(versions)}


def test_a_diagram_in_another_encoding_is_given_back_as_text(api: System) -> None:
    deploy(api, FORK.decode().replace("UTF-8", "UTF-16").encode("utf-16"))
    assert 'id="g"' in api.get("/process-definition/key/p/xml")["bpmn20Xml"]


def test_one_definition_by_id_and_by_key(api: System) -> None:
    deploy(api, FORK)
    newest = api.get("/process-definition/key/p")
    assert api.get(f"/process-definition/{newest['id']}") == newest
    xml = api.get("/process-definition/key/p/xml")
    assert (xml["id"], xml["bpmn20Xml"].encode()) == (newest["id"], FORK)
    for path, kind in (
        ("/process-definition/nonsense", "InvalidRequestException"),
        (f"/process-definition/q:1:{newest['id'].split(':')[2]}", "InvalidRequestException"),
        ("/process-definition/key/nonsense", "RestException"),
    ):
        answer = api.ask("GET", path)
        assert (answer.status_code, answer.get_json()["type"]) == (404, kind)


def test_the_picture(api: System) -> None:
    answer = api.ask("GET", "/process-definition/key/desk_matter/diagram")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.data.startswith(b"<svg")


def test_starting_runs_to_the_next_waits(api: System) -> None:
    deploy(api, FORK)
    made = start(api, businessKey="K", variables=typed(amount=5))
    assert made["links"][0]["href"].endswith(f"/process-instance/{made['id']}")
    assert (made["ended"], made["suspended"], made["definitionKey"]) == (False, False, "p")
    assert "variables" not in made
    assert active(api, made["id"]) == ["a", "b"]
    by_id = api.post(f"/process-definition/{made['definitionId']}/start", {})
    assert by_id["definitionId"] == made["definitionId"]


def test_starting_somewhere_else(api: System) -> None:
    deploy(api, FORK)
    steps = [
        {"type": "startBeforeActivity", "activityId": "c", "variables": {"x": {"value": 1}}},
        {
            "type": "startBeforeActivity",
            "activityId": "a",
            "variables": {"y": {"value": 2, "local": True}},
        },
    ]
    made = start(api, startInstructions=steps, variables=typed(z=3), withVariablesInReturn=True)
    assert active(api, made["id"]) == ["a", "c"]
    assert set(made["variables"]) == {"x", "z"}
    after = start(api, startInstructions=[{"type": "startAfterActivity", "activityId": "j"}])
    assert active(api, after["id"]) == ["c"]
    flow = start(api, startInstructions=[{"type": "startTransition", "transitionId": "f_g_a"}])
    assert active(api, flow["id"]) == ["a"]
    lonely = [{"type": "startTransition", "transitionId": "f_a_j"}]
    start(api, status=500, startInstructions=lonely)  # the join would wait for ever


@pytest.mark.parametrize(
    ("step", "status"),
    [
        ({"type": "cancel", "activityId": "a"}, 400),
        ({"type": "startBeforeActivity"}, 400),
        ({"type": "startTransition", "activityId": "a"}, 400),
        ({"type": "jump", "activityId": "a"}, 400),
        ({"type": "startBeforeActivity", "activityId": "a", "colour": 1}, 400),
        ({"type": "startBeforeActivity", "activityId": "nowhere"}, 400),
        ({"type": "startAfterActivity", "activityId": "g"}, 500),
    ],
)
def test_instructions_that_mean_nothing(api: System, step: dict, status: int) -> None:
    deploy(api, FORK)
    start(api, status=status, startInstructions=[step])
    assert api.get("/process-instance/count", processDefinitionKey="p") == {"count": 0}


def test_an_instance_that_ends_at_once_is_told_with_its_variables(api: System) -> None:
    deploy(api, diagram('<bpmn:startEvent id="s"/><bpmn:endEvent id="e"/>' + flows("s>e")))
    made = start(api, variables=typed(x=1), withVariablesInReturn=True)
    assert made["ended"] is True
    assert made["variables"]["x"]["value"] == 1


def test_who_may_start_it(api: System) -> None:
    deploy(api, FORK.replace(TTL, b'camunda:candidateStarterUsers="ann,bob" ' + TTL))
    assert len(api.get("/process-definition", startableBy="bob")) == 1
    assert api.get("/process-definition", startableBy="bo") == []
    assert api.get("/process-definition/count", startableBy="eve") == {"count": 0}


def test_what_is_no_start(api: System) -> None:
    deploy(api, FORK)
    assert start(api, status=400, colour="red")["type"] == "InvalidRequestException"
    assert "amount" in start(api, status=400, variables={"amount": 5})["message"]
    assert start(api, "nonsense", status=404)["type"] == "RestException"


def test_a_held_definition_starts_nothing(api: System) -> None:
    deploy(api, FORK)
    running = start(api)
    body = {"suspended": True, "includeProcessInstances": True}
    api.do("PUT", "/process-definition/key/p/suspended", body, status=204)
    refused = start(api, status=500)
    name = api.get("/process-definition/key/p")["id"]
    assert refused["type"] == "RestException"
    assert refused["message"].startswith(f"Cannot instantiate process definition {name}: ")
    assert api.get(f"/process-instance/{running['id']}")["suspended"] is True
    assert api.get("/process-definition", key="p", suspended="true") != []
    api.do(
        "PUT",
        "/process-definition/suspended",
        {"processDefinitionKey": "p", "suspended": False},
        status=204,
    )
    assert start(api)["id"]
    assert api.get(f"/process-instance/{running['id']}")["suspended"] is True
    for wrong in (
        {},
        {"suspended": True, "executionDate": "soon"},
    ):
        api.do("PUT", "/process-definition/key/p/suspended", wrong, status=400)


def test_a_moment_that_has_passed_is_now(api: System) -> None:
    deploy(api, FORK)
    past = {"suspended": True, "executionDate": "2013-11-21T10:49:45"}
    api.do("PUT", "/process-definition/key/p/suspended", past, status=204)
    assert api.get("/process-definition/key/p")["suspended"] is True
    api.do(
        "PUT", "/process-definition/key/p/suspended",
        {"suspended": False, "executionDate": None}, status=204,
    )  # fmt: skip
    assert api.get("/process-definition/key/p")["suspended"] is False


def test_figures(api: System) -> None:
    deploy(api, FORK)
    start(api)
    start(api)
    found = api.get("/process-definition/statistics", failedJobs="true", incidents="true")
    one = next(row for row in found if row["definition"]["key"] == "p")
    assert (one["instances"], one["failedJobs"], one["incidents"]) == (2, 0, [])
    places = api.get("/process-definition/key/p/statistics")
    assert {row["id"]: row["instances"] for row in places} == {"a": 2, "b": 2}


def test_retention(api: System) -> None:
    deploy(api, FORK)
    path = "/process-definition/key/p/history-time-to-live"
    api.do("PUT", path, {"historyTimeToLive": 7}, status=204)
    assert api.get("/process-definition/key/p")["historyTimeToLive"] == 7
    api.do("PUT", path, {"historyTimeToLive": None}, status=204)
    assert api.get("/process-definition/key/p")["historyTimeToLive"] is None
    api.do("PUT", path, {"historyTimeToLive": -1}, status=400)


@pytest.mark.parametrize(
    ("said", "days"), [("30", 30), ("P30D", 30), ("P10Y", 3650), ("P1Y6M", 545)]
)
def test_the_term_of_keeping_is_told_in_days(api: System, said: str, days: int) -> None:
    deploy(api, re.sub(TTL + b'="[^"]*"', TTL + b'="%s"' % said.encode(), FORK))
    assert api.get("/process-definition/key/p")["historyTimeToLive"] == days


def test_the_form_of_a_start(api: System) -> None:
    form = b'{"id": "ask", "type": "default", "components": [{"type": "number", "key": "amount",\
 "label": "x", "id": "f1", "defaultValue": 3, "validate": {"required": true}}]}'
    asking = FORK.replace(b'startEvent id="s"', b'startEvent id="s" camunda:formRef="ask"')
    from tests.web.api.diagrams import post_files

    post_files(api, {"p.bpmn": asking, "anything.form": form})
    path = "/process-definition/key/p"
    told = api.get(f"{path}/startForm")
    assert told["camundaFormRef"] == {"key": "ask", "binding": "latest", "version": None}
    assert told["key"] is None  # a client that finds a key would look for an embedded form
    assert api.ask("GET", f"{path}/deployed-start-form").data == form
    assert api.get(f"{path}/form-variables") == {
        "amount": {"type": "Integer", "value": 3, "valueInfo": {}}
    }
    api.post(f"{path}/submit-form", {"variables": {}}, status=400)
    made = api.post(f"{path}/submit-form", {"variables": typed(amount=7, other="x")})
    found = api.get("/variable-instance", processInstanceIdIn=made["id"])
    assert {one["name"]: one["value"] for one in found} == {"amount": 7, "other": "x"}
    assert start(api)["id"]  # by variables alone the form is not asked


def test_incidents_are_counted_in_one_way(api: System) -> None:
    deploy(api, FORK)
    for path in ("/process-definition/statistics", "/process-definition/key/p/statistics"):
        for more in ({"incidentsForType": "failedJob"}, {"rootIncidents": "true"}):
            told = api.do("GET", path, status=400, incidents="true", **more)
            assert told["type"] == "InvalidRequestException"
            api.get(path, failedJobs="true", **more)


def test_what_a_process_calls(api: System) -> None:
    def call(name: str, said: str) -> str:
        return f'<bpmn:callActivity id="{name}" name="{name}" {said}/>'

    names = ("one", "two", "old", "free")
    calls = (
        call("one", 'calledElement="inner"')
        + call("two", 'calledElement="inner" camunda:calledElementBinding="latest"')
        + call(
            "old",
            'calledElement="inner" camunda:calledElementBinding="version"'
            ' camunda:calledElementVersion="1"',
        )
        + call("free", 'calledElement="${which}"')
    )
    path = [f"{a}>{b}" for a, b in zip(("s", *names), (*names, "e"), strict=True)]
    outer = '<bpmn:startEvent id="s"/>' + calls + '<bpmn:endEvent id="e"/>' + flows(*path)
    inner = '<bpmn:startEvent id="i"/><bpmn:endEvent id="o"/>' + flows("i>o")
    deploy(api, diagram(inner, key="inner"), name="inner")
    deploy(api, diagram(inner + "<bpmn:documentation/>", key="inner"), name="inner")
    deploy(api, diagram(outer, key="outer"), name="outer")
    name = api.get("/process-definition/key/outer")["id"]
    told = api.get(f"/process-definition/{name}/static-called-process-definitions")
    newest = api.get("/process-definition/key/inner")
    assert [(one["version"], one["calledFromActivityIds"]) for one in told] == [
        (2, ["one", "two"]), (1, ["old"]),
    ]  # fmt: skip
    assert {one["callingProcessDefinitionId"] for one in told} == {name}
    assert {field: told[0][field] for field in newest} == newest
    below = "static-called-process-definitions"
    assert api.get(f"/process-definition/{newest['id']}/{below}") == []
    api.do("GET", f"/process-definition/zz/{below}", status=404)
