"""`/external-task/{id}/…`: what a worker says about its task, and an operator's levers."""

from __future__ import annotations

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
    variables = typed.read_all(asked.get("variables"))
    local = typed.read_all(asked.get("localVariables"))

    def work(session: Session) -> None:
        external.complete(
            session,
            _visible(session, task_id),
            worker=asked.get("workerId", ""),
            actor=caller().actor,
            variables=variables,
            local_variables=local,
        )

    db.unit(work)
    return nothing()


@bp.post("/external-task/<task_id>/failure")
@needs("external", body=FAILURE)
def fail_external_task(task_id: str) -> ResponseReturnValue:
    """The work failed; without tries left an incident opens."""
    asked = FAILURE.asked(json_body())
    variables = typed.read_all(asked.get("variables"))
    local = typed.read_all(asked.get("localVariables"))
    failure = Failure(
        asked.get("errorMessage", ""),
        asked.get("errorDetails"),
        asked.get("retries", 0),
        asked.get("retryTimeout", 0),
    )

    def work(session: Session) -> None:
        external.failed(
            session,
            _visible(session, task_id),
            failure,
            worker=asked.get("workerId", ""),
            actor=caller().actor,
            variables=variables,
            local_variables=local,
        )

    db.unit(work)
    return nothing()


@bp.post("/external-task/<task_id>/bpmnError")
@needs("external", body=ERROR)
def external_task_bpmn_error(task_id: str) -> ResponseReturnValue:
    """Throw a business error out of the task; what nothing catches ends its path."""
    asked = ERROR.asked(json_body())
    variables = typed.read_all(asked.get("variables"))

    def work(session: Session) -> None:
        external.bpmn_error(
            session,
            _visible(session, task_id),
            asked.get("errorCode", ""),
            worker=asked.get("workerId", ""),
            actor=caller().actor,
            message=asked.get("errorMessage", ""),
            variables=variables,
        )

    db.unit(work)
    return nothing()


@bp.post("/external-task/<task_id>/lock")
@needs("external", body=LOCK)
def lock_external_task(task_id: str) -> ResponseReturnValue:
    """Lock one task by its id."""
    asked = LOCK.asked(json_body())
    who, duration = asked.get("workerId", ""), asked.get("lockDuration", 0)

    def work(session: Session) -> None:
        number = _visible(session, task_id)
        external.lock(session, number, worker=who, duration_ms=duration, actor=caller().actor)

    db.unit(work)
    return nothing()


@bp.post("/external-task/<task_id>/extendLock")
@needs("external", body=EXTEND)
def extend_external_task(task_id: str) -> ResponseReturnValue:
    """Hold a lock longer, counted from now."""
    asked = EXTEND.asked(json_body())
    who, duration = asked.get("workerId", ""), asked.get("newDuration", 0)

    def work(session: Session) -> None:
        number = _visible(session, task_id)
        external.extend(session, number, worker=who, duration_ms=duration, actor=caller().actor)

    db.unit(work)
    return nothing()


@bp.post("/external-task/<task_id>/unlock")
@needs("external")
def unlock_external_task(task_id: str) -> ResponseReturnValue:
    """Let anybody fetch the task at once."""
    db.unit(
        lambda session: external.unlock(session, _visible(session, task_id), actor=caller().actor)
    )
    return nothing()


@bp.put("/external-task/<task_id>/retries")
@needs("external", body=RETRIES)
def set_external_task_retries(task_id: str) -> ResponseReturnValue:
    """Say how many tries are left."""
    retries = _number(RETRIES.asked(json_body()), "retries")

    def work(session: Session) -> None:
        external.set_retries(session, _visible(session, task_id), retries, actor=caller().actor)

    db.unit(work)
    return nothing()


@bp.put("/external-task/<task_id>/priority")
@needs("external", body=PRIORITY)
def set_external_task_priority(task_id: str) -> ResponseReturnValue:
    """Say how urgent the task is."""
    priority = _number(PRIORITY.asked(json_body()), "priority")

    def work(session: Session) -> None:
        external.set_priority(session, _visible(session, task_id), priority, actor=caller().actor)

    db.unit(work)
    return nothing()


def _number(asked: Asked, name: str) -> int:
    if name not in asked:
        raise invalid(f"'{name}' must not be null.")
    return int(asked.get(name))


def _visible(session: Session, task_id: str) -> int:
    """Return the number of an open task that the caller may see. Raises NotFound."""
    return queries.require(session, caller().viewer, task_id).id
