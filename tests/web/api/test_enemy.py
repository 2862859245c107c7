"""What somebody with a token of little might try: to erase, to skip, to inject, to exhaust."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import select

from engine import clock, commands, db
from engine.hooks import SYSTEM
from engine.models import Incident, ProcessDefinition, ProcessInstance
from processes.people import access, demo
from processes.support.models import OverdueCase
from tests.engine import dmn
from tests.engine.office import diagram, flows, user
from tests.web.api.conftest import Knock, System
from tests.web.api.diagrams import deploy, post_files, start
from tests.web.conftest import start_matter

ONE = diagram(
    f'<bpmn:startEvent id="s"/>{user("a")}{user("b")}<bpmn:endEvent id="e"/>'
    + flows("s>a", "a>b", "b>e")
)
BARE = b'<?xml version="1.0" encoding="utf-8"?>'


def withdrawals(api: System) -> list[str]:
    """Return every address that deletes the newest version of `p` with its instances."""
    (row,) = api.get("/process-definition", key="p", latestVersion=True)
    return [
        f"/deployment/{row['deploymentId']}?cascade=true",
        f"/process-definition/{row['id']}?cascade=true",
        "/process-definition/key/p?cascade=true",
    ]


def kept(instance_id: str) -> bool:
    with db.reading() as session:
        return session.get(ProcessInstance, instance_id) is not None


def test_what_an_area_keeps_outlives_its_deployment(api: System) -> None:
    deploy(api, ONE)
    case = start(api)["id"]
    with db.transaction() as session:
        session.add(
            OverdueCase(
                instance_id=case, root_id=case, watch_key="S-1:a", element="a", stage="a",
                subject="S-1", org="pinghu", due_at=clock.now(),
            )
        )  # fmt: skip
    for path in withdrawals(api):
        answer = api.ask("DELETE", path)
        assert answer.status_code == 400, path
        assert "业务台账" in answer.get_json()["message"]
        assert kept(case)


def test_a_case_of_the_office_does_not_go_with_what_it_called(api: System) -> None:
    deploy(api, ONE)
    called, case = start(api)["id"], start_matter("核实", "ZX-1")
    with db.transaction() as session:
        row = session.get_one(ProcessInstance, called)
        row.parent_id = row.root_id = case
    for path in withdrawals(api):
        assert api.ask("DELETE", path).status_code == 403, path
        assert kept(case)
        assert kept(called)


def test_a_case_one_is_shut_out_of_is_not_erased_or_held(api: System) -> None:
    deploy(api, ONE)
    hidden, seen = start(api)["id"], start(api)["id"]
    with db.transaction() as session:
        access.bar(session, hidden, demo.SERVICE_LOGIN)
    for path in withdrawals(api):
        assert api.ask("DELETE", path).status_code == 403, path
    body = {"processDefinitionKey": "p", "suspended": True, "includeProcessInstances": True}
    api.do("PUT", "/process-definition/suspended", body, status=204)
    with db.reading() as session:
        states = {one: session.get_one(ProcessInstance, one).status for one in (hidden, seen)}
    assert states == {hidden: "active", seen: "suspended"}


def test_a_batch_is_ended_by_its_owner_or_who_sees_every_case(api: System, bearer: Knock) -> None:
    deploy(api, ONE)
    ids = [start(api)["id"] for _ in range(2)]
    made = api.post("/process-instance/delete", {"processInstanceIds": ids})["id"]
    person = bearer("read", "operate", login="pinghu_handler1")
    assert person.ask("DELETE", f"/batch/{made}").status_code == 403
    assert person.ask("PUT", f"/batch/{made}/suspended", {"suspended": True}).status_code == 403
    api.do("PUT", f"/batch/{made}/suspended", {"suspended": True}, status=204)
    api.do("DELETE", f"/batch/{made}", status=204)


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "utf-8-sig"])
def test_a_file_in_any_encoding_can_be_read_again(api: System, encoding: str) -> None:
    file = dmn.definitions(dmn.decision("door", dmn.table(["x"], ["y"], [["1", "2"]]), name="门"))
    text = re.sub(r'encoding="[^"]*"', f'encoding="{encoding.removesuffix("-sig")}"', file.decode())
    data = {"d": (io.BytesIO(text.encode(encoding)), "door.dmn")}
    answer = api.ask("POST", "/deployment/create", data=data, content_type="multipart/form-data")
    if answer.status_code == 400:
        assert answer.get_json()["type"] == "ParseException"
        return
    (one,) = api.get("/decision-definition", deploymentId=answer.get_json()["id"])
    assert "门" in api.get(f"/decision-definition/{one['id']}/xml")["dmnXml"]
    assert "门" in api.get("/decision-definition/key/door/xml")["dmnXml"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_graph_in_any_encoding_can_be_read_again(api: System, encoding: str) -> None:
    first = dmn.decision("door", dmn.table(["x"], ["y"], [["1", "2"]]), name="门")
    literal = "<literalExpression><text>1</text></literalExpression>"
    second = dmn.decision("gate", literal, name="闸")
    file = (
        dmn.definitions(first, second)
        .decode()
        .replace('"UTF-8"', f'"{encoding.removesuffix("-sig")}"')
    )
    data = {"d": (io.BytesIO(file.encode(encoding)), "graph.dmn")}
    answer = api.ask("POST", "/deployment/create", data=data, content_type="multipart/form-data")
    assert answer.status_code == 200, answer.get_json()
    (one,) = api.get("/decision-requirements-definition", deploymentId=answer.get_json()["id"])
    told = api.get(f"/decision-requirements-definition/{one['id']}/xml")["dmnXml"]
    assert "门" in told
    assert "闸" in told


def test_definitions_are_held_only_by_who_sees_every_case(api: System, bearer: Knock) -> None:
    door = dmn.definitions(dmn.decision("door", dmn.table(["x"], ["y"], [["1", "2"]])))
    post_files(api, {"p.bpmn": ONE, "door.dmn": door})
    person = bearer("read", "operate", login="pinghu_handler1")
    for path, body in (
        ("/process-definition/suspended", {"processDefinitionKey": "p", "suspended": True}),
        ("/process-definition/key/p/suspended", {"suspended": True}),
        ("/process-definition/key/desk_matter/history-time-to-live", {"historyTimeToLive": 0}),
        ("/decision-definition/key/door/history-time-to-live", {"historyTimeToLive": 0}),
    ):
        assert person.ask("PUT", path, body).status_code == 403, path
    with db.reading() as session:
        assert not any(session.scalars(select(ProcessDefinition.suspended)))


def test_a_start_elsewhere_than_drawn_is_an_operators(api: System, bearer: Knock) -> None:
    deploy(api, ONE)
    path = "/process-definition/key/p/start"
    skipping: tuple[dict[str, Any], ...] = (
        {"startInstructions": [{"type": "startBeforeActivity", "activityId": "b"}]},
        {"skipCustomListeners": True},
        {"skipIoMappings": True},
    )
    starter, operator = bearer("start"), bearer("start", "operate")
    for body in skipping:
        answer = starter.ask("POST", path, body)
        assert answer.status_code == 403, body
        assert answer.get_json()["resourceName"] == "operate"
        operator.post(path, body)
    starter.post(path, {"startInstructions": [], "skipCustomListeners": False})


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.txt", "a\r\nX-Evil: 1.txt", 'a"; filename="b.html', "C:\\x\\evil.html",
        "<script>alert(1)</script>.svg", "图\u202egpj.exe", "\x1b[31m.txt",
    ],
)  # fmt: skip
def test_a_name_of_a_file_reaches_no_header_and_no_browser(api: System, name: str) -> None:
    data = {
        "deployment-name": "n",
        "d": (io.BytesIO(ONE), "d.bpmn"),
        "x": (io.BytesIO(b"<svg onload='alert(1)'/>"), name),
    }
    answer = api.ask("POST", "/deployment/create", data=data, content_type="multipart/form-data")
    if answer.status_code == 400:
        return
    assert answer.status_code == 200, answer.get_data(as_text=True)
    made = answer.get_json()["id"]
    for one in api.get(f"/deployment/{made}/resources"):
        if one["name"] == "d.bpmn":
            continue
        sent = api.ask("GET", f"/deployment/{made}/resources/{one['id']}/data")
        assert sent.status_code == 200
        assert "X-Evil" not in sent.headers
        assert sent.headers["Content-Type"].partition(";")[0] in ("text/plain", "application/json")
        assert sent.headers["X-Content-Type-Options"] == "nosniff"
        shown = sent.headers["Content-Disposition"]
        assert shown.startswith("attachment; filename*=UTF-8''")
        assert shown.isascii()
        assert not set(shown) & set('"<>\\/\r\n\x1b')


def test_a_picture_runs_nothing(api: System) -> None:
    evil = '</title><script>alert(1)</script>"\' onload="x'
    escaped = evil.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    drawn = re.sub(r' name="[^"]*"', lambda _: f' name="{escaped}"', ONE.decode())
    assert drawn.count("onload") >= 3
    deploy(api, drawn.encode())
    sent = api.ask("GET", "/process-definition/key/p/diagram")
    assert sent.status_code == 200
    assert sent.headers["Content-Type"].startswith("image/svg+xml")
    assert "default-src 'none'" in sent.headers["Content-Security-Policy"]
    root = etree.fromstring(sent.get_data())
    for element in root.iter():
        assert etree.QName(element).localname not in ("script", "foreignObject", "a", "image")
        assert not [name for name in element.attrib if str(name).lower().startswith("on")]


@pytest.mark.parametrize(
    "raw",
    [
        b'{"variables":{"a":{"value":NaN}}}',
        b'{"variables":{"a":{"value":Infinity,"type":"Double"}}}',
        b'{"variables":{"a":{"value":"NaN","type":"Double"}}}',
        b'{"variables":{"a":{"value":"[NaN]","type":"Json"}}}',
        b'{"variables":{"a":{"value":1e999}}}',
        b'{"variables":{"a":{"value":' + b"9" * 5000 + b"}}}",
        '{"variables":{"a":{"value":"x\\u0000y"}}}'.encode("utf-16"),
        '{"variables":{"a\\u0000":{"value":"xy"}}}'.encode("utf-32"),
        b'{"variables":{"a":{"value":"x\\ud800y"}}}',
        b'{"variables":{"a\\uDFFF":{"value":"xy"}}}',
        b'{"variables":{},"businessKey":"\\ud83d"}',
        '{"variables":{},"businessKey":"\\ud83d"}'.encode("utf-16"),
        b'{"variables":{},"businessKey":"' + b"k" * 256 + b'"}',
        b'{"variables":{"a":{"value":' + b"[" * 900 + b"]" * 900 + b"}}}",
        b'{"variables":{"a":{"value":"' + b"[" * 90_000 + b'","type":"Json"}}}',
    ],
)
def test_numbers_and_texts_that_are_none(api: System, raw: bytes) -> None:
    deploy(api, ONE)
    answer = api.ask(
        "POST", "/process-definition/key/p/start", data=raw, content_type="application/json"
    )
    assert answer.status_code == 400, answer.get_data(as_text=True)
    assert api.get("/process-instance/count") == {"count": 0}


def test_the_last_of_two_values_counts_everywhere(api: System) -> None:
    deploy(api, ONE)
    raw = b'{"businessKey":"first","businessKey":"second"}'
    made = api.ask("POST", "/process-definition/key/p/start", data=raw).get_json()
    assert made["businessKey"] == "second"


def test_a_body_without_measure_is_not_read(api: System) -> None:
    raw = b'{"businessKey":"' + b"x" * (17 << 20) + b'"}'
    answer = api.ask("POST", "/process-instance", data=raw, content_type="application/json")
    assert answer.status_code == 413
    assert answer.get_json()["type"] == "RestException"


def test_formulas_are_not_asked_by_anybody(api: System) -> None:
    formula = "${1+1}"
    for path, name in (
        ("/task", "assigneeExpression"), ("/task", "dueBeforeExpression"),
        ("/process-instance", "businessKeyExpression"),
    ):  # fmt: skip
        body: dict[str, Any] = {name: formula}
        for _ in range(3):
            assert api.ask("POST", path, body).status_code == 400, (path, json.dumps(body))
            body = {"orQueries": [body]}
    deploy(api, ONE)
    made = start(api, variables={"a": {"value": formula, "type": "String"}})["id"]
    assert api.get(f"/process-instance/{made}/variables/a")["value"] == formula


def test_one_match_within_or_queries_opens_no_case(api: System) -> None:
    deploy(api, ONE)
    hidden = start(api, businessKey="CANARY")["id"]
    with db.transaction() as session:
        access.bar(session, hidden, demo.SERVICE_LOGIN)
    for path, part in (
        ("/process-instance", {"businessKey": "CANARY", "active": True}),
        ("/history/process-instance", {"processInstanceBusinessKey": "CANARY", "active": True}),
        ("/task", {"processInstanceBusinessKey": "CANARY", "unassigned": True}),
    ):
        body = {"orQueries": [part]}
        assert api.post(path, body) == [], path
        assert api.post(f"{path}/count", body) == {"count": 0}, path
    with db.transaction() as session:
        commands.cancel(session, hidden, actor=SYSTEM, reason="结束")


def test_a_long_list_of_names_is_refused_and_breaks_nothing(api: System) -> None:
    names = [f"{number:032x}" for number in range(70_000)]
    answer = api.ask("POST", "/process-instance", {"processInstanceIds": names})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/process-instance", {"orQueries": [{"active": True}] * 5000}),
        ("/history/process-instance", {"orQueries": [{"active": True}] * 5000}),
        ("/task", {"orQueries": [{"name": "x"}] * 5000}),
        ("/process-instance", {"variables": [{"name": "a", "operator": "eq", "value": 1}] * 3000}),
        ("/process-instance", {"orQueries": [
            {"variables": [{"name": "a", "operator": "eq", "value": 1}] * 150}] * 150}),
        ("/history/process-instance", {"executedActivityIdIn": ["a"] * 3000}),
        ("/process-instance", {"orQueries": [{"orQueries": [{"businessKey": "x"}]}]}),
        ("/message", {"messageName": "x", "correlationKeys": {
            f"v{number}": {"value": number} for number in range(3000)}}),
        ("/external-task/fetchAndLock", {"workerId": "w", "maxTasks": 1, "topics": [
            {"topicName": f"t{number}", "lockDuration": 1000} for number in range(5000)]}),
    ],
)  # fmt: skip
def test_a_question_of_thousands_of_parts_is_refused(api: System, path: str, body: Any) -> None:
    answer = api.ask("POST", path, body)
    assert answer.status_code == 400, answer.get_data(as_text=True)
    assert answer.get_json()["type"] in ("InvalidRequestException", "RestException")


def test_as_many_by_address(api: System) -> None:
    given = ",".join(["a_eq_1"] * 3000)
    assert api.ask("GET", f"/process-instance?variables={given}").status_code == 400
    assert api.get("/process-instance", variables="a_eq_1,b_eq_2") == []


def test_no_comparison_is_no_condition(api: System) -> None:
    assert api.post("/job", {"createTimes": [], "dueDates": []}) == []


def test_incidents_of_a_hidden_case_choose_no_definition(api: System) -> None:
    deploy(api, ONE)
    hidden = start(api)["id"]
    with db.transaction() as session:
        session.add(Incident(instance_id=hidden, code="x", message="CANARY", opened_at=clock.now()))
        access.bar(session, hidden, demo.SERVICE_LOGIN)
    assert api.get("/process-definition", incidentMessageLike="CAN%") == []
    assert api.get("/process-definition/count", incidentMessage="CANARY") == {"count": 0}
