"""Requests made by chance over the OpenAPI document, with names of things that are there."""

from __future__ import annotations

import io
import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from tests.fuzz import office, values
from tests.fuzz.bodies import PATIENCE, Writer
from tests.fuzz.names import OWNERS

#: What takes much away comes rarely.
DESTRUCTIVE = ("/deployment/{", "/process-definition/key/{key}", "/process-definition/{definition")
#: What moves tokens comes often.
MOVING = (
    "/modification", "/migration/execute", "/modification/execute", "/{task_id}/complete",
    "/submit-form", "/bpmnError", "/bpmnEscalation", "/failure", "/fetchAndLock", "/execute",
    "/{owner_id}/variables", "/signal", "/trigger", "/{instance_id}/suspended",
)  # fmt: skip


@dataclass
class Request:
    """One request, as the test client is given it."""

    method: str
    path: str
    #: The path as the document writes it.
    route: str
    more: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        shown = {name: repr(value)[:3_000] for name, value in self.more.items()}
        return f"{self.method} {self.path} {shown}"


class Maker(Writer):
    """Makes requests."""

    def __init__(self, dice: random.Random, document: Mapping[str, Any]) -> None:
        super().__init__(dice, document)
        self.routes = [
            (path, method.upper(), one)
            for path, methods in self.document["paths"].items()
            for method, one in methods.items()
        ]
        self.weights = [self._weight(path, method) for path, method, _ in self.routes]

    @staticmethod
    def _weight(path: str, method: str) -> float:
        if (method, path) == ("DELETE", "/job/{job_id}"):
            return 0.0  # leaves a token without a job, as it should: nothing to compare then
        if method == "DELETE" and path.startswith(DESTRUCTIVE):
            return 0.1
        if method == "DELETE" and path == "/process-instance/{instance_id}":
            return 1.0
        if path.endswith(MOVING) or path in ("/message", "/signal"):
            return 12.0
        return 1.0 if method == "GET" else 3.0

    def make(self) -> Request:
        """Return the next request."""
        self.rude = self.dice.choice((0.0, 0.0, 0.05, 0.2, 0.5))
        self.about = ""
        ((path, method, operation),) = self.dice.choices(self.routes, self.weights)
        request = Request(method, self._path(path), path)
        query = self._query(operation)
        if query:
            # as bytes: half a character cannot be sent otherwise
            request.more["query_string"] = urlencode(query, errors="surrogatepass")
        if "requestBody" in operation:
            self._body(request, operation)
        elif self.dice.random() < 0.03:
            request.more["data"] = self.dice.choice((b"{}", b"\xff", b"[]", b"{" * 1_000))
        if self.dice.random() < 0.06 and self.rude:
            request.method = self.dice.choice(("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"))
        return request

    def operation(self, request: Request) -> Mapping[str, Any]:
        """Return what the document says of a request; nothing of a method it does not name."""
        found: Mapping[str, Any] = self.document["paths"][request.route]
        return found.get(request.method.lower(), {"responses": {}})

    def _path(self, path: str) -> str:
        owner = next((kind for start, kind in OWNERS.items() if path.startswith(f"{start}/{{")), "")
        first = True

        def fill(match: re.Match[str]) -> str:
            nonlocal first
            kind = owner if first else ""
            first = False
            inner = {"name": "name", "resource_id": "resource", "comment_id": "comment",
                     "attachment_id": "attachment"}.get(match[1], "")  # fmt: skip
            if path.endswith(("messageSubscriptions/{name}", "/trigger")):
                inner = "event"
            found = self.name(kind or inner)
            if kind == "instance":
                self.about = self.keys.get(found, "")
            elif kind in ("key", "definition"):
                self.about = found.partition(":")[0]
            return quote(found, safe="", errors="surrogatepass")

        return re.sub(r"{(\w+)}", fill, path)

    def _query(self, operation: Mapping[str, Any]) -> list[tuple[str, str]]:
        declared = [one for one in operation.get("parameters", ()) if one["in"] == "query"]
        if not declared or self.dice.random() < 0.2:
            return []
        chosen = self.dice.sample(declared, min(len(declared), self.dice.choice((1, 1, 2, 3, 5))))
        if any(one["name"] in ("sortBy", "sortOrder") for one in chosen):
            chosen = [*chosen, *(o for o in declared if o["name"] in ("sortBy", "sortOrder"))]
        found = [(one["name"], self._text(one["name"], one["schema"])) for one in chosen]
        if self.dice.random() < 0.06 and self.rude:
            found.append((self.dice.choice(values.TEXTS), self.dice.choice(values.TEXTS)))
        if self.dice.random() < 0.03 and found:
            found.append(found[0])
        return [(name, value) for name, value in found if name not in PATIENCE]

    def _text(self, name: str, schema: Mapping[str, Any]) -> str:
        if name.lower().endswith("variables") and self.dice.random() < 0.8:
            operator = self.dice.choice(("eq", "neq", "gt", "gteq", "lt", "lteq", "like", "x"))
            value = self.dice.choice((*values.TEXTS, *values.MOMENTS, "4", "1.5", "%x%"))
            return f"{self.name('name')}_{operator}_{value}"
        value = self.value(name, schema)
        if isinstance(value, list):
            return ",".join(str(one) for one in value)
        return value if isinstance(value, str) else json.dumps(value)

    def _body(self, request: Request, operation: Mapping[str, Any]) -> None:
        ((media, _),) = operation["requestBody"]["content"].items()
        given = self.fields(operation)
        if "migrationPlan" in given and self.plans and self.dice.random() < 0.7:
            given = self.migration()
        if media.startswith("multipart"):
            self._form(request, given)
            return
        request.more |= {"data": written(given), "content_type": "application/json"}
        if self.rude and self.dice.random() < 0.1:
            request.more |= self.dice.choice((_broken, _doubled, _mistaken, _endless, _encoded))(
                self.dice, given
            )

    def _form(self, request: Request, given: Mapping[str, Any]) -> None:
        dice = self.dice
        data: dict[str, Any] = {
            name.encode("utf-8", "replace").decode(): str(value).encode("utf-8", "replace").decode()
            for name, value in given.items()
            if name not in ("data", "content")
        }
        for number in range(dice.choice((0, 1, 1, 2))):
            key = dice.choice(("data", "content", f"f{number}"))
            name = dice.choice(("a.bpmn", "b.dmn", "c.form", "d.txt", "", "x" * 300, "a/b.bpmn",
                                "\u202e.bpmn"))  # fmt: skip
            content = dice.choice((b"", b"x", b"\0", dice.choice(office.MODELS)(), b"\xff" * 500))
            data[key] = (io.BytesIO(content), name)
        request.more["data"] = data
        request.more["content_type"] = "multipart/form-data"


