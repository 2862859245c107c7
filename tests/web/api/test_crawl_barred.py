"""Every route, asked by a system that is shut out of a case: as if the case did not exist."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from engine import commands, db
from engine.hooks import SYSTEM
from engine.models import (
    Base,
    HistoryEvent,
    HumanTask,
    Incident,
    Job,
    ProcessInstance,
    Subscription,
    Variable,
)
from processes.people import access, demo
from tests.engine.office import diagram, flows, user
from tests.web.api.conftest import System
from tests.web.api.diagrams import deploy, typed
from web.api import names
from web.api.access import contract_of
from web.api.errors import BROKEN

KEY, VALUE, TITLE = "CANARY-0001", "canary-of-a-variable", "金丝雀事由"
CASE = diagram(
    '<bpmn:startEvent id="s"/><bpmn:parallelGateway id="g"/>'
    + user("a")
    + '<bpmn:receiveTask id="r" name="r" messageRef="m"/>'
    '<bpmn:serviceTask id="x" name="x" camunda:type="external" camunda:topic="t"/>'
    '<bpmn:intermediateCatchEvent id="w" name="w"><bpmn:timerEventDefinition><bpmn:timeDuration>'
    "PT1H</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    '<bpmn:endEvent id="e"/>'
    + flows("s>g", "g>a", "g>r", "g>x", "g>w", "a>e", "r>e", "x>e", "w>e"),
    extra='<bpmn:message id="m" name="paid"/>',
)
#: What a route calls the thing it opens → ids of the case.
OWNERS: dict[str, str] = {
    "instance_id": "instance", "owner_id": "scope", "execution_id": "execution",
    "task_id": "task", "job_id": "job", "incident_id": "incident", "variable_id": "variable",
    "activity_instance_id": "activity", "log_id": "log", "detail_id": "detail",
    "decision_instance_id": "log", "batch_id": "log",
}  # fmt: skip


@pytest.fixture
def case(api: System) -> str:
    """A case with everything that waits, of which the demonstration's system may not know."""
    deploy(api, CASE)
    body = {"businessKey": KEY, "variables": typed(said=VALUE)}
    instance = api.post("/process-definition/key/p/start", body)["id"]
    with db.transaction() as session:
        session.get_one(ProcessInstance, instance).title = TITLE
        access.bar(session, instance, demo.SERVICE_LOGIN)
    return str(instance)


def ids(case: str) -> dict[str, list[str]]:
    """Return the ids of everything that belongs to the case, by kind."""
    with db.reading() as session:
        tasks = session.scalars(select(HumanTask).where(HumanTask.instance_id == case)).all()
        jobs = session.scalars(select(Job).where(Job.instance_id == case)).all()
        waits = session.scalars(select(Subscription).where(Subscription.instance_id == case)).all()
        events = session.scalars(
            select(HistoryEvent.id).where(HistoryEvent.instance_id == case)
        ).all()
    tokens = [row.token for row in (*tasks, *jobs, *waits) if row.token]
    executions = [names.execution_id(case, token) for token in tokens]
    return {
        "instance": [case],
        "scope": [case, *executions],
        "execution": [case, *executions],
        "task": [*(row.id for row in tasks), *(str(row.id) for row in jobs)],
        "job": [str(row.id) for row in jobs],
        "incident": ["1"],
        "variable": [names.variable_id(case, "", "said")],
        "activity": [case, *(f"a:{one}" for one in executions)],
        "log": [str(one) for one in events],
        "detail": [str(one) for one in events],
    }


def state() -> Any:
    """Everything an attack could have changed."""
    with db.reading() as session:
        counted = {
            table.name: session.scalar(select(func.count()).select_from(table))
            for table in Base.metadata.sorted_tables
            if table.name not in ("api_token", "sign_in_throttle")
        }
        return counted, [
            session.execute(select(HumanTask.status, HumanTask.assignee, HumanTask.priority)).all(),
            session.execute(select(ProcessInstance.status, ProcessInstance.revision)).all(),
            session.execute(select(Job.status, Job.suspended, Job.due_at, Job.lease)).all(),
            session.execute(select(Variable.name, Variable.text_value)).all(),
            session.execute(select(Incident.id, Incident.resolved_at)).all(),
        ]


def requests(app: Flask, case: str) -> list[tuple[str, str]]:
    """Return (method, path) of every route with every id of the case."""
    found, belongings = [], ids(case)
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if (
            not rule.endpoint.startswith("api.")
            or contract_of(app.view_functions[rule.endpoint]) is None
        ):
            continue
        owner = next((name for name in rule.arguments if name in OWNERS), None)
        values = belongings[OWNERS[owner]] if owner else [""]
        for value in values:
            filled = {name: {"key": "p", "name": "said"}.get(name, "x") for name in rule.arguments}
            if owner:
                if "int" in type(rule._converters[owner]).__name__.lower() and not value.isdigit():
                    continue
                filled[owner] = int(value) if value.isdigit() else value
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                path = adapter.build(rule.endpoint, filled, method)
                found.append((method, path.removeprefix("/engine-rest")))
    return found


#: Bodies that would do something to the case if it were there to be touched.
BODIES: dict[str, Any] = {
    "/message": {"messageName": "paid", "all": True},
    "/signal": {"name": "paid"},
    "/external-task/fetchAndLock": {
        "workerId": "w", "maxTasks": 9, "topics": [{"topicName": "t", "lockDuration": 1000}],
    },
    "/process-instance/suspended": {"suspended": True, "processDefinitionKey": "p"},
    "/job/suspended": {"suspended": True, "processDefinitionKey": "p"},
}  # fmt: skip
LEVERS = {
    "suspended": {"suspended": True}, "retries": {"retries": 9}, "priority": {"priority": 9},
    "complete": {"workerId": "w"}, "claim": {"userId": "x"}, "assignee": {"userId": "x"},
    "modification": {"instructions": [{"type": "cancel", "activityId": "a"}]},
    "said": {"value": "changed"}, "variables": {"deletions": ["said"]},
    "unlock": {}, "execute": {}, "duedate": {"duedate": "2026-01-31T08:30:00.000+0800"},
}  # fmt: skip


def test_the_case_does_not_exist(app: Flask, api: System, case: str) -> None:
    before, tried = state(), 0
    for method, path in requests(app, case):
        if path.startswith(("/process-definition", "/deployment", "/job-definition")) and (
            method != "GET"
        ):
            continue  # what is published is no case
        if path == "/task/create":
            continue  # a task of its own, for nobody's case
        body = BODIES.get(path, LEVERS.get(path.rpartition("/")[2], {}))
        answer = api.ask(method, path, body if method != "GET" else None)
        told = answer.get_data(as_text=True)
        for secret in (KEY, VALUE, TITLE):
            assert secret not in told, (method, path)
        if case not in path:
            assert case not in told, (method, path)
        # Camunda says 500 of acting on what is not there; a failure of ours has other words.
        assert BROKEN not in told or "/execute" in path, (method, path, told)
        tried += 1
    assert tried > 200
    counted, rows = state()
    assert {name: n for name, n in counted.items() if n != before[0][name]} == {}
    assert rows == before[1]


def test_the_control_sees_it(app: Flask, api: System, case: str) -> None:
    with db.transaction() as session:
        access.unbar(session, case, demo.SERVICE_LOGIN)
    told = "".join(
        api.ask("GET", path).get_data(as_text=True)
        for method, path in requests(app, case)
        if method == "GET"
    )
    for secret in (KEY, VALUE, case):
        assert secret in told
    with db.transaction() as session:
        commands.cancel(session, case, actor=SYSTEM, reason="结束")
