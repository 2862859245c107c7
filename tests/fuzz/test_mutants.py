"""Spoiled diagrams by REST: refused with reasons, or they run, and the worker comes to rest."""

from __future__ import annotations

import importlib
import io
import sys
from collections import Counter
from functools import lru_cache
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.engine import in_step
from tests.engine import office as engine_office
from tests.engine.support import table
from tests.fuzz import judge, mutants, office
from tests.fuzz.conftest import Lots
from tests.fuzz.requests import Request
from tests.fuzz.rivals import settle
from tests.web.api.conftest import System

JSON = {"responses": {"200": {"content": {"application/json": {}}}}}
VARIABLES = {
    "amount": {"value": 4}, "word": {"value": "x"}, "list": {"value": ["a", "b"]},
    "x": {"value": 1},
}  # fmt: skip


@pytest.fixture
def database(sqlite: str) -> str:
    return sqlite


@lru_cache
def sources() -> tuple[bytes, ...]:
    """Every example of the support table, and the models with everything in them."""
    for name in table.SECTIONS:
        importlib.import_module(f"tests.engine.support.{name}")
    return (*(one.xml for one in table._examples), *(one() for one in office.MODELS))


def ask(api: System, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
    """Send a request whose answer must be one that a client understands."""
    answer = api.ask(method, path, body, **more)
    said = judge.wrong(Request(method, path, path), answer, JSON)
    assert not said, (path, said)
    return answer


def test_spoiled_diagrams(api: System, lots: Lots) -> None:
    engine_office.prepare()
    seen: Counter[str] = Counter()
    for number in range(lots.rounds(60)):
        xml = mutants.mutant(lots.dice.choice(sources()), lots.dice)
        try:
            seen[live(api, xml, lots)] += 1
        except AssertionError as broken:
            raise AssertionError(f"seed {lots.seed}, diagram {number}:\n{xml.decode()}") from broken
    sys.stdout.write(f"{dict(seen)}\n")
    assert seen["refused"]
    assert seen["run"]


def live(api: System, xml: bytes, lots: Lots) -> str:
    """Take a diagram as far as it goes; return how far."""
    files = {"deployment-name": "d", "f": (io.BytesIO(xml), "d.bpmn")}
    made = ask(api, "POST", "/deployment/create", data=files, content_type="multipart/form-data")
    if made.status_code != 200:
        assert made.status_code == 400
        assert made.get_json()["details"]
        return "refused"
    body = {"variables": VARIABLES, "businessKey": "B"}
    for one in made.get_json()["deployedProcessDefinitions"] or ():
        ask(api, "POST", f"/process-definition/{one}/start", body)
    for _ in range(3):
        settle()
        act(api, lots)
        engine_office.later(hours=lots.dice.choice((1, 30)))
    settle()
    assert in_step.torn() == []
    gone = api.ask("DELETE", f"/deployment/{made.get_json()['id']}?cascade=true")
    assert gone.status_code == 204, gone.get_data(as_text=True)
    return "run"


def act(api: System, lots: Lots) -> None:
    """Do something about everything that waits."""
    for task in api.get("/task")[:6]:
        verb = lots.dice.choice(("complete", "complete", "bpmnError"))
        ask(api, "POST", f"/task/{task['id']}/{verb}", {"errorCode": "E1"} if "E" in verb else {})
    for one in api.get("/event-subscription")[:6]:
        if one["eventType"] == "message" and one["processInstanceId"]:
            body = {"messageName": one["eventName"], "processInstanceId": one["processInstanceId"]}
            ask(api, "POST", "/message", body)
        elif one["eventType"] == "signal":
            ask(api, "POST", "/signal", {"name": one["eventName"]})
