"""`/external-task/{id}/…`: what a worker says about its task, and an operator's levers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.commands import external
from engine.commands.external import Failure
from engine.queries import external_tasks as queries
from engine.queries.asked import Asked
from web.api import typed
from web.api.access import caller, needs
from web.api.answer import nothing
from web.api.blueprint import bp
from web.api.errors import invalid
from web.api.params import NUMBER, OBJECT, TEXT, Params, json_body

Given = ParamSpec("Given")

COMPLETE = Params("completion", {"workerId": TEXT, "variables": OBJECT, "localVariables": OBJECT})
FAILURE = Params(
    "failure",
    {
        "workerId": TEXT, "errorMessage": TEXT, "errorDetails": TEXT, "retries": NUMBER,
        "retryTimeout": NUMBER, "variables": OBJECT, "localVariables": OBJECT,
    },
)  # fmt: skip
ERROR = Params(
    "BPMN error",
    {"workerId": TEXT, "errorCode": TEXT, "errorMessage": TEXT, "variables": OBJECT},
)
LOCK = Params("lock", {"workerId": TEXT, "lockDuration": NUMBER})
EXTEND = Params("lock extension", {"workerId": TEXT, "newDuration": NUMBER})
RETRIES = Params("retries", {"retries": NUMBER})
PRIORITY = Params("priority", {"priority": NUMBER})


@bp.post("/external-task/<task_id>/complete")
@needs("external", body=COMPLETE)
def complete_external_task(task_id: str) -> ResponseReturnValue:
    """The work is done."""
    asked = COMPLETE.asked(json_body())
    return _act(
        task_id,
        external.complete,
        worker=asked.get("workerId", ""),
        actor=caller().actor,
        variables=typed.read_all(asked.get("variables"), transient=True),
        local_variables=typed.read_all(asked.get("localVariables"), transient=True),
    )


@bp.post("/external-task/<task_id>/failure")
@needs("external", body=FAILURE)
def fail_external_task(task_id: str) -> ResponseReturnValue:
    """The work failed; without tries left an incident opens."""
    asked = FAILURE.asked(json_body())
    failure = Failure(
        asked.get("errorMessage", ""),
        asked.get("errorDetails"),
        asked.get("retries", 0),
        asked.get("retryTimeout", 0),
    )
    return _act(
        task_id,
        external.failed,
        failure,
        worker=asked.get("workerId", ""),
        actor=caller().actor,
        variables=typed.read_all(asked.get("variables"), transient=True),
        local_variables=typed.read_all(asked.get("localVariables"), transient=True),
    )


@bp.post("/external-task/<task_id>/bpmnError")
@needs("external", body=ERROR)
def external_task_bpmn_error(task_id: str) -> ResponseReturnValue:
    """Throw a business error out of the task; what nothing catches ends its path."""
    asked = ERROR.asked(json_body())
    return _act(
        task_id,
        external.bpmn_error,
        asked.get("errorCode", ""),
        worker=asked.get("workerId", ""),
        actor=caller().actor,
        message=asked.get("errorMessage", ""),
        variables=typed.read_all(asked.get("variables"), transient=True),
    )


@bp.post("/external-task/<task_id>/lock")
@needs("external", body=LOCK)
def lock_external_task(task_id: str) -> ResponseReturnValue:
    """Lock one task by its id."""
    return _hold(task_id, external.lock, LOCK.asked(json_body()), "lockDuration")


@bp.post("/external-task/<task_id>/extendLock")
@needs("external", body=EXTEND)
def extend_external_task(task_id: str) -> ResponseReturnValue:
    """Hold a lock longer, counted from now."""
    return _hold(task_id, external.extend, EXTEND.asked(json_body()), "newDuration")


@bp.post("/external-task/<task_id>/unlock")
@needs("external")
def unlock_external_task(task_id: str) -> ResponseReturnValue:
    """Let anybody fetch the task at once."""
    return _act(task_id, external.unlock, actor=caller().actor)


@bp.put("/external-task/<task_id>/retries")
@needs("external", body=RETRIES)
def set_external_task_retries(task_id: str) -> ResponseReturnValue:
    """Say how many tries are left."""
    retries = _number(RETRIES.asked(json_body()), "retries")
    return _act(task_id, external.set_retries, retries, actor=caller().actor)


@bp.put("/external-task/<task_id>/priority")
@needs("external", body=PRIORITY)
def set_external_task_priority(task_id: str) -> ResponseReturnValue:
    """Say how urgent the task is."""
    priority = _number(PRIORITY.asked(json_body()), "priority")
    return _act(task_id, external.set_priority, priority, actor=caller().actor)


def _number(asked: Asked, name: str) -> int:
    if name not in asked:
        raise invalid(f"'{name}' must not be null.")
    return int(asked.get(name))


def _hold(
    task_id: str, deed: Callable[..., object], asked: Asked, duration: str
) -> ResponseReturnValue:
    return _act(
        task_id,
        deed,
        worker=asked.get("workerId", ""),
        duration_ms=asked.get(duration, 0),
        actor=caller().actor,
    )


def _act(
    task_id: str,
    deed: Callable[Concatenate[Session, int, Given], object],
    *given: Given.args,
    **more: Given.kwargs,
) -> ResponseReturnValue:
    """Do something with an open task that the caller may see. Raises NotFound."""
    viewer = caller().viewer
    db.unit(
        lambda session: deed(session, queries.require(session, viewer, task_id).id, *given, **more)
    )
    return nothing()
