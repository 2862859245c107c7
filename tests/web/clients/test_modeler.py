"""Camunda Modeler's deploy dialogue: the requests it sends, byte for byte in their form."""

from __future__ import annotations

from tests.engine.office import diagram, flows, user
from tests.web.clients.served import Served

EDGE = "----WebKitFormBoundarypF2qYc7d0Wmq1k9Z"
DRAWN = diagram(
    '<bpmn:startEvent id="s"/>' + user("a") + '<bpmn:endEvent id="e"/>' + flows("s>a", "a>e"),
    key="from_modeler",
)
FORM = b'{"type":"default","id":"note","components":[],"schemaVersion":16}'


def dialogue(*files: tuple[str, bytes, str], changed_only: bool = False) -> bytes:
    """Return the body that the dialogue posts for a diagram and its attachments."""
    fields = {
        "deployment-name": "from_modeler",
        "deployment-source": "Camunda Modeler",
        "enable-duplicate-filtering": "true",
    }
    if changed_only:
        fields["deploy-changed-only"] = "true"
    body = b"".join(
        f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    )
    for name, content, kind in files:
        body += (
            f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}"\r\n'
            f"Content-Type: {kind}\r\n\r\n"
        ).encode()
        body += content + b"\r\n"
    return body + f"--{EDGE}--\r\n".encode()


def test_the_dialogue_deploys_once_and_finds_its_own_deployment_again(served: Served) -> None:
    kind = f"multipart/form-data; boundary={EDGE}"
    assert served.ask("GET", "/deployment?maxResults=0") == []  # “test connection”
    assert served.ask("GET", "/version")["version"].startswith("7.")
    body = dialogue(("from_modeler.bpmn", DRAWN, "text/xml"))
    first = served.ask("POST", "/deployment/create", body, kind)
    assert first["source"] == "Camunda Modeler"
    assert first["name"] == "from_modeler"
    [definition] = first["deployedProcessDefinitions"].values()
    assert (definition["key"], definition["version"]) == ("from_modeler", 1)
    again = served.ask("POST", "/deployment/create", body, kind)
    assert again["id"] == first["id"]
    assert not again["deployedProcessDefinitions"]
    more = dialogue(
        ("from_modeler.bpmn", DRAWN, "text/xml"),
        ("note.form", FORM, "application/octet-stream"),
        changed_only=True,
    )
    second = served.ask("POST", "/deployment/create", more, kind)
    assert second["id"] != first["id"]
    assert not second["deployedProcessDefinitions"]
    started = served.post("/process-definition/key/from_modeler/start", {})
    assert started["definitionId"] == definition["id"]
