"""Variables as they are or were last, and every single write of them, out of the trails.

A variable belongs to the instance or to one token (an input parameter, a local of a task).
When the case ends its variables stay as `CREATED`, as in Camunda; `DELETED` is what
somebody took away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.commands import trail
from engine.queries.access import Viewer
from engine.queries.asked import Asked
from engine.queries.records import cases, sifting
from engine.queries.records.cases import MIGRATED, Case
from engine.queries.records.operations import ACTS, is_act
from engine.queries.records.sifting import Order, Test, Tests
from engine.state import values

#: Names by which the database looks ahead; more are only sifted.
NARROWING = 50


@dataclass(slots=True)
class Detail:
    """One write of one variable."""

    case: Case
    #: The history line and the place in it.
    id: str
    name: str
    value: Any
    at: datetime
    actor: str | None
    #: Element and token of the activity that wrote; "" for the process itself.
    element: str
    token: str
    #: Element and token whose scope holds it; "" for the process itself.
    scope: str
    scope_element: str
    #: Counts the writes of this variable, from 0.
    revision: int
    #: Given with the start.
    is_initial: bool
    is_removal: bool
    task_id: str | None = None
    #: What somebody did that this was part of, as `/history/user-operation` names it.
    operation_id: str | None = None

    @property
    def variable_id(self) -> str:
        """The id of the variable that was written."""
        return f"{_holder(self.case.id, self.scope)}:{self.name}"

    @property
    def activity_id(self) -> str:
        """The activity instance it happened in."""
        return f"{self.element}:{self.case.id}.{self.token}" if self.token else self.case.id

    @property
    def execution(self) -> str:
        """The execution it happened in."""
        return _holder(self.case.id, self.token)


@dataclass(slots=True)
class Kept:
    """A variable with its last value."""

    case: Case
    name: str
    value: Any
    scope: str
    scope_element: str
    created_at: datetime
    is_deleted: bool = False
    task_id: str | None = None

    @property
    def id(self) -> str:
        """As `/variable-instance` names it."""
        return f"{self.execution}:{self.name}"

    @property
    def execution(self) -> str:
        """The execution that holds it."""
        return _holder(self.case.id, self.scope)

    @property
    def activity_id(self) -> str:
        """The activity instance that holds it."""
        return f"{self.scope_element}:{self.execution}" if self.scope else self.case.id


def _holder(instance_id: str, token: str) -> str:
    return f"{instance_id}.{token}" if token else instance_id


def _kinds(wanted: Sequence[str]) -> Test:
    folded = {kind.lower() for kind in wanted}
    return lambda it: values.type_name(it.value).lower() in folded


def _valued(wanted: Any) -> Test:
    return lambda it: bool(
        it.value == wanted and isinstance(it.value, bool) == isinstance(wanted, bool)
    )


SHARED: Tests = {
    "variableName": sifting.same(lambda it: it.name),
    "variableNameIn": sifting.one_of(lambda it: it.name),
    "variableNameLike": sifting.alike(lambda it: it.name),
    "variableTypeIn": _kinds,
    "executionId": lambda name: lambda it: it.execution == name,
    "executionIdIn": sifting.one_of(lambda it: it.execution),
    "activityInstanceId": sifting.same(lambda it: it.activity_id),
    "activityInstanceIdIn": sifting.one_of(lambda it: it.activity_id),
    "taskId": sifting.same(lambda it: it.task_id),
    "taskIdIn": sifting.one_of(lambda it: it.task_id),
}
KEPT: Tests = {
    **SHARED,
    "id": sifting.same(lambda it: it.id),
    "variableValue": _valued,
    "createdAfter": sifting.from_(lambda it: it.created_at),
}
DETAILS: Tests = {
    **SHARED,
    "id": sifting.same(lambda it: it.id),
    "variableInstanceId": sifting.same(lambda it: it.variable_id),
    "variableInstanceIdIn": sifting.one_of(lambda it: it.variable_id),
    "activityId": sifting.same(lambda it: it.element),
    "formFields": sifting.nothing,
    "variableUpdates": sifting.flag(lambda _: True),
    "excludeTaskDetails": sifting.flag(lambda it: it.task_id is None),
    "initial": sifting.flag(lambda it: it.is_initial),
    "userOperationId": sifting.same(lambda it: it.operation_id),
    "occurredBefore": sifting.until(lambda it: it.at),
    "occurredAfter": sifting.from_(lambda it: it.at),
}
KEPT_ORDER: Order = {
    "instanceId": lambda it: it.case.id,
    "variableName": lambda it: it.name,
    "variableType": lambda it: values.type_name(it.value),
    "tenantId": lambda _: None,
}
DETAIL_ORDER: Order = {
    "processInstanceId": lambda it: it.case.id,
    "variableName": lambda it: it.name,
    "variableRevision": lambda it: it.revision,
    "variableType": lambda it: values.type_name(it.value),
    "formPropertyId": lambda _: None,
    "time": lambda it: it.at,
    "occurrence": lambda it: tuple(int(part) for part in it.id.split("-")),
    "tenantId": lambda _: None,
}


def _tests(asked: Asked) -> Tests:
    """Return the tests of variables, blind to case where that was asked for."""
    found = dict(KEPT)
    if asked.get("variableNamesIgnoreCase"):
        found["variableName"] = _folded(lambda it: it.name)
        found["variableNameLike"] = lambda pattern: (
            lambda it: sifting.matches(it.name.lower(), pattern.lower())
        )
    if asked.get("variableValuesIgnoreCase") and isinstance(asked.get("variableValue"), str):
        found["variableValue"] = _folded(lambda it: it.value)
    return found


def _folded(get: Callable[[Any], Any]) -> Callable[[Any], Test]:
    return lambda value: lambda it: str(get(it)).lower() == str(value).lower()


def variable_instances(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return the variables that are asked for and visible, each in a tuple of one."""
    found = sifting.sift(_kept(session, viewer, asked), asked, _tests(asked))
    return [(one,) for one in sifting.window(found, asked, KEPT_ORDER)]


