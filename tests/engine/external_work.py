"""A case that an outside worker moves on."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from engine import db
from engine.commands import external, fetching
from engine.commands.fetching import Fetched, Topic, Wanted
from engine.hooks import Actor
from engine.models import Variable
from engine.queries import Viewer
from tests.engine.office import diagram, flows, user

ROBOT = Actor("robot", kind="service")
SEES = Viewer("robot", scope="all")


def external_task(element: str, topic: str = "t", inner: str = "", extra: str = "") -> str:
    return (
        f'<bpmn:serviceTask id="{element}" name="{element}" camunda:type="external" '
        f'camunda:topic="{topic}" {extra}>{inner}</bpmn:serviceTask>'
    )


ONE = diagram(
    '<bpmn:startEvent id="s"/>'
    + external_task("x")
    + user("after")
    + '<bpmn:endEvent id="e"/>'
    + flows("s>x", "x>after", "after>e")
)


def fetch(
    worker: str = "w", *topics: Topic, viewer: Viewer = SEES, limit: int = 10, **more: Any
) -> list[Fetched]:
    asked = Wanted(worker, topics or (Topic("t", 10_000),), limit, **more)
    with db.transaction() as session:
        return fetching.fetch(session, viewer, asked)


def complete(task: Fetched, worker: str = "w", **variables: Any) -> None:
    with db.transaction() as session:
        external.complete(session, task.job.id, worker=worker, actor=ROBOT, variables=variables)


def variables(instance: str) -> dict[str, Any]:
    with db.reading() as session:
        rows = session.scalars(select(Variable).where(Variable.instance_id == instance))
        return {row.name: row.value for row in rows}
