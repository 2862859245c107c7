"""Deploying: what a client sends, what it gets, and what is refused."""

from __future__ import annotations

import io
import json

import pytest
from sqlalchemy import func, select

from engine import db
from engine.models import (
    Deployment,
    HistoryEvent,
    Job,
    ProcessDefinition,
    ProcessInstance,
    Resource,
    Variable,
)
from tests.engine import dmn
from tests.engine.office import diagram, flows, user
from tests.web.api.conftest import Knock, System
from tests.web.api.diagrams import deploy, post_files, start, typed

ONE = diagram(f'<bpmn:startEvent id="s"/>{user("a")}<bpmn:endEvent id="e"/>' + flows("s>a", "a>e"))
OTHER = diagram(
    f'<bpmn:startEvent id="s"/>{user("b")}<bpmn:endEvent id="e"/>' + flows("s>b", "b>e"), key="q"
)
CHANGED = ONE.replace(b'name="a"', b'name="changed"')
FORM = {"id": "Form_1", "type": "default", "components": []}


def test_a_deployment_is_told_with_its_definitions(api: System) -> None:
    made = deploy(api, ONE, name="Camunda Modeler", deployment_source="Camunda Modeler")
    assert (made["name"], made["source"], made["tenantId"]) == (
        "Camunda Modeler",
        "Camunda Modeler",
        None,
    )
    assert made["links"] == [
        {
            "method": "GET",
            "href": f"http://localhost/engine-rest/deployment/{made['id']}",
            "rel": "self",
        }
    ]
    ((name, definition),) = made["deployedProcessDefinitions"].items()
    assert definition["id"] == name == f"p:1:{name.split(':')[2]}"
    assert (definition["key"], definition["version"], definition["resource"]) == ("p", 1, "d0.bpmn")
    assert definition["deploymentId"] == made["id"]
    assert definition["historyTimeToLive"] == 30
    assert made["deployedDecisionDefinitions"] is None
    assert api.get(f"/deployment/{made['id']}")["name"] == "Camunda Modeler"
    assert api.get("/deployment/count", name="Camunda Modeler") == {"count": 1}
    assert [one["id"] for one in api.get("/deployment", nameLike="Camunda%")] == [made["id"]]
    registered = api.get("/deployment/registered")
    assert made["id"] in registered
    assert len(registered) == api.get("/deployment/count")["count"]


def test_the_same_again_is_a_new_version_unless_duplicates_are_filtered(api: System) -> None:
    first = deploy(api, ONE)
    again = deploy(api, ONE)
    assert again["id"] != first["id"]
    assert next(iter(again["deployedProcessDefinitions"].values()))["version"] == 2
    kept = deploy(api, ONE, enable_duplicate_filtering="true")
    assert kept["id"] == again["id"]
    assert kept["deployedProcessDefinitions"] is None
    elsewhere = deploy(api, ONE, name="other", enable_duplicate_filtering="true")
    assert elsewhere["id"] != again["id"]


def test_only_what_changed(api: System) -> None:
    deploy(api, ONE, OTHER)
    filtered = deploy(api, CHANGED, OTHER, enable_duplicate_filtering="true")
    assert {one["key"] for one in filtered["deployedProcessDefinitions"].values()} == {"p", "q"}
    changed = deploy(api, ONE, OTHER, deploy_changed_only="true")
    assert {one["key"] for one in changed["deployedProcessDefinitions"].values()} == {"p"}
    files = api.get(f"/deployment/{changed['id']}/resources")
    assert [one["name"] for one in files] == ["d0.bpmn"]
    # compared with the newest of each file, wherever it was deployed
    assert deploy(api, ONE, OTHER, deploy_changed_only="true")["id"] == changed["id"]


