"""`/engine-rest/openapi.json`: the interface as an OpenAPI 3.1 document, made from the routes."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from flask import Flask, current_app
from flask.typing import ResponseReturnValue

import engine
from web.api import phrases, shapes
from web.api.access import needs
from web.api.answer import answer
from web.api.blueprint import bp
from web.api.catalogue import Parameter, Route, routes
from web.api.errors import ROOT

#: What is no JSON: name in `returns` → media type.
RAW = {"binary": "application/octet-stream", "image": "image/svg+xml"}
ERROR = {
    "type": "object",
    "required": ["type", "message"],
    "properties": {
        "type": {"type": "string"},
        "message": {"type": "string"},
        "code": {"type": ["integer", "null"]},
    },
}


@bp.get("/openapi.json")
@needs("read")
def get_openapi() -> ResponseReturnValue:
    """Return this interface as an OpenAPI document."""
    return answer(document(current_app._get_current_object()))  # type: ignore[attr-defined]


@lru_cache(maxsize=4)
def document(app: Flask) -> dict[str, Any]:
    """Return the document of an application."""
    paths: dict[str, dict[str, Any]] = {}
    found = routes(app)
    for route in found:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Huiyin 回音 · engine-rest",
            "version": engine.VERSION,
            "description": "\n".join(
                [
                    "Processes, tasks and history in the shape of Camunda 7's REST API.",
                    "Deliberately not offered:",
                    *(f"- {what}: {why}" for what, why in phrases.NOT_OFFERED.items()),
                ]
            ),
        },
        "servers": [{"url": ROOT}, {"url": f"{ROOT}/engine/default"}],
        "security": [{"basic": []}, {"bearer": []}],
        "tags": [
            {"name": name, "description": phrases.GROUPS[name][0]}
            for name in dict.fromkeys(route.group for route in found)
        ],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
            "schemas": {"Error": ERROR, **{name: shapes.schema(name) for name in shapes.SHAPES}},
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    heading, _, rest = route.summary.partition("\n")
    found: dict[str, Any] = {
        "operationId": f"{route.method.lower()}_{route.name}",
        "tags": [route.group],
        "summary": heading,
        "description": "\n".join(
            [route.title, re.sub(r"\n(Raises|Args):.*", "", rest, flags=re.S)]
        ).strip(),
        "security": [{"basic": []}, {"bearer": [route.contract.scope]}],
        "parameters": [_parameter(one) for one in route.parameters],
        "responses": _responses(route),
    }
    if route.body:
        media = "multipart/form-data" if route.contract.multipart else "application/json"
        properties = {one.name: one.schema for one in route.body}
        schema: dict[str, Any] = {"type": "object", "properties": properties}
        if route.contract.multipart:
            schema["additionalProperties"] = {
                "type": "string",
                "contentMediaType": "application/octet-stream",
            }
        found["requestBody"] = {"content": {media: {"schema": schema}}}
    return found


def _parameter(one: Parameter) -> dict[str, Any]:
    found: dict[str, Any] = {"name": one.name, "in": one.place, "schema": one.schema}
    if one.place == "path":
        found["required"] = True
    if one.schema.get("type") == "array":
        found |= {"style": "form", "explode": False}
    return found


def _responses(route: Route) -> dict[str, Any]:
    refused = {
        str(status): {
            "description": text,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
        }
        for status, text in (
            (400, "The request is wrong; the message says where."),
            (401, "No valid credentials."),
            (403, "The token lacks the scope, or the caller may not do this."),
            (404, "There is no such thing, or not for this caller."),
        )
    }
    return {**_success(route.contract.returns), **refused}


def _success(returns: str) -> dict[str, Any]:
    if not returns:
        return {"204": {"description": "Done."}}
    if returns in RAW:
        schema: dict[str, Any] = {}
        return {"200": {"description": "The content.", "content": {RAW[returns]: schema}}}
    name = returns.removesuffix("[]")
    one = {"$ref": f"#/components/schemas/{name}"} if name in shapes.SHAPES else {"type": name}
    schema = {"type": "array", "items": one} if returns.endswith("[]") else one
    return {"200": {"description": "Done.", "content": {"application/json": {"schema": schema}}}}
