"""Every route of the API as data: read off the routes themselves, for document and page."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Flask

from web.api import phrases
from web.api.access import Contract, contract_of
from web.api.errors import ROOT
from web.api.params import PAGING, Params


@dataclass(frozen=True)
class Parameter:
    """One name that can be given."""

    name: str
    schema: dict[str, Any]
    #: path, query or body.
    place: str

    @property
    def kind(self) -> str:
        """What it is, in a word."""
        if self.schema.get("format") == "date-time":
            return "date-time"
        if self.schema.get("type") == "array":
            return f"{self.schema.get('items', {}).get('type', 'object')}[]"
        return str(self.schema.get("type", "any"))


@dataclass(frozen=True)
class Route:
    """One method of one path."""

    method: str
    #: Below the root, with `{id}` for what varies.
    path: str
    name: str
    #: What it does: in Chinese from its grammar, in English from the view.
    title: str
    summary: str
    group: str
    contract: Contract

    @cached_property
    def parameters(self) -> list[Parameter]:
        """Everything that stands in the address."""
        found = [
            Parameter(name, {"type": "string"}, "path")
            for name in re.findall(r"{(\w+)}", self.path)
        ]
        return [*found, *_of_query(self.contract)]

    @cached_property
    def body(self) -> list[Parameter]:
        """Everything that can stand in the body."""
        declared = self.contract.body
        if declared is None:
            return []
        found = [
            Parameter(name, dict(kind.schema), "body") for name, kind in declared.fields.items()
        ]
        if declared.sort_by:
            found.append(Parameter("sorting", _sorting(declared), "body"))
        if declared.nested:
            alike = {"type": "array", "items": {"type": "object"}}
            found.append(Parameter("orQueries", alike, "body"))
        return found


def _of_query(contract: Contract) -> list[Parameter]:
    declared, found = contract.query, []
    if declared is not None:
        found = [
            Parameter(name, dict(kind.schema), "query") for name, kind in declared.fields.items()
        ]
        if declared.sort_by:
            keys = {"type": "string", "enum": list(declared.sort_by)}
            found.append(Parameter("sortBy", keys, "query"))
            ways = {"type": "string", "enum": ["asc", "desc"]}
            found.append(Parameter("sortOrder", ways, "query"))
    paged = [one for one in (declared, contract.body) if one is not None and one.paged]
    if paged:
        found += [Parameter(name, dict(kind.schema), "query") for name, kind in PAGING.items()]
    return found


def _sorting(declared: Params) -> dict[str, Any]:
    return {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "sortBy": {"type": "string", "enum": list(declared.sort_by)},
                "sortOrder": {"type": "string", "enum": ["asc", "desc"]},
                "parameters": {"type": "object"},
            },
        },
    }


def routes(app: Flask) -> list[Route]:
    """Return every route, group by group, in the order of their paths."""
    found = []
    for rule in app.url_map.iter_rules():
        area, _, name = rule.endpoint.partition(".")
        view = app.view_functions[rule.endpoint]
        contract = contract_of(view)
        if area != "api" or contract is None:
            continue
        below = str(rule).removeprefix(ROOT)
        found += [
            Route(
                method,
                re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", below),
                name,
                phrases.title(method, below),
                inspect.getdoc(view) or "",
                phrases.group(below),
                contract,
            )
            for method in (rule.methods or set()) & set(phrases.METHODS)
        ]
    order = {name: number for number, name in enumerate(phrases.GROUPS)}
    return sorted(found, key=lambda one: (order[one.group], one.path, one.method))
