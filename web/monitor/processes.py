"""Published processes: the diagram, and how many cases wait at each step. No case is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from flask import url_for
from markupsafe import Markup
from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session, aliased

from engine import clock
from engine.commands import definitions
from engine.errors import NotFound
from engine.hooks import Actor
from engine.models import Deployment, HumanTask, ProcessDefinition, ProcessInstance
from engine.queries import Viewer, visible
from web import diagrams, words

#: Whose work is the whole: they see figures of every case, and no case for it.
OVERVIEW = ("analyst", "admin", "manager", "inspector", "privacy")


class Command(Protocol):
    """A command on a whole case with a reason."""

    def __call__(self, session: Session, instance_id: str, *, actor: Actor, reason: str) -> Any: ...


@dataclass(frozen=True)
class Published:
    """One process as the list shows it."""

    key: str
    name: str
    version: int
    bundle: str
    published: str
    running: int
    address: str


@dataclass(frozen=True)
class Step:
    """One step with what waits there."""

    name: str
    waiting: int
    late: int


@dataclass(frozen=True)
class Process:
    """One process with its diagram."""

    about: Published
    diagram: Markup
    steps: Sequence[Step]


def published(session: Session, viewer: Viewer) -> list[Published]:
    """Return the newest version of every process."""
    newest = (
        select(ProcessDefinition.key, func.max(ProcessDefinition.version).label("version"))
        .group_by(ProcessDefinition.key)
        .subquery()
    )
    rows = session.execute(
        select(ProcessDefinition, Deployment.deployed_at)
        .join(
            newest,
            (newest.c.key == ProcessDefinition.key)
            & (newest.c.version == ProcessDefinition.version),
        )
        .join(Deployment, Deployment.id == ProcessDefinition.deployment_id)
        .order_by(ProcessDefinition.bundle, ProcessDefinition.key)
    )
    running = _running(session, viewer)
    return [
        Published(
            key=row.key,
            name=row.name,
            version=row.version,
            bundle=row.bundle,
            published=words.day(at),
            running=running.get(row.key, 0),
            address=url_for("monitor.process", key=row.key),
        )
        for row, at in rows
    ]


def one(session: Session, viewer: Viewer, key: str) -> Process:
    """Return one process with its diagram and what waits at each step.

    Raises:
        NotFound: no process has this key.
    """
    about = next((item for item in published(session, viewer) if item.key == key), None)
    if about is None:
        raise NotFound("没有这个流程。")
    newest = session.scalar(
        select(ProcessDefinition.id).where(
            ProcessDefinition.key == key, ProcessDefinition.version == about.version
        )
    )
    waiting, late = _waiting(session, viewer, key)
    names = _names(session, newest or 0)
    diagram = diagrams.draw(
        definitions.original(session, newest or 0),
        states={element: "overdue" if late.get(element) else "active" for element in waiting},
        counts=waiting,
        flows=(),
        title=about.name,
        uid="p",
        process=key,
    )
    steps = [
        Step(names.get(element, element), count, late.get(element, 0))
        for element, count in sorted(waiting.items(), key=lambda item: -item[1])
    ]
    return Process(about, diagram, steps)


def _counted(viewer: Viewer, root: ColumnElement[Any]) -> ColumnElement[bool]:
    """Which cases the figures count: a number that moves tells that somebody complained."""
    return true() if viewer.has_role(*OVERVIEW) else visible(viewer, root)


def _running(session: Session, viewer: Viewer) -> dict[str, int]:
    return dict(
        session.execute(
            select(ProcessInstance.process_key, func.count())
            .where(
                ProcessInstance.status.in_(("active", "suspended")),
                _counted(viewer, ProcessInstance.root_id.expression),
            )
            .group_by(ProcessInstance.process_key)
        ).all()
    )


def _waiting(session: Session, viewer: Viewer, key: str) -> tuple[dict[str, int], dict[str, int]]:
    rows = session.execute(
        select(
            HumanTask.element_id,
            func.count(),
            func.count().filter(HumanTask.due_at < clock.now()),
        )
        .where(
            HumanTask.process_key == key,
            HumanTask.status == "open",
            _counted(viewer, HumanTask.root_id.expression),
        )
        .group_by(HumanTask.element_id)
    )
    waiting, late = {}, {}
    for element, count, overdue in rows:
        waiting[element], late[element] = count, overdue
    return {**_called(session, viewer, key), **waiting}, late


def _called(session: Session, viewer: Viewer, key: str) -> dict[str, int]:
    """Return how many called processes run at each call activity."""
    parent = aliased(ProcessInstance)
    elements = session.scalars(
        select(ProcessInstance.parent_element)
        .join(parent, parent.id == ProcessInstance.parent_id)
        .where(
            parent.process_key == key,
            _counted(viewer, ProcessInstance.root_id.expression),
            ProcessInstance.status.in_(("active", "suspended")),
            ProcessInstance.parent_element.is_not(None),
        )
    )
    return dict(Counter(str(element) for element in elements))


def _names(session: Session, definition_id: int) -> dict[str, str]:
    elements = definitions.by_id(session, definition_id).description.elements
    return {element.id: element.name for element in elements.values()}
