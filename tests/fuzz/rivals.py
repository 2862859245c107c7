"""Two commands on one case at the same moment: as one after the other, or one refused.

A command is written by the names of elements, so that it can be given to any fresh case of
the same process. What two at once leave must be what they leave in one order or the other.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from engine import db, jobs
from engine.models import HumanTask, Incident, Job, ProcessInstance, Subscription, Variable
from tests.engine import office
from tests.fuzz.names import ELEMENTS
from tests.fuzz.office import WHO
from tests.web.api.conftest import System

#: What a command found to act on: kind of row → element → ids.
Found = Mapping[str, Mapping[str, list[str]]]
Send = Callable[[System], TestResponse | None]
Command = Callable[[str, Found], Send | None]


@dataclass(frozen=True)
class Act:
    """One command by name."""

    name: str
    at: Command


def fresh(key: str) -> str:
    """Start a case and let everything due happen."""
    case = office.start(key, WHO, amount=4, word="x", list=["a", "b"], bk=f"BK-{key}")
    while jobs.drain():
        pass
    return case


def rows(case: str) -> Found:
    """Return what a case waits for: kind → element → ids, called cases with it."""
    found: dict[str, dict[str, list[str]]] = {"task": {}, "job": {}, "external": {}, "event": {}}
    with db.reading() as session:
        family = list(
            session.scalars(select(ProcessInstance.id).where(ProcessInstance.root_id == case))
        )
        for task in session.scalars(
            select(HumanTask)
            .where(HumanTask.root_id == case, HumanTask.status == "open")
            .order_by(HumanTask.created_at, HumanTask.item)
        ):
            found["task"].setdefault(task.element_id, []).append(task.id)
        for job in session.scalars(
            select(Job)
            .where(Job.instance_id.in_(family), Job.status.in_(("open", "failed")))
            .order_by(Job.id)
        ):
            kind = "external" if job.kind == "external" else "job"
            found[kind].setdefault(job.element_id or "", []).append(str(job.id))
        for one in session.scalars(
            select(Subscription)
            .where(Subscription.instance_id.in_(family))
            .order_by(Subscription.id)
        ):
            word = f"{one.instance_id}.{one.token}|{one.name}|{one.kind}"
            found["event"].setdefault(one.element_id, []).append(word)
    return found  # fmt: skip


def shape(case: str) -> Any:
    """Return where a case stands, without any id."""
    with db.reading() as session:
        family = list(
            session.scalars(select(ProcessInstance).where(ProcessInstance.root_id == case))
        )
        ids = [one.id for one in family]
        tasks = session.execute(
            select(HumanTask.element_id, HumanTask.assignee, HumanTask.owner).where(
                HumanTask.root_id == case, HumanTask.status == "open"
            )
        ).all()
        owed = session.execute(
            select(Job.kind, Job.element_id, Job.status, Job.suspended, Job.retries).where(
                Job.instance_id.in_(ids), Job.status.in_(("open", "failed"))
            )
        ).all()
        events = session.execute(
            select(Subscription.kind, Subscription.element_id).where(
                Subscription.instance_id.in_(ids)
            )
        ).all()
        values = session.execute(
            select(ProcessInstance.process_key, Variable.name, Variable.text_value)
            .join(ProcessInstance, ProcessInstance.id == Variable.instance_id)
            .where(
                Variable.instance_id.in_(ids), ProcessInstance.status.in_(("active", "suspended"))
            )
        ).all()
        incidents = session.execute(
            select(Incident.code, Incident.element_id).where(
                Incident.instance_id.in_(ids), Incident.resolved_at.is_(None)
            )
        ).all()
        versions = [(one.process_key, one.status, one.definition_id) for one in family]
    return tuple(
        tuple(sorted(repr(tuple(row)) for row in part))
        for part in (versions, tasks, owed, events, values, incidents)
    )  # fmt: skip


# ---- the commands -----------------------------------------------------------------------


def _post(path: str, body: Any = None, method: str = "POST") -> Send:
    return lambda api: api.ask(method, path, {} if body is None else body)


def _on(kind: str, dice: random.Random, found: Found) -> tuple[str, int] | None:
    """Choose an element that waits, and which of its rows."""
    elements = sorted(found[kind])
    if not elements:
        return None
    element = dice.choice(elements)
    return element, dice.randrange(len(found[kind][element]))


def _row(found: Found, kind: str, where: tuple[str, int]) -> str | None:
    ids = found[kind].get(where[0], [])
    return ids[where[1]] if where[1] < len(ids) else None


def _of_row(name: str, kind: str, where: tuple[str, int], path: str, body: Any, method: str) -> Act:
    def at(_: str, found: Found) -> Send | None:
        one = _row(found, kind, where)
        return _post(path.format(one), body, method) if one is not None else None

    return Act(f"{name} {where}", at)


VALUES = {"amount": {"value": 9}, "n": {"value": True}}
TASKS: tuple[tuple[str, str, Any, str], ...] = (
    ("complete", "/task/{}/complete", {"variables": VALUES}, "POST"),
    ("complete", "/task/{}/complete", {}, "POST"),
    ("submit", "/task/{}/submit-form", {"variables": {"amount": {"value": 2}}}, "POST"),
    ("error", "/task/{}/bpmnError", {"errorCode": "E1"}, "POST"),
    ("escalation", "/task/{}/bpmnEscalation", {"escalationCode": "ESC1"}, "POST"),
    ("claim", "/task/{}/claim", {"userId": "ann"}, "POST"),
    ("claim", "/task/{}/claim", {"userId": "bob"}, "POST"),
    ("assign", "/task/{}/assignee", {"userId": "carl"}, "POST"),
    ("unclaim", "/task/{}/unclaim", {}, "POST"),
    ("delegate", "/task/{}/delegate", {"userId": "bob"}, "POST"),
    ("resolve", "/task/{}/resolve", {"variables": VALUES}, "POST"),
    ("local", "/task/{}/localVariables", {"modifications": VALUES}, "POST"),
    ("set", "/task/{}/variables", {"modifications": VALUES}, "POST"),
)  # fmt: skip
JOBS: tuple[tuple[str, str, Any, str], ...] = (
    ("run", "/job/{}/execute", {}, "POST"), ("run", "/job/{}/execute", {}, "POST"),
    ("no tries", "/job/{}/retries", {"retries": 0}, "PUT"),
    ("tries", "/job/{}/retries", {"retries": 2}, "PUT"),
    ("hold", "/job/{}/suspended", {"suspended": True}, "PUT"),
    ("due", "/job/{}/duedate", {"duedate": "2026-01-31T08:30:00.000+0800"}, "PUT"),
)  # fmt: skip
WORKER = {"workerId": "w"}
OUTSIDE: tuple[tuple[str, str, Any, str], ...] = (
    ("done", "/external-task/{}/complete", {**WORKER, "variables": VALUES}, "POST"),
    ("failed", "/external-task/{}/failure", {**WORKER, "retries": 0, "errorMessage": "x"}, "POST"),
    ("error", "/external-task/{}/bpmnError", {**WORKER, "errorCode": "E1"}, "POST"),
    ("longer", "/external-task/{}/extendLock", {**WORKER, "newDuration": 90_000}, "POST"),
    ("unlock", "/external-task/{}/unlock", {}, "POST"),
    ("no tries", "/external-task/{}/retries", {"retries": 0}, "PUT"),
)  # fmt: skip


def chosen(key: str, dice: random.Random, found: Found, plan: Any) -> Act:
    """Choose a command that may do something to such a case.

    Args:
        plan: a migration plan to the other version, as `/migration/generate` gave it.
    """
    kind = dice.choice(
        ("task", "task", "task", "job", "external", "event", "event", "whole", "whole", "move")
    )
    groups = {"task": TASKS, "job": JOBS, "external": OUTSIDE}
    if kind in groups:
        where = _on(kind, dice, found)
        if where is not None:
            name, path, body, method = dice.choice(groups[kind])
            return _of_row(f"{kind} {name}", kind, where, path, body, method)
    if kind == "event" and (where := _on("event", dice, found)) is not None:
        return _event(where)
    if kind == "move":
        return _move(key, dice)
    return _whole(dice, plan)


def _event(where: tuple[str, int]) -> Act:
    def at(case: str, found: Found) -> Send | None:
        one = _row(found, "event", where)
        if one is None:
            return None
        execution, name, kind = one.split("|")
        if kind == "message":
            return _post("/message", {"messageName": name, "processInstanceId": case,
                                      "processVariables": VALUES})  # fmt: skip
        if kind == "signal":
            return _post("/signal", {"name": name, "executionId": execution})
        return _post(f"/process-instance/{case}/variables", {"modifications": VALUES})

    return Act(f"event {where}", at)


def _move(key: str, dice: random.Random) -> Act:
    names = [one for one in ELEMENTS[key] if not one.startswith(("f_", "m", "sig", "err", "esc"))]
    one, other = dice.choice(names), dice.choice(names)
    steps = dice.choice((
        [{"type": "cancel", "activityId": one}],
        [{"type": "startBeforeActivity", "activityId": one}],
        [{"type": "cancel", "activityId": one},
         {"type": "startBeforeActivity", "activityId": other}],
    ))  # fmt: skip
    return Act(
        f"modify {steps}",
        lambda case, _: _post(f"/process-instance/{case}/modification", {"instructions": steps}),
    )


def _drain(_: System) -> None:
    jobs.drain()


def _whole(dice: random.Random, plan: Any) -> Act:
    """Choose what is done to a case as a whole."""
    acts = (
        Act("suspend", lambda case, _: _post(f"/process-instance/{case}/suspended",
                                             {"suspended": True}, "PUT")),
        Act("activate", lambda case, _: _post(f"/process-instance/{case}/suspended",
                                              {"suspended": False}, "PUT")),
        Act("delete", lambda case, _: _post(f"/process-instance/{case}", {}, "DELETE")),
        Act("set", lambda case, _: _post(f"/process-instance/{case}/variables",
                                         {"modifications": VALUES})),
        Act("unset", lambda case, _: _post(f"/process-instance/{case}/variables",
                                           {"deletions": ["word", "amount"]})),
        Act("drain", lambda _, __: _drain),
        Act("migrate", lambda case, _: _post("/migration/execute", {
            "migrationPlan": plan, "processInstanceIds": [case]})),
        Act("fetch", lambda _, __: _post("/external-task/fetchAndLock", {
            **WORKER, "maxTasks": 9, "topics": [{"topicName": "pay", "lockDuration": 60_000}]})),
    )  # fmt: skip
    return dice.choice(acts)


# ---- carrying out -----------------------------------------------------------------------


def one_by_one(case: str, acts: list[Act], api: System) -> tuple[Any, tuple[bool, ...]]:
    """Give a case commands in turn; return its shape and which were done."""
    found = rows(case)
    sends = [act.at(case, found) for act in acts]
    done = tuple(_done(send(api)) if send is not None else False for send in sends)
    settle()
    return shape(case), done


def at_once(case: str, acts: list[Act], apis: list[System]) -> tuple[Any, list[Any]]:
    """Give a case commands at the same moment; return its shape and the answers."""
    found = rows(case)
    sends = [act.at(case, found) for act in acts]
    line = threading.Barrier(len(acts))
    answers: list[Any] = [False] * len(acts)

    def go(number: int) -> None:
        send = sends[number]
        line.wait()
        if send is not None:
            try:
                answers[number] = send(apis[number])
            except Exception as failure:  # told by who looks at the answers
                answers[number] = failure

    crowd = [threading.Thread(target=go, args=(number,)) for number in range(len(acts))]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    settle()
    return shape(case), answers


def settle() -> None:
    """Run everything that is due."""
    for _ in range(50):
        if not jobs.drain():
            return
    raise AssertionError("the worker goes on and on")


def _done(answer: TestResponse | None) -> bool:
    return answer is None or answer.status_code < 300
