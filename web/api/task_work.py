"""`/task/…`: making, changing and finishing tasks."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import commands, db
from engine.commands import own_tasks, task_changes, task_events
from engine.commands.task_changes import Values
from engine.errors import NotFound
from engine.queries.asked import Asked
from engine.queries.tasks import variables as of_case
from web.api import typed
from web.api.access import caller, needs
from web.api.answer import answer, nothing
from web.api.blueprint import bp
from web.api.errors import ApiError, invalid, saying
from web.api.params import ANY, FLAG, MOMENT, NUMBER, OBJECT, TEXT, Params
from web.api.task_params import DELEGATION
from web.api.task_people import act, visible

_VALUES = {
    "name": TEXT, "description": TEXT, "priority": NUMBER, "assignee": TEXT, "owner": TEXT,
    "delegationState": DELEGATION, "due": MOMENT, "followUp": MOMENT, "parentTaskId": TEXT,
    "caseInstanceId": TEXT, "tenantId": TEXT,
}  # fmt: skip
#: What an answer says besides; clients send whole tasks back, and nothing of this is written.
_READ_ONLY = dict.fromkeys(
    (
        "created", "lastUpdated", "executionId", "processDefinitionId", "processInstanceId",
        "taskDefinitionKey", "caseExecutionId", "caseDefinitionId", "suspended", "formKey",
        "camundaFormRef", "taskState",
    ),
    ANY,
)  # fmt: skip
CREATE = Params("task", {"id": TEXT, **_VALUES, **_READ_ONLY})
UPDATE = Params("task", {"id": TEXT, **_VALUES, **_READ_ONLY})
COMPLETE = Params("completion", {"variables": OBJECT, "withVariablesInReturn": FLAG})
ERROR = Params("BPMN error", {"errorCode": TEXT, "errorMessage": TEXT, "variables": OBJECT})
ESCALATION = Params("BPMN escalation", {"escalationCode": TEXT, "variables": OBJECT})
#: What a task has that nobody gave a priority.
NORMAL = 50


@bp.post("/task/create")
@needs("task", body=CREATE)
def create_task() -> ResponseReturnValue:
    """Make a task that belongs to no case."""
    asked = CREATE.body()
    values = _values(asked)
    with db.transaction() as session:
        if values.parent_task_id:
            _parent(session, values.parent_task_id)
        own_tasks.create(session, values, actor=caller().actor, human_task_id=asked.get("id"))
    return nothing()


def _parent(session: Session, task_id: str) -> None:
    try:
        visible(session, task_id)
    except ApiError:
        raise invalid(f"Could not save task: parent task {task_id} does not exist") from None


@bp.put("/task/<task_id>")
@needs("task", body=UPDATE)
def update_task(task_id: str) -> ResponseReturnValue:
    """Replace what stands on a task; what is not given is emptied."""
    values = _values(UPDATE.body())
    return act(
        task_id, lambda session: task_changes.update(session, task_id, values, actor=caller().actor)
    )


@bp.delete("/task/<task_id>")
@needs("task")
def delete_task(task_id: str) -> ResponseReturnValue:
    """Withdraw a task that belongs to no case."""
    return act(task_id, lambda session: own_tasks.delete(session, task_id, actor=caller().actor))


def _values(asked: Asked) -> Values:
    if asked.get("tenantId") or asked.get("caseInstanceId"):
        raise invalid("There are no tenants and no case instances here.")
    return Values(
        name=asked.get("name"),
        description=asked.get("description"),
        priority=asked.get("priority", NORMAL),
        assignee=asked.get("assignee") or None,
        owner=asked.get("owner") or None,
        delegation_state=asked.get("delegationState"),
        due_at=asked.get("due"),
        follow_up_at=asked.get("followUp"),
        parent_task_id=asked.get("parentTaskId") or None,
    )


@bp.post("/task/<task_id>/complete")
@needs("task", body=COMPLETE, returns="Variables")
def complete_task(task_id: str) -> ResponseReturnValue:
    """Complete a task and go on. With `Idempotency-Key` a repetition gets the same answer."""
    return _complete(task_id, COMPLETE.body(), through_form=False)


@bp.post("/task/<task_id>/submit-form")
@needs("task", body=COMPLETE, returns="Variables")
def submit_task_form(task_id: str) -> ResponseReturnValue:
    """Complete a task with what was entered in its form."""
    return _complete(task_id, COMPLETE.body(), through_form=True)


def _complete(task_id: str, asked: Asked, *, through_form: bool) -> ResponseReturnValue:
    variables = typed.read_all(asked.get("variables"), transient=True)
    told = bool(asked.get("withVariablesInReturn"))
    key = _idempotency_key()

    def unit(session: Session) -> dict[str, Any]:
        if caller().viewer.scope != "all":  # whoever is barred is stopped by the command
            visible(session, task_id)
        try:
            done = commands.complete(
                session,
                task_id,
                actor=caller().actor,
                variables=variables,
                through_form=through_form,
                idempotency_key=key,
            )
        except NotFound:
            if not visible(session, task_id).own:
                raise
            own_tasks.complete(session, task_id, actor=caller().actor)
            return {}
        return of_case(session, done.instance_id) if told else {}

    with saying(f"Cannot {'submit task form' if through_form else 'complete task'} {task_id}"):
        found = db.unit(unit)
    return answer(typed.write_all(found)) if told else nothing()


def _idempotency_key() -> str | None:
    """Return the caller's own key for this act, so that two callers' keys never meet."""
    given = request.headers.get("Idempotency-Key")
    if given is None:
        return None
    if not 0 < len(given) <= 200:
        raise invalid("Idempotency-Key must have between 1 and 200 characters.")
    text = f"{caller().actor.id}\0{given}"
    return f"rest:{hashlib.sha256(text.encode()).hexdigest()}"


@bp.post("/task/<task_id>/bpmnError")
@needs("task", body=ERROR)
def task_bpmn_error(task_id: str) -> ResponseReturnValue:
    """Throw a business error out of a task."""
    asked = ERROR.body()
    variables = typed.read_all(asked.get("variables"), transient=True)

    def work(session: Session) -> None:
        task_events.bpmn_error(
            session,
            task_id,
            asked.get("errorCode", ""),
            actor=caller().actor,
            message=asked.get("errorMessage", ""),
            variables=variables,
        )

    return act(task_id, work)


@bp.post("/task/<task_id>/bpmnEscalation")
@needs("task", body=ESCALATION)
def task_bpmn_escalation(task_id: str) -> ResponseReturnValue:
    """Escalate out of a task."""
    asked = ESCALATION.body()
    variables = typed.read_all(asked.get("variables"), transient=True)

    def work(session: Session) -> None:
        task_events.escalate(
            session,
            task_id,
            asked.get("escalationCode", ""),
            actor=caller().actor,
            variables=variables,
        )

    return act(task_id, work)
