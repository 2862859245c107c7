"""Identity links: who became, or ceased to be, assignee, owner or candidate of a task."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.commands import operations, trail
from engine.hooks import SYSTEM
from engine.queries.access import Viewer
from engine.queries.asked import Asked
from engine.queries.records import cases, sifting
from engine.queries.records.cases import Case
from engine.queries.records.sifting import Order, Tests

#: The history lines that change links.
KINDS = (trail.KIND, operations.KIND, "claimed", "unclaimed", "rerouted")
#: Operations that change a link → what becomes of it.
OPERATIONS = {
    "AddUserLink": "add",
    "AddGroupLink": "add",
    "DeleteUserLink": "delete",
    "DeleteGroupLink": "delete",
}


@dataclass(slots=True)
class Link:
    """One link that came (`add`) or went (`delete`)."""

    case: Case
    #: The history line and the place in it.
    id: str
    at: datetime
    task_id: str | None
    #: assignee, owner or candidate
    type: str
    user: str | None
    group: str | None
    operation: str
    assigner: str | None


TESTS: Tests = {
    "dateBefore": sifting.until(lambda it: it.at),
    "dateAfter": sifting.from_(lambda it: it.at),
    "taskId": sifting.same(lambda it: it.task_id),
    "type": sifting.same(lambda it: it.type),
    "userId": sifting.same(lambda it: it.user),
    "groupId": sifting.same(lambda it: it.group),
    "operationType": sifting.same(lambda it: it.operation),
    "assignerId": sifting.same(lambda it: it.assigner),
}
ORDER: Order = {
    "time": lambda it: it.at,
    "type": lambda it: it.type,
    "userId": lambda it: it.user,
    "groupId": lambda it: it.group,
    "taskId": lambda it: it.task_id,
    "processDefinitionId": lambda it: it.case.definition_id,
    "processDefinitionKey": lambda it: it.case.key,
    "operationType": lambda it: it.operation,
    "assignerId": lambda it: it.assigner,
    "tenantId": lambda _: None,
}


def identity_links(session: Session, viewer: Viewer, asked: Asked) -> Sequence[Any]:
    """Return the changes that are asked for and visible, each in a tuple of one."""
    found = sifting.sift(_all(session, viewer, asked), asked, TESTS)
    return [(one,) for one in sifting.window(found, asked, ORDER)]


def count_identity_links(session: Session, viewer: Viewer, asked: Asked) -> int:
    """Return how many changes would be found."""
    return len(sifting.sift(_all(session, viewer, asked), asked, TESTS))


def _all(session: Session, viewer: Viewer, asked: Asked) -> Iterator[Link]:
    for chunk in cases.chosen(session, viewer, asked):
        told = cases.lines(session, chunk, KINDS)
        tasks = cases.tasks(session, chunk)
        for case in chunk:
            holders: dict[str, str] = {}
            for line in told[case.id]:
                changes = (
                    _opened(case, line, tasks, holders)
                    if line.kind == trail.KIND
                    else _changed(line, holders)
                )
                for place, change in enumerate(changes):
                    by = None if line.actor == SYSTEM.id else line.actor
                    yield Link(case, f"{line.id}-{place}", line.at, *change, by)


#: Task, type, user, group, operation.
Change = tuple[str | None, str, str | None, str | None, str]


def _opened(
    case: Case,
    line: Any,
    tasks: Mapping[tuple[str, str], tuple[str, Any]],
    holders: dict[str, str],
) -> Iterator[Change]:
    for opened in trail.openings(line.data or {}):
        task = tasks.get((case.id, opened.token), ("", None))[0]
        if opened.assignee:
            holders[task] = opened.assignee
            yield task, "assignee", opened.assignee, None, "add"
        yield from ((task, "candidate", user, None, "add") for user in opened.users)
        yield from ((task, "candidate", None, group, "add") for group in opened.groups)


def _changed(line: Any, holders: dict[str, str]) -> Iterator[Change]:
    data: Mapping[str, Any] = line.data or {}
    task = str(data.get("task") or "")
    if line.kind == "claimed":
        if task in holders:
            yield task, "assignee", holders[task], None, "delete"
        holders[task] = data.get("assignee") or line.actor
        yield task, "assignee", holders[task], None, "add"
    elif line.kind == "unclaimed":
        yield task, "assignee", holders.pop(task, line.actor), None, "delete"
    elif line.kind == "rerouted":
        yield from ((task, "candidate", None, group, "add") for group in data.get("groups") or ())
    elif data.get("property") == "owner" and data.get("op") not in OPERATIONS:
        yield from (
            (task, "owner", data[part], None, operation)
            for part, operation in (("old", "delete"), ("new", "add"))
            if data.get(part)
        )
    elif data.get("op") in OPERATIONS:
        who, kind = data.get("new") or data.get("old"), str(data.get("property"))
        is_group = "Group" in data["op"]
        user, group = (None, who) if is_group else (who, None)
        yield task, kind, user, group, OPERATIONS[data["op"]]
