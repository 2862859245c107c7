"""What people and systems did to cases, tasks and jobs: Camunda's user operation log.

Most acts are lines of the history already (`claimed`, `completed`, `suspended`); what an
operator changed is a line of its own (`engine.commands.operations`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from engine.commands.operations import KIND
from engine.models import HistoryEvent, ProcessDefinition, ProcessInstance
from engine.queries import asked as ask
from engine.queries.access import Viewer
from engine.queries.asked import Asked
from engine.queries.records import cases


@dataclass(frozen=True, slots=True)
class Act:
    """What a kind of history line means as an operation."""

    operation: str
    entity: str
    name: str | None = None
    old: str | None = None
    new: str | None = None


ACTS: Mapping[str, Act] = {
    "started": Act("Create", "ProcessInstance"),
    "claimed": Act("Claim", "Task", "assignee"),
    "unclaimed": Act("Claim", "Task", "assignee"),
    "completed": Act("Complete", "Task", "delete", "false", "true"),
    "suspended": Act("Suspend", "ProcessInstance", "suspensionState", None, "suspended"),
    "resumed": Act("Activate", "ProcessInstance", "suspensionState", None, "active"),
    "cancelled": Act("Delete", "ProcessInstance", "deleteReason"),
    "modified": Act("ModifyProcessInstance", "ProcessInstance"),
    "migrated": Act("Migrate", "ProcessInstance"),
    "message": Act("CorrelateMessage", "ProcessInstance", "messageName"),
    "retried": Act("SetJobRetries", "Job", "retries"),
    "variables": Act("SetVariable", "Variable"),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One entry."""

    id: int
    at: datetime
    user: str
    operation: str
    entity: str
    name: str | None
    old: str | None
    new: str | None
    element: str | None
    task_id: str | None
    job_id: str | None
    external_task_id: str | None
    annotation: str | None
    #: The operation it is part of: its own id, unless it has others beside it.
    operation_id: str

    @property
    def category(self) -> str:
        """Whose business it is."""
        over_task = self.entity == "Variable" and self.task_id is not None
        return TASK_WORKER if self.entity in OF_TASKS or over_task else OPERATOR


TASK_WORKER, OPERATOR = "TaskWorker", "Operator"
#: Entities of whoever works on tasks; all others are operators' business.
OF_TASKS = ("Task", "IdentityLink", "Attachment")
_OP = HistoryEvent.data["op"].as_string()
_ENTITY = HistoryEvent.data["entity"].as_string()
_PROPERTY = HistoryEvent.data["property"].as_string()
_OF = HistoryEvent.data["of"].as_string()


def _which(column: Any, part: str) -> Any:
    """Return a filter over what a line means: by its kind, or by what it says itself."""

    def make(wanted: Sequence[str]) -> ColumnElement[bool]:
        kinds = [kind for kind, act in ACTS.items() if getattr(act, part) in wanted]
        return or_(
            HistoryEvent.kind.in_(kinds),
            and_(HistoryEvent.kind == KIND, column.in_(list(wanted))),
        )

    return make


def _one(many: Any) -> Any:
    return lambda value: many([value])


def _about(name: str) -> Any:
    return lambda value: HistoryEvent.data[name].as_string() == value


def _categories(names: Sequence[str]) -> ColumnElement[bool]:
    over_task = HistoryEvent.data["task"].as_string().is_not(None)
    mine = or_(_ENTITIES(OF_TASKS), and_(_ENTITIES(["Variable"]), over_task))
    return or_(
        false(),
        *([mine] if TASK_WORKER in names else []),
        *([~mine] if OPERATOR in names else []),
    )


_OPERATIONS = _which(_OP, "operation")
_ENTITIES = _which(_ENTITY, "entity")
FILTERS: ask.Filters = {
    **cases.BY_CASE,
    "executionId": ask.equals(ProcessInstance.id),  # of the process, as each is told
    "id": ask.numbered(HistoryEvent.id),
    "operationId": lambda name: or_(
        name == _OF, and_(_OF.is_(None), HistoryEvent.id == ask.number(name))
    ),
    "userId": ask.equals(HistoryEvent.actor),
    "operationType": _one(_OPERATIONS),
    "entityType": _one(_ENTITIES),
    "entityTypeIn": _ENTITIES,
    "property": _one(_which(_PROPERTY, "name")),
    "taskId": _about("task"),
    "jobId": _about("job"),
    "jobDefinitionId": ask.never,
    "batchId": ask.never,
    "externalTaskId": _about("external"),
    "deploymentId": ask.numbered(ProcessDefinition.deployment_id),
    "category": _one(_categories),
    "categoryIn": _categories,
    "beforeTimestamp": ask.until(HistoryEvent.at),
    "afterTimestamp": ask.from_(HistoryEvent.at),
}
ORDER: dict[str, ask.Column] = {"timestamp": HistoryEvent.at}


def operations(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return (Operation, ProcessInstance, ProcessDefinition) of what is asked and visible."""
    rows = session.execute(ask.page(_wanted(viewer, asked), asked, ORDER, HistoryEvent.id))
    return [(_read(line), instance, definition) for line, instance, definition in rows]


def is_act(line: Any, parent_id: str | None) -> bool:
    """Say whether a line of a case is in the log, as `_wanted` asks it in SQL."""
    return (
        line.kind in ACTS
        and "op" not in (line.data or {})
        and line.actor not in (None, "system")
        and (parent_id is None or line.kind not in ("started", "cancelled"))
    )


def lines(session: Session, viewer: Viewer, operation_id: str) -> Sequence[HistoryEvent]:
    """Return the visible lines of one operation."""
    asked = Asked({"operationId": operation_id})
    found = _wanted(viewer, asked).with_only_columns(HistoryEvent).order_by(HistoryEvent.id)
    return session.scalars(found).all()


def count_operations(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many entries would be found."""
    return ask.count(session, _wanted(viewer, asked))


def _wanted(viewer: Viewer, asked: Asked) -> ask.Statement:
    """Lines of acts by somebody: what the engine did by itself is no operation."""
    return (
        select(HistoryEvent, ProcessInstance, ProcessDefinition)
        .join(ProcessInstance, ProcessInstance.id == HistoryEvent.instance_id)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(
            cases.seen(viewer),
            # A line that names its operation has another one beside it that tells the change.
            or_(HistoryEvent.kind == KIND, and_(HistoryEvent.kind.in_(ACTS), _OP.is_(None))),
            HistoryEvent.actor.is_not(None),
            HistoryEvent.actor != "system",
            # A called process is started and ended by its caller, not by a person.
            or_(
                HistoryEvent.kind.not_in(("started", "cancelled")),
                ProcessInstance.parent_id.is_(None),
            ),
            *ask.conditions(asked, FILTERS),
        )
    )


def _read(line: HistoryEvent) -> Operation:
    data = line.data or {}
    act = ACTS.get(line.kind) or Act(
        str(data.get("op")),
        str(data.get("entity")),
        data.get("property"),
        data.get("old"),
        data.get("new"),
    )
    old, new = act.old, act.new
    if line.kind == "claimed":
        new = line.actor
    elif line.kind == "unclaimed":
        old = line.actor
    elif line.kind in ("cancelled", "message"):
        new = data.get("reason") or data.get("message")
    return Operation(
        line.id,
        line.at,
        str(line.actor),
        act.operation,
        act.entity,
        act.name,
        old,
        new,
        line.element_id,
        data.get("task"),
        data.get("job"),
        data.get("external"),
        data["annotation"] if "annotation" in data else data.get("reason"),
        str(data.get("of") or line.id),
    )
