"""A value keeps the type under which a client sent it, wherever it is told again."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from engine import db
from engine.models import Base
from tests.engine.office import diagram, flows
from tests.web.api.conftest import System
from tests.web.api.diagrams import deploy, post_files, start
from tests.web.api.external_office import external_task, fetch
from tests.web.api.task_office import line, task

MOMENT = "2026-01-31T08:30:00.000+0800"
ORDER = {
    "objectTypeName": "org.example.Order",
    "serializationDataFormat": "application/json",
}
GIVEN: dict[str, dict[str, Any]] = {
    "long": {"type": "Long", "value": 5, "valueInfo": {}},
    "integer": {"type": "Integer", "value": 5, "valueInfo": {}},
    "short": {"type": "Short", "value": 5, "valueInfo": {}},
    "double": {"type": "Double", "value": 5.0, "valueInfo": {}},
    "date": {"type": "Date", "value": MOMENT, "valueInfo": {}},
    "json": {"type": "Json", "value": '{"a":[1,2.5]}', "valueInfo": {}},
    "object": {"type": "Object", "value": '{"a":1}', "valueInfo": ORDER},
    "list": {"type": "Object", "value": "[1]", "valueInfo": ORDER},
    "none": {"type": "Null", "value": None, "valueInfo": {}},
    "bytes": {"type": "Bytes", "value": "aGVsbG8=", "valueInfo": {}},
}
OPENED: dict[str, dict[str, Any]] = {
    name: {**one, "value": json.loads(one["value"])} if one["type"] == "Object" else one
    for name, one in GIVEN.items()
}
WORK = diagram(
    '<bpmn:startEvent id="s"/>'
    + external_task(
        "x",
        inner=(
            "<bpmn:extensionElements><camunda:inputOutput>"
            '<camunda:inputParameter name="copy">${long}</camunda:inputParameter>'
            '<camunda:inputParameter name="order">${object}</camunda:inputParameter>'
            '<camunda:inputParameter name="sum">${long + short}</camunda:inputParameter>'
            '<camunda:inputParameter name="more">${object.a + long}</camunda:inputParameter>'
            "</camunda:inputOutput></bpmn:extensionElements>"
        ),
    )
    + '<bpmn:userTask id="u"/><bpmn:endEvent id="e"/>'
    + flows("s>x", "x>u", "u>e"),
    key="w",
)


@pytest.fixture
def database(either_database: str) -> str:
    return either_database


def test_from_the_start_to_the_history(api: System) -> None:
    deploy(api, line(task("a")))
    made = start(api, variables=GIVEN, withVariablesInReturn=True)
    assert made["variables"] == GIVEN
    path = f"/process-instance/{made['id']}/variables"
    assert api.get(path, deserializeValues=False) == GIVEN
    assert api.get(path) == OPENED
    assert api.get(f"{path}/object", deserializeValue=False) == GIVEN["object"]
    assert api.get(f"{path}/object") == OPENED["object"]
    [work] = api.get("/task", processInstanceId=made["id"])
    assert api.get(f"/task/{work['id']}/form-variables", deserializeValues=False) == GIVEN
    told = api.post(
        f"/task/{work['id']}/complete",
        {"variables": {"again": GIVEN["long"]}, "withVariablesInReturn": True},
    )
    assert told == {**GIVEN, "again": GIVEN["long"]}
    wanted = {"processInstanceId": made["id"]}
    for deserialized, given in ((False, GIVEN), (True, OPENED)):
        for lists, name in (("variable-instance", "name"), ("detail", "variableName")):
            found = api.get(f"/history/{lists}", **wanted, deserializeValues=deserialized)
            kinds = {one[name]: one.get("type") or one.get("variableType") for one in found}
            kinds |= {one[name]: one["variableType"] for one in found if "variableType" in one}
            assert kinds == {**{k: v["type"] for k, v in given.items()}, "again": "Long"}
            values = {one[name]: (one["value"], one["valueInfo"]) for one in found}
            del values["again"]
            assert values == {k: (v["value"], v["valueInfo"]) for k, v in given.items()}
    longs = api.get("/history/variable-instance", **wanted, variableTypeIn="long")
    assert sorted(one["name"] for one in longs) == ["again", "long"]


def test_to_a_worker_and_back(api: System) -> None:
    deploy(api, WORK)
    made = start(api, "w", variables=GIVEN)
    [locked] = fetch(api)
    assert {name: locked["variables"][name] for name in GIVEN} == GIVEN
    assert locked["variables"]["copy"] == GIVEN["long"]
    assert locked["variables"]["order"] == GIVEN["object"]
    assert locked["variables"]["sum"] == {"type": "Integer", "value": 10, "valueInfo": {}}
    assert locked["variables"]["more"] == {"type": "Integer", "value": 6, "valueInfo": {}}
    api.post(f"/external-task/{locked['id']}/unlock", status=204)
    topic = {"topicName": "t", "lockDuration": 10_000, "deserializeValues": True}
    [locked] = fetch(api, topics=[topic])
    assert {name: locked["variables"][name] for name in GIVEN} == OPENED
    body = {"workerId": "w", "variables": {"back": GIVEN["short"], "list": GIVEN["long"]}}
    api.post(f"/external-task/{locked['id']}/complete", body, status=204)
    path = f"/process-instance/{made['id']}/variables"
    assert api.get(f"{path}/back") == GIVEN["short"]
    assert api.get(f"{path}/list") == GIVEN["long"]


def test_numbers_are_found_whatever_their_type(api: System) -> None:
    deploy(api, line(task("a")))
    made = start(api, variables=GIVEN)["id"]
    for name in ("long", "integer", "short", "double"):
        for condition in (f"{name}_eq_5", f"{name}_gt_4", f"{name}_lteq_5", f"{name}_neq_6"):
            assert [one["id"] for one in api.get("/process-instance", variables=condition)] == [
                made
            ]
    kinds = api.get(
        "/variable-instance", processInstanceIdIn=made, sortBy="variableType", sortOrder="asc"
    )
    assert [one["type"] for one in kinds] == sorted(one["type"] for one in kinds)


def test_local_variables_keep_theirs(api: System) -> None:
    deploy(api, line(task("a")))
    made = start(api)["id"]
    [work] = api.get("/task", processInstanceId=made)
    for path in (
        f"/task/{work['id']}/localVariables",
        f"/execution/{work['executionId']}/localVariables",
    ):
        api.do("POST", path, {"modifications": GIVEN}, status=204)
        assert api.get(path, deserializeValues=False) == GIVEN
        assert api.get(path) == OPENED


def test_a_long_of_a_form_is_one(api: System) -> None:
    fields = (
        "<bpmn:extensionElements><camunda:formData>"
        '<camunda:formField id="amount" label="Amount" type="long" defaultValue="7"/>'
        '<camunda:formField id="other" label="Other" type="long"/>'
        "</camunda:formData></bpmn:extensionElements>"
    )
    deploy(api, line(task("a", inner=fields), task("b")))
    made = start(api)["id"]
    [work] = api.get("/task", processInstanceId=made)
    path = f"/task/{work['id']}"
    assert api.get(f"{path}/form-variables")["amount"] == {**GIVEN["long"], "value": 7}
    api.post(f"{path}/submit-form", {"variables": {"other": {"value": "8"}}}, status=204)
    found = api.get(f"/process-instance/{made}/variables")
    assert found == {name: {**GIVEN["long"], "value": n} for name, n in
                     (("amount", 7), ("other", 8))}  # fmt: skip


FILE = {"filename": "信.txt", "mimeType": "text/plain", "encoding": "UTF-8"}


def test_a_small_file_is_a_variable(api: System) -> None:
    deploy(api, WORK)
    given = {"type": "File", "value": "aGVsbG8=", "valueInfo": FILE}
    made = start(api, "w", variables={**GIVEN, "file": given})["id"]
    path = f"/process-instance/{made}/variables"
    told = {"type": "File", "value": None, "valueInfo": FILE}  # its content is told elsewhere
    assert api.get(f"{path}/file") == told
    assert fetch(api)[0]["variables"]["file"] == told
    [kept] = api.get("/history/variable-instance", processInstanceId=made, variableName="file")
    assert {name: kept[name] for name in told} == told
    answer = api.ask("GET", f"{path}/file/data")
    assert answer.get_data() == b"hello"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.content_type.startswith("text/plain")
    answer = api.ask("GET", f"{path}/bytes/data")
    assert (answer.get_data(), answer.content_type) == (b"hello", "application/octet-stream")
    assert api.ask("GET", f"{path}/long/data").status_code == 400
    large = {**given, "value": "QUFB" * 30_000}
    told = api.do("PUT", f"{path}/file", large, status=400)
    assert "附件" in told["message"]


def test_a_page_is_never_given_out_as_one(api: System) -> None:
    deploy(api, line(task("a")))
    path = f"/process-instance/{start(api)['id']}/variables"
    info = {"filename": "x.html", "mimeType": "text/html"}
    page = {"type": "File", "value": "PHNjcmlwdD4=", "valueInfo": info}
    api.do("PUT", f"{path}/page", page, status=204)
    answer = api.ask("GET", f"{path}/page/data")
    assert answer.content_type.startswith("text/plain")
    assert answer.headers["Content-Disposition"].startswith("attachment")


def upload(api: System, path: str, status: int, name: str = "a.txt", **fields: str) -> None:
    data = {"data": (io.BytesIO(b"uploaded"), name), **fields}
    answer = api.ask("POST", path, data=data, content_type="multipart/form-data")
    assert answer.status_code == status, answer.get_data(as_text=True)


def test_what_is_uploaded(api: System) -> None:
    deploy(api, line(task("a")))
    made = start(api)["id"]
    [work] = api.get("/task", processInstanceId=made)
    for owner in (f"/process-instance/{made}/variables", f"/task/{work['id']}/localVariables",
                  f"/execution/{work['executionId']}/localVariables"):  # fmt: skip
        upload(api, f"{owner}/it/data", 204, valueType="File")
        assert api.get(f"{owner}/it")["valueInfo"]["filename"] == "a.txt"
        assert api.ask("GET", f"{owner}/it/data").get_data() == b"uploaded"
        upload(api, f"{owner}/it/data", 204, valueType="Bytes")
        assert api.get(f"{owner}/it")["value"] == "dXBsb2FkZWQ="
        upload(api, f"{owner}/it/data", 400, valueType="Xml")
        upload(api, f"{owner}/it/data", 400, colour="red")
        api.do("POST", f"{owner}/it/data", {}, status=400)


SECRET = "not to be kept"


def passing(value: Any = SECRET) -> dict[str, Any]:
    return {"value": value, "type": "String", "valueInfo": {"transient": True}}


def traces() -> list[str]:
    """Return the tables and columns in which the value stands."""
    found = []
    with db.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(table.select()).mappings():
                found += [
                    f"{table.name}.{name}"
                    for name, kept in row.items()
                    if SECRET in (kept.decode(errors="replace") if isinstance(kept, bytes)
                                  else str(kept))
                ]  # fmt: skip
    return found


def test_a_transient_variable_leaves_no_trace(api: System) -> None:
    drawn = diagram(
        '<bpmn:startEvent id="s"/><bpmn:userTask id="a"/><bpmn:exclusiveGateway id="g"/>'
        '<bpmn:userTask id="yes"/><bpmn:userTask id="no"/><bpmn:endEvent id="e"/>'
        + flows(
            "s>a",
            "a>g",
            "g>yes: ${word.length() &gt; 5}",
            "g>no: ${word.length() &lt; 6}",
            "yes>e",
            "no>e",
        ),
        key="secret",
    )
    deploy(api, drawn)
    made = start(api, "secret", variables={"word": passing(), "kept": GIVEN["long"]})["id"]
    path = f"/process-instance/{made}/variables"
    assert set(api.get(path)) == {"kept"}
    [work] = api.get("/task", processInstanceId=made)
    api.post(f"/task/{work['id']}/complete", {"variables": {"word": passing()}}, status=204)
    [work] = api.get("/task", processInstanceId=made)
    assert work["taskDefinitionKey"] == "yes"  # it was there while the case went on
    for address in (path, f"/task/{work['id']}/localVariables", f"/task/{work['id']}/variables"):
        api.do("PUT", f"{address}/word", passing(), status=204)
        api.do("POST", address, {"modifications": {"word": passing()}}, status=204)
        assert "word" not in api.get(address)
    assert set(api.get(path)) == {"kept"}
    assert api.get("/history/variable-instance/count", processInstanceId=made) == {"count": 1}
    assert traces() == []
    assert api.get("/history/detail/count", processInstanceId=made) == {"count": 1}
    # what is written as usual afterwards stays
    api.do("PUT", f"{path}/word", GIVEN["short"], status=204)
    assert api.get(f"{path}/word") == GIVEN["short"]


def decisions(more: str = "") -> bytes:
    columns = "".join(
        f'<output id="o_{kind}" name="{kind}" typeRef="{kind}"/>'
        for kind in ("long", "double", "integer", "string")
    )
    entries = "".join(
        f'<outputEntry id="e{number}"><text>{text}</text></outputEntry>'
        for number, text in enumerate(("5", "5", "5", '"x"'))
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"'
        ' xmlns:camunda="http://camunda.org/schema/1.0/dmn" namespace="urn:level">'
        '<decision id="level" name="Level" camunda:versionTag="v9"'
        ' camunda:historyTimeToLive="30"><decisionTable id="t">'
        f'{columns}<rule id="r">{entries}</rule></decisionTable></decision>{more}</definitions>'
    ).encode()


def test_a_decision_gives_what_its_columns_promise(api: System) -> None:
    post_files(api, {"level.dmn": decisions()})
    told = api.post("/decision-definition/key/level/evaluate", {"variables": {}})
    assert {name: one["type"] for name, one in told[0].items()} == {
        "long": "Long",
        "double": "Double",
        "integer": "Integer",
        "string": "String",
    }


def test_a_decision_is_told_alike_by_its_deployment_and_its_list(api: System) -> None:
    made = post_files(api, {"level.dmn": decisions()})
    [one] = made["deployedDecisionDefinitions"].values()
    assert one == api.get("/decision-definition/key/level")
    assert (one["versionTag"], one["category"], one["historyTimeToLive"]) == ("v9", "urn:level", 30)
    for query, count in (
        ({"versionTag": "v9"}, 1),
        ({"versionTagLike": "w%"}, 0),
        ({"category": "urn:level"}, 1),
        ({"categoryLike": "urn:%"}, 1),
        ({"category": "urn:other"}, 0),
    ):
        assert api.get("/decision-definition/count", **query) == {"count": count}
    assert made["deployedDecisionRequirementsDefinitions"] is None
    second = (
        '<decision id="next" name="n"><literalExpression id="l"><text>1</text>'
        "</literalExpression></decision>"
    )
    made = post_files(api, {"level.dmn": decisions(second)})
    [graph] = made["deployedDecisionRequirementsDefinitions"].values()
    assert graph == api.get("/decision-requirements-definition/key/d")
    assert graph["category"] == "urn:level"
    path = "/decision-requirements-definition/count"
    assert api.get(path, category="urn:level") == {"count": 1}
    assert api.get(path, category="urn:other") == {"count": 0}