def count_variable_instances(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many variables would be found."""
    return len(sifting.sift(_kept(session, viewer, asked), asked, _tests(asked)))


def details(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return the writes that are asked for and visible, each in a tuple of one."""
    found = sifting.sift(_details(session, viewer, asked), asked, DETAILS)
    return [(one,) for one in sifting.window(found, asked, DETAIL_ORDER)]


def count_details(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many writes would be found."""
    return len(sifting.sift(_details(session, viewer, asked), asked, DETAILS))


def _kept(session: Session, viewer: Viewer, asked: Asked) -> Iterator[Kept]:
    with_deleted = bool(asked.get("includeDeleted"))
    for written in _by_case(session, viewer, asked):
        found: dict[str, Kept] = {}
        for write in written:
            known = found.get(write.variable_id)
            if known is None or known.is_deleted:
                found[write.variable_id] = Kept(
                    write.case,
                    write.name,
                    write.value,
                    write.scope,
                    write.scope_element,
                    write.at,
                    write.is_removal,
                    write.task_id if write.scope else None,
                )
            elif write.is_removal:
                known.is_deleted = True
            else:
                known.value = write.value
        yield from (one for one in found.values() if with_deleted or not one.is_deleted)


def _details(session: Session, viewer: Viewer, asked: Asked) -> Iterator[Detail]:
    for written in _by_case(session, viewer, asked):
        yield from (write for write in written if not write.is_removal)


def _by_case(session: Session, viewer: Viewer, asked: Asked) -> Iterator[list[Detail]]:
    narrow = cases.during(asked, ("createdAfter", "occurredAfter"), ("occurredBefore",))
    names = [asked.get("variableName"), *asked.get("variableNameIn", ())]
    if any(names) and len(names) < NARROWING and not asked.get("variableNamesIgnoreCase"):
        narrow.append(cases.wrote([name for name in names if name]))
    for chunk in cases.chosen(session, viewer, asked, *narrow):
        told = cases.lines(session, chunk, (trail.KIND, MIGRATED, *ACTS))
        tasks = cases.tasks(session, chunk)
        for case in chunk:
            yield _writes(case, told[case.id], tasks)


def _writes(
    case: Case, lines: Sequence[Any], tasks: dict[tuple[str, str], tuple[str, Any]]
) -> list[Detail]:
    found: list[Detail] = []
    at = _elements([line for line in lines if line.kind in (trail.KIND, MIGRATED)])
    revisions: dict[tuple[str, str], int] = {}
    # The lines of one command have one moment.
    acts = {line.at: str(line.id) for line in lines if is_act(line, case.parent_id)}
    for number, line in enumerate(line for line in lines if line.kind == trail.KIND):
        for place, write in enumerate(trail.writes(line.data or {})):
            key = (write.scope, write.name)
            revision = revisions[key] = revisions.get(key, -1) + 1
            task = tasks.get((case.id, write.token))
            found.append(
                Detail(
                    case,
                    f"{line.id}-{place}",
                    write.name,
                    write.value,
                    line.at,
                    line.actor,
                    at.get(write.token, ""),
                    write.token,
                    write.scope,
                    at.get(write.scope, ""),
                    revision,
                    number == 0 and not write.token,
                    write.removed,
                    task[0] if task else None,
                    acts.get(line.at),
                )
            )
    return found


def _elements(lines: Sequence[Any]) -> dict[str, str]:
    """Return where each token is or was at last; what lasts while a case moves is renamed."""
    ended: dict[str, str] = {}
    there: dict[str, str] = {}
    for line in lines:
        data = line.data or {}
        if line.kind == MIGRATED:
            renamed = data.get("elements") or {}
            there = {token: renamed.get(element, element) for token, element in there.items()}
            continue
        for step in trail.steps(data):
            if step.element:
                there[step.token] = step.element
            if step.kind != "came" and step.token in there:
                ended[step.token] = there.pop(step.token)
    return ended | there
