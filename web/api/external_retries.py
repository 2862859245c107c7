"""Retries of many external tasks: at once, or by a batch that workers carry out."""

from __future__ import annotations

from collections.abc import Sequence

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.commands import batches, external
from engine.queries import external_tasks as queries
from engine.queries.asked import Asked
from web.api.access import caller, needs
from web.api.answer import nothing
from web.api.blueprint import bp
from web.api.errors import invalid, missing
from web.api.external_tasks import LIST
from web.api.mass_operations import made
from web.api.params import NUMBER, OBJECT, TEXTS, Params
from web.api.process_instances import of_queries

RETRIES = Params(
    "retries of external tasks",
    {
        "retries": NUMBER, "externalTaskIds": TEXTS, "externalTaskQuery": OBJECT,
        "processInstanceIds": TEXTS, "processInstanceQuery": OBJECT,
        "historicProcessInstanceQuery": OBJECT,
    },
)  # fmt: skip


@bp.put("/external-task/retries")
@needs("external", body=RETRIES)
def set_retries_of_many() -> ResponseReturnValue:
    """Say how many tries many tasks have left; all of them in one transaction."""
    asked = RETRIES.body()
    number = _retries(asked)

    def work(session: Session) -> None:
        for task_id in sorted(_chosen(session, asked)):
            external.set_retries(session, task_id, number, actor=caller().actor)

    db.unit(work)
    return nothing()


@bp.post("/external-task/retries-async")
@needs("external", body=RETRIES, returns="Batch")
def set_retries_of_many_async() -> ResponseReturnValue:
    """Say how many tries many tasks have left; a batch does it."""
    asked = RETRIES.body()
    number = _retries(asked)
    with db.transaction() as session:
        ids = [str(task_id) for task_id in sorted(_chosen(session, asked))]
        return made(session, batches.EXTERNAL_RETRIES, ids, retries=number)


def _retries(asked: Asked) -> int:
    if "retries" not in asked:
        raise invalid("The number of retries cannot be null.")
    number = int(asked.get("retries"))
    if number < 0:
        raise invalid("The number of retries cannot be negative.")
    return number


def _chosen(session: Session, asked: Asked) -> set[int]:
    """Return the visible tasks that a body names by ids, by a query, or by their instances."""
    found: set[int] = set()
    ids = asked.get("externalTaskIds", ())
    if ids:
        seen = _found(session, Asked({"externalTaskIdIn": ids}))
        if len(seen) < len(set(ids)):
            raise missing("One of the external tasks does not exist.")
        found |= seen
    if "externalTaskQuery" in asked:
        found |= _found(session, LIST.asked(asked.get("externalTaskQuery")))
    found |= _of(session, of_queries(session, asked))
    found |= _of(session, asked.get("processInstanceIds", ()))
    if not found:
        raise invalid("externalTaskIds is empty: nothing was found to set retries of.")
    return found


def _of(session: Session, instance_ids: Sequence[str]) -> set[int]:
    if not instance_ids:
        return set()
    return _found(session, Asked({"processInstanceIdIn": list(instance_ids)}))


def _found(session: Session, asked: Asked) -> set[int]:
    rows = queries.external_tasks(session, caller().viewer, asked)
    return {job.id for job, *_ in rows}
