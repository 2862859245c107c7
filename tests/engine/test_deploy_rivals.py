"""Several people publish at the same moment: each publication is a version of its own."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from engine import commands, db, hooks
from engine.bundles import Bundle
from engine.models import ProcessDefinition
from tests.engine.office import diagram, flows, user


def publish(number: int) -> None:
    xml = diagram(
        '<bpmn:startEvent id="s"/>' + user(f"a{number}") + '<bpmn:endEvent id="e"/>'
        + flows(f"s>a{number}", f"a{number}>e")
    )  # fmt: skip
    content = {"d.bpmn": xml, "bundle.toml": b'[bundle]\ntitle = "t"\n'}
    db.unit(
        lambda session: commands.deploy(
            session, Bundle("t", content), actor=hooks.SYSTEM, house=False
        )
    )


def test_rivals_publish_one_after_the_other(database: str) -> None:
    with ThreadPoolExecutor(6) as rivals:
        list(rivals.map(publish, range(12)))
    with db.reading() as session:
        versions = session.scalars(select(ProcessDefinition.version).order_by("version")).all()
    assert versions == list(range(1, 13))
