"""An example request for each route: a line that can be pasted into a terminal."""

from __future__ import annotations

import json
import re
from typing import Any

from web.api.catalogue import Parameter, Route
from web.api.errors import ROOT

#: Bodies worth showing in full; for the rest the first fields are enough.
BODIES: dict[str, Any] = {
    "/process-definition/key/{key}/start": {
        "businessKey": "ZX-2026-001",
        "variables": {"amount": {"value": 3200, "type": "Integer"}},
        "withVariablesInReturn": True,
    },
    "/message": {
        "messageName": "msg_paid",
        "businessKey": "ZX-2026-001",
        "processVariables": {"paid": {"value": True, "type": "Boolean"}},
    },
    "/signal": {"name": "sig_alarm"},
    "/task/{task_id}/complete": {"variables": {"approved": {"value": True}}},
    "/external-task/fetchAndLock": {
        "workerId": "worker-1",
        "maxTasks": 10,
        "asyncResponseTimeout": 20000,
        "topics": [{"topicName": "invoice", "lockDuration": 60000}],
    },
    "/external-task/{task_id}/complete": {
        "workerId": "worker-1",
        "variables": {"number": {"value": "A-7"}},
    },
    "/process-instance/{instance_id}/modification": {
        "instructions": [
            {"type": "startBeforeActivity", "activityId": "ut_handle"},
            {"type": "cancel", "activityId": "ut_register"},
        ]
    },
    "/migration/execute": {
        "migrationPlan": {
            "sourceProcessDefinitionId": "p:1:7",
            "targetProcessDefinitionId": "p:2:9",
            "instructions": [{"sourceActivityIds": ["a"], "targetActivityIds": ["a"]}],
        },
        "processInstanceIds": ["…"],
    },
}
SHOWN = 3
_VALUES: dict[str, Any] = {
    "string": "…", "integer": 1, "boolean": True, "date-time": "2026-01-31T08:30:00.000+0800",
    "object": {}, "any": "…",
}  # fmt: skip


def of(route: Route, base: str) -> str:
    """Return a curl line; the password or token is the reader's own."""
    address = f"{base}{ROOT}{re.sub(r'{(key)}', 'appeal_main', route.path)}"
    parts = ["curl -u 账号:密码"]
    if route.method != "GET":
        parts.append(f"-X {route.method}")
    if route.contract.multipart:
        parts += ["-F deployment-name=测试", "-F data=@流程.bpmn"]
    elif route.body:
        body = json.dumps(_body(route), ensure_ascii=False, indent=1)
        parts += ["-H 'Content-Type: application/json'", f"-d '{body}'"]
    query = _query(route)
    return " \\\n  ".join([*parts, f"'{address}{query}'"])


def _query(route: Route) -> str:
    if route.method != "GET" or route.contract.query is None:
        return ""
    names = [one.name for one in route.parameters if one.place == "query"]
    pairs = [f"{name}={value}" for name, value in (("maxResults", 20),) if name in names]
    if "sortBy" in names and route.contract.query.sort_by:
        pairs = [f"sortBy={route.contract.query.sort_by[0]}", "sortOrder=asc", *pairs]
    return f"?{'&'.join(pairs)}" if pairs else ""


def _body(route: Route) -> Any:
    if route.path in BODIES:
        return BODIES[route.path]
    return {one.name: _value(one) for one in route.body[:SHOWN]}


def _value(one: Parameter) -> Any:
    return [] if one.kind.endswith("[]") else _VALUES.get(one.kind, "…")
