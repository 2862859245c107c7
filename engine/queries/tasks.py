"""One task as a person works on it: form, diagram, why it is here, what happens next."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import hooks, vault
from engine.commands import definitions, task_forms
from engine.commands.definitions import Definition, Form
from engine.commands.signing import DRAFT
from engine.commands.tasks import may_act
from engine.commands.variables import read_variables
from engine.errors import NotFound
from engine.models import Draft, HistoryEvent, HumanTask, Incident, Job, ProcessInstance, Variable
from engine.queries.access import Viewer, visible
from engine.queries.history import Line
from engine.queries.inbox import TaskRow, _row
from engine.queries.instances import progress
from engine.state import values


@dataclass(frozen=True)
class Next:
    """What happens by itself if nobody acts: when, and which event of the diagram."""

    at: datetime
    element_id: str
    name: str
    #: Name of the first element behind the event.
    leads_to: str
    interrupting: bool


@dataclass(frozen=True)
class TaskView:
    """Everything the page of one task shows."""

    row: TaskRow
    #: Whether this viewer may sign for it or complete it now.
    mine_to_do: bool
    form: Form | None
    #: Variables by name, and the area's prefill; what the form starts from.
    data: dict[str, Any]
    draft: dict[str, Any]
    draft_saved_at: datetime | None
    documentation: str
    diagram: bytes
    states: dict[str, str]
    counts: dict[str, int]
    flows: frozenset[str]
    #: The decisions and gateways that brought it here, latest first.
    why: list[Line]
    next: list[Next]
    completed_by: str | None


def task(session: Session, viewer: Viewer, human_task_id: str) -> TaskView:
    """Return a task of a case this viewer may see.

    Raises:
        NotFound: there is no such task, or it is not visible.
    """
    root = ProcessInstance.__table__.alias("root")
    found = session.execute(
        select(HumanTask, ProcessInstance, root.c.title, root.c.business_key, root.c.is_demo)
        .join(ProcessInstance, ProcessInstance.id == HumanTask.instance_id)
        .join(root, root.c.id == HumanTask.root_id)
        .where(
            HumanTask.id == human_task_id,
            visible(viewer, HumanTask.root_id.expression),
        )
    ).first()
    if found is None:
        raise NotFound("没有这项待办，或者您没有查看权限。")
    row, instance, title, business_key, is_demo = found
    definition = definitions.by_id(session, instance.definition_id)
    element = definition.description.elements.get(row.element_id)
    jobs = list(
        session.scalars(select(Job).where(Job.instance_id == instance.id, Job.status == "open"))
    )
    open_tasks = list(
        session.scalars(select(HumanTask).where(HumanTask.instance_id == instance.id))
    )
    incidents = list(session.scalars(select(Incident).where(Incident.instance_id == instance.id)))
    states, counted, flows = progress(session, instance, open_tasks, jobs, incidents)
    draft = session.get(Draft, (row.id, viewer.id))
    data = _data(session, definition, row)
    prefill = hooks.prefill_of(row.bundle)
    return TaskView(
        row=_row(row, title, business_key, is_demo, definition.name),
        mine_to_do=row.status == "open" and may_act(row, hooks.Actor(viewer.id, viewer.groups)),
        form=task_forms.of_task(session, definition, row, data),
        data={**data, **(prefill(session, row) if prefill else {})},
        draft=json.loads(vault.open_text(draft.payload, DRAFT)) if draft else {},
        draft_saved_at=draft.saved_at if draft else None,
        documentation=element.documentation if element else "",
        diagram=definitions.original(session, instance.definition_id),
        states=states,
        counts=counted,
        flows=flows,
        why=_why(session, row),
        next=_next(definition, row, jobs),
        completed_by=row.completed_by,
    )


def _data(session: Session, definition: Definition, row: HumanTask) -> dict[str, Any]:
    """Return the variables the task sees; only some activities have any of their own."""
    element = definition.description.elements.get(row.element_id)
    has_own = element is not None and (
        element.repeated or element.parent != definition.key or "@inputOutput" in element.attributes
    )
    if has_own and row.status == "open":
        return read_variables(session, row.instance_id, row.token)
    return variables(session, row.instance_id)


def variables(session: Session, instance_id: str) -> dict[str, Any]:
    """Return the instance's variables from their projection."""
    rows = session.scalars(select(Variable).where(Variable.instance_id == instance_id))
    return {row.name: values.decode(row.value) for row in rows}


def _why(session: Session, row: HumanTask) -> list[Line]:
    """Return what was decided just before this task was opened, latest first."""
    found = session.scalars(
        select(HistoryEvent)
        .where(
            HistoryEvent.root_id == row.root_id,
            HistoryEvent.kind.in_(("chosen", "decided", "completed", "fired", "message")),
            HistoryEvent.at <= row.created_at,
        )
        .order_by(HistoryEvent.id.desc())
        .limit(6)
    )
    return [
        Line(e.id, e.at, e.kind, e.instance_id, e.element_id, e.name, e.actor, e.data or {})
        for e in found
    ]


def _next(definition: definitions.Definition, row: HumanTask, jobs: list[Job]) -> list[Next]:
    elements = definition.description.elements
    after = {e.source: e.target for e in elements.values() if e.kind == "sequenceFlow"}
    found = []
    for job in jobs:
        event = elements.get(job.element_id or "")
        if job.kind != "timer" or event is None or event.attached_to != row.element_id:
            continue
        target = elements.get(after.get(event.id, ""))
        found.append(
            Next(
                job.due_at,
                event.id,
                event.name,
                target.name if target else "",
                event.interrupting,
            )
        )
    return sorted(found, key=lambda item: item.at)
