"""What every answer of `/engine-rest` must be, whatever was asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from werkzeug.test import TestResponse

from tests.fuzz.requests import Request
from web.api import errors

#: Refusals of the engine itself, which Camunda answers with 500.
OWN = frozenset({
    "ProcessEngineException", "SuspendedEntityInteractionException", "TaskAlreadyClaimedException",
    "RestException", "NullValueException",
})  # fmt: skip
STATUS = frozenset({200, 204, 400, 401, 403, 404, 405, 409, 411, 413, 415, 429, 500})


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def wrong(request: Request, answer: TestResponse, operation: Mapping[str, Any]) -> str:
    """Return what is wrong with an answer, "" when nothing is."""
    status, raw = answer.status_code, answer.get_data()
    media = answer.headers.get("Content-Type")
    if status not in STATUS:
        return f"status {status}"
    if status == 204 or (request.method == "OPTIONS" and status == 200):
        return f"an empty answer with {media} {raw[:80]!r}" if media or raw else ""
    if status == 200 and not _is_json(operation):
        return ""
    if media != "application/json":
        return f"{status} as {media}"
    try:
        told = json.loads(raw.decode("utf-8"), parse_constant=_no_number)
    except ValueError as strange:
        return f"{status} is no JSON: {strange}"
    return _refused(status, told) if status >= 400 else ""


def _is_json(operation: Mapping[str, Any]) -> bool:
    content = operation["responses"].get("200", {}).get("content", {})
    return "application/json" in content


def _refused(status: int, told: Any) -> str:
    if not isinstance(told, dict) or not {"type", "message", "code"} <= told.keys():
        return f"{status} is no error of Camunda's: {told!r:.200}"
    kind, message, code = told["type"], told["message"], told["code"]
    if not isinstance(kind, str) or not isinstance(message, str) or not message:
        return f"{status} names no reason: {told!r:.200}"
    if code is not None and not isinstance(code, int):
        return f"{status} has the code {code!r}"
    if message == errors.BROKEN or (status == 500 and kind not in OWN):
        return f"broken: {kind} {message}"
    return ""
