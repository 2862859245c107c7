"""A process with tasks for people, deployed as systems deploy: over REST."""

from __future__ import annotations

import io
import json
from typing import Any

from tests.engine.office import diagram, flows
from tests.web.api.conftest import System

FORM = {
    "type": "default", "id": "note", "schemaVersion": 16,
    "components": [
        {"type": "radio", "key": "good", "label": "Good?", "id": "c1",
         "values": [{"label": "Yes", "value": "yes"}, {"label": "No", "value": "no"}],
         "validate": {"required": True}},
        {"type": "textfield", "key": "words", "label": "Words", "id": "c2"},
    ],
}  # fmt: skip


def task(element: str, extra: str = "", inner: str = "", name: str = "") -> str:
    """Write a user task."""
    return f'<bpmn:userTask id="{element}" name="{name or element}" {extra}>{inner}</bpmn:userTask>'


def line(*tasks: str, key: str = "p", extra: str = "", outside: str = "") -> bytes:
    """Draw a start, tasks one after the other, an end."""
    ids = [one.split('"', 2)[1] for one in tasks]
    pairs = [f"{a}>{b}" for a, b in zip(["s", *ids], [*ids, "e"], strict=True)]
    return diagram(
        '<bpmn:startEvent id="s"/>'
        + "".join(tasks)
        + '<bpmn:endEvent id="e"/>'
        + extra
        + flows(*pairs),
        key=key,
        extra=outside,
    )


def deploy(api: System, *diagrams: bytes, name: str = "office", **files: bytes) -> Any:
    """Deploy as a client does."""
    parts: dict[str, Any] = {"deployment-name": name}
    for number, xml in enumerate(diagrams):
        parts[f"d{number}"] = (io.BytesIO(xml), f"d{number}.bpmn")
    for file, content in files.items():
        parts[file] = (io.BytesIO(content), file.replace("_dot_", "."))
    answer = api.ask("POST", "/deployment/create", data=parts, content_type="multipart/form-data")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def start(api: System, key: str = "p", business_key: str | None = None, **variables: Any) -> str:
    """Start an instance with plain values; return its id."""
    typed = {name: {"value": value} for name, value in variables.items()}
    body = {"variables": typed, "businessKey": business_key}
    return str(api.post(f"/process-definition/key/{key}/start", body)["id"])


def only(api: System, **query: Any) -> Any:
    """Return the one task a query finds."""
    [found] = api.get("/task", **query)
    return found


def note_form() -> bytes:
    return json.dumps(FORM).encode()
