"""npm's `camunda-external-task-client-js`, unchanged, takes a case to its end."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.expressions.declared import Long
from processes.people import demo
from tests.engine.office import diagram, flows
from tests.web.api.external_office import external_task
from tests.web.clients.served import Served, ended

HERE = Path(__file__).parent
ERROR = '<bpmn:error id="err" name="err" errorCode="no_stock"/>'


def walk() -> bytes:
    """A case of four external tasks; the last one ends by a business error."""
    return diagram(
        '<bpmn:startEvent id="s"/>'
        + external_task("x1", "greet")
        + external_task("x2", "flaky")
        + external_task("x3", "slow")
        + external_task("x4", "broken")
        + '<bpmn:boundaryEvent id="b" attachedToRef="x4"><bpmn:errorEventDefinition '
        'errorRef="err" camunda:errorMessageVariable="why"/></bpmn:boundaryEvent>'
        '<bpmn:endEvent id="e"/><bpmn:endEvent id="sold_out"/>'
        + flows("s>x1", "x1>x2", "x2>x3", "x3>x4", "x4>e", "b>sold_out"),
        key="stock_js",
        extra=ERROR,
    )


def work(served: Served) -> dict[str, Any]:
    """Let the client work until it has seen the last task; return what it tells."""
    node = Path(sys.executable).parent / "node"
    arguments = [served.engine_rest, demo.SERVICE_LOGIN, demo.PASSWORD]
    done = subprocess.run(
        [str(node), "worker.mjs", *arguments],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_the_stock_client_takes_a_case_to_its_end(served: Served) -> None:
    served.deploy("stock_js", walk())
    variables = {
        "amount": {"value": 5, "type": "Integer"},
        "since": {"value": "2026-01-31T08:30:00.000+0800", "type": "Date"},
        "list": {"value": "[1,2]", "type": "Json"},
        "name": {"value": "case", "type": "String"},
        "price": {"value": 1.5, "type": "Double"},
        "paid": {"value": False, "type": "Boolean"},
        "nothing": {"value": None, "type": "Null"},
        "serial": {"value": 5, "type": "Long"},
        "order": {
            "value": '{"a":1}',
            "type": "Object",
            "valueInfo": {
                "objectTypeName": "org.example.Order",
                "serializationDataFormat": "application/json",
            },
        },
    }
    case = served.post(
        "/process-definition/key/stock_js/start", {"businessKey": "K-7", "variables": variables}
    )["id"]
    told = work(served)
    assert told["errors"] == []
    assert told["visits"] == {"greet": 1, "flaky": 2, "slow": 2, "broken": 1}
    assert told["key"] == "K-7"
    assert told["types"] == {
        "amount": "integer", "since": "date", "list": "json", "name": "string",
        "price": "double", "paid": "boolean", "nothing": "null", "serial": "long",
        "order": "object",
    }  # fmt: skip
    assert told["since"] == "2026-01-31T00:30:00.000Z"
    assert told["list"] == [1, 2]
    assert told["flaky"] == {"retries": 1, "errorMessage": "not yet"}
    assert told["twice"]["status"] == 404
    assert told["twice"]["message"].startswith("External task with id")
    status, outcome, left = ended(case)
    assert (status, outcome) == ("completed", "sold_out")
    brought = {
        "text": "回音",
        "number": 7,
        "large": 3_000_000_000,
        "half": 0.5,
        "yes": True,
        "when": datetime.fromisoformat("2026-01-31T08:30:00+08:00"),
        "record": {"a": [1, "b"]},
        "empty": None,
        "extended": True,
        "left": 0,
        "serial": 6,
        "why": "sold out",
    }
    assert {name: left[name] for name in brought} == brought
    assert "aside" not in left
    assert "passing" not in left
    assert type(left["serial"]) is Long
    assert left["order"].class_name == "org.example.Order"