def written(value: Any) -> bytes:
    """Return JSON; half characters as escapes, as a hostile client writes them."""
    return json.dumps(value, ensure_ascii=True).encode()


# ---- bodies that are none ---------------------------------------------------------------


def _broken(dice: random.Random, _: object) -> dict[str, Any]:
    """What is no JSON object, or one deeper than anybody reads."""
    return {"data": dice.choice((
        b"", b"null", b"[]", b"1", b'"x"', b"{", b"\xff\xfe", b"\xef\xbb\xbf{}",
        b'{"a":' * 3_000 + b"1" + b"}" * 3_000, b"[" * 100_000, b"{}{}", b"{}\0", b"NaN",
        b'{"variables":NaN}',
    ))}  # fmt: skip


def _doubled(_: object, given: Any) -> dict[str, Any]:
    """Every key twice."""
    body = written(given).strip(b"{}")
    return {"data": b"{" + body + (b"," if body else b"") + body + b"}"}


def _mistaken(dice: random.Random, _: object) -> dict[str, Any]:
    """A body under another name."""
    return {"content_type": dice.choice((
        "text/plain", "application/xml", "application/json; charset=utf-16", "x", "",
        "multipart/form-data", "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
    ))}  # fmt: skip


def _endless(dice: random.Random, _: object) -> dict[str, Any]:
    """A body of no length, or of none that can be."""
    return {"environ_overrides": {"CONTENT_LENGTH": dice.choice(("", "-1", "x"))}}


def _encoded(dice: random.Random, given: Any) -> dict[str, Any]:
    text = json.dumps(given, ensure_ascii=dice.random() < 0.5)
    encoding = dice.choice(("utf-16", "utf-32", "latin-1", "gb18030"))
    return {"data": text.encode(encoding, "replace")}
