"""What is remembered of published definitions: read once, and only what was really published."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, func, select

from engine import commands, db, hooks
from engine.bundles import Bundle
from engine.commands import definitions
from engine.models import ProcessDefinition
from tests.engine.office import diagram, flows, publish, user


def waits_at(element: str) -> bytes:
    return diagram(
        '<bpmn:startEvent id="s"/>' + user(element) + '<bpmn:endEvent id="e"/>'
        + flows(f"s>{element}", f"{element}>e")
    )  # fmt: skip


def elements() -> set[str]:
    with db.transaction() as session:
        return set(definitions.latest(session, "p").description.elements)


@contextmanager
def selects() -> Iterator[list[str]]:
    """Note the statements of a block."""
    seen: list[str] = []

    def note(_c: Any, _x: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(db.engine(), "before_cursor_execute", note)
    yield seen
    event.remove(db.engine(), "before_cursor_execute", note)


def test_what_was_read_before_a_rollback_is_forgotten(database: str) -> None:
    with pytest.raises(RuntimeError, match="too late"), db.transaction() as session:
        files = {"d.bpmn": waits_at("lost"), "bundle.toml": b'[bundle]\ntitle = "t"\n'}
        commands.deploy(session, Bundle("t", files), actor=hooks.SYSTEM, house=False)
        assert "lost" in definitions.latest(session, "p").description.elements
        raise RuntimeError("too late")
    publish(waits_at("real"))
    assert "real" in elements()
    assert "lost" not in elements()


@pytest.mark.parametrize("opened", [db.reading, db.transaction])
def test_a_definition_is_read_once(database: str, opened: Any) -> None:
    publish(waits_at("a"))
    elements()
    with db.reading() as session:
        number = session.scalars(select(func.max(ProcessDefinition.id))).one()
    with selects() as seen, opened() as session:
        assert "a" in definitions.by_id(session, number).description.elements
    assert not [statement for statement in seen if "process_definition" in statement]