def test_decisions_forms_and_other_files(api: System) -> None:
    files = {
        "rules.dmn": dmn.definitions(dmn.decision("r", dmn.table(["x"], ["y"], [["1", "2"]]))),
        "ask.form": json.dumps(FORM).encode(),
        "forms/help.html": b"<script>alert(1)</script>",
    }
    made = post_files(api, files)
    assert [one["key"] for one in made["deployedDecisionDefinitions"].values()] == ["r"]
    listed = {one["name"]: one["id"] for one in api.get(f"/deployment/{made['id']}/resources")}
    assert set(listed) == set(files)
    path = f"/deployment/{made['id']}/resources/{listed['forms/help.html']}"
    assert api.get(path)["name"] == "forms/help.html"
    answer = api.ask("GET", f"{path}/data")
    assert answer.data == files["forms/help.html"]
    assert answer.headers["Content-Type"] == "text/plain"  # nothing a browser would run
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert api.ask("GET", f"/deployment/{made['id']}/resources/{'0' * 32}").status_code == 404


def test_a_diagram_that_cannot_run_is_refused_with_its_elements(api: System) -> None:
    broken = diagram(
        '<bpmn:startEvent id="s"/><bpmn:serviceTask id="t" name="t"/>' + flows("s>t"), key="z"
    )
    told = deploy(api, ONE, broken, status=400)
    assert told["type"] == "ParseException"
    assert set(told["details"]) == {"d1.bpmn"}
    first = told["details"]["d1.bpmn"]["errors"][0]
    assert set(first) == {"message", "line", "column", "mainElementId", "elementIds"}
    assert first["line"] == 5
    assert "t" in {one["mainElementId"] for one in told["details"]["d1.bpmn"]["errors"]}
    assert api.get("/process-definition/count") == api.get(
        "/process-definition/count", key="desk_matter"
    )


def test_two_files_of_one_name_are_refused_whatever_they_hold(api: System) -> None:
    for other in (OTHER, ONE):
        parts = {"a": (io.BytesIO(ONE), "same.bpmn"), "b": (io.BytesIO(other), "same.bpmn")}
        answer = api.ask(
            "POST", "/deployment/create", data=parts, content_type="multipart/form-data"
        )
        assert answer.status_code == 400
        assert answer.get_json()["type"] == "InvalidRequestException"
        assert "'same.bpmn'" in answer.get_json()["message"]
    assert api.get("/process-definition/count", keysIn="p,q") == {"count": 0}


def test_what_is_no_deployment(api: System) -> None:
    assert "No deployment resources" in post_files(api, {}, status=400)["message"]
    for field in ("tenant_id", "deployment_activation_time", "colour"):
        assert deploy(api, ONE, status=400, **{field: "x"})["type"] == "InvalidRequestException"
    assert deploy(api, ONE, tenant_id="")["tenantId"] is None
    nameless = {"data": (io.BytesIO(ONE), ""), "x": "1"}
    answer = api.ask(
        "POST", "/deployment/create", data=nameless, content_type="multipart/form-data"
    )
    assert answer.status_code == 400
    assert deploy(api, b"no diagram", status=400)["type"] == "ParseException"
    assert api.ask("GET", "/deployment/nonsense").status_code == 404
    assert api.ask("DELETE", "/deployment/99999").status_code == 404


def test_a_key_moves_between_names_but_is_never_taken_from_the_office(api: System) -> None:
    deploy(api, ONE, name="first")
    moved = deploy(api, ONE, name="second")
    assert next(iter(moved["deployedProcessDefinitions"].values()))["version"] == 2
    theirs = ONE.replace(b'id="p"', b'id="desk_matter"')
    told = deploy(api, theirs, status=400)
    assert "desk" in told["message"]
    # a name that is a bundle of the office does not become part of it
    made = deploy(api, OTHER, name="desk")
    with db.reading() as session:
        assert session.get_one(Deployment, int(made["id"])).bundle == "desk-rest"


