"""`/batch`: work on many instances, how far it is, holding and ending it."""

from __future__ import annotations

from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine import db
from engine.commands import batches as commands
from engine.errors import NotFound
from engine.models import Batch
from engine.queries import api_batches as queries
from web.api import listing
from web.api.access import caller, needs, oversee
from web.api.answer import answer, moment, nothing
from web.api.blueprint import bp
from web.api.errors import invalid, missing
from web.api.params import FLAG, MOMENT, TEXT, TEXTS, Params

FIELDS = {"batchId": TEXT, "type": TEXT, "tenantIdIn": TEXTS, "withoutTenantId": FLAG,
          "suspended": FLAG}  # fmt: skip
LIST = Params("batch query", FIELDS, sort_by=("batchId", "tenantId"))
STATISTICS = Params(
    "batch statistics query",
    {
        **FIELDS,
        "createdBy": TEXT,
        "createUserId": TEXT,
        "startedBefore": MOMENT,
        "startedAfter": MOMENT,
        "withFailures": FLAG,
        "withoutFailures": FLAG,
        "hasFailure": FLAG,
    },
    sort_by=("batchId", "tenantId", "startTime"),
)
SUSPEND = Params("suspension", {"suspended": FLAG})
DELETE = Params("batch deletion", {"cascade": FLAG})


def shown(row: Batch) -> dict[str, Any]:
    """Return a batch. Its job definitions are named after it."""
    return {
        "id": row.id,
        "type": row.kind,
        "totalJobs": row.total,
        "jobsCreated": row.total,
        "batchJobsPerSeed": max(row.total, 1),
        "invocationsPerBatchJob": row.per_job,
        "seedJobDefinitionId": f"{row.id}:seed",
        "monitorJobDefinitionId": f"{row.id}:monitor",
        "batchJobDefinitionId": f"{row.id}:{commands.KIND}",
        "suspended": row.suspended,
        "tenantId": None,
        "createUserId": row.created_by,
        "startTime": moment(row.created_at),
        "executionStartTime": moment(row.created_at),
    }


def counted(row: Batch, left: int, failed: int) -> dict[str, Any]:
    """Return a batch with how far it is."""
    return {
        **shown(row),
        "remainingJobs": left,
        "completedJobs": row.total - left,
        "failedJobs": failed,
    }


listing.offer(
    "/batch",
    "read",
    LIST,
    "Batch",
    rows=queries.batches,
    total=queries.count_batches,
    shown=shown,
    by_body=False,
)
listing.offer(
    "/batch/statistics",
    "read",
    STATISTICS,
    "BatchStatistics",
    rows=queries.progress,
    total=queries.count_batches,
    shown=counted,
    by_body=False,
)


@bp.get("/batch/<batch_id>")
@needs("read", returns="Batch")
def get_batch(batch_id: str) -> ResponseReturnValue:
    """Return a batch that is not done."""
    with db.reading() as session:
        try:
            return answer(shown(commands.find(session, batch_id)))
        except NotFound:
            raise missing(f"Batch with id '{batch_id}' does not exist") from None


@bp.put("/batch/<batch_id>/suspended")
@needs("operate", body=SUSPEND)
def suspend_batch(batch_id: str) -> ResponseReturnValue:
    """Hold or release a batch."""
    asked = SUSPEND.body()
    if "suspended" not in asked:
        raise invalid("'suspended' must be set to update the suspension state.")
    with db.transaction() as session:
        _own(session, batch_id, "suspend" if asked.get("suspended") else "activate")
        commands.switch(session, batch_id, suspended=asked.get("suspended"))
    return nothing()


@bp.delete("/batch/<batch_id>")
@needs("operate", query=DELETE)
def delete_batch(batch_id: str) -> ResponseReturnValue:
    """Delete a batch with what is left to do of it; what was done stays done."""
    with db.transaction() as session:
        _own(session, batch_id, "delete")
        commands.remove(session, batch_id)
    return nothing()


def _own(session: Session, batch_id: str, deed: str) -> None:
    """Leave others' batches to those who see every case. Raises ApiError 403, 404."""
    try:
        row = commands.find(session, batch_id)
    except NotFound:
        raise missing(f"Unable to {deed} batch with id '{batch_id}'") from None
    if row.created_by != caller().actor.id:
        oversee("Batch", batch_id)
