"""What Camunda Modeler's deploy dialogue sends, byte for byte of its form, and what it reads."""

from __future__ import annotations

import pytest

from tests.engine.office import diagram, flows, user
from tests.web.api.conftest import Knock, System

BOUNDARY = "----WebKitFormBoundary7MA4YWxkTrZu0gW"
ONE = diagram(
    f'<bpmn:startEvent id="s"/>{user("a")}<bpmn:endEvent id="e"/>' + flows("s>a", "a>e"),
    key="Process_1x0abc",
)
FORM = b'{"components": [], "type": "default", "id": "Form_1"}'


def part(name: str, value: bytes, file: str = "", kind: str = "") -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"'
    head += f'; filename="{file}"\r\nContent-Type: {kind}' if file else ""
    return head.encode() + b"\r\n\r\n" + value + b"\r\n"


def dialogue(xml: bytes) -> bytes:
    """The body of the dialogue's request: three fields, the diagram, an attachment."""
    return b"".join(
        (
            part("deployment-name", "领用申请".encode()),
            part("deployment-source", b"Camunda Modeler"),
            part("enable-duplicate-filtering", b"true"),
            part("diagram_1.bpmn", xml, "diagram_1.bpmn", "text/xml"),
            part("form.form", FORM, "form.form", "application/octet-stream"),
            f"--{BOUNDARY}--\r\n".encode(),
        )
    )


@pytest.mark.parametrize("how", ["basic", "bearer"])
def test_the_dialogue_deploys_and_starts(api: System, bearer: Knock, how: str) -> None:
    modeler = api if how == "basic" else bearer("deploy", "read", "start")
    modeler.headers |= {"Accept": "application/json", "Origin": "file://"}
    # the check of the connection, then the version, then the form
    assert modeler.get("/deployment", maxResults=0) == []
    assert modeler.get("/version")["version"].startswith("7.")

    def send(xml: bytes) -> dict:
        kind = f"multipart/form-data; boundary={BOUNDARY}"
        answer = modeler.ask("POST", "/deployment/create", data=dialogue(xml), content_type=kind)
        return {"status": answer.status_code, **answer.get_json()}

    made = send(ONE)
    assert (made["status"], made["name"]) == (200, "领用申请")
    ((identifier, definition),) = made["deployedProcessDefinitions"].items()
    assert definition["key"] == "Process_1x0abc"
    again = send(ONE)
    assert (again["id"], again["deployedProcessDefinitions"]) == (made["id"], None)
    started = modeler.post(
        f"/process-definition/{identifier}/start",
        {"businessKey": "default", "variables": {"a": {"value": 1, "type": "integer"}}},
    )
    assert started["definitionId"] == identifier
    refused = send(ONE.replace(b"userTask", b"unknownTask"))
    assert refused["status"] == 400
    assert refused["message"].startswith("ENGINE-09005 Could not parse BPMN process.")


def test_wrong_credentials_are_told_apart(api: System, bearer: Knock) -> None:
    api.headers["Authorization"] = "Basic bm9ib2R5Om5vdGhpbmc="
    assert api.ask("GET", "/deployment?maxResults=0").status_code == 401
    assert bearer("read").ask("POST", "/deployment/create").status_code == 403
