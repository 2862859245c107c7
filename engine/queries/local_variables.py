"""Variables below the instance: of its tasks, waits, items and subprocesses.

Only the instance's own variables are rows that can be searched; the others stand in its state.
So they are told when a question names the instances, executions or tasks it is about, and
their state is opened for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.commands.execution import Execution
from engine.hooks import SYSTEM
from engine.models import HumanTask, ProcessDefinition, ProcessInstance
from engine.queries.access import Viewer, visible
from engine.queries.asked import Asked
from engine.queries.records import sifting
from engine.queries.records.sifting import Order, Tests
from engine.state import values


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
#: What names instances, itself or by a part of them.
NAMING = ("processInstanceIdIn", "executionIdIn", "variableScopeIdIn", "activityInstanceIdIn",
          "taskIdIn")  # fmt: skip


def answers(asked: Asked) -> bool:
    """Say whether a question names what it is about. Values are compared in rows only."""
    return "variableValues" not in asked and any(name in asked for name in NAMING)


def find(session: Session, viewer: Viewer, asked: Asked) -> list[Any]:
    """Return (Local, ProcessDefinition) of everything asked for, unsorted."""
    return [
        (one, definition)
        for instance, definition in _instances(session, viewer, asked)
        for one in sifting.sift(_of(session, instance), Asked(asked.values), TESTS)
    ]


def window(found: Sequence[Any], asked: Asked) -> list[Any]:
    """Return the part that was asked for, in the order that was asked for."""
    order: Order = {name: lambda pair, key=key: key(pair[0]) for name, key in ORDER.items()}  # type: ignore[misc]
    total = sorted(found, key=lambda pair: (pair[0].execution, pair[0].name))
    return sifting.window(total, asked, order)


def _instances(session: Session, viewer: Viewer, asked: Asked) -> Iterable[Any]:
    name = next(one for one in NAMING if one in asked)
    named = asked.get(name)
    if name == "taskIdIn":
        chosen = ProcessInstance.id.in_(
            select(HumanTask.instance_id).where(HumanTask.id.in_(named))
        )
    else:
        parts = {one.rpartition(":")[2].partition(".")[0] for one in named}
        chosen = ProcessInstance.id.in_(parts)
    return session.execute(
        select(ProcessInstance, ProcessDefinition)
        .join(ProcessDefinition, ProcessDefinition.id == ProcessInstance.definition_id)
        .where(
            ProcessInstance.status.in_(("active", "suspended")),
            visible(viewer, ProcessInstance.root_id.expression),
            chosen,
        )
        .order_by(ProcessInstance.id)
    ).all()


def _of(session: Session, row: ProcessInstance) -> Iterator[Local]:
    tasks = dict(
        session.execute(
            select(HumanTask.token, HumanTask.id).where(
                HumanTask.instance_id == row.id, HumanTask.status == "open"
            )
        ).all()
    )
    with Execution(session, SYSTEM) as work:
        run = work.open(row).run
        for token in ("", *run.tokens):
            for name, value in run.local(token).items():
                yield Local(row.id, token, name, value, run.element(token), tasks.get(token))
