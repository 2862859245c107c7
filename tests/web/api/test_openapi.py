"""The document: made from the routes, true to what they answer, complete."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask

from tests.engine.office import diagram, drain, flows, user
from tests.web.api.conftest import System
from tests.web.api.diagrams import deploy, start, typed
from web.api import phrases, shapes
from web.api.access import contract_of
from web.api.catalogue import routes

FLOWS = flows("s>a", "a>e")
BODY = '<bpmn:startEvent id="s"/>' + user("a") + '<bpmn:endEvent id="e"/>'
EXTERNAL = diagram(
    '<bpmn:startEvent id="s"/><bpmn:serviceTask id="x" name="x" camunda:type="external"'
    ' camunda:topic="t"/><bpmn:endEvent id="e"/>' + flows("s>x", "x>e"),
    key="outside",
)

#: What a list cannot be asked without.
NEEDED = {
    "/user": {"id": "engine_api"},
    "/history/process-instance/report": {"reportType": "duration", "periodUnit": "month"},
    "/history/task/report": {"reportType": "count", "groupBy": "taskName"},
}


def test_every_route_stands_in_the_document(app: Flask, api: System) -> None:
    told = api.get("/openapi.json")
    assert told["openapi"].startswith("3.")
    named = {(method.upper(), path) for path, ways in told["paths"].items() for method in ways}
    assert named == {(route.method, route.path) for route in routes(app)}
    served = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(rule).removeprefix("/engine-rest")))
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert named == served
    ids = [one["operationId"] for ways in told["paths"].values() for one in ways.values()]
    assert len(ids) == len(set(ids))


def test_every_reference_leads_somewhere(api: System) -> None:
    told = api.get("/openapi.json")
    known = {f"#/components/schemas/{name}" for name in told["components"]["schemas"]}

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            assert node.get("$ref", next(iter(known))) in known
            for one in node.values():
                walk(one)
        elif isinstance(node, list):
            for one in node:
                walk(one)

    walk(told)


def test_every_answer_has_a_shape_and_every_shape_is_answered(app: Flask) -> None:
    answered = {route.contract.returns.removesuffix("[]") for route in routes(app)}
    assert answered - set(shapes.SHAPES) <= {"", "binary", "image", "string", "object"}
    assert set(shapes.SHAPES) <= answered


def test_every_route_says_in_chinese_what_it_does(app: Flask) -> None:
    for route in routes(app):
        assert re.search(r"[\u4e00-\u9fff]", route.title), route
        assert route.group in phrases.GROUPS
        assert route.summary, route


def test_real_answers_have_the_fields_of_their_shapes(app: Flask, api: System) -> None:
    deploy(api, diagram(BODY + FLOWS), EXTERNAL)
    one = start(api, variables=typed(amount=5))["id"]
    start(api, "outside")
    api.post("/process-instance/variables-async", {
        "processInstanceIds": [one, one], "variables": typed(x=1),
    })  # fmt: skip
    api.post("/message", {"messageName": "nobody", "all": True}, status=204)
    drain_later = api.get("/batch/statistics")
    assert drain_later
    seen = set()
    for rule in app.url_map.iter_rules():
        contract = contract_of(app.view_functions[rule.endpoint])
        lists = rule.endpoint.startswith("api.") and "GET" in (rule.methods or ())
        if not lists or contract is None or rule.arguments or contract.returns == "string[]":
            continue
        if not contract.returns.endswith("[]"):
            continue
        path = str(rule).removeprefix("/engine-rest")
        found = api.get(path, **NEEDED.get(path, {}))
        name = contract.returns.removesuffix("[]")
        for row in found:
            # what is null everywhere may be left out of a shape only together
            assert set(row) == set(shapes.SHAPES[name].split()), (str(rule), name)
            seen.add(name)
    assert {"ProcessInstance", "Task", "VariableInstance", "Deployment", "ExternalTask"} <= seen
    drain()