def test_the_category_is_the_files_namespace(api: System) -> None:
    made = deploy(api, ONE, OTHER.replace(b'targetNamespace="test"', b'targetNamespace="urn:o"'))
    found = {one["key"]: one for one in made["deployedProcessDefinitions"].values()}
    assert {key: one["category"] for key, one in found.items()} == {"p": "test", "q": "urn:o"}
    assert api.get("/process-definition", category="urn:o") == [found["q"]]
    assert api.get("/process-definition/count", categoryLike="urn:%") == {"count": 1}
    ordered = api.get("/process-definition", sortBy="category", sortOrder="desc")
    assert ordered[0]["key"] == "q"
    with db.transaction() as session:  # one that was published before it was kept
        row = session.scalars(select(ProcessDefinition).filter_by(key="desk_matter")).one()
        row.description = {k: v for k, v in row.description.items() if k != "category"}
    assert api.get("/process-definition/key/desk_matter")["category"] == "desk"
    assert api.get("/process-definition/count", category="desk") == {"count": 1}


def test_deleting_gives_the_version_before_back(api: System) -> None:
    old = deploy(api, ONE)
    new = deploy(api, CHANGED)
    first = start(api)
    for path in (f"/deployment/{new['id']}", f"/process-definition/{first['definitionId']}"):
        assert api.ask("DELETE", path).status_code == 500  # it has an instance
    assert api.do("DELETE", f"/deployment/{new['id']}", status=204, cascade="true") is None
    assert api.ask("GET", f"/deployment/{new['id']}").status_code == 404
    assert start(api)["definitionId"] == next(iter(old["deployedProcessDefinitions"]))
    with db.reading() as session:
        assert session.get(ProcessInstance, first["id"]) is None
        for kind in (HistoryEvent, Job, Variable):
            column = kind.instance_id
            assert session.scalar(select(func.count()).where(column == first["id"])) == 0


def test_the_offices_own_cannot_be_deleted(api: System) -> None:
    (own,) = api.get("/deployment", source="files")
    assert api.ask("DELETE", f"/deployment/{own['id']}?cascade=true").status_code == 403
    (definition,) = api.get("/process-definition", key="desk_matter")
    assert api.ask("DELETE", f"/process-definition/{definition['id']}").status_code == 403


def test_deploying_an_earlier_deployment_again(api: System) -> None:
    first = deploy(api, ONE, OTHER)
    deploy(api, CHANGED)
    again = api.post(f"/deployment/{first['id']}/redeploy", {"resourceNames": ["d0.bpmn"]})
    ((_, definition),) = again["deployedProcessDefinitions"].items()
    assert (definition["key"], definition["version"]) == ("p", 3)
    both = {"resourceNames": ["d0.bpmn", "x"]}
    lost = api.post(f"/deployment/{first['id']}/redeploy", both, status=404)
    assert lost["message"].endswith("has no resource x.")


def test_two_names_of_the_same_file_type(api: System) -> None:
    made = post_files(api, {"legacy.bpmn20.xml": ONE})
    assert len(made["deployedProcessDefinitions"]) == 1


def test_a_token_for_reading_deploys_nothing(bearer: Knock) -> None:
    assert deploy(bearer("read"), ONE, status=403)["type"] == "AuthorizationException"


def test_variables_of_a_start_are_kept_with_the_case(api: System) -> None:
    deploy(api, ONE)
    made = start(api, variables=typed(amount=5), businessKey="K-1", withVariablesInReturn=True)
    assert made["variables"] == {"amount": {"type": "Integer", "value": 5, "valueInfo": {}}}
    assert made["businessKey"] == "K-1"
    with db.reading() as session:
        assert session.scalar(select(func.count()).select_from(Resource)) > 0


@pytest.mark.parametrize("number", [1, 900, 5_000])
def test_a_form_of_groups_in_groups_is_taken_or_refused(api: System, number: int) -> None:
    inner = '{"type":"group","components":[' * number + "]}" * number
    form = f'{{"type":"default","id":"f","components":[{inner}]}}'.encode()
    post_files(api, {"f.form": form}, status=200 if number == 1 else 400)


@pytest.mark.parametrize("name", ["", "\\u0000", "\\ud800"])
def test_a_form_has_an_id_that_can_be_kept(api: System, name: str) -> None:
    form = f'{{"type":"default","id":"{name}","components":[]}}'.encode()
    told = post_files(api, {"f.form": form}, status=400)
    assert told["type"] == "ParseException"
