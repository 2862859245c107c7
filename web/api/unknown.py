"""What is answered for an id that nobody has, or that is not for this caller: as Camunda 7 says it.

Reading one thing that is not there is a 404 (`errors.missing`). Acting on it reaches Camunda's
engine first, which answers 500 in its own words; a few addresses say 400. Programs written for
Camunda tell these apart, so the differences stand here, by address.
"""

from __future__ import annotations

from flask import request

from web.api.errors import FALLBACK, ApiError, missing

_NO_TASK = "Cannot find task with id {id}: task is null"
_NO_NOTES = "No task found for task id {id}"

#: Method and what stands behind the id → class, status, words.
_TASK: dict[str, tuple[str, int, str]] = {
    **dict.fromkeys(
        ("POST /claim", "POST /unclaim", "POST /assignee", "POST /delegate", "POST /resolve"),
        ("NullValueException", 500, _NO_TASK),
    ),
    "POST /complete": ("RestException", 500, f"Cannot complete task {{id}}: {_NO_TASK}"),
    "POST /submit-form": ("RestException", 500, f"Cannot submit task form {{id}}: {_NO_TASK}"),
    "GET /form": ("RestException", 400, "Cannot get form for task {id}"),
    **dict.fromkeys(
        ("GET /identity-links", "POST /identity-links", "POST /identity-links/delete"),
        ("InvalidRequestException", 400, _NO_TASK),
    ),
    **dict.fromkeys(
        (
            "GET /comment",
            "PUT /comment",
            "DELETE /comment",
            "DELETE /comment/<comment_id>",
            "GET /attachment",
        ),
        ("InvalidRequestException", 404, _NO_NOTES),
    ),
    **dict.fromkeys(
        ("POST /comment/create", "POST /attachment/create"),
        ("InvalidRequestException", 400, _NO_NOTES),
    ),
}


def task(task_id: str) -> ApiError:
    """Return the refusal of a task that is not there, in the words of the address asked."""
    method = "GET" if request.method == "HEAD" else request.method
    below = str(request.url_rule).partition("<task_id>")[2]
    if (known := _TASK.get(f"{method} {below}")) is None:
        return missing(f"No matching task with id {task_id}")
    kind, status, words = known
    return ApiError(
        kind, words.format(id=task_id), status, code=FALLBACK if status == 500 else None
    )


def owner(word: str, owner_id: str) -> ApiError:
    """Return the refusal of the owner of variables: a `task`, or an `execution` of any kind."""
    words = f"{word} {owner_id} doesn't exist: {word} is null"
    return ApiError("NullValueException", words, 500, code=FALLBACK)


def doing(what: str, cause: ApiError) -> ApiError:
    """Return what an address answers that names its own deed before the engine's words."""
    return ApiError("RestException", f"{what}: {cause}", 500, code=FALLBACK)
