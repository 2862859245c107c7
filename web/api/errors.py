"""What `/engine-rest` answers when it refuses: Camunda's words for it, and a status.

    {"type": "InvalidRequestException", "message": "…", "code": null}

A view raises `ApiError` (or one of the short functions below) for what only the REST side
knows; what the engine refuses is translated here, once, for every view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import structlog
from flask import Blueprint, Flask, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DataError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from engine import errors
from engine.attachments.refusal import FileRefused
from engine.errors import DeploymentRefused, EngineError
from web import errors as pages
from web.api.answer import answer

log = structlog.get_logger()

#: Where the API lives; errors before a route is found are answered in its shape, too.
ROOT = "/engine-rest"
#: Camunda's built-in numbers: the engine itself refused, and “somebody was faster”.
FALLBACK, OPTIMISTIC_LOCKING = 0, 1


class ApiError(Exception):
    """A refusal in Camunda's shape: the class it would have thrown, a status, more fields."""

    def __init__(
        self, kind: str, message: str, status: int, *, code: int | None = None, **more: Any
    ) -> None:
        super().__init__(message)
        self.kind, self.status, self.code, self.more = kind, status, code, more


def invalid(message: str) -> ApiError:
    """Return a 400: the request itself is wrong."""
    return ApiError("InvalidRequestException", message, 400)


def missing(message: str) -> ApiError:
    """Return a 404: there is no such thing, or not for this caller."""
    return ApiError("InvalidRequestException", message, 404)


def rest(message: str, status: int = 400) -> ApiError:
    """Return a `RestException`: a well-formed request that could not be carried out."""
    return ApiError("RestException", message, status)


def engine(message: str) -> ApiError:
    """Return a 500 `ProcessEngineException`: the engine could not do it."""
    return ApiError("ProcessEngineException", message, 500, code=FALLBACK)


def forbidden(message: str, permission: str, resource: str, resource_id: str | None) -> ApiError:
    """Return a 403 that names what is missing, as Camunda's authorisation does."""
    lacking = {
        "permissionName": permission,
        "resourceName": resource,
        "resourceId": resource_id,
    }
    return ApiError(
        "AuthorizationException",
        message,
        403,
        code=FALLBACK,
        userId=None,
        missingAuthorizations=[lacking],
        permissionName=permission,
        resourceName=resource,
        resourceId=resource_id,
    )


#: Class of the engine → Camunda's class, status, number. The first along the class's line wins.
KNOWN: dict[type[Exception], tuple[str, int, int | None]] = {
    errors.NotFound: ("InvalidRequestException", 404, None),
    errors.Suspended: ("SuspendedEntityInteractionException", 500, FALLBACK),
    errors.NotAllowed: ("AuthorizationException", 403, FALLBACK),
    FileRefused: ("InvalidRequestException", 400, None),
    errors.AlreadyClaimed: ("TaskAlreadyClaimedException", 500, FALLBACK),
    errors.LockLost: ("RestException", 400, None),
    errors.HumanTaskClosed: ("OptimisticLockingException", 409, OPTIMISTIC_LOCKING),
    errors.Conflict: ("OptimisticLockingException", 409, OPTIMISTIC_LOCKING),
    errors.IdempotencyMismatch: ("InvalidRequestException", 409, None),
    errors.InvalidInput: ("InvalidRequestException", 400, None),
    errors.CorrelationFailed: ("MismatchingMessageCorrelationException", 400, None),
    errors.DeploymentRefused: ("ParseException", 400, FALLBACK),
    errors.EngineError: ("ProcessEngineException", 500, FALLBACK),
}
TOO_LATE = "Entity was updated by another transaction concurrently."
UNSTORABLE = "A value of the request is too large, or no text that can be kept."
BROKEN = "The request could not be carried out; the reason is in the server's log."


def init_app(app: Flask) -> None:
    """Answer in this shape also where no route of the API was found."""
    for status in (404, 405):
        app.register_error_handler(status, _no_route)


def register(bp: Blueprint) -> None:
    """Answer for every view of the API, so that no view needs a `try`."""
    handlers: dict[type[Exception], Callable[..., ResponseReturnValue]] = {
        ApiError: _refused_here,
        EngineError: _refused,
        DeploymentRefused: _unparsed,
        StaleDataError: lambda _: _say("OptimisticLockingException", TOO_LATE, 409, 1),
        **dict.fromkeys((DataError, OverflowError, UnicodeEncodeError), _unstorable),
        HTTPException: _http,
        Exception: _broken,
    }
    for kind, handler in handlers.items():
        bp.register_error_handler(kind, handler)


def _say(
    kind: str, message: str, status: int, code: int | None, more: Mapping[str, Any] | None = None
) -> Response:
    return answer({"type": kind, "message": message, "code": code, **(more or {})}, status)


def _refused_here(error: ApiError) -> ResponseReturnValue:
    response = _say(error.kind, str(error), error.status, error.code, error.more)
    if error.status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="Huiyin", charset="UTF-8"'
    return response


def _refused(error: EngineError) -> ResponseReturnValue:
    kind, status, code = _known(error)
    return _say(kind, str(error), status, code)


def _known(error: EngineError) -> tuple[str, int, int | None]:
    return next(KNOWN[each] for each in type(error).__mro__ if each in KNOWN)


@contextmanager
def saying(what: str) -> Iterator[None]:
    """Tell what the engine could not do after `what` could not be done for it.

    Where Camunda's REST layer does so, the class is its own and no longer the engine's.

    Raises:
        ApiError: 500, a `RestException`; every other refusal stays as it is.
    """
    try:
        yield
    except EngineError as refused:
        if _known(refused)[1] != 500:
            raise
        words = f"{what}: {refused}"
        raise ApiError("RestException", words, 500, code=FALLBACK) from refused


def _unparsed(error: DeploymentRefused) -> ResponseReturnValue:
    """Name every problem by file, as a parse error of Camunda does."""
    details: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for problem in error.problems:
        name = problem.resource or problem.element
        found = details.setdefault(name, {"errors": [], "warnings": []})
        found["errors" if problem.severity == "error" else "warnings"].append(
            {
                "message": f"{problem.message}［{problem.code}］",
                "line": problem.line,
                "column": 0,
                "mainElementId": problem.element or None,
                "elementIds": [problem.element] if problem.element else [],
            }
        )
    # Camunda Modeler knows a refused diagram by this beginning.
    message = f"ENGINE-09005 Could not parse BPMN process. Errors: {error}"
    return _say("ParseException", message, 400, FALLBACK, {"details": details})


def _unstorable(error: Exception) -> ResponseReturnValue:
    # A number too large for its column, a text that is no text: the asker's, not ours.
    log.info("api value refused", error=type(error).__name__)
    return _say("InvalidRequestException", UNSTORABLE, 400, None)


def _http(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    response = _say("RestException", f"HTTP {status} {error.name}", status, None)
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _no_route(error: HTTPException) -> ResponseReturnValue:
    inside = request.path == ROOT or request.path.startswith(f"{ROOT}/")
    return _http(error) if inside else pages.http(error)


def _broken(error: Exception) -> ResponseReturnValue:
    # The log gets the trace; the caller gets nothing a stranger could use.
    log.error("api request failed", exc_info=error)
    return _say("RestException", BROKEN, 500, None)
