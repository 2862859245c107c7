"""A process with an external task, for systems that work on it."""

from __future__ import annotations

from typing import Any

from tests.engine import office
from tests.engine.office import diagram, flows, user
from tests.web.api.conftest import System

TOPIC = {"topicName": "t", "lockDuration": 10_000}


def external_task(element: str, topic: str = "t", inner: str = "", extra: str = "") -> str:
    return (
        f'<bpmn:serviceTask id="{element}" name="{element}" camunda:type="external" '
        f'camunda:topic="{topic}" {extra}>{inner}</bpmn:serviceTask>'
    )


def publish() -> None:
    """A start, an external task, a task for people, an end."""
    office.publish(
        diagram(
            '<bpmn:startEvent id="s"/>'
            + external_task("x")
            + user("after")
            + '<bpmn:endEvent id="e"/>'
            + flows("s>x", "x>after", "after>e")
        )
    )


def fetch(api: System, worker: str = "w", topics: Any = None, **more: Any) -> Any:
    body = {"workerId": worker, "maxTasks": 10, "topics": topics or [TOPIC], **more}
    return api.post("/external-task/fetchAndLock", body)
