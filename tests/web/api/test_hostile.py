"""Nonsense of every kind, to every route: refused with a reason, never a broken server."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask

from tests.engine.office import diagram, flows, user
from tests.web.api.conftest import System
from tests.web.api.diagrams import deploy, start, typed
from web.api import catalogue, errors
from web.api.access import contract_of

ONE = diagram(f'<bpmn:startEvent id="s"/>{user("a")}<bpmn:endEvent id="e"/>' + flows("s>a", "a>e"))
TEXTS = ("", "\0", "%", "'; DROP TABLE job; --", "x" * 5000, "9" * 30, "-1", "NaN", "龙" * 300)
VALUES: list[Any] = [
    None, True, -1, 10**30, 1e308, "", "\0", "x" * 5000, [], [[]], {}, [{}], [None], {"a": {}},
    {"a": {"value": 1, "type": "Object", "valueInfo": []}}, {"": {"value": 1}},
    {"a": {"value": "0001-01-01T00:00:00.000+0800", "type": "Date"}},
    {"a": {"value": "nan", "type": "Double"}}, {"a": {"value": "9" * 400, "type": "Long"}},
]  # fmt: skip
DEEP = b'{"variables":' + b'{"a":' * 3000 + b"1" + b"}" * 3001


def broken(api: System, method: str, path: str, **more: Any) -> list[str]:
    """Return what broke the server, in words; nothing when it kept its head."""
    told = api.ask(method, path, **more).get_data(as_text=True)
    shown = {name: str(value)[:60] for name, value in more.items()}
    return [f"{method} {path} {shown}"] if errors.BROKEN in told else []


def test_addresses(app: Flask, api: System) -> None:
    found: list[str] = []
    adapter = app.url_map.bind("localhost")
    for number, rule in enumerate(app.url_map.iter_rules()):
        contract = contract_of(app.view_functions[rule.endpoint])
        if not rule.endpoint.startswith("api.") or "GET" not in (rule.methods or ()):
            continue
        assert contract is not None
        path = str(rule).removeprefix("/engine-rest")
        if rule.arguments:
            text = ("%00", "x" * 300, "a:b.c:d", "9" * 30)[number % 4]
            path = adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, text), "GET")
            found += broken(api, "GET", path.removeprefix("/engine-rest"))
        elif not path.endswith("/count"):
            for place, name in enumerate(contract.query.names if contract.query else ()):
                text = TEXTS[(number + place) % len(TEXTS)]
                found += broken(api, "GET", path, query_string={name: text})
    assert found == []


def test_bodies(app: Flask, api: System) -> None:
    deploy(api, ONE)
    start(api, variables=typed(a=1))
    found: list[str] = []
    tried = 0
    for route in catalogue.routes(app):
        path = re.sub(r"{\w+}", "f" * 32, route.path)
        if route.method == "GET" or path.endswith(("/count", "/fetchAndLock")):
            continue
        raw = (b"{", b"[]", b"\xff\xfe", DEEP)[tried % 4]
        found += broken(api, route.method, path, data=raw, content_type="application/json")
        for one in route.body:
            tried += 1
            found += broken(api, route.method, path, body={one.name: VALUES[tried % len(VALUES)]})
    assert found == []
    assert tried > 100


def test_orders_and_empty_lists(app: Flask, api: System) -> None:
    found: list[str] = []
    for route in catalogue.routes(app):
        declared = route.contract.body
        if route.method != "POST" or declared is None or not declared.sort_by:
            continue
        for number, key in enumerate(declared.sort_by):
            odd = ([1], "x", {"variable": 5}, {"variable": "a", "type": 7})[number % 4]
            order = {"sortBy": key, "sortOrder": "asc", "parameters": odd}
            found += broken(api, "POST", route.path, body={"sorting": [order]})
        for one in route.body:
            if one.schema.get("type") == "array":
                found += broken(api, "POST", route.path, body={one.name: []})
    assert found == []


@pytest.mark.parametrize("value", VALUES)
def test_variables_of_a_start(api: System, value: Any) -> None:
    deploy(api, ONE)
    path = "/process-definition/key/p/start"
    for body in (
        {"variables": value},
        {"variables": {"a": value}},
        {"variables": {"a": {"value": value}}},
        {"businessKey": value, "startInstructions": value},
    ):
        assert broken(api, "POST", path, body=body) == []


@pytest.mark.parametrize("path", ["/process-instance//variables", "//task", "/task//count"])
def test_an_empty_part_of_an_address_is_nowhere(api: System, path: str) -> None:
    answer = api.ask("GET", path)
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.get_json()["type"] == "RestException"


class NoChunkError(Exception):
    """What gunicorn raises while a body is read: an exception of its own."""


class Torn(io.RawIOBase):
    """A body in pieces of which one is no piece."""

    def readable(self) -> bool:
        return True

    def readinto(self, _: object) -> int:
        raise NoChunkError


def test_a_body_that_breaks_off_is_the_askers(api: System) -> None:
    answer = api.ask(
        "POST", "/process-instance/count", environ_overrides={
            "wsgi.input": io.BufferedReader(Torn()), "wsgi.input_terminated": True,
        },
    )  # fmt: skip
    assert answer.status_code == 400
    assert answer.get_json()["type"] == "InvalidRequestException"
