"""Variables of running instances, as `/variable-instance` asks for them.

Those of tasks, waits, items and sub processes stand in the state of their instance alone. The
database finds the instances, as narrowly as names and states allow; their states are opened a
chunk at a time, and no more of them than the window needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from engine.commands.execution import Execution
from engine.errors import EngineError
from engine.hooks import SYSTEM
from engine.models import HumanTask, ProcessDefinition, ProcessInstance, Variable
from engine.queries import asked as ask
from engine.queries import comparing, matching
from engine.queries.access import Viewer, visible
from engine.queries.asked import Asked
from engine.queries.positions import RUNNING
from engine.queries.records import sifting
from engine.queries.records.sifting import Order, Tests
from engine.state import values

#: Instances that are opened with one round of statements.
CHUNK = 200


@dataclass(frozen=True)
class Local:
    """A variable, and where it is kept: at the instance, or at a token of it."""

    instance_id: str
    #: "" for the instance.
    token: str
    name: str
    value: Any
    #: Where the token stands, and its open human task.
    element: str = ""
    task_id: str | None = None

    @property
    def execution(self) -> str:
        """The execution whose variable it is."""
        return f"{self.instance_id}.{self.token}" if self.token else self.instance_id

    @property
    def activity_id(self) -> str:
        """The activity instance whose variable it is."""
        return f"{self.element}:{self.execution}" if self.token else self.instance_id


TESTS: Tests = {
    "variableName": sifting.same(lambda it: it.name),
    "variableNameLike": sifting.alike(lambda it: it.name),
    "processInstanceIdIn": sifting.one_of(lambda it: it.instance_id),
    "executionIdIn": sifting.one_of(lambda it: it.execution),
    "variableScopeIdIn": sifting.one_of(lambda it: it.execution),
    "activityInstanceIdIn": sifting.one_of(lambda it: it.activity_id),
    "taskIdIn": sifting.one_of(lambda it: it.task_id),
    "caseInstanceIdIn": sifting.nothing,
    "caseExecutionIdIn": sifting.nothing,
    "batchIdIn": sifting.nothing,
    "tenantIdIn": sifting.nothing,
}
ORDER: Order = {
    "variableName": lambda it: it.name,
    "variableType": lambda it: values.type_name(it.value),
    "activityInstanceId": lambda it: it.activity_id,
    "tenantId": lambda _: None,
}
#: What names instances, itself or by a part of them; tasks are looked up.
NAMING = ("processInstanceIdIn", "executionIdIn", "variableScopeIdIn", "activityInstanceIdIn")


def variable_instances(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return (Local, ProcessDefinition) of the variables that are asked for and visible."""
    limit = ask.MOST if asked.limit is None else min(asked.limit, ask.MOST)
    found = _found(session, viewer, asked, None if asked.sorting else asked.first + limit)
    order: Order = {name: lambda pair, key=key: key(pair[0]) for name, key in ORDER.items()}  # type: ignore[misc]
    return sifting.window(found, asked, order)


def count_variable_instances(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many variables would be found."""
    return len(_found(session, viewer, asked, None))


def _found(session: Session, viewer: Viewer, asked: Asked, enough: int | None) -> list[Any]:
    ids = session.scalars(
        select(ProcessInstance.id)
        .where(
            ProcessInstance.status.in_(RUNNING),
            visible(viewer, ProcessInstance.root_id.expression),
            *_narrowed(asked),
        )
        .order_by(ProcessInstance.id)
    ).all()
    found: list[Any] = []
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        tasks = _tasks(session, chunk)
        rows = session.execute(
            select(ProcessInstance, ProcessDefinition)
            .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
            .where(ProcessInstance.id.in_(chunk))
            .order_by(ProcessInstance.id)
        ).all()
        with Execution(session, SYSTEM) as work:
            for instance, definition in rows:
                theirs = [one for one in _of(work, instance, tasks) if _is_asked_for(one, asked)]
                theirs.sort(key=lambda one: (one.execution, one.name))
                found += [(one, definition) for one in theirs]
                if enough is not None and len(found) >= enough:
                    return found
    return found


def _narrowed(asked: Asked) -> Iterator[ColumnElement[bool]]:
    for name in NAMING:
        if name in asked:
            parts = {one.rpartition(":")[2].partition(".")[0] for one in asked.get(name)}
            yield ProcessInstance.id.in_(parts)
    if "taskIdIn" in asked:
        named = HumanTask.id.in_(asked.get("taskIdIn"))
        yield ProcessInstance.id.in_(select(HumanTask.instance_id).where(named))
    told = {asked.get("variableName")} if "variableName" in asked else set()
    if not asked.get("variableNamesIgnoreCase"):
        told |= {one.name for one in asked.get("variableValues", ())}
    for name in told:
        yield matching.mentions(ProcessInstance.state, values.to_json(name))


def _is_asked_for(one: Local, asked: Asked) -> bool:
    if not sifting.sift([one], Asked(asked.values), TESTS):
        return False
    return all(
        comparing.holds(
            {one.name: one.value},
            condition,
            fold_name=bool(asked.get("variableNamesIgnoreCase")),
            fold_value=bool(asked.get("variableValuesIgnoreCase")),
        )
        for condition in asked.get("variableValues", ())
    )


def _tasks(session: Session, chunk: Sequence[str]) -> dict[tuple[str, str], str]:
    """Return the open human tasks by instance and token."""
    rows = session.execute(
        select(HumanTask.instance_id, HumanTask.token, HumanTask.id).where(
            HumanTask.instance_id.in_(chunk), HumanTask.status == "open"
        )
    )
    return {(instance, token): number for instance, token, number in rows}


def _of(
    work: Execution, row: ProcessInstance, tasks: dict[tuple[str, str], str]
) -> Iterator[Local]:
    try:
        run = work.open(row).run
    except EngineError:  # what cannot be read still has the rows of its own variables
        kept = select(Variable).where(Variable.instance_id == row.id, Variable.scope == "")
        for one in work.session.scalars(kept):
            yield Local(row.id, "", one.name, values.decode(one.value))
        return
    for token in ("", *run.tokens):
        for name, value in run.local(token).items():
            task = tasks.get((row.id, token))
            yield Local(row.id, token, name, value, run.element(token), task)
