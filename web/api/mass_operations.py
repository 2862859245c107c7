"""Wishes for many instances at once: answered with a batch that workers carry out."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import db
from engine.commands import batches, instances, modification
from engine.models import Job
from engine.queries import api_instances
from engine.queries.asked import Asked
from web.api import instructions, typed
from web.api.access import caller, needs
from web.api.answer import answer, nothing
from web.api.batches import shown
from web.api.blueprint import bp
from web.api.errors import invalid
from web.api.instructions import SKIPS
from web.api.params import FLAG, NUMBER, OBJECT, OBJECTS, TEXT, TEXTS, Params
from web.api.process_definitions import Wanted
from web.api.process_instances import MODIFY, SUSPEND_MANY, chosen, refuse_orphans, require

CHOSEN = {
    "processInstanceIds": TEXTS,
    "processInstanceQuery": OBJECT,
    "historicProcessInstanceQuery": OBJECT,
}
DELETE = Params(
    "process instance deletion",
    {
        **CHOSEN, **SKIPS, "deleteReason": TEXT, "skipSubprocesses": FLAG,
        "failIfNotExists": FLAG,
    },
)  # fmt: skip
SET = Params("variables", {**CHOSEN, "variables": OBJECT})
CORRELATE = Params("message", {**CHOSEN, "messageName": TEXT, "variables": OBJECT})
RETRY = Params(
    "job retries",
    {
        "processInstances": TEXTS, "processInstanceQuery": OBJECT, "retries": NUMBER,
        "historicProcessInstanceQuery": OBJECT,
    },
)  # fmt: skip
MODIFY_MANY = Params(
    "process instance modification",
    {
        **CHOSEN, **SKIPS, "processDefinitionId": TEXT, "instructions": OBJECTS,
        "annotation": TEXT,
    },
)  # fmt: skip


def made(session: Session, kind: str, ids: list[str], **config: Any) -> ResponseReturnValue:
    """Create a batch and answer with it."""
    kept = batches.kept(**config)
    return answer(shown(batches.create(session, kind, ids, kept, actor=caller().actor)))


@bp.post("/process-instance/delete")
@needs("operate", body=DELETE, returns="Batch")
def delete_process_instances() -> ResponseReturnValue:
    """End many instances; a batch does it."""
    return _delete(DELETE.body())


@bp.post("/process-instance/delete-historic-query-based")
@needs("operate", body=DELETE, returns="Batch")
def delete_process_instances_of_history() -> ResponseReturnValue:
    """End many instances that a query of the history finds; a batch does it."""
    return _delete(DELETE.body())


def _delete(asked: Asked) -> ResponseReturnValue:
    refuse_orphans(asked)
    lenient = asked.get("failIfNotExists") is False
    with db.transaction() as session:
        return made(
            session,
            batches.DELETION,
            chosen(session, asked, lenient=lenient),
            reason=asked.get("deleteReason", ""),
            skips=instructions.skips(asked),
        )


@bp.post("/process-instance/suspended-async")
@needs("operate", body=SUSPEND_MANY, returns="Batch")
def suspend_many_process_instances() -> ResponseReturnValue:
    """Hold or release many instances; a batch does it."""
    asked = SUSPEND_MANY.body()
    if "suspended" not in asked:
        raise invalid("'suspended' must be set to update the suspension state.")
    with db.transaction() as session:
        ids = chosen(session, asked)
        return made(session, batches.SUSPENSION, ids, suspended=asked.get("suspended"))


@bp.post("/process-instance/variables-async")
@needs("operate", body=SET, returns="Batch")
def set_variables_of_many() -> ResponseReturnValue:
    """Set variables of many instances; a batch does it."""
    asked = SET.body()
    given = typed.read_all(asked.get("variables"))
    if not given:
        raise invalid("'variables' must not be empty.")
    with db.transaction() as session:
        return made(session, batches.VARIABLES, chosen(session, asked), variables=given)


@bp.post("/process-instance/message-async")
@needs("message", body=CORRELATE, returns="Batch")
def correlate_many() -> ResponseReturnValue:
    """Give many instances a message; a batch does it."""
    asked = CORRELATE.body()
    name = asked.get("messageName")
    if not name:
        raise invalid("No message name supplied")
    given = typed.read_all(asked.get("variables"))
    with db.transaction() as session:
        ids = chosen(session, asked)
        return made(session, batches.CORRELATION, ids, message=name, variables=given)


@bp.post("/process-instance/job-retries")
@needs("operate", body=RETRY, returns="Batch")
def set_job_retries_of_many() -> ResponseReturnValue:
    """Give the failed jobs of many instances new tries; a batch does it."""
    return _retry(RETRY.body())


@bp.post("/process-instance/job-retries-historic-query-based")
@needs("operate", body=RETRY, returns="Batch")
def set_job_retries_of_history() -> ResponseReturnValue:
    """Give failed jobs of instances that a query of the history finds new tries; by a batch."""
    return _retry(RETRY.body())


def _retry(asked: Asked) -> ResponseReturnValue:
    retries = asked.get("retries")
    if retries is None or retries < 0:
        raise invalid("The number of job retries cannot be negative or missing.")
    ways = {name: one for name, one in asked.values.items() if name in CHOSEN}
    if "processInstances" in asked:
        ways["processInstanceIds"] = asked.get("processInstances")
    with db.transaction() as session:
        ids = chosen(session, Asked(ways))
        failed = select(Job.id).where(Job.instance_id.in_(ids), Job.status == "failed")
        found = [str(number) for number in session.scalars(failed.order_by(Job.id))]
        return made(session, batches.JOB_RETRIES, found, retries=retries)


@bp.post("/process-instance/<instance_id>/modification-async")
@needs("operate", body=MODIFY, returns="Batch")
def modify_process_instance_async(instance_id: str) -> ResponseReturnValue:
    """Move the tokens of one instance; a batch does it."""
    asked = MODIFY.body()
    steps = _steps(asked)
    with db.transaction() as session:
        require(session, instance_id)
        return _modified(session, [instance_id], steps, asked)


@bp.post("/modification/executeAsync")
@needs("operate", body=MODIFY_MANY, returns="Batch")
def modify_many_async() -> ResponseReturnValue:
    """Move the tokens of many instances of one definition; a batch does it."""
    asked = MODIFY_MANY.body()
    steps = _steps(asked)
    with db.transaction() as session:
        return _modified(session, _of_definition(session, asked), steps, asked)


@bp.post("/modification/execute")
@needs("operate", body=MODIFY_MANY)
def modify_many() -> ResponseReturnValue:
    """Move the tokens of many instances of one definition, all or none."""
    asked = MODIFY_MANY.body()
    steps = _steps(asked)
    with db.transaction() as session:
        meant = _of_definition(session, asked)
        instances.lock_cases(session, meant)
        for instance_id in meant:
            instructions.perform(session, instance_id, steps, asked)
    return nothing()


def _steps(asked: Asked) -> list[modification.Instruction]:
    steps = instructions.read(asked.get("instructions", ()))
    if not steps:
        raise invalid("The modification has no instructions.")
    return steps


def _of_definition(session: Session, asked: Asked) -> list[str]:
    """Return the chosen instances; each must be of the definition that is named."""
    if not asked.get("processDefinitionId"):
        raise invalid("processDefinitionId must be set.")
    wanted = Wanted(id=asked.get("processDefinitionId")).find(session)
    ways = {name: asked.get(name) for name in CHOSEN if name in asked}
    ids = chosen(session, Asked(ways))
    by = Asked({"processDefinitionId": str(wanted.id)})
    others = sorted(set(ids) - set(api_instances.ids(session, caller().viewer, by)))
    if others:
        raise invalid(f"Process instance {others[0]} is not of the definition.")
    return ids


def _modified(
    session: Session, ids: list[str], steps: list[modification.Instruction], asked: Asked
) -> ResponseReturnValue:
    return made(
        session,
        batches.MODIFICATION,
        ids,
        instructions=steps,
        reason=asked.get("annotation", ""),
        skips=instructions.skips(asked),
    )
