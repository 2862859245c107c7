"""Numbers of definitions: what one process remembers of a number is never another thing later."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import commands, db
from engine.commands import definitions, rest_deploy
from engine.hooks import SYSTEM
from engine.models import DecisionDefinition, Deployment, FormDefinition, ProcessDefinition
from engine.queries.access import Viewer
from tests.engine import dmn, office
from tests.engine.office import ANN, diagram, flows, user

KINDS = (Deployment, ProcessDefinition, DecisionDefinition, FormDefinition)


def deploy(task: str) -> int:
    files = {
        "p.bpmn": diagram(
            '<bpmn:startEvent id="s"/>' + user(task) + '<bpmn:endEvent id="e"/>'
            + flows(f"s>{task}", f"{task}>e")
        ),
        "d.dmn": dmn.definitions(dmn.decision("d", dmn.literal("1"))),
        "f.form": b'{"id": "f", "type": "default", "components": []}',
    }  # fmt: skip
    with db.transaction() as session:
        return rest_deploy.publish(session, "x", files, actor=SYSTEM).deployment.id


def withdraw(deployment: int) -> None:
    with db.transaction() as session:
        everything = Viewer("ann", scope="all")
        rest_deploy.withdraw(session, deployment, cascade=True, viewer=everything)


def numbers() -> list[int]:
    with db.reading() as session:
        return [session.scalars(select(kind.id)).one() for kind in KINDS]


def test_a_number_is_not_given_again(either_database: str) -> None:
    deployment = deploy("a")
    before = numbers()
    withdraw(deployment)
    deploy("b")
    assert all(now > then for now, then in zip(numbers(), before, strict=True))


def test_another_process_starts_what_was_deployed_last(either_database: str) -> None:
    deployment = deploy("a")
    other = db.connect(str(db.engine().url.render_as_string(hide_password=False)))
    with Session(other) as session:  # it has a memory of its own, as another process has
        assert "a" in definitions.latest(session, "p").description.elements
    withdraw(deployment)
    deploy("b")
    with Session(other) as session, session.begin():
        case = commands.start(session, "p", actor=ANN).id
    other.dispose()
    assert office.waiting(case) == ["b"]
