"""Every declared parameter and every order of every list, on both databases.

A name that is declared and means nothing in SQL, or something only one database can do, fails here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from tests.engine.office import diagram, flows, user
from tests.web.api.conftest import System
from tests.web.api.diagrams import deploy, start, typed
from web.api import params
from web.api.access import contract_of
from web.api.params import Kind, Params

SAMPLES: dict[int, tuple[str, Any]] = {
    id(params.TEXT): ("x", "x"),
    id(params.NUMBER): ("1", 1),
    id(params.FLAG): ("true", False),
    id(params.MOMENT): ("2026-01-31T08:30:00.000+0800", "2026-01-31T08:30:00.000Z"),
    id(params.TEXTS): ("x,y", ["x", "y"]),
    id(params.VARIABLES): (
        "amount_gteq_4,word_like_A%",
        [{"name": "due", "operator": "lt", "value": "2026-01-31T08:30:00.000+0800"}],
    ),
}


@pytest.fixture
def database(either_database: str) -> str:
    return either_database


def lists(app: Flask) -> list[tuple[str, str, Params]]:
    """Return (method, path below the root, parameters) of every list."""
    found = []
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith("api.") or rule.arguments:
            continue
        contract = contract_of(app.view_functions[rule.endpoint])
        assert contract is not None
        asks = contract.returns.endswith("[]")  # a count asks the same
        for method, declared in (("GET", contract.query), ("POST", contract.body)):
            if (
                asks
                and declared is not None
                and declared.sort_by
                and method in (rule.methods or ())
            ):
                found.append((method, str(rule).removeprefix("/engine-rest"), declared))
    return found


def asked(method: str, name: str, kind: Kind) -> dict[str, Any]:
    """Return the request that asks for one parameter; nothing for a kind without a sample."""
    if id(kind) not in SAMPLES:
        return {}
    address, body = SAMPLES[id(kind)]
    return {"query_string": {name: address}} if method == "GET" else {"json": {name: body}}


def requests(method: str, declared: Params) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield (what is tried, the request) for every parameter and every order."""
    for name, kind in declared.fields.items():
        request = asked(method, name, kind)
        alike = kind in (params.TEXT, params.FLAG, params.NUMBER)  # read as in an address
        if request and not (alike and method == "POST"):
            yield name, request
    for key in declared.sort_by:
        for direction in ("asc", "desc"):
            order = {"sortBy": key, "sortOrder": direction}
            whole = {"sorting": [order]}
            yield f"by {key}", {"query_string": order} if method == "GET" else {"json": whole}


def test_every_parameter_means_something(app: Flask, api: System) -> None:
    body = '<bpmn:startEvent id="s"/>' + user("a") + '<bpmn:endEvent id="e"/>'
    deploy(api, diagram(body + flows("s>a", "a>e")))
    start(api, variables=typed(amount=5, word="Abc"), businessKey="K")
    tried, broken = 0, []
    for method, path, declared in lists(app):
        for what, request in requests(method, declared):
            answer = api.ask(method, path, **request)
            tried += 1
            # refused is what needs another beside it, as the order by a variable does
            if answer.status_code not in (200, 400):
                broken.append(f"{method} {path}: {what} → {answer.status_code}")
    assert broken == []
    assert tried > 300
